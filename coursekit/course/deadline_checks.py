"""What each group's repository held at its deadlines: the last commit before each is checked, once.

The answer is kept. It is asked for again only where it may be another one: by other rules, for another deadline, or
because the repository or what fetches know of it has changed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from coursekit.checker.worker import MEMORY, SECONDS, Done, Task, check_tasks
from coursekit.course.checking import Judging, Work, preloaded
from coursekit.course.places import Place
from coursekit.git.history import Sighting, tip_of
from coursekit.jobs import JobItem, Progress, plan_job, run_job
from coursekit.model import Milestone
from coursekit.store import Reader, Store, Transaction
from coursekit.store.fetches import list_sightings
from coursekit.store.outcomes import NewestRun, newest_runs

JOB = "check-deadlines"


@dataclass(frozen=True, slots=True)
class DeadlineChecks:
    """What was done: how many states at deadlines were judged, and whose could not be read, and why."""

    judged: int = 0
    failures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store has: fetches by repository, and checks of moments by repository's group."""

    sightings: Mapping[int, Sequence[Sighting]]
    runs: Mapping[tuple[int, dt.datetime], NewestRun]


def check_deadlines(
    store: Store,
    judging: Judging,
    places: Sequence[Place],
    deadlines: Mapping[int, Sequence[Milestone]],
    *,
    now: dt.datetime | None = None,
    again: bool = False,
    jobs: int | None = None,
    timeout: float = SECONDS,
    memory: int = MEMORY,
    work: Callable[[tuple[Task, ...]], tuple[Done, ...]] = check_tasks,
    progress: Callable[[Progress], object] | None = None,
) -> DeadlineChecks:
    """Check what there was at every deadline that has passed, where git can tell.

    Parameters
    ----------
    store : Store
    judging : Judging
        By the groups' own deadlines.
    places : sequence of Place
    deadlines : mapping of int to sequence of Milestone
        Of each group, by its id.
    now : datetime, optional
        Which deadlines have passed.
    again, jobs, timeout, memory, work, progress : optional
        As for `coursekit.course.check_all.check_all`.
    """
    items = _items(store, judging, places, deadlines, now or dt.datetime.now(dt.UTC), again=again)
    if not again and all(one.action == "keep" for one in plan_job(store, JOB, items)):
        return DeadlineChecks()
    judged = 0

    def record(tx: Transaction, item: JobItem[tuple[Work, ...]], found: tuple[Done, ...]) -> None:
        nonlocal judged
        for one, done in zip(item.value, found, strict=True):
            if done.check is not None:
                judging.keep(tx, one, done)
                judged += 1

    result = run_job(
        store,
        JOB,
        items,
        work,
        command="check",
        given=lambda item: tuple(one.task for one in item.value),
        record=record,
        fresh=again,
        workers=max(1, min(jobs or os.cpu_count() or 1, len(items))),
        processes=True,
        timeout=timeout,
        memory=memory,
        preload=preloaded(),
        progress=progress,
    )
    names = {item.key: item.value[0].place.group.name for item in items}
    return DeadlineChecks(judged, tuple((names[one.key], one.reason) for one in result.failures))


def count_due(
    store: Store,
    judging: Judging,
    places: Sequence[Place],
    deadlines: Mapping[int, Sequence[Milestone]],
    *,
    again: bool = False,
) -> int:
    """Say of how many groups `check_deadlines` would look at what there was at deadlines."""
    items = _items(store, judging, places, deadlines, dt.datetime.now(dt.UTC), again=again)
    return sum(again or one.action != "keep" for one in plan_job(store, JOB, items))


def _items(
    store: Store,
    judging: Judging,
    places: Sequence[Place],
    deadlines: Mapping[int, Sequence[Milestone]],
    now: dt.datetime,
    *,
    again: bool,
) -> list[JobItem[tuple[Work, ...]]]:
    with store.read() as view:
        runs = {(run.group_id, run.as_of): run for run in newest_runs(view) if run.as_of is not None}
        known = _Known(sightings(view), runs)
    items = []
    for place in places:
        # Only git knows what there was at a moment.
        if place.work is None or (tip := tip_of(place.work)) is None:
            continue
        moments = {one.deadline.astimezone(dt.UTC) for one in deadlines[place.group.id] if one.deadline}
        passed = sorted(moment for moment in moments if moment <= now)
        if passed:
            items.append(_item(judging, place, passed, known, tip, now, again=again))
    return items


def sightings(view: Reader) -> dict[int, list[Sighting]]:
    """Give what fetches found of each repository, by its id, the oldest first."""
    found: dict[int, list[Sighting]] = {}
    for repository, at, commit in list_sightings(view):
        found.setdefault(repository, []).append(Sighting(at, commit))
    return found


def seen_of(seen: Mapping[int, Sequence[Sighting]], place: Place) -> Sequence[Sighting]:
    """Give those of a group's repository."""
    return seen.get(place.repository.id, ()) if place.repository else ()


def _item(
    judging: Judging,
    place: Place,
    passed: Sequence[dt.datetime],
    known: _Known,
    tip: str,
    now: dt.datetime,
    *,
    again: bool,
) -> JobItem[tuple[Work, ...]]:
    seen = seen_of(known.sightings, place)
    runs = [known.runs.get((place.group.id, moment)) for moment in passed]
    works = tuple(
        judging.work(place, None if again else run, moment, seen)
        for run, moment in zip(runs, passed, strict=True)
    )
    # Fetches that found nothing else than the one before change no answer.
    changes = [one for at, one in enumerate(seen) if not at or seen[at - 1].commit != one.commit]
    asked = (place.repository and place.repository.id, tip, [one.basis for one in works], passed, changes)
    version = hashlib.sha256(repr(asked).encode()).hexdigest()
    if not all(run and run.content for run in runs):
        # What could not be read, or is in the store no more, is tried again.
        version = f"{version} {now.isoformat()}"
    return JobItem(f"group:{place.group.id}", works, version)
