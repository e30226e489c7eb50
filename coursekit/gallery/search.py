"""Searches the catalogue by words, course, semester, tag and kind."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from coursekit.config import Course
from coursekit.gallery.catalogue import Idea, ideas, own_topics, semester_key
from coursekit.text import nearest


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found; where that is nothing, `suggestion` names the nearest tag, if one is near."""

    ideas: tuple[Idea, ...]
    of: int
    suggestion: str = ""
    tags: tuple[str, ...] = ()


def search(
    words: Sequence[str] = (),
    *,
    course: str = "",
    semester: str = "",
    tag: Sequence[str] = (),
    kind: str = "",
    own: Course | None = None,
    among: Sequence[Idea] | None = None,
) -> Found:
    """Return the ideas that have all of the words and all else that was asked for.

    Case and accents do not matter, and a word may be the beginning of one. A course may be shortened to a part or
    to its initials; a semester may be written in any usual form.

    Parameters
    ----------
    words : sequence of str
        Each must begin a word of the title, description, tags, course or semester.
    course, semester, kind : str
    tag : sequence of str
    own : Course, optional
        The course that one is in: the topics that it offers come first.
    among : sequence of Idea, optional
        By default the whole catalogue.
    """
    everything = [*(own_topics(own) if own else ()), *(ideas() if among is None else among)]
    wanted = [part for word in words for part in plain(word).split()]
    found = [
        idea
        for idea in everything
        if (not kind or idea.kind == kind)
        and _has_words(idea, wanted)
        and (not course or _is_course(idea.course, course))
        and (not semester or _is_semester(idea.semester, semester))
        and all(plain(one) in {plain(other) for other in idea.tags} for one in tag)
    ]
    tags = sorted({one for idea in everything for one in idea.tags}, key=plain)
    suggestion = ""
    if not found:
        close = (nearest(plain(word), [plain(one) for one in tags]) for word in [*tag, *wanted])
        near = next((one for one in close if one), None)
        suggestion = next((one for one in tags if plain(one) == near), "")
    return Found(tuple(found), len(everything), suggestion, tuple(tags))


def plain(text: str) -> str:
    """Return the words of a text without case, accents and punctuation; hyphens join nothing."""
    text = unicodedata.normalize("NFKD", text.replace("ß", "ss")).casefold()
    text = "".join(char for char in text if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", text.replace("_", " ")))


def _has_words(idea: Idea, wanted: Sequence[str]) -> bool:
    said = [idea.title, idea.description, *idea.tags, idea.course, idea.semester, idea.name, idea.data]
    text = plain(" ".join(said))
    parts = text.split()
    return all(any(part.startswith(word) for part in parts) for word in wanted)


def _is_course(name: str, wanted: str) -> bool:
    words = plain(name).split()
    initials = "".join(word[0] for word in words)
    main = "".join(word[0] for word in words if word not in {"from", "with", "to", "the", "of", "and"})
    asked = plain(wanted)
    return bool(asked) and (asked in plain(name) or asked in {initials, main})


def _is_semester(text: str, wanted: str) -> bool:
    key = semester_key(wanted)
    return key == semester_key(text) if key else bool(plain(wanted)) and plain(wanted) in plain(text)
