"""The offline grading worksheet of a Moodle assignment: downloaded there, filled here, uploaded again.

What Moodle (versions 2.5 to 5.1) does with it, and what follows:

- It finds the columns by their names in the language of who uploads: the identifier, the grade and 'Last modified
  (grade)' must be there, and feedback is known by its column's name. So the header stays as it is, and the file must be
  uploaded in the language in which it was downloaded.
- A row is known by its identifier (``Participant 12345``, ``Teilnehmer/in12345``), of which Moodle cuts off the word
  before the number. It stays, as do all other cells and the order of the rows.
- A row is skipped where the grade was changed in Moodle after the moment in 'Last modified (grade)'. That cell stays
  too: written anew it would hide that somebody else graded in between. In a language other than English Moodle cannot
  read its own date, and skips every row that had a grade, unless 'Allow updating records that have been modified more
  recently in Moodle than in the spreadsheet' is ticked.
- It skips grades that are locked ('Grade can be changed': No), above the maximum, or not among the scale's words, which
  it compares letter by letter. With rubrics or marking guides there is no worksheet.
- In an assignment for groups every member has a row, with the group's name in the column 'Group'. Where names are hidden
  (anonymous submissions) a row is matched by that column alone, and gets what is the same for the whole group.
- Older versions take only UTF-8 with commas; 4.1 and later let one choose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit.csvwrite import guarded
from coursekit.errors import InputError
from coursekit.store.people import comparable
from coursekit.text import one_line, plural
from coursekit.tracking.exports.export import Bundle, Data, Export, GroupResult, LeftOut, Made, Option, Result
from coursekit.tracking.exports.grading import Grading
from coursekit.tracking.exports.matching import match_rows
from coursekit.tracking.exports.moodle import as_html
from coursekit.tracking.exports.sheet import Cell, Line, Sheet, read_raw
from coursekit.tracking.exports.words import feedback_lines, group_lines, named, unknown_sessions

#: As Moodle names its columns, in English and German.
_COLUMNS = {
    "identifier": ("identifier", "id"),
    "name": ("full name", "vollständiger name", "name"),
    "email": ("email address", "e-mail-adresse", "email", "e-mail"),
    "id_number": ("id number", "id-nummer", "matrikelnummer"),
    "username": ("username", "anmeldename"),
    "group": ("group", "gruppe"),
    "grade": ("grade", "bewertung"),
    "most": ("maximum grade", "bestbewertung", "maximale bewertung", "beste bewertung"),
    "scale": ("scale", "skala"),
    "open": ("grade can be changed", "bewertung kann geändert werden"),
    "modified": ("last modified (grade)", "zuletzt geändert (bewertung)"),
    "feedback": ("feedback comments", "feedback als kommentar", "feedback"),
}
_NEEDED = {
    "identifier": "Identifier (ID)",
    "grade": "Grade (Bewertung)",
    "modified": "Last modified (grade) (Zuletzt geändert (Bewertung))",
}
_NO = {"no", "nein"}
_NOTHING = {"", "-"}


@dataclass(frozen=True, slots=True)
class _Row:
    line: Line
    columns: Mapping[str, int]

    def cell(self, column: str) -> Cell | None:
        at = self.columns.get(column)
        return None if at is None else self.line.cells[at]

    def value(self, column: str) -> str:
        cell = self.cell(column)
        return cell.value.strip() if cell else ""

    @property
    def shown(self) -> str:
        who = self.value("name") or self.value("identifier")
        return f"line {self.line.number}, {one_line(who, 60) or 'without a name'}"


def make(data: Data, options: Mapping[str, Any], bundles: tuple[Bundle, ...] = ()) -> Made:
    """Return the worksheet, filled."""
    del bundles
    path: Path = options["worksheet"]
    sheet = read_raw(path)
    rows = _rows(sheet, path)
    grading = Grading(options["grade"], options["passed"], options["failed"])
    matched = _matched(rows, data)
    cells: dict[Cell, str] = {}
    counts: Counter[str] = Counter()
    left_out: list[LeftOut] = []
    for row, found in zip(rows, matched, strict=True):
        why = found if isinstance(found, str) else _fill(row, found, grading, data, options, cells)
        counts["left" if why else "filled" if _touched(row, cells) else "unchanged"] += 1
        if why:
            left_out.append(LeftOut(row.shown, why))
    words = ("filled", "unchanged", "left as they are")
    return Made(
        {path.name: sheet.changed(cells)},
        tuple(zip((counts["filled"], counts["unchanged"], counts["left"]), words, strict=True)),
        plural(len(rows), "row"),
        tuple(left_out),
        (
            *_notes(sheet, rows, matched, cells, data),
            *(unknown_sessions(data.taking_part) if options["grade"] == "attendance" else ()),
        ),
    )


def _rows(sheet: Sheet, path: Path) -> list[_Row]:
    header = [cell.value.strip().casefold() for cell in sheet.lines[0].cells]
    # As Moodle does, the last one counts where a name stands twice.
    columns = {
        name: max(at for at, one in enumerate(header) if one in known)
        for name, known in _COLUMNS.items()
        if any(one in known for one in header)
    }
    missing = [shown for name, shown in _NEEDED.items() if name not in columns]
    if missing:
        raise InputError(
            f"expected a grading worksheet of a Moodle assignment, but {one_line(path.name, 60)} has no column "
            f"{', '.join(missing)}; found {one_line(', '.join(cell.value for cell in sheet.lines[0].cells), 200)}",
            "In Moodle: the assignment, View all submissions, Download grading worksheet ('Offline grading worksheet' must "
            "be ticked among the feedback types), in English or German.",
        )
    return [_Row(line, columns) for line in sheet.lines[1:]]


def _matched(rows: list[_Row], data: Data) -> list[Result | GroupResult | str]:
    people = [{key: row.value(key) for key in ("email", "id_number", "username", "name")} for row in rows]
    found: list[Result | GroupResult | str] = [*match_rows(people, data.results)]
    groups = {comparable(group.name): group for group in data.groups}
    times = Counter(row.value("identifier") for row in rows)
    for at, row in enumerate(rows):
        anonymous = not any(people[at].values())
        group = groups.get(comparable(row.value("group"))) if anonymous else None
        if group:
            found[at] = group
        if row.line.doubtful:
            found[at] = (
                "a backslash before a quotation mark leaves open where its cells end; grade it in Moodle"
            )
        elif not row.value("identifier"):
            found[at] = "it has no identifier, and Moodle skips it"
        elif times[row.value("identifier")] > 1:
            found[at] = (
                f"{plural(times[row.value('identifier')], 'row')} have the identifier {one_line(row.value('identifier'), 40)}"
            )
    return found


def _fill(
    row: _Row,
    found: Result | GroupResult,
    grading: Grading,
    data: Data,
    options: Mapping[str, Any],
    cells: dict[Cell, str],
) -> str:
    """Put the cells to change into `cells`; return why nothing is filled, if so."""
    if isinstance(found, Result) and found.student.left_at is not None:
        return "dropped out"
    if row.value("open").casefold() in _NO:
        return "Moodle says that this grade cannot be changed"
    grade, why = grading.grade(found, row.value("most"), row.value("scale"))
    if why:
        return why
    language = data.course.language
    lines = feedback_lines(found, language) if isinstance(found, Result) else group_lines(found, language)
    new = {"grade": grade, "feedback": as_html(lines)}
    for column, value in new.items():
        cell = row.cell(column)
        if (
            cell is None
            or cell.value.strip() == value
            or (column == "grade" and grading.same(cell.value, value))
        ):
            continue
        if cell.value.strip() not in _NOTHING and not options["replace"]:
            return f"it has a {column} already ({one_line(cell.value, 40)}); --replace puts ours in its place"
    for column, value in new.items():
        cell = row.cell(column)
        if (
            cell is not None
            and cell.value.strip() != value
            and not (column == "grade" and grading.same(cell.value, value))
        ):
            cells[cell] = value
    return ""


def _touched(row: _Row, cells: Mapping[Cell, str]) -> bool:
    return any(cell in cells for cell in row.line.cells)


def _notes(
    sheet: Sheet,
    rows: list[_Row],
    matched: list[Result | GroupResult | str],
    cells: Mapping[Cell, str],
    data: Data,
) -> list[str]:
    notes = []
    there = {one.student.id for one in matched if isinstance(one, Result)}
    if there:
        missing = [named(one) for one in data.taking_part if one.student.id not in there]
        if missing:
            notes.append(f"{plural(len(missing), 'student')} not in the worksheet: {', '.join(missing)}")
    if "feedback" not in (rows[0].columns if rows else {}):
        notes.append(
            "the worksheet has no column for feedback: tick 'Feedback comments' in the assignment to get one"
        )
    if sheet.encoding not in {"utf-8", "utf-8-sig"}:
        notes.append(
            f"it was in {sheet.encoding}, as spreadsheets save it, and is now in UTF-8, as Moodle expects it"
        )
    if sheet.delimiter != ",":
        notes.append(
            "it has other separators than Moodle's commas: choose the separator at upload, or download it again"
        )
    dated = [row for row in rows if _touched(row, cells) and row.value("modified") not in _NOTHING]
    if dated:
        notes.append(
            f"{plural(len(dated), 'row')} had a grade: tick 'Allow updating records that have been modified more recently …' "
            "at upload, as Moodle reads its own dates in English only"
        )
    risky = [
        line.number
        for line in sheet.lines
        for cell in line.cells
        if cell not in cells and guarded(cell.value) != cell.value and cell.value.strip("+- ")
    ]
    if risky:
        numbers = ", ".join(str(one) for one in sorted(set(risky))[:10])
        notes.append(
            f"cells on line {numbers} begin like formulas, as Moodle wrote them: open it in no spreadsheet"
        )
    return notes


EXPORT = Export(
    title="Moodle's offline grading worksheet of an assignment, filled.",
    about="""Download the worksheet in Moodle (the assignment, View all submissions, Download grading worksheet), give it
    with --worksheet, and upload what is written here. Only empty grades and feedback are filled; all other cells, their
    order and the identifiers stay byte for byte. Rows that match nobody, or two, are listed and left.""",
    make=make,
    options=(
        Option(
            "worksheet",
            "The file that Moodle gave, in English or German.",
            file=True,
            required=True,
            metavar="FILE",
        ),
        Option(
            "grade",
            "Of what: whether the project passed; the required requirements met, scaled to the maximum; the sessions "
            "attended, scaled; whether the course is passed.",
            default="project",
            choices=("project", "points", "attendance", "course"),
        ),
        Option(
            "passed",
            "The grade for passed; by default the maximum, or the scale's word for it.",
            metavar="GRADE",
        ),
        Option("failed", "The grade for failed; by default 0, or the scale's word for it.", metavar="GRADE"),
        Option("replace", "Also fill grades and feedback that are there already.", default=False, alone=True),
    ),
    output="exports/",
    example="--worksheet 'Grades-DL-Project--4711.csv'",
)
