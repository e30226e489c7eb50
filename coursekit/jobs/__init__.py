"""Resumable bulk work: what is done is kept, what is half-done is completed, nothing is made twice.

A job has a name and items with keys, and its progress is kept in the course's store. It can be interrupted at
any moment, also by ``kill -9`` or a power cut, and run again::

    items = [JobItem(f"group:{group.id}", group) for group in groups]
    result = run_job(store, "new-project", items, bake)
    print(result.summary)

What ``work`` must keep to:

- It may be called again for an item that an earlier call left half-done, so it looks at what is there and
  completes it. Files are written under a temporary name and renamed.
- What it returns may be handed to ``record(tx, item, value)``, which writes to the store in the very
  transaction that marks the item as done: that happens exactly once.
- It raises when it cannot do its item; the reason is kept, the other items go on, and the next run tries again.
- Keys are kept in the store: ids, not names of people.
"""

from __future__ import annotations

from coursekit.jobs.lock import JobLostError, JobRunningError
from coursekit.jobs.model import ItemFailure, JobItem, JobResult, PlannedItem, Progress
from coursekit.jobs.runner import plan_job, run_job
from coursekit.pools import why

__all__ = [
    "ItemFailure",
    "JobItem",
    "JobLostError",
    "JobResult",
    "JobRunningError",
    "PlannedItem",
    "Progress",
    "plan_job",
    "run_job",
    "why",
]
