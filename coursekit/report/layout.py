"""The page's measures and how high each block is at a given size: what `fit` reckons with and renderers obey."""

from __future__ import annotations

from dataclasses import replace

from coursekit.report.deck import (
    HEIGHT,
    VISUALS,
    WIDTH,
    Block,
    Bullets,
    Code,
    Facts,
    Figure,
    Math,
    Paragraph,
    Table,
)
from coursekit.report.formulas import Formula, formula
from coursekit.report.measure import CODE_LEADING, LEADING, MONO_WIDTH, lines_of, text_width
from coursekit.submission import Span
from coursekit.submission.markdown import plain

MARGIN = 56.0
TOP = 112.0  # where the body starts, below a title of at most two lines
BOTTOM = 490.0  # where it ends
HINT_HEIGHT = 34.0  # a draft's note takes this from the body's end
GUTTER = 32.0
TITLE_SIZES = (32.0, 28.0, 24.0, 21.0)
TITLE_HEIGHT = 62.0
SIZES = (28.0, 26.0, 24.0, 22.0, 20.0, 18.0, 16.0)
SMALLEST = SIZES[-1]
TABLE_SIZES = (18.0, 16.0, 14.0, 13.0, 12.0)
CODE_SIZES = (16.0, 15.0, 14.0, 13.0, 12.0, 11.0)
CAPTION = 13.0
MIN_VISUAL = 150.0
FACT_HEIGHT = 96.0
COVER_BOX = (404.0, 440.0)  # the title slide's picture
BULLET_INDENT = 1.15  # by the text's size, for each level
TABLE_PAD = (7.0, 4.0)  # left and right, above and below a cell's text
CODE_PAD = 12.0
_MATH = 0.9
MATH_PAD = 8.0
_SMALL_MATH = 11.0


def body_width() -> float:
    """Return the width between the margins."""
    return WIDTH - 2 * MARGIN


def body_height(*, hint: bool) -> float:
    """Return the height for blocks."""
    assert BOTTOM < HEIGHT
    return BOTTOM - TOP - (HINT_HEIGHT if hint else 0.0)


def gap(size: float) -> float:
    """Return the space between two blocks."""
    return size * 0.62


def height_of(block: Block, width: float, size: float) -> float:
    """Return a block's height; for a visual the least that it needs."""
    if isinstance(block, Paragraph):
        inner = paragraph_size(block, size)
        indent = 16.0 if block.role == "quote" else 0.0
        return lines_of(block.spans, width - indent, inner, strong=block.role == "label") * inner * LEADING
    if isinstance(block, Bullets):
        return bullets_height(block, width, size)
    if isinstance(block, Table):
        return table_height(block, width, block.size or min(size, TABLE_SIZES[0]))
    if isinstance(block, Code):
        inner = block.size or code_size(block, width, size)
        caption = CAPTION * LEADING + 4 if block.caption else 0.0
        return len(block.source.split("\n")) * inner * CODE_LEADING + 2 * CODE_PAD + caption
    if isinstance(block, Math):
        found = math_formula(block, width, size)
        if found:
            return found[0].height * found[1] + 2 * MATH_PAD
        return lines_of((Span(block.source, "code"),), width - 24, size * _MATH) * size * _MATH * LEADING + 16
    if isinstance(block, Facts):
        return FACT_HEIGHT
    return MIN_VISUAL + (CAPTION * LEADING + 6 if isinstance(block, Figure) and block.caption else 0.0)


def math_formula(block: Math, width: float, size: float) -> tuple[Formula, float] | None:
    """Return a formula and the size at which it is set in `width`; None where its source is shown."""
    made = formula(block.source, display=True)
    if made is None:
        return None
    fitting = min(size, (width - 3 * MATH_PAD) / made.width)
    return (made, fitting) if fitting >= min(size, _SMALL_MATH) else None


def paragraph_size(block: Paragraph, size: float) -> float:
    """Return the size of a paragraph's text on a slide of text size `size`."""
    return {"lead": size * 1.15, "muted": size * 0.8, "label": size * 0.85}.get(block.role, size)


def bullets_height(block: Bullets, width: float, size: float) -> float:
    """Return a list's height."""
    total = 0.0
    for item in block.items:
        inner = bullet_size(item.level, size)
        indent = BULLET_INDENT * size * (item.level + 1)
        total += lines_of(item.spans, width - indent, inner) * inner * LEADING + bullet_gap(size)
    return max(total - bullet_gap(size), 0.0)


def bullet_size(level: int, size: float) -> float:
    """Return the size of an entry's text: nested ones are a little smaller."""
    return size if level == 0 else max(size * 0.9, min(size, SMALLEST - 1))


def bullet_gap(size: float) -> float:
    """Return the space between two entries."""
    return size * 0.3


def code_size(block: Code, width: float, size: float) -> float:
    """Return the largest size at which the longest line fits in `width`, within what can be read."""
    longest = max((len(line) for line in block.source.split("\n")), default=1) or 1
    fitting = (width - 2 * CODE_PAD) / (longest * MONO_WIDTH)
    return max(CODE_SIZES[-1], min(CODE_SIZES[0], fitting, size * 0.8))


def table_widths(table: Table, width: float, size: float) -> tuple[float, ...]:
    """Return the columns' widths: what each needs on one line, scaled down where they need too much."""
    natural, least = [], []
    for column in range(len(table.rows[0])):
        texts = [plain(row[column]) for row in table.rows]
        pad = 2 * TABLE_PAD[0]
        natural.append(max(text_width(text, size, strong=True) for text in texts) + pad)
        words = [word for text in texts for word in text.split()] or [""]
        least.append(min(max(text_width(word, size, strong=True) for word in words), width * 0.4) + pad)
    total = sum(natural)
    if total <= width:
        # A narrow table is stretched, but not so far that a row falls apart.
        factor = min(width / total, 1.6)
        return tuple(value * factor for value in natural)
    # One long column must not squeeze the others to a word a line.
    natural = [min(value, width * 0.5) for value in natural]
    spare = width - sum(least)
    if spare <= 0:
        return tuple(value * width / sum(least) for value in least)
    wanted = sum(max(have - low, 0.0) for have, low in zip(natural, least, strict=True)) or 1.0
    return tuple(
        low + spare * max(have - low, 0.0) / wanted for have, low in zip(natural, least, strict=True)
    )


def table_row_heights(table: Table, width: float, size: float) -> list[float]:
    """Return the height of each row."""
    widths = table.widths or table_widths(table, width, size)
    heights = []
    for number, row in enumerate(table.rows):
        lines = max(
            lines_of(cell, widths[i] - 2 * TABLE_PAD[0], size, strong=number in {0, table.strong})
            for i, cell in enumerate(row)
        )
        heights.append(lines * size * LEADING + 2 * TABLE_PAD[1])
    return heights


def table_height(table: Table, width: float, size: float) -> float:
    """Return a table's height."""
    caption = CAPTION * LEADING + 6 if table.caption else 0.0
    return sum(table_row_heights(table, width, size)) + caption


def contain(block: Block, width: float, height: float) -> Block:
    """Give a visual its box within `width` × `height`."""
    assert isinstance(block, VISUALS)
    if not isinstance(block, Figure):
        return replace(block, box=(width, height))
    room = height - (CAPTION * LEADING + 6 if block.caption else 0.0)
    picture = block.picture
    # Small pictures are not blown up until they blur.
    scale = min(width / picture.width, room / picture.height, 1.5)
    return replace(block, box=(picture.width * scale, picture.height * scale))
