"""Writes presentations as an iCalendar file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from coursekit.errors import MissingExtraError
from coursekit.text import one_line

#: By which a file of ours is known.
PRODUCT = "-//coursekit//presentations//EN"
_WORDS = {"en": ("Presentation", "Presentations"), "de": ("Präsentation", "Präsentationen")}


@dataclass(frozen=True, slots=True)
class Event:
    """A presentation; `cancelled` where a group lost its slot. Its times know their zone."""

    uid: str
    group: str
    start: dt.datetime
    end: dt.datetime
    sequence: int
    changed: dt.datetime
    cancelled: bool = False


def calendar(course: str, events: Sequence[Event], language: str = "en") -> bytes:
    """Return an iCalendar file (RFC 5545), the same for the same events.

    No student's name is in it: calendars are passed on.

    Raises
    ------
    MissingExtraError
        If the package icalendar is not installed.
    """
    try:
        import icalendar
    except ImportError:
        raise MissingExtraError(
            "expected the package icalendar, which writes calendars, but it is not installed",
            'Install it:  pip install "coursekit-dl[schedule]"  (from a checkout:  pip install ".[schedule]").',
        ) from None
    one, several = _WORDS[language]
    made = icalendar.Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", f"{one_line(course, 80)}: {several}")
    for event in sorted(events, key=lambda event: (event.start, event.uid)):
        entry = icalendar.Event()
        entry.add("uid", event.uid)
        entry.add("sequence", event.sequence)
        entry.add("dtstamp", event.changed.replace(microsecond=0))
        entry.add("dtstart", event.start)
        entry.add("dtend", event.end)
        entry.add("summary", f"{one}: {one_line(event.group, 80)}")
        entry.add("description", one_line(course, 200))
        entry.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
        made.add_component(entry)
    if events:
        days = [event.start.date() for event in events]
        year = dt.timedelta(days=370)
        # The time zone's rules, also for programs that do not know its name.
        made.add_missing_timezones(first_date=min(days) - year, last_date=max(days) + year)
    data: bytes = made.to_ical()
    return data
