"""Calendars are read back by a reader of iCalendar, and hold nothing that a name smuggled in."""

from __future__ import annotations

import datetime as dt
import sys
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.errors import MissingExtraError
from coursekit.schedule import PRODUCT, Event, calendar

ZONE = ZoneInfo("Europe/Berlin")
CHANGED = dt.datetime(2026, 11, 1, 12, 0, 0, 123456, tzinfo=dt.UTC)


def event(group: str = "bees", sequence: int = 0, *, cancelled: bool = False) -> Event:
    start = dt.datetime(2027, 1, 20, 18, tzinfo=ZONE)
    return Event("1@coursekit", group, start, start + dt.timedelta(minutes=20), sequence, CHANGED, cancelled)


def test_an_event_for_each_slot_in_its_time_zone() -> None:
    data = calendar("Kurs", [event(sequence=3)], "de")
    assert PRODUCT.encode() in data
    read = icalendar.Calendar.from_ical(data)
    (found,) = read.walk("VEVENT")
    assert found["SUMMARY"] == "Präsentation: bees"
    assert (found["UID"], found["SEQUENCE"], found["STATUS"]) == ("1@coursekit", 3, "CONFIRMED")
    assert found.decoded("DTSTART") == dt.datetime(2027, 1, 20, 17, tzinfo=dt.UTC)
    assert found["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert [zone["TZID"] for zone in read.walk("VTIMEZONE")] == ["Europe/Berlin"]


def test_the_same_events_give_the_same_bytes() -> None:
    assert calendar("K", [event(), event("b")]) == calendar("K", [event("b"), event()][::-1])


def test_a_lost_slot_is_cancelled_under_the_same_identifier() -> None:
    (found,) = icalendar.Calendar.from_ical(calendar("K", [event(sequence=1, cancelled=True)])).walk("VEVENT")
    assert (found["UID"], found["STATUS"]) == ("1@coursekit", "CANCELLED")


@given(st.text(max_size=60))
def test_no_name_becomes_more_than_a_summary(name: str) -> None:
    hostile = f"{name}\r\nATTACH:file:///etc/passwd\nEND:VEVENT\r\nBEGIN:VALARM"
    read = icalendar.Calendar.from_ical(calendar(hostile, [event(hostile)]))
    assert [part.name for part in read.walk() if part.name not in {"STANDARD", "DAYLIGHT"}] == [
        "VCALENDAR", "VTIMEZONE", "VEVENT",
    ]  # fmt: skip
    assert "ATTACH" not in read.walk("VEVENT")[0]


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "icalendar", None)
    with pytest.raises(MissingExtraError, match="icalendar"):
        calendar("K", [])
