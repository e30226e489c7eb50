"""Reads a roster, shows what it would change, and stores it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from coursekit.config import Course
from coursekit.course.enroll.plan import Plan, plan_import
from coursekit.course.groups import Followed, follow_members
from coursekit.errors import InputError
from coursekit.roster import read_roster
from coursekit.store import Store, Transaction, open_store
from coursekit.store.database import FILE_NAME
from coursekit.store.people import (
    add_group,
    add_student,
    change_student,
    drop_student,
    find_group,
    join_group,
    list_memberships,
    return_student,
)
from coursekit.store.records import Group, NewRepository
from coursekit.store.repositories import add_repository
from coursekit.text import plural


@dataclass(frozen=True, slots=True)
class Imported:
    """What a roster changed, or would have.

    Attributes
    ----------
    plan : Plan
    stored : bool
    followed : tuple of Followed
        What became of `project.toml` in the folders of groups whose members changed.
    """

    plan: Plan
    stored: bool
    followed: tuple[Followed, ...] = ()


def import_roster(
    course: Course,
    file: Path,
    *,
    mapping: Mapping[str, str] | None = None,
    status: Collection[str] = (),
    drop_missing: bool = False,
    dry_run: bool = False,
    confirm: Callable[[Plan], bool] = lambda _: True,
) -> Imported:
    """Put a roster into the store, in one transaction: all of it, or nothing.

    Parameters
    ----------
    course : Course
    file : Path
    mapping, status
        See `coursekit.roster.read_roster`.
    drop_missing : bool, optional
        Whether students who are not in the file drop out.
    dry_run : bool, optional
        Whether only to say what would be changed.
    confirm : callable, optional
        Is shown the plan when there is something to store, and says whether to do so.

    Raises
    ------
    InputError
        If the file cannot be read as a roster, or not completely when the missing ones are to drop out.
    """
    reading = read_roster(file, mapping=mapping, status=status)
    with _opened(course, dry_run=dry_run) as store:
        with store.read() as view:
            plan = plan_import(reading, course, view, drop_missing=drop_missing)
        if drop_missing and plan.rejected:
            raise InputError(
                f"expected a roster that can be read completely, to say who is missing, but "
                f"{plural(len(plan.rejected), 'row')} cannot be used; the first in line "
                f"{plan.rejected[0].line}: {plan.rejected[0].message}",
                "Correct these rows, or leave out --drop-missing.",
            )
        if dry_run or not plan.changes or not confirm(plan):
            return Imported(plan, stored=False)
        with store.transaction("roster import") as tx:
            if plan_import(reading, course, tx, drop_missing=drop_missing) != plan:
                raise InputError(
                    "expected the course as it was when the changes were shown, but another command changed it",
                    "Run this again; nothing was stored.",
                )
            groups = store_plan(tx, plan)
    return Imported(plan, stored=True, followed=tuple(follow_members(course, groups)))


@contextmanager
def _opened(course: Course, *, dry_run: bool) -> Iterator[Store]:
    """Open the course's store; a dry run makes none, and where there is none sees an empty one."""
    if dry_run and isinstance(course.store, Path) and not (course.store / FILE_NAME).exists():
        with tempfile.TemporaryDirectory() as folder, open_store(folder) as store:
            yield store
    else:
        with open_store(course.store) as store:
            yield store


def store_plan(tx: Transaction, plan: Plan) -> set[int]:
    """Make the changes of a plan, and give the ids of the groups that have other members now."""
    groups = {name: add_group(tx, name) for name in plan.new_groups}
    changed: set[int] = set()

    def group_called(name: str) -> Group:
        group = groups.get(name) or find_group(tx, name)
        assert group is not None
        return groups.setdefault(name, group)

    if plan.drop_missing:
        inside = {one.student_id: one.group_id for one in list_memberships(tx)}
        for student, _ in plan.missing:
            drop_student(tx, student.id)
            changed |= {inside[student.id]} if student.id in inside else set()
    ids = {}
    for change in plan.students:
        line = change.entry.line
        if change.student is None:
            ids[line] = add_student(tx, change.values).id
            continue
        ids[line] = change.student.id
        if change.returns:
            return_student(tx, change.student.id)
        if change.fields:
            change_student(tx, change.student.id, change.values)
    for change in plan.students:
        if change.group:
            group = group_called(change.group.name)
            join_group(tx, ids[change.entry.line], group.id)
            changed.add(group.id)
            if change.group.before:
                changed.add(group_called(change.group.before).id)
    for link in plan.links:
        repository = NewRepository(group_called(link.group).id, url=link.url, origin="linked")
        add_repository(tx, repository, replace=link.before is not None)
    return changed
