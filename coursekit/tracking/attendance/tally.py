"""Counts how long each student was in a session, from the rows of all its lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from coursekit.config import Course
from coursekit.store import Reader, Transaction
from coursekit.store.attendance import list_imports, list_rows, set_seconds, set_span
from coursekit.store.records import AttendanceImport, AttendanceRow, NewAttendanceRow, SessionKey
from coursekit.tracking.attendance.sessions import span_of
from coursekit.tracking.attendance.spans import Span, Stay, counted, overlaps


def tally(lists: Iterable[Iterable[NewAttendanceRow]], during: Span) -> dict[int, int]:
    """Give the seconds of each student who is in a list, by id.

    Parameters
    ----------
    lists : iterable of iterables of NewAttendanceRow
        The rows of each list. A list none of whose rows is at the session's time is of a meeting at another time,
        which somebody said counts for it.
    during : (datetime, datetime)
        The session, in UTC.
    """
    stays: dict[int, list[Stay]] = {}
    for rows in lists:
        listed = list(rows)
        spans = [row.span for row in listed if row.span]
        elsewhere = bool(spans) and not any(overlaps(span, during) for span in spans)
        for row in listed:
            if row.student_id is not None:
                stays.setdefault(row.student_id, []).append(Stay(row.span, row.seconds, elsewhere))
    return {student_id: counted(own, during) for student_id, own in stays.items()}


def outdated(course: Course, view: Reader) -> dict[SessionKey, dict[int, int]]:
    """Count anew the sessions whose times in course.toml are others than when they were counted last.

    Returns
    -------
    dict
        Each such session's seconds by the student's id; nothing is stored.
    """
    spans = {session.key: span_of(session) for session in course.sessions}
    imports = list_imports(view)
    stale = {
        one.session
        for one in imports
        if one.session in spans and one.span is not None and one.span != spans[one.session]
    }
    found = {}
    for key in stale:
        own = [one for one in imports if one.session == key]
        found[key] = tally(_by_import(own, list_rows(view, [one.id for one in own])), spans[key])
    return found


def recount(tx: Transaction, key: SessionKey, during: Span, *, reason: str | None = None) -> int:
    """Count a session anew, keep the result, and give for how many students it is another one.

    Parameters
    ----------
    tx : Transaction
    key : tuple of datetime.date and int
    during : (datetime, datetime)
        The session, in UTC.
    reason : str, optional
        Where somebody decided something, for the audit.
    """
    imports = list_imports(tx, key)
    rows = list_rows(tx, [one.id for one in imports])
    for one in imports:
        if one.span != during:
            set_span(tx, one.id, during)
    return set_seconds(tx, key, tally(_by_import(imports, rows), during), reason=reason)


def _by_import(
    imports: Iterable[AttendanceImport], rows: Iterable[AttendanceRow]
) -> Iterable[Iterable[AttendanceRow]]:
    found: Mapping[int, list[AttendanceRow]] = {one.id: [] for one in imports}
    for row in rows:
        found[row.import_id].append(row)
    return found.values()
