"""The deck as plain lists and dictionaries, with every size and place worked out: what templates draw."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from coursekit.model import Text
from coursekit.report import layout as page
from coursekit.report.charts import WEB_FONT, chart
from coursekit.report.convert import safe_link
from coursekit.report.deck import (
    Block,
    Bullet,
    Bullets,
    Code,
    Deck,
    Facts,
    Figure,
    Math,
    Paragraph,
    Picture,
    Slide,
    Table,
)
from coursekit.report.fit import column_widths, title_size
from coursekit.report.formulas import Formula, formula
from coursekit.report.highlight import PYTHON
from coursekit.report.measure import lines_of, text_width
from coursekit.report.theme import Theme
from coursekit.submission import Span

_FACT_SIZES = (32.0, 28.0, 24.0, 22.0, 20.0, 18.0, 16.0, 14.0)
_FACT_TWO_LINES = 20.0
FACT_GAP = 14.0
_COVER_SIZES = (52.0, 46.0, 40.0, 34.0, 30.0, 26.0)
_MAX_LINE = 400
_LONG_WORD = re.compile(r"[^\s\u2e80-\U0001ffff]{25,}")
_LOGO_BOX = (200.0, 44.0)
LOGO_ALT = Text("The course's logo", "Logo des Kurses")
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg"}


@dataclass
class Plain:
    """The deck's data, and its pictures by the names that the data uses (``figure-1.png``, ``chart-2.svg``)."""

    data: dict[str, Any]
    chart_font: str
    language: str
    color: str = "#000000"
    images: dict[str, bytes] = field(default_factory=dict)
    formulas: dict[str, tuple[Formula, float]] = field(default_factory=dict)


def plain_deck(deck: Deck, theme: Theme, *, chart_font: str) -> Plain:
    """Return the deck for templates, with charts whose text is in `chart_font`."""
    result = Plain({}, chart_font, deck.language, formula_color(theme, chart_font))
    slides = [_slide(slide, number, theme, result) for number, slide in enumerate(deck.slides, 1)]
    result.data = {
        "title": deck.title,
        "authors": list(deck.authors),
        "language": deck.language,
        "date": [deck.date.year, deck.date.month, deck.date.day],
        "final": deck.final,
        "seconds": deck.seconds,
        "colors": theme.colors(),
        "theme": theme.name,
        "logo": _logo(theme, deck.language, result),
        "footer": footer(deck.title),
        "page": {
            "margin": page.MARGIN,
            "top": page.TOP,
            "bottom": page.BOTTOM,
            "gutter": page.GUTTER,
            "hint": page.HINT_HEIGHT,
            "caption": page.CAPTION,
            "fact": page.FACT_HEIGHT,
            "fact_gap": FACT_GAP,
        },
        "slides": slides,
    }
    return result


def _logo(theme: Theme, language: str, result: Plain) -> dict[str, Any] | None:
    """Return the course's logo at its size on the first and last slide."""
    if theme.logo is None:
        return None
    name = f"logo.{_ENDINGS[theme.logo.mime]}"
    result.images[name] = theme.logo.data
    return {"name": name, "alt": LOGO_ALT.in_(language), "box": list(logo_size(theme.logo))}


def logo_size(logo: Picture) -> tuple[float, float]:
    """Return how large the course's logo is on the first and last slide."""
    scale = min(_LOGO_BOX[0] / logo.width, _LOGO_BOX[1] / logo.height)
    return round(logo.width * scale, 1), round(logo.height * scale, 1)


def footer(title: str) -> str:
    """Return the project's title short enough for a slide's foot."""
    return shortened(title, 13.0, 700.0)


def shortened(text: str, size: float, width: float) -> str:
    """Return `text` on one line of at most `width`."""
    if len(text) < _MAX_LINE and text_width(text, size) <= width:
        return text
    text = text[:_MAX_LINE]
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def _slide(slide: Slide, number: int, theme: Theme, result: Plain) -> dict[str, Any]:
    widths = column_widths(slide)
    size = cover_size(slide) if slide.layout in {"title", "closing"} else title_size(slide.title)
    text = slide.size or page.SIZES[0]
    return {
        "number": number,
        "layout": slide.layout,
        "title": slide.title,
        "title_size": size,
        "eyebrow": slide.eyebrow,
        "size": text,
        "gap": page.gap(text),
        "width": widths[0],
        "aside_width": widths[1],
        "body": [plain_block(block, text, widths[0], theme, result) for block in slide.body],
        "aside": [plain_block(block, text, widths[1], theme, result) for block in slide.aside],
        "hints": list(slide.hints),
        "notes": slide.notes,
        "seconds": slide.seconds,
        "section": slide.section,
    }


def cover_size(slide: Slide) -> float:
    """Return the size of the title on the first or last slide."""
    width = 400.0 if slide.aside else page.body_width()
    for size in _COVER_SIZES:
        longest = max((text_width(word, size, strong=True) for word in slide.title.split()), default=0.0)
        if longest <= width and lines_of((Span(slide.title),), width, size, strong=True) <= 4:
            return size
    return _COVER_SIZES[-1]


def plain_block(block: Block, size: float, width: float, theme: Theme, result: Plain) -> dict[str, Any]:
    """Return a block for templates; its picture is added to those of `result`."""
    if isinstance(block, Paragraph):
        return {
            "kind": "paragraph",
            "role": block.role,
            "size": page.paragraph_size(block, size),
            "spans": spans(block.spans, page.paragraph_size(block, size), width, result),
        }
    if isinstance(block, Bullets):
        return {
            "kind": "list",
            "items": _tree(block.items, size, width, result),
            "size": size,
            "gap": page.bullet_gap(size),
        }
    if isinstance(block, Table):
        return {
            "kind": "table",
            "rows": [
                [
                    spans(
                        cell,
                        block.size,
                        block.widths[i] - 2 * page.TABLE_PAD[0] if block.widths else width,
                        result,
                    )
                    for i, cell in enumerate(row)
                ]
                for row in block.rows
            ],
            "numeric": list(block.numeric) or [False] * len(block.rows[0]),
            "strong": block.strong,
            "caption": block.caption,
            "widths": list(block.widths),
            "size": block.size,
        }
    if isinstance(block, Code):
        return {
            "kind": "code",
            "source": block.source,
            "language": "python" if block.language.casefold() in PYTHON else "",
            "caption": block.caption,
            "size": block.size,
        }
    if isinstance(block, Math):
        found = page.math_formula(block, width, size)
        if found:
            made, fitting = found
            return {
                "kind": "math",
                "source": block.source,
                "alt": block.source,
                "box": [made.width * fitting, made.height * fitting],
                "name": _formula(made, fitting, result),
            }
        return {"kind": "math", "source": block.source, "size": size * 0.9}
    if isinstance(block, Facts):
        return {"kind": "facts", "items": tiles(block, width)}
    if isinstance(block, Figure):
        name = f"figure-{len(result.images) + 1}.{_ENDINGS[block.picture.mime]}"
        result.images[name] = block.picture.data
        caption = shortened(block.caption, page.CAPTION, width)
        return {"kind": "image", "name": name, "alt": block.alt, "box": list(block.box), "caption": caption}
    name = f"chart-{len(result.images) + 1}.svg"
    result.images[name] = chart(block, theme, font=result.chart_font, language=result.language).encode(
        "utf-8"
    )
    return {"kind": "image", "name": name, "alt": block.alt, "box": list(block.box), "caption": ""}


def spans(items: tuple[Span, ...], size: float, width: float, result: Plain) -> list[dict[str, Any]]:
    """Return spans with links checked once more: a renderer may put them into a link as they are."""
    made: list[dict[str, Any]] = []
    for span in items:
        target = safe_link(span.target) if span.style == "link" else ""
        style = "" if span.style == "link" and not target else span.style
        found = formula(span.text) if style == "math" else None
        entry: dict[str, Any] = {"text": span.text, "style": style, "target": target}
        if len(parts := parts_of(span.text)) > 1:
            entry["parts"] = parts
        if found and found.width * found.inline * size <= width:
            inner = size * found.inline
            entry |= {
                "style": "formula",
                "name": _formula(found, inner, result),
                "box": [found.width * inner, found.height * inner],
                "below": found.below * inner,
            }
            result.formulas[entry["name"]] = (found, size)
        made.append(entry)
    return made


def formula_color(theme: Theme, chart_font: str) -> str:
    """Return the color of formulas: in a page that of the text around, which may be read on a dark ground."""
    return "currentColor" if chart_font == WEB_FONT else theme.ink


def parts_of(text: str) -> list[str]:
    """Return text in the parts between which long words may be broken: addresses, paths, formulas as source."""
    parts, at = [], 0
    for word in _LONG_WORD.finditer(text):
        for end in range(word.start() + 4, word.end(), 4):
            parts.append(text[at:end])
            at = end
    return [*parts, text[at:]]


def _formula(made: Formula, size: float, result: Plain) -> str:
    name = f"formula-{len(result.images) + 1}.svg"
    result.images[name] = made.svg(size, result.color).encode("utf-8")
    return name


def _tree(items: tuple[Bullet, ...], size: float, width: float, result: Plain) -> list[dict[str, Any]]:
    """Nest a flat list."""
    roots: list[dict[str, Any]] = []
    path: list[list[dict[str, Any]]] = [roots]
    for item in items:
        node = {
            "spans": spans(
                item.spans,
                page.bullet_size(item.level, size),
                width - page.BULLET_INDENT * size * (item.level + 1),
                result,
            ),
            "number": item.number,
            "size": page.bullet_size(item.level, size),
            "items": [],
        }
        depth = min(item.level, len(path) - 1)
        path = path[: depth + 1]
        path[depth].append(node)
        children = node["items"]
        assert isinstance(children, list)
        path.append(children)
    return roots


def tiles(block: Facts, width: float) -> list[dict[str, Any]]:
    """Return what stands in each tile, at which size, and how wide it is."""
    number = max(len(block.items), 2)
    each = (width - FACT_GAP * (number - 1)) / number
    inner = each - 28.0
    # Tiles in a row look alike: their values are set in one size, unless one is much longer.
    sizes = [_fact_size(fact.value, inner) for fact in block.items]
    common = max(min(sizes), 22.0)
    return [
        {
            "label": shortened(fact.label, 14.0, inner),
            "value": _two_lines(fact.value, min(size, common), inner),
            "size": min(size, common),
            "note": shortened(fact.note, 13.0, inner),
            "width": each,
        }
        for fact, size in zip(block.items, sizes, strict=True)
    ]


def _fact_size(value: str, width: float) -> float:
    """Return the size of a tile's value: large on one line, or smaller on two."""
    for size in _FACT_SIZES:
        lines = 1 if size > _FACT_TWO_LINES else 2
        longest = max((text_width(word, size, strong=True) for word in value.split()), default=0.0)
        if longest <= width and lines_of((Span(value),), width, size, strong=True) <= lines:
            return size
    return _FACT_SIZES[-1]


def _two_lines(value: str, size: float, width: float) -> str:
    """Return a tile's value, cut after a whole word where it needs more than two lines."""

    def fits(text: str) -> bool:
        return lines_of((Span(text),), width, size, strong=True) <= 2

    if fits(value):
        return value
    shorter = value
    while shorter and not fits(shorter + "…"):
        cut = shorter.rfind(" ")
        shorter = shorter[: cut if cut > 0 else -1].rstrip()
    return shorter + "…"
