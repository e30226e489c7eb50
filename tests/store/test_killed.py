"""Commands that are killed at any moment lose nothing that they acknowledged, and leave nothing half-done."""

from __future__ import annotations

import multiprocessing
import random
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from coursekit.store import open_store, people
from coursekit.store.history import list_audit
from coursekit.store.records import NewStudent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and fork servers are POSIX's")

TOGETHER = 5


def write_for_ever(folder: Path, acknowledge: Connection) -> None:
    """Several rows a transaction, so that a half one would show; says which are kept."""
    with open_store(folder) as store:
        while True:
            with store.transaction("roster import") as tx:
                last = len(people.list_students(tx))
                group = people.add_group(tx, f"group {last}")
                for number in range(last, last + TOGETHER):
                    student = people.add_student(tx, NewStudent(f"Student {number}"))
                    people.join_group(tx, student.id, group.id)
            acknowledge.send(last + TOGETHER)


def acknowledged(answers: Connection) -> Iterator[int]:
    try:
        while answers.poll():
            yield answers.recv()
    except EOFError:
        pass


def kill_writers(folder: Path, times: int) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["coursekit.store", "coursekit.store.people", __name__])
    chance = random.Random(7)
    kept = 0
    for turn in range(times):
        # A new course now and then: making the database can be killed as well.
        course = folder / str(turn // 4)
        if not course.exists():
            course.mkdir()
            kept = 0
        answers, acknowledge = context.Pipe(duplex=False)
        writer = context.Process(target=write_for_ever, args=(course, acknowledge))
        writer.start()
        acknowledge.close()
        if turn % 2:
            # Well into the work, also on a slow machine; else at any point, beginning with the first import.
            answers.poll(20)
        time.sleep(chance.uniform(0, 0.15))
        writer.kill()
        writer.join()
        kept = max([kept, *acknowledged(answers)])

        with open_store(course) as store, store.read() as view:
            students = [student.name for student in people.list_students(view)]
            assert len(students) >= kept
            assert students == [f"Student {number}" for number in range(len(students))]
            assert len(students) % TOGETHER == 0
            assert [len(inside) for inside in people.members(view).values()] == [TOGETHER] * (
                len(students) // TOGETHER
            )
            # A student and the membership each, and the group: as many as there are changes.
            assert len(list_audit(view)) == len(students) * 2 + len(students) // TOGETHER
        kept = len(students)
    assert kept, "it got somewhere between the kills"


@pytest.mark.slow
def test_killed_at_random_points(tmp_path: Path) -> None:
    kill_writers(tmp_path, 20)


@pytest.mark.slow
def test_killed_at_random_points_a_hundred_times(tmp_path: Path) -> None:
    kill_writers(tmp_path, 100)
