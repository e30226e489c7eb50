"""Dates, times and durations as meetings write them."""

from __future__ import annotations

import contextlib
import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.errors import InputError
from coursekit.tracking.attendance.moments import moment, possible_orders, read_duration, read_moment

BERLIN = ZoneInfo("Europe/Berlin")
MEANT = dt.datetime(2026, 10, 14, 18, 1, 2, tzinfo=BERLIN)


@pytest.mark.parametrize(
    "text",
    [
        "10/14/2026 06:01:02 PM",
        "10/14/26, 6:01:02\u202fPM",
        "14.10.2026 18:01:02",
        "14.10.26, 18:01:02",
        "14. 10. 2026 18:01:02 Uhr",
        "14/10/2026 18:01:02",
        "14-10-2026 18:01:02",
        "2026-10-14 18:01:02",
        "2026-10-14T16:01:02Z",
        "2026-10-14T18:01:02.5+02:00",
        "2026-10-14 12:01:02 -0400",
        "Oct 14, 2026 6:01:02 p.m.",
        "Wednesday, October 14, 2026 6:01:02 PM",
        "14. Oktober 2026 18:01:02",
        "Mi., 14.10.2026, 18:01:02",
        "14-Oct-2026 18:01:02",
    ],
)
def test_one_moment_in_many_spellings(text: str) -> None:
    stamp = read_moment(text)
    orders = possible_orders([stamp]) if stamp.parts else (None,)
    assert [moment(stamp, order, BERLIN, None) for order in orders] == [MEANT]


@pytest.mark.parametrize(
    "text",
    [
        "32.10.2026 18:00",
        "29.02.2026 18:00",
        "31/31/2026 18:00",
        "2026-13-01 18:00",
        "14.10.2026 24:00",
        "14.10.2026 18:60",
        "14.10.0026 18:00",
        "14.10.2026",
        "soon",
        "",
        "14.10.2026X18:00",
        "14 Foo 2026 18:00",
    ],
)
def test_a_date_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"expected a (date|time)"):
        read_moment(text)


def test_a_date_of_two_meanings_needs_an_order() -> None:
    stamp = read_moment("03/04/2026 10:00")
    assert possible_orders([stamp]) == ("day first", "month first")
    assert possible_orders([stamp, read_moment("03/14/2026 10:00")]) == ("month first",)
    assert moment(stamp, "day first", dt.UTC, None).month == 4
    assert moment(stamp, "month first", dt.UTC, None).month == 3
    assert possible_orders([read_moment("03/14/2026 10:00"), read_moment("14/03/2026 10:00")]) == ()
    with pytest.raises(InputError, match="no day"):
        read_moment("30/02/2026 10:00").day("day first")


def test_a_time_alone_takes_the_day_that_is_known() -> None:
    stamp = read_moment("6:01 PM")
    assert moment(stamp, None, BERLIN, dt.date(2026, 10, 14)) == MEANT.replace(second=0)
    with pytest.raises(InputError, match="a date and a time"):
        moment(stamp, None, BERLIN, None)
    assert [read_moment(text).seconds for text in ("12:00 AM", "12:00 PM", "13:00 PM")] == [0, 43200, 46800]


def test_a_time_that_the_clocks_skip_is_none() -> None:
    with pytest.raises(InputError, match="put forward"):
        moment(read_moment("2026-03-29 02:30"), None, BERLIN, None)


@given(
    st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2099, 12, 31)).map(
        lambda one: one.replace(microsecond=0)
    )
)
def test_what_is_written_is_read(when: dt.datetime) -> None:
    for form in ("%d.%m.%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"):
        assert moment(read_moment(when.strftime(form)), None, dt.UTC, None) == when.replace(tzinfo=dt.UTC)
    stamp = read_moment(when.strftime("%m/%d/%Y %I:%M:%S %p"))
    assert moment(stamp, "month first", dt.UTC, None) == when.replace(tzinfo=dt.UTC)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_moment, read_duration):
        with contextlib.suppress(InputError):
            read(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("85", 5100),
        ("87,5", 5250),
        ("1:25:03", 5103),
        ("1h 25m 3s", 5103),
        ("1 Std. 25 Min.", 5100),
        ("30s", 30),
    ],
)
def test_durations(text: str, seconds: int) -> None:
    assert read_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "long", "5000", "-3", "3 apples"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(InputError, match="expected a duration"):
        read_duration(text)
