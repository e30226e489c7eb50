"""The presentations of a course: planned by wishes, stored, moved by hand, and written as calendars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.config import Course, Presentations
from coursekit.course.calendars import refuse_foreign, write_calendars
from coursekit.course.day import refresh_page
from coursekit.course.groups.find import group_called, people_of
from coursekit.course.groups.imports import read_bytes
from coursekit.course.places import folder_names
from coursekit.course.scheduled import FOLDER, Entry, zone_of
from coursekit.errors import InputError
from coursekit.schedule import (
    Assignment,
    Slot,
    SlotWish,
    assign,
    calendar,
    make_slots,
    read_slot_wishes,
    slots_at,
)
from coursekit.store import Reader, open_store
from coursekit.store.people import list_groups, list_memberships, members
from coursekit.store.presentations import list_presentations, set_presentations
from coursekit.store.records import Group, Presentation
from coursekit.text import one_line, plural

_LEAST_MINUTES = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """A schedule that is proposed.

    Attributes
    ----------
    groups : mapping
        Names by id, of all groups that are to present.
    assignment : Assignment
    before : mapping
        The slot that is stored, by group id.
    wishes : tuple of SlotWish
    slots : tuple of Slot
        Of all sessions.
    done : frozenset of int
        Who has presented already.
    without_members : mapping
        Groups that nobody is in any more, which get no slot, by id.
    seed : int
    """

    groups: Mapping[int, str]
    assignment: Assignment
    before: Mapping[int, Slot]
    wishes: tuple[SlotWish, ...]
    slots: tuple[Slot, ...]
    done: frozenset[int]
    without_members: Mapping[int, str]
    seed: int
    _versions: frozenset[tuple[int, int]]

    @property
    def in_order(self) -> tuple[tuple[int, Slot], ...]:
        """Who presents when, the earliest first."""
        return tuple(sorted(self.assignment.slots.items(), key=lambda item: (item[1].start, item[0])))

    @property
    def free(self) -> int:
        """How many slots stay free."""
        taken = {slot.start for slot in self.assignment.slots.values()}
        return sum(slot.start not in taken for slot in self.slots)

    @property
    def complete(self) -> bool:
        """Whether every group has a slot."""
        return not self.assignment.refused

    def why(self, group_id: int) -> str:
        """Say in numbers why a group has no slot."""
        refusal = next(one for one in self.assignment.refused if one.group_id == group_id)
        if not refusal.slots:
            return "none of the free slots is possible for it"
        others = [one_line(self.groups[one], 40) for one in refusal.groups if one != group_id]
        named = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
        when = ", ".join(slot.shown for slot in refusal.slots[:6])
        more = f" and {len(refusal.slots) - 6} more" if len(refusal.slots) > 6 else ""
        return (
            f"it and {plural(len(others), 'other group')} ({named}) can only present in "
            f"{plural(len(refusal.slots), 'free slot')} ({when}{more})"
        )


def plan_schedule(
    course: Course,
    wishes: Path | None = None,
    *,
    seed: int = 0,
    keep: bool = False,
    now: dt.datetime | None = None,
) -> Plan:
    """Propose a slot for every group; nothing is stored.

    Parameters
    ----------
    course : Course
    wishes : Path, optional
        See `coursekit.schedule.read_slot_wishes`.
    seed : int, optional
        The same seed, groups and wishes give the same plan.
    keep : bool, optional
        Whether groups that have a slot stay there, and only the others get one.
    now : datetime.datetime, optional
        Slots before it are over: groups that had one have presented.

    Raises
    ------
    InputError
        If there are no groups or slots, more groups than slots, a session in the past, or the wishes cannot be read.
    MissingExtraError
        If SciPy is not installed.
    """
    now = now or dt.datetime.now(dt.UTC)
    slots = make_slots(course.sessions, course.presentations)
    with open_store(course.store, create=False) as store, store.read() as view:
        presenting, empty = _presenting(view)
        stored = list_presentations(view)
        versions = _versions(view)
        read = _read(wishes, slots, view)
    before = {one.group_id: _slot(one, course, slots) for one in stored}
    done = frozenset(one for one, slot in before.items() if slot.start <= now)
    _refuse_past(course, {before[one].start for one in done}, now)
    fixed = {
        one: slot for one, slot in before.items() if one in done or (keep and slot in slots and one in presenting)
    }  # fmt: skip
    to_come = [slot for slot in slots if slot.start > now]
    _refuse_too_many(course, len(set(presenting) - set(fixed)), len(set(to_come) - set(fixed.values())), now)
    assignment = assign([*presenting, *(set(fixed) - set(presenting))], to_come, read, seed=seed, fixed=fixed)
    names = presenting | {one: name for one, name in empty.items() if one in fixed}
    return Plan(names, assignment, before, read, slots, done, empty, seed, versions)


def store_plan(course: Course, plan: Plan) -> tuple[int, tuple[Path, ...]]:
    """Store a plan and write the calendars; return for how many groups it changed something, and the files.

    Raises
    ------
    InputError
        If groups or slots have changed since it was made.
    """
    slots = {one: plan.assignment.slots.get(one) for one in {*plan.groups, *plan.before}}

    def change(view: Reader) -> Mapping[int, Slot | None]:
        if _versions(view) != plan._versions or _presenting(view)[1] != plan.without_members:
            raise InputError(
                "expected the groups and slots as they were when this was planned, but another command changed them",
                "Run this again; nothing was stored.",
            )
        return slots

    return _store(course, "schedule", change)


def move_group(
    course: Course, group: str, slot: str, *, reason: str | None = None
) -> tuple[Entry, tuple[Path, ...]]:
    """Give a group a free slot; return it, and the calendars that were written.

    Raises
    ------
    InputError
        If there is no such group or slot, or another group has it.
    """
    chosen = slots_at(slot, make_slots(course.sessions, course.presentations))
    if len(chosen) > 1:
        listed = ", ".join(one.shown for one in sorted(chosen)[:8])
        raise InputError(
            f"expected one slot, but {one_line(slot, 40)!r} has {len(chosen)}", f"One of: {listed} ."
        )
    (target,) = chosen
    found: list[Group] = []

    def change(view: Reader) -> Mapping[int, Slot | None]:
        found.append(group_called(view, group))
        for other in list_presentations(view):
            if (
                other.starts_at < target.end
                and other.ends_at > target.start
                and other.group_id != found[0].id
            ):
                name = next(one.name for one in list_groups(view) if one.id == other.group_id)
                raise InputError(
                    f"expected a free slot, but at {target.shown} it is {one_line(name, 60)!r} who presents",
                    "Choose another one (coursekit schedule list), or let the two change places: "
                    "coursekit schedule swap GROUP GROUP",
                )
        return {found[0].id: target}

    _, files = _store(course, "schedule move", change, reason)
    return Entry(found[0].id, found[0].name, "", target.start, target.end), files


def swap_groups(
    course: Course, group: str, other: str, *, reason: str | None = None
) -> tuple[tuple[Entry, Entry], tuple[Path, ...]]:
    """Let two groups change places; return their new slots, and the calendars that were written.

    Raises
    ------
    InputError
        If there is no such group, or one of them has no slot.
    """
    made: list[Entry] = []

    def change(view: Reader) -> Mapping[int, Slot | None]:
        pair = [group_called(view, name) for name in (group, other)]
        stored = {one.group_id: one for one in list_presentations(view)}
        for one in pair:
            if one.id not in stored:
                raise InputError(
                    f"expected two groups with a slot, but {one_line(one.name, 60)!r} has none",
                    "Give it a free one:  coursekit schedule move GROUP SLOT",
                )
        if pair[0].id == pair[1].id:
            raise InputError("expected two groups, but found the same one twice", "Name another group.")
        zone = zone_of(course)
        new = {}
        for one, place in zip(pair, reversed(pair), strict=True):
            slot = stored[place.id]
            new[one.id] = Slot(slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone))
            made.append(Entry(one.id, one.name, "", new[one.id].start, new[one.id].end))
        return new

    _, files = _store(course, "schedule swap", change, reason)
    return (made[0], made[1]), files


def _store(
    course: Course,
    command: str,
    change: Callable[[Reader], Mapping[int, Slot | None]],
    reason: str | None = None,
) -> tuple[int, tuple[Path, ...]]:
    # Before anything is stored: without the package there are no calendars.
    calendar(course.name, ())
    root = course.folder / FOLDER
    with open_store(course.store, create=False) as store, store.transaction(command) as tx:
        names = folder_names(list_groups(tx)).values()
        refuse_foreign([root / "presentations.ics", *(root / name / "presentation.ics" for name in names)])
        slots = {
            one: None if slot is None else (slot.start.astimezone(dt.UTC), slot.end.astimezone(dt.UTC))
            for one, slot in change(tx).items()
        }
        changed = set_presentations(tx, slots, reason=reason)
        any_ = bool(list_presentations(tx, withdrawn=True))
    files = write_calendars(course) if any_ else ()
    refresh_page(course)
    return changed, files


def _slot(one: Presentation, course: Course, slots: Sequence[Slot]) -> Slot:
    same = (slot for slot in slots if (slot.start, slot.end) == (one.starts_at, one.ends_at))
    zone = zone_of(course)
    return next(same, Slot(one.starts_at.astimezone(zone), one.ends_at.astimezone(zone)))


def _versions(view: Reader) -> frozenset[tuple[int, int]]:
    known = {one.id: -1 for one in list_groups(view)}
    return frozenset((known | {one.group_id: one.sequence for one in list_presentations(view)}).items())


def _presenting(view: Reader) -> tuple[dict[int, str], dict[int, str]]:
    """Return the groups that present, and those that nobody is in any more."""
    groups, inside = list_groups(view), members(view)
    if not groups:
        raise InputError("expected groups in the course, found none", "Make them with  coursekit groups .")
    empty = {one.id: one.name for one in groups if not inside[one.id]}
    if len(empty) == len(groups):
        empty = {}
    return {one.id: one.name for one in groups if one.id not in empty}, empty


def _read(wishes: Path | None, slots: Sequence[Slot], view: Reader) -> tuple[SlotWish, ...]:
    if wishes is None:
        return ()
    people = people_of(view)
    group_of = {one.student_id: one.group_id for one in list_memberships(view)}

    def by_student(text: str) -> int:
        person = people.find(text)
        if person.id not in group_of:
            raise InputError(f"expected a student in a group, but {person.shown} is in none")
        return group_of[person.id]

    where = one_line(wishes.name, 80)
    return read_slot_wishes(
        read_bytes(wishes), where, slots, lambda name: group_called(view, name).id, by_student
    )


def _refuse_past(course: Course, presented: set[dt.datetime], now: dt.datetime) -> None:
    for session in course.sessions:
        if session.start.date() in course.presentations.dates and session.end <= now:
            if any(session.start <= start < session.end for start in presented):
                continue
            raise InputError(
                f"expected sessions that are still to come, but that of {session.start:%Y-%m-%d %H:%M} is over "
                "and nobody presented in it",
                f"Take {session.start:%Y-%m-%d} out of  sessions  in [presentations], or correct its year.",
            )


def _refuse_too_many(course: Course, groups: int, free: int, now: dt.datetime) -> None:
    if groups <= free:
        return
    settings = course.presentations
    for minutes in range(settings.slot_minutes - 1, _LEAST_MINUTES - 1, -1):
        shorter = Presentations(settings.dates, minutes, settings.break_minutes)
        if sum(slot.start > now for slot in make_slots(course.sessions, shorter)) >= groups:
            hint = f", or let each take less: slot_minutes = {minutes} would do"
            break
    else:
        hint = ""
    raise InputError(
        f"expected a slot for each of {plural(groups, 'group')}, but {plural(free, 'slot')} of "
        f"{settings.slot_minutes} minutes (with breaks of {settings.break_minutes}) are free in the sessions of "
        f"[presentations]: {groups - free} too few",
        f"Add sessions there{hint}.",
    )
