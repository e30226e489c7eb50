"""CSV that spreadsheets and terminals may open."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coursekit.csvwrite import BOM, DELIMITERS, csv_text, guarded, unguarded
from coursekit.text import printable

TEXT = st.text(st.sampled_from("=+-@',;|\t\r\n\"\\ aÄ1\x00\x1b\u202e＝"), max_size=12)


def read(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


def test_formulas_and_escapes_become_text() -> None:
    text = csv_text([["=cmd()", "+1", "-x", "@y", 3, "a,b", 'q"q', "\x1b[31m"]])
    [row] = read(text)
    assert row == ["'=cmd()", "'+1", "'-x", "'@y", "3", "a,b", 'q"q', r"\x1b[31m"]
    assert text.endswith("\n")
    assert csv_text([]) == ""


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+49 431 1234", "'+49 431 1234"),
        ("\t=1+1", r"'\x09'=1+1"),
        ("\n=1+1", r"'\x0a=1+1"),
        ("＝1+1", "'＝1+1"),
        (" =1+1", "' =1+1"),
        # As Excel in German would split it.
        ("a;=1+1", "a;'=1+1"),
        # An apostrophe of somebody's own is told from ours.
        ("'=1+1", "''=1+1"),
        # Nothing to run.
        ("-", "-"),
        ("Ada O'Brien; -5", "Ada O'Brien; -5"),
        ("a-b", "a-b"),
        ("", ""),
    ],
)
def test_what_is_written(cell: str, written: str) -> None:
    [[found, _]] = read(csv_text([[cell, "x"]]))
    assert found == written


@given(st.lists(st.lists(TEXT, min_size=2, max_size=3), max_size=4), st.sampled_from(sorted(DELIMITERS)))
@example([["'=1", "''=1"]], "comma")
def test_nothing_is_run_whatever_splits_it_and_all_is_read_back(rows: list[list[str]], named: str) -> None:
    """Neither the separator that was meant nor another one makes a cell that begins as a formula."""
    delimiter = DELIMITERS[named]
    text = csv_text(rows, delimiter=delimiter)
    found = read(text, delimiter)
    assert [[unguarded(guarded(cell)) for cell in row] for row in rows] == rows
    assert found == [[printable(guarded(cell)) for cell in row] for row in rows]
    cells = [cell for row in found for cell in row]
    cells += [part for cell in cells for part in re.split(r"[,;|\t]", cell)]
    assert not [cell for cell in cells if cell.startswith(tuple("=+@\t\r\n＝＋＠"))]
    whole = [cell.lstrip() for row in found for cell in row]
    assert not [cell for cell in whole if cell.startswith(tuple("=+@-")) and cell != "-"]


def test_excel_knows_the_encoding_and_the_separator() -> None:
    text = csv_text([["Müller", "1;5"]], delimiter=";", bom=True)
    assert text == BOM + 'Müller;"1;5"\n'
    assert text.encode("utf-8").startswith(b"\xef\xbb\xbf")
