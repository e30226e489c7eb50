"""Who committed what, as far as git recorded it: commits and changed lines of each person, by milestone and week.

Objects are read, nothing is checked out, and no configuration, hook or filter of the repository counts.

What the numbers are: a commit counts for its author and in full for everybody whom a ``Co-authored-by`` line of its
message names; names and addresses are those that ``.mailmap`` gives. Its time is the author's: a rebase changes the
committer's. Lines are those added and removed in texts and in the sources of notebooks, one by one, without blank
ones. Left out are merges, commits of programs and of the template, commits that change no file, a commit's copies on other
branches, and of the files core_lib, libraries, a template's text, data, generated files, and what is moved, copied or
brought back as it was.

What must be known to read them is noted, with how often:

=================  ===============================================================================================
shallow            older commits were never fetched
unreadable         commits or branches that are missing or damaged
left-out           files that are missing in the clone, mostly because of their size
too-large          files, or whole commits, of which no lines were counted: too large, or too many files at once
too-many           commits that were not counted because there are too many
authors            authors who are not told apart because there are too many
clock              commits with a date that cannot be: in the future, or before git
squashed           commits into which a git host put a whole merge request
recommitted        commits that somebody else than their author brought into the history
beside             commits that are on other branches than the one that counts
=================  ===============================================================================================
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pygit2

from coursekit.git.mailmap import Mailmap, read_mailmap
from coursekit.git.signed import authors_of, identity, is_bot
from coursekit.git.tips import git_folder
from coursekit.git.trees import tree_id_without
from coursekit.git.who import Identity, attribute
from coursekit.git.written import Written
from coursekit.work import ALL, UNDATED, Author, Counted, Done

_MOST_COMMITS = 5_000
_MOST_AUTHORS = 200
# When git began.
_FIRST = 1_112_300_000
_LONGEST = 100_000
_DAY = 86_400
# What `new-project` and `update` commit states the tree that it has; see scaffold.pristine.
_TEMPLATE = re.compile(rb"^Coursekit-Tree: ([0-9a-f]{40})[ \t\r]*$", re.MULTILINE)
_FACTS = "project.toml"
_SQUASHED = re.compile(rb"[^\n]* \(#\d+\)\s*(\n|$)")
_HOSTS = {"noreply@github.com", "noreply@gitlab.com"}


def read_shares(
    folder: Path,
    revision: str,
    area: Callable[[str], str],
    *,
    beside: Iterable[str] = (),
    zone: dt.tzinfo = dt.UTC,
    now: dt.datetime | None = None,
) -> Counted | None:
    """Count the commits of a history and the lines that they changed.

    Parameters
    ----------
    folder : Path
        A bare repository, or a folder with one in `.git`.
    revision : str
        Where the history ends.
    area : callable
        Gives the area that a path belongs to.
    beside : iterable of str, optional
        Other branches whose commits count too.
    zone : tzinfo, optional
        In which weeks begin.
    now : datetime, optional
        Later dates cannot be.

    Returns
    -------
    Counted or None
        None where there is no such history, or it borrows objects from elsewhere.
    """
    if git_folder(folder) is None:
        return None
    try:
        git = pygit2.Repository(str(folder), pygit2.enums.RepositoryOpenFlag.NO_SEARCH)
        if (Path(git.path) / "objects" / "info" / "alternates").exists():
            return None
        tip = git.revparse_single(revision).peel(pygit2.Commit)
    except (KeyError, ValueError, pygit2.GitError):
        return None
    latest = (now or dt.datetime.now(dt.UTC)).timestamp() + _DAY
    return _Counting(git, area, zone, latest).count(tip, beside)


@dataclass(frozen=True, slots=True)
class _Made:
    """What one commit adds up to; `at` is None where its date cannot be."""

    authors: tuple[Identity, ...]
    at: int | None
    lines: Mapping[str, int]


class _Counting:
    def __init__(
        self, git: pygit2.Repository, area: Callable[[str], str], zone: dt.tzinfo, latest: float
    ) -> None:
        self._git = git
        self._area = area
        self._zone = zone
        self._latest = latest
        self._written = Written(git)
        self._notes: Counter[str] = self._written.notes
        self._mailmap = Mailmap()
        self._edge = _shallow(git)
        self._weeks: dict[int, str] = {}
        self._recommitted: list[tuple[Identity, Identity]] = []

    def count(self, tip: pygit2.Commit, beside: Iterable[str]) -> Counted:
        self._mailmap = read_mailmap(tip)
        self._notes["shallow"] = int(bool(self._edge) or self._git.is_shallow)
        commits = self._commits(tip, beside)
        made: list[_Made] = []
        twins: set[tuple[bytes, int, bytes]] = set()
        for commit, elsewhere in commits:
            if one := self._made(commit, twins, elsewhere=elsewhere):
                made.append(one)
                self._notes["beside"] += elsewhere
        same = _same(one for each in made for one in each.authors)
        known = _same(one for pair in self._recommitted for one in pair)
        self._notes["recommitted"] = sum(known[one] != known[other] for one, other in self._recommitted)
        times = [one.at for one in made if one.at is not None]
        authors = self._authors(made, same)
        notes = {key: times for key, times in sorted(self._notes.items()) if times}
        return Counted(authors, len(made), _moment(max(times, default=None)), notes)

    def _commits(self, tip: pygit2.Commit, beside: Iterable[str]) -> list[tuple[pygit2.Commit, bool]]:
        """Give the commits, and of each whether it is only on another branch.

        From the oldest on, so that what is moved or brought back is known.
        """
        found = [(commit, False) for commit in self._walk([tip.id], ())]
        others = []
        for name in beside:
            try:
                others.append(self._git.revparse_single(name).peel(pygit2.Commit).id)
            except (KeyError, ValueError, pygit2.GitError):
                self._notes["unreadable"] += 1
        if others:
            main = {commit.id for commit, _ in found}
            found += [(one, True) for one in self._walk(others, [tip.id]) if one.id not in main]
        if len(found) > _MOST_COMMITS:
            self._notes["too-many"] = len(found) - _MOST_COMMITS
            del found[_MOST_COMMITS:]
        # Of copies the one on the branch that counts is the first.
        found.reverse()
        return sorted(found, key=lambda item: item[1])

    def _walk(self, tips: Iterable[pygit2.Oid], but: Iterable[pygit2.Oid]) -> list[pygit2.Commit]:
        modes = pygit2.enums.SortMode
        try:
            return list(self._walker(tips, but, modes.TOPOLOGICAL | modes.TIME))
        except (KeyError, pygit2.GitError):
            self._notes["unreadable"] += 1
        # A commit is missing: give all that can be reached without it.
        to_do = [*tips]
        found: dict[pygit2.Oid, pygit2.Commit] = {}
        while to_do and len(found) <= _MOST_COMMITS:
            oid = to_do.pop()
            try:
                commit = self._git[oid]
            except (KeyError, ValueError, pygit2.GitError):
                continue
            if oid not in found and isinstance(commit, pygit2.Commit):
                found[oid] = commit
                to_do += commit.parent_ids
        return sorted(found.values(), key=lambda commit: -commit.commit_time)

    def _walker(
        self, tips: Iterable[pygit2.Oid], but: Iterable[pygit2.Oid], order: pygit2.enums.SortMode
    ) -> pygit2.Walker:
        walker = self._git.walk(None, order)
        for oid in tips:
            walker.push(oid)
        for oid in but:
            walker.hide(oid)
        return walker

    def _made(
        self, commit: pygit2.Commit, twins: set[tuple[bytes, int, bytes]], *, elsewhere: bool
    ) -> _Made | None:
        if len(commit.parent_ids) > 1:
            return None
        authors = [] if self._of_template(commit) else authors_of(commit, self._mailmap)
        # A rebase or a cherry-pick keeps these three.
        message = hashlib.sha256(commit.raw_message).digest()
        twin = (commit.author.raw_email, commit.author.time, message)
        own = bool(authors) and not (elsewhere and twin in twins)
        # The first commit of a cut history brings what all before it wrote.
        cut = str(commit.id) in self._edge
        changes = self._written.changes(commit, count=own and not cut)
        if not own or (changes is None and not cut):
            return None
        twins.add(twin)
        lines: Counter[str] = Counter()
        for change in changes or ():
            lines[self._area(change.path)] += change.lines
        self._look(commit, authors[0])
        return _Made(tuple(authors), self._at(commit), lines)

    def _look(self, commit: pygit2.Commit, author: Identity) -> None:
        committer = self._mailmap.resolve(identity(commit.committer))
        if committer.email in _HOSTS:
            self._notes["squashed"] += bool(_SQUASHED.match(commit.raw_message[:1000]))
        elif committer != author and not is_bot(committer):
            self._recommitted.append((author, committer))

    def _at(self, commit: pygit2.Commit) -> int | None:
        for seconds in (commit.author.time, commit.committer.time):
            if _FIRST <= seconds <= self._latest:
                self._notes["clock"] += seconds != commit.author.time
                return seconds
        self._notes["clock"] += 1
        return None

    def _of_template(self, commit: pygit2.Commit) -> bool:
        stated = _TEMPLATE.findall(commit.raw_message[:_LONGEST])
        if not stated:
            return False
        tree = tree_id_without(self._git[commit.tree_id].read_raw(), _FACTS)
        return tree.encode() in stated

    def _authors(self, made: list[_Made], same: Mapping[Identity, int]) -> tuple[Author, ...]:
        often = Counter(one for each in made for one in each.authors)
        kept = {one for one, _ in sorted(often.items(), key=lambda item: (-item[1], item[0]))[:_MOST_AUTHORS]}
        self._notes["authors"] = len(often) - len(kept)
        found: dict[Identity, _Sum] = defaultdict(_Sum)
        for each in made:
            week = self._week(each.at)
            # Who names herself under another address is one author all the same.
            people = list({same[one]: one for one in reversed(each.authors)}.values())
            for one in {one if one in kept else Identity("", "") for one in people}:
                found[one].add(each, week, several=len(people) > 1)
        authors = [total.author(one) for one, total in found.items()]
        return tuple(sorted(authors, key=lambda one: (-one.total.commits, one.name, one.email)))

    def _week(self, at: int | None) -> str:
        if at is None:
            return UNDATED
        # In no time zone a week begins within a quarter of an hour.
        quarter = at // 900
        if quarter not in self._weeks:
            year, week, _ = dt.datetime.fromtimestamp(at, self._zone).isocalendar()
            self._weeks[quarter] = f"{year}-W{week:02}"
        return self._weeks[quarter]


class _Sum:
    """What is added up for one identity."""

    def __init__(self) -> None:
        self._weeks: dict[str, dict[str, Done]] = defaultdict(dict)
        self._together = 0
        self._times: list[int] = []

    def add(self, made: _Made, week: str, *, several: bool) -> None:
        areas = self._weeks[week]
        for area, lines in ((ALL, sum(made.lines.values())), *made.lines.items()):
            areas[area] = areas.get(area, Done()) + Done(1, lines)
        self._together += several
        if made.at is not None:
            self._times.append(made.at)

    def author(self, one: Identity) -> Author:
        weeks = {week: dict(sorted(areas.items())) for week, areas in sorted(self._weeks.items())}
        first, last = min(self._times, default=None), max(self._times, default=None)
        return Author(one.name, one.email, self._together, _moment(first), _moment(last), weeks)


def _same(identities: Iterable[Identity]) -> dict[Identity, int]:
    """Number the people behind identities, as names and addresses join them."""
    found = attribute(identities, ())
    return {one: number for number, whose in enumerate(found) for one in whose.identities}


def _moment(seconds: int | None) -> dt.datetime | None:
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC)


def _shallow(git: pygit2.Repository) -> frozenset[str]:
    """Return the commits at which a shallow history is cut off."""
    path = Path(git.path) / "shallow"
    if path.is_symlink() or not path.is_file():
        return frozenset()
    with path.open("rb") as file:
        return frozenset(file.read(1_000_000).decode("ascii", "replace").split())
