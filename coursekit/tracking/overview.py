"""`coursekit track`: how all groups stand, or some in detail, or what changed."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from coursekit.config import Course
from coursekit.errors import InputError
from coursekit.model import Finding, Status
from coursekit.store import Reader
from coursekit.store.checks import newest_check
from coursekit.store.extensions import list_extensions
from coursekit.store.fetches import list_fetches
from coursekit.store.ledger import ended_at
from coursekit.store.outcomes import PastRun, past_runs
from coursekit.store.people import list_students
from coursekit.store.proposals import list_decisions
from coursekit.store.records import Extension, Fetch, ProposalDecision, Repository, Verdict
from coursekit.store.repositories import present_repository
from coursekit.store.verdicts import list_verdicts
from coursekit.text import nearest, one_line, plural
from coursekit.tracking.activity import Activity, activities
from coursekit.tracking.anonymous import Names, names_of
from coursekit.tracking.changes import Changes, group_changes
from coursekit.tracking.milestones import State
from coursekit.tracking.overruled import apply_overrulings, overrulings_by_group
from coursekit.tracking.standing import GroupState, group_states
from coursekit.tracking.when import zone_name, zone_of

_LATE = {State.LATE, State.OVERDUE, State.LOST}


@dataclass(frozen=True, slots=True)
class Detail:
    """What `track GROUP` shows beside the state.

    Attributes
    ----------
    findings : tuple of Finding
        Of the newest check, with what an instructor decided instead; without those that are met.
    met : int
        How many are.
    extensions : tuple of Extension
        Also those that were withdrawn.
    where : str
        The repository's address or folder; empty where names must not be seen.
    """

    findings: tuple[Finding, ...] = ()
    met: int = 0
    commit: str = ""
    runs: tuple[PastRun, ...] = ()
    fetches: tuple[Fetch, ...] = ()
    extensions: tuple[Extension, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    proposals: tuple[ProposalDecision, ...] = ()
    activity: Activity | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Tracked:
    """What `coursekit track` shows.

    Attributes
    ----------
    milestones : tuple of (str, datetime or None)
        Of the course, with those that only the requirements name.
    groups : tuple of GroupState
        Those that are shown, the most urgent first.
    of : int
        How many groups there are.
    sessions : int
        How many have ended.
    checked_at, fetched_at : datetime or None
        When all groups were last checked and fetched, or the newest of them.
    next_steps : tuple of (str, str)
        What to do for the state to be complete and fresh: why, and the command.
    filters : tuple of str
        By what the groups were chosen, in words.
    details : mapping of int to Detail
        Of groups that were asked for by name.
    since : datetime or None
    changes : mapping of int to Changes
        Since then.
    """

    course: str
    semester: str
    zone: dt.tzinfo
    zone_name: str
    now: dt.datetime
    milestones: tuple[tuple[str, dt.datetime | None], ...]
    groups: tuple[GroupState, ...]
    of: int
    sessions: int
    allowed: int | None
    without_group: int
    checked_at: dt.datetime | None
    fetched_at: dt.datetime | None
    names: Names
    next_steps: tuple[tuple[str, str], ...] = ()
    filters: tuple[str, ...] = ()
    details: Mapping[int, Detail] = field(default_factory=dict)
    since: dt.datetime | None = None
    changes: Mapping[int, Changes] = field(default_factory=dict)


def overview(
    course: Course,
    view: Reader,
    groups: Sequence[int] = (),
    *,
    late: bool = False,
    inactive: int | None = None,
    milestone: str | None = None,
    attention: bool = False,
    since: dt.datetime | None = None,
    anonymous: bool = False,
    now: dt.datetime | None = None,
) -> Tracked:
    """Give how groups stand.

    Parameters
    ----------
    course : Course
    view : Reader
    groups : sequence of int, optional
        Ids of groups to show in detail; all groups at a glance by default.
    late : bool, optional
        Only those that have a milestone that came late, is overdue or was lost; with `milestone` of that one.
    inactive : int, optional
        Only those without a commit for so many days.
    milestone : str, optional
        Show only this milestone, and without `late` only groups that have not met it.
    attention : bool, optional
        Only those that need somebody to act.
    since : datetime, optional
        Also what changed since then.
    anonymous : bool, optional
        Numbers for names.
    now : datetime, optional

    Raises
    ------
    InputError
        If there is no such milestone.
    """
    now = now or dt.datetime.now(dt.UTC)
    with _without_collecting():
        names = names_of(view, anonymous=anonymous)
        everybody = group_states(course, view, names, now=now)
        known = _milestones(course, everybody)
        if milestone is not None:
            milestone = _named(milestone, [name for name, _ in known])
        chosen = [one for one in everybody if not groups or one.id in groups]
        shown = [
            one
            for one in chosen
            if _fits(one, now, late=late, inactive=inactive, milestone=milestone, attention=attention)
        ]
        details = _details(course, view, names, groups) if groups else {}
        changes = group_changes(view, shown, since) if since else {}
    inside = {member.id for one in everybody for member in one.members}
    checked, fetched = _freshness(view, everybody)
    return Tracked(
        course=course.name,
        semester=course.semester,
        zone=zone_of(course),
        zone_name=zone_name(course),
        now=now,
        milestones=tuple(one for one in known if milestone in (None, one[0])),
        groups=tuple(shown),
        of=len(everybody),
        sessions=sum(session.end <= now for session in course.sessions),
        allowed=course.missed_sessions_allowed,
        without_group=sum(student.id not in inside for student in list_students(view)),
        checked_at=checked,
        fetched_at=fetched,
        names=names,
        next_steps=tuple(_next_steps(course, everybody, now, checked, fetched)),
        filters=tuple(_filters(late=late, inactive=inactive, milestone=milestone, attention=attention)),
        details=details,
        since=since,
        changes=changes,
    )


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Look for no garbage while a thousand groups are read: nothing becomes any, and looking takes a third of the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _milestones(course: Course, groups: Sequence[GroupState]) -> tuple[tuple[str, dt.datetime | None], ...]:
    if groups:
        return tuple((one.name, one.course_deadline) for one in groups[0].milestones)
    return tuple((one.name, one.deadline) for one in course.milestones)


def _named(name: str, known: list[str]) -> str:
    for one in known:
        if one.casefold() == name.strip().casefold():
            return one
    close = nearest(name, known)
    raise InputError(
        f"expected a milestone of the course, found {one_line(name, 60)!r}",
        f"Did you mean {close!r}?" if close else f"There are: {', '.join(known) or 'none'}.",
    )


def _fits(
    group: GroupState,
    now: dt.datetime,
    *,
    late: bool,
    inactive: int | None,
    milestone: str | None,
    attention: bool,
) -> bool:
    mine = [one for one in group.milestones if milestone in (None, one.name)]
    if late and not any(one.state in _LATE for one in mine):
        return False
    if milestone is not None and not late and all(one.state in (State.MET, State.MET_NOW) for one in mine):
        return False
    if inactive is not None and group.last_at and now - group.last_at < dt.timedelta(days=inactive):
        return False
    return not attention or any(one.is_urgent for one in group.needs)


def _filters(*, late: bool, inactive: int | None, milestone: str | None, attention: bool) -> Iterator[str]:
    if late:
        yield "late" if milestone is None else f"late with {milestone}"
    elif milestone is not None:
        yield f"{milestone} not met"
    if inactive is not None:
        yield f"no commit for {inactive} days"
    if attention:
        yield "needing attention"


def _freshness(view: Reader, groups: Sequence[GroupState]) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Return when all were last checked and fetched; else when the newest of them was."""
    checked = ended_at(view, "check") or max(
        (one.checked_at for one in groups if one.checked_at), default=None
    )
    fetched = max((one.fetched_at for one in groups if one.fetched_at), default=None)
    return checked, ended_at(view, "fetch") or fetched


def _next_steps(
    course: Course,
    groups: Sequence[GroupState],
    now: dt.datetime,
    checked: dt.datetime | None,
    fetched: dt.datetime | None,
) -> Iterator[tuple[str, str]]:
    if not groups:
        yield "there are no groups yet", "coursekit groups form WISHES.csv , or a column of the roster"
        return
    homeless = sum(not one.has_repository for one in groups)
    if homeless:
        yield (
            f"{homeless} of {plural(len(groups), 'group')} without a repository",
            "coursekit new-project --all",
        )
    if not any(milestone.deadline for milestone in course.milestones):
        yield "no milestone has a deadline", "write deadlines into course.toml, [[check.milestones]]"
    if not course.sessions:
        yield "no sessions are stated, so that there is no attendance", "write [[sessions]] into course.toml"
    if len(groups) == homeless:
        return
    day = dt.timedelta(days=1)
    published = any(one.fetched_at or one.fetch_failed for one in groups)
    if published and (fetched is None or now - fetched > day):
        yield "the repositories were last fetched more than a day ago", "coursekit fetch --all"
    if checked is None:
        yield "nothing was checked yet", "coursekit check --all"
    elif fetched is not None and checked < fetched:
        yield "something was fetched since the last check", "coursekit check --all"
    elif any(_unasked(one, now) for one in groups):
        yield "deadlines have passed since the last check", "coursekit check --all"


def _unasked(group: GroupState, now: dt.datetime) -> bool:
    return any(
        one.then is None and one.now is not None and one.now.commit and one.deadline and one.deadline <= now
        for one in group.milestones
    )


def _details(course: Course, view: Reader, names: Names, groups: Sequence[int]) -> dict[int, Detail]:
    done = activities(course, view)
    overruled = overrulings_by_group(view)
    extensions = list_extensions(view, history=True)
    found = {}
    for group in groups:
        run = newest_check(view, group)
        findings = (
            apply_overrulings(run.findings, overruled.get(group), language=course.language) if run else ()
        )
        repository = present_repository(view, group)
        found[group] = Detail(
            findings=tuple(one for one in findings if one.status is not Status.MET),
            met=sum(one.status is Status.MET for one in findings),
            commit=(run.commit or "") if run else "",
            runs=tuple(past_runs(view, group)),
            fetches=tuple(list_fetches(view, repository.id)) if repository else (),
            extensions=tuple(one for one in extensions if one.group_id == group),
            verdicts=tuple(list_verdicts(view, group_id=group)),
            proposals=tuple(list_decisions(view, group_id=group)),
            activity=done.get(group),
            where=_where(repository, names),
        )
    return found


def _where(repository: Repository | None, names: Names) -> str:
    if repository is None or names.anonymous:
        return ""
    return repository.url or repository.path or ""
