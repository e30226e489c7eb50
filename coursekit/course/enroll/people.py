"""The roster as it stands, and changes of one student by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coursekit.config import Course
from coursekit.course.enroll.plan import BY_HAND, FIELDS, plan_import
from coursekit.course.enroll.run import Imported, store_plan
from coursekit.course.groups import Followed, follow_members
from coursekit.csvwrite import csv_text
from coursekit.errors import InputError
from coursekit.people import People, Person
from coursekit.roster import Reading, entry_of
from coursekit.store import Reader, open_store
from coursekit.store.people import (
    change_student,
    comparable,
    drop_student,
    list_groups,
    list_memberships,
    list_students,
    members,
)
from coursekit.store.records import NewStudent, Student
from coursekit.store.repositories import list_repositories
from coursekit.text import columns, one_line


@dataclass(frozen=True, slots=True)
class Listed:
    """A student, with the group's name and the address of its repository."""

    student: Student
    group: str | None
    repository: str | None


def list_roster(course: Course, *, left: bool = False) -> list[Listed]:
    """Give the students in the order in which they came.

    Parameters
    ----------
    course : Course
    left : bool, optional
        Also those who dropped out.
    """
    with open_store(course.store) as store, store.read() as view:
        groups = {group.id: group.name for group in list_groups(view)}
        urls = {one.group_id: one.url for one in list_repositories(view)}
        inside = {student.id: group for group, people in members(view).items() for student in people}
        return [
            Listed(
                student,
                groups.get(inside.get(student.id, 0)),
                urls.get(inside.get(student.id, 0)),
            )
            for student in list_students(view, left=left)
        ]


def add_to_roster(course: Course, values: Mapping[str, str]) -> Imported:
    """Put one student on the roster, or back on it.

    Parameters
    ----------
    course : Course
    values : mapping
        By field, as in a roster: ``name``, ``email``, ``account``, ``id_number``, ``section``, ``group``.

    Returns
    -------
    Imported
        What was stored; the plan's warnings say what was not.

    Raises
    ------
    InputError
        If a value is none, or the student is on the roster already.
    """
    entry = entry_of(values)
    reading = Reading(BY_HAND, "", "", (), (), (entry,))
    with open_store(course.store) as store, store.transaction("roster add") as tx:
        plan = plan_import(reading, course, tx)
        if plan.rejected:
            raise InputError(plan.rejected[0].message, "Give what tells the student from the others.")
        (change,) = plan.students
        if change.student is not None and not change.returns:
            raise InputError(
                f"expected a new student, but {one_line(change.student.name, 60)} is on the roster already",
                "Use  coursekit roster change  and  coursekit groups move .",
            )
        groups = store_plan(tx, plan)
    return Imported(plan, stored=True, followed=tuple(follow_members(course, groups)))


def change_on_roster(
    course: Course, student: str, values: Mapping[str, str], *, reason: str | None = None
) -> tuple[Student, Student]:
    """Change what is known of a student; an empty value takes it away. Gives how it was, and how it is.

    Raises
    ------
    InputError
        If there is no such student or more than one, a value is none, or belongs to another student.
    """
    with open_store(course.store) as store, store.transaction("roster change") as tx:
        before = find_student(tx, student)
        entry = entry_of({"name": before.name} | dict(values))
        told = {name: getattr(entry, name) or None for name in values}
        kept = {name: getattr(before, name) for name in FIELDS}
        return before, change_student(tx, before.id, NewStudent(**(kept | told)), reason=reason)


def drop_from_roster(
    course: Course, student: str, *, reason: str | None = None
) -> tuple[Student, tuple[Followed, ...]]:
    """Note that a student dropped out; everything about him or her stays.

    Returns
    -------
    student : Student
    followed : tuple of Followed
        What became of `project.toml` in the folder of the group.

    Raises
    ------
    InputError
        If there is no such student, or more than one.
    """
    with open_store(course.store) as store, store.transaction("roster drop") as tx:
        found = find_student(tx, student)
        groups = {one.group_id for one in list_memberships(tx) if one.student_id == found.id}
        dropped = drop_student(tx, found.id, reason=reason)
    return dropped, tuple(follow_members(course, groups))


def find_student(view: Reader, text: str, *, left: bool = False) -> Student:
    """Find a student by what people type: an e-mail address, account, ID number or name.

    Raises
    ------
    InputError
        If there is none, or more than one of that name.
    """
    students = {one.id: one for one in list_students(view, left=left)}
    key = comparable(text)
    for one in students.values():
        if key and key == comparable(one.id_number or ""):
            return one
    people = People(Person(one.id, one.name, one.email or "", one.account or "") for one in students.values())
    return students[people.find(text).id]


def text_of_roster(listed: Sequence[Listed]) -> str:
    """Give the roster as a table for a terminal."""
    head = ["name", "e-mail", "account", "ID number", "section", "group", ""]
    rows = [
        [one_line(cell or "", 40) for cell in _cells(one)[:6]]
        + ["dropped out" if one.student.left_at else ""]
        for one in listed
    ]
    # A column in which nothing stands is not shown.
    used = [n for n in range(len(head)) if n == 0 or any(row[n] for row in rows)]
    return "\n".join(columns([[row[n] for n in used] for row in [head, *rows]])) + "\n"


def csv_of_roster(listed: Sequence[Listed]) -> str:
    """Give the roster as CSV, which `roster import` reads again."""
    # As a status, those who dropped out do not come back by importing this.
    rows = [
        [cell or "" for cell in (*_cells(one), "dropped out" if one.student.left_at else "")]
        for one in listed
    ]
    return csv_text([[*_NAMES, "status"], *rows])


def json_of_roster(listed: Sequence[Listed]) -> str:
    """Give the roster as JSON."""
    people = [
        dict(zip(_NAMES, _cells(one), strict=True))
        | {"dropped_out": one.student.left_at.isoformat() if one.student.left_at else None}
        for one in listed
    ]
    return json.dumps({"students": people}, ensure_ascii=False, indent=2)


_NAMES = ("name", "email", "account", "id_number", "section", "group", "repository", "account_id")


def _cells(one: Listed) -> list[str | None]:
    student = one.student
    values = [student.name, student.email, student.account, student.id_number, student.section]
    return [*values, one.group, one.repository, student.account_id]
