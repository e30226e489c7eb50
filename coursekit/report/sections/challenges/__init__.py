"""What was hard, what went wrong, and what the group did about it."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.model import Text
from coursekit.report.deck import Part, Slide
from coursekit.report.digest import digest, figures_of, notes_of, share_for
from coursekit.report.prose import parts_of
from coursekit.report.section import Context, Section

TITLE = Text("Challenges and errors", "Schwierigkeiten und Fehler")
ABOUT = (
    r"challeng|difficult|obstacle|problems?\b(?! statement)|issues?\b|errors?\b(?! metric)|error analysis|mistakes|lessons|"
    r"what went wrong|herausforderung|schwierigkeit|fehleranalyse|fehler\b|probleme\b"
)


def build(context: Context) -> Sequence[Slide]:
    """Return one slide from the passages on challenges, errors and their analysis."""
    passages = [p for p in context.material.everywhere() if p.headed(ABOUT) and p.path]
    text = digest(passages, 95)
    figures = figures_of(passages, 1)
    if not text:
        return []
    aside = tuple(figures)
    share = share_for(figures[0]) if figures else 0.5
    return [Slide(context.t(TITLE), text, aside, share, notes=notes_of(passages))]


def article(context: Context) -> Sequence[Part]:
    """Return these passages in full."""
    return parts_of([p for p in context.material.everywhere() if p.headed(ABOUT) and p.path], figures=4)


SECTION = Section(
    key="challenges",
    order=70,
    title=TITLE,
    slides=(1, 1),
    seconds=60,
    build=build,
    article=article,
    missing=Text(
        "Write under a heading “Challenges” in 3_Model (notebook or README) what was hardest and how you solved it.",
        "Schreibt in 3_Model (Notebook oder README) unter „Herausforderungen“, was am schwersten war und wie ihr es gelöst habt.",
    ),
)
