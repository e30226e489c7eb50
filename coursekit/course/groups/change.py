"""Changes by hand: a group more, another name, a student who moves or leaves."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coursekit.config import Course
from coursekit.course.groups.find import (
    group_called,
    name_for_group,
    people_of,
    refuse_full,
    same_folder,
)
from coursekit.course.groups.follow import Followed, follow_members
from coursekit.course.places import group_places
from coursekit.errors import InputError
from coursekit.grouping import Person
from coursekit.store import Reader, open_store
from coursekit.store.people import (
    add_group,
    join_group,
    leave_group,
    list_groups,
    list_memberships,
    members,
    rename_group,
)
from coursekit.store.records import Group
from coursekit.text import one_line


@dataclass(frozen=True, slots=True)
class Moved:
    """A student who changed the group; `before` or `after` is None for no group."""

    student: Person
    before: str | None
    after: str | None
    followed: tuple[Followed, ...]

    @property
    def changed(self) -> bool:
        """Whether anything changed in the store."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Renamed:
    """A group with another name; `notes` say what to look after."""

    before: str
    after: str
    notes: tuple[str, ...]
    followed: tuple[Followed, ...]


def add_course_group(course: Course, name: str) -> tuple[Group, str]:
    """Make a group without members; return it and a warning, if there is any.

    Raises
    ------
    InputError
        If there is a group of this name, or it is none.
    """
    with open_store(course.store) as store, store.transaction("groups add") as tx:
        group = add_group(tx, name_for_group(name))
        return group, same_folder(tx, group.name, but=group.id)


def rename_course_group(course: Course, group: str, name: str, *, reason: str | None = None) -> Renamed:
    """Give a group another name; its folder stays where it is registered, a fetched clone moves along.

    Raises
    ------
    InputError
        If there is no such group, or the name is taken or none.
    """
    with open_store(course.store) as store, store.transaction("groups rename") as tx:
        present = group_called(tx, group)
        clones = _clones(course, tx)
        folders = {place.group.id: place.folder for place in group_places(course, tx)}
        after = rename_group(tx, present.id, name_for_group(name), reason=reason)
        warning = same_folder(tx, after.name, but=after.id)
        moves = [(clones[key], path) for key, path in _clones(course, tx).items() if path != clones[key]]
    notes = [warning] if warning else []
    for old, new in moves:
        # Only what fetch keeps: without it, it would bring the group's work again.
        if old.is_dir() and not new.exists():
            with contextlib.suppress(OSError):
                old.rename(new)
    if any(waiver.group == present.name for waiver in course.waivers):
        notes.append(
            f"course.toml names the group in [[waivers]]: write group = {one_line(after.name, 60)!r} there"
        )
    if folders[present.id].is_dir():
        notes.append(f"its folder stays {one_line(str(folders[present.id]))}")
    return Renamed(present.name, after.name, tuple(notes), tuple(follow_members(course, {present.id})))


def _clones(course: Course, view: Reader) -> Mapping[int, Path]:
    return {place.group.id: place.clone for place in group_places(course, view)}


def move_student(
    course: Course, student: str, group: str, *, force: bool = False, reason: str | None = None
) -> Moved:
    """Put a student into a group, out of the present one if there is one; that stays in the history.

    Raises
    ------
    InputError
        If there is no such student or group, or the group is full and it is not forced with a reason.
    """
    with open_store(course.store) as store, store.transaction("groups move") as tx:
        person, target = people_of(tx).find(student), group_called(tx, group)
        before = _present_group(tx, person.id)
        if before is None or before.id != target.id:
            size = len(members(tx)[target.id])
            refuse_full(target.name, size, 1, course.max_group_size, force=force, reason=reason or "")
            join_group(tx, person.id, target.id, reason=reason)
    # Also where nothing changed: a run that was cut short is completed by running it again.
    affected = {target.id} | ({before.id} if before else set())
    followed = tuple(follow_members(course, affected))
    return Moved(person, before.name if before else None, target.name, followed)


def leave_course_group(course: Course, student: str, *, reason: str | None = None) -> Moved:
    """Take a student out of the present group.

    Raises
    ------
    InputError
        If there is no such student, or the student is in no group.
    """
    with open_store(course.store) as store, store.transaction("groups leave") as tx:
        person = people_of(tx).find(student)
        before = _present_group(tx, person.id)
        if before is None:
            raise InputError(
                f"expected a student who is in a group, but {person.shown} is in none",
                "Nothing was changed.",
            )
        leave_group(tx, person.id, reason=reason)
    return Moved(person, before.name, None, tuple(follow_members(course, {before.id})))


def _present_group(view: Reader, student_id: int) -> Group | None:
    inside = {one.student_id: one.group_id for one in list_memberships(view)}
    return next((group for group in list_groups(view) if group.id == inside.get(student_id)), None)
