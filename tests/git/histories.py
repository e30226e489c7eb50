"""Repositories whose commits are given as files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pygit2

from coursekit.git.shares import read_shares
from coursekit.git.who import Identity, attribute
from coursekit.work import ALL, Counted, Done, added, by_area

ADA = ("Ada Lovelace", "ada@example.org")
ALAN = ("Alan Turing", "alan@example.org")
# A Thursday.
START = 1_760_000_000
NOW = dt.datetime.fromtimestamp(START, dt.UTC) + dt.timedelta(days=100)


class History:
    """A repository whose commits are given as files; None removes one."""

    def __init__(self, folder: Path, *, bare: bool = True) -> None:
        self.folder = folder
        self.git = pygit2.init_repository(folder, bare=bare, initial_head="main")
        self.files: dict[str, bytes] = {}
        self.time = START

    def commit(
        self,
        who: tuple[str, str],
        files: Mapping[str, str | bytes | None],
        *,
        message: str = "Work",
        parents: list[pygit2.Oid] | None = None,
        by: tuple[str, str] | None = None,
        at: int | None = None,
        committed: int | None = None,
        ref: str = "HEAD",
    ) -> pygit2.Oid:
        for path, content in files.items():
            if content is None:
                del self.files[path]
            else:
                self.files[path] = content.encode() if isinstance(content, str) else content
        self.time += 60
        author = pygit2.Signature(*who, self.time if at is None else at, 0)
        committer = pygit2.Signature(*(by or who), self.time if committed is None else committed, 0)
        if parents is None:
            parents = [] if self.git.head_is_unborn else [self.git.head.target]
        return self.git.create_commit(ref, author, committer, message, self.tree(), parents)

    def tree(self) -> pygit2.Oid:
        index = pygit2.Index()
        for path, data in self.files.items():
            mode = pygit2.enums.FileMode.LINK if path.endswith("@") else pygit2.enums.FileMode.BLOB
            index.add(pygit2.IndexEntry(path.rstrip("@"), self.git.create_blob(data), mode))
        return index.write_tree(self.git)

    def raw(
        self, author: bytes, committer: bytes = b"x <x@example.org> 1760000000 +0000", extra: bytes = b""
    ) -> None:
        """Add a commit whose header is just that."""
        parent = b"" if self.git.head_is_unborn else b"parent %s\n" % str(self.git.head.target).encode()
        data = b"tree %s\n%sauthor %s\ncommitter %s\n%s\nWork %d\n" % (
            str(self.tree()).encode(),
            parent,
            author,
            committer,
            extra,
            self.time,
        )
        self.time += 60
        oid = self.git.write(pygit2.enums.ObjectType.COMMIT, data)
        self.git.references.create("refs/heads/main", oid, force=True)

    def counted(self, **options: Any) -> Counted:
        found = read_shares(self.folder, "HEAD", lambda path: path.split("/")[0], **{"now": NOW, **options})
        assert found is not None
        return found

    def people(self, **options: Any) -> dict[str, Done]:
        """What each person did, under the first name of each."""
        return {name: areas[ALL] for name, areas in self.areas(**options).items()}

    def areas(self, **options: Any) -> dict[str, dict[str, Done]]:
        """The same by the first part of the paths."""
        authors = {Identity(one.name, one.email): one for one in self.counted(**options).authors}
        return {
            whose.identities[0].name: by_area(
                week for one in whose.identities for week in authors[one].weeks.values()
            )
            for whose in attribute(authors, ())
        }


def lines(history: History) -> int:
    """All lines that were counted."""
    return added(history.people().values()).lines
