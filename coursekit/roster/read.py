"""From a file to entries: recognizes the format, and reads row by row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from coursekit.csvread import Row, Sheet, comparable_heading, read_sheet
from coursekit.errors import InputError
from coursekit.git.address import check_address
from coursekit.roster.cells import (
    STUDENTS,
    TAKING_PART,
    account_number_of,
    account_of,
    email_of,
    named,
    number_of,
    tidy,
)
from coursekit.roster.entry import Entry, Reading, Remark
from coursekit.roster.format import FIELDS, Layout, recognize
from coursekit.text import one_line, plural

#: A course has up to 1,000 students.
MOST_ROWS = 20_000

# What people write into a cell that holds nothing.
_NONE = {"-", "–", "—"}


def read_roster(
    path: Path, *, mapping: Mapping[str, str] | None = None, status: Collection[str] = ()
) -> Reading:
    """Read a roster, in any of the formats that are known.

    Parameters
    ----------
    path : Path
        A CSV file.
    mapping : mapping, optional
        A field of `coursekit.roster.format.FIELDS`, and the heading or number of its column, where the format
        is not known or is to be read in another way; an empty heading means that the field is not used.
    status : collection of str, optional
        Who takes part besides those whose status says so.

    Returns
    -------
    Reading
        Rows that cannot be read are among its remarks.

    Raises
    ------
    InputError
        If nothing can be read: there is no such file, it is none, or its columns are not known.
    """
    sheet = read_sheet(path)
    where = one_line(path.name, 80)
    if not sheet.rows:
        raise InputError(
            f"expected a header in {where}, but its first row cannot be read", "Open it in an editor."
        )
    header, rows = sheet.rows[0], sheet.rows[1:]
    if any(one.line < header.line for one in sheet.unreadable):
        raise InputError(
            f"expected a header in {where}, but line {sheet.unreadable[0].line} cannot be read: "
            f"{sheet.unreadable[0].message}"
        )
    layout = recognize(header.cells, mapping or {}, where)
    if not rows and not sheet.unreadable:
        raise InputError(f"expected rows below the header in {where}, but found none", "Export it again.")
    if len(rows) > MOST_ROWS:
        raise InputError(f"expected at most {MOST_ROWS} rows in {where}, but found {len(rows)}")
    return _read(sheet, header, layout, {comparable_heading(word) for word in status})


def _read(sheet: Sheet, header: Row, layout: Layout, status: Collection[str]) -> Reading:
    entries, left_out, warnings = [], [], []
    rejected = [Remark(one.line, one.message) for one in sheet.unreadable]
    for row in sheet.rows[1:]:
        notes: list[str] = []
        try:
            entry, why_not = _entry(row, len(header.cells), layout, status, notes.append)
        except InputError as error:
            rejected.append(Remark(row.line, error.message))
            continue
        if why_not:
            left_out.append(Remark(row.line, why_not, entry))
        else:
            entries.append(entry)
            warnings += [Remark(row.line, note, entry) for note in notes]
    # Above the columns of the format, in the order in which people read them.
    names = [name for name in (*FIELDS, "identifier") if name in layout.columns]
    texts = [one_line(text, 60) or f"column {n}" for n, text in enumerate(header.cells, start=1)]
    used = {layout.columns[name] for name in names}
    return Reading(
        format=layout.format.title,
        encoding=sheet.encoding,
        separated_by=sheet.separated_by,
        columns=tuple((FIELDS.get(name, name), texts[layout.columns[name]]) for name in names),
        unused=tuple(texts[n] for n, text in enumerate(header.cells) if n not in used and text.strip()),
        entries=tuple(entries),
        left_out=tuple(left_out),
        rejected=tuple(sorted(rejected, key=lambda remark: remark.line)),
        warnings=tuple(warnings),
    )


def _entry(
    row: Row, width: int, layout: Layout, status: Collection[str], note: Callable[[str], None]
) -> tuple[Entry, str]:
    """Read a row, and say why the person does not take part, if that is so."""
    if len(row.cells) > width and any(cell.strip() for cell in row.cells[width:]):
        raise InputError(
            f"expected {plural(width, 'cell')}, but found {len(row.cells)}; "
            "a text with a separator in it stands in quotation marks"
        )
    if len(row.cells) < width:
        note(f"expected {plural(width, 'cell')}, but found {len(row.cells)}; the others are taken as empty")
    cells = {}
    for name, at in layout.columns.items():
        if at >= len(row.cells):
            continue
        if name == "repository":
            cells[name] = row.cells[at].strip()
            continue
        cells[name], odd = tidy(row.cells[at], free=name not in ("email", "account"))
        for what in odd:
            note(f"{FIELDS.get(name, name)} {one_line(cells[name], 60)!r}: {what}")
    cells = layout.format.refine(cells, note)
    return _checked(cells, row.line, note), _why_not(cells, status)


def entry_of(values: Mapping[str, str]) -> Entry:
    """Read what was typed about one person, by the fields of `coursekit.roster.format.FIELDS`.

    Raises
    ------
    InputError
        If a value is none.
    """
    cells = {
        name: tidy(value)[0] if name != "repository" else value.strip() for name, value in values.items()
    }
    return _checked(cells, 0, None)


def _checked(cells: Mapping[str, str], line: int, note: Callable[[str], None] | None) -> Entry:
    """Check the cells; what a person can do without is left out and noted, where there is a `note`."""

    def optional(read: Callable[[str], str], name: str) -> str:
        text = cells.get(name, "")
        try:
            return read(text) if text.strip() else ""
        except InputError as error:
            if note is None:
                raise
            note(f"{error.message}; it is left out")
            return ""

    name = cells.get("name") or " ".join(filter(None, (cells.get("first_name"), cells.get("last_name"))))
    entry = Entry(
        line=line,
        name=named(name, "a name") if name else "",
        email=email_of(cells.get("email", "")),
        account=optional(account_of, "account"),
        account_id=optional(account_number_of, "account_id"),
        id_number=optional(number_of, "id_number"),
        section=cells.get("section", ""),
        group=optional(lambda text: "" if text in _NONE else named(text, "a group's name"), "group"),
        repository=optional(check_address, "repository"),
        nickname="nickname" in cells,
    )
    if not entry.called:
        raise InputError("expected a name, but found none", "Write a name in this row.")
    return entry


def _why_not(cells: Mapping[str, str], status: Collection[str]) -> str:
    # Who has several roles has them separated by commas: a teacher who is also a student is a teacher.
    for role in cells.get("role", "").split(","):
        if comparable_heading(role) not in STUDENTS:
            return f"the role is {one_line(role, 40)!r}"
    word = comparable_heading(cells.get("status", ""))
    if word not in TAKING_PART and word not in status:
        return f"the status is {one_line(cells['status'], 40)!r}"
    return ""
