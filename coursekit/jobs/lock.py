"""Only one run of a job at a time, and none that a dead one holds for ever.

The holder stands in the store, so it is seen from every machine that uses it and on every operating system.
On the same machine a dead holder is recognized by its process number and the job is free at once; anywhere
else by its missing heartbeat, after a minute. A run that was taken for dead wrongly (a laptop that slept) finds
out at its next write, which fails, so that two runs never both record.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from coursekit.errors import CoursekitError, StoreError
from coursekit.processes import machine, process_exists
from coursekit.store import Store, Transaction, ledger

BEAT_SECONDS = 5.0
STALE_SECONDS = 60.0

# The runs of this very process: its number says nothing about which of them lives.
_mine: set[str] = set()


class JobRunningError(CoursekitError):
    """Another run of the same job is at work."""


class JobLostError(CoursekitError):
    """Silent for so long was this run for so long that another one took over."""


class Held:
    """A job that this run holds; made by `hold`."""

    def __init__(self, store: Store, job_id: int, owner: ledger.Owner, command: str) -> None:
        self.job_id = job_id
        self.owner = owner
        self.ended = False
        self._store = store
        self._command = command

    def confirm(self, tx: Transaction) -> None:
        """Make sure, inside a transaction, that this run still holds the job.

        Raises
        ------
        JobLostError
            When another run took it over; the transaction must not be kept.
        """
        if not ledger.beat(tx, self.job_id, self.owner):
            raise JobLostError(
                f"expected to go on with {self._command}, found that another run took it over, "
                f"because this one was silent for more than {STALE_SECONDS:.0f} seconds",
                "Let the other run end; what this one finished before is kept.",
            )

    def keep_beating(self, stop: threading.Event) -> None:
        """Say every few seconds that this run is alive."""
        while not stop.wait(BEAT_SECONDS):
            # A missed beat is made up by the next; a lost job is noticed where something is written.
            with suppress(StoreError), self._store.transaction(self._command) as tx:
                ledger.beat(tx, self.job_id, self.owner)


@contextmanager
def hold(store: Store, name: str, command: str, *, again: bool, fresh: bool = False) -> Iterator[Held]:
    """Hold a job while the block runs.

    Parameters
    ----------
    store : Store
    name : str
        Of the job.
    command : str
        For the store's transactions.
    again : bool
        Whether to begin afresh when the last run came to its end.
    fresh : bool, optional
        Whether to begin afresh in any case.

    Raises
    ------
    JobRunningError
        When a living run holds it.
    """
    owner = ledger.Owner(uuid.uuid4().hex, machine(), os.getpid())
    _mine.add(owner.token)
    try:
        held = Held(store, _take(store, name, command, owner, again=again, fresh=fresh), owner, command)
        stop = threading.Event()
        beating = threading.Thread(
            target=held.keep_beating, args=(stop,), name=f"beat of {name}", daemon=True
        )
        beating.start()
        try:
            yield held
        finally:
            stop.set()
            beating.join()
            # When this fails too, the next run finds the holder dead; the error that is under way matters more.
            with suppress(StoreError), store.transaction(command) as tx:
                ledger.release_job(tx, held.job_id, owner, ended=held.ended)
    finally:
        _mine.discard(owner.token)


def _take(store: Store, name: str, command: str, owner: ledger.Owner, *, again: bool, fresh: bool) -> int:
    with store.transaction(command) as tx:
        found = ledger.find_job(tx, name)
        if found and found.owner and is_alive(found.owner, found.beat_at):
            raise JobRunningError(
                f"expected no other run of {name}, found one at work (process {found.owner.pid} on "
                f"{found.owner.host.partition(' ')[0]})",
                "Wait until it ends, or stop it and run this again.",
            )
        return ledger.take_job(tx, name, owner, afresh=fresh or bool(found and found.ended and again))


def is_alive(owner: ledger.Owner, beat_at: datetime | None) -> bool:
    """Whether the run that holds a job must be taken for alive."""
    if owner.host == machine():
        if owner.pid == os.getpid():
            return owner.token in _mine
        if not process_exists(owner.pid):
            return False
    # Either way round: a clock may have been set back.
    return beat_at is not None and abs((datetime.now(UTC) - beat_at).total_seconds()) <= STALE_SECONDS
