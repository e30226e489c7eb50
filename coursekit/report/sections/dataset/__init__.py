"""The data: where they are from, what is in them, and what the exploration showed."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.model import Text
from coursekit.report.deck import Block, Part, Slide
from coursekit.report.digest import digest, figures_of, notes_of, share_for, tables_of
from coursekit.report.prose import TECHNICAL, parts_of
from coursekit.report.section import Context, Section

TITLE = Text("Dataset characteristics", "Eigenschaften der Daten")
_FINDINGS = Text("What the data show", "Was die Daten zeigen")
_SHOWN = r"distribution|verteilung|bias|verzerrung|correlation|korrelation|outlier|ausreisser|imbalance|feature descr|visuali"
_SKIPPED = r"import|setup|load|save|notebook"


def build(context: Context) -> Sequence[Slide]:
    """Return an overview, and a second slide with what the plots show."""
    passages = [p for p in context.passages("data") if not p.headed(_SKIPPED)]
    shown = [p for p in passages if p.about(_SHOWN)]
    overview = [p for p in passages if p not in shown]
    first, second = figures_of(overview, 2), figures_of(shown, 3)
    title = context.t(TITLE)
    slides = []
    text = digest(overview, 90)
    tables = tables_of(overview)
    if text and first:
        slides.append(Slide(title, text, (first[0],), share_for(first[0]), notes=notes_of(overview)))
    elif text and tables and len(tables[0].rows[0]) <= 4:
        slides.append(Slide(title, text, (tables[0],), 0.5, notes=notes_of(overview)))
    elif text or tables or first:
        body: tuple[Block, ...] = text or tuple(tables[:1]) or tuple(first[:1])
        if text and not second and tables:
            body = (*digest(overview, 40), tables[0])
        slides.append(Slide(title, body, notes=notes_of(overview)))
    found = digest(shown, 80)
    heading = context.t(_FINDINGS) if slides else title
    if found and second:
        slides.append(Slide(heading, found, (second[0],), share_for(second[0]), notes=notes_of(shown)))
    elif len(second) >= 2:
        slides.append(Slide(heading, (second[0],), (second[1],), 0.5, notes=notes_of(shown)))
    elif found or second:
        slides.append(Slide(heading, found or (second[0],), notes=notes_of(shown)))
    return slides


def article(context: Context) -> Sequence[Part]:
    """Return the whole exploration."""
    return parts_of([p for p in context.passages("data") if not p.headed(TECHNICAL)])


SECTION = Section(
    key="dataset",
    order=30,
    title=TITLE,
    slides=(1, 2),
    seconds=120,
    build=build,
    article=article,
    missing=Text(
        "Describe the data in the notebook in 1_DatasetCharacteristics: source, size, missing values, distributions.",
        "Beschreibt die Daten im Notebook in 1_DatasetCharacteristics: Herkunft, Umfang, fehlende Werte, Verteilungen.",
    ),
)
