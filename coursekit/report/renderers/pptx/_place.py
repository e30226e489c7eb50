"""Where each block of a fitted slide stands on its page: text that belongs together in one place, visuals by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from coursekit.report import layout as page
from coursekit.report.deck import VISUALS, Block, Bullets, Code, Facts, Figure, Math, Paragraph, Slide, Table
from coursekit.report.fit import column_widths
from coursekit.report.formulas import Formula
from coursekit.report.measure import LEADING
from coursekit.report.renderers.pptx._linear import linear
from coursekit.report.renderers.pptx._template import LEFT, MOST_REGIONS, RIGHT, Kind
from coursekit.report.renderers.pptx._xml import Box
from coursekit.submission import Span

TEXT = (Paragraph, Bullets, Math)
CAPTION_HEIGHT = page.CAPTION * LEADING
_AFTER_LABEL = 0.4  # of the space between blocks: a label stays with what it labels


@dataclass(frozen=True, slots=True)
class Drawn:
    """A formula that can be drawn, and the size at which it has its place."""

    source: str
    formula: Formula
    size: float

    @property
    def box(self) -> tuple[float, float]:
        """Its width and height."""
        return self.formula.width * self.size, self.formula.height * self.size


@dataclass(frozen=True, slots=True)
class Placed:
    """Blocks and their place.

    Attributes
    ----------
    blocks : tuple of Block
        Several only where all are text.
    box : tuple of float
        Left, top, width and height in points, without a caption.
    region : int
        The layout's place for it; 0 where it has none.
    width : float
        The column's, which a caption below may take.
    """

    blocks: tuple[Block | Drawn, ...]
    box: Box
    region: int
    width: float
    left: float


def kind_of(slide: Slide) -> Kind:
    """Return the layout that a slide needs."""
    if slide.layout in {"title", "closing"}:
        return Kind("title", 0, int(any(isinstance(block, Figure) for block in slide.aside)))
    if slide.layout == "missing":
        return Kind("missing", 1)
    size = slide.size or page.SIZES[0]
    left, right = (
        sum(_has_region(blocks) for blocks in _together(column, width, size))
        for column, width in zip((slide.body, slide.aside), column_widths(slide), strict=True)
    )
    return Kind("content", min(left, MOST_REGIONS), min(right, MOST_REGIONS))


def place(slide: Slide) -> list[Placed]:
    """Return the blocks of a content slide in reading order, each with its place."""
    size = slide.size or page.SIZES[0]
    widths = column_widths(slide)
    end = page.TOP + page.body_height(hint=bool(slide.hints))
    placed: list[Placed] = []
    for column, width, x, first in (
        (slide.body, widths[0], page.MARGIN, LEFT),
        (slide.aside, widths[1], page.MARGIN + widths[0] + page.GUTTER, RIGHT),
    ):
        y, number = page.TOP, 0
        groups = list(_together(column, width, size))
        for position, blocks in enumerate(groups):
            height = (
                text_height(blocks, width, size)
                if isinstance(blocks[0], TEXT)
                else _height(blocks[0], width, size)
            )
            region = 0
            if _has_region(blocks) and number < MOST_REGIONS:
                region = first + number
                number += 1
            inner = _inner(blocks[0], x, y, width, height)
            if isinstance(blocks[0], TEXT) and position == len(groups) - 1:
                inner = (x, y, width, max(end - y, height))  # room to write on
            placed.append(Placed(blocks, inner, region, width, x))
            y += height + page.gap(size) * (_AFTER_LABEL if _is_label(blocks[-1]) else 1.0)
    return placed


def _together(column: tuple[Block, ...], width: float, size: float) -> Iterator[tuple[Block | Drawn, ...]]:
    """Yield a column's blocks, texts in a row as one."""
    texts: list[Block | Drawn] = []
    for block in column:
        found = page.math_formula(block, width, size) if isinstance(block, Math) else None
        if isinstance(block, TEXT) and not found:
            texts.append(block)
            continue
        if texts:
            yield tuple(texts)
            texts = []
        yield (Drawn(block.source, *found) if isinstance(block, Math) and found else block,)
    if texts:
        yield tuple(texts)


def _has_region(blocks: tuple[Block | Drawn, ...]) -> bool:
    # Tiles and networks are drawn from several shapes, which no place of a layout can hold.
    return isinstance(blocks[0], (*TEXT, Table, Code, Figure)) or (
        isinstance(blocks[0], VISUALS) and type(blocks[0]).__name__ in {"LineChart", "Matrix"}
    )


def in_letters(block: Block | Drawn) -> Block | Drawn:
    """Return text with the formulas in its lines written in letters."""
    if isinstance(block, Paragraph):
        return replace(block, spans=lettered(block.spans))
    if isinstance(block, Bullets):
        return Bullets(tuple(replace(item, spans=lettered(item.spans)) for item in block.items))
    return block


def lettered(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return spans with their formulas written in letters."""
    return tuple(Span(linear(span.text), "em") if span.style == "math" else span for span in spans)


def text_height(blocks: tuple[Block | Drawn, ...], width: float, size: float) -> float:
    """Return how much room texts take, one below the other."""
    return sum(page.height_of(block, width, size) + before for block, before in spaced(blocks, size))


def spaced(blocks: tuple[Block | Drawn, ...], size: float) -> Iterator[tuple[Block, float]]:
    """Yield texts with the space before each."""
    for number, block in enumerate(blocks):
        assert not isinstance(block, Drawn)
        label = number > 0 and _is_label(blocks[number - 1])
        yield block, 0.0 if not number else page.gap(size) * (_AFTER_LABEL if label else 1.0)


def _is_label(block: Block | Drawn) -> bool:
    return isinstance(block, Paragraph) and block.role == "label"


def caption_of(block: Block | Drawn) -> str:
    """Return the small print below a block."""
    return block.caption if isinstance(block, Figure | Table | Code) else ""


def _height(block: Block | Drawn, width: float, size: float) -> float:
    if isinstance(block, Drawn):
        return block.box[1] + 2 * page.MATH_PAD
    if isinstance(block, VISUALS):
        return block.box[1] + (CAPTION_HEIGHT + 6 if caption_of(block) else 0.0)
    return page.height_of(block, width, size)


def _inner(block: Block | Drawn, x: float, y: float, width: float, height: float) -> Box:
    """Return the place of a block itself, without its caption; pictures stand in the middle of their column."""
    below = CAPTION_HEIGHT + (4 if isinstance(block, Code) else 6) if caption_of(block) else 0.0
    if isinstance(block, Drawn):
        return (x, y + page.MATH_PAD, *block.box)
    if isinstance(block, VISUALS):
        return (x + (width - block.box[0]) / 2, y, block.box[0], block.box[1])
    if isinstance(block, Table) and block.widths:
        return (x, y, min(sum(block.widths), width), height - below)
    if isinstance(block, Facts):
        return (x, y, width, page.FACT_HEIGHT)
    return (x, y, width, height - below)
