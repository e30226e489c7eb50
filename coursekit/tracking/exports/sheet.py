r"""A CSV file in which single cells are changed, and everything else stays as it is, byte for byte.

Cells are found as Moodle finds them, that is as PHP does, where ``\"`` in quotation marks ends nothing; or by the
rules of most other programs where only that gives every row as many cells as the first.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from coursekit.csvread import decode, read_bytes
from coursekit.errors import InputError
from coursekit.text import one_line, plural

_DELIMITERS = (",", ";", "\t")
_ENDS = "\r\n"


class _OpenError(Exception):
    """A quotation mark is not closed."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: from where to where it stands in the text, and what it says."""

    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row that is not empty, and the line on which it begins; lines count from 1.

    `doubtful`: the other way of reading finds other cells, and as many.
    """

    number: int
    cells: tuple[Cell, ...]
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV file.

    Attributes
    ----------
    text : str
        All of it, the byte-order mark too.
    lines : tuple of Line
        The header first; each has as many cells as it.
    encoding, delimiter : str
    """

    text: str
    lines: tuple[Line, ...]
    encoding: str
    delimiter: str

    def changed(self, cells: Mapping[Cell, str]) -> bytes:
        """Return the file as UTF-8 with other contents in some cells."""
        parts, at = [], 0
        for cell in sorted(cells, key=lambda one: one.start):
            parts += [self.text[at : cell.start], _written(cells[cell], self.delimiter)]
            at = cell.end
        return "".join([*parts, self.text[at:]]).encode("utf-8")


def _written(value: str, delimiter: str) -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator="").writerow([value, ""])
    return file.getvalue()[: -len(delimiter)]


def read_raw(path: Path) -> Sheet:
    """Read a CSV file.

    Raises
    ------
    InputError
        If it cannot be read, is none, or its rows differ in how many cells they have; with the line.
    """
    name = one_line(path.name, 80)
    text, encoding = decode(read_bytes(path), name)
    if encoding == "utf-8-sig":
        text = "\ufeff" + text
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise InputError(
            f"{name}, line {line}: expected text, found a NUL byte",
            "Download the file again, and do not edit it.",
        )
    start = 1 if text.startswith("\ufeff") else 0
    head = next((line for line in text[start:].splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=head.count)
    problems: list[str] = []
    # Moodle's way first: it is Moodle that will read it again.
    ways = [_even(text, start, delimiter, name, problems, escape=escape) for escape in (True, False)]
    found = next((lines for lines in ways if lines is not None), None)
    if found is not None:
        return Sheet(text, _doubting(found, ways[1]), encoding, delimiter)
    raise InputError(
        f"{name}, {problems[-1]}", "Moodle takes no such file. Download it again, and do not edit it before."
    )


def _even(
    text: str, start: int, delimiter: str, name: str, problems: list[str], *, escape: bool
) -> tuple[Line, ...] | None:
    """Return the rows if each has as many cells as the first, else say in `problems` what is wrong."""
    try:
        lines = tuple(_lines(text, start, delimiter, escape=escape))
    except _OpenError as error:
        problems.append(f"line {error.args[0]}: a quotation mark is opened and not closed")
        return None
    if not lines:
        raise InputError(f"expected a CSV file, but {name} is empty", "Download it again.")
    width = len(lines[0].cells)
    wrong = next((line for line in lines if len(line.cells) != width), None)
    if wrong is not None:
        problems.append(
            f"line {wrong.number}: expected {plural(width, 'cell')} as in the first row, found {len(wrong.cells)}"
        )
        return None
    return lines


def _doubting(lines: tuple[Line, ...], other: tuple[Line, ...] | None) -> tuple[Line, ...]:
    """Mark the rows in which another way of reading ends cells elsewhere."""
    if other is None or other is lines:
        return lines
    there = {tuple((cell.start, cell.end) for cell in line.cells) for line in other}
    return tuple(
        line
        if tuple((cell.start, cell.end) for cell in line.cells) in there
        else replace(line, doubtful=True)
        for line in lines
    )


def _lines(text: str, start: int, delimiter: str, *, escape: bool) -> list[Line]:
    found, cells, at, number = [], [], start, 1
    begin = number
    while True:
        cell = _cell(text, at, delimiter, begin, escape=escape)
        cells.append(cell)
        number += text.count("\n", cell.start, cell.end)
        at = cell.end
        if at < len(text) and text[at] == delimiter:
            at += 1
            continue
        if len(cells) > 1 or cells[0].value.strip():
            found.append(Line(begin, tuple(cells)))
        if at >= len(text):
            return found
        at += 2 if text.startswith("\r\n", at) else 1
        number += 1
        cells, begin = [], number


def _cell(text: str, at: int, delimiter: str, line: int, *, escape: bool) -> Cell:
    first = at
    while first < len(text) and text[first] == " ":
        first += 1
    if not text.startswith('"', first):
        end = _unquoted(text, at, delimiter)
        return Cell(at, end, text[at:end])
    parts, begin = [], first + 1
    mark = begin
    while True:
        mark = text.find('"', mark)
        if mark < 0:
            raise _OpenError(line)
        if escape and _hidden(text, begin, mark):
            mark += 1
        elif text.startswith('""', mark):
            parts.append(text[begin : mark + 1])
            begin = mark = mark + 2
        else:
            parts.append(text[begin:mark])
            # What stands between the mark and the separator belongs to the cell, for Moodle too.
            end = _unquoted(text, mark + 1, delimiter)
            return Cell(at, end, "".join([*parts, text[mark + 1 : end]]))


def _hidden(text: str, begin: int, mark: int) -> bool:
    """Whether an odd number of backslashes stands before a quotation mark."""
    at = mark
    while at > begin and text[at - 1] == "\\":
        at -= 1
    return (mark - at) % 2 == 1


def _unquoted(text: str, at: int, delimiter: str) -> int:
    while at < len(text) and text[at] != delimiter and text[at] not in _ENDS:
        at += 1
    return at
