"""Counts who did how much in the groups' repositories, where something has changed since it was counted last.

Each is counted in a process of its own with limits, as what groups push may be anything; one that fails costs only itself,
and is tried again when it has changed. What is done is in the store, so that a run that was cut off goes on.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from coursekit.checker.profile import load_profile
from coursekit.config import Course
from coursekit.course.places import Place, group_places
from coursekit.git.counting import VERSION, CountTask, count_task
from coursekit.git.tips import branch_tips, digest
from coursekit.jobs import JobItem, JobRunningError, Progress, run_job
from coursekit.store import Store, Transaction, open_store
from coursekit.store.activity import list_basis, record_activity
from coursekit.store.records import NewActivity, NewRepository
from coursekit.store.repositories import add_repository, present_repository
from coursekit.work import FAILED, NONE, Counted

JOB = "count"
SECONDS = 120.0
#: Bytes of addresses, as files of git are mapped.
MEMORY = 4_000_000_000


@dataclass(frozen=True, slots=True)
class CountedCourse:
    """What a run did: ``done + unchanged + failed == of``.

    Attributes
    ----------
    failed : tuple of (str, str)
        Groups and reasons.
    without_work : int
        Groups of which nothing is on this machine.
    busy : bool
        Whether another run is counting now, so that this one left it to that.
    """

    done: int
    unchanged: int
    failed: tuple[tuple[str, str], ...]
    of: int
    without_work: int
    busy: bool = False

    @property
    def summary(self) -> str:
        """The exact count, in one line."""
        return f"{self.done} done, {self.unchanged} unchanged, {len(self.failed)} failed, of {self.of}"


def count_activity(
    course: Course,
    groups: Collection[str] = (),
    *,
    again: bool = False,
    jobs: int | None = None,
    timeout: float = SECONDS,
    memory: int = MEMORY,
    work: Callable[[CountTask], Counted | None] = count_task,
    progress: Callable[[Progress], object] | None = None,
) -> CountedCourse:
    """Count the repositories whose branches have moved, or that were counted in another way.

    Parameters
    ----------
    course : Course
    groups : collection of str, optional
        Names; all groups by default.
    again : bool, optional
        Count also what has not changed.
    jobs : int, optional
        How many processes; by default as many as there are cores.
    timeout, memory : optional
        What one repository may take, in seconds and bytes of addresses.
    work : callable, optional
        What counts one; it is called in another process.
    progress : callable, optional
        As for `coursekit.jobs.run_job`; not called where nothing is to be done.
    """
    with open_store(course.store) as store:
        with store.read() as view:
            places = group_places(course, view)
            known = list_basis(view)
        chosen = [place for place in places if not groups or place.group.name in groups]
        there = [place for place in chosen if place.work is not None]
        milestones = milestones_of(course)
        way = _way(course, milestones)
        items = []
        for place in there:
            item = _item(course, place, milestones, way)
            before = known.get(place.repository.id) if place.repository else None
            if again or before is None or before[1] != item.version:
                items.append(item)
        without = len(chosen) - len(there)
        unchanged = len(there) - len(items)
        if not items:
            return CountedCourse(0, unchanged, (), len(there), without)
        run = _Run(course)
        try:
            run.count(store, items, work, jobs, timeout, memory, progress)
        except JobRunningError:
            return CountedCourse(0, unchanged, (), unchanged, without, busy=True)
    failed = tuple(run.failed)
    return CountedCourse(len(items) - len(failed), unchanged, failed, len(there), without)


@dataclass(frozen=True, slots=True)
class _Item:
    place: Place
    task: CountTask
    commit: str


class _Run:
    """How a run keeps what it finds."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.failed: list[tuple[str, str]] = []

    def count(
        self,
        store: Store,
        items: list[JobItem[_Item]],
        work: Callable[[CountTask], Counted | None],
        jobs: int | None,
        timeout: float,
        memory: int,
        progress: Callable[[Progress], object] | None,
    ) -> None:
        run_job(
            store,
            JOB,
            items,
            work,
            given=lambda item: item.value.task,
            record=self.record,
            record_failure=self.record_failure,
            fresh=True,
            workers=max(1, min(jobs or os.cpu_count() or 1, len(items))),
            processes=True,
            timeout=timeout,
            memory=memory,
            preload=[count_task.__module__, "pygit2"],
            progress=progress,
        )

    def record(self, tx: Transaction, item: JobItem[_Item], found: Counted | None) -> None:
        found = found or Counted((), 0, None, {NONE: 1})
        self._keep(tx, item, found)

    def record_failure(self, tx: Transaction, item: JobItem[_Item], reason: str) -> None:
        self.failed.append((item.value.place.group.name, reason))
        self._keep(tx, item, Counted((), 0, None, {FAILED: 1}))

    def _keep(self, tx: Transaction, item: JobItem[_Item], found: Counted) -> None:
        place = item.value.place
        # The group may have got another repository, or have gone, while this was at work.
        present = present_repository(tx, place.group.id)
        if present is None:
            path = place.folder.relative_to(self.course.folder).as_posix()
            present = add_repository(tx, NewRepository(place.group.id, path=path))
        record_activity(
            tx,
            NewActivity(
                present.id,
                item.value.commit,
                item.version,
                found.commits,
                found.last_at,
                found.whole,
                found.authors,
                found.notes,
            ),
        )


def _item(course: Course, place: Place, milestones: tuple[str, ...], way: str) -> JobItem[_Item]:
    assert place.work is not None
    tips = branch_tips(place.work)
    # Where the branches cannot be told from here, the process looks, each time.
    state = digest(tips) if tips is not None else _unknown(place.work)
    beside = tuple(name for name in tips or () if name != "HEAD" and not _is_ours(name))
    task = CountTask(place.work, beside, milestones, course.time_zone)
    commit = (tips or {}).get("HEAD", "")
    return JobItem(f"group:{place.group.id}", _Item(place, task, commit), f"{way} {state}")


def _unknown(work: Path) -> str:
    try:
        return f"at {work.stat().st_mtime_ns}"
    except OSError:
        return "gone"


def _is_ours(name: str) -> bool:
    return name.startswith("refs/heads/coursekit/")


def milestones_of(course: Course) -> tuple[str, ...]:
    """Give the milestones' names, as the profile orders them, with those that only the course has."""
    name = course.profile
    profile = load_profile(str(course.folder / name) if name.endswith(".toml") else name)
    return tuple(dict.fromkeys([*profile.milestones, *(one.name for one in course.milestones)]))


def _way(course: Course, milestones: tuple[str, ...]) -> str:
    """Return what is the same as long as the same history gives the same numbers."""
    said = f"{VERSION} {course.time_zone} {milestones!r}"
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:12]
