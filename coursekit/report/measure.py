"""How much room text takes, from the widths of the font's letters: the same answer for every renderer."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from coursekit.pdf.fonts import font_folders
from coursekit.report.formulas import formula
from coursekit.submission import Span

#: The line's height by the size of its text.
LEADING = 1.32
CODE_LEADING = 1.38
#: DejaVu Sans Mono, and what browsers take for monospace: none is wider.
MONO_WIDTH = 0.602
#: Kerning, hinting and other renderers' line breaking differ by less than this.
SAFETY = 1.03
_UNIT = 200


@lru_cache(maxsize=2)
def _font(*, strong: bool) -> object | None:
    from PIL import ImageFont

    paths = [path for folder in font_folders() for path in sorted(folder.rglob("*.ttf"))]
    for name in ("SourceSans3[", "NotoSans["):  # the first is narrower, and only there when it is installed
        for path in paths:
            if path.name.startswith(name):
                font = ImageFont.truetype(str(path), _UNIT, layout_engine=ImageFont.Layout.BASIC)
                font.set_variation_by_axes([600 if strong else 400])
                return font
    return None


@lru_cache(maxsize=8192)
def _advance(char: str, *, strong: bool) -> float:
    """Return a letter's width at size 1."""
    if unicodedata.combining(char) or unicodedata.category(char) in {"Cf", "Mn"}:
        return 0.0
    if unicodedata.east_asian_width(char) in {"W", "F"}:
        return 1.25 if ord(char) > 0xFFFF else 1.0  # emoji are wider than a square
    font = _font(strong=strong) if ord(char) < 0x2600 else None
    if font is None:
        return 0.62
    from PIL import ImageFont

    assert isinstance(font, ImageFont.FreeTypeFont)
    return float(font.getlength(char)) / _UNIT


def text_width(text: str, size: float, *, strong: bool = False, mono: bool = False) -> float:
    """Return how wide `text` is on one line."""
    if mono:
        wide = sum(1 for char in text if unicodedata.east_asian_width(char) in {"W", "F"})
        return (len(text) + wide) * MONO_WIDTH * size
    return sum(_advance(char, strong=strong) for char in text) * size * SAFETY


def lines_of(spans: tuple[Span, ...], width: float, size: float, *, strong: bool = False) -> int:
    """Return how many lines `spans` fill when they are broken at spaces (and long words where they must)."""
    lines, x = 1, 0.0
    space = text_width(" ", size)
    for span in spans:
        if span.style == "break":
            lines, x = lines + 1, 0.0
            continue
        made = formula(span.text) if span.style == "math" else None
        if made:
            wide = made.width * made.inline * size * SAFETY
            if x and x + wide > width:
                lines, x = lines + 1, 0.0
            # Wider than the line: its source stands there, see `fits_inline`.
            if wide <= width:
                x += wide
                continue
        mono = span.style in {"code", "math"}
        bold = strong or span.style == "strong"
        inner = size * 0.86 if mono else size
        for number, word in enumerate(span.text.split(" ")):
            gap = space if number and x else 0.0
            wide = text_width(word, inner, strong=bold, mono=mono)
            if x + gap + wide <= width:
                x += gap + wide
                continue
            if x:
                lines, x = lines + 1, 0.0
            while wide > width:  # a word longer than the line is broken in it
                lines += 1
                wide -= width * 0.95
            x = wide
    return lines
