"""Looks for a student's name in the files of the course's folder."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from coursekit.store.identity import Identity

_LARGEST = 5_000_000
_MOST_FILES = 50_000
# Databases are looked into as such; nothing in the others is text.
_OTHER = {".db", ".db-wal", ".db-shm", ".pdf", ".png", ".jpg", ".jpeg", ".zip", ".pptx", ".woff2"}


@dataclass(frozen=True, slots=True)
class Trace:
    """Where something of a student is outside the database.

    Attributes
    ----------
    path : Path or None
        None for what is not on this machine.
    what : str
        What it is.
    """

    path: Path | None
    what: str


def find_traces(folder: Path, identity: Identity, skipped: Collection[Path]) -> Iterator[Trace]:
    """Give the files below a folder whose names or texts name a student, without following links.

    Parameters
    ----------
    folder : Path
    identity : Identity
    skipped : collection of Path
        Folders that are left out: groups' repositories, whose history is another matter.
    """
    left_out = {path.absolute() for path in skipped}
    seen = 0
    for where, folders, files in os.walk(folder):
        here = Path(where)
        folders[:] = sorted(
            name for name in folders if name != ".git" and (here / name).absolute() not in left_out
        )
        for name in sorted(files):
            seen += 1
            if seen > _MOST_FILES:
                yield Trace(folder, f"more than {_MOST_FILES:,} files; the others were not looked at")
                return
            path = here / name
            if identity.is_named(path.stem):
                yield Trace(path, "its name")
            elif _is_named_in(path, identity):
                yield Trace(path, "its text")


def _is_named_in(path: Path, identity: Identity) -> bool:
    if path.suffix.lower() in _OTHER:
        return False
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
            return False
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return False
    return identity.is_named(text)
