"""Writing CSV that spreadsheets may open: no cell is taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from coursekit.text import printable

#: By which Excel knows that a file is UTF-8; without it umlauts are shown as other characters.
BOM = "\ufeff"
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}

# What a spreadsheet begins to run a cell at, the wide forms of East Asian keyboards among it.
_FORMULA = "[=+\\-@\t\r\n＝＋－＠]"
# Some trim the spaces before it. Also behind a separator of another country's: Excel in German splits a file with
# commas at semicolons. The apostrophes that stand there already count, so that they can be told from ours.
_PLACES = f"(?:^(?='*\\s*{_FORMULA})|(?<=[,;|\t])(?='*{_FORMULA}))"
_BEGINS = re.compile(_PLACES)
_GUARDED = re.compile(f"{_PLACES}'")


def csv_text(rows: Iterable[Sequence[object]], *, delimiter: str = ",", bom: bool = False) -> str:
    """Return rows as CSV with LF.

    A text that a spreadsheet would run as a formula gets an apostrophe in front; control characters are escaped,
    as whoever looks at it with ``cat`` has a terminal.

    Parameters
    ----------
    rows : iterable of sequence
    delimiter : str, optional
        What stands between cells; Excel in German takes ``;``.
    bom : bool, optional
        Whether a byte-order mark stands in front, by which Excel knows that it is UTF-8.
    """
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    for row in rows:
        writer.writerow([printable(guarded(cell)) if isinstance(cell, str) else cell for cell in row])
    return (BOM if bom else "") + file.getvalue()


def guarded(cell: str) -> str:
    """Return a cell's text with an apostrophe wherever a spreadsheet would begin a formula.

    A single ``-``, which stands for nothing in many tables, is none. `unguarded` gives the text back.
    """
    return cell if cell == "-" else _BEGINS.sub("'", cell)


def unguarded(cell: str) -> str:
    """Return what `guarded` was given: each apostrophe that it put is taken away."""
    return _GUARDED.sub("", cell)
