"""Brings `project.toml` in the groups' folders on this machine in line with who is in the group.

Only the list of members (and the group's name) is written. Nothing is committed or pushed: a folder may hold work that
is not committed, and the group may have pushed since. Where it has, nothing is written either.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.config import Course, parse_project, update_project
from coursekit.course.groups.find import group_called, person_of
from coursekit.course.places import Place, group_places
from coursekit.errors import CoursekitError, InputError
from coursekit.files import write_text
from coursekit.grouping import People
from coursekit.model import Member
from coursekit.store import open_store
from coursekit.store.people import list_students, members
from coursekit.store.records import Student
from coursekit.text import one_line

FILE = "project.toml"
LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of one group's `project.toml`.

    Attributes
    ----------
    group : str
    path : Path or None
        The file that was written (or, in a dry run, would be).
    joined, left : tuple of str
        Names that were added to it and taken out.
    note : str
        What keeps it from being written.
    """

    group: str
    path: Path | None = None
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    note: str = ""


def follow_members(
    course: Course, groups: Collection[int] | None = None, *, dry_run: bool = False
) -> list[Followed]:
    """Write the members that the store knows into the groups' `project.toml`, where it says something else.

    Parameters
    ----------
    course : Course
    groups : collection of int, optional
        Ids of groups; all by default.
    dry_run : bool, optional
        Whether only to say what would be written.

    Returns
    -------
    list of Followed
        Of each group whose file differs, or could not be written; what is as it should be is left out.
    """
    with open_store(course.store) as store, store.read() as view:
        places = [one for one in group_places(course, view) if groups is None or one.group.id in groups]
        present = members(view)
        everybody = list_students(view, left=True)
    found = (_follow(place, present[place.group.id], everybody, dry_run=dry_run) for place in places)
    return [one for one in found if one is not None]


def sync_members(course: Course, groups: Collection[str] = (), *, dry_run: bool = False) -> list[Followed]:
    """Do the same for groups by their names; for all without any.

    Raises
    ------
    InputError
        If there is no such group.
    """
    with open_store(course.store) as store, store.read() as view:
        ids = {group_called(view, name).id for name in groups}
    return follow_members(course, ids or None, dry_run=dry_run)


def _follow(
    place: Place, students: Sequence[Student], everybody: Sequence[Student], *, dry_run: bool
) -> Followed | None:
    name = place.group.name
    if place.repository is None:
        return None  # nothing was made for it yet; new-project takes the members from the store
    if place.repository.origin == "linked":
        return Followed(name, note=f"its repository is its own: the group itself changes {FILE} there")
    path = place.folder / FILE
    if not place.folder.is_dir():
        return Followed(name, note=f"its folder is not on this machine: the group itself changes {FILE}")
    try:
        text = _read(path)
        before = parse_project(text.encode(), FILE)
        people = merged(before.members, students, everybody)
        if (people, name) == (before.members, before.group or name):
            return None
        new = update_project(text, members=people, **({"group": name} if before.group else {}))
        if _pushed_since(place):
            return Followed(
                name,
                note=f"it has pushed since: pull in {one_line(str(place.folder))}, then  coursekit groups sync",
            )
        if not dry_run:
            write_text(path, new)
    except CoursekitError as error:
        return Followed(name, note=f"its {FILE} was left as it is: {error.message}")
    except OSError as error:
        return Followed(name, note=f"its {FILE} was left as it is: {error.strerror}")
    names = [member.name for member in before.members]
    now = [member.name for member in people]
    return Followed(
        name,
        path,
        tuple(one for one in now if one not in names),
        tuple(one for one in names if one not in now),
    )


def merged(
    before: Sequence[Member], students: Sequence[Student], everybody: Sequence[Student]
) -> tuple[Member, ...]:
    """Return the members as the store knows them; who stays keeps the entry that the group wrote.

    Somebody whom the roster does not know is the group's own business, and stays.
    """
    course, group = People(map(person_of, everybody)), {one.id for one in students}
    found: list[Member] = []
    seen: set[int] = set()
    for member in before:
        student = _student(member, course)
        if student is None:
            found.append(member)
        elif student in group and student not in seen:
            found.append(member)
            seen.add(student)
    new = [Member(one.name, one.email or "", one.account or "") for one in students if one.id not in seen]
    return (*found, *new)


def _student(member: Member, course: People) -> int | None:
    for text in (member.email, member.account, member.name):
        if text and course.knows(text):
            return course.find(text).id
    return None


def _read(path: Path) -> str:
    """Read a regular file of at most `LIMIT` bytes; a link or a device is not opened."""
    if path.is_symlink() or not path.is_file():
        raise InputError(f"expected a file {FILE} in {one_line(str(path.parent))}, but found none")
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        data = file.read(LIMIT)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"expected {FILE} in UTF-8") from None


def _pushed_since(place: Place) -> bool:
    """Whether the clone that was fetched has a commit that the folder on this machine has not."""
    import pygit2

    if not place.clone.is_dir():
        return False
    with contextlib.suppress(pygit2.GitError, KeyError, ValueError):
        pushed = pygit2.Repository(place.clone).head.target
        here = pygit2.Repository(place.folder)
        return pushed not in here or not (
            pushed == here.head.target or here.descendant_of(here.head.target, pushed)
        )
    # One of them is no repository, or has no commit yet.
    return False
