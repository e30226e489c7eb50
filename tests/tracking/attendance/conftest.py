"""A course of made-up people with three sessions, and lists of participants."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from coursekit.config import Course, parse_course
from coursekit.store import open_store
from coursekit.store.people import add_student
from coursekit.store.records import NewStudent

COURSE = """
[course]
name = "Deep Learning"
time_zone = "Europe/Berlin"

[attendance]
missed_sessions_allowed = 1

[[sessions]]
date = 2026-10-14
start = 18:00:00
end = 20:00:00

[[sessions]]
date = 2026-10-21
start = 18:00:00
end = 20:00:00

[[sessions]]
date = 2026-10-28
start = 18:00:00
end = 20:00:00
topic = "Backpropagation"

[store]
database = "{target}"
"""
STUDENTS = {
    "Anna Berg": "anna@example.org",
    "Ben Kurz": "ben@example.org",
    "Jürgen Groß": "jg@example.org",
    "Ali Can": "ali1@example.org",
    "ALI CAN": "ali2@example.org",
    "Maximilian Schneider": "max@example.org",
}
HEAD = "Name (original name),Email,Join time,Leave time,Duration (minutes),Guest\n"


def course_of(text: str, target: str, folder: Path) -> Course:
    """Make a course whose store is at `target`."""
    database = target if "://" in target else "course.db"
    return parse_course(text.replace("{target}", database).encode(), folder=folder)


#: For tests of what a database adds up or compares: they run on both kinds.
both_databases = pytest.mark.usefixtures("target")


@pytest.fixture
def course(request: pytest.FixtureRequest, tmp_path: Path) -> Course:
    """A course in SQLite, or on both kinds of database where a test says so."""
    target = request.getfixturevalue("target") if "target" in request.fixturenames else "sqlite"
    made = course_of(COURSE, target, tmp_path)
    with open_store(made.store) as store, store.transaction("roster import") as tx:
        for name, email in STUDENTS.items():
            add_student(tx, NewStudent(name, email))
    return made


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a list in Zoom's form from (name, e-mail, joined, left), with times of 14 October 2026."""

    def write(*rows: tuple[str, str, str, str], name: str = "list.csv", day: str = "2026-10-14") -> Path:
        path = tmp_path / name
        lines = []
        for who, email, joined, left in rows:
            start, end = (dt.datetime.fromisoformat(f"{day} {one}") for one in (joined, left))
            minutes = round((end - start).total_seconds() / 60)
            lines.append(
                f'"{who}",{email},{start:%m/%d/%Y %I:%M:%S %p},{end:%m/%d/%Y %I:%M:%S %p},{minutes},No\n'
            )
        path.write_text(HEAD + "".join(lines), encoding="utf-8")
        return path

    return write
