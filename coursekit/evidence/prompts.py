"""Tells a group's own text from what a template left: prompts in square brackets, untouched files.

Templates are known by fingerprints (hashes), so that the tool carries no foreign text; our own
templates are fingerprinted as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from coursekit.fingerprints import Fingerprints, fingerprint

_MAX_BRACKETS = 2000
# The prompts of templates are much shorter; hashing longer stretches, one in the other, would take for ever.
_MAX_PROMPT = 2000


@lru_cache(maxsize=1)
def known() -> Fingerprints:
    """Return the fingerprints of all templates that groups start from."""
    return Fingerprints.known()


def bracketed(text: str) -> Iterator[tuple[int, int]]:
    """Give the start and end of every bracketed stretch, outer ones first."""
    stack: list[int] = []
    found: list[tuple[int, int]] = []
    for position, char in enumerate(text):
        if char == "[":
            stack.append(position)
        elif char == "]" and stack:
            found.append((stack.pop(), position + 1))
        if len(found) > _MAX_BRACKETS:
            break
    yield from sorted(found, key=lambda span: (span[0], -span[1]))


def _is_prompt(text: str, start: int, end: int) -> bool:
    if end - start > _MAX_PROMPT:
        return False
    inner = text[start + 1 : end - 1]
    # Some escape the brackets, or emphasize what stands in them.
    return fingerprint(inner) in known().prompts or fingerprint(inner.strip(" \n*_\\")) in known().prompts


def left(text: str) -> list[str]:
    """Return the template's prompts that are still in `text`, without their brackets."""
    return [prompt for prompt, _ in left_at(text)]


def left_at(text: str) -> list[tuple[str, int]]:
    """Return the template's prompts that are still in `text`, each with the line where it begins, from 1."""
    return [
        (text[start + 1 : end - 1], text.count("\n", 0, start) + 1)
        for start, end in bracketed(text)
        if _is_prompt(text, start, end)
    ]


def own_text(text: str) -> str:
    """Return what of `text` the group wrote: without prompts, brackets around own words, and blanks.

    Groups often keep the brackets and write inside them: that is own text.
    """
    if fingerprint(text) in known().prompts or known().is_prose(text):
        return ""
    text = "\n".join(line for line in text.split("\n") if not known().is_prose(line))
    pieces: list[str] = []
    position = 0
    for start, end in bracketed(text):
        if start >= position and _is_prompt(text, start, end):
            pieces.append(text[position:start])
            position = end
    pieces.append(text[position:])
    rest = " ".join(" ".join(pieces).replace("[", " ").replace("]", " ").split())
    return rest if re.search(r"\w", rest) else ""


def words(text: str) -> int:
    """Count the words: what white space separates and holds a letter or digit."""
    return sum(1 for word in text.split() if re.search(r"\w", word))
