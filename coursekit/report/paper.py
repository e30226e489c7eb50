"""The written report as plain lists and dictionaries, its figures, tables and listings numbered: what templates draw.

Lengths are in points on A4.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from coursekit.model import Text
from coursekit.report import layout as page
from coursekit.report.contrast import contrast
from coursekit.report.date import written_out
from coursekit.report.deck import (
    Article,
    Block,
    Bullets,
    Chapter,
    Code,
    Deck,
    Figure,
    LineChart,
    Matrix,
    Network,
    Paragraph,
    Part,
    Table,
)
from coursekit.report.fit import full_text, wrap_code
from coursekit.report.measure import MONO_WIDTH
from coursekit.report.plain import Plain, formula_color, plain_block
from coursekit.report.theme import LIGHT, Theme

WIDTH = 459.0  # between the margins
SIZE = 10.5
_TABLE_SIZE = 9.0
_CODE_SIZE = 8.8
_CODE_COLUMNS = 84
_CODE_LINES = 90
_PIXEL = 0.75  # a pixel of a notebook's figure, as browsers show it
_TALLEST = 260.0
_CHART_WIDTH = 390.0
_MOST_AUTHORS = 20
#: Words from which on a table of contents helps.
LONG = 1500

_LABELS = {
    "abstract": Text("Abstract", "Zusammenfassung"),
    "contents": Text("Contents", "Inhalt"),
    "references": Text("References", "Quellen"),
    "contributions": Text("Contributions", "Beiträge"),
    "draft": Text(
        "Draft: framed notes say what is still missing. They are left out with --final.",
        "Entwurf: Gerahmte Hinweise sagen, was noch fehlt. Mit --final entfallen sie.",
    ),
}
_FIGURE = Text("Figure", "Abbildung")
_TABLE = Text("Table", "Tabelle")
_LISTING = Text("Listing", "Code")
_NETWORK = Text("The network from input to output", "Das Netz von der Eingabe zur Ausgabe")
_NO_SOURCES = Text("No sources are named.", "Es sind keine Quellen genannt.")


def on_paper(theme: Theme) -> Theme:
    """Return the theme for a page that may be printed: the light one for a dark one."""
    return replace(LIGHT, logo=theme.logo) if contrast(theme.page, "#ffffff") > 2 else theme


class _Numbers:
    """Counts figures, tables and listings through the report."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._counts: dict[str, int] = {}

    def next(self, text: Text) -> str:
        self._counts[text.en] = self._counts.get(text.en, 0) + 1
        return f"{text.in_(self._language)} {self._counts[text.en]}"


def plain_article(deck: Deck, theme: Theme, *, chart_font: str) -> Plain:
    """Return the report for templates, with charts whose text is in `chart_font`."""
    article = deck.article
    assert article is not None
    result = Plain({}, chart_font, deck.language, formula_color(theme, chart_font))
    numbers = _Numbers(deck.language)

    def drawn(blocks: tuple[Block, ...], heading: str) -> list[dict[str, Any]]:
        return [_block(block, heading, theme, result, numbers) for block in blocks if not _empty(block)]

    chapters = [
        {
            "number": number,
            "title": chapter.title,
            "note": chapter.note,
            "parts": [_part(part, chapter, drawn) for part in chapter.parts],
        }
        for number, chapter in enumerate(article.chapters, 1)
    ]
    labels = {key: text.in_(deck.language) for key, text in _LABELS.items()}
    result.data = {
        "title": deck.title,
        "authors": list(deck.authors[:_MOST_AUTHORS]),
        "language": deck.language,
        "date": [deck.date.year, deck.date.month, deck.date.day],
        "dated": written_out(deck.date, deck.language),
        "context": article.context,
        "colors": theme.colors(),
        "labels": labels,
        "draft": not deck.final and bool(article.missing),
        "contents": len(_words(article)) > LONG,
        "abstract": drawn(article.abstract, labels["abstract"]),
        "chapters": chapters,
        "references": [
            {"number": number, "title": reference.title, "link": reference.link}
            for number, reference in enumerate(article.references, 1)
        ],
        "contributions": drawn(article.contributions, labels["contributions"]),
    }
    return result


def _part(part: Part, chapter: Chapter, drawn: Any) -> dict[str, Any]:
    return {"title": part.title, "blocks": drawn(part.blocks, part.title or chapter.title)}


def _words(article: Article) -> list[str]:
    return [
        word
        for chapter in article.chapters
        for part in chapter.parts
        for word in full_text(part.blocks).split()
    ]


def _empty(block: Block) -> bool:
    return isinstance(block, Bullets) and not block.items


def _block(block: Block, heading: str, theme: Theme, result: Plain, numbers: _Numbers) -> dict[str, Any]:
    """Return a block with its number and caption; what has none of its own is called as the text around it."""
    shown: tuple[float, float] | None = None
    label = caption = ""
    if isinstance(block, Table):
        label, caption = numbers.next(_TABLE), block.caption or heading
        widths = page.table_widths(block, WIDTH, _TABLE_SIZE)
        block = replace(block, size=_TABLE_SIZE, widths=widths)
    elif isinstance(block, Code):
        label, caption = numbers.next(_LISTING), block.caption or heading
        block = _listing(block)
    elif isinstance(block, Figure):
        label, caption = numbers.next(_FIGURE), block.caption or heading
        scale = min(WIDTH / block.picture.width, _TALLEST / block.picture.height, _PIXEL)
        shown = (block.picture.width * scale, block.picture.height * scale)
        block = replace(block, box=shown)
    elif isinstance(block, LineChart | Matrix | Network):
        label = numbers.next(_FIGURE)
        caption = _NETWORK.in_(result.language) if isinstance(block, Network) else block.title or heading
        box = _chart_box(block)
        wide = WIDTH if isinstance(block, Network) else _CHART_WIDTH
        shown = (wide, box[1] * wide / box[0])
        block = replace(block, box=box)
    made = plain_block(block, SIZE, WIDTH, theme, result)
    if label:
        made |= {"label": label, "caption": caption}
    if shown:
        made["box"] = list(shown)
    if isinstance(block, Paragraph):
        made["size"] = SIZE
    return made


def _chart_box(block: LineChart | Matrix | Network) -> tuple[float, float]:
    """Return the size at which a chart is drawn; it is shown smaller, with its text as large as the report's."""
    if isinstance(block, LineChart):
        return (620.0, 320.0)
    if isinstance(block, Matrix):
        return (620.0, min(460.0, 110.0 + 40.0 * len(block.labels)))
    rows = 1 if len(block.layers) <= 5 else -(-len(block.layers) // 6)
    return (780.0, 136.0 * rows + 22.0 * (rows - 1))


def _listing(block: Code) -> Code:
    lines = wrap_code(block.source, _CODE_COLUMNS).split("\n")
    if len(lines) > _CODE_LINES:
        lines = [*lines[: _CODE_LINES - 1], "…"]
    longest = max(len(line) for line in lines) or 1
    size = min(_CODE_SIZE, (WIDTH - 20) / (longest * MONO_WIDTH))
    return replace(block, source="\n".join(lines), size=size)


_LONG_WORD = re.compile(r"\S{25,}")


def breakable(text: str) -> str:
    """Return text with places in its very long words where a line may end; browsers find them themselves."""

    def part(match: re.Match[str]) -> str:
        word = re.sub(r"(?<=[/_.,;:=&?+\-])(?=\w)", "\u200b", match[0])
        return re.sub(r"([^\u200b]{20})(?=[^\u200b])", "\\1\u200b", word)

    return _LONG_WORD.sub(part, text)
