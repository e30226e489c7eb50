from __future__ import annotations

import os
import platform
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from coursekit.errors import StoreError
from coursekit.jobs import JobItem, JobLostError, JobRunningError, lock, run_job
from coursekit.processes import machine
from coursekit.store import Store, ledger, open_store, schema
from tests.processes import dead_process

ITEMS = [JobItem("a", 1), JobItem("b", 2)]


def left_behind(store: Store, *, host: str = "", pid: int = 0, silent: float = 0) -> None:
    """A job that its holder never released."""
    owner = ledger.Owner("other", host or machine(), pid or os.getpid())
    with store.transaction("check") as tx:
        job_id = ledger.take_job(tx, "check", owner, afresh=False)
        beat_at = datetime.now(UTC) - timedelta(seconds=silent)
        tx.execute(schema.jobs.update().where(schema.jobs.c.id == job_id).values(beat_at=beat_at))


def test_only_one_run_at_a_time(store: Store, tmp_path: Path) -> None:
    def work(item: JobItem[int]) -> None:
        with pytest.raises(JobRunningError, match=f"process {os.getpid()}") as caught:
            run_job(store, "check", ITEMS, str)
        assert platform.node() in caught.value.message
        assert caught.value.exit_code == 2
        # Another connection sees it as well, and other jobs do not care.
        with open_store(tmp_path) as other:
            with pytest.raises(JobRunningError):
                run_job(other, "check", ITEMS, str)
            run_job(other, "fetch", ITEMS, str)

    assert run_job(store, "check", ITEMS, work).failures == ()
    assert run_job(store, "check", ITEMS, str).skipped == 2


def test_a_run_that_raised_holds_nothing(store: Store) -> None:
    def stop(item: JobItem[int]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_job(store, "check", ITEMS, stop)
    assert run_job(store, "check", ITEMS, str).done == 2


def test_a_dead_process_holds_nothing(store: Store) -> None:
    left_behind(store, pid=dead_process())
    assert run_job(store, "check", ITEMS, str).done == 2


def test_a_dead_run_of_a_process_with_our_number_holds_nothing(store: Store) -> None:
    left_behind(store, pid=os.getpid())
    assert run_job(store, "check", ITEMS, str).done == 2


def test_another_living_process_holds_it(store: Store) -> None:
    left_behind(store, pid=os.getppid())
    with pytest.raises(JobRunningError):
        run_job(store, "check", ITEMS, str)


@pytest.mark.parametrize("host", ["", "another-machine"])
@pytest.mark.parametrize("silent", [lock.STALE_SECONDS + 5, -lock.STALE_SECONDS - 5])
def test_a_silent_run_holds_nothing(store: Store, host: str, silent: float) -> None:
    """Also when a process that has nothing to do with it got its number, or the clock was set back."""
    left_behind(store, host=host, pid=os.getppid(), silent=silent)
    assert run_job(store, "check", ITEMS, str).done == 2


def test_a_run_on_another_machine_holds_it_while_it_beats(store: Store) -> None:
    left_behind(store, host="another-machine linux", pid=1, silent=lock.STALE_SECONDS - 20)
    with pytest.raises(JobRunningError, match="on another-machine\\)"):
        run_job(store, "check", ITEMS, str)


def test_a_run_that_was_taken_for_dead_stops(store: Store) -> None:
    def work(item: JobItem[int]) -> None:
        left_behind(store, host="another-machine")

    with pytest.raises(JobLostError, match="another run took it over"):
        run_job(store, "check", ITEMS, work)
    with store.read() as view:
        job = ledger.find_job(view, "check")
        assert job is not None
        assert job.owner is not None
        assert job.owner.token == "other", "the other's hold must stay"
        assert [mark.state for mark in ledger.list_marks(view, job.id).values()] == ["started"]


def test_it_beats_while_an_item_takes_long(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "BEAT_SECONDS", 0.02)

    def beat_at() -> datetime:
        with store.read() as view:
            job = ledger.find_job(view, "check")
            assert job is not None
            assert job.beat_at is not None
            return job.beat_at

    def work(item: JobItem[int]) -> None:
        first = beat_at()
        end = time.monotonic() + 5
        while beat_at() == first:
            assert time.monotonic() < end
            time.sleep(0.01)

    assert run_job(store, "check", ITEMS, work).failures == ()
    assert "beat of check" not in {thread.name for thread in threading.enumerate()}


def test_a_missed_beat_does_no_harm(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "BEAT_SECONDS", 0.01)
    missed = threading.Event()
    plain = ledger.beat

    def beat(*args: object) -> bool:
        if threading.current_thread() is not threading.main_thread():
            missed.set()
            raise StoreError("expected to write, found the disk full")
        return plain(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(ledger, "beat", beat)

    def work(item: JobItem[int]) -> None:
        assert missed.wait(5)

    assert run_job(store, "check", ITEMS, work).failures == ()
