"""Who committed what, as far as git recorded it: commits and changed lines of each person.

Objects are read, nothing is checked out, and no configuration, hook or filter of the repository counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pygit2

from coursekit.git.trees import tree_id_without
from coursekit.submission.notebook import Notebook, NotebookError
from coursekit.text import clean

_MOST_COMMITS = 5_000
_MAX_NOTEBOOK = 10_000_000
# Longer texts are data.
_MAX_TEXT = 300_000
_MAX_READ = 150_000_000
_TEXTS = (
    ".md",
    ".py",
    ".ipynb",
    ".toml",
    ".txt",
    ".r",
    ".rmd",
    ".qmd",
    ".jl",
    ".sql",
    ".sh",
    ".yml",
    ".yaml",
)
_NOT_WRITTEN = {".venv", "venv", "env", "node_modules", "site-packages", ".ipynb_checkpoints", "__pycache__"}
# Written by git hosts for everybody.
_NOBODYS = {"", "noreply@github.com"}
_BOT = re.compile(r"\[bot\]$|^github-actions|^dependabot", re.IGNORECASE)
# What `new-project` and `update` commit states the tree that it has; see scaffold.pristine.
_TEMPLATE = re.compile(rb"^Coursekit-Tree: ([0-9a-f]{40})[ \t\r]*$", re.MULTILINE)
_FACTS = "project.toml"


@dataclass
class Share:
    """What one person committed.

    Attributes
    ----------
    names : Counter of str
        How the person is called in the commits, with how often.
    emails : set of str
        In lower case.
    commits : int
        Without merges.
    lines : Counter of str
        Added and removed lines by area; a notebook's without its outputs.
    """

    names: Counter[str] = field(default_factory=Counter)
    emails: set[str] = field(default_factory=set)
    commits: int = 0
    lines: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The name that is used most often."""
        return min(self.names, key=lambda name: (-self.names[name], name))


@dataclass(frozen=True)
class Shares:
    """The people of a history, most commits first; `whole` is False where part of it was not counted."""

    people: tuple[Share, ...]
    whole: bool


def read_shares(folder: Path, revision: str, area: Callable[[str], str]) -> Shares | None:
    """Count the commits of a history and the lines that they changed.

    Parameters
    ----------
    folder : Path
        A bare repository, or a folder with one in `.git`.
    revision : str
        Where the history ends.
    area : callable
        Gives the area that a path belongs to.

    Returns
    -------
    Shares or None
        None where there is no such history, or it borrows objects from elsewhere.
    """
    try:
        git = pygit2.Repository(str(folder), pygit2.enums.RepositoryOpenFlag.NO_SEARCH)
        if (Path(git.path) / "objects" / "info" / "alternates").exists():
            return None
        tip = git.revparse_single(revision).peel(pygit2.Commit)
    except (KeyError, ValueError, pygit2.GitError):
        return None
    return _Counting(git, area).count(tip)


class _Counting:
    def __init__(self, git: pygit2.Repository, area: Callable[[str], str]) -> None:
        self._git = git
        self._area = area
        self._read = 0
        self._whole = not git.is_shallow
        self._cache: dict[tuple[pygit2.Oid, bool], Counter[str]] = {}
        self._people: list[Share] = []
        self._by: dict[str, Share] = {}

    def count(self, tip: pygit2.Commit) -> Shares:
        for number, commit in enumerate(self._commits(tip)):
            if number >= _MOST_COMMITS:
                self._whole = False
                break
            if len(commit.parent_ids) > 1 or _BOT.search(commit.author.name) or self._of_template(commit):
                continue
            person = self._person(commit.author)
            person.commits += 1
            for path, lines in self._changed(commit):
                if lines:
                    person.lines[self._area(path)] += lines
        people = sorted(self._people, key=lambda share: (-share.commits, share.name))
        return Shares(tuple(people), self._whole)

    def _commits(self, tip: pygit2.Commit) -> Iterator[pygit2.Commit]:
        walker = self._git.walk(tip.id, pygit2.enums.SortMode.TIME)
        while True:
            try:
                yield next(walker)
            except StopIteration:
                return
            except (KeyError, pygit2.GitError):  # a commit that was never fetched
                self._whole = False
                return

    def _of_template(self, commit: pygit2.Commit) -> bool:
        stated = _TEMPLATE.findall(commit.raw_message)
        if not stated:
            return False
        tree = tree_id_without(self._git[commit.tree_id].read_raw(), _FACTS)
        return tree.encode() in stated

    def _person(self, author: pygit2.Signature) -> Share:
        """Return who this is: the same e-mail or the same name is the same person."""
        name = " ".join(clean(author.name).split())[:80] or "?"
        email = clean(author.email).strip().casefold()
        keys = [f"name {name.casefold()}", *([f"email {email}"] if email not in _NOBODYS else [])]
        known = list({id(self._by[key]): self._by[key] for key in keys if key in self._by}.values())
        person = known[0] if known else Share()
        if not known:
            self._people.append(person)
        for other in known[1:]:
            person.names += other.names
            person.emails |= other.emails
            person.commits += other.commits
            person.lines += other.lines
            self._people.remove(other)
            self._by = {key: person if share is other else share for key, share in self._by.items()}
        for key in keys:
            self._by[key] = person
        person.names[name] += 1
        person.emails.add(email)
        return person

    def _changed(self, commit: pygit2.Commit) -> Iterator[tuple[str, int]]:
        try:
            if commit.parents:
                diff = commit.parents[0].tree.diff_to_tree(commit.tree)
            else:
                diff = commit.tree.diff_to_tree(swap=True)
            deltas = [(delta.old_file, delta.new_file) for delta in diff.deltas]
        except (KeyError, pygit2.GitError):
            self._whole = False
            return
        moved = {old.id for old, _ in deltas} & {new.id for _, new in deltas}
        for old, new in deltas:
            path = new.path or old.path
            parts = path.split("/")
            if not path.lower().endswith(_TEXTS) or _NOT_WRITTEN & {*parts[:-1]}:
                continue
            if (old.id in moved or not _is_blob(old)) and (new.id in moved or not _is_blob(new)):
                continue  # moved or copied as it was
            before, after = self._lines(old, path), self._lines(new, path)
            yield path, ((before - after) + (after - before)).total()

    def _lines(self, file: pygit2.DiffFile, path: str) -> Counter[str]:
        if not _is_blob(file):
            return Counter()
        notebook = path.lower().endswith(".ipynb")
        key = (file.id, notebook)
        if key not in self._cache:
            if len(self._cache) > 400:
                self._cache.clear()
            self._cache[key] = Counter(self._own_lines(file.id, path, notebook=notebook))
        return self._cache[key]

    def _own_lines(self, oid: pygit2.Oid, path: str, *, notebook: bool) -> list[str]:
        try:
            size = int(self._git.odb.read_header(oid)[1])
        except KeyError:
            return []  # left out of the clone because of its size
        if size > _MAX_TEXT and not notebook:
            return []
        if size > _MAX_NOTEBOOK or self._read + size > _MAX_READ:
            self._whole = False
            return []
        self._read += size
        data = self._git[oid].read_raw()
        if not notebook:
            text = data.decode("utf-8", "replace")
        else:
            try:
                text = "\n".join(cell.source for cell in Notebook(data, path).cells)
            except NotebookError:
                return []
        return [line for row in text.split("\n") if (line := row.strip())]


def _is_blob(file: pygit2.DiffFile) -> bool:
    modes = pygit2.enums.FileMode
    return file.mode in {modes.BLOB, modes.BLOB_EXECUTABLE}
