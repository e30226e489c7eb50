"""Who changed what, as an instructor reads it: with the people and groups that the audit knows by their ids."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from coursekit.config import Course
from coursekit.errors import InputError
from coursekit.store import Reader
from coursekit.store.history import list_audit
from coursekit.store.people import comparable, list_groups, list_students
from coursekit.store.records import AuditEntry
from coursekit.store.schema import metadata
from coursekit.text import nearest, one_line
from coursekit.tracking.anonymous import Names, names_of
from coursekit.tracking.when import shown, zone_of

# Databases take a limited number of values in one statement.
_AT_ONCE = 500
# By which of its columns a row is known.
_ABOUT = ("group_id", "student_id", "day")


@dataclass(frozen=True, slots=True)
class Change:
    """One change, in words.

    Attributes
    ----------
    at : datetime
        In the course's time zone.
    actor : str
        The operating system's name of who did it.
    command : str
    action : str
        "add", "change", "remove" …
    about : tuple of str
        The group and the student whom it is about, as far as they are known.
    what : str
        The table and the column, in words.
    old, new : str or None
        Only of what the audit may keep.
    reason : str or None
    """

    at: dt.datetime
    actor: str
    command: str
    action: str
    about: tuple[str, ...]
    what: str
    old: str | None
    new: str | None
    reason: str | None

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        return {
            "at": self.at.isoformat(timespec="seconds"),
            "actor": self.actor,
            "command": self.command,
            "action": self.action,
            "about": list(self.about),
            "what": self.what,
            "old": self.old,
            "new": self.new,
            "reason": self.reason,
        }


def audit_trail(
    course: Course,
    view: Reader,
    *,
    about: str | None = None,
    command: str | None = None,
    since: dt.datetime | None = None,
    anonymous: bool = False,
) -> list[Change]:
    """Give the changes, the oldest first.

    Parameters
    ----------
    course : Course
    view : Reader
    about : str, optional
        Only of the group or the student of this name (a student also by e-mail address, account or ID number).
    command : str, optional
        Only of commands that begin with these words, such as ``"verdict"``.
    since : datetime, optional
        Only from then on.
    anonymous : bool, optional
        Numbers in place of names.

    Raises
    ------
    InputError
        When nobody and no group is called as `about` says.
    """
    entries = [
        entry
        for entry in list_audit(view)
        if (since is None or entry.at >= since)
        and (command is None or f"{entry.command} ".startswith(f"{command} "))
    ]
    owners = _owners(view, entries)
    wanted = _wanted(view, about) if about is not None else None
    zone = zone_of(course)
    names = names_of(view, anonymous=anonymous)
    found = []
    for entry in entries:
        of = owners.get((entry.table, entry.row_id), {})
        if wanted is None or wanted & set(of.items()):
            found.append(_change(entry, of, names, zone))
    return found


def _change(entry: AuditEntry, of: dict[str, Any], names: Names, zone: dt.tzinfo) -> Change:
    about = tuple(
        _named(names, column, str(of[column])) for column in ("group_id", "student_id") if column in of
    )
    day = of.get("day")
    column = entry.field or ""
    field = (
        "" if column in ("", "group_id", "student_id") else f" {column.removesuffix('_at').replace('_', ' ')}"
    )
    return Change(
        entry.at.astimezone(zone),
        entry.actor,
        entry.command,
        entry.action,
        about or (day or f"number {entry.row_id}",),
        entry.table.replace("_", " ") + field,
        _value(names, column, entry.old, zone),
        _value(names, column, entry.new, zone),
        entry.reason,
    )


def _value(names: Names, column: str, value: str | None, zone: dt.tzinfo) -> str | None:
    if value is None:
        return None
    if column in ("group_id", "student_id"):
        return _named(names, column, value)
    if column.endswith("_at"):
        return shown(dt.datetime.fromisoformat(value), zone)
    return value


def _named(names: Names, column: str, number: str) -> str:
    return names.group(int(number)) if column == "group_id" else names.student(int(number))


def _owners(view: Reader, entries: Iterable[AuditEntry]) -> dict[tuple[str, int], dict[str, Any]]:
    """Return what each row is about: the ids of its group and student, or a session's day, by table and the row's id."""
    rows: dict[str, set[int]] = {}
    for entry in entries:
        rows.setdefault(entry.table, set()).add(entry.row_id)
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for name, ids in rows.items():
        if name in ("students", "groups"):
            column = "student_id" if name == "students" else "group_id"
            found |= {(name, row_id): {column: row_id} for row_id in ids}
            continue
        table = metadata.tables[name]
        repositories = metadata.tables["repositories"]
        columns = [table.c[column] for column in _ABOUT if column in table.c]
        statement = sa.select(table.c.id, *columns)
        if "group_id" not in table.c and "repository_id" in table.c:
            statement = sa.select(table.c.id, *columns, repositories.c.group_id).join_from(
                table, repositories, table.c.repository_id == repositories.c.id
            )
        wanted = sorted(ids)
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            for row in view.all(statement.where(table.c.id.in_(part))):
                values = row._mapping
                found[name, row.id] = {
                    key: str(values[key]) if key == "day" else values[key]
                    for key in _ABOUT
                    if values.get(key) is not None
                }
    return found


def _wanted(view: Reader, about: str) -> set[tuple[str, int]]:
    key = comparable(about)
    groups = list_groups(view)
    students = list_students(view, left=True)
    found = {("group_id", group.id) for group in groups if comparable(group.name) == key}
    for one in students:
        called = (one.name, one.email, one.account, one.id_number, f"Student {one.id}")
        if key in [comparable(text) for text in called if text]:
            found.add(("student_id", one.id))
    found |= {("group_id", group.id) for group in groups if comparable(f"Group {group.id}") == key}
    if not found:
        close = nearest(about, [*(one.name for one in groups), *(one.name for one in students)])
        raise InputError(
            f"expected a group or a student of the course, found none called {one_line(about, 60)!r}",
            f"Did you mean {one_line(close, 60)!r}?" if close else "'coursekit groups list' names them.",
        )
    return found
