"""`coursekit deadline`: other deadlines for single groups, each with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from coursekit.config import Course
from coursekit.course.groups.find import group_called
from coursekit.errors import InputError
from coursekit.model import Milestone
from coursekit.store import open_store
from coursekit.store.extensions import (
    list_extensions,
    present_extension,
    set_extension,
    withdraw_extension,
)
from coursekit.store.records import Extension
from coursekit.text import nearest, one_line
from coursekit.tracking.anonymous import names_of
from coursekit.tracking.when import read_moment, shown, zone_name, zone_of


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a milestone is due for a group.

    Attributes
    ----------
    group : str
    milestone : str
    due : datetime or None
        The group's own deadline, in the course's time zone.
    course_due : datetime or None
        The course's.
    before : datetime or None
        What was due before a change.
    reason : str
    set_at, withdrawn_at : datetime or None
    changed : bool
        Whether something was recorded now.
    """

    group: str
    milestone: str
    due: dt.datetime | None
    course_due: dt.datetime | None
    before: dt.datetime | None = None
    reason: str = ""
    set_at: dt.datetime | None = None
    withdrawn_at: dt.datetime | None = None
    changed: bool = False

    @property
    def counts(self) -> bool:
        """Whether it is in force and later than the course's own."""
        present = self.withdrawn_at is None and self.due is not None and self.course_due is not None
        return present and self.due > self.course_due  # type: ignore[operator]


def extend_deadline(
    course: Course,
    group: str,
    milestone: str,
    until: str,
    *,
    reason: str | None = None,
    ask: Callable[[str], str | None] = lambda _: None,
) -> Deadline:
    """Give a group a later deadline for a milestone, and return it.

    Parameters
    ----------
    course : Course
    group, milestone : str
        Their names.
    until : str
        A date, which means its end, or a moment, in the course's time zone.
    reason : str, optional
        For the audit.
    ask : callable, optional
        Asks for a reason that is not given; it gives None where nobody can be asked.

    Raises
    ------
    InputError
        If there is no such group, no such milestone with a deadline, no such moment, it is not later than the
        course's own, or there is no reason.
    """
    zone = zone_of(course)
    own = milestone_called(course, milestone)
    due = read_moment(course, until).astimezone(zone)
    assert own.deadline is not None
    if due <= own.deadline:
        raise InputError(
            f"expected a deadline after the course's own ({shown(own.deadline, zone)}, {zone_name(course)}), "
            f"found {shown(due, zone)}",
            "An extension gives a group more time; a deadline for all stands in course.toml.",
        )
    with open_store(course.store, create=False) as store:
        with store.read() as view:
            target = group_called(view, group)
            present = present_extension(view, target.id, own.name)
        if present is not None and present.due_at == due:
            return _deadline(target.name, present, own, zone)
        given = _reason(reason, ask, f"Why does {one_line(target.name, 60)} get another deadline? ")
        with store.transaction("deadline extend") as tx:
            target = group_called(tx, group)
            present = present_extension(tx, target.id, own.name)
            before = max(present.due_at, own.deadline) if present else own.deadline
            extension = set_extension(tx, target.id, own.name, due, before=before, reason=given)
    return _deadline(target.name, extension, own, zone, before=before.astimezone(zone), changed=True)


def withdraw_deadline(
    course: Course,
    group: str,
    milestone: str,
    *,
    reason: str | None = None,
    ask: Callable[[str], str | None] = lambda _: None,
) -> Deadline:
    """Let the course's own deadline count again for a group.

    Raises
    ------
    InputError
        If there is no such group, it has no deadline of its own for the milestone, or there is no reason.
    """
    zone = zone_of(course)
    stated = {one.name: one for one in course.milestones}
    with open_store(course.store, create=False) as store:
        with store.read() as view:
            target = group_called(view, group)
            _present(list_extensions(view), target.id, target.name, milestone)
        given = _reason(reason, ask, f"Why does {one_line(target.name, 60)} lose its deadline? ")
        with store.transaction("deadline withdraw") as tx:
            target = group_called(tx, group)
            extension = _present(list_extensions(tx), target.id, target.name, milestone)
            # One may be left over from a milestone that course.toml no longer has.
            own = stated.get(extension.milestone, Milestone(extension.milestone))
            withdraw_extension(tx, extension, now_due=own.deadline, reason=given)
    due = own.deadline.astimezone(zone) if own.deadline else None
    return Deadline(target.name, own.name, due, due, extension.due_at.astimezone(zone), given, changed=True)


def list_deadlines(course: Course, *, history: bool = False, anonymous: bool = False) -> tuple[Deadline, ...]:
    """Give the deadlines that single groups have, by milestone and group.

    Parameters
    ----------
    course : Course
    history : bool, optional
        Also those that were withdrawn or replaced.
    anonymous : bool, optional
        Numbers for names.
    """
    zone = zone_of(course)
    stated = {one.name: one for one in course.milestones}
    order = list(stated)
    with open_store(course.store, create=False) as store, store.read() as view:
        names, found = names_of(view, anonymous=anonymous), list_extensions(view, history=history)
        listed = [
            _deadline(
                names.group(one.group_id),
                one,
                stated.get(one.milestone, Milestone(one.milestone)),
                zone,
                reason=names.text(one.reason),
            )
            for one in found
        ]
    last = len(order)
    return tuple(
        sorted(
            listed,
            key=lambda one: (
                order.index(one.milestone) if one.milestone in stated else last,
                one.group.casefold(),
            ),
        )
    )


def milestone_called(course: Course, name: str) -> Milestone:
    """Return the milestone of this name, which must have a deadline.

    Raises
    ------
    InputError
        If there is none, with the nearest; or it has no deadline.
    """
    found = next((one for one in course.milestones if one.name.casefold() == name.strip().casefold()), None)
    names = [one.name for one in course.milestones]
    if found is None:
        close = nearest(name, names)
        hint = (
            f"Did you mean {close!r}?" if close else f"The course's milestones: {', '.join(names) or 'none'}."
        )
        raise InputError(f"expected a milestone that course.toml names, found {one_line(name, 60)!r}", hint)
    if found.deadline is None:
        raise InputError(
            f"expected a milestone with a deadline, but course.toml states none for {one_line(found.name, 60)!r}",
            "Write one there first; without one there is nothing to extend.",
        )
    return found


def _present(extensions: list[Extension], group_id: int, group: str, milestone: str) -> Extension:
    mine = [one for one in extensions if one.group_id == group_id]
    for one in mine:
        if one.milestone.casefold() == milestone.strip().casefold():
            return one
    has = ", ".join(one_line(one.milestone, 60) for one in mine)
    raise InputError(
        f"expected a deadline of its own of {one_line(group, 60)!r} for {one_line(milestone, 60)!r}, found none",
        f"It has one for: {has}." if has else "'coursekit deadline list' shows which groups have one.",
    )


def _reason(reason: str | None, ask: Callable[[str], str | None], question: str) -> str:
    given = (reason if reason is not None else ask(question) or "").strip()
    if not given:
        raise InputError("expected a reason for the other deadline, found none", 'Give  --reason "why" .')
    return given


def _deadline(
    group: str,
    extension: Extension,
    own: Milestone,
    zone: dt.tzinfo,
    *,
    before: dt.datetime | None = None,
    reason: str | None = None,
    changed: bool = False,
) -> Deadline:
    return Deadline(
        group,
        extension.milestone,
        extension.due_at.astimezone(zone),
        own.deadline.astimezone(zone) if own.deadline else None,
        before,
        extension.reason if reason is None else reason,
        extension.set_at.astimezone(zone),
        extension.withdrawn_at.astimezone(zone) if extension.withdrawn_at else None,
        changed,
    )
