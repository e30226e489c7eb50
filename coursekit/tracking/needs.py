"""What of a group needs an instructor's attention, and what first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursekit.config import Course
from coursekit.text import plural
from coursekit.tracking.milestones import PROPOSAL, MilestoneState, State

if TYPE_CHECKING:
    from coursekit.tracking.standing import GroupState

#: The kinds, the most urgent first; those from `_ONLY_TOLD` on are told and need nobody to act.
KINDS = (
    "no-members",
    "no-repository",
    "fetch-failed",
    "overdue",
    "lost",
    "rewritten",
    "not-fetched",
    "not-checked",
    "undecided-proposal",
    "not-judged",
    "seen-late",
    "inactive",
    "not-started",
    "absent",
    "verdict",
    "unsettled",
    "late",
    "soon",
)
_ONLY_TOLD = "late"
_DONE = {State.MET, State.MET_NOW, State.LATE}


@dataclass(frozen=True, slots=True)
class Need:
    """Something about a group that an instructor wants to know.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    text : str
        In a few words, without names of people.
    """

    kind: str
    text: str

    @property
    def rank(self) -> int:
        """The smaller, the more urgent."""
        return KINDS.index(self.kind)

    @property
    def is_urgent(self) -> bool:
        """Whether somebody has to act."""
        return self.rank < KINDS.index(_ONLY_TOLD)


def needs_of(
    state: GroupState, course: Course, now: dt.datetime, *, recent: dt.timedelta
) -> tuple[Need, ...]:
    """Give what a group needs, the most urgent first; nothing where its project was decided.

    Parameters
    ----------
    state : GroupState
    course : Course
    now : datetime
    recent : timedelta
        Without a commit for so long a group counts as inactive.
    """
    if state.verdict in ("pass", "fail"):
        return ()
    found = [*_basics(state), *_milestones(state, now), *_work(state, now, recent), *_people(state, course)]
    return tuple(sorted(found, key=lambda need: need.rank))


def _basics(state: GroupState) -> Iterator[Need]:
    if not state.members:
        yield Need("no-members", "nobody is in it")
    if not state.has_repository:
        yield Need("no-repository", "no repository yet")
    elif state.fetch_failed:
        yield Need("fetch-failed", f"cannot be fetched: {state.fetch_failed}")
    elif state.checked_at is None and state.fetched_at is None:
        yield Need("not-checked", "never checked")
    elif state.checked_at is None:
        yield Need("not-checked", "fetched, never checked")


def _milestones(state: GroupState, now: dt.datetime) -> Iterator[Need]:
    by_state: dict[State, list[MilestoneState]] = {}
    for one in state.milestones:
        by_state.setdefault(one.state, []).append(one)
    for one in by_state.get(State.OVERDUE, []):
        assert one.deadline is not None
        days = (now - one.deadline).days
        yield Need("overdue", f"overdue {_for(days)}: {one.name}")
    for one in by_state.get(State.NO_DEADLINE, []):
        yield Need("overdue", f"not met: {one.name}")
    for one in by_state.get(State.LOST, []):
        yield Need("lost", f"met at its deadline, not now: {one.name}")
    for one in by_state.get(State.NOT_CHECKED, []):
        if one.name == PROPOSAL and state.has_repository:
            yield Need("undecided-proposal", "proposal to be decided")
    if state.unclear:
        yield Need("not-judged", f"look yourself: {' '.join(state.unclear)}")
    for one in state.milestones:
        if one.seen_late and one.state not in (State.OVERDUE, State.LATE):
            yield Need("seen-late", f"dated in time, fetched after the deadline: {one.name}")
        if one.then and one.then.beside and one.state in (State.OVERDUE, State.LATE):
            commits = plural(one.then.beside, "commit")
            yield Need("seen-late", f"{commits} dated in time came into the branch later: {one.name}")
    for one in by_state.get(State.LATE, []):
        yield Need("late", f"came late: {one.name}")
    for one in by_state.get(State.SOON, []):
        assert one.deadline is not None
        days = (one.deadline - now).days
        yield Need("soon", f"due {_within(days)}: {one.name}")
    decidable = [one for one in state.milestones if one.state is not State.NOT_CHECKED]
    if decidable and all(one.state in _DONE for one in decidable) and not state.unclear:
        passed = all(one.deadline is None or one.deadline <= now for one in decidable)
        if passed or state.verdict:
            again = "sent back, everything met now: " if state.verdict else ""
            yield Need("verdict", f"{again}ready for a verdict")


def _work(state: GroupState, now: dt.datetime, recent: dt.timedelta) -> Iterator[Need]:
    rewritten = [event for _, event in state.events if event.kind in ("rewritten", "deleted")]
    if rewritten:
        what = "history rewritten" if any(one.kind == "rewritten" for one in rewritten) else "branch deleted"
        yield Need("rewritten", f"{what} lately")
    pending = any(one.state not in _DONE for one in state.milestones)
    if state.has_repository and pending and state.last_at is not None and now - state.last_at >= recent:
        yield Need("inactive", f"no commit for {plural((now - state.last_at).days, 'day')}")
    if state.unsettled:
        yield Need("unsettled", f"{plural(state.unsettled, 'author')} unknown: coursekit identities")


def _people(state: GroupState, course: Course) -> Iterator[Need]:
    idle = sum(one.started is False for one in state.members)
    # While somebody in the repository is unknown, it may be they.
    if idle and not state.unsettled and state.commits:
        yield Need("not-started", f"{plural(idle, 'member')} without a commit")
    absent = sum(one.too_often for one in state.members)
    if absent:
        allowed = plural(course.missed_sessions_allowed or 0, "session")
        yield Need("absent", f"{plural(absent, 'member')} missed more than {allowed}")


def _for(days: int) -> str:
    return f"for {plural(days, 'day')}" if days else "since today"


def _within(days: int) -> str:
    return f"in {plural(days, 'day')}" if days else "within a day"
