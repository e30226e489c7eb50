"""The course's sessions: by what instructors write for one, and what messages call it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from coursekit.config import Course
from coursekit.config.course import Session
from coursekit.errors import InputError
from coursekit.text import one_line
from coursekit.tracking.attendance.spans import Span

_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})?")


class UnclearSessionError(InputError):
    """It is not clear which session is meant; `sessions` are those that may be."""

    def __init__(self, message: str, hint: str, sessions: Sequence[Session]) -> None:
        super().__init__(message, hint)
        self.sessions = tuple(sessions)


def span_of(session: Session) -> Span:
    """Give a session's start and end in UTC."""
    return session.start.astimezone(dt.UTC), session.end.astimezone(dt.UTC)


def called(session: Session) -> str:
    """Name a session in messages."""
    topic = f", {one_line(session.topic, 60)}" if session.topic else ""
    return f"session {session.number} ({session.start:%Y-%m-%d, %H:%M}–{session.end:%H:%M}{topic})"


def session_called(course: Course, text: str) -> Session:
    """Find a session by its number or its date.

    Raises
    ------
    InputError
        If there is none, or several are on that day.
    """
    sessions = course.sessions
    if not sessions:
        raise InputError(
            "expected sessions in course.toml, but there are none",
            "Enter each as  [[sessions]]  with date, start and end.",
        )
    wanted = text.strip().removeprefix("#")
    if wanted.isdecimal():
        found = [one for one in sessions if one.number == int(wanted)]
    else:
        days = _days(wanted, sessions)
        found = [one for one in sessions if one.start.date() in days]
    if len(found) == 1:
        return found[0]
    if found:
        numbers = ", ".join(f"{one.number} ({one.start:%H:%M})" for one in found)
        raise UnclearSessionError(
            f"expected one session, but on {one_line(text, 20)} there are {len(found)}: {numbers}",
            "Say which one by its number:  --session NUMBER .",
            found,
        )
    last = sessions[-1]
    raise InputError(
        f"expected a session of the course, but {one_line(text, 40)!r} is none",
        f"Sessions are numbered from 1 ({sessions[0].start:%Y-%m-%d}) to {last.number} ({last.start:%Y-%m-%d}); "
        "their dates will do too, such as 2026-10-14.",
    )


def _days(text: str, sessions: Sequence[Session]) -> set[dt.date]:
    german = _GERMAN.fullmatch(text)
    try:
        if not german:
            return {dt.date.fromisoformat(text)}
        day, month = int(german[1]), int(german[2])
        years = {int(german[3])} if german[3] else {one.start.year for one in sessions}
        return {dt.date(year, month, day) for year in years}
    except ValueError:
        raise InputError(
            f"expected a session's number or date, but found {one_line(text, 40)!r}",
            "For example:  --session 3  or  --session 2026-10-14 .",
        ) from None
