"""Finds groups and students of the course by what an instructor typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from coursekit.errors import InputError
from coursekit.grouping import People, Person
from coursekit.scaffold import clean_name
from coursekit.store import Reader
from coursekit.store.people import comparable, find_group, list_groups, list_students
from coursekit.store.records import Group, Student
from coursekit.text import nearest, one_line, plural, slug


def person_of(student: Student) -> Person:
    """Return a student as the grouping knows students."""
    return Person(student.id, student.name, student.email or "", student.account or "")


def people_of(view: Reader) -> People:
    """Return the students who take part, to be found by name, address or account."""
    return People(person_of(student) for student in list_students(view))


def group_called(view: Reader, name: str) -> Group:
    """Return the group of this name.

    Raises
    ------
    InputError
        If there is none; with the nearest.
    """
    group = find_group(view, name)
    if group is not None:
        return group
    names = [one.name for one in list_groups(view)]
    close = nearest(name, names)
    if close:
        hint = f"Did you mean {one_line(close, 60)!r}?"
    else:
        hint = "See  coursekit groups list ." if names else "There are none yet:  coursekit groups add NAME"
    raise InputError(f"expected a group of the course, but {one_line(name, 60)!r} is none", hint)


def name_for_group(text: str) -> str:
    """Return a group's name on one line.

    Raises
    ------
    InputError
        If nothing is left of it, or it holds control characters.
    """
    return clean_name(text)


def same_folder(view: Reader, name: str, *, but: int | None = None) -> str:
    """Return a warning where another group's name makes the same folder, or nothing."""
    folder = slug(name, default="group")
    for other in list_groups(view):
        is_other = other.id != but and comparable(other.name) != comparable(name)
        if is_other and slug(other.name, default="group") == folder:
            return (
                f"{one_line(name, 60)!r} and {one_line(other.name, 60)!r} make the same folder name "
                f"{folder!r}; the later group's gets its number"
            )
    return ""


def refuse_full(
    name: str, size: int, coming: int, most: int | None, *, force: bool = False, reason: str = ""
) -> None:
    """Refuse to put more students into a group than the course allows.

    Raises
    ------
    InputError
        If there would be too many; or it is forced without a reason.
    """
    if force and not reason.strip():
        raise InputError("expected a reason for more members than the course allows", 'Add  --reason "why" .')
    if most is not None and size + coming > most and not force:
        raise InputError(
            f"expected at most {plural(most, 'member')} in a group of this course (max_size in course.toml), "
            f"but {one_line(name, 60)!r} would have {size + coming}",
            'Choose another group, or add  --force --reason "why" .',
        )


def listed(people: Iterable[Person | Student], most: int = 0) -> str:
    """Return names separated by commas, safe to print."""
    names: Sequence[str] = [one_line(one.name, 60) for one in people]
    more = len(names) - most if most and len(names) > most else 0
    return ", ".join(names[: len(names) - more]) + (f" and {more} more" if more else "")
