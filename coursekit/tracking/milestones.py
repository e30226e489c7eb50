"""Milestones of each group: until when, what there was then, and what there is now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from coursekit.config import Course
from coursekit.model import NOTHING, Level, Milestone, Status
from coursekit.store import Reader
from coursekit.store.extensions import list_extensions
from coursekit.store.outcomes import NewestRun, Tally, newest_runs, statuses, tallies
from coursekit.store.people import list_groups
from coursekit.store.proposals import latest_decisions
from coursekit.store.records import Verdict
from coursekit.store.verdicts import latest_verdicts
from coursekit.tracking.overruled import overrulings_by_group

#: The first milestone, which an instructor decides and no check.
PROPOSAL = "proposal"

# From when on a deadline is told to be near.
_SOON = dt.timedelta(days=7)


class Outcome(StrEnum):
    """Whether everything required of a milestone was there."""

    MET = "met"
    NOT_MET = "not_met"
    #: Something required could not be judged, so an instructor has to look.
    UNCLEAR = "unclear"


class State(StrEnum):
    """How a group stands with a milestone."""

    #: Everything required was there at the deadline, or is there before it.
    MET = "met"
    #: It is there now; what there was at the deadline is not known.
    MET_NOW = "met_now"
    #: It was not there at the deadline, and is there now.
    LATE = "late"
    #: The deadline has passed, and it is not there.
    OVERDUE = "overdue"
    #: It was there at the deadline, and is not there now.
    LOST = "lost"
    #: The deadline has passed, nothing is known to be missing, but something could not be judged.
    UNCLEAR = "unclear"
    #: Not there yet, and due within a week.
    SOON = "soon"
    #: Not there yet, and due later.
    OPEN = "open"
    #: Not there, and no deadline is stated.
    NO_DEADLINE = "no_deadline"
    #: Never checked, or no requirement belongs to it.
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check found of a milestone.

    Attributes
    ----------
    outcome : Outcome
    tally : Tally
    commit : str or None
        What was checked; None for a folder, or where there was nothing.
    checked_at : datetime
    seen_at : datetime or None
        Of the state at a deadline: the first fetch that brought the commit.
    beside : int
        Of the state at a deadline: how many commits are dated before it, but came into the branch later.
    run_id : int or None
    """

    outcome: Outcome
    tally: Tally
    commit: str | None
    checked_at: dt.datetime
    seen_at: dt.datetime | None = None
    beside: int = 0
    run_id: int | None = None


@dataclass(frozen=True, slots=True)
class MilestoneState:
    """How a group stands with a milestone.

    Attributes
    ----------
    name : str
    deadline : datetime or None
        The group's own.
    course_deadline : datetime or None
    state : State
    then : Seen or None
        At the deadline; None when it has not passed, or what there was then is not known.
    now : Seen or None
    """

    name: str
    deadline: dt.datetime | None
    course_deadline: dt.datetime | None
    state: State
    then: Seen | None = None
    now: Seen | None = None

    @property
    def extended(self) -> bool:
        """Whether the group has another deadline than the course."""
        return self.deadline != self.course_deadline

    @property
    def seen_late(self) -> bool:
        """Whether what counts is dated before the deadline, but no fetch had brought it by then."""
        seen_at = self.then.seen_at if self.then else None
        return seen_at is not None and self.deadline is not None and seen_at > self.deadline


def deadlines(course: Course, view: Reader) -> Mapping[int, tuple[Milestone, ...]]:
    """Give the milestones of every group with its own deadlines, by the group's id.

    An extension that the course's own deadline has overtaken since does not make the group's earlier.
    """
    own: dict[int, dict[str, dt.datetime]] = {}
    for extension in list_extensions(view):
        own.setdefault(extension.group_id, {})[extension.milestone] = extension.due_at

    def of(group_id: int) -> tuple[Milestone, ...]:
        mine = own.get(group_id)
        if not mine:
            return course.milestones
        return tuple(_extended(milestone, mine.get(milestone.name)) for milestone in course.milestones)

    return {group.id: of(group.id) for group in list_groups(view)}


def _extended(milestone: Milestone, due: dt.datetime | None) -> Milestone:
    if due is None or milestone.deadline is None or due <= milestone.deadline:
        return milestone
    return replace(milestone, deadline=due.astimezone(milestone.deadline.tzinfo))


def milestone_states(
    course: Course, view: Reader, *, now: dt.datetime | None = None
) -> Mapping[int, tuple[MilestoneState, ...]]:
    """Give how every group stands with each milestone, by the group's id.

    The milestones are those of `course.toml` in its order, then those that only the requirements name.

    Parameters
    ----------
    course : Course
    view : Reader
    now : datetime, optional
        With which deadlines are compared.
    """
    now = now or dt.datetime.now(dt.UTC)
    own = deadlines(course, view)
    asked = {(one.name, one.deadline) for group in own.values() for one in group if one.deadline}
    runs: dict[int, dict[dt.datetime | None, NewestRun]] = {}
    for run in newest_runs(view):
        runs.setdefault(run.group_id, {})[run.as_of] = run
    counts = {**tallies(view, asked), **_decided(view, runs)}
    names = [one.name for one in course.milestones]
    names += sorted({name for _, name in counts if name is not None and name not in names})
    stated = {one.name: one.deadline for one in course.milestones}
    decided = _proposals(view) if PROPOSAL in stated else {}
    found = {}
    for group_id, mine in own.items():
        due = {one.name: one.deadline for one in mine}
        states = []
        for name in names:
            deadline = due.get(name)
            present = _seen(runs.get(group_id, {}).get(None), name, counts)
            before = None
            if deadline is not None and deadline <= now:
                # Moments of two zones are never equal in the hour that a clock repeats, so all are in one.
                before = _seen(runs.get(group_id, {}).get(deadline.astimezone(dt.UTC)), name, counts)
            if name == PROPOSAL and present is None:
                before = present = decided.get(group_id)
            state = state_of(
                deadline, now, before.outcome if before else None, present.outcome if present else None
            )
            states.append(MilestoneState(name, deadline, stated.get(name), state, before, present))
        found[group_id] = tuple(states)
    return found


def state_of(
    deadline: dt.datetime | None, now: dt.datetime, then: Outcome | None, present: Outcome | None
) -> State:
    """Give the state of a milestone from what there was at its deadline and what there is at present."""
    if deadline is not None and deadline > now:
        if present is Outcome.MET:
            return State.MET
        if present is None:
            return State.NOT_CHECKED
        return State.SOON if deadline - now <= _SOON else State.OPEN
    if deadline is None:
        missing = {Outcome.MET: State.MET, Outcome.UNCLEAR: State.UNCLEAR, Outcome.NOT_MET: State.NO_DEADLINE}
        return State.NOT_CHECKED if present is None else missing[present]
    if then is Outcome.MET:
        return State.LOST if present is Outcome.NOT_MET else State.MET
    if present is None:
        return State.NOT_CHECKED
    if present is Outcome.MET:
        return State.LATE if then is Outcome.NOT_MET else State.MET_NOW
    return State.UNCLEAR if present is Outcome.UNCLEAR else State.OVERDUE


def outcome_of(tally: Tally) -> Outcome:
    """Say whether everything required was there; where nothing is required, everything advised."""
    if tally.required_open or (not tally.required and tally.advised_open):
        return Outcome.NOT_MET
    return Outcome.UNCLEAR if tally.unclear else Outcome.MET


def _decided(
    view: Reader, runs: Mapping[int, Mapping[dt.datetime | None, NewestRun]]
) -> dict[tuple[int, str | None], Tally]:
    """Count anew what checks found of groups for which an instructor decided something else."""
    overruled = {
        group: {code: Status(one.status) for code, one in codes.items()}
        for group, codes in overrulings_by_group(view).items()
    }
    accepted = {
        group: verdict
        for group, verdict in latest_verdicts(view).items()
        if verdict.decision == "pass" and verdict.accepted
    }
    by_run: dict[int, dict[str, Status]] = {}
    for group in {*overruled, *accepted}:
        for as_of, run in runs.get(group, {}).items():
            known = dict(overruled.get(group, {}))
            verdict = accepted.get(group)
            if verdict and as_of is None and _same(verdict, run):
                known = {**dict.fromkeys(verdict.accepted, Status.MET), **known}
            by_run[run.id] = known
    found: dict[tuple[int, str | None], list[tuple[Level, Status]]] = {}
    for run_id, milestone, code, level, status in statuses(view, by_run):
        found.setdefault((run_id, milestone), []).append((level, by_run[run_id].get(code, status)))
    return {key: _tally(of) for key, of in found.items()}


def _same(verdict: Verdict, run: NewestRun) -> bool:
    """Whether a verdict was given on what a check is of; of a folder there is a new check only after a change."""
    if run.commit is None:
        return verdict.commit is None and run.checked_at <= verdict.given_at
    return verdict.commit == run.commit


def _tally(of: Sequence[tuple[Level, Status]]) -> Tally:
    required = [status for level, status in of if level is Level.REQUIRED]
    advised = [status for level, status in of if level is not Level.REQUIRED]
    return Tally(
        len(required),
        required.count(Status.NOT_MET),
        required.count(Status.NOT_JUDGED),
        len(advised),
        advised.count(Status.NOT_MET),
    )


def _seen(
    run: NewestRun | None, milestone: str, counts: Mapping[tuple[int, str | None], Tally]
) -> Seen | None:
    if run is None:
        return None
    tally = counts.get((run.id, milestone))
    if tally is None:
        return None
    outcome = Outcome.NOT_MET if run.content == NOTHING else outcome_of(tally)
    return Seen(outcome, tally, run.commit, run.checked_at, run.seen_at, run.beside, run.id)


def _proposals(view: Reader) -> dict[int, Seen]:
    outcomes = {"accepted": Outcome.MET, "sent_back": Outcome.NOT_MET}
    return {
        group_id: Seen(outcomes[one.decision], Tally(), None, one.decided_at)
        for group_id, one in latest_decisions(view).items()
    }
