"""What happened to a repository between two fetches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pygit2

from coursekit.git.refs import HEADS, OLD, TAGS, THEIRS
from coursekit.git.remote import Remote

State = Literal["new", "updated", "unchanged", "empty"]
# rewritten: a branch or tag stands for something that does not come after what it stood for (a forced push).
# deleted: it is gone. default-branch: another one is the default. no-default: the host's HEAD leads nowhere.
# address: the group's repository has another one. ignored: names that no branch may have.
EventKind = Literal["rewritten", "deleted", "default-branch", "no-default", "address", "ignored"]

# Counting ends here; nobody reads on.
_MOST = 100_000
_LAST = 253_402_300_799


@dataclass(frozen=True, slots=True)
class Event:
    """Something that an instructor wants to know.

    Parameters
    ----------
    kind : str
    name : str
        Of the branch or tag, without ``refs/heads/``; empty where it is about none.
    old, new : str
        Commits; branches or addresses where the kind says so; empty where there is none.
    kept : str, optional
        The ref that keeps the old commit, where it is in no branch any more.
    """

    kind: EventKind
    name: str
    old: str = ""
    new: str = ""
    kept: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch brought.

    Attributes
    ----------
    state : {"new", "updated", "unchanged", "empty"}
    branch : str
        The default branch; empty where there is none.
    commit : str or None
        Its newest commit.
    committed_at : datetime or None
        When, as that commit says.
    commits : int
        How many came that were not there before.
    branches : int
    events : tuple of Event
    """

    state: State
    branch: str
    commit: str | None
    committed_at: datetime | None
    commits: int
    branches: int
    events: tuple[Event, ...] = ()

    def with_event(self, event: Event) -> Fetched:
        """Return the same with one event more, which stands first."""
        state: State = "updated" if self.state == "unchanged" else self.state
        return replace(self, state=state, events=(event, *self.events))


def compare(
    clone: Path, old: dict[str, str], old_head: str, remote: Remote, head: str, *, first: bool
) -> tuple[Fetched, dict[str, str]]:
    """Say what differs between a clone's branches and the host's, whose objects are all there.

    Parameters
    ----------
    clone : Path
    old : dict of str to str
        All refs of the clone.
    old_head, head : str
        What HEAD stood for, and what it will stand for.
    remote : Remote
    first : bool
        Whether the clone is new.

    Returns
    -------
    Fetched
    dict of str to str
        The refs that must be added so that no commit gets lost.
    """
    repository = pygit2.Repository(str(clone), pygit2.enums.RepositoryOpenFlag.NO_SEARCH)
    new = remote.refs
    tips = [*new.values(), *(oid for name, oid in old.items() if not name.startswith(THEIRS))]
    events: list[Event] = []
    kept: dict[str, str] = {}
    for name, oid in old.items():
        if not name.startswith(THEIRS) or new.get(name) == oid:
            continue
        now = new.get(name, "")
        if now and name.startswith(HEADS) and not _only_in(repository, [oid], [now]):
            continue  # it went on
        keep = f"{OLD}{name.removeprefix('refs/')}/{oid[:12]}" if _only_in(repository, [oid], tips) else ""
        if keep:
            kept[keep] = oid
        events.append(Event("rewritten" if now else "deleted", short(name), oid, now, keep))
    branches = [name for name in new if name.startswith(HEADS)]
    if not first and head != old_head and branches and any(name.startswith(HEADS) for name in old):
        events.insert(0, Event("default-branch", "", short(old_head), short(head)))
    if branches and not remote.head:
        events.append(Event("no-default", "", "", short(head)))
    if remote.ignored:
        events.append(Event("ignored", str(remote.ignored)))
    commit = _commit(repository, new.get(head, head))
    theirs = {name: oid for name, oid in old.items() if name.startswith(THEIRS)}
    changed = first or theirs != new or head != old_head
    fetched = Fetched(
        state="empty" if not new else "new" if first else "updated" if changed else "unchanged",
        branch=short(head) if head in new else "",
        commit=str(commit.id) if commit else None,
        committed_at=moment(commit.commit_time) if commit else None,
        commits=_only_in(repository, new.values(), old.values()) if changed else 0,
        branches=len(branches),
        events=tuple(events),
    )
    return fetched, kept


def moment(seconds: int) -> datetime:
    """Return the moment that a commit states; one that no calendar knows becomes the nearest that does."""
    return datetime.fromtimestamp(min(max(seconds, 0), _LAST), UTC)


def short(name: str) -> str:
    """Return a branch's name, or ``tag v1`` for a tag's."""
    return name.removeprefix(HEADS) if name.startswith(HEADS) else name.replace(TAGS, "tag ", 1)


def _only_in(repository: pygit2.Repository, some: Iterable[str], others: Iterable[str]) -> int:
    """Count the commits that are in one of `some` and in none of `others`."""
    walker = repository.walk(None)
    for oid in set(some):
        if commit := _commit(repository, oid):
            walker.push(commit.id)
    for oid in set(others):
        if commit := _commit(repository, oid):
            walker.hide(commit.id)
    return sum(1 for _, _ in zip(walker, range(_MOST), strict=False))


def _commit(repository: pygit2.Repository, oid: str) -> pygit2.Commit | None:
    try:
        found = repository[oid].peel(pygit2.Commit)
    except (KeyError, ValueError, pygit2.GitError):
        return None  # a tag may stand for a file
    return found
