"""How a course judges its groups' work: by its own profile, deadlines, waivers and group size,
whatever a group states of itself.

Every command that checks groups of the course takes its tasks from here, so that all judge alike, and one finds
unchanged what another has judged.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace

from coursekit import __version__
from coursekit.checker.basis import basis
from coursekit.checker.engine import Check, due_milestones
from coursekit.checker.profile import load_profile
from coursekit.checker.rule import course_parameters
from coursekit.checker.worker import MEMORY, SECONDS, Done, Task, check_task, preload, unread
from coursekit.config import Course
from coursekit.course.places import Place
from coursekit.git.history import Sighting
from coursekit.model import Milestone, Waiver
from coursekit.pools import pool, why
from coursekit.store import Transaction
from coursekit.store.checks import record_check
from coursekit.store.outcomes import NewestRun
from coursekit.store.records import CheckRun, NewCheckRun, NewRepository
from coursekit.store.repositories import add_repository, present_repository

#: An earlier check: what it was of, and by what.
Known = CheckRun | NewestRun


@dataclass(frozen=True, slots=True)
class Work:
    """A group's work to check, by what, and what the store has of it if that was found in the same way."""

    place: Place
    task: Task
    basis: str
    known: Known | None = None


class Judging:
    """By what a course judges.

    Parameters
    ----------
    course : Course
    profile, language : str, optional
        In place of the course's.
    deadlines : mapping of int to sequence of Milestone, optional
        The milestones of a group, by its id, where they are not the course's.
    now : datetime, optional
        When the deadlines are compared.

    Raises
    ------
    InputError
        If there is no such profile, or it is wrong.
    """

    def __init__(
        self,
        course: Course,
        *,
        profile: str | None = None,
        language: str | None = None,
        deadlines: Mapping[int, Sequence[Milestone]] | None = None,
        now: dt.datetime | None = None,
    ) -> None:
        self.course = course
        self.name = profile or course.requirements
        self.profile = load_profile(self.name)
        self.language = language or course.language
        self._deadlines = deadlines or {}
        self._now = now or dt.datetime.now(dt.UTC)
        codes = {requirement.code for requirement in self.profile.requirements}
        stated = course_parameters(course)
        self._parameters = {code: values for code, values in stated.items() if code in codes}
        self._basis = basis(self.name, [self.language, self._parameters])

    def work(
        self,
        place: Place,
        known: Known | None = None,
        as_of: dt.datetime | None = None,
        sightings: Sequence[Sighting] = (),
    ) -> Work:
        """Say what is to be checked of a group that has work on this machine.

        Parameters
        ----------
        place : Place
        known : Known, optional
            The newest check of the group; it stays if nothing has changed since.
        as_of : datetime, optional
            The last commit before this moment is checked, by what was due then.
        sightings : sequence of Sighting, optional
            What fetches found of the group's repository, for `as_of`.
        """
        assert place.work is not None
        stated = self._deadlines.get(place.group.id, self.course.milestones)
        due = due_milestones(self.profile, stated, as_of or self._now)
        in_order = tuple(one for one in self.profile.milestones if one in due)
        waivers = waivers_of(self.course, place)
        by = _digest(self._basis, in_order, waivers)
        same = known if known and known.basis == by and known.content else None
        task = Task(
            place.work,
            place.group.name,
            self.name,
            in_order,
            waivers,
            self.language,
            as_of=as_of,
            known=same.content if same else None,
            read=same.read if same else (),
            parameters=self._parameters,
            sightings=tuple(sightings),
        )
        return Work(place, task, by, same)

    def check(self, works: Sequence[Work]) -> list[Done]:
        """Check each, in processes that may die or hang; what cannot be read gets a check that says why."""
        at_once = max(1, min(os.cpu_count() or 1, len(works)))
        done = []
        with pool(at_once, processes=True, timeout=SECONDS, memory=MEMORY, preload=preloaded()) as submit:
            waiting: list[Future[Done]] = [submit(check_task, work.task) for work in works]
            for work, future in zip(works, waiting, strict=True):
                error = future.exception()
                done.append(Done(self.unread(work.place, why(error)), None) if error else future.result())
        return done

    def keep(self, tx: Transaction, work: Work, done: Done) -> CheckRun:
        """Keep what was found, with the group's present repository."""
        assert done.check is not None
        group = work.place.group.id
        # The group may have got another repository, or have gone, while its work was read.
        present = present_repository(tx, group)
        if present is None:
            path = work.place.folder.relative_to(self.course.folder).as_posix()
            present = add_repository(tx, NewRepository(group, path=path))
        return record_check(tx, self.found(work, done, present.id))

    def found(self, work: Work, done: Done, repository_id: int) -> NewCheckRun:
        """Give what was found as the store keeps it."""
        check = done.check
        assert check is not None
        return NewCheckRun(
            repository_id,
            check.profile,
            __version__,
            check.findings,
            commit=done.commit,
            content=done.content,
            basis=work.basis,
            read=done.read,
            problems=check.problems,
            unruled=check.unruled,
            as_of=work.task.as_of,
            seen_at=done.seen_at,
            beside=done.beside,
        )

    def unread(self, place: Place, reason: str) -> Check:
        """Return the check of a group whose work could not be read."""
        return unread(place.work or place.folder, place.group.name, self.profile, reason, self.language)


def preloaded() -> list[str]:
    """Name the modules that a process needs which checks groups' work, also in bare clones."""
    return [*preload(), "pygit2"]


def waivers_of(course: Course, place: Place) -> tuple[Waiver, ...]:
    """Return what the group is excused from. Which group it is, the course says and not its `project.toml`."""
    names = {place.group.name.casefold(), place.name}
    return tuple(
        replace(waiver, group=None)
        for waiver in course.waivers
        if waiver.group is None or waiver.group.casefold() in names
    )


def _digest(*parts: object) -> str:
    # A waiver's reason may say something of a person; what is kept of it must not.
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogateescape")).hexdigest()
