"""What goes into a job and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

T = TypeVar("T")

# start: never begun. complete: begun, and cut short. retry: failed before. redo: done, but for another version.
# keep: done.
Action = Literal["start", "complete", "retry", "redo", "keep"]


@dataclass(frozen=True, slots=True)
class JobItem(Generic[T]):
    """One piece of bulk work.

    Parameters
    ----------
    key : str
        Unique in the job and the same in every run: ``"group:7"``. It is kept, so it holds no person's name.
    value : object
        What ``work`` needs.
    version : str, optional
        Of the input, such as a commit: an item that is done for another version is done again.
    """

    key: str
    value: T
    version: str = ""


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """What a run would do with an item."""

    key: str
    action: Action


@dataclass(frozen=True, slots=True)
class ItemFailure:
    """An item that could not be done, and why."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: called once at the start with ``key`` None, then after each item.

    ``reason`` is why the item failed; None when it is done.
    """

    done: int
    skipped: int
    failed: int
    of: int
    key: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a run did with each of its items: ``done + skipped + failed == of``.

    ``skipped`` were done by an earlier run.
    """

    name: str
    done: int
    skipped: int
    failures: tuple[ItemFailure, ...]
    of: int

    @property
    def failed(self) -> int:
        """How many items could not be done."""
        return len(self.failures)

    @property
    def summary(self) -> str:
        """The exact count, in one line."""
        return f"{self.done} done, {self.skipped} skipped, {self.failed} failed, of {self.of}"
