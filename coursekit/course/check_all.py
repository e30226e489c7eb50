"""`coursekit check --all`: every group of the course, in processes that may die, with the results in the store.

A repository that is what it was when it was judged by the same rules is not judged again: its findings come from the
store. That is also how a run that was cut off goes on: what it had recorded is found unchanged.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from coursekit import __version__
from coursekit.checker.basis import basis
from coursekit.checker.engine import Check, due_milestones, milestones_until
from coursekit.checker.profile import Profile, load_profile
from coursekit.checker.selection import selected
from coursekit.checker.worker import MEMORY, SECONDS, Done, Task, check_task, preload, unread
from coursekit.config import Course
from coursekit.course.places import Place, group_places
from coursekit.errors import InputError
from coursekit.jobs import JobItem, Progress, run_job
from coursekit.model import Waiver
from coursekit.store import Transaction, open_store
from coursekit.store.checks import newest_checks, record_check
from coursekit.store.records import CheckRun, NewCheckRun, NewRepository
from coursekit.store.repositories import add_repository, present_repository
from coursekit.text import nearest, one_line, plural

JOB = "check"


@dataclass(frozen=True, slots=True)
class CheckedCourse:
    """The check of every group, and what was done for it.

    Attributes
    ----------
    checks : tuple of Check
        In the order in which the groups were made.
    done : int
        How many were judged now.
    unchanged : int
        How many were answered from the store.
    failed : int
        How many could not be read.
    missing : tuple of str
        The groups without any work on this machine.
    """

    checks: tuple[Check, ...]
    done: int
    unchanged: int
    failed: int
    missing: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """The largest of all."""
        return max((check.exit_code for check in self.checks), default=0)

    @property
    def summary(self) -> str:
        """The exact count, in one line."""
        without = f", {len(self.missing)} without work" if self.missing else ""
        return (
            f"{self.done} done, {self.unchanged} unchanged, {self.failed} failed{without}, "
            f"of {plural(len(self.checks), 'group')}"
        )


def check_all(
    course: Course,
    *,
    profile: str | None = None,
    milestone: str | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    language: str | None = None,
    as_of: str | None = None,
    again: bool = False,
    jobs: int | None = None,
    timeout: float = SECONDS,
    memory: int = MEMORY,
    work: Callable[[Task], Done] = check_task,
    progress: Callable[[Progress], object] | None = None,
) -> CheckedCourse:
    """Check every group of the course, and keep what was found.

    What the course's deadlines say is due is kept; `milestone`, `select` and `ignore` only choose what is shown.

    Parameters
    ----------
    course : Course
    profile : str, optional
        In place of the course's.
    milestone, select, ignore : optional
        As for `coursekit.checker.check`.
    language : str, optional
        In place of the course's.
    as_of : str, optional
        A date, a moment, or the name of a milestone with a deadline: the last commit before it is checked. Such checks
        are kept beside those of the present state.
    again : bool, optional
        Judge also what has not changed.
    jobs : int, optional
        How many processes; by default as many as there are cores.
    timeout, memory : optional
        What one repository may take, in seconds and bytes of addresses.
    work : callable, optional
        What checks one; it is called in another process.
    progress : callable, optional
        As for `coursekit.jobs.run_job`.

    Raises
    ------
    InputError
        If the course has no groups, or anything named is not there.
    JobRunningError
        If another run is at work.
    """
    name = profile or course.profile
    if name.endswith(".toml") and not profile:
        name = str(course.folder / name)
    loaded = load_profile(name)
    view = _View(loaded, milestone, select, ignore)
    moment = moment_of(course, as_of) if as_of else None
    with open_store(course.store, create=False) as store:
        with store.read() as reader:
            places = group_places(course, reader)
            known = {} if again else {run.group_id: run for run in newest_checks(reader, moment)}
        if not places:
            raise InputError(
                "expected groups in the course, found none",
                "Make them with  coursekit groups  or from a column of the roster.",
            )
        run = _Run(course, name, loaded, language or course.language, moment)
        there = [place for place in places if place.work is not None]
        items = [run.item(place, known.get(place.group.id)) for place in there]
        run_job(
            store,
            JOB,
            items,
            work,
            given=lambda item: item.value.task,
            record=run.record,
            record_failure=run.record_failure,
            fresh=True,
            workers=max(1, min(jobs or os.cpu_count() or 1, len(items))),
            processes=True,
            timeout=timeout,
            memory=memory,
            preload=[*preload(), "pygit2"],
            progress=progress,
        )
        missing = [place for place in places if place.work is None]
        for place in missing:
            run.checks[place.group.id] = run.without_work(place)
    checks = tuple(view.of(run.checks[place.group.id]) for place in places)
    done = len(items) - run.unchanged - run.failed
    return CheckedCourse(checks, done, run.unchanged, run.failed, tuple(one.group.name for one in missing))


@dataclass(frozen=True, slots=True)
class _Item:
    """A group's work to check, by what, and what the store has of it."""

    place: Place
    task: Task
    basis: str
    known: CheckRun | None


class _Run:
    """What a run has found so far, and how it keeps that."""

    def __init__(
        self, course: Course, name: str, profile: Profile, language: str, as_of: dt.datetime | None
    ) -> None:
        self.course = course
        self.name = name
        self.profile = profile
        self.language = language
        self.as_of = as_of
        due = due_milestones(profile, course.milestones, as_of or dt.datetime.now(dt.UTC))
        self.due = tuple(one for one in profile.milestones if one in due)
        self.basis = basis(name, [self.due, language])
        self.checks: dict[int, Check] = {}
        self.unchanged = 0
        self.failed = 0

    def item(self, place: Place, known: CheckRun | None) -> JobItem[_Item]:
        assert place.work is not None
        waivers = _waivers(self.course, place)
        by = f"{self.basis} {waivers!r}" if waivers else self.basis
        same = known if known and known.basis == by and known.content else None
        task = Task(
            place.work,
            place.group.name,
            self.name,
            self.due,
            waivers,
            self.language,
            as_of=self.as_of,
            known=same.content if same else None,
            read=same.read if same else (),
        )
        return JobItem(f"group:{place.group.id}", _Item(place, task, by, same))

    def record(self, tx: Transaction, item: JobItem[_Item], done: Done) -> None:
        place, known = item.value.place, item.value.known
        if done.check is None:
            assert known is not None
            self.checks[place.group.id] = _from_store(known, item.value.task)
            self.unchanged += 1
            return
        self._keep(tx, item.value, done)
        self.checks[place.group.id] = done.check
        self.failed += done.content is None

    def record_failure(self, tx: Transaction, item: JobItem[_Item], reason: str) -> None:
        task = item.value.task
        check = unread(task.path, task.name, self.profile, reason, self.language)
        self._keep(tx, item.value, Done(check, None))
        self.checks[item.value.place.group.id] = check
        self.failed += 1

    def _keep(self, tx: Transaction, item: _Item, done: Done) -> None:
        assert done.check is not None
        group = item.place.group.id
        # The group may have got another repository, or have gone, while this was at work.
        present = present_repository(tx, group)
        if present is None:
            path = item.place.folder.relative_to(self.course.folder).as_posix()
            present = add_repository(tx, NewRepository(group, path=path))
        found = done.check
        record_check(
            tx,
            NewCheckRun(
                present.id,
                found.profile,
                __version__,
                found.findings,
                commit=done.commit,
                content=done.content,
                basis=item.basis,
                read=done.read,
                problems=found.problems,
                unruled=found.unruled,
                as_of=self.as_of,
            ),
        )

    def without_work(self, place: Place) -> Check:
        reason = "nothing of this group is on this machine; 'coursekit fetch --all' brings it"
        return unread(place.folder, place.group.name, self.profile, reason, self.language)


class _View:
    """What of a check is shown."""

    def __init__(
        self, profile: Profile, milestone: str | None, select: Sequence[str], ignore: Sequence[str]
    ) -> None:
        self._due = milestones_until(profile, milestone) if milestone is not None else None
        kept = selected(profile, select, ignore)
        self._codes = {requirement.code for requirement in kept}
        self._left_out = len(profile.requirements) - len(kept)
        self._unruled = sum(requirement.rule is None for requirement in kept)

    def of(self, check: Check) -> Check:
        findings = [finding for finding in check.findings if finding.code in self._codes]
        if self._due is not None:
            findings = [replace(finding, due=finding.milestone in self._due) for finding in findings]
        return replace(check, findings=tuple(findings), not_selected=self._left_out, unruled=self._unruled)


def _from_store(run: CheckRun, task: Task) -> Check:
    return Check(
        str(task.path), task.name, run.profile, task.language, run.findings, run.problems, 0, run.unruled
    )


def _waivers(course: Course, place: Place) -> tuple[Waiver, ...]:
    """Return what the group is excused from. Which group it is, the course says and not its `project.toml`."""
    names = {place.group.name.casefold(), place.name}
    return tuple(
        replace(waiver, group=None)
        for waiver in course.waivers
        if waiver.group is None or waiver.group.casefold() in names
    )


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
        moment = dt.datetime.fromisoformat(text)
        if len(text) <= len("2026-06-24"):
            moment = moment.replace(hour=23, minute=59, second=59)
    except ValueError:
        names = [milestone.name for milestone in course.milestones if milestone.deadline]
        close = nearest(text, names)
        raise InputError(
            f"expected a date, a moment such as 2026-06-24T18:00 or a milestone with a deadline, found {one_line(text, 60)!r}",
            f"Did you mean {close!r}?"
            if close
            else f"The course's milestones: {', '.join(names) or 'none'}.",
        ) from None
    if moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=ZoneInfo(course.time_zone)) if course.time_zone else moment.astimezone()
