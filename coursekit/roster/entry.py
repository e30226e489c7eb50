"""What a roster says, row by row."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A row about a person; what the row does not say is empty.

    Attributes
    ----------
    line : int
        Where the row begins, counted from 1.
    name : str
    email, account, account_id, id_number, section : str
        See `coursekit.store.records.NewStudent`.
    group : str
        The group's name.
    repository : str
        The address of the group's own repository, which is allowed.
    nickname : bool
        Whether the name is one that the person chose on a git host, and not to replace one that is known.
    """

    line: int
    name: str = ""
    email: str = ""
    account: str = ""
    account_id: str = ""
    id_number: str = ""
    section: str = ""
    group: str = ""
    repository: str = ""
    nickname: bool = False

    @property
    def called(self) -> str:
        """What to call the person in messages."""
        return self.name or self.email or self.account or self.id_number


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know about a row."""

    line: int
    message: str
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood of a roster file.

    Attributes
    ----------
    format : str
        The format's title.
    encoding, separated_by : str
        How the file is written.
    columns : tuple of (str, str)
        Each field that was found, and the heading of its column.
    unused : tuple of str
        The headings of the other columns.
    entries : tuple of Entry
    left_out : tuple of Remark
        Rows about people who do not take part, with their entries.
    rejected : tuple of Remark
        Rows that cannot be read.
    warnings : tuple of Remark
        What is odd in rows that can be.
    """

    format: str
    encoding: str
    separated_by: str
    columns: tuple[tuple[str, str], ...]
    unused: tuple[str, ...]
    entries: tuple[Entry, ...]
    left_out: tuple[Remark, ...] = ()
    rejected: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()
