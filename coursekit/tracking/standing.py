"""How each group stands: everything that the store knows of it, side by side, in few queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from coursekit.config import Course
from coursekit.model import Milestone, Status
from coursekit.store import Reader
from coursekit.store.fetches import fetches_since, newest_fetches
from coursekit.store.outcomes import OpenRequirement, open_requirements
from coursekit.store.people import list_groups, list_memberships
from coursekit.store.presentations import list_presentations
from coursekit.store.proposals import latest_decisions
from coursekit.store.records import Fetch, FetchEvent
from coursekit.store.repositories import list_repositories
from coursekit.store.verdicts import latest_verdicts
from coursekit.tracking.activity import Activity, MemberActivity, activities
from coursekit.tracking.anonymous import Names
from coursekit.tracking.attendance import Attendance, attendances
from coursekit.tracking.milestones import PROPOSAL, MilestoneState, deadlines, milestone_states
from coursekit.tracking.needs import Need, needs_of
from coursekit.tracking.overruled import overrulings_by_group

#: How far back what happened to repositories is told, and from when on a group counts as inactive.
RECENT = dt.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class MemberState:
    """How a member of a group stands.

    Attributes
    ----------
    attended, missed, unknown : int
        Sessions so far; `unknown` are those of which there is no information.
    too_often : bool
        Whether more were missed than the course allows, those without information aside.
    commits, lines : int
        What git recorded of the member; see `coursekit.tracking.activity.NO_GRADE`.
    last_at : datetime or None
    started : bool or None
        Whether there is any commit; None where nothing was counted.
    """

    id: int
    name: str
    attended: int = 0
    missed: int = 0
    unknown: int = 0
    too_often: bool = False
    commits: int = 0
    lines: int = 0
    last_at: dt.datetime | None = None
    started: bool | None = None


@dataclass(frozen=True, slots=True)
class GroupState:
    """How a group stands.

    Attributes
    ----------
    has_repository : bool
    fetched_at : datetime or None
        The newest fetch that succeeded.
    fetch_failed : str
        Why the newest fetch failed, if it did.
    checked_at : datetime or None
    milestones : tuple of MilestoneState
    last_at : datetime or None
        The newest own commit that was counted, else the newest that was fetched.
    commits : int
    required_open, required_later, unclear : tuple of str
        Codes: required and due and not met; not due yet; due and not judged.
    advised_open : int
    proposal, verdict : str
        What was decided; empty where nothing was.
    presents_at : datetime or None
    events : tuple of (datetime, FetchEvent)
        What happened to the repository lately, such as a forced push.
    unsettled : int
        How many authors in the repository are not known to be anybody.
    needs : tuple of Need
        What needs attention, the most urgent first.
    """

    id: int
    name: str
    members: tuple[MemberState, ...] = ()
    has_repository: bool = False
    fetched_at: dt.datetime | None = None
    fetch_failed: str = ""
    checked_at: dt.datetime | None = None
    milestones: tuple[MilestoneState, ...] = ()
    last_at: dt.datetime | None = None
    commits: int = 0
    required_open: tuple[str, ...] = ()
    required_later: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    advised_open: int = 0
    proposal: str = ""
    verdict: str = ""
    verdict_at: dt.datetime | None = None
    presents_at: dt.datetime | None = None
    events: tuple[tuple[dt.datetime, FetchEvent], ...] = ()
    unsettled: int = 0
    needs: tuple[Need, ...] = ()

    @property
    def urgency(self) -> tuple[int, int]:
        """By which groups are sorted, the most urgent first."""
        if not self.needs:
            return (99, 0)
        first = min(one.rank for one in self.needs)
        return (first, -sum(one.rank == first for one in self.needs) - len(self.required_open))


def group_states(
    course: Course, view: Reader, names: Names, *, now: dt.datetime | None = None
) -> list[GroupState]:
    """Give how every group stands, those that need attention first.

    Parameters
    ----------
    course : Course
    view : Reader
    names : Names
        What to call groups and members.
    now : datetime, optional
    """
    now = now or dt.datetime.now(dt.UTC)
    reading = _Reading(course, view, names, now)
    found = [reading.group(one.id) for one in list_groups(view)]
    return sorted(found, key=lambda one: (one.urgency, one.name.casefold(), one.id))


class _Reading:
    """All that is asked of the store, once for all groups."""

    def __init__(self, course: Course, view: Reader, names: Names, now: dt.datetime) -> None:
        self.course, self.names, self.now = course, names, now
        self.milestones = milestone_states(course, view, now=now)
        self.due = {group: _due(own, now) for group, own in deadlines(course, view).items()}
        self.activity: Mapping[int, Activity] = activities(course, view)
        self.attendance: Mapping[int, Attendance] = attendances(course, view, now=now)
        self.members: dict[int, list[int]] = {}
        for one in list_memberships(view):
            self.members.setdefault(one.group_id, []).append(one.student_id)
        self.repositories = {one.group_id: one for one in list_repositories(view)}
        self.fetches = newest_fetches(view)
        failed = any(one.state == "failed" for one in self.fetches.values())
        self.fetched = newest_fetches(view, successful=True) if failed else self.fetches
        self.events: dict[int, list[Fetch]] = {}
        for fetch in fetches_since(view, now - RECENT):
            self.events.setdefault(fetch.repository_id, []).append(fetch)
        self.overruled = overrulings_by_group(view)
        self.open: dict[int, list[OpenRequirement]] = {}
        for requirement in open_requirements(view):
            self.open.setdefault(requirement.group_id, []).append(requirement)
        self.verdicts = latest_verdicts(view)
        self.proposals = latest_decisions(view)
        self.asks_proposal = any(one.name == PROPOSAL for one in course.milestones)
        self.slots = {one.group_id: one.starts_at for one in list_presentations(view)}

    def group(self, group: int) -> GroupState:
        activity = self.activity.get(group, Activity(group))
        repository = self.repositories.get(group)
        fetch = self.fetches.get(repository.id) if repository else None
        fetched = self.fetched.get(repository.id) if repository else None
        events = self.events.get(repository.id, []) if repository else []
        milestones = self.milestones[group]
        verdict, proposal = self.verdicts.get(group), self.proposals.get(group)
        accepted = verdict.accepted if verdict and verdict.decision == "pass" else ()
        required, later, unclear = self._open(group, accepted)
        tallies = [one.now.tally for one in milestones if one.now]
        state = GroupState(
            id=group,
            name=self.names.group(group),
            members=self._members(group, activity),
            has_repository=repository is not None,
            fetched_at=fetched.fetched_at if fetched else None,
            fetch_failed=self.names.text(fetch.reason or "for no reason that is known")
            if fetch and fetch.state == "failed"
            else "",
            checked_at=max(
                (one.now.checked_at for one in milestones if one.now and one.now.run_id), default=None
            ),
            milestones=milestones,
            last_at=activity.last_at or (fetched.committed_at if fetched else None),
            commits=activity.commits,
            required_open=required,
            required_later=later,
            unclear=unclear,
            advised_open=sum(tally.advised_open for tally in tallies),
            proposal=proposal.decision if proposal else "",
            verdict=verdict.decision if verdict else "",
            verdict_at=verdict.given_at if verdict else None,
            presents_at=self.slots.get(group),
            events=tuple((one.fetched_at, event) for one in events for event in one.events),
            unsettled=len(activity.unsettled),
        )
        return replace(state, needs=needs_of(state, self.course, self.now, recent=RECENT))

    def _open(
        self, group: int, accepted: tuple[str, ...]
    ) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        decided = self.overruled.get(group, {})
        due: list[str] = []
        later: list[str] = []
        unclear: list[str] = []
        for one in self.open.get(group, ()):
            status = Status(decided[one.code].status) if one.code in decided else one.status
            is_due = self.due[group].get(one.milestone or "", True)
            if status is Status.NOT_MET:
                (due if is_due else later).append(one.code)
            elif status is Status.NOT_JUDGED and is_due and one.code not in accepted:
                unclear.append(one.code)
        return tuple(due), tuple(later), tuple(unclear)

    def _members(self, group: int, activity: Activity) -> tuple[MemberState, ...]:
        done = {one.student_id: one for one in activity.members}
        counted = activity.counted_at is not None
        return tuple(self._member(one, done.get(one), counted) for one in self.members.get(group, ()))

    def _member(self, student: int, activity: MemberActivity | None, counted: bool) -> MemberState:
        there = self.attendance.get(student, Attendance())
        allowed = self.course.missed_sessions_allowed
        done = activity.done if activity else None
        return MemberState(
            id=student,
            name=self.names.student(student),
            attended=len(there.attended),
            missed=len(there.missed),
            unknown=len(there.unknown),
            too_often=allowed is not None and len(there.missed) > allowed,
            commits=done.commits if done else 0,
            lines=done.lines if done else 0,
            last_at=done.last_at if done else None,
            started=bool(done and done.started) if counted else None,
        )


def _due(milestones: tuple[Milestone, ...], now: dt.datetime) -> dict[str, bool]:
    """Whether each milestone is due; one without a deadline is from the first day on."""
    return {one.name: one.deadline is None or one.deadline <= now for one in milestones}
