"""What exports to CSV have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from coursekit.csvwrite import DELIMITERS, csv_text
from coursekit.tracking.exports.export import Option

CSV_OPTIONS = (
    Option(
        "delimiter",
        "What stands between cells; Excel in German puts what semicolons separate into columns.",
        default="comma",
        choices=tuple(DELIMITERS),
    ),
    Option(
        "bom", "Begin with a byte-order mark, by which Excel knows that the file is UTF-8.", default=False
    ),
)


def csv_bytes(rows: Iterable[Sequence[object]], options: Mapping[str, Any]) -> bytes:
    """Return rows as the CSV file that the options ask for."""
    return csv_text(rows, delimiter=DELIMITERS[options["delimiter"]], bom=options["bom"]).encode("utf-8")
