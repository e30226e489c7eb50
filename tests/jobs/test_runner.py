from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from coursekit.errors import InputError, StoreError
from coursekit.jobs import ItemFailure, JobItem, JobResult, PlannedItem, Progress, plan_job, run_job
from coursekit.store import Store, Transaction, people
from coursekit.store.records import NewStudent


def numbered(count: int, version: str = "") -> list[JobItem[int]]:
    return [JobItem(f"group:{number}", number, version) for number in range(count)]


def actions(plan: tuple[PlannedItem, ...]) -> list[str]:
    return [item.action for item in plan]


def ok(item: JobItem[int]) -> int:
    return item.value


def failing_at(*numbers: int) -> Callable[[JobItem[int]], int]:
    def work(item: JobItem[int]) -> int:
        if item.value in numbers:
            raise InputError(f"expected a folder, found none for {item.value}", "Make one.")
        return item.value

    return work


def interrupted_at(number: int) -> Callable[[JobItem[int]], int]:
    def work(item: JobItem[int]) -> int:
        if item.value == number:
            raise KeyboardInterrupt
        return item.value

    return work


class Called:
    """Work that remembers for which items it was called."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def __call__(self, item: JobItem[Any]) -> None:
        self.keys.append(item.key)


@pytest.mark.parametrize("workers", [1, 3])
def test_every_item_is_done_once(store: Store, workers: int) -> None:
    work = Called()
    result = run_job(store, "new-project", numbered(10), work, workers=workers)
    assert sorted(work.keys) == sorted(item.key for item in numbered(10))
    assert result == JobResult("new-project", 10, 0, (), 10)
    assert result.summary == "10 done, 0 skipped, 0 failed, of 10"


def test_no_items(store: Store) -> None:
    assert run_job(store, "new-project", [], ok).summary == "0 done, 0 skipped, 0 failed, of 0"


def test_what_is_done_is_kept(store: Store) -> None:
    run_job(store, "new-project", numbered(3), ok)
    work = Called()
    result = run_job(store, "new-project", numbered(5), work)
    assert work.keys == ["group:3", "group:4"]
    assert result.summary == "2 done, 3 skipped, 0 failed, of 5"


def test_jobs_of_other_names_have_nothing_to_do_with_each_other(store: Store) -> None:
    run_job(store, "new-project", numbered(3), ok)
    assert run_job(store, "publish", numbered(3), ok).done == 3


@pytest.mark.parametrize("workers", [1, 3])
def test_a_failure_is_recorded_and_the_rest_go_on(store: Store, workers: int) -> None:
    result = run_job(store, "new-project", numbered(6), failing_at(1, 4), workers=workers)
    assert result.summary == "4 done, 0 skipped, 2 failed, of 6"
    assert set(result.failures) == {
        ItemFailure(f"group:{number}", f"expected a folder, found none for {number}. Make one.")
        for number in (1, 4)
    }
    work = Called()
    assert run_job(store, "new-project", numbered(6), work).summary == "2 done, 4 skipped, 0 failed, of 6"
    assert work.keys == ["group:1", "group:4"]


def test_an_unexpected_failure_says_its_kind(store: Store) -> None:
    def work(item: JobItem[int]) -> None:
        raise ValueError("two\nlines " + "x" * 5000) if item.value else SystemExit(3)

    failures = run_job(store, "new-project", numbered(2), work).failures
    assert failures[0].reason == "SystemExit: 3"
    assert failures[1].reason.startswith("ValueError: two lines xxx")
    assert len(failures[1].reason) == 2000


@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_interrupted_is_completed(store: Store, workers: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_job(store, "new-project", numbered(5), interrupted_at(2), workers=workers)
    plan = actions(plan_job(store, "new-project", numbered(5)))
    assert plan[0] == "keep"
    assert "complete" in plan
    assert plan[4] == "start"
    result = run_job(store, "new-project", numbered(5), ok)
    assert result.done == 5 - plan.count("keep")
    assert result.done + result.skipped == 5


def test_the_plan_does_nothing(store: Store) -> None:
    assert actions(plan_job(store, "new-project", numbered(2))) == ["start", "start"]
    run_job(store, "new-project", numbered(3), failing_at(1))
    for _ in range(2):
        plan = plan_job(store, "new-project", numbered(4))
        assert plan == (
            PlannedItem("group:0", "keep"),
            PlannedItem("group:1", "retry"),
            PlannedItem("group:2", "keep"),
            PlannedItem("group:3", "start"),
        )


def test_another_version_is_done_again(store: Store) -> None:
    run_job(store, "check", numbered(2, "commit a"), ok)
    newer = [*numbered(1, "commit a"), JobItem("group:1", 1, "commit b")]
    assert actions(plan_job(store, "check", newer)) == ["keep", "redo"]
    assert run_job(store, "check", newer, ok).summary == "1 done, 1 skipped, 0 failed, of 2"
    assert actions(plan_job(store, "check", newer)) == ["keep", "keep"]


def test_a_weekly_job_begins_afresh_once_it_ended(store: Store) -> None:
    run_job(store, "fetch", numbered(3), failing_at(1), again=True)
    assert actions(plan_job(store, "fetch", numbered(3), again=True)) == ["start"] * 3
    assert run_job(store, "fetch", numbered(3), ok, again=True).done == 3


def test_a_weekly_job_that_was_cut_short_is_completed_first(store: Store) -> None:
    run_job(store, "fetch", numbered(4), ok, again=True)
    with pytest.raises(KeyboardInterrupt):
        run_job(store, "fetch", numbered(4), interrupted_at(2), again=True)
    assert actions(plan_job(store, "fetch", numbered(4), again=True)) == ["keep", "keep", "complete", "start"]
    assert run_job(store, "fetch", numbered(4), ok, again=True).summary == "2 done, 2 skipped, 0 failed, of 4"


def add(tx: Transaction, item: JobItem[int], value: int) -> None:
    people.add_student(tx, NewStudent(f"Student {value}", account=f"s{value}"))


def names(store: Store) -> list[str]:
    with store.read() as view:
        return [student.name for student in people.list_students(view)]


def test_results_are_recorded_with_the_item(store: Store) -> None:
    run_job(store, "check", numbered(2), ok, record=add)
    run_job(store, "check", numbered(3), ok, record=add)
    assert names(store) == ["Student 0", "Student 1", "Student 2"]


def test_a_result_that_cannot_be_recorded_fails_its_item_only(store: Store) -> None:
    with store.transaction("roster import") as tx:
        people.add_student(tx, NewStudent("Other", account="s1"))
    result = run_job(store, "check", numbered(3), ok, record=add)
    assert result.summary == "2 done, 0 skipped, 1 failed, of 3"
    assert "another student" in result.failures[0].reason
    assert names(store) == ["Other", "Student 0", "Student 2"]
    assert actions(plan_job(store, "check", numbered(3))) == ["keep", "retry", "keep"]


def test_a_store_that_fails_ends_the_run(store: Store) -> None:
    def record(tx: Transaction, item: JobItem[int], value: int) -> None:
        raise StoreError("expected room, found the disk full")

    with pytest.raises(StoreError, match="disk full"):
        run_job(store, "check", numbered(3), ok, record=record)
    assert actions(plan_job(store, "check", numbered(3))) == ["complete", "start", "start"]


def test_progress(store: Store) -> None:
    run_job(store, "check", numbered(1), ok)
    seen: list[Progress] = []
    run_job(store, "check", numbered(3), failing_at(2), progress=seen.append)
    assert [(step.done, step.skipped, step.failed, step.of, step.key) for step in seen] == [
        (0, 1, 0, 3, None),
        (1, 1, 0, 3, "group:1"),
        (1, 1, 1, 3, "group:2"),
    ]
    assert seen[1].reason is None
    assert seen[2].reason is not None
    assert "no" in seen[2].reason


def test_threads_work_at_once_and_never_more_than_told(store: Store) -> None:
    guard, now, most = threading.Lock(), 0, 0

    def work(item: JobItem[int]) -> None:
        nonlocal now, most
        with guard:
            now += 1
            most = max(most, now)
        time.sleep(0.01)
        with guard:
            now -= 1

    run_job(store, "check", numbered(20), work, workers=4)
    assert 2 <= most <= 4


def test_two_items_with_one_key(store: Store) -> None:
    with pytest.raises(ValueError, match="several of group:0"):
        run_job(store, "check", [*numbered(2), *numbered(1)], ok)
    with pytest.raises(ValueError, match="several of group:0"):
        plan_job(store, "check", [*numbered(2), *numbered(1)])


@pytest.mark.parametrize("wrong", [{"workers": 0}, {"timeout": 3.0}])
def test_what_makes_no_sense(store: Store, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="at least one worker"):
        run_job(store, "check", numbered(1), ok, **wrong)


def test_a_job_may_have_a_name_that_is_no_command(store: Store) -> None:
    assert run_job(store, "check, week 3", numbered(1), ok, command="check").done == 1
