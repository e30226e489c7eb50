"""Values that people typed, written so that each kind of file shows them as plain text."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from coursekit.text import clean, escape_markdown, one_line, printable

Value = str | Sequence[str]


def markdown(text: str) -> str:
    """Return `text` as Markdown that shows it; empty lines separate paragraphs, other breaks become spaces."""
    paragraphs = (one_line(part) for part in re.split(r"\n\s*\n", clean(text)))
    return "\n\n".join(escape_markdown(part) for part in paragraphs if part)


def quoted(text: str) -> str:
    """Return `text` for the inside of double quotes in JSON, TOML, YAML or Python."""
    return json.dumps(printable(clean(text), multiline=True), ensure_ascii=False)[1:-1]


def escape(path: str, value: Value) -> str:
    """Return `value` for a place in the file `path`: in JSON, TOML, YAML and Python within double quotes.

    A list becomes a Markdown list in Markdown, and is joined by commas elsewhere.
    """
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in {".md", ".markdown"}:
        return markdown(value) if isinstance(value, str) else "\n".join(f"- {markdown(one)}" for one in value)
    if not isinstance(value, str):
        value = ", ".join(value)
    if suffix == ".ipynb":  # the text of a Markdown cell
        return quoted(markdown(value))
    if suffix in {".json", ".toml", ".yml", ".yaml", ".py"}:
        return quoted(value)
    return one_line(clean(value))
