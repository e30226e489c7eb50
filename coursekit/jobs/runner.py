"""Runs a job's items, and keeps after each how far it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any, TypeVar

from coursekit.errors import StoreError
from coursekit.jobs.lock import Held, JobLostError, hold
from coursekit.jobs.model import Action, ItemFailure, JobItem, JobResult, PlannedItem, Progress
from coursekit.pools import pool, why
from coursekit.store import Store, Transaction, ledger

T = TypeVar("T")
R = TypeVar("R")

_LONGEST_REASON = 2000


def plan_job(
    store: Store, name: str, items: Iterable[JobItem[Any]], *, again: bool = False
) -> tuple[PlannedItem, ...]:
    """Say what a run would do with each item, and do nothing.

    Parameters
    ----------
    store, name, items, again
        As for `run_job`.
    """
    items = _distinct(items)
    with store.read() as view:
        job = ledger.find_job(view, name)
        marks = {} if job is None or (job.ended and again) else ledger.list_marks(view, job.id)
    return tuple(PlannedItem(item.key, _action(item, marks.get(item.key))) for item in items)


def run_job(
    store: Store,
    name: str,
    items: Iterable[JobItem[T]],
    work: Callable[[Any], R],
    *,
    record: Callable[[Transaction, JobItem[T], R], object] | None = None,
    command: str | None = None,
    record_failure: Callable[[Transaction, JobItem[T], str], object] | None = None,
    given: Callable[[JobItem[T]], Any] | None = None,
    again: bool = False,
    fresh: bool = False,
    workers: int = 1,
    processes: bool = False,
    timeout: float | None = None,
    memory: int | None = None,
    preload: Sequence[str] = (),
    progress: Callable[[Progress], object] | None = None,
) -> JobResult:
    """Do the work of every item that is not done yet.

    Parameters
    ----------
    store : Store
        Where the progress is kept.
    name : str
        The job's; a run of the same name goes on where an earlier one stopped.
    items : iterable of JobItem
        All items, also those that are done.
    work : callable
        Does one item and can be called again for a half-done one; see `coursekit.jobs`. It writes nothing
        to the store itself. With several workers it is called in threads; with ``processes`` it must be a
        function that can be pickled.
    record : callable, optional
        ``record(tx, item, value)`` writes what the work returned, in the transaction that marks the item as
        done.
    command : str, optional
        For the audit; the job's name by default.
    record_failure : callable, optional
        ``record_failure(tx, item, reason)`` does the same for an item that failed, and must not raise.
    given : callable, optional
        What of an item the work is called with; by default the item itself. Processes need few imports to
        unpickle it then.
    again : bool, optional
        Whether to do everything afresh when the last run came to its end, as for a weekly check. One that was
        cut short is always completed.
    fresh : bool, optional
        Whether to do everything afresh also after a run that was cut short: for work that itself sees what is done.
    workers : int, optional
        How many items are worked on at once.
    processes : bool, optional
        Whether each worker is a process, which may die or hang without harming the rest.
    timeout : float, optional
        Seconds for an item; needs ``processes``, as nothing else can be stopped.
    memory, preload : optional
        As for `coursekit.pools.pool`.
    progress : callable, optional
        Called with a `Progress` at the start and after each item, in this thread.

    Returns
    -------
    JobResult
        With the reason for every failed item.

    Raises
    ------
    JobRunningError
        When another run of this job is at work.
    JobLostError
        When another one took this one for dead.
    StoreError
        When the progress cannot be kept.
    """
    if workers < 1 or (timeout is not None and not processes):
        raise ValueError("expected at least one worker, and processes where there is a time limit")
    items = _distinct(items)
    with hold(store, name, command or name, again=again, fresh=fresh) as held:
        with store.read() as view:
            marks = ledger.list_marks(view, held.job_id)
        to_do = [item for item in items if _action(item, marks.get(item.key)) != "keep"]
        run = _Run(store, held, command or name, record, record_failure, progress, len(items), len(to_do))
        run.report(None)
        with pool(workers, processes=processes, timeout=timeout, memory=memory, preload=preload) as submit:
            # One more than they can work on, so that no process waits while something is written.
            most = workers + 1 if processes else workers
            queue = deque(to_do)
            working: dict[Future[R], JobItem[T]] = {}
            finished: list[tuple[JobItem[T], Future[R]]] = []
            while queue or working or finished:
                begun = [queue.popleft() for _ in range(min(most - len(working), len(queue)))]
                run.keep(finished, begun)
                working |= {submit(work, given(item) if given else item): item for item in begun}
                done = wait(working, return_when=FIRST_COMPLETED).done
                finished = [(working.pop(future), future) for future in done]
        held.ended = True
    return JobResult(name, run.done, run.skipped, tuple(run.failures), run.of)


class _Run:
    """What one run has done so far, in memory and in the store."""

    def __init__(
        self,
        store: Store,
        held: Held,
        command: str,
        record: Callable[[Transaction, JobItem[Any], Any], object] | None,
        record_failure: Callable[[Transaction, JobItem[Any], str], object] | None,
        progress: Callable[[Progress], object] | None,
        of: int,
        to_do: int,
    ) -> None:
        self.store = store
        self.held = held
        self.command = command
        self.record = record
        self.record_failure = record_failure
        self.progress = progress
        self.of = of
        self.skipped = of - to_do
        self.done = 0
        self.failures: list[ItemFailure] = []

    def keep(
        self,
        finished: Sequence[tuple[JobItem[Any], Future[Any]]],
        begun: Sequence[JobItem[Any]],
    ) -> None:
        # One transaction an item: what the next ones begin with is kept along with the last of them.
        starts = [ledger.ItemMark(item.key, "started", item.version) for item in begun]
        for place, (item, future) in enumerate(finished, start=1):
            self._settle(item, future, starts if place == len(finished) else [])
        if starts and not finished:
            self._write(starts)

    def report(self, key: str | None, reason: str | None = None) -> None:
        if self.progress:
            self.progress(Progress(self.done, self.skipped, len(self.failures), self.of, key, reason))

    def _settle(
        self,
        item: JobItem[Any],
        future: Future[Any],
        starts: list[ledger.ItemMark],
    ) -> None:
        error = future.exception()
        if error is None:
            try:
                self._write([ledger.ItemMark(item.key, "done", item.version), *starts], item, future.result())
            except (StoreError, JobLostError):
                raise
            except Exception as problem:  # noqa: BLE001 - a failed item must not stop the others
                error = problem
        elif isinstance(error, KeyboardInterrupt):
            # Ctrl-C reaches worker processes too, sometimes before it reaches this one.
            raise error
        reason = None
        if error is None:
            self.done += 1
        else:
            reason = why(error)[:_LONGEST_REASON]
            self.failures.append(ItemFailure(item.key, reason))
            marks = [ledger.ItemMark(item.key, "failed", item.version, reason), *starts]
            self._write(marks, item, reason=reason)
        self.report(item.key, reason)

    def _write(
        self,
        marks: list[ledger.ItemMark],
        item: JobItem[Any] | None = None,
        value: Any = None,
        reason: str | None = None,
    ) -> None:
        with self.store.transaction(self.command) as tx:
            self.held.confirm(tx)
            ledger.mark_items(tx, self.held.job_id, marks)
            if item is not None and reason is not None and self.record_failure:
                self.record_failure(tx, item, reason)
            elif item is not None and reason is None and self.record:
                self.record(tx, item, value)


def _distinct(items: Iterable[JobItem[T]]) -> list[JobItem[T]]:
    items = list(items)
    keys = [item.key for item in items]
    if len(set(keys)) != len(keys):
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise ValueError(f"expected each key of a job once, found several of {', '.join(twice)}")
    return items


def _action(item: JobItem[Any], mark: ledger.ItemMark | None) -> Action:
    if mark is None:
        return "start"
    if mark.state == "started":
        return "complete"
    if mark.state == "failed":
        return "retry"
    return "keep" if mark.version == item.version else "redo"
