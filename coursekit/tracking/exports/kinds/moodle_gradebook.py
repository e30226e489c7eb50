"""Moodle's gradebook: a CSV file for 'Grades > Import > CSV file'.

What Moodle (looked up in versions 2.7 to 5.1) does with such a file, and what follows:

- The first row names the columns; on the next page the instructor says which column identifies the user (e-mail
  address, ID number or user name), and for each other column what it is: an item of the gradebook, feedback for one, a
  new item, or to be ignored. Nothing is read from the names, so they are for people.
- One user that is not found stops the whole import, and a row without an identifier would be given to the student of
  the row above. So only students with one get a row; an identifier that begins like a formula, or with something
  invisible, is left out and said, because Moodle would compare the apostrophe too.
- ``-`` is no grade, for old and new items. An empty cell is no grade for an old item and 0 for a new one. Both take a
  grade away that was there. So a project that is not decided has ``-``.
- Numbers: the sign of the user's language and the point are both taken; grades above 100 stop the import unless the site
  allows them. For an item with a scale, its words are taken where 'Verbose scales' is ticked (``--passed``, ``--failed``).
- The encoding is chosen at upload (UTF-8 by default), a byte-order mark is skipped, and so is the separator (comma,
  semicolon, tab). Every row must have as many cells as the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coursekit.errors import InputError
from coursekit.model import Text
from coursekit.text import one_line, plural
from coursekit.tracking.exports.export import Bundle, Data, Export, LeftOut, Made, Option, Outcome, Result
from coursekit.tracking.exports.moodle import as_html, is_comparable, number, shielded
from coursekit.tracking.exports.table import CSV_OPTIONS, csv_bytes
from coursekit.tracking.exports.words import (
    dropped_out,
    feedback_lines,
    named,
    undecided,
    unknown_sessions,
    without_group,
)

NAME = "moodle-gradebook.csv"
NONE = "-"
_HIGHEST = 100

_IDENTIFIERS = {
    "email": (Text("Email address", "E-Mail-Adresse"), "e-mail address", "email"),
    "id-number": (Text("ID number", "ID-Nummer"), "ID number", "id_number"),
    "username": (Text("Username", "Anmeldename"), "account", "account"),
}
_COLUMNS = (
    Text("Name", "Name"),
    Text("Group", "Gruppe"),
    Text("Project", "Projekt"),
    Text("Points", "Punkte"),
    Text("Attendance", "Anwesenheit"),
    Text("Course", "Kurs"),
    Text("Feedback", "Feedback"),
)


def make(data: Data, options: Mapping[str, Any], bundles: tuple[Bundle, ...] = ()) -> Made:
    """Return the file."""
    del bundles
    language = data.course.language
    header, what, field = _IDENTIFIERS[options["identify_by"]]
    words: dict[Outcome, str] = {"passed": options["passed"], "failed": options["failed"], "open": NONE}
    for word in words.values():
        _check_word(word)
    most = _most(options["out_of"])
    left_out, rows, written = dropped_out(data.results), [], []
    for result in data.taking_part:
        identifier = getattr(result.student, field) or ""
        if options["identify_by"] == "username":
            identifier = identifier.lower()
        if not identifier:
            left_out.append(LeftOut(named(result), f"no {what} on the roster"))
        elif not is_comparable(identifier):
            why = (
                f"a spreadsheet would run the {what} {one_line(identifier, 40)!r}; enter these grades by hand"
            )
            left_out.append(LeftOut(named(result), why))
        else:
            rows.append([identifier, *_cells(result, words, most, language)])
            written.append(result)
    if not rows:
        raise InputError(
            f"expected students with an {what}"
            if what[0] in "aeiouI"
            else f"expected students with a {what}",
            "coursekit roster list  shows what is known; --identify-by takes another column.",
        )
    heads = [header.in_(language), *(column.in_(language) for column in _COLUMNS)]
    return Made(
        {NAME: csv_bytes([heads, *rows], options)},
        ((len(rows), "written"), (len(left_out), "left out")),
        plural(len(data.results), "student"),
        tuple(left_out),
        tuple(_notes(tuple(written), words, most)),
    )


def _cells(result: Result, words: Mapping[Outcome, str], most: float | None, language: str) -> list[str]:
    group = result.group
    points = NONE
    if group and group.points is not None and group.possible:
        points = number(group.points if most is None else most * group.points / group.possible)
    return [
        shielded(result.student.name),
        shielded(group.name) if group else "",
        words[result.project],
        points,
        str(result.attended) if result.attendance_known else NONE,
        words[result.course],
        as_html(feedback_lines(result, language)),
    ]


def _check_word(word: str) -> None:
    if not word.strip() or not is_comparable(word):
        raise InputError(
            f"expected a number or a word of a scale for a grade, found {one_line(word, 40)!r}",
            "For example:  --passed 100 --failed 0 , or  --passed Bestanden --failed 'Nicht bestanden' .",
        )


def _most(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        most = float(text.replace(",", "."))
    except ValueError:
        most = -1.0
    if not 0 < most < 1e6:
        raise InputError(
            f"expected a number above 0 for --out-of, found {one_line(text, 40)!r}",
            "For example:  --out-of 100",
        )
    return most


def _notes(written: tuple[Result, ...], words: Mapping[Outcome, str], most: float | None) -> list[str]:
    return [
        *without_group(written),
        *undecided(written),
        *unknown_sessions(written),
        *_too_much(written, words, most),
    ]


def _too_much(written: tuple[Result, ...], words: Mapping[Outcome, str], most: float | None) -> list[str]:
    given = [most or 0.0]
    given += [float(one.group.points or 0) for one in written if one.group and most is None]
    given += [float(word) for word in words.values() if word.replace(".", "", 1).isdigit()]
    if max(given) <= _HIGHEST:
        return []
    return [f"grades above {_HIGHEST} stop Moodle's import, unless the site allows them"]


EXPORT = Export(
    title="Grades for Moodle's gradebook (Grades > Import > CSV file).",
    about="""Each column may be mapped to an item of the gradebook or be ignored: whether the project passed, how many
    required requirements are met, the sessions attended, whether the course is passed (project and attendance), and a
    feedback text. A project that is not decided has '-', which Moodle takes for no grade; it takes a grade away that was
    there.

    Students without the identifier are listed and left out, as Moodle stops at the first that it does not find.""",
    make=make,
    options=(
        Option(
            "identify-by",
            "What Moodle finds students by; for 'username' their accounts on the git host are taken, which is right where "
            "both are the university's.",
            default="email",
            choices=tuple(_IDENTIFIERS),
        ),
        Option(
            "passed", "What is written for passed: a number, or a word of the item's scale.", default="100"
        ),
        Option("failed", "And for failed.", default="0"),
        Option(
            "out-of",
            "Scale points so that this many are given when all is met; by default each requirement is one point.",
            metavar="NUMBER",
        ),
        *CSV_OPTIONS,
    ),
    output=f"exports/{NAME}",
    example="--passed Bestanden --failed 'Nicht bestanden'",
)
