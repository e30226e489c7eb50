"""Writing CSV that spreadsheets may open: no cell is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from coursekit.text import printable

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV with commas and LF.

    A text that a spreadsheet would run as a formula gets an apostrophe in front; control characters are escaped,
    as whoever looks at it with ``cat`` has a terminal.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    for row in rows:
        writer.writerow([_safe(cell) if isinstance(cell, str) else cell for cell in row])
    return file.getvalue()


def _safe(cell: str) -> str:
    return f"'{printable(cell)}" if cell.startswith(_FORMULA) else printable(cell)
