"""Who attended which session, by the course's rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from coursekit.config import Course
from coursekit.config.course import Session
from coursekit.store import Reader
from coursekit.store.attendance import list_presences, read_sessions
from coursekit.store.people import list_students
from coursekit.store.records import Presence


@dataclass(frozen=True, slots=True)
class Attendance:
    """A student's sessions so far, by their numbers; those that have not ended yet are in none.

    Attributes
    ----------
    attended, missed : tuple of int
    unknown : tuple of int
        Sessions of which there is no information: nothing was imported, and nobody marked the student.
    """

    attended: tuple[int, ...] = ()
    missed: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()

    @property
    def away(self) -> int:
        """How many count as missed: missed, or no information."""
        return len(self.missed) + len(self.unknown)


def attendances(course: Course, view: Reader, *, now: dt.datetime | None = None) -> Mapping[int, Attendance]:
    """Give every student's attendance, also of those who dropped out, by the student's id.

    Parameters
    ----------
    course : Course
    view : Reader
    now : datetime, optional
        Sessions that end later are left out.
    """
    now = now or dt.datetime.now(dt.UTC)
    past = [session for session in course.sessions if session.end <= now]
    read = read_sessions(view)
    known: dict[int, dict[tuple[dt.date, int], Presence]] = {}
    for presence in list_presences(view):
        known.setdefault(presence.student_id, {})[presence.session] = presence
    found = {}
    for student in list_students(view, left=True):
        of = known.get(student.id, {})
        states: dict[bool | None, list[int]] = {True: [], False: [], None: []}
        for session in past:
            there = was_there(course, session, of.get(session.key), read=session.key in read)
            states[there].append(session.number)
        found[student.id] = Attendance(tuple(states[True]), tuple(states[False]), tuple(states[None]))
    return found


def was_there(course: Course, session: Session, presence: Presence | None, *, read: bool) -> bool | None:
    """Whether a student attended a session; None if nothing is known.

    Parameters
    ----------
    course, session
    presence : Presence or None
        What the store has of the student in this session.
    read : bool
        Whether a file of the session's participants was read, so that who is not in it was not there.
    """
    if presence is not None and presence.marked is not None:
        return presence.marked == "attended"
    if presence is not None and presence.seconds is not None:
        needed = course.min_session_share * (session.end - session.start).total_seconds()
        return presence.seconds >= needed
    return False if read else None
