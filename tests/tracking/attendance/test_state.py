from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from coursekit.config import Course, parse_course
from coursekit.store import open_store
from coursekit.store.people import add_student
from coursekit.store.records import NewStudent
from coursekit.store.schema import attendance, attendance_imports
from coursekit.tracking.attendance import Attendance, attendances

COURSE = """
[course]
name = "Deep Learning"
time_zone = "Europe/Berlin"

[attendance]
min_session_share = 0.75

[[sessions]]
date = 2026-10-21
start = 18:00:00
end = 20:00:00

[[sessions]]
date = 2026-10-14
start = 18:00:00
end = 20:00:00

[[sessions]]
date = 2026-10-21
start = 10:00:00
end = 11:00:00

[[sessions]]
date = 2026-10-28
start = 18:00:00
end = 20:00:00
"""
MONTH = (2026, 10)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return parse_course(COURSE.encode(), folder=tmp_path)


def test_sessions_are_numbered_as_they_begin(course: Course) -> None:
    keys = [(one.number, one.start.day, one.turn) for one in course.sessions]
    assert keys == [(1, 14, 1), (2, 21, 1), (3, 21, 2), (4, 28, 1)]


def test_what_is_missed_and_what_is_not_known(course: Course) -> None:
    """A mark goes before the minutes; without a list of a session nobody missed it, but nobody is known to have come."""
    first, second = dt.date(2026, 10, 14), dt.date(2026, 10, 21)
    with open_store(course.store) as store, store.transaction("attendance import") as tx:
        ids = [add_student(tx, NewStudent(name)).id for name in ("Ada", "Alan", "Grace")]
        for day, turn in ((first, 1), (second, 1)):
            tx.insert(attendance_imports, day=day, turn=turn, source="a.csv", content="", imported_at=tx.now)
        # 5400 s is three quarters of two hours.
        seen = [(0, first, 1, 5400, None), (1, first, 1, 5399, None), (0, second, 1, 3600, "missed")]
        seen += [(2, second, 2, None, "attended")]
        for who, day, turn, seconds, marked in seen:
            values = {"day": day, "turn": turn, "seconds": seconds, "marked": marked}
            tx.insert(attendance, student_id=ids[who], changed_at=tx.now, **values)
        now = dt.datetime(2026, 10, 27, tzinfo=dt.UTC)
        found = attendances(course, tx, now=now)
    assert [found[one] for one in ids] == [
        Attendance((1,), (2,), (3,)),
        Attendance((), (1, 2), (3,)),
        Attendance((3,), (1, 2), ()),
    ]
    assert found[ids[0]].away == 2
