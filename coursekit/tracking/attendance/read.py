"""Reads lists of a meeting's participants, in any of the formats that are known."""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from coursekit.csvread import (
    DELIMITERS,
    Row,
    Unreadable,
    comparable_heading,
    decode,
    lines_of,
    read_bytes,
    rows_of,
)
from coursekit.errors import InputError
from coursekit.text import clean, one_line
from coursekit.tracking.attendance.format import (
    FIELDS,
    Cells,
    Format,
    Layout,
    Table,
    all_formats,
    layout_of,
    said_layout,
)
from coursekit.tracking.attendance.listing import Entry, Listing, Remark
from coursekit.tracking.attendance.moments import Stamp, read_duration, read_moment

#: A thousand people who join a hundred times each; a mistaken file of a million rows is not read.
MOST_ROWS = 100_000
# A block about the meeting, and nothing else, may stand above the headings.
_MOST_ABOVE = 100
_LONGEST = 200
_LONGEST_HEADER = 20_000

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_PROTECTED = re.compile(r"'(?=[=+@\t\r-])")
_DIGIT = re.compile(r"\d")
_NUMBERED = re.compile(r"\s*\d+\. ?\w")
_NOTHING = {"", "-", "--", "–", "—", "n/a", "na", "none"}
_YES = {
    "yes",
    "ja",
    "x",
    "1",
    "true",
    "wahr",
    "y",
    "j",
    "✓",
    "✔",
    "present",
    "anwesend",
    "attended",
    "oui",
    "sì",
    "sí",
}
_NO = {
    "no",
    "nein",
    "0",
    "false",
    "falsch",
    "n",
    "✗",
    "absent",
    "abwesend",
    "missed",
    "non",
    "",
    "-",
    "--",
    "entschuldigt",
}


def read_listing(path: Path, *, mapping: Mapping[str, str] | None = None) -> Listing:
    """Read a list of participants.

    Parameters
    ----------
    path : Path
        A CSV file.
    mapping : mapping, optional
        A field of `coursekit.tracking.attendance.format.FIELDS`, and the heading or number of its column, where
        the format is not known.

    Returns
    -------
    Listing
        Rows that cannot be read are among its `rejected`.

    Raises
    ------
    InputError
        If nothing can be read: there is no such file, it is none, or its columns are not known.
    """
    return parse_listing(read_bytes(path), path.name, mapping=mapping)


def parse_listing(data: bytes, source: str, *, mapping: Mapping[str, str] | None = None) -> Listing:
    """Read a list of participants from its bytes; see `read_listing`."""
    where = one_line(source, 80)
    text, encoding = decode(data, where)
    lines = lines_of(text)
    for number, line in enumerate(lines, start=1):
        if "\x00" in line:
            raise InputError(
                f"expected a CSV file, but line {number} of {where} holds a NUL byte: the file is damaged",
                "Export it again.",
            )
    first, delimiter, layout = _header(lines, mapping or {}, where)
    tables, formats, unreadable = _tables(lines, first, delimiter, layout, where, mapped=bool(mapping))
    form = max(formats, key=lambda one: len(one.own)) if len(formats) > 1 else formats[0]
    chosen = form.choose(tables)
    entries: list[Entry] = []
    left_out: list[Remark] = []
    rejected = [Remark(one.line, one.message) for one in unreadable]
    for table in chosen:
        for number, cells in table.rows:
            try:
                found = _entry(number, cells)
            except InputError as error:
                rejected.append(Remark(number, error.message, _name(cells)))
                continue
            if isinstance(found, Remark):
                left_out.append(found)
            else:
                entries.append(found)
    if not entries and not rejected and not left_out:
        raise InputError(f"expected rows below the headings in {where}, but found none", "Export it again.")
    start, end = _meeting(lines[:first], delimiter, form)
    return Listing(
        source=source,
        content=hashlib.sha256(data).hexdigest(),
        format=form.title,
        encoding=encoding,
        separated_by=DELIMITERS[delimiter],
        columns=chosen[0].headings,
        entries=tuple(entries),
        left_out=tuple(left_out),
        rejected=tuple(sorted(rejected, key=lambda remark: remark.line)),
        start=start,
        end=end,
    )


def _header(lines: Sequence[str], mapping: Mapping[str, str], where: str) -> tuple[int, str, Layout]:
    """Find the first row of headings, and what separates its cells; lines count from 0."""
    first_row: list[str] = []
    plain: tuple[int, str, Layout] | None = None
    for number, line in enumerate(lines[:_MOST_ABOVE]):
        best: tuple[int, str, Layout] | None = None
        if len(line) > _LONGEST_HEADER:
            continue
        for delimiter in DELIMITERS:
            cells = _split(line, delimiter)
            if len(cells) > len(first_row) and not _is_told(line):
                first_row = first_row if len(first_row) > 1 else cells
            layout = said_layout(cells, mapping) if mapping else layout_of(cells)
            if layout and (best is None or len(layout.columns) > best[0]):
                best = len(layout.columns), delimiter, layout
        if best and best[2].format.title != "plain":
            return number, best[1], best[2]
        if best and plain is None:
            # The block about a meeting has its host's address: a table of participants below it goes before.
            plain = number, best[1], best[2]
    if plain:
        return plain
    shown = ", ".join(repr(one_line(text, 40)) for text in first_row[:12] if text.strip())
    if mapping:
        raise InputError(
            f"expected columns {', '.join(repr(one_line(one, 40)) for one in mapping.values() if one)} in {where}, "
            f"but found {shown}",
            "A number means the column at that place.",
        )
    raise InputError(
        f"expected a list of participants in {where}, but its columns are {shown}",
        f"Known are {', '.join(one.title for one in all_formats() if one.title != 'plain')}, and files with a column "
        f'"name" or "email". Or say which column is what:  --map name="{one_line(next(iter(first_row), "…"), 30)}" . '
        f"Fields are: {', '.join(FIELDS)}.",
    )


def _is_told(line: str) -> bool:
    """Whether this is the line by which Excel tells itself what separates cells."""
    return re.fullmatch(r'"?sep=.?"?', line.strip()) is not None


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=delimiter != "\t"), [])
    except csv.Error:
        return []


class _Building:
    """A table while its rows are read."""

    def __init__(self, row: Row, layout: Layout) -> None:
        texts = [one_line(text, 60) or f"column {n}" for n, text in enumerate(row.cells, start=1)]
        self.layout = layout
        self.headings = tuple(
            (FIELDS[name], texts[layout.columns[name]]) for name in FIELDS if name in layout.columns
        )
        self.rows: list[tuple[int, Cells]] = []
        # Where the heading says so; elsewhere the course's time zone is meant.
        self.utc = [
            name for name, at in layout.columns.items() if comparable_heading(row.cells[at]).endswith(" utc")
        ]
        self.ended = False
        self.last_is_title = False

    def add(self, row: Row) -> None:
        """Take a row; what stands alone in one may be the title of the next table, which is known by then only."""
        columns = self.layout.columns
        alone = len(columns) > 1 and not any(cell.strip() for cell in row.cells[1:])
        if alone and _NUMBERED.match(row.cells[0]):
            self.ended = True
        if self.ended or not any(cell.strip() for cell in row.cells):
            return
        self.last_is_title = alone
        cells = {name: row.cells[at].strip() if at < len(row.cells) else "" for name, at in columns.items()}
        for name in self.utc:
            cells[name] += " UTC" if _DIGIT.search(cells[name]) else ""
        self.rows.append((row.line, cells))

    def done(self, *, followed: bool) -> Table:
        """Return the table; `followed` when another one begins."""
        rows = self.rows[:-1] if followed and self.last_is_title else self.rows
        return Table(self.headings, tuple(rows))


def _tables(
    lines: list[str], first: int, delimiter: str, layout: Layout, where: str, *, mapped: bool
) -> tuple[list[Table], list[Format], list[Unreadable]]:
    tables: list[Table] = []
    unreadable: list[Unreadable] = []
    formats = [layout.format]
    building: _Building | None = None
    for count, row in enumerate(rows_of(lines, first, delimiter), start=1):
        if count > MOST_ROWS:
            raise InputError(
                f"expected at most {MOST_ROWS:,} rows in {where}, but there are more",
                "Check that it is the right file.",
            )
        if isinstance(row, Unreadable):
            unreadable.append(row)
            continue
        if building is None:
            building = _Building(row, layout)
            continue
        again = None if mapped else _again(row, layout)
        if again is None:
            building.add(row)
        else:
            tables.append(building.done(followed=True))
            building = _Building(row, again)
            formats.append(again.format)
    if building is not None:
        tables.append(building.done(followed=False))
    return tables, formats, unreadable


def _again(row: Row, layout: Layout) -> Layout | None:
    """Find the headings of another table of the same file."""
    # A person's row has a digit nearly always, in a time or a duration; headings have none.
    if len(row.cells) < 2 or _DIGIT.search("".join(row.cells)):
        return None
    again = layout_of(row.cells)
    if again is None or again.format.title == "plain" != layout.format.title:
        return None
    return again


def _entry(line: int, cells: Cells) -> Entry | Remark:
    name, email = _name(cells), _email(cells.get("email", ""))
    if not name and not email:
        raise InputError("expected a name or an e-mail address, but found none")
    if cells.get("waiting", "").casefold() in _YES - _NO:
        return Remark(line, "in the waiting room, not in the meeting", name or email or "")
    joined, left = _moment(cells, "joined"), _moment(cells, "left")
    duration = _told(cells, "duration")
    seconds = read_duration(duration) if duration else None
    if "present" in cells:
        there = cells["present"].casefold()
        if there in _NO and not (there == "" and (joined or duration)):
            return Remark(line, "did not attend, the file says", name or email or "")
        if there not in _YES | _NO:
            raise InputError(f"expected yes or no, but found {one_line(cells['present'], 40)!r}")
    elif joined is None and left is None and seconds is None and {"joined", "duration"} & cells.keys():
        raise InputError("expected a time or a duration, but found none")
    return Entry(line, name or email or "", email, joined, left, seconds)


def _moment(cells: Cells, field: str) -> Stamp | None:
    text = _told(cells, field)
    return read_moment(text) if text else None


def _told(cells: Cells, field: str) -> str:
    text = cells.get(field, "").strip()
    return "" if text.casefold() in _NOTHING else text


def _name(cells: Cells) -> str:
    name = _tidied(cells.get("name", ""))
    return name or " ".join(
        filter(None, (_tidied(cells.get("first_name", "")), _tidied(cells.get("last_name", ""))))
    )


def _email(text: str) -> str | None:
    # Some write "n/a", or a name, where there is none.
    address = re.sub("^mailto:", "", _tidied(text), flags=re.IGNORECASE)
    return address if re.fullmatch(r"[^@\s]+@[^@\s]+", address) else None


def _tidied(text: str) -> str:
    """Return a cell's text on one line, without what a spreadsheet's protection put before it."""
    text = _CONTROL.sub("", _PROTECTED.sub("", text.strip(), count=1))
    return unicodedata.normalize("NFC", " ".join(clean(text).split()))[:_LONGEST]


def _meeting(above: Sequence[str], delimiter: str, form: Format) -> tuple[Stamp | None, Stamp | None]:
    """Find when the meeting began and ended, beside its heading or below it."""
    rows = [row for row in rows_of(list(above), 0, delimiter) if isinstance(row, Row)]
    found: list[Stamp | None] = []
    for headings in (form.start, form.end):
        places = (
            candidate
            for number, row in enumerate(rows)
            for at, text in enumerate(row.cells)
            if comparable_heading(text) in headings
            for candidate in (
                *rows[number].cells[at + 1 : at + 2],
                *(rows[number + 1].cells[at : at + 1] if number + 1 < len(rows) else ()),
            )
        )
        found.append(_first_moment(places))
    return found[0], found[1]


def _first_moment(texts: Iterable[str]) -> Stamp | None:
    for text in texts:
        try:
            return read_moment(text)
        except InputError:
            continue
    return None
