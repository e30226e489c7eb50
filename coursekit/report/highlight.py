"""Which parts of a listing are comments, strings, words and numbers of Python: the same colors in every format."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PYTHON = re.compile(
    r"(?P<c>#[^\n]*)|(?P<s>\"\"\".*?\"\"\"|'''.*?'''|[rbfu]?\"(?:[^\"\\\n]|\\.)*\"|[rbfu]?'(?:[^'\\\n]|\\.)*')"
    r"|(?P<k>\b(?:and|as|assert|async|await|break|class|continue|def|del|elif|else|except|False|finally|for|from|"
    r"global|if|import|in|is|lambda|None|nonlocal|not|or|pass|raise|return|True|try|while|with|yield)\b)"
    r"|(?P<n>\b\d[\d_.]*(?:e[+-]?\d+)?\b)",
    re.DOTALL,
)
#: What a theme calls the colors of comments, strings, keywords and numbers.
COLORS = {"c": "comment", "s": "string", "k": "keyword", "n": "number"}
PYTHON = frozenset({"python", "py", "python3"})


def words(source: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of `source` in order, each with its kind: a key of `COLORS`, or nothing."""
    position = 0
    if language.casefold() in PYTHON:
        for match in _PYTHON.finditer(source):
            if match.start() > position:
                yield source[position : match.start()], ""
            yield match[0], match.lastgroup or ""
            position = match.end()
    if position < len(source):
        yield source[position:], ""
