"""Forms groups of the students who are in none, by their wishes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from coursekit.config import Course
from coursekit.course.groups.find import name_for_group, people_of
from coursekit.course.groups.imports import read_bytes
from coursekit.errors import InputError
from coursekit.grouping import People, Person, Proposed, Unclear, Wish, WishList, form_groups, read_wishes
from coursekit.store import Reader, open_store
from coursekit.store.people import add_group, comparable, join_group, list_groups, list_memberships
from coursekit.text import one_line


@dataclass(frozen=True)
class Formation:
    """Groups that are proposed, and how many wishes they meet.

    Attributes
    ----------
    names : tuple of str
        The new groups', in the order of `groups`.
    groups : tuple of Proposed
    students : mapping
        Everybody who is placed, by id.
    wishes : mapping
        As they counted, by student's id: those of and for the students who are placed.
    unclear : tuple of Unclear
        What was left aside of the file, with the line.
    proved : bool
        Whether no other groups are worth more.
    in_time : bool
        Whether the solver came to its end.
    """

    names: tuple[str, ...]
    groups: tuple[Proposed, ...]
    students: Mapping[int, Person]
    wishes: Mapping[int, Wish]
    unclear: tuple[Unclear, ...]
    sizes: tuple[int, int]
    seed: int
    proved: bool
    in_time: bool = True

    def members(self, group: Proposed) -> tuple[Person, ...]:
        """Return a group's members."""
        return tuple(self.students[one] for one in group.members)

    @cached_property
    def _with(self) -> Mapping[int, Proposed]:
        return {one: group for group in self.groups for one in group.members}

    def _met(self, student: int, others: Sequence[int]) -> int:
        return sum(one in self._with[student].members for one in others)

    @property
    def people_wished(self) -> int:
        """How many wishes to work with somebody there are."""
        return sum(len(wish.people) for wish in self.wishes.values())

    @property
    def people_met(self) -> int:
        """How many of them are met."""
        return sum(self._met(one, wish.people) for one, wish in self.wishes.items())

    @property
    def avoided(self) -> int:
        """How many wishes not to work with somebody there are."""
        return sum(len(wish.avoid) for wish in self.wishes.values())

    @property
    def avoided_together(self) -> tuple[tuple[Person, Person], ...]:
        """Who is in a group with somebody whom he or she wished to avoid, as it could not be helped."""
        return tuple(
            (self.students[one], self.students[other])
            for one, wish in self.wishes.items()
            for other in wish.avoid
            if other in self._with[one].members
        )

    def topic_rank(self, student: int) -> int | None:
        """Return which of the student's topics the group has, counted from 0, or None."""
        topics, topic = self.wishes[student].topics, self._with[student].topic
        return topics.index(topic) if topic in topics else None

    @property
    def with_topics(self) -> tuple[int, ...]:
        """Who wished for a topic."""
        return tuple(one for one, wish in self.wishes.items() if wish.topics)

    @property
    def with_people(self) -> tuple[int, ...]:
        """Who wished for people."""
        return tuple(one for one, wish in self.wishes.items() if wish.people)

    @property
    def happy_with_people(self) -> int:
        """How many students are with at least one of those whom they named."""
        return sum(self._met(one, self.wishes[one].people) > 0 for one in self.with_people)

    @property
    def empty_handed(self) -> tuple[Person, ...]:
        """Who wished for people or topics, and gets none of it."""
        return tuple(
            self.students[one]
            for one, wish in self.wishes.items()
            if (wish.people or wish.topics)
            and not self._met(one, wish.people)
            and self.topic_rank(one) is None
        )


def propose_groups(
    course: Course,
    wishes: Path | None = None,
    *,
    min_size: int | None = None,
    max_size: int | None = None,
    seed: int = 0,
    prefix: str = "Group",
) -> Formation:
    """Propose groups for all students who are in none; nothing is stored.

    Parameters
    ----------
    course : Course
    wishes : Path, optional
        See `coursekit.grouping.read_wishes`; without it the groups are drawn by lot.
    min_size, max_size : int, optional
        By default what `course.toml` says; without a smallest size there, groups as even as can be.
    seed : int, optional
        The same seed, students and wishes give the same groups.
    prefix : str, optional
        What the groups are called, before their number.

    Raises
    ------
    InputError
        If the file cannot be read, or the students cannot be divided into groups of these sizes.
    MissingExtraError
        If there are wishes and SciPy is not installed.
    """
    with open_store(course.store) as store, store.read() as view:
        everybody = people_of(view)
        free = _without_group(view, everybody)
        taken = {comparable(group.name) for group in list_groups(view)}
    read = _wishes(wishes, everybody, course)
    least, most = _sizes(course, min_size, max_size, len(free))
    students = {one.id: one for one in free}
    solution = form_groups(students, read.wishes, least=least, most=most, seed=seed)
    counted = {one: _among(wish, students) for one, wish in sorted(read.wishes.items()) if one in students}
    return Formation(
        _names(name_for_group(prefix), len(solution.groups), taken),
        solution.groups,
        students,
        counted,
        (*read.unclear,),
        (least, most),
        seed,
        solution.proved,
        solution.in_time,
    )


def store_groups(course: Course, formation: Formation) -> None:
    """Store proposed groups, in one transaction.

    Raises
    ------
    InputError
        If students or groups have changed since the groups were proposed.
    """
    with open_store(course.store) as store, store.transaction("groups form") as tx:
        free = {one.id for one in _without_group(tx, people_of(tx))}
        taken = {comparable(group.name) for group in list_groups(tx)}
        if free != set(formation.students) or any(comparable(name) in taken for name in formation.names):
            raise InputError(
                "expected the students and groups as they were when these groups were proposed, "
                "but another command changed them",
                "Run this again; nothing was stored.",
            )
        for name, group in zip(formation.names, formation.groups, strict=True):
            made = add_group(tx, name)
            for student in group.members:
                join_group(tx, student, made.id)


def _without_group(view: Reader, everybody: People) -> list[Person]:
    inside = {one.student_id for one in list_memberships(view)}
    return [one for one in everybody.all if one.id not in inside]


def _wishes(file: Path | None, people: People, course: Course) -> WishList:
    if file is None:
        return WishList({}, ())
    topics = [topic.title for topic in course.topics]
    return read_wishes(read_bytes(file), one_line(file.name, 80), people, topics)


def _sizes(course: Course, least: int | None, most: int | None, count: int) -> tuple[int, int]:
    most = most if most is not None else course.max_group_size
    if most is None:
        raise InputError(
            "expected a largest size of groups, but neither course.toml nor an option says one",
            "Add  --max-size 4 , or  max_size = 4  to [groups] in course.toml.",
        )
    least = least if least is not None else course.min_group_size
    if least is None:
        least = max(1, count // math.ceil(count / most)) if count and most > 0 else 1
    return least, most


def _among(wish: Wish, students: Mapping[int, Person]) -> Wish:
    return Wish(
        tuple(one for one in wish.people if one in students),
        tuple(one for one in wish.avoid if one in students),
        wish.topics,
    )


def _names(prefix: str, count: int, taken: set[str]) -> tuple[str, ...]:
    """Number the new groups on, with as many digits as sort them."""
    digits = max(2, len(str(count + len(taken))))
    names: list[str] = []
    number = 0
    while len(names) < count:
        number += 1
        name = f"{prefix} {number:0{digits}}"
        if comparable(name) not in taken:
            names.append(name)
    return tuple(names)
