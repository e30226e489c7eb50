"""`presentations.html`: the page of presentation day, from the schedule and the decks that lie beside it."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from coursekit.config import Course
from coursekit.course.decks import Made, is_complete, read_made
from coursekit.course.scheduled import FOLDER, Entry, list_schedule
from coursekit.errors import InputError
from coursekit.files import write_bytes
from coursekit.report.build import BUDGET
from coursekit.report.date import written_out
from coursekit.report.day import COMMENT, Part, Sitting, Talk, render_day
from coursekit.report.mark import is_ours, marked
from coursekit.store import open_store
from coursekit.store.people import members
from coursekit.text import one_line

PAGE = "presentations.html"
_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
}
_WITHOUT = {"en": "Without a slot", "de": "Ohne Termin"}


def check_page(course: Course, *, force: bool = False) -> Path:
    """Return where the page goes.

    Raises
    ------
    InputError
        If somebody edited it, unless it is to be replaced.
    """
    path = course.folder / PAGE
    if path.exists() and not force and not (path.is_file() and is_ours(path.read_bytes())):
        raise InputError(
            f"expected {PAGE} to be as coursekit wrote it, but it was changed since",
            "Give it another name to keep it, or say --force to replace it. Nothing was written.",
        )
    return path


def write_page(course: Course, *, notes: Mapping[int, str] | None = None) -> Path:
    """Write the page; return it.

    Parameters
    ----------
    course : Course
    notes : mapping, optional
        By group id, why a group has no deck or an old one.
    """
    path = course.folder / PAGE
    data = marked(
        render_day(course.name, sittings(course, notes or {}), semester=course.semester,
                   language=course.language, seconds=_seconds(course)),
        COMMENT,
    )  # fmt: skip
    if not path.is_file() or path.read_bytes() != data:
        write_bytes(path, data)
    return path


def refresh_page(course: Course) -> None:
    """Write the page again where there is one that nobody edited."""
    path = course.folder / PAGE
    if path.is_file() and is_ours(path.read_bytes()):
        write_page(course)


def sittings(course: Course, notes: Mapping[int, str]) -> tuple[Sitting, ...]:
    """Return the groups in the order in which they present, by day; without a schedule by name."""
    entries = list_schedule(course)
    with open_store(course.store, create=False) as store, store.read() as view:
        names = {group: tuple(one.name for one in inside) for group, inside in members(view).items()}
    days: dict[dt.date | None, list[Talk]] = {}
    for entry in entries:
        day = entry.start.date() if entry.start else None
        days.setdefault(day, []).append(_talk(course, entry, names[entry.group_id], notes))
    scheduled = any(days)
    language = course.language
    return tuple(
        Sitting(_heading(day, language) if day else _WITHOUT[language] if scheduled else "", tuple(talks))
        for day, talks in days.items()
    )


def _seconds(course: Course) -> int:
    """Return what a presentation may take: never more than its slot."""
    allowed = course.report.minutes * 60 if course.report.minutes else BUDGET
    return min(allowed, course.presentations.slot_minutes * 60) if course.presentations.dates else allowed


def _heading(day: dt.date, language: str) -> str:
    moment = dt.datetime.combine(day, dt.time())
    return f"{_DAYS[language][day.weekday()]}, {written_out(moment, language)}"


def _talk(course: Course, entry: Entry, names: tuple[str, ...], notes: Mapping[int, str]) -> Talk:
    folder = course.folder / FOLDER / entry.folder
    made = read_made(folder)
    if made is not None and not is_complete(folder, made):
        made = None
    return Talk(
        entry.group,
        made.title if made else "",
        names or (made.authors if made else ()),
        _links(entry.folder, made) if made else (),
        _cover(made) if made else b"",
        tuple(Part(one.title, one.slides, one.seconds) for one in made.sections) if made else (),
        f"{entry.start:%H:%M}" if entry.start else "",
        f"{entry.end:%H:%M}" if entry.end else "",
        entry.start.isoformat() if entry.start else "",
        one_line(notes.get(entry.group_id, "")),
    )


def _links(folder: str, made: Made) -> tuple[tuple[str, str], ...]:
    ordered = sorted(made.files, key=lambda one: (one.format != "html", one.format != "pdf", one.format))
    return tuple((one.format.upper(), f"{FOLDER}/{folder}/{one.name}") for one in ordered)


def _cover(made: Made) -> bytes:
    try:
        data = base64.b64decode(made.cover, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if data.startswith(b"\xff\xd8\xff") else b""
