"""What the slides hold that a group made itself: words, sizes of letters, colors, alt texts, read by a limited process."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit.evidence.slides import slides
from coursekit.submission import Submission, UnreadableError

_LARGEST = 100_000_000
_SECONDS = 60
_MOST_FILES = 5
_COLOR = re.compile(r"[0-9A-Fa-f]{6}")
_READERS = Path(__file__).parent / "readers"


@dataclass(frozen=True, slots=True)
class Letters:
    """How many letters have a size, in points of a page 540 points high, and where they begin."""

    size: float
    count: int
    sample: str


@dataclass(frozen=True, slots=True)
class Colored:
    """Text whose color and ground are both stated, as ``#rrggbb``."""

    ink: str
    ground: str
    size: float
    sample: str


@dataclass(frozen=True, slots=True)
class Crowded:
    """Text that has no room: ``shrunk`` to so many percent, ``outside`` of the slide, or ``over`` its box."""

    kind: str
    percent: int
    sample: str


@dataclass(frozen=True, slots=True)
class SlideFacts:
    """One slide or page.

    Attributes
    ----------
    words : int
        How many; those in a PPTX slide's tables are not counted.
    pictures : int
        The pictures of a PDF's page.
    undescribed : tuple of str
        A PPTX slide's pictures and charts without an alt text, by their names.
    """

    number: int
    text: str
    words: int
    letters: tuple[Letters, ...] = ()
    colored: tuple[Colored, ...] = ()
    crowded: tuple[Crowded, ...] = ()
    undescribed: tuple[str, ...] = ()
    pictures: int = 0


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A slides file; `slides` is empty and `known` false where it could not be read."""

    path: str
    known: bool
    count: int = 0
    tagged: bool = True
    slides: tuple[SlideFacts, ...] = ()


def slide_facts(submission: Submission) -> tuple[FileFacts, ...]:
    """Return what the PDF and PPTX files among the slides hold. Use as ``submission.once(slide_facts)``."""
    found = submission.once(slides)
    # What the README links to is handed in; other files may be plots that lie beside.
    linked = [path for path in found.files if path in found.linked]
    return tuple(_file(submission, path) for path in (linked or found.files)[:_MOST_FILES])


def _file(submission: Submission, path: str) -> FileFacts:
    ending = path.lower().rpartition(".")[2]
    unknown = FileFacts(path, known=False)
    if ending not in {"pdf", "pptx"}:
        return unknown
    try:
        data = submission.read(path, _LARGEST)
    except UnreadableError:
        return unknown
    found = _read(_READERS / f"{ending}.py", data)
    try:
        return _facts(path, found) if found else unknown
    except (KeyError, TypeError, ValueError, AttributeError):
        return unknown


def _read(program: Path, data: bytes) -> Any:
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own program
            [sys.executable, "-I", str(program)],
            input=data,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
        return json.loads(done.stdout) if done.returncode == 0 else None
    except (subprocess.TimeoutExpired, OSError, ValueError):
        return None


def _facts(path: str, found: Any) -> FileFacts:
    return FileFacts(
        path,
        known=True,
        count=int(found["count"]),
        tagged=bool(found["tagged"]),
        slides=tuple(
            SlideFacts(
                int(slide["number"]),
                str(slide["text"]),
                int(slide["words"]),
                tuple(Letters(float(a), int(b), str(c)) for a, b, c in slide["letters"]),
                tuple(
                    Colored(f"#{a}".lower(), f"#{b}".lower(), float(c), str(d))
                    for a, b, c, d in slide.get("pale", ())
                    if _COLOR.fullmatch(str(a)) and _COLOR.fullmatch(str(b))
                ),
                tuple(Crowded(str(a), int(b), str(c)) for a, b, c in slide.get("crowded", ())),
                tuple(str(name) for name in slide.get("undescribed", ())),
                int(slide.get("pictures", 0)),
            )
            for slide in found["slides"]
        ),
    )
