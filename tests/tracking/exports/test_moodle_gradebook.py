"""The CSV file for Moodle's gradebook, as it is written and as Moodle reads it."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.csvwrite import BOM, unguarded
from coursekit.errors import InputError
from coursekit.tracking.exports.kinds.moodle_gradebook import NAME
from tests.tracking.exports.making import a_course, data, group, make, result, student
from tests.tracking.exports.moodle_reader import Gradebook

MAPPING = {3: "project", 4: "points", 5: "attendance", 6: "course", 7: "feedback"}
NASTY = st.text(st.sampled_from("=+-@',;|\t\r\n\"\\ aÄ1\x00\x1b\u202e<&"), max_size=10)


def written(**options: Any) -> bytes:
    return make("moodle-gradebook", a_course(), **options).files[NAME]


def test_what_is_written(snapshot) -> None:
    made = make("moodle-gradebook", a_course())
    assert made.files[NAME].decode() == snapshot
    assert (made.summary, made.left_out, made.notes) == snapshot
    assert sum(count for count, _ in made.counts) == len(a_course().results)


def test_in_german_and_for_excel(snapshot) -> None:
    made = make("moodle-gradebook", a_course("de"), delimiter="semicolon", bom=True, identify_by="id-number")
    text = made.files[NAME].decode()
    assert text.startswith(BOM + "ID-Nummer;Name;")
    assert text == snapshot


def test_moodle_takes_it() -> None:
    users = {f"s{number}@example.org": f"u{number}" for number in range(1, 11)} | {"ALAN@example.org": "u2"}
    book = Gradebook(users)
    book.load(written(), MAPPING)
    assert book.grades["u1"] == {
        "project": 100.0,
        "points": 4.0,
        "attendance": 7.0,
        "course": 100.0,
        "feedback": "Project: passed.<br>Required and met: 4 of 4.<br>Not met: DOC103 Title of DOC103.<br>"
        'Sessions attended: 7 of 8.<br>Well done: 3 &lt; 5 &amp; "so" on \\<br>=1+1',
    }
    assert book.grades["u2"]["course"] == 0.0
    assert book.grades["u3"]["project"] == 0.0
    assert book.grades["u5"]["project"] is None
    assert book.grades["u7"]["points"] is None
    assert set(book.grades) == {f"u{number}" for number in (1, 2, 3, 4, 5, 6, 7)}


def test_nobody_gets_the_grades_of_somebody_without_an_address() -> None:
    """Moodle gives a row without an identifier to the student above."""
    made = make("moodle-gradebook", a_course())
    first = [row[0] for row in csv.reader(io.StringIO(made.files[NAME].decode()))]
    assert all(first)
    assert {one.who for one in made.left_out} == {"No Body", "Hostile", "Gone"}


@pytest.mark.parametrize(
    ("by", "header", "missing"),
    [
        ("email", "Email address", {"No Body", "Hostile", "Gone"}),
        ("id-number", "ID number", {"-", "No Body", "Hostile", "Gone"}),
        ("username", "Username", {"@x \\", "No Body", "Hostile", "Gone"}),
    ],
)
def test_the_identifier_is_chosen(by: str, header: str, missing: set[str]) -> None:
    made = make("moodle-gradebook", a_course(), identify_by=by)
    rows = list(csv.reader(io.StringIO(made.files[NAME].decode())))
    assert rows[0][0] == header
    assert {one.who for one in made.left_out} == missing
    assert len(rows) - 1 + len(missing) == 10


def test_words_of_a_scale() -> None:
    users = {f"s{number}@example.org": f"u{number}" for number in range(1, 11)} | {"ALAN@example.org": "u2"}
    book = Gradebook(users, scale=("Nicht bestanden", "Bestanden"), language="de")
    book.load(written(passed="Bestanden", failed="Nicht bestanden"), {3: "scale"})
    assert book.grades["u1"]["scale"] == "Bestanden"
    assert book.grades["u3"]["scale"] == "Nicht bestanden"


@pytest.mark.parametrize("language", ["en", "de"])
def test_scaled_points_are_read_in_every_language(language: str) -> None:
    of = data([result(student(1, "Ada"), group(1, "Birds", points=1, possible=3))])
    made = make("moodle-gradebook", of, out_of="100")
    book = Gradebook({"s1@example.org": "u1"}, language=language)
    book.load(made.files[NAME], {4: "points"})
    assert book.grades["u1"]["points"] == pytest.approx(33.33)


def test_too_high_grades_are_said() -> None:
    said = "grades above 100 stop Moodle's import, unless the site allows them"
    assert said in make("moodle-gradebook", a_course(), out_of="120").notes
    assert said in make("moodle-gradebook", a_course(), passed="120").notes
    assert said not in make("moodle-gradebook", a_course(), out_of="100").notes


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"passed": "=1+1"}, "found '=1+1'"),
        ({"failed": " "}, "expected a number or a word"),
        ({"out_of": "many"}, "found 'many'"),
        ({"out_of": "0"}, "above 0"),
        ({"out_of": "nan"}, "above 0"),
    ],
)
def test_wrong_options(options: dict[str, str], says: str) -> None:
    with pytest.raises(InputError, match=says.replace("+", r"\+")):
        make("moodle-gradebook", a_course(), **options)


def test_nobody_can_be_identified() -> None:
    of = data([result(student(1, "Ada", email=None), None)])
    with pytest.raises(InputError, match="expected students with an e-mail address"):
        make("moodle-gradebook", of)
    with pytest.raises(InputError, match="expected students with an account"):
        make(
            "moodle-gradebook", data([result(student(1, "Ada", account=None), None)]), identify_by="username"
        )


def test_nothing_known_of_attendance_is_no_grade() -> None:
    of = data([result(student(1, "Ada"), None, attended=0, sessions=2, unknown=(1, 2))])
    made = make("moodle-gradebook", of)
    [_, row] = csv.reader(io.StringIO(made.files[NAME].decode()))
    assert row[5] == "-"
    assert "Sessions attended" not in row[7]
    assert "no information about sessions 1, 2 for 1 student; they count as missed" in made.notes


@given(NASTY, NASTY, NASTY, st.sampled_from(["comma", "semicolon", "tab"]))
def test_whatever_it_is_called_moodle_reads_every_row(
    name: str, team: str, comment: str, delimiter: str
) -> None:
    """No name, group or comment moves a cell, and each is read as it was but for what no terminal may get."""
    first = result(student(1, name or "x"), group(1, team or "x", project="passed", comment=comment))
    made = make("moodle-gradebook", data([first, result(student(2, "Ada"), None)]), delimiter=delimiter)
    book = Gradebook({"s1@example.org": "u1", "s2@example.org": "u2"})
    book.load(made.files[NAME], MAPPING, {"comma": ",", "semicolon": ";", "tab": "\t"}[delimiter])
    assert book.grades["u1"]["project"] == 100.0
    assert book.grades["u2"]["project"] is None
    assert "<" not in str(book.grades["u1"]["feedback"]).replace("<br>", "")


@given(NASTY)
def test_an_identifier_is_written_as_it_is_or_not_at_all(email: str) -> None:
    of = data([result(student(1, "Ada"), None), result(student(2, "Alan", email=email or None), None)])
    made = make("moodle-gradebook", of)
    rows = list(csv.reader(io.StringIO(made.files[NAME].decode())))[1:]
    assert [row[0] for row in rows[1:]] in ([], [email])
    assert len(rows) + len(made.left_out) == 2
    if len(rows) == 2:
        Gradebook({"s1@example.org": "u1", email: "u2"}).load(made.files[NAME], MAPPING)
        assert unguarded(email) == email
