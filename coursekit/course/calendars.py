"""The presentations of a course as iCalendar files: one of all, and one for each group."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from coursekit.config import Course
from coursekit.course.places import folder_names
from coursekit.course.scheduled import FOLDER, zone_of
from coursekit.errors import InputError
from coursekit.files import write_bytes
from coursekit.schedule import PRODUCT, Event, calendar
from coursekit.store import open_store
from coursekit.store.people import list_groups
from coursekit.store.presentations import list_presentations
from coursekit.text import one_line


def write_calendars(course: Course) -> tuple[Path, ...]:
    """Write a calendar of all presentations and one for each group; return the files, that of all first.

    Raises
    ------
    InputError
        If no group has a slot, or a file of somebody else's is in the way.
    MissingExtraError
        If the package icalendar is not installed.
    """
    with open_store(course.store, create=False) as store, store.read() as view:
        groups = {one.id: one for one in list_groups(view)}
        stored = list_presentations(view, withdrawn=True)
    if not stored:
        raise InputError(
            "expected presentations to write, but no group has a slot", "coursekit schedule --dry-run"
        )
    names, zone, root = folder_names(list(groups.values())), zone_of(course), course.folder / FOLDER
    files: dict[Path, list[Event]] = {root / "presentations.ics": []}
    for one in stored:
        event = Event(
            one.uid,
            groups[one.group_id].name,
            one.starts_at.astimezone(zone),
            one.ends_at.astimezone(zone),
            one.sequence,
            one.changed_at,
            one.withdrawn_at is not None,
        )
        files[root / "presentations.ics"].append(event)
        files[root / names[one.group_id] / "presentation.ics"] = [event]
    refuse_foreign(files)
    made = {path: calendar(course.name, events, course.language) for path, events in files.items()}
    for path, data in made.items():
        write_bytes(path, data)
    return tuple(made)


def refuse_foreign(paths: Iterable[Path]) -> None:
    """Refuse to write where a file of somebody else's lies.

    Raises
    ------
    InputError
    """
    for path in paths:
        if path.exists() and PRODUCT.encode() not in path.read_bytes()[:4096]:
            raise InputError(
                f"expected {path.name} in {one_line(str(path.parent))} to be a calendar of coursekit's, but it is none",
                "Give it another name, and run this again.",
            )
