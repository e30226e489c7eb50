"""What the slides say: nothing of the template's, and no number but those of the results."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from coursekit.evidence.claims import claims
from coursekit.evidence.notebooks import books
from coursekit.evidence.prompts import left, left_at
from coursekit.model import Level, Location, Text
from coursekit.report.lint import Found, Lint, Seen
from coursekit.text import one_line

_FOLDERS = ("literature", "data", "baseline", "model", "presentation")
_FILLER = re.compile(
    r"lorem ipsum|\bclick to (?:add|edit)\b|durch klicken (?:titel|text)|\[\s*(?:title|titel|name)\s*\]", re.I
)


class Prompts(Lint):
    """No prompt of a template is left, in what slides are made of and in slides that the group made."""

    code = "SLD101"
    title = Text("Unfilled prompts", "Offene Stellen der Vorlage")
    hint = Text(
        "Answer in your own words and delete the template's text; until then the slide has nothing to show there.",
        "Antwortet mit eigenen Worten und löscht den Text der Vorlage; vorher hat die Folie dort nichts zu zeigen.",
    )
    level = Level.REQUIRED

    def look(self, seen: Seen) -> Iterator[Found]:
        """Look into READMEs, notebooks, and the group's own slides."""
        submission = seen.submission
        readmes = [
            submission.readme(),
            *(submission.readme(f) for k in _FOLDERS for f in submission.milestone_folders(k)),
        ]
        for document in readmes:
            for prompt, line in left_at(document.source) if document else ():
                yield _still(prompt, Location(document.path, line)) if document else _still(prompt, None)
        for key in ("data", "baseline", "model"):
            for prompt, where in submission.once(books)[key].prompts:
                yield _still(prompt, where)
        for file in seen.files:
            for slide in file.slides:
                found = left(slide.text) or [match[0] for match in _FILLER.finditer(slide.text)]
                for prompt in found[:3]:
                    yield _still(prompt, Location(file.path, slide=slide.number))


def _still(prompt: str, where: Location | None) -> Found:
    text = Text("the template's text is still there: [{p}]", "der Text der Vorlage steht noch da: [{p}]")
    return Found(text.format(p=one_line(prompt, 70)), where)


class Claims(Lint):
    """Every figure that is said of the models is the one of the results: what check's RES102 asks, of the same facts."""

    code = "RES102"
    title = Text("Numbers agree", "Zahlen stimmen überein")
    hint = Text(
        "Correct the number, or train again so that results/ is up to date; the report takes the numbers of its slides "
        "from there.",
        "Berichtigt die Zahl, oder trainiert neu, damit results/ aktuell ist; die Folien des Reports nehmen ihre Zahlen "
        "von dort.",
    )
    level = Level.REQUIRED

    def look(self, seen: Seen) -> Iterator[Found]:
        """Take what check found."""
        found = seen.submission.once(claims)
        if not found.comparable:
            text = Text(
                "there is no results/metrics.json to compare with",
                "es gibt keine results/metrics.json zum Vergleichen",
            )
            yield Found(text, open=True)
        for claim in found.wrong:
            said = claim.against_results()
            text = Text(f"says {said.en}", f"sagt {said.de}")
            yield Found(text, replace(claim.location, slide=claim.slide))
