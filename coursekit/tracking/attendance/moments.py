"""Dates, times and durations, as lists of a meeting's participants write them.

A date such as 03/04/2026 says nothing by itself: it is kept as it stands, and read when the order of day and month
is known from the other rows, or from the course's sessions.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from coursekit.errors import InputError
from coursekit.text import one_line

Order = Literal["day first", "month first"]
ORDERS: tuple[Order, ...] = ("day first", "month first")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = {name: number for number, name in enumerate(_MONTHS, start=1)} | {
    "mär": 3,
    "mrz": 3,
    "mai": 5,
    "okt": 10,
    "dez": 12,
}
_WORD = r"(?P<{}>[^\W\d_]{{3,}})\.?"
_DATES = (
    re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})\. ?(?P<month>\d{1,2})\. ?(?P<year>\d{4}|\d{2})"),
    re.compile(r"(?P<first>\d{1,2})(?P<mark>[/-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})"),
    re.compile(rf"{_WORD.format('named')} (?P<day>\d{{1,2}}),? (?P<year>\d{{4}})"),
    re.compile(rf"(?P<day>\d{{1,2}})\.?[ -]{_WORD.format('named')}[ -](?P<year>\d{{4}})"),
)
_TIME = re.compile(
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
    r" ?(?P<half>[ap]\.? ?m\b\.?)?(?: ?uhr\b)? ?(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"(?:,? |t|,)", re.IGNORECASE)
_WEEKDAY = re.compile(r"[^\W\d_]{2,}\.?, ?")
_CLOCK = re.compile(r"(\d{1,3}):(\d{2}):(\d{2})")
_NUMBER = re.compile(r"\d{1,6}(?:[.,]\d+)?")
_PARTS = re.compile(
    r"(?:(\d+) ?(?:h|hrs?|hours?|std|stunden?)\b\.?,? ?)?(?:(\d+) ?(?:m|mins?|minutes?|minuten?)\b\.?,? ?)?"
    r"(?:(\d+) ?(?:s|secs?|seconds?|sek|sekunden?)\b\.?)?",
    re.IGNORECASE,
)
_LONGEST = 24 * 3600


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date and a time as they are written, or a time alone.

    Attributes
    ----------
    text : str
    date : datetime.date or None
        Where it can mean only one.
    parts : tuple of int or None
        First number, second number and year of a date that can mean two, or is none.
    seconds : int
        Of the day.
    offset : datetime.timedelta or None
        From UTC, where it is stated.
    """

    text: str
    date: dt.date | None
    parts: tuple[int, int, int] | None
    seconds: int
    offset: dt.timedelta | None = None

    def day(self, order: Order | None) -> dt.date | None:
        """Give the date, if it is one when day and month stand in this order; None for a time alone.

        Raises
        ------
        InputError
            If there is no such day.
        """
        if self.parts is None:
            return self.date
        first, second, year = self.parts
        day, month = (second, first) if order == "month first" else (first, second)
        return _date(year, month, day, self.text)


@lru_cache(maxsize=4096)
def read_moment(text: str) -> Stamp:
    """Read a date with a time, or a time.

    Raises
    ------
    InputError
        If it is none, or a day or time that there is not.
    """
    rest = " ".join(text.split())
    weekday = _WEEKDAY.match(rest)
    if weekday and rest[weekday.end() : weekday.end() + 1].isalnum():
        rest = rest[weekday.end() :]
    date: dt.date | None = None
    parts: tuple[int, int, int] | None = None
    for pattern in _DATES:
        match = pattern.match(rest)
        if match:
            date, parts = _dated(match.groupdict(), text)
            between = _BETWEEN.match(rest, match.end())
            if between is None:
                raise _none(text)
            rest = rest[between.end() :]
            break
    time = _TIME.fullmatch(rest)
    if time is None:
        raise _none(text)
    return Stamp(text, date, parts, _seconds(time, text), _offset(time["zone"]))


def _dated(found: dict[str, str | None], text: str) -> tuple[dt.date | None, tuple[int, int, int] | None]:
    written = found["year"] or ""
    year = int(written) + (2000 if len(written) == 2 else 0)
    if found.get("first"):
        first, second = int(found["first"] or 0), int(found["second"] or 0)
        if first == second or max(first, second) > 31 or min(first, second) > 12:
            # Only one meaning, or none.
            return _date(year, second, first, text), None
        return None, (first, second, year)
    named = found.get("named")
    month = _MONTH.get(named[:3].casefold(), 0) if named else int(found["month"] or 0)
    return _date(year, month, int(found["day"] or 0), text), None


def _date(year: int, month: int, day: int, text: str) -> dt.date:
    try:
        if not 1990 <= year <= 2199:
            raise ValueError
        return dt.date(year, month, day)
    except ValueError:
        raise InputError(f"expected a date, but there is no day {one_line(text, 40)!r}") from None


def _seconds(time: re.Match[str], text: str) -> int:
    hour, minute, second = int(time["hour"]), int(time["minute"]), int(time["second"] or 0)
    if time["half"]:
        late = time["half"][0].lower() == "p"
        if hour == 12:
            hour = 12 if late else 0
        elif late and hour < 12:
            hour += 12
    if hour > 23 or minute > 59 or second > 59:
        raise InputError(f"expected a time, but there is no {one_line(text, 40)!r}")
    return hour * 3600 + minute * 60 + second


def _offset(zone: str | None) -> dt.timedelta | None:
    if not zone:
        return None
    if zone[0] not in "+-":
        return dt.timedelta(0)
    digits = zone.replace(":", "")
    span = dt.timedelta(hours=int(digits[1:3]), minutes=int(digits[3:]))
    return -span if zone[0] == "-" else span


def _none(text: str) -> InputError:
    return InputError(f"expected a date and a time, but found {one_line(text, 40)!r}")


def possible_orders(stamps: Iterable[Stamp]) -> tuple[Order, ...]:
    """Give the orders of day and month in which every date is one; all of them when no date can mean two."""
    found = {stamp.parts for stamp in stamps if stamp.parts}
    return tuple(
        order for order in ORDERS if all(parts[0 if order == "month first" else 1] <= 12 for parts in found)
    )


def moment(stamp: Stamp, order: Order | None, zone: dt.tzinfo, day: dt.date | None) -> dt.datetime:
    """Give the moment in UTC that a stamp means.

    Parameters
    ----------
    stamp : Stamp
    order : {"day first", "month first"} or None
    zone : tzinfo
        For times that state none.
    day : datetime.date or None
        For times without a date.

    Raises
    ------
    InputError
        If there is no such day, the clock was put forward over the time, or no day is known.
    """
    date = stamp.day(order) or day
    if date is None:
        raise InputError(f"expected a date and a time, but found {one_line(stamp.text, 40)!r}")
    naive = dt.datetime.combine(date, dt.time()) + dt.timedelta(seconds=stamp.seconds)
    if stamp.offset is not None:
        return (naive - stamp.offset).replace(tzinfo=dt.UTC)
    found = naive.replace(tzinfo=zone).astimezone(dt.UTC)
    if found.astimezone(zone).replace(tzinfo=None) != naive:
        raise InputError(
            f"expected a time, but on that day the clock is put forward over {one_line(stamp.text, 40)!r}"
        )
    return found


@lru_cache(maxsize=4096)
def read_duration(text: str) -> int:
    """Read how long something took, in seconds: ``85``, ``1:25:03``, ``1h 25m 3s``, ``1 Std. 25 Min.``.

    Parameters
    ----------
    text : str
        A number alone counts minutes.

    Raises
    ------
    InputError
        If it is no duration, or one of more than a day.
    """
    line = " ".join(text.split())
    clock = _CLOCK.fullmatch(line)
    parts = _PARTS.fullmatch(line)
    if _NUMBER.fullmatch(line):
        seconds = round(float(line.replace(",", ".")) * 60)
    elif clock:
        seconds = int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3])
    elif line and parts:
        seconds = int(parts[1] or 0) * 3600 + int(parts[2] or 0) * 60 + int(parts[3] or 0)
    else:
        raise InputError(f"expected a duration, but found {one_line(text, 40)!r}")
    if seconds > _LONGEST:
        raise InputError(f"expected a duration of at most a day, but found {one_line(text, 40)!r}")
    return seconds
