"""Writes a `slides.md` to begin with: the headings of all sections, and below each what its slides say now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit.config import Course, ReportSettings
from coursekit.errors import InputError
from coursekit.files import write_bytes
from coursekit.model import Text
from coursekit.report.compose import compose
from coursekit.report.deck import Deck
from coursekit.report.fit import full_text
from coursekit.report.override import NAME, find_slides_md
from coursekit.report.plan import planned
from coursekit.report.section import Section, find_sections
from coursekit.report.write import find_target
from coursekit.submission import open_submission

_EXPLAINED = Text(
    """\
---
skip:
---

<!--
Your own words for the slides. `coursekit report` reads this file.

- What stands below a heading replaces what was found for that section. A section with nothing below its
  heading stays as it is. Below, the present text stands in comments like this one: take out what you want to
  change, and leave the rest.
- Paragraphs, lists, tables, code, $formulas$ and ![what it shows](picture.png) are what you know from READMEs.
- `## Title` begins a further slide of the section with a title of its own, a line `---` one without.
- `Note:` begins what only the speaker sees.
- A heading `# …` that is not among these becomes a slide of its own, at its place.
- To leave sections out, name them at the top:  skip: literature, discussion
-->
""",
    """\
---
skip:
---

<!--
Eure eigenen Worte für die Folien. `coursekit report` liest diese Datei.

- Was unter einer Überschrift steht, ersetzt das, was für diesen Abschnitt gefunden wurde. Ein Abschnitt, unter
  dessen Überschrift nichts steht, bleibt, wie er ist. Der jetzige Text steht in Kommentaren wie diesem: nehmt
  heraus, was ihr ändern wollt, und lasst den Rest.
- Absätze, Listen, Tabellen, Code, $Formeln$ und ![was es zeigt](bild.png) kennt ihr aus READMEs.
- `## Titel` beginnt eine weitere Folie des Abschnitts mit eigenem Titel, eine Zeile `---` eine ohne.
- `Note:` beginnt, was nur die Vortragenden sehen.
- Eine Überschrift `# …`, die nicht zu diesen gehört, wird an ihrer Stelle eine eigene Folie.
- Um Abschnitte wegzulassen, nennt sie oben:  skip: literature, discussion
-->
""",
)


@dataclass(frozen=True, slots=True)
class SlidesMd:
    """The file that was written."""

    path: Path

    def as_dict(self) -> dict[str, Any]:
        """Return what ``--format json`` prints."""
        return {"path": str(self.path)}

    def as_text(self) -> str:
        """Return what the command prints."""
        return f"Wrote {self.path}: edit it, then run  coursekit report  again.\n"


def start_slides_md(
    path: Path, *, lang: str | None = None, course: Course | None = None, force: bool = False
) -> SlidesMd:
    """Write a `slides.md` into the presentation folder of the repository at `path`.

    Parameters
    ----------
    path : Path
        A group's folder.
    lang : str, optional
        ``en`` or ``de``; by default the language of `project.toml`, else English.
    course : Course, optional
        Whose order of sections counts.
    force : bool
        Replace one that is there.

    Raises
    ------
    InputError
        If there is one already, or it cannot be written.
    """
    submission = open_submission(path)
    target = find_target(submission, path, None)
    found = find_slides_md(submission)
    file = path / found if found else target.folder / NAME
    if file.is_symlink() or (file.exists() and not force):
        raise InputError(
            f"expected no {NAME} in {target.folder}, but there is one: it may hold what you wrote",
            "Edit it, or say --force to begin anew.",
        )
    language = lang or (submission.project.language if submission.project else "") or "en"
    settings = course.report if course else ReportSettings()
    deck = compose(submission, language=language, final=True, settings=settings)
    text = starting_text(deck, planned(find_sections(), settings))
    write_bytes(file, text.encode("utf-8"))
    return SlidesMd(file)


def starting_text(deck: Deck, sections: list[Section]) -> str:
    """Return the file's text: it changes nothing until somebody edits it."""
    parts = [_EXPLAINED.in_(deck.language)]
    for section in sections:
        parts.append(f"# {section.title.in_(deck.language)}\n")
        for number, slide in enumerate(one for one in deck.slides if one.section == section.key):
            text = full_text((*slide.body, *slide.aside)).replace("--", "–").replace("\n\n", "\n")
            if text:
                title = f"## {slide.title}\n" if number else ""
                parts.append(f"<!--\n{title.replace('--', '–')}{text}\n-->\n")
    return "\n".join(parts)
