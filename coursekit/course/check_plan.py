"""What `coursekit check --all` is about to do: which groups' work by what, and what of it has not changed."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from coursekit.checker.worker import MEMORY, SECONDS, is_unchanged
from coursekit.config import Course
from coursekit.course.checking import Judging, Work, preloaded
from coursekit.course.deadline_checks import count_due, seen_of, sightings
from coursekit.course.places import Place, group_places
from coursekit.errors import InputError
from coursekit.model import NOTHING, Milestone
from coursekit.pools import pool, why
from coursekit.store import Store, open_store
from coursekit.store.checks import newest_checks
from coursekit.text import nearest, one_line, plural
from coursekit.tracking.milestones import deadlines
from coursekit.tracking.when import read_moment

Will = Literal["check", "unchanged", "unreadable", "without work"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run is about.

    Attributes
    ----------
    places : tuple of Place
        Of all groups, in the order in which they were made.
    works : tuple of Work
        Of those that have work on this machine.
    deadlines : mapping of int to sequence of Milestone
        Of each group, by its id.
    also_deadlines : bool
        Whether the states at deadlines are checked, too.
    """

    judging: Judging
    places: tuple[Place, ...]
    works: tuple[Work, ...]
    deadlines: Mapping[int, Sequence[Milestone]]
    also_deadlines: bool

    @property
    def missing(self) -> list[Place]:
        """The groups without any work on this machine."""
        return [place for place in self.places if place.work is None]


def what_is_asked(
    store: Store,
    course: Course,
    *,
    profile: str | None = None,
    language: str | None = None,
    as_of: str | None = None,
    again: bool = False,
) -> Asked:
    """Work out what a run is about; see `coursekit.course.check_all.check_all`."""
    moment = moment_of(course, as_of) if as_of else None
    with store.read() as reader:
        own = deadlines(course, reader)
        judging = Judging(course, profile=profile, language=language, deadlines=own)
        places = group_places(course, reader)
        known = {} if again else {run.group_id: run for run in newest_checks(reader, moment)}
        known = {group: run for group, run in known.items() if run.content != NOTHING}
        seen = sightings(reader) if moment else {}
    if not places:
        raise InputError(
            "expected groups in the course, found none",
            "Make them with  coursekit groups  or from a column of the roster.",
        )
    works = tuple(
        judging.work(place, known.get(place.group.id), moment, seen_of(seen, place))
        for place in places
        if place.work is not None
    )
    also = moment is None and profile is None and judging.language == course.language
    return Asked(judging, tuple(places), works, own, also)


@dataclass(frozen=True, slots=True)
class PlannedCheck:
    """What a run would do, and with which groups.

    Attributes
    ----------
    groups : tuple of (str, Will, str)
        Each group's name, what would be done, and why it could not be read.
    at_deadlines : int
        Of how many groups it would be looked at what there was at deadlines.
    """

    groups: tuple[tuple[str, Will, str], ...]
    at_deadlines: int = 0

    def count(self, will: Will) -> int:
        """Return with how many groups that would be done."""
        return sum(one == will for _, one, _ in self.groups)

    @property
    def exit_code(self) -> int:
        """2 if something cannot be read, as of the run itself; nothing is judged."""
        return 2 if self.count("unreadable") or self.count("without work") else 0

    @property
    def summary(self) -> str:
        """The exact count, in one line."""
        without = f", {self.count('without work')} without work" if self.count("without work") else ""
        late = f"; states at deadlines of {plural(self.at_deadlines, 'group')} to look at"
        return (
            f"{self.count('check')} to check, {self.count('unchanged')} unchanged, "
            f"{self.count('unreadable')} cannot be read{without}, of {plural(len(self.groups), 'group')}"
            + (late if self.at_deadlines else "")
        )

    def as_dict(self) -> dict[str, Any]:
        """Give the form for other programs."""
        kinds: tuple[Will, ...] = ("check", "unchanged", "unreadable", "without work")
        return {
            "dry_run": True,
            "groups": [{"group": name, "will": will, "reason": reason} for name, will, reason in self.groups],
            "counts": {**{kind: self.count(kind) for kind in kinds}, "of": len(self.groups)},
            "at_deadlines": self.at_deadlines,
        }


def plan_check_all(
    course: Course,
    *,
    profile: str | None = None,
    language: str | None = None,
    as_of: str | None = None,
    again: bool = False,
    jobs: int | None = None,
) -> PlannedCheck:
    """Say what `coursekit.course.check_all.check_all` would do; nothing is judged and nothing written."""
    with open_store(course.store, create=False) as store:
        asked = what_is_asked(store, course, profile=profile, language=language, as_of=as_of, again=again)
        will = _look(asked.works, jobs)
        late = (
            count_due(store, asked.judging, asked.places, asked.deadlines, again=again)
            if asked.also_deadlines
            else 0
        )
    nothing: tuple[Will, str] = ("without work", "")
    return PlannedCheck(
        tuple((place.group.name, *will.get(place.group.id, nothing)) for place in asked.places), late
    )


def _look(works: Sequence[Work], jobs: int | None) -> dict[int, tuple[Will, str]]:
    found: dict[int, tuple[Will, str]] = {}
    at_once = max(1, min(jobs or os.cpu_count() or 1, len(works)))
    with pool(at_once, processes=True, timeout=SECONDS, memory=MEMORY, preload=preloaded()) as submit:
        waiting = [(work.place.group.id, submit(is_unchanged, work.task)) for work in works]
        for group, future in waiting:
            error = future.exception()
            if error is not None:
                found[group] = ("unreadable", why(error))
            else:
                found[group] = ("unchanged" if future.result() else "check", "")
    return found


def moment_of(course: Course, text: str) -> dt.datetime:
    """Read a moment in the course's time zone; a day means its end, a milestone its deadline."""
    for milestone in course.milestones:
        if milestone.name == text:
            if milestone.deadline is None:
                raise InputError(
                    f"expected a deadline of the milestone {one_line(text, 60)!r} in course.toml, found none",
                    "Write it there, or give a date.",
                )
            return milestone.deadline
    try:
        return read_moment(course, text)
    except InputError as error:
        names = [milestone.name for milestone in course.milestones if milestone.deadline]
        close = nearest(text, names)
        if close is None and text[:1].isdecimal():
            raise  # a moment that no calendar or clock shows
        raise InputError(
            f"expected a date, a moment such as 2026-06-24T18:00 or a milestone with a deadline, found {one_line(text, 60)!r}",
            f"Did you mean {close!r}?"
            if close
            else f"The course's milestones: {', '.join(names) or 'none'}.",
        ) from error
