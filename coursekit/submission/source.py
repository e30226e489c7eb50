"""Where a submission's files come from: a folder, or a commit in a git repository.

Both give the same view: relative names with `/`, sizes before contents, and nothing from outside.
Nothing of the group's is run and none of its git configuration is used.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple, Protocol

from coursekit.errors import InputError
from coursekit.model import Text
from coursekit.submission.index import MAX_INDEX, read_index

if TYPE_CHECKING:
    import pygit2

MAX_FILES = 20_000
MAX_TOTAL = 500 * 1000 * 1000
MAX_DEPTH = 64
# How many names are looked at in a folder that git knows nothing of: environments and downloaded data
# lie in work trees by the ten thousand, and are not handed in.
MAX_UNKNOWN = 1000
# Bytes of one folder's list in a git repository; 20,000 names take a tenth of it.
MAX_LISTING = 20_000_000


class Kind(StrEnum):
    """What a name in the tree stands for. Only regular files are ever opened."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    SPECIAL = "special file"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in the tree. `size` is in bytes; None where a large file was left out of the clone."""

    path: str
    kind: Kind
    size: int | None = 0


class BilingualError(Exception):
    """What is wrong with a file, as a group reads it in its language."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class UnreadableError(BilingualError):
    """One file could not be read; the text says why, for a finding."""


class TooLargeError(UnreadableError):
    """A file is larger than what is read."""


def _too_large(size: int, limit: int) -> TooLargeError:
    text = Text(
        f"it has {size:,} bytes, more than the {limit:,} that are read",
        f"die Datei hat {size / 1e6:.1f} MB, mehr als die {limit / 1e6:.0f} MB, die gelesen werden",
    )
    return TooLargeError(text)


class Source(Protocol):
    """A tree of files to read."""

    label: str

    def entries(self) -> Iterator[Entry]:
        """Give every name below the root, folders too, level by level.

        Where there are too many, those that people look at first are the ones that are seen.
        """

    def read(self, path: str, limit: int) -> bytes:
        """Return a regular file's bytes.

        Raises
        ------
        UnreadableError
            If it is larger than `limit`, is no regular file, or cannot be read.
        """

    def committed(self) -> frozenset[str] | None:
        """Return the paths that are committed or about to be; None where all are, or nobody knows."""


class FolderSource:
    """A folder on disk: a student's own work.

    Folders are opened one below the other without following links, so that no name, however it was
    made, leads out of the root. Where the system has no such calls (Windows), the resolved path is
    checked instead.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.label = str(root)
        # Descend by descriptors where the system can: a folder swapped for a link while we read is refused.
        self._by_descriptor = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")

    def entries(self) -> Iterator[Entry]:
        """Walk the folder, leaving out `.git`."""
        # A folder, its path, how deep it lies, and how many more names may come from it and below.
        queue = deque([(self.root, "", 0, [MAX_FILES + 1])])
        while queue:
            folder, prefix, depth, left = queue.popleft()
            try:
                with os.scandir(folder) as scan:
                    children = sorted(islice(scan, MAX_FILES + 1), key=lambda child: child.name)
            except OSError:
                if prefix:
                    yield Entry(prefix.rstrip("/"), Kind.UNREADABLE)
                continue
            for child in children:
                if not prefix and child.name == ".git":
                    continue
                if left[0] <= 0:
                    break
                left[0] -= 1
                path = prefix + child.name
                kind, size = _kind_on_disk(child)
                yield Entry(path, kind, size)
                if kind is Kind.FOLDER and depth + 1 >= MAX_DEPTH:
                    yield Entry(path, Kind.UNREADABLE)
                elif kind is Kind.FOLDER:
                    outside = left[0] > MAX_UNKNOWN and not self._in_git(path)
                    queue.append(
                        (Path(child.path), path + "/", depth + 1, [MAX_UNKNOWN] if outside else left)
                    )

    def _in_git(self, folder: str) -> bool:
        """Whether git knows of something in a folder; it does where there is no git."""
        return self._git_folders is None or unicodedata.normalize("NFC", folder) in self._git_folders

    @cached_property
    def _git_folders(self) -> frozenset[str] | None:
        names = self.committed()
        if names is None:
            return None
        parents = {PurePosixPath(name).parent for name in names}
        return frozenset(
            unicodedata.normalize("NFC", str(folder))
            for parent in parents
            for folder in (parent, *parent.parents)
        )

    def read(self, path: str, limit: int) -> bytes:
        """Read one regular file of the folder."""
        try:
            descriptor = self._open(path)
        except OSError as error:
            raise UnreadableError(
                Text(f"it cannot be opened ({error.strerror})", f"lässt sich nicht öffnen ({error.strerror})")
            ) from error
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableError(Text("it is not a regular file", "das ist keine gewöhnliche Datei"))
            if status.st_nlink > 1:
                raise UnreadableError(
                    Text("it is a hard link to another file", "das ist ein harter Link auf eine andere Datei")
                )
            if status.st_size > limit:
                raise _too_large(status.st_size, limit)
            try:
                # Not `limit`: so much would be set aside first, which takes longer than reading.
                return file.read(status.st_size)
            except OSError as error:
                raise UnreadableError(
                    Text(
                        f"it cannot be read ({error.strerror})", f"lässt sich nicht lesen ({error.strerror})"
                    )
                ) from error

    def committed(self) -> frozenset[str] | None:
        """Read the names in git's index, if the folder is a work tree. A `.git` that leads elsewhere is not followed."""
        return self._index

    @cached_property
    def _index(self) -> frozenset[str] | None:
        try:
            return read_index(self.read(".git/index", MAX_INDEX))
        except UnreadableError:
            return None

    def _open(self, path: str) -> int:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        flags |= getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        parts = path.split("/")
        if not self._by_descriptor:
            full = self.root.joinpath(*parts)
            if full.resolve() != full:
                raise OSError(0, "leads out of the folder")
            return os.open(full, flags)
        folder = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for part in parts[:-1]:
                inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
                os.close(folder)
                folder = inner
            return os.open(parts[-1], flags, dir_fd=folder)
        finally:
            os.close(folder)


def _kind_on_disk(child: os.DirEntry[str]) -> tuple[Kind, int]:
    try:
        if child.is_symlink() or (hasattr(child, "is_junction") and child.is_junction()):
            return Kind.LINK, 0
        if child.is_dir(follow_symlinks=False):
            return Kind.FOLDER, 0
        if child.is_file(follow_symlinks=False):
            return Kind.FILE, child.stat(follow_symlinks=False).st_size
    except OSError:
        return Kind.UNREADABLE, 0
    return Kind.SPECIAL, 0


class CommitSource:
    """A commit in a git repository, read object by object: nothing is checked out.

    Parameters
    ----------
    repository : Path
        A bare repository, or a folder with one in `.git`.
    revision : str
        A branch, tag or commit; by default what HEAD points at.

    Raises
    ------
    InputError
        If the folder is no repository, or has no such commit, or borrows objects from elsewhere.
    """

    def __init__(self, repository: Path, revision: str = "HEAD") -> None:
        import pygit2

        try:
            self._git = pygit2.Repository(str(repository), pygit2.enums.RepositoryOpenFlag.NO_SEARCH)
        except pygit2.GitError as error:
            raise InputError(
                f"expected a git repository at {repository}, but found none ({error})",
                "Give the folder of a repository, or a bare clone of it.",
            ) from error
        if (Path(self._git.path) / "objects" / "info" / "alternates").exists():
            raise InputError(
                f"the repository at {repository} borrows objects from another folder (objects/info/alternates)",
                "Clone it anew without --shared or --reference; folders outside a submission are not read.",
            )
        try:
            commit = self._git.revparse_single(revision)
            self.commit = commit.peel(pygit2.Commit)
            self._tree = self.commit.tree
        except (KeyError, ValueError, pygit2.GitError) as error:
            raise InputError(
                f"expected a commit called {revision!r} in {repository}, but there is none",
                "An empty repository has nothing to check; otherwise give a branch, a tag or a commit.",
            ) from error
        self.label = f"{repository}@{str(self.commit.id)[:12]}"
        self.folder = Path(self._git.path)
        self._blobs: dict[str, pygit2.Oid] = {}

    def entries(self) -> Iterator[Entry]:
        """Walk the commit's tree."""
        import pygit2

        modes = pygit2.enums.FileMode
        queue = deque([(self._tree, "", 0)])
        while queue:
            tree, prefix, depth = queue.popleft()
            for child in tree:
                raw = child.raw_name.decode("utf-8", "surrogateescape") if child.raw_name else ""
                path, mode = prefix + raw, int(child.filemode)
                if mode == modes.TREE:
                    yield Entry(path, Kind.FOLDER)
                    # Small on disk may be large in memory: the size is asked for before it is unpacked.
                    size = self._size(child.id)
                    inner = self._git[child.id] if size is not None and size <= MAX_LISTING else None
                    if depth + 1 >= MAX_DEPTH or not isinstance(inner, pygit2.Tree):
                        yield Entry(path, Kind.UNREADABLE)
                    else:
                        queue.append((inner, path + "/", depth + 1))
                elif mode == modes.LINK:
                    yield Entry(path, Kind.LINK)
                elif mode == modes.COMMIT:
                    yield Entry(path, Kind.SPECIAL)
                else:
                    self._blobs[path] = child.id
                    yield Entry(path, Kind.FILE, self._size(child.id))

    def _size(self, oid: pygit2.Oid) -> int | None:
        try:
            return int(self._git.odb.read_header(oid)[1])
        except KeyError:
            return None  # left out of the clone because of its size

    def read(self, path: str, limit: int) -> bytes:
        """Read one blob of the commit."""
        oid = self._blobs.get(path)
        size = self._size(oid) if oid is not None else None
        if oid is None or size is None:
            raise UnreadableError(
                Text(
                    "it was left out of the clone because of its size",
                    "die Datei wurde wegen ihrer Größe beim Klonen ausgelassen",
                )
            )
        if size > limit:
            raise _too_large(size, limit)
        return bytes(self._git[oid].data)  # type: ignore[attr-defined]

    def committed(self) -> frozenset[str] | None:
        """Everything in a commit is committed."""
        return None


class Tree(NamedTuple):
    """What a source holds: the regular files by path, everything else, and whether that is all."""

    files: dict[str, Entry]
    others: list[Entry]
    complete: bool


def list_tree(source: Source) -> Tree:
    """List what a source holds, in order of the paths; at most `MAX_FILES` names."""
    files: dict[str, Entry] = {}
    others: list[Entry] = []
    entries = source.entries()
    for entry in islice(entries, MAX_FILES):
        if entry.kind is Kind.FILE:
            files[entry.path] = entry
        else:
            others.append(entry)
    complete = next(entries, None) is None
    return Tree(dict(sorted(files.items())), sorted(others, key=lambda entry: entry.path), complete)
