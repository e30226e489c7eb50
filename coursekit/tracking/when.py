"""Moments that somebody types, in the course's time zone."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from coursekit.config import Course
from coursekit.errors import InputError
from coursekit.text import one_line, plural

_DAYS_AGO = re.compile(r"(\d{1,5})\s*(d|days?|w|weeks?)(?:\s+ago)?")
_WORDS = {"today": 0, "yesterday": 1, "last week": 7, "a week ago": 7, "last month": 30}
# What no course has: a typing error.
_FIRST, _LAST = 2000, 2999
_MOST_DAYS = 10_000


def zone_of(course: Course) -> dt.tzinfo:
    """Return the time zone in which a course's moments are shown and read; this computer's if it states none."""
    if course.time_zone:
        return ZoneInfo(course.time_zone)
    local = dt.datetime.now().astimezone().tzinfo
    assert local is not None
    return local


def zone_name(course: Course) -> str:
    """Say which time zone that is."""
    return course.time_zone or "this computer's time"


def shown(moment: dt.datetime, zone: dt.tzinfo) -> str:
    """Return a moment as people read it, to the minute."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def read_moment(course: Course, text: str) -> dt.datetime:
    """Read a date, which means its end, or a moment; without an offset of its own it is in the course's time zone.

    In the hour that a clock repeats in autumn, the second one is taken: nobody loses an hour by it.

    Raises
    ------
    InputError
        If it is neither, or one that no calendar or clock shows.
    """
    text = text.strip()
    day, moment = _parsed(text)
    if moment.tzinfo is None:
        moment = _local(moment, zone_of(course), text)
    return moment.replace(hour=23, minute=59, second=59) if day else moment


def read_since(course: Course, text: str, now: dt.datetime) -> dt.datetime:
    """Read from when on something is asked: ``7d``, ``2 weeks ago``, ``last week``, ``yesterday``, a date or a moment.

    A date means its beginning.

    Raises
    ------
    InputError
        If it is none of these, or lies in the future.
    """
    words = " ".join(text.split()).casefold()
    ago = _DAYS_AGO.fullmatch(words)
    if ago or words in _WORDS:
        days = int(ago[1]) * (7 if ago[2].startswith("w") else 1) if ago else _WORDS[words]
        if days > _MOST_DAYS:
            raise _neither(text)
        if words in ("today", "yesterday"):
            start = now.astimezone(zone_of(course)) - dt.timedelta(days=days)
            return start.replace(hour=0, minute=0, second=0, microsecond=0)
        return now - dt.timedelta(days=days)
    try:
        _, moment = _parsed(text.strip())
    except InputError:
        raise _neither(text) from None
    if moment.tzinfo is None:
        moment = _local(moment, zone_of(course), text)
    if moment > now:
        raise InputError(
            f"expected a moment that has passed, found {one_line(text, 60)!r}",
            "Give an earlier one, or a number of days such as  7d .",
        )
    return moment


def read_days(text: str) -> int:
    """Read a number of days: ``14d``, ``14``, ``2 weeks``.

    Raises
    ------
    InputError
        If it is none.
    """
    words = " ".join(text.split()).casefold()
    found = _DAYS_AGO.fullmatch(words if not words.isdecimal() else f"{words}d")
    if found is None or int(found[1]) == 0:
        raise InputError(
            f"expected a number of days, such as 14d, found {one_line(text, 40)!r}",
            "For example:  14d  or  2w",
        )
    return int(found[1]) * (7 if found[2].startswith("w") else 1)


def days_ago(moment: dt.datetime, now: dt.datetime) -> str:
    """Say how long ago a moment was, in whole days."""
    days = (now - moment).days
    return "today" if days <= 0 else f"{plural(days, 'day')} ago"


def _parsed(text: str) -> tuple[bool, dt.datetime]:
    """Return whether it is a day, and the moment."""
    try:
        moment = dt.datetime.fromisoformat(text)
        if _FIRST <= moment.year <= _LAST:
            return len(text) <= len("2026-06-24"), moment
        why = f"expected a year from {_FIRST} to {_LAST}"
    except ValueError as error:
        why = "expected a date or a moment, such as 2026-06-24 or 2026-06-24 18:00"
        if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}.*", text):
            why = f"expected a date that the calendar has ({one_line(str(error), 80)})"
    raise InputError(
        f"{why}, found {one_line(text, 60)!r}", "Write the year, the month and the day:  2026-06-24 18:00"
    )


def _local(moment: dt.datetime, zone: dt.tzinfo, text: str) -> dt.datetime:
    found = moment.replace(tzinfo=zone, fold=1)
    back = found.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None, fold=0)
    if back != moment.replace(fold=0):
        raise InputError(
            f"expected a time that the clock shows, but in {zone} it is put forward over {one_line(text, 60)!r}",
            "Give a time an hour earlier or later.",
        )
    return found


def _neither(text: str) -> InputError:
    return InputError(
        f"expected a number of days, a date or a moment, found {one_line(text, 60)!r}",
        'For example:  7d , "last week" , 2026-06-24 , "2026-06-24 18:00"',
    )
