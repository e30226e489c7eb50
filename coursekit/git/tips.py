"""Where a repository's branches stand, read from its files: quick enough to ask a thousand repositories each time.

Nothing is opened but regular files of a likely size, so that no repository can make whoever asks wait.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

_HEADS = "refs/heads/"
_OID = re.compile(r"[0-9a-f]{40,64}")
_MAX_BYTES = 5_000_000
_MOST = 1_000


def git_folder(folder: Path) -> Path | None:
    """Return where the repository in a folder lies: the folder itself if it is bare, else its `.git`.

    None where there is none, or where it leads elsewhere.
    """
    inside = folder / ".git"
    if inside.is_symlink() or (inside.exists() and not inside.is_dir()):
        return None
    git = inside if inside.is_dir() else folder
    regular = (git / "HEAD").is_file() and (git / "objects").is_dir()
    return git if regular and not (git / "commondir").exists() else None


def branch_tips(folder: Path) -> Mapping[str, str] | None:
    """Return the commit of each branch, and that of HEAD as ``"HEAD"``; what names none is left out.

    None where that cannot be told in this way.
    """
    git = git_folder(folder)
    if git is None or (git / "reftable").exists():
        return None
    head = _text(git / "HEAD")
    packed = _text(git / "packed-refs") if (git / "packed-refs").exists() else ""
    if head is None or packed is None:
        return None
    tips = {}
    for line in packed.splitlines():
        oid, _, name = line.partition(" ")
        if name.startswith(_HEADS) and _OID.fullmatch(oid):
            tips[name] = oid
    loose = _loose(git)
    if loose is None or len(tips) + len(loose) > _MOST:
        return None
    tips |= loose
    name = head.strip().removeprefix("ref: ")
    if _OID.fullmatch(name):
        tips["HEAD"] = name
    elif name in tips:
        tips["HEAD"] = tips[name]
    return tips


def digest(tips: Mapping[str, str]) -> str:
    """Return what is the same as long as no branch moves."""
    lines = "".join(f"{name}\0{oid}\n" for name, oid in sorted(tips.items()))
    return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()[:20]


def _loose(git: Path) -> dict[str, str] | None:
    found: dict[str, str] = {}
    looked = 0
    root = git / "refs" / "heads"
    # Links are not followed.
    for folder, folders, names in os.walk(root):
        looked += len(folders) + len(names)
        if looked > _MOST:
            return None
        for name in names:
            path = Path(folder, name)
            text = _text(path)
            if text is None:
                return None
            if _OID.fullmatch(text.strip()):
                found[_HEADS + path.relative_to(root).as_posix()] = text.strip()
    return found


def _text(path: Path) -> str | None:
    """Return a regular file's text; None where there is none, or it is too large."""
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        file = os.open(path, flags)
    except OSError:
        return None
    with os.fdopen(file, "rb") as opened:
        about = os.fstat(file)
        if not stat.S_ISREG(about.st_mode) or about.st_size > _MAX_BYTES:
            return None
        return opened.read(_MAX_BYTES).decode("utf-8", "surrogateescape")
