"""What files are, as git counts it: the id of a tree, computed without a repository."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache

FILE = b"100644"
FOLDER = b"40000"


def tree_id(files: Mapping[str, bytes]) -> str:
    """Return the id of the git tree that holds just these files, none of them executable.

    Parameters
    ----------
    files : mapping of str to bytes
        By path, with forward slashes.
    """
    root: dict[str, object] = {}
    for path, data in files.items():
        *folders, name = path.split("/")
        place = root
        for folder in folders:
            place = place.setdefault(folder, {})  # type: ignore[assignment]
        place[name] = blob_id(data)
    return _folder_id(root).hex()


def tree_id_without(raw: bytes, name: str) -> str:
    """Return the id of a tree object, given as its bytes, once its entry `name` is left out."""
    entries = [
        b"%b %b\0%b" % (mode.encode(), other.encode("utf-8", "surrogateescape"), bytes.fromhex(one))
        for other, mode, one in read_tree(raw)
        if other != name
    ]
    return _object_id(b"tree", b"".join(entries)).hex()


def read_tree(raw: bytes) -> Iterator[tuple[str, str, str]]:
    """Give each entry of a tree object: its name, its mode as git writes it, and its id."""
    position = 0
    while position < len(raw):
        end = raw.index(b"\0", position)
        mode, _, name = raw[position:end].partition(b" ")
        yield name.decode("utf-8", "surrogateescape"), mode.decode(), raw[end + 1 : end + 21].hex()
        position = end + 21


# Nearly all files of a course's projects are the same objects, so that each is hashed once.
@lru_cache(maxsize=1024)
def blob_id(data: bytes) -> bytes:
    """Return the id of a file's content, as the 20 bytes that stand in a tree."""
    return _object_id(b"blob", data)


def _folder_id(folder: Mapping[str, object]) -> bytes:
    entries = []
    for name, inside in folder.items():
        raw = name.encode("utf-8", "surrogateescape")
        if isinstance(inside, bytes):
            entries.append((raw, FILE + b" " + raw + b"\0" + inside))
        else:
            assert isinstance(inside, dict)
            # Git orders folders as if their names ended with a slash.
            entries.append((raw + b"/", FOLDER + b" " + raw + b"\0" + _folder_id(inside)))
    return _object_id(b"tree", b"".join(entry for _, entry in sorted(entries)))


def _object_id(kind: bytes, data: bytes) -> bytes:
    return hashlib.sha1(kind + b" %d\0" % len(data) + data, usedforsecurity=False).digest()
