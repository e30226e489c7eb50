"""Making a new repository from files that are at hand, many of them quickly.

Of a thousand repositories from one template nearly all files are the same. Their blobs and trees are packed once
(`pack_shared`), and the finished pack is written into each repository as it is: complete, and bound to no other.
What differs, and the commit, is added to it. Each file is written once and never read back.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pygit2

from coursekit.errors import InputError
from coursekit.files import temporary_folder, write_new
from coursekit.git.commits import BRANCH, author_of, init
from coursekit.text import one_line

_FILE = pygit2.enums.FileMode.BLOB


@dataclass(frozen=True, slots=True)
class Shared:
    """Files that many repositories have in common, as a pack that can be written into each.

    Attributes
    ----------
    blobs : mapping of str to (bytes, pygit2.Oid)
        What the files hold, and their ids, by path.
    start : mapping of str to bytes
        The files of a new repository, by their paths in ``.git``.
    pack : mapping of str to bytes
        The pack and its index, likewise.
    """

    blobs: Mapping[str, tuple[bytes, pygit2.Oid]]
    start: Mapping[str, bytes]
    pack: Mapping[str, bytes]


def pack_shared(files: Mapping[str, bytes], same: Collection[str], place: Path) -> Shared:
    """Pack what repositories like this one have in common.

    Parameters
    ----------
    files : mapping of str to bytes
        All files of one of the repositories.
    same : collection of str
        The paths that are the same in all of them. Nothing of the others comes into the pack.
    place : Path
        The folder in which they will lie: what git notes of the disk must be true there.

    Raises
    ------
    InputError
        As for `make_repository`.
    """
    same = set(same) & files.keys()
    with temporary_folder(place, "shared") as folder:
        repository = init(folder)
        blobs = {path: (files[path], repository.create_blob(files[path])) for path in same}
        ids = {
            path: blobs[path][1] if path in same else repository.create_blob(files[path]) for path in files
        }
        builder = pygit2.PackBuilder(repository)
        for _, blob in blobs.values():
            builder.add(blob)
        root = repository.get(_index(ids).write_tree(repository))
        assert isinstance(root, pygit2.Tree)
        for name in _folders_within(same, files):
            builder.add(root[name].id)
        builder.write(folder)
        repository.free()
        pack = {f"objects/pack/{path.name}": path.read_bytes() for path in folder.glob("pack-*")}
        start = {name: (folder / ".git" / name).read_bytes() for name in ("HEAD", "config")}
    return Shared(blobs, start, pack)


def _folders_within(same: Collection[str], files: Iterable[str]) -> set[str]:
    """Name the folders that hold nothing but shared files."""

    def above(path: str) -> Iterable[str]:
        return (parent.as_posix() for parent in list(Path(path).parents)[:-1])

    other = {folder for path in files if path not in same for folder in above(path)}
    return {folder for path in same for folder in above(path)} - other


def make_repository(
    folder: Path,
    files: Mapping[str, bytes],
    message: str,
    *,
    branches: Collection[str] = (),
    shared: Shared | None = None,
) -> str:
    """Write files into an empty folder, make it a git repository with one commit of them, and return the commit's id.

    The author is the one that the user's git configuration names, else coursekit itself. Nothing else of that
    configuration counts: no filters, no ignore rules, no hooks.

    Parameters
    ----------
    folder : Path
        An empty folder; when this raises, it is left half-done.
    files : mapping of str to bytes
        What each file holds, by its path with forward slashes. Texts have the line ends that they shall have in
        git and on the disk.
    message : str
        The commit's message.
    branches : collection of str, optional
        Further branches that begin at this commit, beside ``main``.
    shared : Shared, optional
        What is the same in many repositories; it is left aside when not all of it is among `files`.

    Raises
    ------
    InputError
        If a path cannot stand in a repository (such as ``.git/config``), or the user's own git configuration cannot
        be read.
    """
    known = shared.blobs if shared else {}
    if any(files.get(path) != data for path, (data, _) in known.items()):
        known, shared = {}, None
    ids = {path: known[path][1] if path in known else pygit2.hash(data) for path, data in files.items()}
    index = _index(ids)
    repository = _begin(folder, shared) if shared else init(folder)
    try:
        write_new(folder, files)
        for path in files.keys() - known.keys():
            repository.create_blob(files[path])
        author, tree = author_of(repository), index.write_tree(repository)
        commit = repository.create_commit(f"refs/heads/{BRANCH}", author, author, message, tree, [])
        for branch in branches:
            repository.create_reference(f"refs/heads/{branch}", commit)
        (Path(repository.path) / "index").write_bytes(_index_file(folder, ids))
    finally:
        repository.free()
    return str(commit)


def _begin(folder: Path, shared: Shared) -> pygit2.Repository:
    # Making it with the library takes as long as a fourth of everything else, and some memory each time.
    place = folder / ".git"
    for name in ("objects/info", "refs/heads", "refs/tags"):
        (place / name).mkdir(parents=True)
    write_new(place, {**shared.start, **shared.pack})
    for name in shared.pack:
        (place / name).chmod(0o444)  # as git leaves them
    return pygit2.Repository(folder, pygit2.enums.RepositoryOpenFlag.NO_SEARCH)


def _index(ids: Mapping[str, pygit2.Oid]) -> pygit2.Index:
    """Give an index in memory, which also refuses what must not be a path."""
    index = pygit2.Index()
    for path, blob in ids.items():
        try:
            if "" in path.split("/") or "\0" in path:
                raise ValueError(path)
            index.add(pygit2.IndexEntry(path, blob, _FILE))
        except (pygit2.GitError, ValueError, OSError):
            raise InputError(
                f"expected files that can stand in a git repository, but found {one_line(path, 80)!r}",
                "Rename the file in the template.",
            ) from None
    return index


def _index_file(folder: Path, ids: Mapping[str, pygit2.Oid]) -> bytes:
    """Write git's index (version 2) with what the disk says of each file, so that ``git status`` reads none of them.

    The library can do it only by reading and hashing all files again.
    """
    parts = [struct.pack(">4sII", b"DIRC", 2, len(ids))]
    for name, path in sorted((path.encode("utf-8"), path) for path in ids):
        found = os.lstat(f"{folder}/{path}")
        # Git on Windows knows neither device, inode nor owner.
        where = (0, 0, 0, 0) if os.name == "nt" else (found.st_dev, found.st_ino, found.st_uid, found.st_gid)
        times = (*divmod(found.st_ctime_ns, 10**9), *divmod(found.st_mtime_ns, 10**9))
        numbers = (*times, *where[:2], int(_FILE), *where[2:], found.st_size)
        parts.append(struct.pack(">10I", *(number & 0xFFFFFFFF for number in numbers)))
        parts.append(ids[path].raw + struct.pack(">H", min(len(name), 0xFFF)) + name)
        parts.append(b"\0" * (8 - (62 + len(name)) % 8))
    data = b"".join(parts)
    return data + hashlib.sha1(data, usedforsecurity=False).digest()
