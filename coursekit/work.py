"""How much each author of a repository's history did, in the form in which it is counted, kept and shown.

It is what git recorded: evidence to talk about, and no grade.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

#: The area of the whole, beside those of the milestones.
ALL = ""
#: The area of what belongs to no milestone.
OTHER = "other"
#: The week of commits whose dates cannot be.
UNDATED = ""


class Done(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """So many commits, which added and removed so many lines."""

    commits: int = 0
    lines: int = 0

    def __add__(self, other: Done) -> Done:
        return Done(self.commits + other.commits, self.lines + other.lines)


#: What was done by milestone (`ALL`: altogether); a commit that touches two milestones counts in both.
Areas = Mapping[str, Done]


class Author(msgspec.Struct, frozen=True, gc=False):
    """What was committed under one name and address, as a ``.mailmap`` gives them.

    Attributes
    ----------
    name : str
    email : str
        In lower case; empty where there is none.
    together : int
        How many of the commits name several authors. Such a commit counts in full for each of them.
    first_at, last_at : datetime or None
        None where no commit has a date that can be.
    weeks : dict
        By ISO week (``"2026-W41"``, `UNDATED`), then by milestone.
    """

    name: str
    email: str
    together: int
    first_at: datetime | None
    last_at: datetime | None
    weeks: dict[str, dict[str, Done]]

    @property
    def total(self) -> Done:
        """All that was done."""
        return added(week.get(ALL, Done()) for week in self.weeks.values())


class Counted(msgspec.Struct, frozen=True):
    """What a history shows of its authors.

    Attributes
    ----------
    authors : tuple of Author
        Most commits first.
    commits : int
        Each counted once, however many authors it names.
    last_at : datetime or None
        The newest of them.
    notes : dict of str to int
        What one must know to read the numbers, with how often: see `coursekit.git.shares`.
    """

    authors: tuple[Author, ...]
    commits: int
    last_at: datetime | None
    notes: dict[str, int] = {}

    @property
    def whole(self) -> bool:
        """Whether all of the history was counted."""
        return not self.notes.keys() & PARTLY


#: The notes that say that nothing was counted: no history that is read; it could not be counted.
NONE, FAILED = "none", "failed"
#: The notes that say that part of a history was not counted.
PARTLY = frozenset({"shallow", "unreadable", "left-out", "too-many", "too-large", NONE, FAILED})


def added(parts: Iterable[Done]) -> Done:
    """Add up."""
    commits = lines = 0
    for part in parts:
        commits += part.commits
        lines += part.lines
    return Done(commits, lines)


def by_area(weeks: Iterable[Areas]) -> dict[str, Done]:
    """Add up what was done by milestone."""
    found: dict[str, Done] = {}
    for areas in weeks:
        for area, done in areas.items():
            found[area] = found[area] + done if area in found else done
    return found
