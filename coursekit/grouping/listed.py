"""Reads a list of groups that an instructor wrote: one group a line, or a table with a row a member."""

from __future__ import annotations

import re
from dataclasses import dataclass

from coursekit.csvread import Row, Sheet, parse_sheet
from coursekit.errors import InputError
from coursekit.people import People, Person, fold
from coursekit.text import clean, one_line

_GROUP = {"group", "groups", "groupname", "team", "gruppe", "gruppen", "gruppenname"}
# What names the person of a row, the surest first.
_PERSON = (
    {"email", "emailaddress", "mail", "emailadresse"},
    {"account", "username", "githubusername", "github", "gitlab", "konto"},
    {"name", "student", "fullname", "studierende", "studierender"},
)
# Columns of which a row may have several, each with one person or more.
_MEMBERS = re.compile(r"(?:member|mitglied|student)(?:s|er)?\d*")


@dataclass(frozen=True, slots=True)
class Unclear:
    """Something in a file that was left aside: on which line, what, and what to do."""

    line: int
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A group of the file; `lines` are those of its members, `named` is how many were written down."""

    name: str
    line: int
    members: tuple[Person, ...] = ()
    lines: tuple[int, ...] = ()
    named: int = 0


@dataclass(frozen=True, slots=True)
class GroupList:
    """What a file says, and what could not be understood."""

    groups: tuple[Listed, ...]
    unclear: tuple[Unclear, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    line: int
    group: str
    texts: tuple[str, ...]


def read_groups(data: bytes, where: str, people: People) -> GroupList:
    """Read groups and their members; who is unclear is left aside, and the others count.

    Parameters
    ----------
    data : bytes
        Lines like ``The Bees: Ada Lovelace, alan@example.org``, or CSV with a column for the group and one for
        the e-mail address, account, or name (or several called member).
    where : str
        What error messages call the file.
    people : People
        All students of the course.

    Raises
    ------
    InputError
        If the file is empty, or no such list.
    """
    sheet = parse_sheet(data, where)
    rows = tidy_rows(sheet)
    columns = [column_key(cell) for cell in rows[0].cells] if rows else []
    unclear: list[Unclear] = []
    if any(column in _GROUP for column in columns) and len(columns) > 1:
        unclear += unreadable(sheet)
        entries = _table(rows[1:], columns, where, rows[0].line, unclear)
    else:
        entries = _lines(rows, sheet.delimiter, people, unclear)
    if not entries and not unclear:
        raise InputError(f"{where}: expected a group on each line, but found none", _EXAMPLE)
    return _collect(entries, people, unclear)


_EXAMPLE = (
    "For example:  The Bees: Ada Lovelace, alan@example.org   or a table with the columns group, email."
)


def split_people(text: str, people: People) -> list[str]:
    """Split a cell or a line into what names one person each; a comma inside a name does not count."""
    parts = [part for part in re.split(r"[;|\n]", text) if part.strip()]
    found: list[str] = []
    for part in parts:
        whole = "," not in part or people.knows(part)
        found += [part] if whole else part.split(",")
    return [" ".join(part.split()) for part in found if part.strip()]


def column_key(cell: str) -> str:
    """Return a column's name without case, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", fold(cell))


def tidy_rows(sheet: Sheet) -> list[Row]:
    """Return the rows with their cells stripped and free of what no text can hold."""
    return [Row(row.line, tuple(clean(cell).strip() for cell in row.cells)) for row in sheet.rows]


def unreadable(sheet: Sheet) -> list[Unclear]:
    """Return the rows that are none."""
    return [Unclear(row.line, row.message, "Save the table again as CSV.") for row in sheet.unreadable]


def _table(
    rows: list[Row], columns: list[str], where: str, line: int, unclear: list[Unclear]
) -> list[_Entry]:
    at = next(n for n, column in enumerate(columns) if column in _GROUP)
    sure = [n for kinds in _PERSON for n, column in enumerate(columns) if column in kinds and n != at]
    several = [n for n, column in enumerate(columns) if _MEMBERS.fullmatch(column) and n not in sure]
    if not sure and not several:
        raise InputError(
            f"{where}, line {line}: expected a column for the members, but found only "
            + ", ".join(one_line(column, 30) for column in columns if column),
            "Call it email, account, name or member.",
        )
    entries = []
    for row in rows:
        cells = [row.cells[n] if n < len(row.cells) else "" for n in range(len(columns))]
        named = [cells[n] for n in several] if several else [next((cells[n] for n in sure if cells[n]), "")]
        if cells[at] and any(named):
            entries.append(_Entry(row.line, cells[at], tuple(one for one in named if one)))
        elif any(named):
            unclear.append(Unclear(row.line, f"expected a group for {one_line(named[0], 60)!r}, found none"))
    return entries


def _lines(rows: list[Row], delimiter: str, people: People, unclear: list[Unclear]) -> list[_Entry]:
    entries = []
    for row in rows:
        # These lines are no cells: what was taken for the separator is put back.
        line, content = row.line, delimiter.join(row.cells).strip()
        if content.startswith("#"):
            continue
        name, colon, members = content.partition(":")
        if not colon or not name.strip():
            unclear.append(
                Unclear(
                    line, f"expected  GROUP: MEMBER, MEMBER , but found {one_line(content, 60)!r}", _EXAMPLE
                )
            )
            continue
        entries.append(_Entry(line, " ".join(name.split()), tuple(split_people(members, people))))
    return entries


def _collect(entries: list[_Entry], people: People, unclear: list[Unclear]) -> GroupList:
    names: dict[str, tuple[str, int]] = {}
    found: dict[str, list[tuple[Person, int]]] = {}
    named: dict[str, int] = {}
    places: dict[int, tuple[str, int]] = {}
    twice: set[int] = set()
    for entry in entries:
        key = fold(entry.group)
        names.setdefault(key, (entry.group, entry.line))
        members = found.setdefault(key, [])
        for text in (one for cell in entry.texts for one in split_people(cell, people)):
            named[key] = named.get(key, 0) + 1
            try:
                person = people.find(text)
            except InputError as error:
                unclear.append(Unclear(entry.line, error.message, error.hint))
                continue
            before = places.setdefault(person.id, (key, entry.line))
            if before[0] != key:
                twice.add(person.id)
                unclear.append(
                    Unclear(
                        entry.line,
                        f"expected every student in one group, but {person.shown} is in "
                        f"{one_line(names[before[0]][0], 60)!r} too (line {before[1]})",
                        "Take the name out of one of them; until then it counts in neither.",
                    )
                )
            elif all(person.id != other.id for other, _ in members):
                members.append((person, entry.line))
    groups = []
    for key, (name, line) in names.items():
        members = [(person, at) for person, at in found[key] if person.id not in twice]
        found_members, lines = tuple(one for one, _ in members), tuple(at for _, at in members)
        groups.append(Listed(name, line, found_members, lines, named.get(key, 0)))
    return GroupList(tuple(groups), tuple(sorted(unclear, key=lambda one: one.line)))
