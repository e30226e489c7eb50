"""Takes the names of students out of free text that is kept for ever."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_ADDRESS = re.compile(r"[^\s<>()\[\],;]+@[^\s<>()\[\],;]+")
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
# A shorter part of a name ("Li", "de") is more often a word of its own; as a full name it is still found.
_SHORTEST_PART = 3


def without_names(text: str, people: Iterable[tuple[int, str, str | None]]) -> str:
    """Replace what names a student by ``[student 7]``.

    Full names and accounts are found whatever their case; single parts of a name only as they are written
    on the roster, so that "will" stays when somebody is called Will. Every e-mail address goes.

    Parameters
    ----------
    text : str
        What an instructor typed.
    people : iterable of (id, name, account)
        All students.

    Returns
    -------
    str
        The text; "[student]" where a word names several of them, "[address]" for an address.
    """
    text = _ADDRESS.sub("[address]", unicodedata.normalize("NFC", text))
    lowered = text.casefold()
    parts: dict[str, set[int]] = {}
    full: list[tuple[str, int]] = []
    for student_id, name, account in people:
        name = unicodedata.normalize("NFC", name).strip()
        for whole in (name, (account or "").strip()):
            if whole and whole.casefold() in lowered:
                full.append((whole, student_id))
        for part in (*_WORD.findall(name), *name.split()):
            if len(part) >= _SHORTEST_PART:
                parts.setdefault(part, set()).add(student_id)

    # The longest first: "Anna Lena Berg" before "Anna Lena".
    for whole, student_id in sorted(full, key=lambda found: -len(found[0])):
        text = re.sub(_whole(whole), f"[student {student_id}]", text, flags=re.IGNORECASE)

    def part_of_name(match: re.Match[str]) -> str:
        ids = parts.get(match[0])
        if ids is None:
            return match[0]
        return f"[student {min(ids)}]" if len(ids) == 1 else "[student]"

    return _WORD.sub(part_of_name, text)


def _whole(name: str) -> str:
    # Scripts without case are written without spaces between words, so a name has no edges there.
    edged = name.upper() != name.lower()
    left = r"(?<!\w)" if edged and name[0].isalnum() else ""
    right = r"(?!\w)" if edged and name[-1].isalnum() else ""
    return left + re.escape(name) + right
