"""Attendance in the store, on both kinds of database."""

from __future__ import annotations

import datetime as dt

import pytest

from coursekit.store import Store, open_store
from coursekit.store.attendance import (
    add_import,
    attended_masks,
    change_row,
    known_sessions,
    list_imports,
    list_presences,
    list_rows,
    mark_reasons,
    read_sessions,
    set_mark,
    set_seconds,
    set_span,
    unclear_rows,
    withdraw_import,
)
from coursekit.store.history import list_audit
from coursekit.store.people import add_student
from coursekit.store.records import NewAttendanceRow, NewStudent, Presence, SessionKey

FIRST: SessionKey = (dt.date(2026, 10, 14), 1)
SECOND: SessionKey = (dt.date(2026, 10, 14), 2)
START = dt.datetime(2026, 10, 14, 16, tzinfo=dt.UTC)
SPAN = (START, START + dt.timedelta(hours=2))


@pytest.fixture
def store(target: str):  # type: ignore[no-untyped-def]
    with open_store(target) as opened:
        with opened.transaction("roster import") as tx:
            for name in ("Ada", "Alan", "Grace"):
                add_student(tx, NewStudent(name))
        yield opened


def row(line: int, student_id: int | None) -> NewAttendanceRow:
    how = "name" if student_id else "none"
    return NewAttendanceRow(line, "Ada", None, SPAN if line % 2 else None, 60, student_id, how, None)


def test_a_list_and_its_rows_come_back_until_it_is_taken_back(store: Store) -> None:
    with store.transaction("attendance import") as tx:
        one = add_import(tx, FIRST, "a.csv", "hash", SPAN, [row(2, 1), row(3, None)])
        two = add_import(tx, SECOND, "b.csv", "other", SPAN, [row(2, None)])
        later = (SPAN[0], SPAN[1] + dt.timedelta(hours=1))
        set_span(tx, two, later)
        assert unclear_rows(tx) == {FIRST: 1, SECOND: 1}
        (unclear,) = [one for one in list_rows(tx) if one.line == 3]
        change_row(tx, unclear.id, 2, "fuzzy", 95)
    with store.read() as view:
        assert [(one.id, one.session, one.source, one.span) for one in list_imports(view)] == [
            (one, FIRST, "a.csv", SPAN),
            (two, SECOND, "b.csv", later),
        ]
        assert [(r.line, r.span, r.student_id, r.how, r.score) for r in list_rows(view, [one])] == [
            (2, None, 1, "name", None),
            (3, SPAN, 2, "fuzzy", 95),
        ]
        assert len(list_rows(view)) == 3
        assert [each.id for each in list_imports(view, SECOND)] == [two]
        assert read_sessions(view) == known_sessions(view) == {FIRST, SECOND}
        assert unclear_rows(view) == {SECOND: 1}
    with store.transaction("attendance withdraw") as tx:
        withdraw_import(tx, one, reason="Ada was not there")
    with store.read() as view:
        assert read_sessions(view) == {SECOND}
        assert list_rows(view, [one]) == []
        (entry,) = [each for each in list_audit(view, table="attendance_imports") if each.action == "change"]
        assert (entry.field, entry.reason) == ("replaced_at", "[student 1] was not there")


def test_seconds_follow_the_lists_and_marks_stay(store: Store) -> None:
    with store.transaction("attendance import") as tx:
        assert set_seconds(tx, FIRST, {1: 60, 2: 90}) == 2
        assert set_mark(tx, FIRST, 2, "missed", "slept") is None
        assert set_mark(tx, FIRST, 3, "attended", "in the room") is None
        assert set_seconds(tx, FIRST, {1: 60}) == 1
        assert set_seconds(tx, FIRST, {3: 10}, reason="settled") == 2
        assert mark_reasons(tx, FIRST) == {2: "slept", 3: "in the room"}
    with store.read() as view:
        assert sorted(list_presences(view), key=lambda one: one.student_id) == [
            Presence(2, FIRST, None, "missed"),
            Presence(3, FIRST, 10, "attended"),
        ]
        assert list_presences(view, SECOND) == []
    with store.transaction("attendance mark") as tx:
        assert set_mark(tx, FIRST, 2, "attended", "was awake") == "missed"
        assert set_mark(tx, FIRST, 2, "attended", "again") == "attended"
        assert set_mark(tx, FIRST, 2, None, "mistaken") == "attended"
        assert set_mark(tx, FIRST, 2, None, "again") is None
        assert set_mark(tx, FIRST, 3, None, "by the list") == "attended"
    with store.read() as view:
        assert list_presences(view) == [Presence(3, FIRST, 10, None)]
        marks = [
            (e.action, e.old, e.new, e.reason)
            for e in list_audit(view, table="attendance")
            if e.field == "marked"
        ]
        assert marks == [
            ("change", None, "missed", "slept"),
            ("add", None, "attended", "in the room"),
            ("change", "missed", "attended", "was awake"),
            ("change", "attended", None, "mistaken"),
            ("change", "attended", None, "by the list"),
        ]
        seconds = [
            (e.action, e.old, e.new) for e in list_audit(view, table="attendance") if e.field == "seconds"
        ]
        assert seconds == [("change", "60", None), ("change", None, "10")]


def test_the_database_adds_sessions_up(store: Store) -> None:
    """Also the sixtieth one, whose number is larger than 32 bits."""
    keys = [(dt.date(2026, 1, 1) + dt.timedelta(days=day), 1) for day in range(60)]
    with store.transaction("attendance import") as tx:
        set_seconds(tx, keys[59], {1: 3600, 2: 3599})
        set_seconds(tx, keys[0], {1: 0})
        set_mark(tx, keys[1], 1, "attended", "in the room")
        set_mark(tx, keys[59], 2, "missed", "in the room")
        set_seconds(tx, SECOND, {1: 3600})
    with store.read() as view:
        found = attended_masks(view, [(key, 3600) for key in keys])
    assert found == {1: (1 << 59 | 2, 1), 2: (0, 1 << 59)}
