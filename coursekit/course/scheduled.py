"""When the groups of a course present, as it is stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from coursekit.config import Course
from coursekit.course.places import folder_names
from coursekit.schedule import make_slots
from coursekit.store import open_store
from coursekit.store.people import list_groups
from coursekit.store.presentations import list_presentations

#: Below the course's folder; decks and calendars lie there.
FOLDER = "presentations"


@dataclass(frozen=True, slots=True)
class Entry:
    """A group of the course and its slot, if it has one; `planned` says whether course.toml still has that slot."""

    group_id: int
    group: str
    folder: str
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    planned: bool = True


def list_schedule(course: Course) -> tuple[Entry, ...]:
    """Return all groups, those with a slot first and by time."""
    with open_store(course.store, create=False) as store, store.read() as view:
        groups = list_groups(view)
        stored = {one.group_id: one for one in list_presentations(view)}
    names, zone = folder_names(groups), zone_of(course)
    slots = make_slots(course.sessions, course.presentations) if course.presentations.dates else ()
    there = {(slot.start, slot.end) for slot in slots}
    entries = []
    for group in groups:
        entry = Entry(group.id, group.name, names[group.id])
        if one := stored.get(group.id):
            start, end = one.starts_at.astimezone(zone), one.ends_at.astimezone(zone)
            entry = Entry(group.id, group.name, entry.folder, start, end, (start, end) in there)
        entries.append(entry)
    # UTC's first moment sorts nothing here: what has no slot comes after, by name.
    return tuple(
        sorted(
            entries,
            key=lambda one: (
                one.start is None,
                one.start.timestamp() if one.start else 0,
                one.group.casefold(),
            ),
        )
    )


def zone_of(course: Course) -> dt.tzinfo:
    """Return the time zone in which a course shows its times."""
    return ZoneInfo(course.time_zone) if course.time_zone else dt.UTC
