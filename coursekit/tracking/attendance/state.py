"""Who attended which session, by the course's rule."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa

from coursekit.config import Course
from coursekit.config.course import Session
from coursekit.store import Reader
from coursekit.store.attendance import attended_masks, list_presences, read_sessions
from coursekit.store.records import SessionKey
from coursekit.store.schema import students
from coursekit.tracking.attendance.sessions import span_of
from coursekit.tracking.attendance.spans import length
from coursekit.tracking.attendance.tally import outdated

# A number in the database has 63 bits.
_AT_ONCE = 60


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

    Where course.toml has other times of a session than when its lists were read, they are counted anew.

    Parameters
    ----------
    course : Course
    view : Reader
    now : datetime, optional
        Sessions that end later are left out.
    """
    now = now or dt.datetime.now(dt.UTC)
    past = [session for session in course.sessions if session.end <= now]
    needed = {session.key: seconds_needed(course, session) for session in past}
    ids = [row.id for row in view.all(sa.select(students.c.id).order_by(students.c.id))]
    attended = dict.fromkeys(ids, 0)
    missed = dict.fromkeys(ids, 0)
    for first in range(0, len(past), _AT_ONCE):
        some = past[first : first + _AT_ONCE]
        masks = attended_masks(view, [(session.key, needed[session.key]) for session in some])
        for student_id, (there, away) in masks.items():
            attended[student_id] |= there << first
            missed[student_id] |= away << first
    places = {session.key: at for at, session in enumerate(past)}
    _correct(course, view, attended, missed, places, needed)
    read = read_sessions(view)
    # Who is in no list of a session was not there.
    listed = sum(1 << at for key, at in places.items() if key in read)

    @cache
    def numbers(mask: int) -> tuple[int, ...]:
        return tuple(session.number for at, session in enumerate(past) if mask >> at & 1)

    @cache
    def state(there: int, away: int) -> Attendance:
        away |= listed & ~there
        unknown = ((1 << len(past)) - 1) & ~(there | away)
        return Attendance(numbers(there), numbers(away), numbers(unknown))

    return {student_id: state(attended[student_id], missed[student_id]) for student_id in ids}


def _correct(
    course: Course,
    view: Reader,
    attended: dict[int, int],
    missed: dict[int, int],
    places: Mapping[SessionKey, int],
    needed: Mapping[SessionKey, int],
) -> None:
    """Put sessions right whose times were corrected after they were counted."""
    for key, seconds in outdated(course, view).items():
        if key not in places:
            continue
        bit = 1 << places[key]
        marked = {one.student_id: one.marked for one in list_presences(view, key) if one.marked}
        for student_id in attended:
            if student_id in marked:
                continue
            there = seconds.get(student_id, -1) >= needed[key]
            attended[student_id] = attended[student_id] | bit if there else attended[student_id] & ~bit
            missed[student_id] = missed[student_id] & ~bit if there else missed[student_id] | bit


def seconds_needed(course: Course, session: Session) -> int:
    """Give for how many seconds somebody must be in a session to have attended it."""
    return math.ceil(course.min_session_share * length(span_of(session)) - 1e-6)


def over_allowed(course: Course, all_of: Mapping[int, Attendance], ids: Iterable[int]) -> list[int]:
    """Give those of the students who missed more sessions than the course allows; nobody where it states no number."""
    allowed = course.missed_sessions_allowed
    return [] if allowed is None else [one for one in ids if all_of[one].away > allowed]
