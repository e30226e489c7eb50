"""The branches and tags of a bare clone, kept in one file.

Git keeps each branch in a file of its own as well as in ``packed-refs``. Here only the latter is written: all of
them change in one step (so that being killed half-way leaves the old state or the new one), and ``Main`` beside
``main``, or ``a`` after ``a/b``, are no trouble on disks that ignore case or know folders.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from pathlib import Path

import pygit2

from coursekit.errors import CoursekitError
from coursekit.files import write_bytes

HEADS, TAGS, OLD = "refs/heads/", "refs/tags/", "refs/coursekit/old/"
# What a clone takes over from the host; everything else in it is ours.
THEIRS = (HEADS, TAGS)

LONGEST_NAME = 250
_LOCK_SECONDS = 10.0
_STALE_SECONDS = 60.0
# What git's own check-ref-format refuses.
_BAD_NAME = re.compile(
    r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|[./]$|[\ud800-\udfff]", re.ASCII
)


def is_ref_name(name: str) -> bool:
    """Whether a host may call a branch or a tag this: as git demands, and in UTF-8."""
    return name.startswith(THEIRS) and len(name) <= LONGEST_NAME and not _BAD_NAME.search(name)


def read_refs(clone: Path) -> dict[str, str]:
    """Give the ids of all branches, tags and other refs of a bare repository by their names."""
    repository = pygit2.Repository(str(clone), pygit2.enums.RepositoryOpenFlag.NO_SEARCH)
    found = {}
    for raw in repository.raw_listall_references():
        name = raw.decode("utf-8", "surrogateescape")
        if name.isprintable() or is_ref_name(name):
            target = repository.lookup_reference(name).target
            if isinstance(target, pygit2.Oid):
                found[name] = str(target)
    return found


def write_refs(clone: Path, refs: Mapping[str, str]) -> None:
    """Make these the branches and tags of a bare repository, in one step; other refs stay, or come beside them.

    Raises
    ------
    CoursekitError
        When another program is changing them.
    """
    lock = _lock(clone)
    try:
        ours = {name: oid for name, oid in read_refs(clone).items() if not name.startswith(THEIRS)}
        lines = [f"{oid} {name}\n" for name, oid in sorted((ours | dict(refs)).items(), key=_by_name)]
        lines.insert(0, "# pack-refs with: sorted \n")
        write_bytes(clone / "packed-refs", "".join(lines).encode("utf-8", "surrogateescape"))
        # A branch's own file would hide the line in the common one.
        for path in [path for folder in THEIRS for path in (clone / folder).rglob("*")][::-1]:
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            else:
                path.unlink()
    finally:
        lock.unlink(missing_ok=True)


def read_head(clone: Path) -> str:
    """Return the name of the branch that HEAD stands for, or the commit's id; empty when it is neither."""
    text = (clone / "HEAD").read_text(encoding="utf-8", errors="replace").strip()
    return text.removeprefix("ref:").strip()


def write_head(clone: Path, target: str) -> None:
    """Let HEAD stand for a branch (``refs/heads/main``), or for a commit."""
    text = f"ref: {target}\n" if target.startswith("refs/") else f"{target}\n"
    write_bytes(clone / "HEAD", text.encode())


def _by_name(line: tuple[str, str]) -> bytes:
    return line[0].encode("utf-8", "surrogateescape")


def _lock(clone: Path) -> Path:
    # The same file that git takes, so that neither changes refs while the other does.
    lock = clone / "packed-refs.lock"
    ends = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            # Writing takes milliseconds: an old lock is that of a program that was killed.
            try:
                if time.time() - lock.stat().st_mtime > _STALE_SECONDS:
                    lock.unlink(missing_ok=True)
                    continue
            except FileNotFoundError:
                continue
            if time.monotonic() > ends:
                raise CoursekitError(
                    f"expected to change the branches of {clone.name}, but another program is at it",
                    f"Try again; if no git runs, remove {lock}.",
                ) from None
            time.sleep(0.05)
        else:
            return lock
