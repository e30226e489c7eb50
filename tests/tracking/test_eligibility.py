"""The course's rule: who gets which certificate, never by mistake, and exactly why not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.config import Course, parse_course
from coursekit.model import Finding, Level, Status
from coursekit.store import Transaction, open_store
from coursekit.store.checks import record_check
from coursekit.store.overrulings import add_overruling
from coursekit.store.people import add_group, add_student, drop_student, join_group
from coursekit.store.records import (
    CheckRun,
    NewCheckRun,
    NewFetch,
    NewOverruling,
    NewRepository,
    NewStudent,
    NewVerdict,
    Overruling,
    Verdict,
)
from coursekit.store.repositories import add_repository
from coursekit.store.schema import attendance
from coursekit.store.verdicts import add_verdict
from coursekit.tracking.attendance import Attendance
from coursekit.tracking.eligibility import (
    Standing,
    achievement_standing,
    attendance_standing,
    eligibilities,
    is_of,
    project_state,
)
from coursekit.tracking.overruled import apply_overrulings, overrulings_by_group

DAYS = [dt.date(2026, 10, 7) + dt.timedelta(weeks=week) for week in range(5)]
COURSE = """
[course]
name = "Deep Learning"
time_zone = "Europe/Berlin"

[attendance]
missed_sessions_allowed = 2
""" + "".join(f"\n[[sessions]]\ndate = {day}\nstart = 18:00:00\nend = 20:00:00\n" for day in DAYS)
AFTER = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
NOON = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return parse_course(COURSE.encode(), folder=tmp_path)


def finding(code: str, status: Status = Status.MET, level: Level = Level.REQUIRED) -> Finding:
    return Finding(code, code, status, level, "model", True, "found", "do it")


def run(*findings: Finding, commit: str | None = "a" * 40, profile: str = "opencampus-ml") -> CheckRun:
    return CheckRun(
        id=1, group_id=1, repository_id=1, profile=profile, version="1", findings=findings, commit=commit, checked_at=NOON
    )  # fmt: skip


def verdict(decision: str = "pass", commit: str | None = "a" * 40, accepted: tuple[str, ...] = ()) -> Verdict:
    return Verdict(
        id=1, group_id=1, decision=decision, commit=commit, accepted=accepted, given_at=NOON  # type: ignore[arg-type]
    )  # fmt: skip


def overruled(code: str, status: str) -> dict[str, Overruling]:
    return {
        code: Overruling(id=1, group_id=1, code=code, status=status, reason="seen", set_at=NOON)  # type: ignore[arg-type]
    }


COUNTS = st.integers(0, 6)


@given(COUNTS, COUNTS, COUNTS, st.integers(0, 4))
def test_more_missed_sessions_never_make_eligible(
    missed: int, unknown: int, to_come: int, allowed: int
) -> None:
    course = replace(parse_course(COURSE.encode()), missed_sessions_allowed=allowed)

    def stands(missed: int, unknown: int, to_come: int) -> Standing:
        sessions = range(1, missed + unknown + 1)
        state = Attendance((), tuple(sessions[:missed]), tuple(sessions[missed:]))
        return attendance_standing(course, state, to_come)

    now = stands(missed, unknown, to_come)
    assert now.ok == (missed + unknown + to_come <= allowed)
    assert now.ok == (not now.reasons)
    worse = [
        stands(missed + 1, unknown, to_come),
        stands(missed, unknown + 1, to_come),
        stands(missed, unknown, to_come + 1),
    ]
    assert now.ok or not any(one.ok for one in worse)
    # What is final stays, whatever is learned: every unknown session attended, and all to come.
    if now.final and not now.ok:
        assert not stands(missed, 0, 0).ok


STATUSES = st.sampled_from(list(Status))
FINDINGS = st.lists(st.tuples(STATUSES, st.sampled_from(list(Level))), min_size=1, max_size=5)
DECISIONS = st.sampled_from(["pass", "fail", "send_back", None])


@given(
    FINDINGS,
    DECISIONS,
    st.booleans(),
    st.sets(st.integers(0, 4)),
    st.dictionaries(st.integers(0, 4), st.booleans()),
)
def test_a_project_is_approved_only_by_a_pass_and_with_all_that_is_required(
    found: list[tuple[Status, Level]],
    decision: str | None,
    same: bool,
    accepted: set[int],
    decided: dict[int, bool],
) -> None:
    findings = [finding(f"X{at}", status, level) for at, (status, level) in enumerate(found)]
    given_ = (
        verdict(decision, "a" * 40 if same else "b" * 40, tuple(f"X{at}" for at in accepted))
        if decision
        else None
    )
    rulings: dict[str, Overruling] = {}
    for at, met in decided.items():
        rulings |= overruled(f"X{at}", "met" if met else "not_met")
    state = project_state(run(*findings), given_, rulings)

    def enough(at: int, status: Status, level: Level) -> bool:
        if level is Level.ADVISED:
            return True
        if at in decided:
            return decided[at]
        if status is Status.NOT_JUDGED:
            return same and at in accepted
        return status in (Status.MET, Status.WAIVED)

    expected = decision == "pass" and all(enough(at, *one) for at, one in enumerate(found))
    assert state.standing.ok == expected
    assert state.standing.ok == (not state.standing.reasons)
    assert not set(state.unmet) & set(state.accepted)


def test_advised_ones_are_shown_and_never_bar() -> None:
    state = project_state(run(finding("A1"), finding("B2", Status.NOT_MET, Level.ADVISED)), verdict())
    assert (state.standing.ok, state.advised) == (True, ("B2",))


def test_what_is_not_certain_does_not_count() -> None:
    """Without a check, by another profile, or by a check that asked for nothing, a project is not approved."""
    assert project_state(None, verdict()).standing.reasons == ("was never checked: coursekit check --all",)
    assert not project_state(run(), verdict()).standing.ok
    other = project_state(run(finding("A1"), profile="eduhub"), verdict(), profile="opencampus-ml")
    assert "by the profile eduhub, not by the course's (opencampus-ml)" in other.standing.reasons[0]
    assert project_state(run(finding("A1")), None).standing.reasons == (
        "no verdict yet: coursekit verdict GROUP pass",
    )
    assert project_state(run(finding("A1")), verdict("send_back")).standing == Standing(
        False, ("the project was sent back",), final=False
    )
    assert project_state(run(finding("A1")), verdict("fail")).standing == Standing(
        False, ("the verdict is fail",)
    )


def test_a_required_one_that_is_not_judged_bars_until_it_was_looked_at() -> None:
    """An acceptance goes with the state that was seen; an overruling stays until it is withdrawn."""
    open_ = run(finding("A1", Status.NOT_JUDGED))
    assert project_state(open_, verdict()).unjudged == ("A1",)
    assert project_state(open_, verdict(accepted=("A1",))).standing.ok
    newer = project_state(replace(open_, commit="b" * 40), verdict(accepted=("A1",)))
    assert (newer.standing.ok, newer.unjudged) == (False, ("A1",))
    assert newer.notes == ("the verdict was given on another state than the newest check is of",)
    ruled = project_state(replace(open_, commit="b" * 40), verdict(), overruled("A1", "met"))
    assert ruled.standing.ok
    assert "decided by the instructor: A1" in ruled.notes


def test_an_acceptance_never_covers_what_is_not_met() -> None:
    assert project_state(run(finding("A1", Status.NOT_MET)), verdict(accepted=("A1",))).unmet == ("A1",)


def test_of_a_folder_without_git_a_newer_check_is_of_another_state() -> None:
    folder = run(finding("A1"), commit=None)
    assert is_of(verdict(commit=None), folder)
    assert not is_of(verdict(commit=None), replace(folder, checked_at=NOON + dt.timedelta(seconds=1)))
    assert not is_of(verdict(commit=None), run(finding("A1")))


def test_overruled_findings_say_so_and_the_others_stay() -> None:
    found = (finding("A1", Status.NOT_MET), finding("B2"), finding("C3"))
    rulings = overruled("A1", "met") | overruled("B2", "not_met") | overruled("C3", "met")
    one, two, three = apply_overrulings(found, rulings)
    assert (one.status, one.hint) == (Status.MET, "")
    assert one.message == "counts as met, by the instructor's decision: seen"
    assert (two.status, two.hint) == (Status.NOT_MET, "do it")
    assert three is found[2]
    assert apply_overrulings(found, None) == found
    german = apply_overrulings(found, rulings, language="de")[0]
    assert german.message == "gilt als erfüllt, nach Entscheidung der Lehrenden: seen"


def test_without_a_rule_attendance_is_not_certified_and_bars_nobody(course: Course) -> None:
    missed = Attendance((), (1, 2, 3, 4, 5))
    lenient = replace(course, missed_sessions_allowed=None)
    assert "no rule about attendance" in attendance_standing(lenient, missed, 3).reasons[0]
    none = attendance_standing(replace(course, sessions=()), Attendance(), 0)
    assert not none.ok
    assert "lists no sessions" in none.reasons[0]
    with open_store(course.store) as store, store.transaction("verdict") as tx:
        group = add_group(tx, "Bees")
        ada, alan = (add_student(tx, NewStudent(name)) for name in ("Ada", "Alan"))
        join_group(tx, ada.id, group.id)
        join_group(tx, alan.id, group.id)
        drop_student(tx, alan.id)
        repository = add_repository(tx, NewRepository(group.id, path="repositories/bees"))
        record_check(tx, NewCheckRun(repository.id, course.profile, "1", (finding("A1"),)))
        add_verdict(tx, NewVerdict(group.id, "pass"))
        shown = [(one.certificate.ok, one.achievement.ok) for one in eligibilities(lenient, tx, now=AFTER)]
    assert shown == [(False, True), (False, False)]


def test_reasons_say_what_to_do(course: Course) -> None:
    def why(state: Attendance, to_come: int = 0) -> str:
        return attendance_standing(course, state, to_come).reasons[0]

    assert why(Attendance((1, 2), (3, 4, 5))) == "3 sessions missed, 2 allowed"
    assert why(Attendance((), (1,), (2, 3))) == (
        "3 sessions missed (of these no information about 2: sessions 2, 3), 2 allowed; "
        "import their lists, or mark who was there: coursekit attendance"
    )
    assert "(no information about sessions 1, 2, 3)" in why(Attendance((), (), (1, 2, 3)))
    assert why(Attendance((1,), (2,)), 3) == "so far 1 session missed, 2 allowed, 3 sessions to come"


def test_who_is_not_matched_yet_may_be_the_one_who_is_missing(course: Course) -> None:
    """As long as somebody in a list waits to be matched, nobody is told for good that he or she missed the session."""
    state = Attendance((1,), (2, 3, 4))
    open_ = attendance_standing(course, state, 0, unmatched={1, 3, 4})
    assert (open_.ok, open_.final) == (False, False)
    assert open_.reasons[0].endswith(
        "; not everybody in the lists of sessions 3, 4 is matched yet: coursekit attendance review"
    )
    assert attendance_standing(course, state, 0, unmatched={1}).final
    assert attendance_standing(course, Attendance((), (1, 2, 3, 4)), 0, unmatched={1}).final


def test_achievement_needs_attendance_a_group_and_an_approved_project() -> None:
    good, bad = Standing(True), Standing(False, ("no",), final=False)
    assert achievement_standing(good, good) == Standing(True)
    assert achievement_standing(good, None).reasons == ("is in no group",)
    assert achievement_standing(bad, bad) == Standing(False, ("no", "no"), final=False)
    assert achievement_standing(Standing(False, ("missed",)), bad).final
    gone = attendance_standing(parse_course(COURSE.encode()), Attendance(), 0, left=True)
    assert achievement_standing(gone, None) == Standing(False, ("dropped out",))


def mark(tx: Transaction, student: int, *days: dt.date) -> None:
    for day in days:
        values = {"student_id": student, "day": day, "turn": 1, "marked": "attended", "changed_at": tx.now}
        tx.insert(attendance, **values)


def test_everybody_of_a_course(course: Course) -> None:
    """Those who dropped out, changed groups or are in none are there too, with their reasons."""
    from coursekit.store.fetches import record_fetch

    with open_store(course.store) as store, store.transaction("verdict") as tx:
        bees, birds = add_group(tx, "Bees"), add_group(tx, "Birds")
        ada, alan, grace, kurt, emmy = (
            add_student(tx, NewStudent(name)) for name in ("Ada", "Alan", "Grace", "Kurt", "Emmy")
        )
        join_group(tx, ada.id, bees.id)
        join_group(tx, alan.id, birds.id)
        join_group(tx, alan.id, bees.id)
        join_group(tx, grace.id, birds.id)
        join_group(tx, kurt.id, bees.id)
        for student in (ada, alan, grace, kurt, emmy):
            mark(tx, student.id, *DAYS[: 2 if student is grace else 5])
        drop_student(tx, kurt.id)
        repository = add_repository(tx, NewRepository(bees.id, path="repositories/bees"))
        found = (finding("A1"), finding("B2", Status.NOT_MET), finding("C3", Status.NOT_JUDGED))
        record_check(tx, NewCheckRun(repository.id, course.profile, "1", found, commit="a" * 40))
        record_fetch(tx, NewFetch(repository.id, "updated", commit="b" * 40))
        add_overruling(tx, NewOverruling(bees.id, "B2", "met", "it is in the slides"))
        add_verdict(tx, NewVerdict(bees.id, "pass", commit="a" * 40, accepted=("C3",)))
        everybody = eligibilities(course, tx, now=AFTER)
        early = eligibilities(course, tx, now=dt.datetime(2026, 10, 20, tzinfo=dt.UTC))
        assert set(overrulings_by_group(tx)) == {bees.id}
    shown = [
        (
            one.student.name,
            one.group and one.group.name,
            one.certificate.ok,
            one.achievement.ok,
            one.achievement.reasons,
        )
        for one in everybody
    ]
    assert shown == [
        ("Ada", "Bees", True, True, ()),
        ("Alan", "Bees", True, True, ()),
        (
            "Grace",
            "Birds",
            False,
            False,
            (
                everybody[2].certificate.reasons[0],
                "was never checked: coursekit check --all",
                "no verdict yet: coursekit verdict GROUP pass",
            ),
        ),
        ("Kurt", None, False, False, ("dropped out",)),
        ("Emmy", None, True, False, ("is in no group",)),
    ]
    assert everybody[0].notes == (
        "something newer was fetched than was checked: coursekit check --all",
        "decided by the instructor: B2",
    )
    assert everybody[1].notes[0] == "was in another group before"
    assert early[0].to_come == 3
    assert not early[0].certificate.ok
    assert not early[0].certificate.final


def test_the_profile_of_a_file_is_known_by_its_name(course: Course, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('name = "own"\n', "utf-8")
    with open_store(course.store) as store, store.transaction("verdict") as tx:
        group = add_group(tx, "Bees")
        join_group(tx, add_student(tx, NewStudent("Ada")).id, group.id)
        repository = add_repository(tx, NewRepository(group.id, path="repositories/bees"))
        record_check(tx, NewCheckRun(repository.id, "opencampus-ml", "1", (finding("A1"),)))
        add_verdict(tx, NewVerdict(group.id, "pass"))
        for profile, ok in (("opencampus-ml", True), ("own.toml", False), ("gone.toml", False)):
            [one] = eligibilities(replace(course, profile=profile), tx, now=AFTER)
            assert one.project is not None
            assert one.project.standing.ok is ok, profile
