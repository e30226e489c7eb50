"""Moodle's grading worksheet: single cells are filled, and everything else stays, byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coursekit.errors import InputError
from coursekit.tracking.exports import Data, Made
from tests.tracking.exports.making import a_course, data, group, make, result, student
from tests.tracking.exports.moodle_reader import LANGUAGES, Assignment

NASTY = st.text(st.sampled_from("=+-@',;\"\\ aÄ1<&"), max_size=10)
HEADER = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",'
    '"Last modified (submission)","Online text","Last modified (grade)","Feedback comments"'
)
EMPTY = "Submitted for grading,,100.00,Yes,-,,-,"
ROWS = (
    f'"Participant 4711","Ada Lovelace",S1@example.org,{EMPTY}',
    f'Participant 12,"Somebody else",nobody@example.org,{EMPTY}',
    f"Participant 13,+49 431 1234,,{EMPTY}",
    f'Participant 14,"O\'Hara, \tZoë \u202ejk\x1b[31m",,{EMPTY}',
    'Participant 15,Alan,alan@example.org,No submission,50.00,100.00,Yes,-,,"Sunday, 22 November 2026, 6:00 PM","<p>Good, ""really""\r\n<b>so</b></p>"',
    "Participant 16,Gone,s10@example.org,No submission,,100.00,Yes,-,,-,",
    "Participant 17,-,s4@example.org,No submission,,100.00,No,-,,-,",
)
NAMES = {4711: "ada", 12: "else", 13: "number", 14: "zoe", 15: "alan", 16: "gone", 17: "dash"}


def sheet(folder: Path, *rows: str, header: str = HEADER, end: str = "\r\n", mark: str = "\ufeff") -> Path:
    path = folder / "Grades-DL-Project--4711.csv"
    path.write_bytes((mark + end.join([header, *rows]) + end).encode("utf-8"))
    return path


def filled(path: Path, of: Data | None = None, **options: Any) -> tuple[Made, bytes]:
    made = make("moodle-worksheet", of or a_course(), worksheet=path, **options)
    assert list(made.files) == [path.name]
    return made, made.files[path.name]


def test_what_is_filled(tmp_path: Path, snapshot) -> None:
    made, content = filled(sheet(tmp_path, *ROWS))
    assert content.decode() == snapshot
    assert (made.summary, made.left_out, made.notes) == snapshot
    assert sum(count for count, _ in made.counts) == len(ROWS)


def test_everything_else_stays(tmp_path: Path) -> None:
    """What is taken out again is the file as it was."""
    path = sheet(tmp_path, *ROWS)
    _, content = filled(path)
    text, before = content.decode(), path.read_bytes().decode()
    lines, old = text.split("\r\n"), before.split("\r\n")
    assert len(lines) == len(old)
    changed = [at for at, (new, was) in enumerate(zip(lines, old, strict=True)) if new != was]
    assert changed == [1, 3]
    for at in changed:
        assert lines[at].startswith(old[at][: old[at].index(",100.00")])
        assert ",Yes,-,,-," in lines[at]


def test_moodle_takes_it(tmp_path: Path) -> None:
    _, content = filled(sheet(tmp_path, *ROWS))
    assignment = Assignment(NAMES)
    assignment.load(content)
    assert assignment.grades == {"ada": 100.0, "number": 0.0, "alan": 50.0}
    assert assignment.feedback["ada"].startswith("Project: passed.<br>")
    assert assignment.feedback["alan"] == '<p>Good, "really"\n<b>so</b></p>'


def test_in_german_with_commas_in_numbers(tmp_path: Path) -> None:
    header = (
        'ID,"Vollständiger Name",E-Mail-Adresse,Status,Gruppe,Bewertung,Bestbewertung,"Bewertung kann geändert werden",'
        '"Zuletzt geändert (Bewertung)","Feedback als Kommentar"'
    )
    rows = [
        'Teilnehmer/in4711,Ada Lovelace,s1@example.org,-,Birds,,"50,00",Ja,-,',
        'Teilnehmer/in13,"1234, +49 431",,-,Team,,"50,00",Ja,-,',
        'Teilnehmer/in17,-,s4@example.org,-,Team,,"50,00",Nein,-,',
    ]
    made, content = filled(sheet(tmp_path, *rows, header=header), a_course("de"), grade="points")
    assignment = Assignment(NAMES, most=50, language="de")
    assignment.load(content)
    assert assignment.grades == {"ada": 50.0, "number": 25.0}
    assert assignment.feedback["number"].startswith("Projekt: nicht bestanden.")
    assert made.summary == "2 filled, 0 unchanged, 1 left as they are, of 3 rows"
    assert made.left_out[0].why == "Moodle says that this grade cannot be changed"
    _, again = filled(sheet(tmp_path, *rows, header=header), a_course("de"), grade="attendance")
    assert '"43,75"' in again.decode()


def test_nothing_is_filled_twice(tmp_path: Path) -> None:
    path = sheet(tmp_path, *ROWS)
    _, content = filled(path)
    path.write_bytes(content)
    made, again = filled(path)
    assert again == content
    assert made.counts[:2] == ((0, "filled"), (2, "unchanged"))


def test_what_somebody_graded_is_kept(tmp_path: Path) -> None:
    path = sheet(tmp_path, ROWS[4])
    made, content = filled(path)
    assert content == path.read_bytes()
    assert made.left_out[0].why == "it has a grade already (50.00); --replace puts ours in its place"
    made, content = filled(path, replace=True)
    assert b",100.00,100.00," in content
    assert b"<b>so</b>" not in content
    assert any(note.startswith("1 row had a grade: tick 'Allow updating") for note in made.notes)


SCALE = HEADER.replace('"Maximum Grade"', "Scale")


def scaled(words: str) -> str:
    return f'Participant 4711,Ada Lovelace,s1@example.org,-,,"{words}",Yes,-,,-,'


@pytest.mark.parametrize(
    ("words", "options", "grade"),
    [
        ("Not passed\nPassed", {}, "Passed"),
        ("nicht bestanden\nbestanden", {}, "bestanden"),
        ("bad\nfine", {"passed": "fine"}, "fine"),
        ("-\no", {"passed": "-"}, "-"),
    ],
)
def test_words_of_a_scale(tmp_path: Path, words: str, options: dict[str, str], grade: str) -> None:
    _, content = filled(sheet(tmp_path, scaled(words), header=SCALE), **options)
    assignment = Assignment(NAMES, scale=tuple(words.split("\n")))
    assignment.load(content)
    assert assignment.grades == {"ada": grade}


@pytest.mark.parametrize(
    ("words", "options", "says"),
    [
        ("bad\nfine", {}, "which of the scale's words is passed"),
        ("bad\nfine", {"passed": "good"}, "found 'good'"),
        ("pass\npassed", {}, "which of the scale's words"),
        ("+\no", {"passed": "+"}, "does not begin like a formula"),
        ("=1+1\no", {"passed": "=1+1"}, "does not begin like a formula"),
        ("Fail\nPass", {"grade": "points"}, "found one with a scale"),
    ],
)
def test_scales_that_say_nothing(tmp_path: Path, words: str, options: dict[str, str], says: str) -> None:
    with pytest.raises(InputError, match=says.replace("+", r"\+")):
        filled(sheet(tmp_path, scaled(words), header=SCALE), **options)


def test_numbers_out_of_range_are_refused_as_moodle_would_skip_them(tmp_path: Path) -> None:
    for word in ("101", "good", "-1"):
        with pytest.raises(InputError, match=r"expected a number of at most 100.00 for --passed"):
            filled(sheet(tmp_path, ROWS[0]), passed=word)
    assert b",90," in filled(sheet(tmp_path, ROWS[0]), passed="90")[1]
    header, row = HEADER.replace('"Maximum Grade",', ""), ROWS[0].replace(",100.00", "")
    for of in ({}, {"grade": "points"}):
        with pytest.raises(InputError, match="to say the maximum grade"):
            filled(sheet(tmp_path, row, header=header), **of)


def test_anonymous_rows_are_matched_by_the_group(tmp_path: Path) -> None:
    header = 'Identifier,Status,Group,Grade,"Maximum Grade","Last modified (grade)","Feedback comments"'
    rows = [
        f"Participant {number},-,{team},,10.00,-,"
        for number, team in ((1, "birds"), (2, "Birds"), (3, "Default group"))
    ]
    made, content = filled(sheet(tmp_path, *rows, header=header))
    assignment = Assignment({1: "a", 2: "b", 3: "c"}, most=10)
    assignment.load(content)
    assert assignment.grades == {"a": 10.0, "b": 10.0}
    assert "Sessions" not in assignment.feedback["a"]
    assert [(one.who, one.why) for one in made.left_out] == [
        ("line 4, Participant 3", "nobody of the course")
    ]
    for of, why in (("attendance", "attendance differs"), ("course", "whether the course is passed differs")):
        made, _ = filled(sheet(tmp_path, rows[0], header=header), grade=of)
        assert made.left_out[0].why.startswith(why)


def test_other_results(tmp_path: Path) -> None:
    path = sheet(
        tmp_path,
        ROWS[0],
        "Participant 18,Grace Hopper,s7@example.org" + ROWS[5].partition("s10@example.org")[2],
    )
    for of, grade in (("course", b",100.00,100.00,"), ("attendance", b",87.5,100.00,")):
        assert grade in filled(path, grade=of)[1]
    made, _ = filled(path, grade="points")
    assert made.left_out[0].why == "in no group"
    never = data(
        [result(student(1, "Ada"), group(1, "Birds", points=None, possible=None), sessions=0, attended=0)]
    )
    assert filled(path, never, grade="points")[0].left_out[0].why == "the project was never checked"
    assert filled(path, never, grade="attendance")[0].left_out[0].why == "no session has ended yet"


def test_who_is_who(tmp_path: Path) -> None:
    """Two of a name, two rows of one student, an identifier twice: nobody gets somebody else's grade."""
    birds = group(1, "Birds", project="passed")
    of = data(
        [
            result(student(n, name), birds)
            for n, name in ((1, "Ada Li"), (2, "Ada Li"), (3, "Bo"), (4, "Cy"), (5, "Di"))
        ]
    )
    rows = [
        f"Participant 1,Ada Li,,{EMPTY}",
        f'Participant 2,"Bo",,{EMPTY}',
        f"Participant 3,Other,s3@example.org,{EMPTY}",
        f"Participant 4,Cy,,{EMPTY}",
        f"Participant 4,Di,,{EMPTY}",
        f",Di,,{EMPTY}",
    ]
    path = sheet(tmp_path, *rows)
    made, content = filled(path, of)
    assert content == path.read_bytes()
    assert [one.why for one in made.left_out] == [
        "2 students of the course are called so",
        "2 rows are the same student's",
        "2 rows are the same student's",
        "2 rows have the identifier Participant 4",
        "2 rows have the identifier Participant 4",
        "it has no identifier, and Moodle skips it",
    ]


def test_no_column_for_feedback_and_formulas_of_others(tmp_path: Path) -> None:
    header = HEADER.replace(',"Feedback comments"', "")
    row = ROWS[0].removesuffix(",").replace('"Ada Lovelace"', '"=HYPERLINK(""http://x"")"')
    made, content = filled(sheet(tmp_path, row, header=header))
    assert b'"=HYPERLINK(""http://x"")",S1@example.org' in content
    assert any(note.startswith("the worksheet has no column for feedback") for note in made.notes)
    assert any(note.startswith("cells on line 2 begin like formulas") for note in made.notes)


def test_saved_by_a_spreadsheet(tmp_path: Path) -> None:
    """In another encoding and with semicolons: filled, and said."""
    path = tmp_path / "w.csv"
    text = '"ID";"Vollständiger Name";"Bewertung";"Bestbewertung";"Zuletzt geändert (Bewertung)"\nTeilnehmer/in1;Ada Lovelace;;"100,00";-\n'
    path.write_bytes(text.encode("cp1252"))
    made, content = filled(path)
    assert content.decode("utf-8") == text.replace("Ada Lovelace;;", "Ada Lovelace;100,00;")
    assert any("it was in cp1252" in note for note in made.notes)
    assert any("other separators than Moodle's commas" in note for note in made.notes)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b'""\n', "is empty"),
        (b"PK\x03\x04" + b"x" * 99, "a spreadsheet"),
        (b"a,b\n1,2\n", r"no column Identifier \(ID\), Grade"),
        (
            HEADER.encode() + b"\nParticipant 1,Ada\n",
            r"line 2: expected 11 cells as in the first row, found 2",
        ),
        (
            HEADER.encode() + b'\n\n\nParticipant 1,"Ada\n',
            r"line 4: a quotation mark is opened and not closed",
        ),
        (HEADER.encode() + b"\nParticipant 1,A\x00da\n", r"line 2: expected text, found a NUL byte"),
        (b"x" * (10 * 1024 * 1024 + 1), "at most 10 MB"),
    ],
    ids=["empty", "nothing", "zip", "columns", "cells", "quote", "nul", "large"],
)
def test_files_that_are_none(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "w.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        filled(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found nothing"):
        filled(tmp_path / "none.csv")


def test_a_backslash_before_a_quotation_mark_is_read_as_moodle_reads_it(tmp_path: Path) -> None:
    r"""Older versions write ``a\"b`` without doubling the mark; others double it."""
    for cell in (r'"<p>a\"b, c</p>"', r'"<p>a\""b, c</p>"'):
        path = sheet(tmp_path, ROWS[0].replace('"Ada Lovelace"', cell))
        _, content = filled(path)
        assert cell.encode() in content
        assert b",100.00,100.00,Yes" in content


@given(NASTY, NASTY, NASTY)
@example("\\", ",,1", "")
def test_whatever_stands_in_the_other_cells(
    tmp_path_factory: pytest.TempPathFactory, name: str, team: str, text: str
) -> None:
    """As Moodle writes them, quotation marks doubled: they stay, and the grade lands where it belongs."""
    quoted = [f'"{one.replace(chr(34), chr(34) * 2)}"' for one in (name, team, text)]
    header = 'Identifier,"Full name","Email address",Group,Grade,"Maximum Grade","Online text","Last modified (grade)","Feedback comments"'
    row = f"Participant 1,{quoted[0]},s1@example.org,{quoted[1]},,100.00,{quoted[2]},-,"
    path = sheet(tmp_path_factory.mktemp("w"), row, header=header)
    of = data([result(student(1, "Ada"), group(1, "Birds", project="passed"))])
    try:
        made, content = filled(path, of)
    except InputError:
        # Only where Moodle itself could not read what it wrote.
        assert any(one.endswith("\\") or '\\"' in one for one in (name, team, text))
        return
    for one in quoted:
        assert one.encode() in content
    if any("leaves open where its cells end" in one.why for one in made.left_out):
        assert content == path.read_bytes()
        assert "\\" in name + team + text
    else:
        assert content.count(b",100.00,100.00,") == 1


def test_the_languages_are_those_that_moodle_speaks() -> None:
    """The reader of the tests and the columns that are known say the same."""
    from coursekit.tracking.exports.kinds import moodle_worksheet as module

    for words in LANGUAGES.values():
        for key, column in (
            ("id", "identifier"),
            ("grade", "grade"),
            ("modified", "modified"),
            ("feedback", "feedback"),
        ):
            assert words[key].casefold() in module._COLUMNS[column]
