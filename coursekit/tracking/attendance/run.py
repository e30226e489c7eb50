"""Reads lists of participants, and stores whom they are about: all lists of a command, or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from coursekit.config import Course
from coursekit.config.course import Session
from coursekit.errors import InputError
from coursekit.store import Reader, Transaction, open_store
from coursekit.store.attendance import add_import, change_row, withdraw_import
from coursekit.store.people import list_students
from coursekit.text import one_line
from coursekit.tracking.attendance.place import (
    SessionList,
    hours_off,
    place,
    refusal,
    rejection,
)
from coursekit.tracking.attendance.plan import SessionPlan, plan_lists
from coursekit.tracking.attendance.read import read_listing
from coursekit.tracking.attendance.sessions import session_called, span_of
from coursekit.tracking.attendance.state import seconds_needed
from coursekit.tracking.attendance.tally import recount


@dataclass(frozen=True, slots=True)
class Imported:
    """What lists of participants changed, or would have.

    Attributes
    ----------
    plans : tuple of SessionPlan
    stored : bool
    students : int
        How many take part in the course.
    attended : mapping
        How many of them attended each session, by its number, as far as its lists say.
    """

    plans: tuple[SessionPlan, ...]
    stored: bool
    students: int
    attended: Mapping[int, int]


def import_attendance(
    course: Course,
    files: Sequence[Path],
    *,
    session: str = "",
    time_zone: str = "",
    mapping: Mapping[str, str] | None = None,
    replace: bool = False,
    force: bool = False,
    dry_run: bool = False,
) -> Imported:
    """Read lists of participants into the store, in one transaction: all of them, or none.

    Parameters
    ----------
    course : Course
    files : sequence of Path
    session : str, optional
        The session's number or date; without it, it is told by the times in each list.
    time_zone : str, optional
        Of times that state none; the course's by default.
    mapping : mapping, optional
        See `coursekit.tracking.attendance.read.read_listing`.
    replace : bool, optional
        Whether a list takes the place of one that was read for its session before.
    force : bool, optional
        Whether a list of another time is accepted, and rows that cannot be read are left out.
    dry_run : bool, optional
        Whether only to say what would be changed.

    Raises
    ------
    InputError
        If a list cannot be read, is of another meeting, or its session is not clear.
    """
    wanted = session_called(course, session) if session.strip() else None
    zone = _zone(course, time_zone)
    placed = [_placed(course, file, wanted, zone, mapping, force=force) for file in files]
    with open_store(course.store, create=False) as store:
        if dry_run:
            with store.read() as view:
                return _imported(course, view, placed, replace=replace, force=force)
        with store.transaction("attendance import") as tx:
            found = _imported(course, tx, placed, replace=replace, force=force)
            if not any(plan.writes for plan in found.plans):
                return found
            for plan in found.plans:
                _store(tx, plan)
            return Imported(found.plans, True, found.students, found.attended)


def _zone(course: Course, time_zone: str) -> dt.tzinfo:
    if not time_zone:
        return ZoneInfo(course.time_zone) if course.time_zone else dt.UTC
    try:
        return ZoneInfo(time_zone)
    except (OSError, ValueError, KeyError):
        raise InputError(
            f"expected a time zone, but {one_line(time_zone, 60)!r} is none",
            "For example:  --time-zone UTC  or  --time-zone Europe/Berlin .",
        ) from None


def _placed(
    course: Course,
    file: Path,
    wanted: Session | None,
    zone: dt.tzinfo,
    mapping: Mapping[str, str] | None,
    *,
    force: bool,
) -> SessionList:
    placed = place(course, read_listing(file, mapping=mapping), wanted, zone)
    if placed.rejected and (not force or not placed.rows):
        raise InputError(
            rejection(placed), "Correct these rows, or leave them out with  --force . Nothing was stored."
        )
    why_not = refusal(placed)
    if why_not and not force:
        hours = hours_off(placed)
        zone_hint = (
            f"Moved by {hours:+d} h its times would fit: if they are of another time zone, say so with  --time-zone . "
            if hours
            else ""
        )
        raise InputError(
            why_not,
            f"{zone_hint}If the session was held at that time nevertheless, add  --force . Nothing was stored.",
        )
    if not placed.rows:
        raise InputError(
            f"expected people in {one_line(file.name, 80)}, but found none who was in the session",
            "Is it the right file?",
        )
    return placed


def _imported(
    course: Course, view: Reader, placed: Sequence[SessionList], *, replace: bool, force: bool
) -> Imported:
    students = {student.id for student in list_students(view)}
    if not students:
        raise InputError(
            "expected students in the course, but there are none",
            "Import them first:  coursekit roster import FILE .",
        )
    plans = plan_lists(view, placed, replace=replace, force=force)
    attended = {
        plan.session.number: sum(
            seconds >= seconds_needed(course, plan.session)
            for student_id, seconds in plan.seconds.items()
            if student_id in students
        )
        for plan in plans
    }
    return Imported(tuple(plans), False, len(students), attended)


def _store(tx: Transaction, plan: SessionPlan) -> None:
    during = span_of(plan.session)
    for row, match in plan.changes:
        change_row(tx, row.id, match.student.id if match.student else None, match.how, match.score)
    for one in plan.lists:
        if one.unchanged:
            continue
        for replaced in one.replaces:
            withdraw_import(tx, replaced.id, reason="another list took its place")
        listing = one.placed.listing
        add_import(tx, plan.session.key, listing.source, listing.content, during, one.rows)
    recount(tx, plan.session.key, during)
