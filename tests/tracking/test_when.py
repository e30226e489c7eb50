"""Moments as people type them, in the course's time zone, also where the clock is put on and back."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.config import Course
from coursekit.errors import InputError
from coursekit.tracking.when import days_ago, read_days, read_moment, read_since, shown, zone_name, zone_of

BERLIN = Course("DL", time_zone="Europe/Berlin")
NOW = dt.datetime(2026, 5, 20, 10, 30, tzinfo=dt.UTC)


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-06", utc(2026, 5, 6, 21, 59, 59)),
        ("2026-05-06 18:00", utc(2026, 5, 6, 16)),
        (" 2026-05-06T18:00:30 ", utc(2026, 5, 6, 16, 0, 30)),
        ("2026-12-06T18:00", utc(2026, 12, 6, 17)),
        ("2026-05-06T18:00+00:00", utc(2026, 5, 6, 18)),
        ("2026-05-06T18:00Z", utc(2026, 5, 6, 18)),
        ("2026-03-29", utc(2026, 3, 29, 21, 59, 59)),
        ("2026-03-29 03:00", utc(2026, 3, 29, 1)),
        ("2026-10-25 02:30", utc(2026, 10, 25, 1, 30)),
        ("2026-10-25T02:30+02:00", utc(2026, 10, 25, 0, 30)),
    ],
)
def test_moments(text: str, moment: dt.datetime) -> None:
    """In the hour that is there twice the later one is taken; a date is its end."""
    assert read_moment(BERLIN, text).astimezone(dt.UTC) == moment


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-03-29 02:30", "the clock"),
        ("2026-02-30", "the calendar has"),
        ("2026-13-01", "the calendar has"),
        ("2026-05-06 25:00", "the calendar has"),
        ("tomorrow", "expected a date or a moment"),
        ("", "expected a date or a moment"),
        ("0001-01-01", "expected a year"),
        ("9999-12-31", "expected a year"),
        ("2026-05-06\x1b[31m", r"\\x1b"),
    ],
)
def test_moments_that_cannot_be(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_moment(BERLIN, text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("7d", utc(2026, 5, 13, 10, 30)),
        ("2 weeks", utc(2026, 5, 6, 10, 30)),
        ("1 day ago", utc(2026, 5, 19, 10, 30)),
        ("Last  Week", utc(2026, 5, 13, 10, 30)),
        ("today", utc(2026, 5, 19, 22)),
        ("yesterday", utc(2026, 5, 18, 22)),
        ("2026-05-01", utc(2026, 4, 30, 22)),
        ("2026-05-01 12:00", utc(2026, 5, 1, 10)),
    ],
)
def test_since(text: str, moment: dt.datetime) -> None:
    assert read_since(BERLIN, text, NOW) == moment


@pytest.mark.parametrize("text", ["soon", "-3d", "99999 weeks 1", "2026-05-21", "2026-02-30", "7", "99999w"])
def test_since_that_cannot_be(text: str) -> None:
    with pytest.raises(InputError, match="expected a"):
        read_since(BERLIN, text, NOW)


def test_days() -> None:
    assert [read_days(text) for text in ("14d", "14", "2w", "1 day")] == [14, 14, 14, 1]
    for text in ("0", "x", "-1", "14h", ""):
        with pytest.raises(InputError, match="expected a number of days"):
            read_days(text)


def test_how_long_ago() -> None:
    assert [days_ago(NOW - dt.timedelta(hours=hours), NOW) for hours in (-5, 0, 23, 24, 72)] == [
        "today",
        "today",
        "today",
        "1 day ago",
        "3 days ago",
    ]


def test_a_course_without_a_time_zone_has_this_computer_s() -> None:
    course = Course("DL")
    assert zone_name(course) == "this computer's time"
    assert read_moment(course, "2026-05-06 18:00").utcoffset() is not None


@given(st.datetimes(dt.datetime(2001, 1, 1), dt.datetime(2990, 1, 1)))
def test_what_is_shown_is_read_back(moment: dt.datetime) -> None:
    zone = zone_of(BERLIN)
    at = moment.replace(tzinfo=ZoneInfo("UTC"), second=0, microsecond=0)
    again = read_moment(BERLIN, shown(at, zone)).astimezone(dt.UTC)
    assert again - at in (dt.timedelta(0), dt.timedelta(hours=1)), "an hour in the one that is there twice"
