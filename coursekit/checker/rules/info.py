"""INF: the form INFO.md, in which projects were handed in until 2022."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from coursekit.checker.rule import Outcome, Rule, met, not_met
from coursekit.evidence.info import info, is_nothing
from coursekit.model import Location, Text
from coursekit.submission import Submission
from coursekit.text import one_line

_NO_FORM = Text("there is no INFO.md at the root", "im Wurzelordner fehlt INFO.md")
_WHY = Text(
    "The catalogue of projects is made from INFO.md; what is missing there is missing on the website.",
    "Aus INFO.md entsteht das Verzeichnis der Projekte; was dort fehlt, fehlt auf der Webseite.",
)


class _Field(Rule):
    """A field of the form has a value."""

    why = _WHY
    field: ClassVar[str]

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look below the field's heading."""
        form = submission.once(info)
        if not form.there:
            return not_met(_NO_FORM)
        value, place = form.values.get(self.field, ""), form.places.get(self.field)
        if not re.search(r"\w", value) or (is_nothing(value) and not parameters.get("none", False)):
            text = Text(
                "INFO.md does not state it ('## {field}: …')", "INFO.md nennt es nicht ('## {field}: …')"
            )
            return not_met(text.format(field=self.field), place or Location(form.path))
        return self.judge(value, place or Location(form.path), parameters)

    def judge(self, value: str, place: Location, parameters: Mapping[str, Any]) -> Outcome:
        """Judge a value that is there."""
        del parameters
        return met(Text(one_line(value, 80), one_line(value, 80)), place)


class InfoTitle(_Field):
    """INFO.md states the project's title."""

    code = "INF101"
    field = "title"
    title = Text("INFO.md: title", "INFO.md: Titel")
    what = Text(
        "INFO.md states the project's title.",
        "INFO.md nennt den Titel des Projekts.",
    )
    hint = Text(
        "Write '## title: `Your title`' into INFO.md.", "Schreibt '## title: `Euer Titel`' in INFO.md."
    )
    example = "## title: ``"


class InfoDescription(_Field):
    """INFO.md describes the project, briefly."""

    code = "INF102"
    field = "description"
    title = Text("INFO.md: description", "INFO.md: Beschreibung")
    what = Text(
        "INFO.md describes the project in at most 200 characters.",
        "INFO.md beschreibt das Projekt in höchstens 200 Zeichen.",
    )
    hint = Text(
        "Say in INFO.md, behind '## description:', in one or two sentences what the project does.",
        "Sagt in INFO.md hinter '## description:' in ein, zwei Sätzen, was das Projekt tut.",
    )
    example = Text("## description: `(three paragraphs)`", "## description: `(drei Absätze)`")
    parameters = {"characters": 200}

    def judge(self, value: str, place: Location, parameters: Mapping[str, Any]) -> Outcome:
        """Count the characters, white space once."""
        count, most = len(" ".join(value.split())), parameters["characters"]
        if count > most:
            text = Text(
                "the description has {count} characters, more than {most}",
                "die Beschreibung hat {count} Zeichen, mehr als {most}",
            )
            return not_met(text.format(count=count, most=most), place)
        return met(Text(f"{count} characters", f"{count} Zeichen"), place)


class InfoParticipants(_Field):
    """INFO.md names everybody who took part."""

    code = "INF103"
    field = "participants"
    title = Text("INFO.md: participants", "INFO.md: Teilnehmende")
    what = Text(
        "INFO.md names everybody who took part.",
        "INFO.md nennt alle, die mitgemacht haben.",
    )
    hint = Text(
        "Write all names behind '## participants:' in INFO.md, separated by commas.",
        "Schreibt alle Namen hinter '## participants:' in INFO.md, durch Kommas getrennt.",
    )
    example = "## students:"


class InfoContact(_Field):
    """INFO.md says how to reach the group."""

    code = "INF104"
    field = "contact"
    title = Text("INFO.md: contact", "INFO.md: Kontakt")
    what = Text(
        "INFO.md says how to reach the group.",
        "INFO.md sagt, wie die Gruppe zu erreichen ist.",
    )
    hint = Text(
        "Write an address (e-mail, ORCID, a web page) behind '## contact information:' in INFO.md.",
        "Schreibt eine Adresse (E-Mail, ORCID, Webseite) hinter '## contact information:' in INFO.md.",
    )
    example = Text("(no heading about a contact)", "(keine Überschrift zum Kontakt)")


class InfoCourse(_Field):
    """INFO.md names the course."""

    code = "INF105"
    field = "course"
    title = Text("INFO.md: course", "INFO.md: Kurs")
    what = Text(
        "INFO.md names the course.",
        "INFO.md nennt den Kurs.",
    )
    hint = Text(
        "Copy the course's name from its web page behind '## course:' in INFO.md.",
        "Kopiert den Namen des Kurses von seiner Webseite hinter '## course:' in INFO.md.",
    )
    example = "## course: ``"


class InfoSemester(_Field):
    """INFO.md names the semester in the agreed form."""

    code = "INF106"
    field = "semester"
    title = Text("INFO.md: semester", "INFO.md: Semester")
    what = Text(
        "INFO.md names the semester in the agreed form.",
        "INFO.md nennt das Semester in der vereinbarten Form.",
    )
    hint = Text(
        "Write SoSe and four digits (SoSe2021), or WiSe and twice two (WiSe2122), behind '## semester:' in INFO.md.",
        "Schreibt SoSe und vier Ziffern (SoSe2021) oder WiSe und zweimal zwei (WiSe2122) hinter '## semester:' in INFO.md.",
    )
    example = "## semester: `Summer 21`"

    def judge(self, value: str, place: Location, parameters: Mapping[str, Any]) -> Outcome:
        """Compare with the form; a winter's second year follows its first."""
        del parameters
        found = re.fullmatch(r"SoSe(20\d\d)|WiSe(\d\d)(\d\d)", value.strip())
        if found and (found[1] or (int(found[2]) + 1) % 100 == int(found[3])):
            return met(Text(value.strip(), value.strip()), place)
        text = Text(
            "expected SoSe2021 or WiSe2122, found {value}",
            "erwartet wird SoSe2021 oder WiSe2122, da steht {value}",
        )
        return not_met(text.format(value=one_line(value, 40)), place)


class InfoData(_Field):
    """INFO.md says where the data come from."""

    code = "INF107"
    field = "data"
    title = Text("INFO.md: data", "INFO.md: Daten")
    what = Text(
        "INFO.md says where the data come from.",
        "INFO.md sagt, woher die Daten kommen.",
    )
    hint = Text(
        "Say behind '## data:' in INFO.md where the data come from, with a link if there is one.",
        "Sagt hinter '## data:' in INFO.md, woher die Daten kommen, wenn möglich mit Link.",
    )
    example = "## data:"


class InfoWebsite(_Field):
    """INFO.md names a website, or says that there is none."""

    code = "INF108"
    field = "website"
    title = Text("INFO.md: website", "INFO.md: Webseite")
    what = Text(
        "INFO.md names a website, or says that there is none.",
        "INFO.md nennt eine Webseite oder sagt, dass es keine gibt.",
    )
    hint = Text(
        "Write the project's web page behind '## website:' in INFO.md, or 'none'.",
        "Schreibt die Webseite des Projekts hinter '## website:' in INFO.md, oder 'none'.",
    )
    example = "## website:"
    # 'none' is an answer here.
    parameters = {"none": True}
