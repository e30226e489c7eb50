"""Reading CSV files from anywhere: any usual encoding and separator, with the line numbers that an editor shows.

Nothing is guessed from statistics. The encoding is told by a byte-order mark or by whether the bytes are UTF-8,
the separator by what stands in the first line. A row that cannot be read is kept apart, and the others go on.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import InputError
from coursekit.text import one_line

#: A roster of thousands with dozens of columns has less; a mistaken file of gigabytes is not read.
LIMIT = 10 * 1024 * 1024
#: A cell may hold a line break; more than a few are a quotation mark that nobody closed.
MOST_LINES = 6

_LINE_BREAK = re.compile("\r\n|\r|\n")
#: What separates cells, and how messages call it.
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)
_AS_CSV = "Open it with the program that made it, and save or download it as CSV (in Excel: 'CSV UTF-8')."
_OTHER_KINDS = (
    (b"PK\x03\x04", "a spreadsheet (XLSX, ODS) or another ZIP file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file (XLS)"),
    (b"%PDF", "a PDF"),
    (b"SQLite format 3\x00", "a database"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)


def comparable_heading(text: str) -> str:
    """Give the form in which headings count as the same: ``E-Mail-Adresse`` and ``e_mail adresse``."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"[^\W_]+", folded))


@dataclass(frozen=True, slots=True)
class Row:
    """A row's cells, and the line on which it begins; lines count from 1."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that is none, and why."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a CSV file holds, without its empty rows; the header is a row like any other.

    Attributes
    ----------
    rows : tuple of Row
    unreadable : tuple of Unreadable
    encoding : str
        As Python calls it.
    delimiter : str
        One character.
    """

    rows: tuple[Row, ...]
    unreadable: tuple[Unreadable, ...]
    encoding: str
    delimiter: str

    @property
    def separated_by(self) -> str:
        """The separator in words."""
        return DELIMITERS[self.delimiter]


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file.

    Raises
    ------
    InputError
        If there is no such file, it cannot be read, is too large, is of another kind or holds nothing.
    """
    return parse_sheet(read_bytes(path), one_line(path.name, 80))


def parse_sheet(data: bytes, where: str) -> Sheet:
    """Read a CSV file's bytes; `where` names it in errors.

    Raises
    ------
    InputError
        If it is too large, of another kind, or holds nothing.
    """
    text, encoding = decode(data, where)
    lines = lines_of(text)
    first = next(number for number, line in enumerate(lines) if line.strip())
    told = re.fullmatch(r'"?sep=(.)"?', lines[first].strip())
    if told and told[1] in DELIMITERS:
        # The line by which Excel tells itself.
        delimiter, first = told[1], first + 1
    else:
        delimiter = _delimiter(lines[first])
    found = list(rows_of(lines, first, delimiter))
    rows = tuple(row for row in found if isinstance(row, Row) and any(cell.strip() for cell in row.cells))
    return Sheet(rows, tuple(row for row in found if isinstance(row, Unreadable)), encoding, delimiter)


def read_bytes(path: Path) -> bytes:
    """Read a file's bytes, at most one more than `LIMIT`.

    Raises
    ------
    InputError
        If there is no such file.
    """
    if not path.is_file():
        what = "a folder" if path.is_dir() else "nothing" if not path.exists() else "something else"
        raise InputError(
            f"expected a CSV file at {one_line(str(path))}, but found {what}",
            "Give the path to a file that was exported as CSV.",
        )
    with path.open("rb") as file:
        return file.read(LIMIT + 1)


def decode(data: bytes, where: str) -> tuple[str, str]:
    """Return a CSV file's text, and its encoding as Python calls it; `where` names it in errors.

    Raises
    ------
    InputError
        If it is too large, of another kind, or holds nothing.
    """
    if len(data) > LIMIT:
        raise InputError(
            f"expected a CSV file of at most {LIMIT // 1024**2} MB, but {where} has more",
            "Check that it is the right file, and leave out what is not needed.",
        )
    text, encoding = _text(data, where)
    if not text.strip():
        raise InputError(
            f"expected a CSV file with a header and rows, but {where} is empty", "Export it again."
        )
    return text, encoding


def lines_of(text: str) -> list[str]:
    """Return the lines as an editor shows them."""
    return _LINE_BREAK.split(text)


def _text(data: bytes, where: str) -> tuple[str, str]:
    for begin, kind in _OTHER_KINDS:
        if data.startswith(begin):
            raise InputError(f"expected a CSV file, but {where} is {kind}", _AS_CSV)
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "") or _unmarked(data[:4096])
    if encoding:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            raise InputError(
                f"expected a CSV file, but {where} begins like one in {encoding.upper()} and is none", _AS_CSV
            ) from None
    if data.count(b"\x00") > 8 + len(data) // 2000:
        raise InputError(f"expected a CSV file, but {where} is a binary file", _AS_CSV)
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            pass
    return data.decode("latin-1"), "latin-1"


def _unmarked(begin: bytes) -> str:
    """Tell UTF-16 without a byte-order mark: every other byte of ordinary letters is zero."""
    half = len(begin) // 2
    if half >= 4:
        for odd, name in ((1, "utf-16-le"), (0, "utf-16-be")):
            if begin[odd::2].count(0) > 0.7 * half and begin[1 - odd :: 2].count(0) < 0.1 * half:
                return name
    return ""


def _delimiter(header: str) -> str:
    # What stands in quotation marks separates nothing.
    plain = re.sub(r'"[^"]*"', "", header)
    return max(DELIMITERS, key=plain.count)


def rows_of(lines: list[str], first: int, delimiter: str) -> Iterator[Row | Unreadable]:
    """Read the rows from line `first` on, counted from 0; empty lines are none."""
    number = first
    while number < len(lines):
        line = lines[number]
        if '"' not in line:
            if line.strip():
                yield Row(number + 1, tuple(line.split(delimiter)))
            number += 1
            continue
        row, used = _quoted(lines[number : number + MOST_LINES], number + 1, delimiter)
        yield row
        number += used


def _quoted(lines: list[str], number: int, delimiter: str) -> tuple[Row | Unreadable, int]:
    """Read the row that begins with the first of `lines`, and say how many of them it takes."""
    message = ""
    for count in range(1, len(lines) + 1):
        try:
            # A space before a quotation mark is common in files written by hand.
            cells = next(
                csv.reader(
                    [f"{line}\n" for line in lines[:count]],
                    delimiter=delimiter,
                    strict=True,
                    skipinitialspace=delimiter != "\t",
                )
            )
            return Row(number, tuple(cells)), count
        except csv.Error as error:
            # What is wrong with the first line, not with those that were taken for a part of it.
            message = message or str(error)
            if "unexpected end" not in str(error):
                break
    if "unexpected end" in message:
        why = "a quotation mark is opened and not closed"
    elif "field larger" in message:
        why = "a cell is too long"
    else:
        why = "a quotation mark within a cell is not doubled"
    return Unreadable(number, f"expected cells separated by {DELIMITERS[delimiter]}, but {why}"), 1
