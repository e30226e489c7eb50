"""Who attended what, for the whole course or one session."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from coursekit.config import Course
from coursekit.config.course import Session
from coursekit.csvwrite import csv_text
from coursekit.store import open_store
from coursekit.store.attendance import (
    known_sessions,
    list_imports,
    list_presences,
    mark_reasons,
    unclear_rows,
)
from coursekit.store.people import list_students
from coursekit.store.records import AttendanceImport, Presence, SessionKey
from coursekit.text import columns, one_line, plural
from coursekit.tracking.anonymous import Names, names_of
from coursekit.tracking.attendance.sessions import called, session_called
from coursekit.tracking.attendance.state import Attendance, attendances, over_allowed, seconds_needed
from coursekit.tracking.attendance.tally import outdated

_SIGNS = {True: "✓", False: "✗", None: "?"}


@dataclass(frozen=True, slots=True)
class Overview:
    """The attendance of a course.

    Attributes
    ----------
    course : Course
    sessions : tuple of Session
        Those that have ended, or of which something is known.
    rows : tuple of (int, str, str, Attendance)
        Each student's id, name, e-mail address and attendance.
    over : frozenset of int
        Those who missed more than the course allows, by id.
    imports : mapping
        The lists of each session.
    unclear : mapping
        How many rows of each session's lists wait for a decision.
    gone : tuple of (date, int)
        Sessions that the store knows, and course.toml no longer.
    """

    course: Course
    sessions: tuple[Session, ...]
    rows: tuple[tuple[int, str, str, Attendance], ...]
    over: frozenset[int]
    imports: Mapping[SessionKey, Sequence[AttendanceImport]]
    unclear: Mapping[SessionKey, int]
    gone: tuple[SessionKey, ...]


def list_attendance(
    course: Course,
    *,
    over: bool = False,
    left: bool = False,
    anonymous: bool = False,
    now: dt.datetime | None = None,
) -> Overview:
    """Give the attendance of all students.

    Parameters
    ----------
    course : Course
    over : bool, optional
        Only those who missed more than the course allows.
    left : bool, optional
        Also those who dropped out.
    anonymous : bool, optional
        Numbers in place of names.
    now : datetime, optional
        Sessions that end later are left out.
    """
    now = now or dt.datetime.now(dt.UTC)
    with open_store(course.store, create=False) as store, store.read() as view:
        names = names_of(view, anonymous=anonymous)
        students = list_students(view, left=left)
        all_of = attendances(course, view, now=now)
        too_many = frozenset(over_allowed(course, all_of, (one.id for one in students)))
        imports: dict[SessionKey, list[AttendanceImport]] = {}
        for one in list_imports(view):
            imports.setdefault(one.session, []).append(one)
        unclear = unclear_rows(view)
        keys = {session.key for session in course.sessions}
        gone = tuple(sorted(key for key in known_sessions(view) if key not in keys))
    rows = tuple(
        (one.id, names.student(one.id), "" if anonymous else one.email or "", all_of[one.id])
        for one in students
        if not over or one.id in too_many
    )
    past = tuple(session for session in course.sessions if session.end <= now)
    return Overview(course, past, rows, too_many, imports, unclear, gone)


def text_of_overview(overview: Overview) -> str:
    """Show the attendance as a table: a column a session, and who missed too many."""
    sessions = overview.sessions
    head = ["student", *(str(one.number) for one in sessions), "missed", "no list"]
    table = [head]
    for student_id, name, _, attendance in overview.rows:
        cells = [_SIGNS[_state(attendance, one.number)] for one in sessions]
        missed = f"{len(attendance.missed)}{' !' if student_id in overview.over else ''}"
        table.append([one_line(name, 40), *cells, missed, str(len(attendance.unknown))])
    lines = columns(table) if overview.rows else ["No student to show."]
    lines += ["", "✓ attended  ✗ missed  ? no information", *_notes(overview)]
    return "\n".join(lines) + "\n"


def _notes(overview: Overview) -> Iterator[str]:
    allowed = overview.course.missed_sessions_allowed
    if allowed is None:
        yield "course.toml does not say how many sessions may be missed: nobody misses too many."
    elif overview.over:
        yield (
            f"! {plural(len(overview.over), 'student')} missed more than the {plural(allowed, 'session')} that "
            "course.toml allows, no information counting as missed"
        )
    else:
        yield f"Nobody missed more than the {plural(allowed, 'session')} that course.toml allows."
    missing = [str(one.number) for one in overview.sessions if one.key not in overview.imports]
    if missing:
        yield f"No list was read of {'session' if len(missing) == 1 else 'sessions'} {', '.join(missing)}."
    waiting = [
        f"{overview.unclear[one.key]} of session {one.number}"
        for one in overview.course.sessions
        if one.key in overview.unclear
    ]
    if waiting:
        rows = sum(overview.unclear.values())
        yield (
            f"{plural(rows, 'row')} matched to nobody yet ({', '.join(waiting)}): who it is, you say with  "
            "coursekit attendance review"
        )
    for day, turn in overview.gone:
        which = f", number {turn} of that day" if turn > 1 else ""
        yield (
            f"Note: attendance is known of a session on {day:%Y-%m-%d}{which}, which is in course.toml no longer; it "
            f"counts for none. Take it back with  coursekit attendance withdraw --session {day:%Y-%m-%d}  and import "
            "its list again"
        )


def _state(attendance: Attendance, number: int) -> bool | None:
    return True if number in attendance.attended else False if number in attendance.missed else None


def json_of_overview(overview: Overview) -> str:
    """Give the attendance as JSON."""
    result = {
        "missed_sessions_allowed": overview.course.missed_sessions_allowed,
        "min_session_share": overview.course.min_session_share,
        "sessions": [
            {
                "number": one.number,
                "start": one.start.isoformat(),
                "end": one.end.isoformat(),
                "topic": one.topic,
                "lists": [each.source for each in overview.imports.get(one.key, ())],
                "unclear": overview.unclear.get(one.key, 0),
            }
            for one in overview.sessions
        ],
        "students": [
            {
                "name": name,
                "email": email or None,
                "attended": list(attendance.attended),
                "missed": list(attendance.missed),
                "no_information": list(attendance.unknown),
                "missed_too_many": student_id in overview.over,
            }
            for student_id, name, email, attendance in overview.rows
        ],
        "sessions_gone": [{"date": day.isoformat(), "turn": turn} for day, turn in overview.gone],
    }
    return json.dumps(result, ensure_ascii=False, indent=2)


def csv_of_overview(overview: Overview) -> str:
    """Give the attendance as CSV: a column a session."""
    words = {True: "attended", False: "missed", None: ""}
    head = ["name", "email", *(f"{one.number} ({one.start:%Y-%m-%d})" for one in overview.sessions)]
    rows: list[list[object]] = [[*head, "missed", "no information", "too many"]]
    for student_id, name, email, attendance in overview.rows:
        cells = [words[_state(attendance, one.number)] for one in overview.sessions]
        too_many = "yes" if student_id in overview.over else "no"
        rows.append([name, email, *cells, len(attendance.missed), len(attendance.unknown), too_many])
    return csv_text(rows)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A student in one session; `there` is None where nothing is known."""

    name: str
    email: str
    there: bool | None
    seconds: int | None
    marked: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class SessionOverview:
    """The attendance of one session."""

    session: Session
    needed: int
    rows: tuple[SessionRow, ...]
    imports: tuple[AttendanceImport, ...]
    unclear: int


def list_session(
    course: Course, session: str, *, left: bool = False, anonymous: bool = False
) -> SessionOverview:
    """Give how long each student was in one session; see `list_attendance`.

    Raises
    ------
    InputError
        If there is no such session.
    """
    wanted = session_called(course, session)
    with open_store(course.store, create=False) as store, store.read() as view:
        names = names_of(view, anonymous=anonymous)
        known = {one.student_id: one for one in list_presences(view, wanted.key)}
        anew = outdated(course, view).get(wanted.key)
        imports = tuple(list_imports(view, wanted.key))
        reasons = mark_reasons(view, wanted.key)
        unclear = unclear_rows(view).get(wanted.key, 0)
        students = list_students(view, left=left)
    needed = seconds_needed(course, wanted)
    rows = []
    for student in students:
        presence = known.get(student.id, Presence(student.id, wanted.key, None, None))
        seconds = presence.seconds if anew is None else anew.get(student.id)
        rows.append(
            SessionRow(
                name=names.student(student.id),
                email="" if anonymous else student.email or "",
                there=_there(presence, seconds, needed, read=bool(imports)),
                seconds=seconds,
                marked=presence.marked,
                reason=_reason(names, reasons.get(student.id, "")),
            )
        )
    return SessionOverview(wanted, needed, tuple(rows), imports, unclear)


def _reason(names: Names, reason: str) -> str:
    return names.text(reason) if reason else ""


def _there(presence: Presence, seconds: int | None, needed: int, *, read: bool) -> bool | None:
    if presence.marked is not None:
        return presence.marked == "attended"
    if seconds is not None:
        return seconds >= needed
    return False if read else None


def text_of_session(overview: SessionOverview) -> str:
    """Show one session as a table."""
    lists = ", ".join(one_line(one.source, 60) for one in overview.imports) or "no list was read"
    lines = [f"S{called(overview.session)[1:]}: {lists}"]
    lines.append(f"Attended means at least {overview.needed // 60} min {overview.needed % 60} s.")
    if overview.rows:
        table = [("student", "", "minutes", "marked by hand")]
        for row in overview.rows:
            shown = "" if row.seconds is None else str(round(row.seconds / 60))
            marked = f"{row.marked}: {one_line(row.reason, 60)}" if row.marked else ""
            table.append((one_line(row.name, 40), _SIGNS[row.there], shown, marked))
        lines += ["", *columns(table)]
    there = sum(row.there is True for row in overview.rows)
    unknown = sum(row.there is None for row in overview.rows)
    lines += [
        "",
        f"{there} attended, {len(overview.rows) - there - unknown} missed, {unknown} without information",
    ]
    if overview.unclear:
        lines.append(
            f"{plural(overview.unclear, 'row')} matched to nobody yet: who it is, you say with  "
            "coursekit attendance review"
        )
    return "\n".join(lines) + "\n"


def json_of_session(overview: SessionOverview) -> str:
    """Give one session as JSON."""
    states = {True: "attended", False: "missed", None: None}
    result = {
        "session": overview.session.number,
        "start": overview.session.start.isoformat(),
        "end": overview.session.end.isoformat(),
        "seconds_needed": overview.needed,
        "lists": [one.source for one in overview.imports],
        "unclear": overview.unclear,
        "students": [
            {
                "name": row.name,
                "email": row.email or None,
                "state": states[row.there],
                "seconds": row.seconds,
                "marked": row.marked,
                "reason": row.reason or None,
            }
            for row in overview.rows
        ],
    }
    return json.dumps(result, ensure_ascii=False, indent=2)


def csv_of_session(overview: SessionOverview) -> str:
    """Give one session as CSV."""
    words = {True: "attended", False: "missed", None: ""}
    rows: list[list[object]] = [["name", "email", "state", "minutes", "marked", "reason"]]
    for row in overview.rows:
        shown = "" if row.seconds is None else round(row.seconds / 60)
        rows.append([row.name, row.email, words[row.there], shown, row.marked or "", row.reason])
    return csv_text(rows)
