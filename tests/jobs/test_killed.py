"""A job that is killed at any moment goes on where it stopped, and makes nothing twice."""

from __future__ import annotations

import multiprocessing
import random
import sys
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from coursekit.jobs import JobItem, plan_job, run_job
from coursekit.store import Transaction, open_store, people
from coursekit.store.records import NewStudent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and fork servers are POSIX's")

PARTS = 3
ITEMS = 400


def items(folder: Path) -> list[JobItem[Path]]:
    return [JobItem(f"group:{number}", folder / "made" / str(number)) for number in range(ITEMS)]


def make(item: JobItem[Path]) -> str:
    """A folder with parts, each made once: completes what an earlier call left."""
    item.value.mkdir(parents=True, exist_ok=True)
    for part in range(PARTS):
        path = item.value / f"part {part}"
        if path.exists():
            continue
        partial = path.with_suffix(".tmp")
        partial.write_text(f"{item.key}, {part}")
        partial.rename(path)
        with (item.value / "log").open("a") as log:
            log.write(f"{part}\n")
    return item.key


def note(tx: Transaction, item: JobItem[Path], value: str) -> None:
    people.add_student(tx, NewStudent(value))


def run(folder: Path, workers: int) -> None:
    with open_store(folder) as store:
        run_job(store, "new-project", items(folder), make, record=note, workers=workers)


def wait_for_more(made: Path, process: BaseProcess) -> None:
    def count() -> int:
        return len(list(made.iterdir())) if made.exists() else 0

    before, end = count(), time.monotonic() + 20
    while process.is_alive() and count() == before and time.monotonic() < end:
        time.sleep(0.002)


def kill_runs(folder: Path, times: int, workers: int) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["coursekit.jobs", "coursekit.store.people", __name__])
    chance = random.Random(workers)
    done, cut_short = 0, 0
    for turn in range(times):
        process = context.Process(target=run, args=(folder, workers))
        process.start()
        if turn % 2:
            # Well into the work, also on a slow machine; else at any point, beginning with the first import.
            wait_for_more(folder / "made", process)
        time.sleep(chance.uniform(0, 0.08))
        process.kill()
        process.join()
        with open_store(folder) as store:
            plan = [item.action for item in plan_job(store, "new-project", items(folder))]
            with store.read() as view:
                noted = [student.name for student in people.list_students(view)]
        assert plan.count("keep") >= done, "what is done is kept"
        done = plan.count("keep")
        cut_short += plan.count("complete")
        assert plan.count("complete") <= workers
        assert len(noted) == len(set(noted)) == done, "recorded exactly once"
        for item, action in zip(items(folder), plan, strict=True):
            if action == "keep":
                assert len(list(item.value.glob("part ?"))) == PARTS
    assert done, "it got somewhere between the kills"
    assert cut_short, "it was hit in the middle of an item"

    with open_store(folder) as store:
        result = run_job(store, "new-project", items(folder), make, record=note)
        assert (result.done, result.skipped, result.failed) == (ITEMS - done, done, 0)
        with store.read() as view:
            assert {student.name for student in people.list_students(view)} == {
                item.key for item in items(folder)
            }
    for item in items(folder):
        parts = sorted(path.name for path in item.value.iterdir() if path.suffix != ".tmp")
        assert parts == ["log", *(f"part {part}" for part in range(PARTS))]
        logged = (item.value / "log").read_text().split()
        # A kill between the rename and the line loses the line; no part is ever made twice.
        assert len(logged) == len(set(logged))


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 3])
def test_killed_at_random_points(tmp_path: Path, workers: int) -> None:
    kill_runs(tmp_path, 10, workers)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 3])
def test_killed_at_random_points_a_hundred_times(tmp_path: Path, workers: int) -> None:
    kill_runs(tmp_path, 100, workers)
