"""What an INFO.md states: the form in which projects were handed in until 2022, a heading for each thing.

Values stand behind the heading's colon, in backticks or not, or below it::

    ## title: `Reading digits`
    ## description:
    A small network reads digits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from coursekit.evidence.headings import normal
from coursekit.model import Location
from coursekit.submission import Document, Section, Submission

#: What the form asks for, by the headings' meanings.
FIELDS = {
    "title": r"title|titel|name|project title|projekttitel",
    "description": r"(short )?description|(kurz)?beschreibung",
    "participants": r"participants|students|members|authors|team|teilnehmer(innen)?|studierende|mitglieder|autoren",
    "contact": r"contact( information| details)?|kontakt(daten|informationen)?|e ?mail",
    "course": r"course|kurs",
    "semester": r"semester|term",
    "data": r"data( ?set| source)?s?|daten(satz|quelle)?",
    "website": r"web ?(site|page)|webseite|homepage",
}
# The form's own explanations; they stand above the next heading, and so below the value before.
_EXPLAINED = re.compile(
    r"^(?:the title of the project|short description, not more|name and surnames? of|name of the course, please|"
    r"semester and year in the form|SoSe only ha)[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
_NOTHING = re.compile(r"(?:none|no|no (?:web ?site|data|contact)|keine?|n ?a|tbd|todo|x+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Info:
    """The form's values by field, and where each heading stands. `there` is False without an INFO.md."""

    there: bool = False
    path: str = "INFO.md"
    values: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Location] = field(default_factory=dict)


def info(submission: Submission) -> Info:
    """Read the INFO.md at the root. Use as ``submission.once(info)``."""
    path = next((path for path in submission.files if path.casefold() == "info.md"), None)
    document = submission.markdown(path) if path else None
    if path is None or document is None:
        return Info()
    values: dict[str, str] = {}
    places: dict[str, Location] = {}
    for section in document.sections:
        label, _, inline = section.title.partition(":")
        key = next((key for key, pattern in FIELDS.items() if re.fullmatch(pattern, normal(label))), None)
        if key and key not in values:
            values[key] = _value(document, section, inline)
            places[key] = Location(path, section.line)
    if "title" not in values:
        _first_title(document, values, places)
    return Info(True, path, values, places)


def is_nothing(value: str) -> bool:
    """Whether a value only says that there is none."""
    return bool(_NOTHING.fullmatch(normal(value)))


def _value(document: Document, section: Section, inline: str) -> str:
    # The source, as headings and backticks are markup that the parsed text has lost.
    line = document.source.split("\n")[section.line - 1].partition(":")[2].strip()
    if line.startswith("`") and line.count("`") > 1:
        return line.strip("` '\"")
    if line.startswith("`"):  # some open the quotes and never close them
        return " ".join([line[1:], section.text]).strip(" `'")
    return inline.strip(" `'\"") or _EXPLAINED.sub("", section.text).strip(" `'\"\n")


def _first_title(document: Document, values: dict[str, str], places: dict[str, Location]) -> None:
    """Take the first heading, or the first line above any, where no field is called title."""
    known = [place.line for place in places.values() if place.line is not None]
    for section in document.sections[:3]:
        if section.heading is None and section.text:
            values["title"], places["title"] = (
                section.text.split("\n")[0],
                Location(document.path, section.line),
            )
            return
        if section.heading and section.line not in known:
            values["title"] = section.title.strip(" `")
            places["title"] = Location(document.path, section.line)
            return
