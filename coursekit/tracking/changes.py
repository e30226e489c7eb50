"""What changed in each group since a moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from coursekit.model import Level, Status
from coursekit.store import Reader
from coursekit.store.extensions import list_extensions
from coursekit.store.fetches import fetches_since
from coursekit.store.outcomes import Change, changes_since, checked_before
from coursekit.store.people import list_memberships
from coursekit.store.records import FetchEvent
from coursekit.store.repositories import list_repositories
from coursekit.store.verdicts import list_verdicts
from coursekit.tracking.milestones import Outcome
from coursekit.tracking.standing import GroupState

_GOOD = (Status.MET, Status.WAIVED)


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in a group.

    Attributes
    ----------
    first_checked : bool
        Whether it was checked for the first time: then nothing can be compared.
    newly_met, newly_open : tuple of Change
        Requirements.
    reached : tuple of str
        Milestones of which everything required is there now, and was not.
    commits : int
        How many fetches brought.
    events : tuple of (datetime, FetchEvent)
    extended : tuple of str
        Milestones for which the group got another deadline.
    verdicts : tuple of str
    joined, left : int
        Members.
    """

    first_checked: bool = False
    newly_met: tuple[Change, ...] = ()
    newly_open: tuple[Change, ...] = ()
    reached: tuple[str, ...] = ()
    commits: int = 0
    events: tuple[tuple[dt.datetime, FetchEvent], ...] = ()
    extended: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    joined: int = 0
    left: int = 0

    def __bool__(self) -> bool:
        return self != Changes()


def group_changes(view: Reader, groups: Sequence[GroupState], since: dt.datetime) -> dict[int, Changes]:
    """Give what changed in each of these groups, by its id.

    Parameters
    ----------
    view : Reader
    groups : sequence of GroupState
        As they stand now.
    since : datetime
    """
    changed: dict[int, list[Change]] = {}
    for change in changes_since(view, since):
        changed.setdefault(change.group_id, []).append(change)
    before = checked_before(view, since)
    of = {one.id: one.group_id for one in list_repositories(view)}
    commits: dict[int, int] = {}
    events: dict[int, list[tuple[dt.datetime, FetchEvent]]] = {}
    for fetch in fetches_since(view, since):
        group = of.get(fetch.repository_id)
        if group is not None:
            commits[group] = commits.get(group, 0) + fetch.commits
            events.setdefault(group, []).extend((fetch.fetched_at, event) for event in fetch.events)
    extended: dict[int, list[str]] = {}
    for extension in list_extensions(view):
        if extension.set_at > since:
            extended.setdefault(extension.group_id, []).append(extension.milestone)
    verdicts: dict[int, list[str]] = {}
    for verdict in list_verdicts(view):
        if verdict.given_at > since:
            verdicts.setdefault(verdict.group_id, []).append(verdict.decision)
    joined: dict[int, int] = {}
    left: dict[int, int] = {}
    for one in list_memberships(view, history=True):
        joined[one.group_id] = joined.get(one.group_id, 0) + (one.joined_at > since and one.left_at is None)
        gone = one.left_at is not None and one.left_at > since >= one.joined_at
        left[one.group_id] = left.get(one.group_id, 0) + gone
    found = {}
    for state in groups:
        mine = changed.get(state.id, [])
        found[state.id] = Changes(
            state.checked_at is not None and state.checked_at > since and state.id not in before,
            tuple(one for one in mine if one.now in _GOOD),
            tuple(one for one in mine if one.now is Status.NOT_MET),
            _reached(state, mine),
            commits.get(state.id, 0),
            tuple(events.get(state.id, ())),
            tuple(extended.get(state.id, ())),
            tuple(verdicts.get(state.id, ())),
            joined.get(state.id, 0),
            left.get(state.id, 0),
        )
    return found


def _reached(state: GroupState, changes: Sequence[Change]) -> tuple[str, ...]:
    better = {
        one.milestone
        for one in changes
        if one.level is Level.REQUIRED and one.now in _GOOD and one.before not in _GOOD
    }
    return tuple(
        one.name
        for one in state.milestones
        if one.name in better and one.now is not None and one.now.outcome is Outcome.MET
    )
