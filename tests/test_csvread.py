"""CSV files as they come: encodings, separators, quotation marks, and what is no CSV file at all."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.csvread import LIMIT, MOST_LINES, parse_sheet, read_sheet
from coursekit.errors import InputError

ROWS = [("name", "e-mail"), ("Jürgen Groß", "j@example.org"), ("Zoë", "")]


def written(separator: str, encoding: str, end: str = "\n") -> bytes:
    return end.join(separator.join(row) for row in ROWS).encode(encoding)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_every_usual_way_of_writing(separator: str, end: str, encoding: str, told: str) -> None:
    sheet = parse_sheet(written(separator, encoding, end), "x.csv")
    assert [row.cells for row in sheet.rows] == ROWS
    assert [row.line for row in sheet.rows] == [1, 2, 3]
    assert (sheet.encoding, sheet.delimiter, sheet.unreadable) == (told, separator, ())


def test_bytes_that_no_code_page_has_are_read_as_latin_1() -> None:
    assert parse_sheet(b"name\n\x81\xe4", "x").encoding == "latin-1"


def test_excels_own_line_about_the_separator() -> None:
    sheet = parse_sheet(b"sep=;\r\nname;a,b,c\r\n", "x")
    assert [(row.line, row.cells) for row in sheet.rows] == [(2, ("name", "a,b,c"))]
    assert sheet.separated_by == "semicolons"


def test_a_separator_in_quotation_marks_separates_nothing() -> None:
    sheet = parse_sheet(b'"Surname, first name, title";email\n"Lovelace, Ada";a@x\n', "x")
    assert sheet.delimiter == ";"
    assert sheet.rows[1].cells == ("Lovelace, Ada", "a@x")


def test_cells_of_several_lines_and_empty_rows_keep_the_line_numbers() -> None:
    sheet = parse_sheet(b'\nname,note\n\nAda,"a\nb ""c"""\n , \n;;\nBen,\n', "x")
    assert [(row.line, row.cells) for row in sheet.rows] == [
        (2, ("name", "note")),
        (4, ("Ada", 'a\nb "c"')),
        (7, (";;",)),
        (8, ("Ben", "")),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"Ada,a@x', "opened and not closed"),
        ('"Ada "Countess" L",a@x', "not doubled"),
        ('Ada,"' + "x" * 200_000 + '"', "too long"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_the_others_are_read(line: str, said: str) -> None:
    text = f'name,email\n{line}\nBen,b@x\n"Cleo",c@x\n' + "Dan,d@x\n" * MOST_LINES
    sheet = parse_sheet(text.encode(), "x")
    assert [row.cells[0] for row in sheet.rows] == ["name", "Ben", "Cleo", *["Dan"] * MOST_LINES]
    (one,) = sheet.unreadable
    assert one.line == 2
    assert said in one.message


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "is empty"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x89PNG\r\n", "a picture"),
        (b"SQLite format 3\x00", "a database"),
        (b"\x1f\x8b\x08", "compressed"),
        (bytes(range(256)) * 40, "binary"),
        (b"\xff\xfe\x00", "UTF-16"),
        (b"a" * (LIMIT + 1), "at most 10 MB"),
    ],
)
def test_what_is_no_csv_file(data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        parse_sheet(data, "x.csv")
    assert caught.value.hint


def test_a_nul_byte_does_not_make_a_file_binary() -> None:
    assert parse_sheet(b"name\nA\0da\n", "x").rows[1].cells == ("A\0da",)


def test_a_file_of_100_mb_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.write(b"name\n")
        file.truncate(100 * 1024 * 1024)
    with pytest.raises(InputError, match=r"big.csv has more"):
        read_sheet(path)


def test_where_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found nothing"):
        read_sheet(tmp_path / "none.csv")
    with pytest.raises(InputError, match="found a folder"):
        read_sheet(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have names on POSIX only")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="something else"):
        read_sheet(tmp_path / "pipe")


CELLS = st.text(st.characters(categories=("L", "N", "P", "Zs"), exclude_characters="\x00"), max_size=12)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8), st.sampled_from(",;\t"))
def test_what_python_writes_is_read_again(rows: list[tuple[str, str]], delimiter: str) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(("name", "email"))
    writer.writerows(rows)
    sheet = parse_sheet(file.getvalue().encode(), "x")
    assert sheet.unreadable == ()
    expected = [row for row in rows if any(cell.strip() for cell in row)]
    assert [tuple(c.strip() for c in row.cells) for row in sheet.rows[1:]] == [
        tuple(c.strip() for c in row) for row in expected
    ]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        sheet = parse_sheet(data, "x")
    except InputError:
        return
    assert all(any(cell.strip() for cell in row.cells) for row in sheet.rows)
