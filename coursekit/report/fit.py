"""Makes every slide fit its page: smaller text first, then a second slide, then fewer words.

What is left out stays in the speaker notes, and a draft says so on the slide. After this, renderers
draw every block at the size and in the box that it was given; nothing overflows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from coursekit.model import Text
from coursekit.report import layout as page
from coursekit.report.deck import VISUALS, Block, Bullets, Code, Math, Paragraph, Slide, Table
from coursekit.report.measure import MONO_WIDTH, lines_of
from coursekit.submission import Span
from coursekit.submission.markdown import plain

SHORTENED = Text(
    "Shortened to fit: the notes hold the full text. Put the main point into fewer words.",
    "Gekürzt, damit es passt: der volle Text steht in den Notizen. Fasst den Kern kürzer.",
)
_CONTINUED = Text("(continued)", "(Fortsetzung)")
_MAX_NOTES = 4000
_MAX_TITLE = 300


@dataclass(frozen=True)
class _Column:
    blocks: tuple[Block, ...]
    left: tuple[Block, ...]  # what found no place
    cut: bool  # whether words were lost

    @property
    def whole(self) -> bool:
        return not self.left and not self.cut


def fit(slide: Slide, *, more: int, language: str, final: bool) -> list[Slide]:
    """Return `slide` fitted, as one slide or as up to `more` further ones.

    Parameters
    ----------
    slide : Slide
        As a section made it.
    more : int
        How many slides the section may still add.
    language : str
        Of our own words.
    final : bool
        Whether there are no visible notes.
    """
    slide = replace(slide, title=fit_title(slide.title))
    if slide.layout in {"title", "closing"}:
        return [_fit_cover(slide)]
    height = page.body_height(hint=bool(slide.hints) and not final)
    for size in page.SIZES:
        whole = _place(slide, size, height)
        if whole:
            return [whole]
    if more > 0 and not slide.aside and (halves := _split(slide, height)):
        first, rest = halves
        rest = replace(rest, title=f"{slide.title} {_CONTINUED.in_(language)}")
        return [first, *fit(rest, more=more - 1, language=language, final=final)]
    return [_shorten(slide, language=language, final=final)]


def fit_title(title: str) -> str:
    """Return a title that fills at most two lines."""
    title = " ".join(title.split())
    words = title[:_MAX_TITLE].split()
    shown = title
    while words and lines_of((Span(shown),), page.body_width(), page.TITLE_SIZES[-1], strong=True) > 2:
        shown = " ".join(words).rstrip(" ,;:–-") + "…"
        last = words.pop()
        if not words and len(last) > 1:  # a single word that is longer than two lines
            words = [last[: len(last) * 3 // 4]]
    return shown


def title_size(title: str) -> float:
    """Return the size at which a title fits its place."""
    for size in page.TITLE_SIZES:
        if lines_of((Span(title),), page.body_width(), size, strong=True) * size * 1.16 <= page.TITLE_HEIGHT:
            return size
    return page.TITLE_SIZES[-1]


def column_widths(slide: Slide) -> tuple[float, float]:
    """Return the widths of a slide's two columns; the second is 0 where there is none."""
    width = page.body_width()
    if not slide.aside:
        return width, 0.0
    aside = (width - page.GUTTER) * slide.share
    return width - page.GUTTER - aside, aside


def _fit_cover(slide: Slide) -> Slide:
    """Fit the first or last slide: its picture fills its side, and long text is cut."""
    body = []
    for block in slide.body:
        if isinstance(block, Paragraph):
            spans = block.spans
            limit = 3 if block.role == "lead" else 2
            while lines_of(spans, 400.0, 20.0) > limit and len(plain(spans)) > 20:
                spans = (Span(_fewer_words(plain(spans))),)
            block = replace(block, spans=spans)
        body.append(block)
    aside = tuple(
        page.contain(block, *page.COVER_BOX) if isinstance(block, VISUALS) else block for block in slide.aside
    )
    return replace(slide, body=tuple(body), aside=aside, size=20.0)


def _place(slide: Slide, size: float, height: float) -> Slide | None:
    """Return the slide with everything placed at `size`, or None when something has no room."""
    widths = column_widths(slide)
    columns = []
    for blocks, width in zip((slide.body, slide.aside), widths, strict=True):
        placed = _fill(blocks, width, size, height)
        if not placed.whole:
            return None
        columns.append(placed.blocks)
    return replace(slide, body=columns[0], aside=columns[1], size=size)


def _fill(blocks: tuple[Block, ...], width: float, size: float, height: float) -> _Column:
    """Place as many whole blocks as there is room for; visuals share what the others leave."""
    done: list[Block] = []
    used = 0.0
    for number, block in enumerate(blocks):
        space = page.gap(size) if done else 0.0
        block = _sized(block, width, size, height - used - space)
        need = page.height_of(block, width, size)
        if used + space + need > height + 0.01:
            return _Column(_share(tuple(done), width, size, height), blocks[number:], False)
        done.append(block)
        used += space + need
    return _Column(_share(tuple(done), width, size, height), (), False)


def _sized(block: Block, width: float, size: float, room: float) -> Block:
    """Choose the size of a table's or a listing's text: the largest that fits, in proportion to the slide's."""
    if isinstance(block, Table):
        for candidate in _in_proportion(page.TABLE_SIZES, size):
            sized = replace(block, size=candidate, widths=page.table_widths(block, width, candidate))
            if page.table_height(sized, width, candidate) <= room:
                break
        return sized
    if isinstance(block, Code):
        block = _wrapped(block, width)
        widest = page.code_size(block, width, 40.0)
        for candidate in _in_proportion(page.CODE_SIZES, size):
            coded = replace(block, size=min(candidate, widest))
            if page.height_of(coded, width, size) <= room:
                break
        return coded
    return block


def _in_proportion(sizes: tuple[float, ...], size: float) -> tuple[float, ...]:
    """Return those of `sizes` that go with text of `size`: no small print beside large letters."""
    if size <= page.SMALLEST:
        return sizes
    return tuple(one for one in sizes if one <= size and one >= size * 0.65) or sizes[:1]


def _share(blocks: tuple[Block, ...], width: float, size: float, height: float) -> tuple[Block, ...]:
    """Give the visuals of a column all the room that its text leaves."""
    visuals = sum(isinstance(block, VISUALS) for block in blocks)
    if not visuals:
        return blocks
    fixed = sum(page.height_of(block, width, size) for block in blocks if not isinstance(block, VISUALS))
    each = (height - fixed - page.gap(size) * (len(blocks) - 1)) / visuals
    return tuple(
        page.contain(block, width, each) if isinstance(block, VISUALS) else block for block in blocks
    )


def _without_label(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Drop labels at the end: they have nothing left to label."""
    while blocks and isinstance(blocks[-1], Paragraph) and blocks[-1].role == "label":
        blocks = blocks[:-1]
    return blocks


def _split(slide: Slide, height: float) -> tuple[Slide, Slide] | None:
    """Return two slides' worth, the first one placed, or None when there is no good place to part."""
    width, _ = column_widths(slide)
    size = 18.0
    column = _fill(slide.body, width, size, height)
    kept = _without_label(column.blocks)
    if kept and column.left:
        first = replace(slide, body=kept, size=size)
        return first, replace(slide, body=slide.body[len(kept) :], hints=(), notes="")
    # One block that is too long by itself.
    part, rest = _part(slide.body[0], width, size, height) if slide.body else (None, None)
    if part is None or rest is None:
        return None
    return (
        replace(slide, body=(part,), size=size),
        replace(slide, body=(rest, *slide.body[1:]), hints=(), notes=""),
    )


def _part(block: Block, width: float, size: float, height: float) -> tuple[Block | None, Block | None]:
    """Part a list between entries of the outermost level, or a paragraph between sentences."""
    if isinstance(block, Bullets):
        for end in range(len(block.items) - 1, 0, -1):
            head = Bullets(block.items[:end])
            if block.items[end].level == 0 and page.height_of(head, width, size) <= height:
                return head, Bullets(block.items[end:])
    if isinstance(block, Paragraph):
        sentences = re.split(r"(?<=[.!?])\s+", plain(block.spans))
        for end in range(len(sentences) - 1, 0, -1):
            head_text = replace(block, spans=(Span(" ".join(sentences[:end])),))
            if page.height_of(head_text, width, size) <= height:
                return head_text, replace(block, spans=(Span(" ".join(sentences[end:])),))
    return None, None


def _shorten(slide: Slide, *, language: str, final: bool) -> Slide:
    """Fit at the smallest size; what has no room is left out and kept in the notes."""
    hint = SHORTENED.in_(language)
    hints = slide.hints if hint in slide.hints or final else (*slide.hints, hint)
    height = page.body_height(hint=bool(hints) and not final)
    columns = []
    for blocks, width in zip((slide.body, slide.aside), column_widths(slide), strict=True):
        size = page.SMALLEST
        column = _fill(blocks, width, size, height)
        placed = column.blocks
        if column.left:
            fixed = sum(
                page.height_of(block, width, size) for block in placed if not isinstance(block, VISUALS)
            )
            fixed += sum(page.MIN_VISUAL for block in placed if isinstance(block, VISUALS))
            room = height - fixed - page.gap(size) * len(placed)
            cut = cut_block(column.left[0], width, size, room)
            placed = _share((*placed, cut), width, size, height) if cut else _without_label(placed)
        columns.append(placed)
    notes = "\n\n".join(part for part in (slide.notes, full_text((*slide.body, *slide.aside))) if part)
    return replace(
        slide, body=columns[0], aside=columns[1], size=page.SMALLEST, hints=hints, notes=notes[:_MAX_NOTES]
    )


def cut_block(block: Block, width: float, size: float, room: float) -> Block | None:
    """Return as much of a block as `room` allows, ending in an ellipsis, or None when that is nothing."""
    if isinstance(block, Paragraph):
        text = "" if block.role == "label" else plain(block.spans)
        while len(text) > 24:
            text = _fewer_words(text)
            shorter = replace(block, spans=(Span(text),))
            if page.height_of(shorter, width, size) <= room:
                return shorter
    elif isinstance(block, Bullets):
        for end in range(len(block.items) - 1, 0, -1):
            last = block.items[end - 1]
            spans = (Span(plain(last.spans).rstrip(" .,;") + " …"),)
            shorter_list = Bullets((*block.items[: end - 1], replace(last, spans=spans)))
            if page.height_of(shorter_list, width, size) <= room:
                return shorter_list
        first = block.items[0]
        text = plain(first.spans)
        while len(text) > 24:
            text = _fewer_words(text)
            one = Bullets((replace(first, spans=(Span(text),)),))
            if page.height_of(one, width, size) <= room:
                return one
    elif isinstance(block, Table):
        return _cut_table(block, width, room)
    elif isinstance(block, Code):
        return cut_code(block, width, room)
    elif isinstance(block, Math):
        return None
    return None


def _cut_table(table: Table, width: float, room: float) -> Table | None:
    size = page.TABLE_SIZES[-1]
    sized = replace(table, size=size, widths=page.table_widths(table, width, size))
    while len(sized.rows) > 2:
        more = tuple((Span("…"),) if i == 0 else () for i in range(len(sized.rows[0])))
        rows = (*sized.rows[:-1], more)
        if page.table_height(replace(sized, rows=rows), width, size) <= room:
            return replace(sized, rows=rows)
        sized = replace(
            sized, rows=sized.rows[:-1], strong=sized.strong if sized.strong < len(rows) - 1 else -1
        )
    return None


def cut_code(block: Code, width: float, room: float) -> Code | None:
    """Return the first lines of a listing that fit, the long ones wrapped, ended by an ellipsis."""
    size = page.CODE_SIZES[-1]
    block = _wrapped(block, width)
    lines = block.source.split("\n")
    while len(lines) > 3:
        lines = lines[:-1]
        shorter = replace(block, source="\n".join([*lines, "…"]), size=size)
        if page.height_of(shorter, width, size) <= room:
            return shorter
    return None


def _wrapped(block: Code, width: float) -> Code:
    """Wrap the lines of a listing that are too long even in the smallest letters."""
    columns = int((width - 2 * page.CODE_PAD) / (page.CODE_SIZES[-1] * MONO_WIDTH))
    return replace(block, source=wrap_code(block.source, max(columns, 20)))


def wrap_code(source: str, columns: int) -> str:
    """Return source code with lines of at most `columns` characters; continued ones are marked by an arrow."""
    lines = []
    for line in source.split("\n"):
        indent = len(line) - len(line.lstrip())
        lead = " " * min(indent + 4, columns // 2) + "↪ "
        while len(line) > columns:
            at = line.rfind(" ", len(lead) + 8, columns)
            at = at if at > 0 else columns - 1
            lines.append(line[:at].rstrip())
            line = lead + line[at:].lstrip()
        lines.append(line)
    return "\n".join(lines)


def _fewer_words(text: str) -> str:
    words = text.rstrip(" …").split(" ")
    drop = max(1, len(words) // 12)
    kept = " ".join(words[:-drop]) if len(words) > drop else text[: max(len(text) * 3 // 4, 8)]
    return kept.rstrip(" ,;:–-") + " …"


def full_text(blocks: tuple[Block, ...]) -> str:
    """Return what the blocks say, for the notes."""
    parts = []
    for block in blocks:
        if isinstance(block, Paragraph):
            parts.append(plain(block.spans))
        elif isinstance(block, Bullets):
            parts.append("\n".join("  " * item.level + "• " + plain(item.spans) for item in block.items))
        elif isinstance(block, Table):
            parts.append("\n".join(" | ".join(plain(cell) for cell in row) for row in block.rows))
    return "\n\n".join(part for part in parts if part)
