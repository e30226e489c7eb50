"""Marks by hand: who was in the room, or missed a session whatever a list says; and lists that are taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from coursekit.config import Course
from coursekit.config.course import Session
from coursekit.errors import InputError
from coursekit.people import People, Person
from coursekit.store import open_store
from coursekit.store.attendance import known_sessions, list_imports, set_mark, set_seconds, withdraw_import
from coursekit.store.people import list_students
from coursekit.store.records import AttendanceImport, Marked, SessionKey
from coursekit.text import one_line
from coursekit.tracking.attendance.sessions import called, session_called, span_of
from coursekit.tracking.attendance.spans import Span
from coursekit.tracking.attendance.tally import recount


@dataclass(frozen=True, slots=True)
class Mark:
    """A student, and what was marked before."""

    student: str
    before: Marked | None
    after: Marked | None


@dataclass(frozen=True, slots=True)
class Marks:
    """What was marked in a session."""

    session: Session
    marks: tuple[Mark, ...]


def mark_attendance(
    course: Course,
    session: str,
    students: Sequence[str],
    *,
    missed: bool = False,
    clear: bool = False,
    reason: str,
) -> Marks:
    """Mark that students attended a session, or missed it; the mark goes before what lists say.

    Parameters
    ----------
    course : Course
    session : str
        Its number or date.
    students : sequence of str
        E-mail addresses, accounts or names.
    missed : bool, optional
        Mark that they missed it.
    clear : bool, optional
        Take their marks away, so that the lists count again.
    reason : str
        For the audit, which keeps the old mark too.

    Raises
    ------
    InputError
        If there is no such session or student, or no reason; nothing is marked then.
    """
    if missed and clear:
        raise InputError("expected one of --missed and --clear, but found both", "--clear takes a mark away.")
    if not reason.strip():
        raise InputError(
            "expected a reason for marking attendance by hand, but found none",
            'Add  --reason "in the room" .',
        )
    if not students:
        raise InputError("expected students to mark, but found none", "Name them, or read them from a file.")
    wanted = session_called(course, session)
    marked: Marked | None = None if clear else "missed" if missed else "attended"
    with open_store(course.store, create=False) as store, store.transaction("attendance mark") as tx:
        everyone = list_students(tx, left=True)
        people = People(Person(one.id, one.name, one.email or "", one.account or "") for one in everyone)
        found = {person.id: person for person in map(people.find, students)}
        marks = [
            Mark(person.name, set_mark(tx, wanted.key, person.id, marked, reason.strip()), marked)
            for person in found.values()
        ]
    return Marks(wanted, tuple(marks))


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Lists that count no longer, and for how many students that changes how long they were there."""

    session: str
    lists: tuple[AttendanceImport, ...]
    students: int


def withdraw_lists(course: Course, session: str, *, source: str = "", reason: str) -> Withdrawn:
    """Take back the lists of a session, or the one of a name; marks stay.

    Parameters
    ----------
    course : Course
    session : str
        Its number or date; also the date of one that is in course.toml no longer.
    source : str, optional
        The file's name.
    reason : str
        For the audit.

    Raises
    ------
    InputError
        If there is no such session or list, or no reason.
    """
    if not reason.strip():
        raise InputError(
            "expected a reason for taking a list back, but found none", 'Add  --reason "wrong file" .'
        )
    with open_store(course.store, create=False) as store, store.transaction("attendance withdraw") as tx:
        key, name, during = _session(course, session, known_sessions(tx))
        lists = [one for one in list_imports(tx, key) if not source or one.source == source]
        if not lists:
            of = f" called {one_line(source, 80)!r}" if source else ""
            raise InputError(
                f"expected a list{of} of {name}, but none was read",
                "See  coursekit attendance list .",
            )
        for one in lists:
            withdraw_import(tx, one.id, reason=reason.strip())
        if during is None:
            changed = set_seconds(tx, key, {}, reason=reason.strip())
        else:
            changed = recount(tx, key, during, reason=reason.strip())
    return Withdrawn(name, tuple(lists), changed)


def _session(course: Course, text: str, known: set[SessionKey]) -> tuple[SessionKey, str, Span | None]:
    gone = [key for key in known if key not in {one.key for one in course.sessions}]
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = None
    found = [key for key in gone if key[0] == day]
    if len(found) == 1:
        return found[0], f"the session on {found[0][0]:%Y-%m-%d}, which is in course.toml no longer", None
    session = session_called(course, text)
    return session.key, called(session), span_of(session)
