"""Values that people typed, written so that each kind of file shows them as plain text."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from coursekit.text import clean, one_line, printable

Value = str | Sequence[str]

# What Markdown may read as markup, wherever it stands. An underscore within a word is none.
_MARKUP = re.compile(r"[\\`*\[\]<>&~$|]|(?<![^\W_])_|_(?![^\W_])")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])")


def markdown(text: str) -> str:
    """Return `text` as Markdown that shows it; empty lines separate paragraphs, other breaks become spaces."""
    paragraphs = (one_line(part) for part in re.split(r"\n\s*\n", clean(text)))
    return "\n\n".join(_paragraph(part) for part in paragraphs if part)


def _paragraph(line: str) -> str:
    # `printable` has made backslashes of hidden characters; they are meant to be seen, too.
    line = _MARKUP.sub(lambda match: "\\" + match[0], line)
    line = _NUMBERED.sub(r"\1\\\2", line)
    if line.startswith(("#", "+", "-", "=", ":")):
        line = "\\" + line
    # A closing row of # in a heading would be dropped.
    return line[:-1] + "\\#" if line.endswith("#") and line != "\\#" else line


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
