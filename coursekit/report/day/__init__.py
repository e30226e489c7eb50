"""The page that an instructor opens on presentation day: the order, links to the decks, and a timer.

It is one file that needs nothing else but the decks beside it. A content security policy allows its own script and
style by their hashes and nothing from outside; whatever groups wrote is text.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.report.renderers.html import digest
from coursekit.text import one_line

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE = Path(__file__).parent
COMMENT = (b"<!--", b"-->")
_WORDS = {
    "en": {
        "presentations": "Presentations",
        "groups": "groups",
        "start": "Start",
        "stop": "Stop",
        "reset": "Reset",
        "next": "Next group",
        "previous": "Previous group",
        "large": "Large timer",
        "choose": "Time this one",
        "left": "left",
        "over": "over time",
        "now": "Now",
        "slide": "slide",
        "slides": "slides",
        "then": "then",
        "end": "end",
        "soon": "Two minutes left",
        "up": "Time is up",
        "keys": "Space starts and stops · R resets · ↑ ↓ choose the group · O opens its slides · F large timer",
        "timer": "Timer",
        "cover": "Cover image",
        "none": "No slides yet",
        "planned": "planned",
        "minutes": "minutes",
    },
    "de": {
        "presentations": "Präsentationen",
        "groups": "Gruppen",
        "start": "Start",
        "stop": "Stopp",
        "reset": "Zurücksetzen",
        "next": "Nächste Gruppe",
        "previous": "Vorige Gruppe",
        "large": "Große Uhr",
        "choose": "Zeit nehmen",
        "left": "übrig",
        "over": "über der Zeit",
        "now": "Jetzt",
        "slide": "Folie",
        "slides": "Folien",
        "then": "dann",
        "end": "Ende",
        "soon": "Noch zwei Minuten",
        "up": "Die Zeit ist um",
        "keys": "Leertaste startet und stoppt · R setzt zurück · ↑ ↓ wählen die Gruppe · O öffnet die Folien · F große Uhr",
        "timer": "Uhr",
        "cover": "Titelbild",
        "none": "Noch keine Folien",
        "planned": "geplant",
        "minutes": "Minuten",
    },
}


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a deck, for the pace: which slides it has and how long it is planned to take."""

    title: str
    slides: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Talk:
    """A group's presentation.

    Attributes
    ----------
    group, title : str
    members : tuple of str
    links : tuple of (str, str)
        What each is called, and the address relative to the page; slides that a browser shows first.
    cover : bytes
        A small JPEG; none if empty.
    parts : tuple of Part
        In the order of the slides.
    start, end : str
        As people read times; empty without a slot.
    moment : str
        The start in ISO format, by which the page finds who is next.
    note : str
        Why there is no deck, or it is an older one.
    """

    group: str
    title: str = ""
    members: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    cover: bytes = b""
    parts: tuple[Part, ...] = ()
    start: str = ""
    end: str = ""
    moment: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sitting:
    """The talks of one session; `heading` is empty where there is no schedule."""

    heading: str
    talks: tuple[Talk, ...]


def render_day(
    course: str, sittings: Sequence[Sitting], *, semester: str = "", language: str = "en", seconds: int = 900
) -> bytes:
    """Return the page, the same for the same talks.

    Parameters
    ----------
    course, semester : str
    sittings : sequence of Sitting
    language : str
        ``en`` or ``de``.
    seconds : int
        How long a presentation may take.
    """
    from markupsafe import Markup

    style, script = (_text(name) for name in ("day.css", "day.js"))
    rules = (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"script-src '{digest(script)}'; style-src '{digest(style)}'"
    )
    text = (
        _templates()
        .get_template("day.html.jinja")
        .render(
            course=one_line(course, 120),
            semester=one_line(semester, 60),
            sittings=[
                {"heading": one_line(one.heading, 120), "talks": [_plain(talk) for talk in one.talks]}
                for one in sittings
            ],
            count=sum(len(one.talks) for one in sittings),
            language=language,
            words=_WORDS[language],
            seconds=seconds,
            style=Markup(style),  # noqa: S704 - a file of ours
            script=Markup(script),  # noqa: S704 - a file of ours
            policy=rules,
        )
    )
    return text.encode("utf-8")


def _plain(talk: Talk) -> dict[str, object]:
    return {
        "group": one_line(talk.group, 80),
        "title": one_line(talk.title, 160) or one_line(talk.group, 80),
        "members": [one_line(name, 60) for name in talk.members],
        "links": talk.links,
        "cover": base64.b64encode(talk.cover).decode("ascii"),
        "initials": "".join(word[0] for word in re.findall(r"\w+", talk.group)[:2]).upper(),
        "parts": [[one_line(part.title, 60), part.slides, part.seconds] for part in talk.parts],
        "minutes": max(1, (sum(part.seconds for part in talk.parts) + 30) // 60),
        "start": talk.start,
        "end": talk.end,
        "moment": talk.moment,
        "note": one_line(talk.note, 300),
    }


def _text(name: str) -> str:
    return (_HERE / name).read_text("utf-8").replace("\r\n", "\n")


@lru_cache(maxsize=1)
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
