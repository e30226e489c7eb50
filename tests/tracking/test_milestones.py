"""How groups stand with their milestones, from what checks found at the deadlines and now."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.config import Course, parse_course
from coursekit.model import NOTHING, Finding, Level, Status
from coursekit.store import Transaction, open_store
from coursekit.store.checks import record_check
from coursekit.store.extensions import set_extension
from coursekit.store.outcomes import Tally
from coursekit.store.overrulings import add_overruling
from coursekit.store.people import add_group
from coursekit.store.proposals import add_decision
from coursekit.store.records import (
    NewCheckRun,
    NewOverruling,
    NewProposalDecision,
    NewRepository,
    NewVerdict,
)
from coursekit.store.repositories import add_repository
from coursekit.store.verdicts import add_verdict
from coursekit.tracking.milestones import (
    MilestoneState,
    Outcome,
    State,
    deadlines,
    milestone_states,
    outcome_of,
    state_of,
)
from tests.store.conftest import server, target, url

__all__ = ["server", "target", "url"]

TOML = """
[course]
name = "DL"
time_zone = "Europe/Berlin"

[[check.milestones]]
name = "proposal"
deadline = 2026-04-20

[[check.milestones]]
name = "data"
deadline = 2026-05-06T18:00:00

[[check.milestones]]
name = "model"
deadline = 2026-06-03T18:00:00

[[check.milestones]]
name = "extra"
"""
DATA = dt.datetime(2026, 5, 6, 16, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 5, 20, tzinfo=dt.UTC)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return parse_course(TOML.encode(), folder=tmp_path)


def finding(milestone: str, status: Status, level: Level = Level.REQUIRED, code: str = "") -> Finding:
    return Finding(code or f"{milestone}-{level.value}", "", status, level, milestone, True, "", "")


def check(
    tx: Transaction,
    repository: int,
    data: Status,
    model: Status,
    as_of: dt.datetime | None = None,
    **more: str,
) -> None:
    found = (finding("data", data), finding("model", model))
    run = NewCheckRun(repository, "own", "1", found, commit="a" * 40, as_of=as_of, **{"content": "x", **more})
    record_check(tx, run)


def a_group(tx: Transaction, name: str) -> tuple[int, int]:
    group = add_group(tx, name).id
    return group, add_repository(tx, NewRepository(group, path=name)).id


def short(states: tuple[MilestoneState, ...]) -> dict[str, State]:
    return {one.name: one.state for one in states}


def test_states_of_several_groups_on_every_kind_of_database(course: Course, target: str) -> None:
    with open_store(target) as store, store.transaction("check") as tx:
        good, late, over, never = (a_group(tx, name) for name in ("good", "late", "over", "never"))
        check(tx, good[1], Status.MET, Status.NOT_MET)
        check(tx, good[1], Status.MET, Status.NOT_MET, DATA)
        check(tx, late[1], Status.NOT_MET, Status.NOT_MET)
        check(tx, late[1], Status.MET, Status.MET)
        check(tx, late[1], Status.NOT_JUDGED, Status.NOT_JUDGED, DATA, content=NOTHING)
        check(tx, over[1], Status.NOT_MET, Status.WAIVED)
        check(tx, over[1], Status.NOT_MET, Status.NOT_MET, DATA)
        found = milestone_states(course, tx, now=NOW)
        soon = milestone_states(course, tx, now=NOW + dt.timedelta(days=10))
    assert [short(found[one])["data"] for one, _ in (good, late, over, never)] == [
        State.MET,
        State.LATE,
        State.OVERDUE,
        State.NOT_CHECKED,
    ]
    assert [short(found[one])["model"] for one, _ in (good, late, over, never)] == [
        State.OPEN,
        State.MET,
        State.MET,
        State.NOT_CHECKED,
    ]
    assert short(soon[good[0]])["model"] is State.SOON
    assert list(short(found[good[0]])) == ["proposal", "data", "model", "extra"]
    data = found[late[0]][1]
    assert data.then is not None
    assert data.now is not None
    assert (data.then.outcome, data.now.outcome) == (Outcome.NOT_MET, Outcome.MET)
    assert found[late[0]][2].then is None


def test_an_extension_counts_for_its_group_alone(course: Course) -> None:
    later = dt.datetime(2026, 5, 13, 16, tzinfo=dt.UTC)
    with open_store(course.store) as store, store.transaction("deadline extend") as tx:
        one, other = a_group(tx, "one"), a_group(tx, "other")
        set_extension(tx, one[0], "data", later, before=DATA, reason="ill")
        set_extension(tx, one[0], "gone", later, before=None, reason="of a milestone that is no more")
        check(tx, one[1], Status.MET, Status.MET)
        check(tx, one[1], Status.NOT_MET, Status.NOT_MET, DATA)
        found = deadlines(course, tx)
        assert [mile.deadline for mile in found[one[0]]][1] == later
        assert found[other[0]] == course.milestones
        unknown = milestone_states(course, tx, now=NOW)[one[0]][1]
        check(tx, one[1], Status.MET, Status.NOT_MET, later)
        known = milestone_states(course, tx, now=NOW)[one[0]][1]
    assert (unknown.state, unknown.extended) == (State.MET_NOW, True), "not checked at its own deadline yet"
    assert known.state is State.MET
    assert str(known.deadline) == "2026-05-13 18:00:00+02:00", "in the course's time zone"


def test_an_extension_that_the_course_has_overtaken_takes_nothing_away(course: Course) -> None:
    with open_store(course.store) as store, store.transaction("deadline extend") as tx:
        one, _ = a_group(tx, "one")
        early = DATA - dt.timedelta(days=1)
        set_extension(tx, one, "data", early, before=DATA, reason="set when the course's was earlier")
        set_extension(tx, one, "extra", early, before=None, reason="the course states none any more")
        assert deadlines(course, tx)[one] == course.milestones


def test_a_check_of_another_repository_or_another_moment_does_not_count(course: Course) -> None:
    with open_store(course.store) as store, store.transaction("check") as tx:
        group, repository = a_group(tx, "one")
        check(tx, repository, Status.MET, Status.MET, DATA - dt.timedelta(seconds=1))
        assert short(milestone_states(course, tx, now=NOW)[group])["data"] is State.NOT_CHECKED
        check(tx, repository, Status.MET, Status.MET, DATA)
        assert short(milestone_states(course, tx, now=NOW)[group])["data"] is State.MET
        add_repository(tx, NewRepository(group, path="other"), replace=True)
        assert short(milestone_states(course, tx, now=NOW)[group])["data"] is State.NOT_CHECKED


def test_the_proposal_is_what_the_instructor_decided(course: Course) -> None:
    with open_store(course.store) as store, store.transaction("groups proposal") as tx:
        yes, no, none = (a_group(tx, name)[0] for name in ("yes", "no", "none"))
        add_decision(tx, NewProposalDecision(yes, "sent_back", "x", "why?"))
        add_decision(tx, NewProposalDecision(yes, "accepted", "x"))
        add_decision(tx, NewProposalDecision(no, "sent_back", "x", "why?"))
        found = milestone_states(course, tx, now=NOW)
    assert [short(found[one])["proposal"] for one in (yes, no, none)] == [
        State.MET,
        State.OVERDUE,
        State.NOT_CHECKED,
    ]


def test_what_an_instructor_decided_counts_as_decided(course: Course) -> None:
    """Also at the deadline; what was accepted with a pass counts for that state of the project alone."""
    with open_store(course.store) as store, store.transaction("verdict") as tx:
        one, other, third = (a_group(tx, name) for name in ("one", "other", "third"))
        for _, repository in (one, other, third):
            check(tx, repository, Status.NOT_MET, Status.NOT_JUDGED)
            check(tx, repository, Status.NOT_MET, Status.NOT_JUDGED, DATA)
        add_overruling(tx, NewOverruling(one[0], "data-required", "met", "is in the slides"))
        add_verdict(tx, NewVerdict(other[0], "pass", commit="a" * 40, accepted=("model-required",)))
        add_verdict(tx, NewVerdict(third[0], "pass", commit="b" * 40, accepted=("model-required",)))
        found = milestone_states(course, tx, now=NOW + dt.timedelta(days=30))
    assert [short(found[group])["data"] for group, _ in (one, other, third)] == [
        State.MET,
        State.OVERDUE,
        State.OVERDUE,
    ]
    assert [short(found[group])["model"] for group, _ in (one, other, third)] == [
        State.UNCLEAR,
        State.MET_NOW,
        State.UNCLEAR,
    ]


def test_a_deadline_in_the_hour_that_the_clock_repeats(tmp_path: Path) -> None:
    """Python calls a moment in that hour unequal to the same one in UTC, which would lose the check."""
    toml = TOML.replace("2026-05-06T18:00:00", "2026-10-25T02:30:00")
    course = parse_course(toml.encode(), folder=tmp_path)
    moment = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    assert course.milestones[1].deadline != moment
    with open_store(course.store) as store, store.transaction("check") as tx:
        group, repository = a_group(tx, "one")
        check(tx, repository, Status.MET, Status.MET, moment)
        check(tx, repository, Status.MET, Status.MET)
        at = {
            seconds: short(milestone_states(course, tx, now=moment + dt.timedelta(seconds=seconds))[group])[
                "data"
            ]
            for seconds in (-1, 0, 1)
        }
        then = milestone_states(course, tx, now=moment)[group][1].then
    assert set(at.values()) == {State.MET}
    assert then is not None


def test_many_deadlines_are_asked_for_in_one_query(course: Course) -> None:
    """Databases limit how deep a condition may be."""
    with open_store(course.store) as store, store.transaction("check") as tx:
        groups = [a_group(tx, f"g{number}") for number in range(120)]
        for number, (group, repository) in enumerate(groups):
            due = DATA + dt.timedelta(minutes=1 + number)
            set_extension(tx, group, "data", due, before=DATA, reason="each its own")
            check(tx, repository, Status.MET, Status.NOT_MET, due)
            check(tx, repository, Status.MET, Status.NOT_MET)
        found = milestone_states(course, tx, now=NOW)
    assert {short(found[group])["data"] for group, _ in groups} == {State.MET}


OUTCOMES = st.sampled_from([*Outcome, None])
MOMENTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 1, 1), timezones=st.just(dt.UTC))


@given(st.none() | MOMENTS, MOMENTS, OUTCOMES, OUTCOMES)
def test_every_state_has_its_reason(
    deadline: dt.datetime | None, now: dt.datetime, then: Outcome | None, present: Outcome | None
) -> None:
    state = state_of(deadline, now, then, present)
    passed = deadline is not None and deadline <= now
    assert (state in {State.LATE, State.OVERDUE, State.LOST, State.MET_NOW}) <= passed
    assert (state in {State.SOON, State.OPEN}) <= (deadline is not None and not passed)
    assert (state is State.NO_DEADLINE) <= (deadline is None)
    if state is State.LATE:
        assert (then, present) == (Outcome.NOT_MET, Outcome.MET)
    if state is State.LOST:
        assert (then, present) == (Outcome.MET, Outcome.NOT_MET)
    if state is State.OVERDUE:
        assert present is Outcome.NOT_MET
        assert then is not Outcome.MET
    if state is State.MET:
        assert Outcome.MET in (then, present)
    if state is State.NOT_CHECKED:
        assert present is None


@given(MOMENTS, OUTCOMES, OUTCOMES)
def test_what_was_there_at_the_deadline_is_never_late(
    now: dt.datetime, then: Outcome | None, present: Outcome | None
) -> None:
    state = state_of(now, now, then, present)
    if then is Outcome.MET:
        assert state in {State.MET, State.LOST}


@given(*[st.integers(0, 3)] * 5)
def test_only_required_requirements_decide_where_there_are_any(
    required: int, required_open: int, unclear: int, advised: int, advised_open: int
) -> None:
    tally = Tally(
        required + required_open + unclear, required_open, unclear, advised + advised_open, advised_open
    )
    outcome = outcome_of(tally)
    if tally.required:
        assert (outcome is Outcome.NOT_MET) == bool(required_open)
        assert (outcome is Outcome.MET) == (not required_open and not unclear)
    else:
        assert (outcome is Outcome.MET) == (not advised_open)
