"""Reads what students wish for: with whom they want to work, with whom not, and on which topics."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from coursekit.csvread import Row, parse_sheet
from coursekit.errors import InputError
from coursekit.grouping.listed import Unclear, column_key, split_people, tidy_rows, unreadable
from coursekit.grouping.value import Wish
from coursekit.people import People, Person, fold
from coursekit.text import nearest, one_line

_EXAMPLE = (
    "For example:  student;with;topics;not with   and below it   Ada Lovelace;alan@example.org;bees, birds;"
)

# What the columns are called; a number may follow (Topic 1, Topic 2), which then gives the order.
_COLUMNS = {
    "avoid": ("notwith", "avoid", "avoids", "nichtmit", "ohne"),
    "people": (
        *("with", "people", "partner", "partners", "friend", "friends", "prefers", "preferredpeople"),
        *("workwith", "mit", "wunschpartner", "personen"),
    ),
    "topics": (
        *("topic", "topics", "idea", "ideas", "project", "projects", "preferredtopics", "preferredideas"),
        *("thema", "themen", "projekt", "projekte"),
    ),
    "student": (
        *("student", "name", "email", "emailaddress", "mail", "account", "username", "fullname"),
        *("studierende", "studierender", "emailadresse"),
    ),
}


@dataclass(frozen=True, slots=True)
class WishList:
    """Wishes by student's id, and what could not be understood or contradicts itself."""

    wishes: dict[int, Wish]
    unclear: tuple[Unclear, ...]


def read_wishes(data: bytes, where: str, people: People, topics: Sequence[str] = ()) -> WishList:
    """Read a CSV file with a row a student; what is unclear is left aside, and the rest counts.

    Parameters
    ----------
    data : bytes
        Columns for the student, and for people, topics (the dearest first) and people to avoid; each may stand
        in one cell, separated by commas or semicolons, or in several columns (``Topic 1``, ``Topic 2``).
    where : str
        What error messages call the file.
    people : People
        All students of the course.
    topics : sequence of str, optional
        What the course offers. Another topic counts as well, unless it is only spelled differently.

    Raises
    ------
    InputError
        If the file is empty, or has no column for the student or none for wishes; with the line.
    """
    sheet = parse_sheet(data, where)
    rows = tidy_rows(sheet)
    if not rows:
        raise InputError(f"{where}: expected a row for each student, but found none", _EXAMPLE)
    columns = _columns(rows[0], where)
    reading = _Reading(people, topics)
    reading.unclear += unreadable(sheet)
    for row in rows[1:]:
        cells: dict[str, list[str]] = {kind: [] for kind in _COLUMNS}
        for kind, cell in zip(columns, row.cells, strict=False):
            if kind and cell:
                cells[kind].append(cell)
        reading.row(row.line, cells)
    return WishList(reading.finish(), tuple(sorted(reading.unclear, key=lambda one: one.line)))


def _columns(header: Row, where: str) -> list[str]:
    """Return the kind of each column; of one that means nothing here (a time stamp), nothing."""
    found = []
    for cell in header.cells:
        key = re.sub(r"\d+$", "", column_key(cell))
        found.append(next((kind for kind, names in _COLUMNS.items() if key in names), ""))
    if "student" not in found:
        raise InputError(
            f"{where}, line {header.line}: expected a column called student (or email, name, account), but found "
            + _listed(header),
            _EXAMPLE,
        )
    if not {"people", "topics", "avoid"} & set(found):
        raise InputError(
            f"{where}, line {header.line}: expected a column called with, topics or not with, but found "
            + _listed(header),
            _EXAMPLE,
        )
    return found


def _listed(header: Row) -> str:
    return ", ".join(one_line(cell, 40) for cell in header.cells[:10] if cell)


class _Reading:
    """What has been read so far."""

    def __init__(self, people: People, topics: Sequence[str]) -> None:
        self._people = people
        self._offered = {fold(topic): topic for topic in topics}
        self._others: dict[str, str] = {}
        self._found: dict[int, tuple[Person, int, Wish]] = {}
        self.unclear: list[Unclear] = []

    def row(self, line: int, cells: dict[str, list[str]]) -> None:
        """Take one row; a student's later row takes the place of the earlier one, as forms are sent again."""
        if not cells["student"]:
            self.unclear.append(Unclear(line, "expected a student in this row, found none"))
            return
        student = self._student(line, cells["student"])
        if student is None:
            return
        wanted = self._persons(line, student, cells["people"])
        avoided = self._persons(line, student, cells["avoid"])
        for one in [one for one in wanted if one in avoided]:
            wanted.remove(one)
            self.unclear.append(
                Unclear(
                    line,
                    f"expected each person once, but {student.shown} wants to work with {one.shown} and not to",
                    "The wish not to counts until this row is corrected.",
                )
            )
        if student.id in self._found:
            before = self._found[student.id][1]
            self.unclear.append(
                Unclear(
                    before,
                    f"expected one row for each student, but {student.shown} has a later one on line {line}",
                    "The later row counts.",
                )
            )
        wish = Wish(
            tuple(one.id for one in wanted),
            tuple(one.id for one in avoided),
            tuple(self._topics(line, cells["topics"])),
        )
        self._found[student.id] = (student, line, wish)

    def finish(self) -> dict[int, Wish]:
        """Return the wishes, after a look at those of two students that contradict each other."""
        for student, line, wish in self._found.values():
            for other in wish.people:
                there = self._found.get(other)
                if there and student.id in there[2].avoid:
                    self.unclear.append(
                        Unclear(
                            line,
                            f"expected wishes that can be met, but {student.shown} wants to work with {there[0].shown}, "
                            f"who does not want to (line {there[1]})",
                            "The wish not to counts.",
                        )
                    )
        return {student: wish for student, (_, _, wish) in self._found.items()}

    def _student(self, line: int, cells: list[str]) -> Person | None:
        error: InputError | None = None
        # The address tells for sure whom the row is about, where a name may not.
        for text in sorted(cells, key=lambda cell: "@" not in cell):
            try:
                return self._people.find(text)
            except InputError as found:
                error = error or found
        assert error is not None
        self.unclear.append(Unclear(line, error.message, error.hint))
        return None

    def _persons(self, line: int, student: Person, cells: list[str]) -> list[Person]:
        found: list[Person] = []
        for text in (one for cell in cells for one in split_people(cell, self._people)):
            try:
                person = self._people.find(text)
            except InputError as error:
                self.unclear.append(Unclear(line, error.message, error.hint))
                continue
            if person.id == student.id:
                self.unclear.append(
                    Unclear(line, f"expected other people, but {student.shown} names themself")
                )
            elif person not in found:
                found.append(person)
        return found

    def _topics(self, line: int, cells: list[str]) -> list[str]:
        found: list[str] = []
        for text in (topic for cell in cells for topic in self._split(cell)):
            key = fold(text)
            topic = self._offered.get(key) or self._others.get(key)
            if topic is None:
                close = nearest(text, list(self._offered.values()))
                if close and fold(close).startswith(key):
                    topic = close
                else:
                    topic = self._others[key] = one_line(text, 100)
                    hint = f"Did they mean {one_line(close, 60)!r}?" if close else ""
                    if self._offered:
                        said = f"{topic!r} is none of the topics in course.toml; it counts as one of its own"
                        self.unclear.append(Unclear(line, said, hint))
            if topic not in found:
                found.append(topic)
        return found

    def _split(self, cell: str) -> list[str]:
        # A title may hold a comma itself.
        if fold(cell) in self._offered:
            return [cell]
        return [" ".join(part.split()) for part in re.split(r"[,;|\n]", cell) if part.strip()]
