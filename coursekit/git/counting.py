"""Counts one of many repositories, in a process of its own that may die."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from coursekit.git.shares import read_shares
from coursekit.git.tips import branch_tips
from coursekit.submission.view import folder_area, folder_key
from coursekit.work import OTHER, Counted

#: Another one when the same history gives other numbers, so that all are counted again.
VERSION = "1"
_MOST_FOLDERS = 10_000


@dataclass(frozen=True, slots=True)
class CountTask:
    """What is to be counted.

    Attributes
    ----------
    path : Path
        A bare clone or a folder.
    beside : tuple of str
        Branches beside the one that HEAD stands for.
    milestones : tuple of str
        As the course names them.
    time_zone : str
    """

    path: Path
    beside: tuple[str, ...]
    milestones: tuple[str, ...]
    time_zone: str


def count_task(task: CountTask) -> Counted | None:
    """Count one repository; None where it has no history that is read."""
    tips = branch_tips(task.path)
    if tips == {}:
        return Counted((), 0, None)  # nothing was committed yet
    zone = ZoneInfo(task.time_zone or "UTC")
    # HEAD may stand for a branch that nobody made.
    revision = next(
        (name for name in ("HEAD", "refs/heads/main", *sorted(tips or ())) if name in (tips or ())), "HEAD"
    )
    return read_shares(task.path, revision, area_of(task.milestones), beside=task.beside, zone=zone)


def area_of(milestones: tuple[str, ...]) -> Callable[[str], str]:
    """Return what says which milestone a path belongs to, by the folder that it lies in.

    A folder belongs to the milestone that is called as it is, but for its number; else to the one that means the same
    part of a project: ``1_EDA`` to ``dataset-characteristics``.
    """
    by_name = {folder_key(name): name for name in reversed(milestones)}
    by_part = {folder_area(name): name for name in reversed(milestones)}
    by_part.pop(None, None)
    known: dict[str, str] = {}

    def area(path: str) -> str:
        top, _, inside = path.partition("/")
        if not inside:
            return OTHER
        if top not in known and len(known) < _MOST_FOLDERS:
            known[top] = by_name.get(folder_key(top)) or by_part.get(folder_area(top)) or OTHER
        return known.get(top, OTHER)

    return area
