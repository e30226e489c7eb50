"""What a list of participants says, row by row, before it is known of which session it is."""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.tracking.attendance.moments import Stamp


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know about a row."""

    line: int
    message: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row about a person; a row without any time says that the person was there.

    Attributes
    ----------
    line : int
        Where the row begins, counted from 1.
    name : str
    email : str or None
    joined, left : Stamp or None
    seconds : int or None
        How long, where the row says it.
    """

    line: int
    name: str
    email: str | None = None
    joined: Stamp | None = None
    left: Stamp | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What was understood of a file.

    Attributes
    ----------
    source : str
        The file's name.
    content : str
        A fingerprint of its bytes.
    format, encoding, separated_by : str
        How it is written.
    columns : tuple of (str, str)
        Each field that was found, and the heading of its column.
    entries : tuple of Entry
    left_out : tuple of Remark
        Rows of people who were not in the session: in the waiting room, registered only.
    rejected : tuple of Remark
        Rows that cannot be read.
    start, end : Stamp or None
        Of the meeting, where the file says it.
    """

    source: str
    content: str
    format: str
    encoding: str
    separated_by: str
    columns: tuple[tuple[str, str], ...]
    entries: tuple[Entry, ...]
    left_out: tuple[Remark, ...] = ()
    rejected: tuple[Remark, ...] = ()
    start: Stamp | None = None
    end: Stamp | None = None

    @property
    def has_times(self) -> bool:
        """Whether any row says from when to when."""
        return any(entry.joined for entry in self.entries)
