"""`coursekit check --all`: every group of the course, in processes that may die, with the results in the store.

A repository that is what it was when it was judged by the same rules is not judged again: its findings come from the
store. That is also how a run that was cut off goes on: what it had recorded is found unchanged.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from coursekit.checker.engine import Check, milestones_until
from coursekit.checker.profile import Profile
from coursekit.checker.selection import selected
from coursekit.checker.worker import MEMORY, SECONDS, Done, Task, check_task
from coursekit.config import Course
from coursekit.course.check_plan import what_is_asked
from coursekit.course.checking import Judging, Work, preloaded
from coursekit.course.deadline_checks import DeadlineChecks, check_deadlines
from coursekit.course.places import Place
from coursekit.jobs import JobItem, Progress, run_job
from coursekit.model import NOTHING
from coursekit.store import Transaction, open_store
from coursekit.store.records import CheckRun, Overruling
from coursekit.text import plural
from coursekit.tracking.overruled import apply_overrulings, overrulings_by_group

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
    at_deadlines : DeadlineChecks
        What was done for the states at deadlines, which are kept and not shown.
    """

    checks: tuple[Check, ...]
    done: int
    unchanged: int
    failed: int
    missing: tuple[str, ...]
    at_deadlines: DeadlineChecks = field(default_factory=DeadlineChecks)

    @property
    def exit_code(self) -> int:
        """The largest of all; 2 also where the state at a deadline could not be read."""
        return max([check.exit_code for check in self.checks] + [2 for _ in self.at_deadlines.failures])

    @property
    def summary(self) -> str:
        """The exact count, in one line."""
        without = f", {len(self.missing)} without work" if self.missing else ""
        return (
            f"{self.done} done, {self.unchanged} unchanged, {self.failed} failed{without}, "
            f"of {plural(len(self.checks), 'group')}"
        ) + (
            f"; {plural(self.at_deadlines.judged, 'state')} at deadlines judged"
            if self.at_deadlines.judged
            else ""
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
    deadline_progress: Callable[[Progress], object] | None = None,
) -> CheckedCourse:
    """Check every group of the course, now and at each of its deadlines that has passed, and keep what was found.

    What the groups' deadlines say is due is kept; `milestone`, `select` and `ignore` only choose what is shown. What an
    instructor overruled is shown as decided.

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
    progress, deadline_progress : callable, optional
        As for `coursekit.jobs.run_job`; the latter for the states at deadlines.

    Raises
    ------
    InputError
        If the course has no groups, or anything named is not there.
    JobRunningError
        If another run is at work.
    """
    with open_store(course.store, create=False) as store:
        asked = what_is_asked(store, course, profile=profile, language=language, as_of=as_of, again=again)
        judging, works = asked.judging, asked.works
        view = _View(judging.profile, milestone, select, ignore)
        run = _Run(judging)
        items = [JobItem(f"group:{work.place.group.id}", work) for work in works]
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
            preload=preloaded(),
            progress=progress,
        )
        for place in asked.missing:
            run.checks[place.group.id] = run.without_work(place)
        at_deadlines = DeadlineChecks()
        if asked.also_deadlines:
            at_deadlines = check_deadlines(
                store, judging, asked.places, asked.deadlines, again=again, jobs=jobs, timeout=timeout, memory=memory,
                progress=deadline_progress,
            )  # fmt: skip
        with store.read() as reader:
            decided = overrulings_by_group(reader)
    checks = tuple(view.of(run.checks[place.group.id], decided.get(place.group.id)) for place in asked.places)
    done = len(items) - run.unchanged - run.failed
    return CheckedCourse(
        checks, done, run.unchanged, run.failed, tuple(one.group.name for one in asked.missing), at_deadlines
    )


class _Run:
    """What a run has found so far, and how it keeps that."""

    def __init__(self, judging: Judging) -> None:
        self.judging = judging
        self.checks: dict[int, Check] = {}
        self.unchanged = 0
        self.failed = 0

    def record(self, tx: Transaction, item: JobItem[Work], done: Done) -> None:
        work = item.value
        group = work.place.group.id
        if done.check is None:
            assert isinstance(work.known, CheckRun)
            self.checks[group] = _from_store(work.known, work.task)
            self.unchanged += 1
            return
        self.judging.keep(tx, work, done)
        self.checks[group] = done.check
        self.failed += done.content in (None, NOTHING)

    def record_failure(self, tx: Transaction, item: JobItem[Work], reason: str) -> None:
        self.record(tx, item, Done(self.judging.unread(item.value.place, reason), None))

    def without_work(self, place: Place) -> Check:
        reason = "nothing of this group is on this machine; 'coursekit fetch --all' brings it"
        return self.judging.unread(place, reason)


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

    def of(self, check: Check, decided: Mapping[str, Overruling] | None = None) -> Check:
        # What an instructor decided instead is shown here and nowhere kept: it can be taken back.
        known = apply_overrulings(check.findings, decided, language=check.language)
        findings = [finding for finding in known if finding.code in self._codes]
        if self._due is not None:
            findings = [replace(finding, due=finding.milestone in self._due) for finding in findings]
        return replace(check, findings=tuple(findings), not_selected=self._left_out, unruled=self._unruled)


def _from_store(run: CheckRun, task: Task) -> Check:
    return Check(
        str(task.path), task.name, run.profile, task.language, run.findings, run.problems, 0, run.unruled
    )
