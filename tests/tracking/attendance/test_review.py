"""What is settled once counts in the lists that were read, and in those to come."""

from __future__ import annotations

import pytest

from coursekit.config import Course
from coursekit.errors import InputError
from coursekit.store import open_store
from coursekit.store.aliases import list_aliases
from coursekit.store.history import list_audit
from coursekit.store.people import add_student
from coursekit.store.records import NewStudent
from coursekit.tracking.attendance.mark import mark_attendance, withdraw_lists
from coursekit.tracking.attendance.overview import list_attendance, list_session
from coursekit.tracking.attendance.review import list_unclear, match_again, settle_names
from coursekit.tracking.attendance.run import import_attendance
from tests.tracking.attendance.conftest import COURSE, both_databases, course_of
from tests.tracking.attendance.test_import import LATER, minutes


@pytest.fixture
def read(course: Course, write) -> Course:
    """Two sessions with a device, two namesakes and a host."""
    rows = [
        ("Annas iPhone", "", "18:00", "19:00"),
        ("Ali Can", "", "18:00", "18:30"),
        ("Ali Can", "a@x.org", "19:00", "20:00"),
    ]
    import_attendance(course, [write(*rows, ("Dr. Host", "host@example.org", "18:00", "20:00"))])
    import_attendance(course, [write(*rows[:1], name="two.csv", day="2026-10-21")])
    return course


def test_the_queue_names_each_once_with_who_may_be_meant(read: Course) -> None:
    found = list_unclear(read)
    assert [(one.name, one.email, [place[1:] for place in one.places]) for one in found] == [
        ("Annas iPhone", None, [("list.csv", 2, 3600), ("two.csv", 2, 3600)]),
        ("Dr. Host", "host@example.org", [("list.csv", 5, 7200)]),
        ("Ali Can", "a@x.org", [("list.csv", 4, 3600)]),
        ("Ali Can", None, [("list.csv", 3, 1800)]),
    ]
    assert [one.student.name for one in found[0].match.candidates] == ["Anna Berg"]


@both_databases
def test_a_name_is_settled_in_all_lists_and_in_those_to_come(read: Course, write) -> None:
    settled = settle_names(
        read,
        names=[("annas iphone", "anna@example.org"), ("A@X.org", "ali2@example.org")],
        nobody=["Dr. Host"],
    )
    assert [(one.name, one.student) for one in settled] == [
        ("Annas iPhone", "Anna Berg <anna@example.org>"),
        ("Ali Can", "ALI CAN <ali2@example.org>"),
        ("Dr. Host", None),
    ]
    assert (settled[-1].rows, settled[-1].seconds) == (3, 3)
    assert (minutes(read, 1), minutes(read, 2)) == ({"anna": 60, "ali2": 60}, {"anna": 60})
    assert [(one.name, one.email) for one in list_unclear(read)] == [("Ali Can", None)]
    import_attendance(
        read, [write(("Annas iPhone", "", "18:00", "19:00"), name="three.csv", day="2026-10-28")]
    )
    assert minutes(read, 3) == {"anna": 60}
    with open_store(read.store) as store, store.read() as view:
        added = [one for one in list_audit(view, table="attendance") if one.action == "add"]
        assert {(one.old, one.new, one.command) for one in added} == {(None, "3600", "attendance review")}


def test_a_decision_can_be_changed_and_taken_back(read: Course) -> None:
    settle_names(read, names=[("Annas iPhone", "Ben Kurz")], reason="asked him")
    settle_names(read, names=[("Annas iPhone", "Anna Berg")])
    assert minutes(read, 2) == {"anna": 60}
    settle_names(read, forget=["Annas iPhone"])
    assert minutes(read, 2) == {}
    assert "Annas iPhone" in [one.name for one in list_unclear(read)]
    with open_store(read.store) as store, store.read() as view:
        assert list_aliases(view, "meeting") == {}


@pytest.mark.parametrize(
    ("name", "student", "message"),
    [
        ("Annas iPad", "Ben Kurz", "'Annas iPad' is in none"),
        ("Ali Can", "Ben Kurz", r"2 are called 'Ali Can': without an address, a@x\.org"),
        ("Annas iPhone", "Annna Berg", "'Annna Berg' is none"),
        ("Annas iPhone", "Ali Can", "2 are called 'Ali Can'"),
    ],
)
def test_nothing_is_settled_by_half(read: Course, name: str, student: str, message: str) -> None:
    before = list_unclear(read)
    with pytest.raises(InputError, match=message):
        settle_names(read, nobody=["Dr. Host"], names=[("Annas iPhone", "Anna Berg"), (name, student)])
    assert list_unclear(read) == before


def test_a_name_without_an_address_can_be_said(read: Course) -> None:
    settle_names(read, names=[("Ali Can <>", "ali1@example.org")])
    assert minutes(read, 1) == {"ali1": 30}


def test_whoever_joins_the_course_later_is_matched(read: Course, write) -> None:
    import_attendance(read, [write(("Clara Neu", "", "18:00", "20:00"), name="more.csv")])
    with open_store(read.store) as store, store.transaction("roster add") as tx:
        add_student(tx, NewStudent("Clara Neu", "clara@example.org"))
    assert "Clara Neu" not in [one.name for one in list_unclear(read)]
    assert match_again(read) == (1, 1)
    assert minutes(read, 1) == {"clara": 120}


@both_databases
def test_a_mark_goes_before_the_lists(read: Course) -> None:
    settle_names(read, names=[("Annas iPhone", "anna@example.org")])
    first = mark_attendance(read, "1", ["Ben Kurz", "anna@example.org", "BEN KURZ"], reason="in the room")
    assert [(one.student, one.before, one.after) for one in first.marks] == [
        ("Ben Kurz", None, "attended"),
        ("Anna Berg", None, "attended"),
    ]
    mark_attendance(read, "14.10.2026", ["Anna Berg"], missed=True, reason="Anna Berg left the laptop on")
    overview = list_attendance(read, now=LATER)
    states = {name: (one.attended, one.missed, one.unknown) for _, name, _, one in overview.rows}
    assert states["Anna Berg"] == ((2,), (1,), (3,))
    assert states["Ben Kurz"] == ((1,), (2,), (3,))
    mark_attendance(read, "1", ["Anna Berg"], clear=True, reason="asked her")
    row = next(one for one in list_session(read, "1").rows if one.name == "Anna Berg")
    assert (row.there, row.seconds, row.marked, row.reason) == (True, 3600, None, "")


def test_a_mark_needs_a_reason_and_known_people(read: Course) -> None:
    with pytest.raises(InputError, match="expected a reason"):
        mark_attendance(read, "1", ["Anna Berg"], reason=" ")
    with pytest.raises(InputError, match="expected students to mark"):
        mark_attendance(read, "1", [], reason="x")
    with pytest.raises(InputError, match="found both"):
        mark_attendance(read, "1", ["Anna Berg"], missed=True, clear=True, reason="x")
    with pytest.raises(InputError, match="'Nobody' is none"):
        mark_attendance(read, "1", ["Anna Berg", "Nobody"], reason="x")
    assert "anna" not in minutes(read)


@both_databases
def test_lists_are_taken_back_and_marks_stay(read: Course) -> None:
    settle_names(read, names=[("Annas iPhone", "anna@example.org")])
    mark_attendance(read, "1", ["Ben Kurz"], reason="in the room")
    with pytest.raises(InputError, match="expected a reason"):
        withdraw_lists(read, "1", reason="")
    with pytest.raises(InputError, match=r"a list called 'x.csv' of session 1"):
        withdraw_lists(read, "1", source="x.csv", reason="x")
    done = withdraw_lists(read, "1", reason="wrong meeting")
    assert ([one.source for one in done.lists], done.students) == (["list.csv"], 1)
    assert minutes(read, 1) == {"ben": None}


def test_a_session_that_is_gone_is_told_and_can_be_taken_back(read: Course, tmp_path) -> None:
    moved = course_of(
        COURSE.replace("2026-10-14", "2026-10-13"),
        str(read.store) if "://" in str(read.store) and "sqlite" not in str(read.store) else "sqlite",
        tmp_path,
    )
    overview = list_attendance(moved, now=LATER)
    assert [str(day) for day, _ in overview.gone] == ["2026-10-14"]
    assert all(1 in one.unknown for _, _, _, one in overview.rows)
    assert len(list_unclear(moved)) == 4
    settle_names(moved, names=[("Annas iPhone", "anna@example.org")])
    withdraw_lists(moved, "2026-10-14", reason="moved")
    assert list_attendance(moved, now=LATER).gone == ()


def test_too_many_missed(read: Course) -> None:
    assert len(list_attendance(read, over=True, now=LATER).rows) == 6
    mark_attendance(read, "2", ["Anna Berg"], reason="in the room")
    mark_attendance(read, "3", ["Anna Berg"], reason="in the room")
    overview = list_attendance(read, over=True, anonymous=True, now=LATER)
    assert [(name, email) for _, name, email, _ in overview.rows] == [
        (f"Student {n}", "") for n in range(2, 7)
    ]


def test_a_forced_list_shows_its_minutes_in_the_queue(course: Course, write) -> None:
    import_attendance(course, [write(("Annas iPhone", "", "09:00", "09:45"))], session="3", force=True)
    assert [place[3] for one in list_unclear(course) for place in one.places] == [2700]
