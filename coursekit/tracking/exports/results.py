"""Who reached what, as exports hand it on: by the course's rule, as `coursekit.tracking.eligibility` applies it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from coursekit.config import Course
from coursekit.model import Finding, Level, Status
from coursekit.store import Reader
from coursekit.store.people import list_groups, members
from coursekit.store.repositories import list_repositories
from coursekit.tracking.eligibility import ProjectState, Standing, eligibilities, project_states
from coursekit.tracking.exports.export import Data, GroupResult, Outcome, Result

_ENOUGH = (Status.MET, Status.WAIVED)


def read_data(
    course: Course, view: Reader, *, folders: Mapping[int, str], now: dt.datetime | None = None
) -> Data:
    """Give what exports are made of.

    Parameters
    ----------
    course : Course
    view : Reader
    folders : mapping
        Each group's name as that of a folder, by its id.
    now : datetime, optional
        Sessions that end later are still to come.
    """
    now = now or dt.datetime.now(dt.UTC)
    found = eligibilities(course, view, now=now)
    states = {one.group.id: one.project for one in found if one.group and one.project}
    inside = members(view)
    if not all(group in states for group in inside):
        # Groups that nobody is in.
        states = project_states(course, view)
    urls = {one.group_id: one.url or "" for one in list_repositories(view)}
    groups = {}
    for group in list_groups(view):
        state = states[group.id]
        findings = _counting(state)
        points, possible = _points(findings)
        groups[group.id] = GroupResult(
            group.id,
            group.name,
            folders.get(group.id, ""),
            urls.get(group.id, ""),
            tuple(inside.get(group.id, ())),
            _project(state),
            state.standing.reasons,
            points,
            possible,
            findings,
            (state.run.commit if state.run else None) or "",
            (state.verdict.comment if state.verdict else None) or "",
            state.verdict.given_at if state.verdict else None,
        )
    results = []
    for one in found:
        there = one.attendance
        results.append(
            Result(
                one.student,
                groups[one.group.id] if one.group else None,
                _outcome(one.achievement),
                len(there.attended),
                len(there.attended) + there.away,
                _outcome(one.certificate),
                one.achievement.reasons,
                there.unknown,
            )
        )
    return Data(course, tuple(results), tuple(groups.values()), now)


def _outcome(standing: Standing) -> Outcome:
    return "passed" if standing.ok else "failed" if standing.final else "open"


def _project(state: ProjectState) -> Outcome:
    # Only an instructor lets a project fail: what a check misses may still come.
    if state.standing.ok:
        return "passed"
    return "failed" if state.verdict is not None and state.verdict.decision == "fail" else "open"


def _counting(state: ProjectState) -> tuple[Finding, ...]:
    """Return the findings as they count: what no rule could judge and an instructor accepted is met."""
    return tuple(
        replace(one, status=Status.MET) if one.code in state.accepted else one for one in state.findings
    )


def _points(findings: tuple[Finding, ...]) -> tuple[int | None, int | None]:
    required = [one for one in findings if one.level is Level.REQUIRED]
    if not required:
        return None, None
    return sum(one.status in _ENOUGH for one in required), len(required)
