"""What a group wrote, in full, for the written report: passages as parts with their figures and tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from coursekit.model import Text
from coursekit.report.convert import MAX_COLUMNS
from coursekit.report.deck import Block, Fact, Facts, Paragraph, Part, Slide, Table
from coursekit.report.material import Passage
from coursekit.submission import Span

#: What notebooks have between the things that they tell.
TECHNICAL = (
    r"import|setup|load(ing)?\b|librar|packages|read (in )?(the )?data|save|notebook|table of contents|"
    r"next steps? in|bibliothek|einlesen|daten laden"
)
_MOST_FIGURES = 10
_MOST_PRINTED = 3
_MOST_PRINTED_ROWS = 10
_VALUE = Text("Value", "Wert")


def parts_of(
    passages: Iterable[Passage], *, figures: int = _MOST_FIGURES, printed: int = _MOST_PRINTED
) -> list[Part]:
    """Return the passages with their text and up to so many figures and printed tables, those without any left out."""
    parts = []
    for passage in passages:
        blocks: list[Block] = list(passage.blocks)
        for table in passage.tables:
            if printed > 0 and len(table.rows[0]) < MAX_COLUMNS:
                blocks.append(_first_rows(table))
                printed -= 1
        for candidate in passage.figures:
            figure = candidate.figure() if figures > 0 else None
            if figure:
                blocks.append(figure)
                figures -= 1
        if blocks:
            parts.append(Part(passage.title, tuple(blocks)))
    return parts


def _first_rows(table: Table) -> Table:
    """Return the beginning of a table that code printed: nobody reads on."""
    if len(table.rows) <= _MOST_PRINTED_ROWS + 3:
        return table
    more = tuple((Span("…"),) for _ in table.rows[0])
    return replace(table, rows=(*table.rows[: _MOST_PRINTED_ROWS + 1], more))


def parts_of_slides(slides: Iterable[Slide], language: str) -> list[Part]:
    """Return what slides show as parts: for sections that have nothing more to say in a report."""
    parts = []
    for slide in slides:
        if slide.layout == "content":
            blocks = [
                facts_table(block, language) if isinstance(block, Facts) else block
                for block in (*slide.body, *slide.aside)
            ]
            parts.append(Part(slide.title, tuple(blocks)))
    return parts


def facts_table(facts: Facts, language: str) -> Table:
    """Return a slide's tiles as a table."""

    def cell(fact: Fact) -> str:
        return f"{fact.value} ({fact.note})" if fact.note else fact.value

    header: tuple[tuple[Span, ...], ...] = ((), (Span(_VALUE.in_(language)),))
    rows = [((Span(fact.label),), (Span(cell(fact)),)) for fact in facts.items]
    return Table((header, *rows), (False, False))


def sentence(text: str) -> Part:
    """Return a paragraph of ours."""
    return Part("", (Paragraph((Span(text),)),))
