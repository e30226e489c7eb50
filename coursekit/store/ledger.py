"""The rows behind resumable jobs: which run holds a job, and how far each item is.

`coursekit.jobs` decides; this reads and writes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import sqlalchemy as sa

from coursekit.store.schema import job_items, jobs
from coursekit.store.transaction import Reader, Transaction

ItemState = Literal["started", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Owner:
    """A run that holds a job: a random token, and where to look whether it lives."""

    token: str
    host: str
    pid: int


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands: ``ended`` says that its last run came to its end."""

    id: int
    ended: bool
    owner: Owner | None
    beat_at: datetime | None


@dataclass(frozen=True, slots=True)
class ItemMark:
    """How far one item is; ``version`` says of which input."""

    key: str
    state: ItemState
    version: str = ""
    reason: str | None = None


def find_job(view: Reader, name: str) -> Job | None:
    """Give a job by its name, or None when it never ran."""
    row = view.first(sa.select(jobs).where(jobs.c.name == name))
    if row is None:
        return None
    owner = None if row.owner is None else Owner(row.owner, row.owner_host, row.owner_pid)
    return Job(row.id, row.ended_at is not None, owner, row.beat_at)


def running_jobs(view: Reader) -> list[tuple[str, Job]]:
    """Give the jobs that a run holds, dead or alive, with their names."""
    names = [row.name for row in view.all(sa.select(jobs.c.name).where(jobs.c.owner.is_not(None)))]
    return [(name, job) for name in names if (job := find_job(view, name)) is not None]


def ended_at(view: Reader, name: str) -> datetime | None:
    """Give when the last run of a job came to its end; None when it never did, or is at work."""
    row = view.first(sa.select(jobs.c.ended_at).where(jobs.c.name == name))
    return None if row is None else row.ended_at


def list_marks(view: Reader, job_id: int) -> dict[str, ItemMark]:
    """Give how far each item of a job is, by key."""
    statement = sa.select(job_items).where(job_items.c.job_id == job_id)
    return {row.key: ItemMark(row.key, row.state, row.version, row.reason) for row in view.all(statement)}


def take_job(tx: Transaction, name: str, owner: Owner, *, afresh: bool) -> int:
    """Make a run the holder of a job, and give the job's id.

    Parameters
    ----------
    tx : Transaction
        In which the caller has seen that nobody alive holds it.
    name : str
    owner : Owner
    afresh : bool
        Whether to forget how far the items were.
    """
    held = {"owner": owner.token, "owner_host": owner.host, "owner_pid": owner.pid, "beat_at": tx.now}
    found = find_job(tx, name)
    if found is None:
        return tx.insert(jobs, name=name, started_at=tx.now, **held)
    if afresh:
        tx.execute(job_items.delete().where(job_items.c.job_id == found.id))
        held["started_at"] = tx.now
    tx.execute(jobs.update().where(jobs.c.id == found.id).values(ended_at=None, **held))
    return found.id


def beat(tx: Transaction, job_id: int, owner: Owner) -> bool:
    """Say that a run is alive, and give whether it still holds the job."""
    mine = sa.and_(jobs.c.id == job_id, jobs.c.owner == owner.token)
    return tx.execute(jobs.update().where(mine).values(beat_at=datetime.now(UTC))) == 1


def release_job(tx: Transaction, job_id: int, owner: Owner, *, ended: bool) -> None:
    """Let go of a job, unless another run took it over; ``ended`` when no item is left to try."""
    mine = sa.and_(jobs.c.id == job_id, jobs.c.owner == owner.token)
    free = {"owner": None, "owner_host": None, "owner_pid": None, "beat_at": None}
    tx.execute(jobs.update().where(mine).values(ended_at=tx.now if ended else None, **free))


def mark_items(tx: Transaction, job_id: int, marks: Iterable[ItemMark]) -> None:
    """Write down how far items are, in place of what was known of them."""
    rows = [
        {
            "job_id": job_id,
            "key": mark.key,
            "state": mark.state,
            "version": mark.version,
            "reason": mark.reason,
            "changed_at": tx.now,
        }
        for mark in marks
    ]
    # Portable, unlike the databases' own "insert or update", and as atomic inside a transaction.
    keys = [row["key"] for row in rows]
    tx.execute(job_items.delete().where(job_items.c.job_id == job_id, job_items.c.key.in_(keys)))
    tx.insert_many(job_items, rows)
