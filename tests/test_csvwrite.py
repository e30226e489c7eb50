"""CSV that spreadsheets and terminals may open."""

from __future__ import annotations

import csv
import io

from coursekit.csvwrite import csv_text


def test_formulas_and_escapes_become_text() -> None:
    text = csv_text([["=cmd()", "+1", "-x", "@y", 3, "a,b", 'q"q', "\x1b[31m"]])
    [row] = csv.reader(io.StringIO(text))
    assert row == ["'=cmd()", "'+1", "'-x", "'@y", "3", "a,b", 'q"q', r"\x1b[31m"]
    assert text.endswith("\n")
    assert csv_text([]) == ""
