"""Charts as SVG: learning curves, confusion matrices, networks. Drawn from data, in the theme's colors.

The same drawing goes into HTML and, through Typst, into PDF. All text is escaped; there is no style
attribute, so that a strict content security policy lets it through.
"""

from __future__ import annotations

import math
from html import escape

from coursekit.report import measure
from coursekit.report.contrast import ink_on, mix
from coursekit.report.deck import Layer, LineChart, Matrix, Network
from coursekit.report.numbers import localized
from coursekit.report.theme import Theme

#: Typst draws a variable font in SVG at its lightest weight, if that is its default: Source Sans is, Noto is not.
PDF_FONT = "Noto Sans"
WEB_FONT = "Deck"
_WIDER = 1.1  # Noto Sans, by what is measured
_MAX_POINTS = 400
_MAX_LABEL = 300


def chart(
    block: LineChart | Matrix | Network, theme: Theme, *, font: str = WEB_FONT, language: str = "en"
) -> str:
    """Return the SVG of a chart at the size of its box, its text in `font`, its numbers as `language` writes them."""
    width, height = block.box
    if isinstance(block, LineChart):
        inner = _lines(block, theme, width, height, language)
    elif isinstance(block, Matrix):
        inner = _matrix(block, theme, width, height)
    else:
        inner = _network(block, theme, width, height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" '
        f'width="{_n(width)}" height="{_n(height)}" font-family="{escape(font)}, sans-serif">{"".join(inner)}</svg>'
    )


def text_width(text: str, size: float, *, strong: bool = False) -> float:
    """Return how wide a label is at most, in either font."""
    return measure.text_width(text, size, strong=strong) * _WIDER


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _text(
    x: float,
    y: float,
    text: str,
    size: float,
    fill: str,
    *,
    anchor: str = "start",
    strong: bool = False,
    turn: bool = False,
) -> str:
    weight = ' font-weight="600"' if strong else ""
    turned = f' transform="rotate(-90 {_n(x)} {_n(y)})"' if turn else ""
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" fill="{fill}" text-anchor="{anchor}"{weight}{turned}>'
        f"{escape(text)}</text>"
    )


def _line(x1: float, y1: float, x2: float, y2: float, color: str, width: float = 1.0) -> str:
    return f'<path d="M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}" stroke="{color}" stroke-width="{_n(width)}" fill="none"/>'


def _rect(
    x: float, y: float, w: float, h: float, fill: str, *, radius: float = 0.0, stroke: str = "none"
) -> str:
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(max(w, 0))}" height="{_n(max(h, 0))}" rx="{_n(radius)}" '
        f'fill="{fill}" stroke="{stroke}"/>'
    )


def _cut(text: str, size: float, width: float, *, strong: bool = False) -> str:
    """Shorten a label that is wider than its place."""
    if len(text) < _MAX_LABEL and text_width(text, size, strong=strong) <= width:
        return text
    text = text[:_MAX_LABEL]
    while text and text_width(text + "…", size, strong=strong) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return about `count` round numbers that span `low` to `high`."""
    if not high > low:
        high = low + (abs(low) or 1.0)
    raw = (high - low) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= raw * 0.999)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, last + 1)]


def tick_label(value: float, step: float, language: str = "en") -> str:
    """Return a tick's number with as many digits as its step needs."""
    if value and (abs(value) >= 1e6 or abs(step) < 1e-5):
        return localized(f"{value:.3g}", language)
    digits = max(0, -math.floor(math.log10(step) + 1e-9)) if step else 0
    digits += 1 if round(step * 10**digits, 6) != int(round(step * 10**digits, 6)) else 0
    return localized(f"{value + 0.0:.{digits}f}", language)


def _lines(block: LineChart, theme: Theme, width: float, height: float, language: str) -> list[str]:
    size = 14.0
    values = [value for series in block.series for value in series.values if value is not None]
    marks = ticks(min(values), max(values))
    step = marks[1] - marks[0]
    labels = [tick_label(mark, step, language) for mark in marks]
    left = max(text_width(label, size) for label in labels) + 12
    top, right, bottom = 52.0, 12.0, 44.0
    w, h = width - left - right, height - top - bottom
    x_low, x_high = min(block.x), max(block.x)
    x_span = (x_high - x_low) or 1.0
    y_span = (marks[-1] - marks[0]) or 1.0

    def px(x: float) -> float:
        return left + (x - x_low) / x_span * w

    def py(y: float) -> float:
        return top + h - (y - marks[0]) / y_span * h

    out = [_text(0, 16, _cut(block.title, 16, width, strong=True), 16, theme.ink, strong=True)]
    for mark, label in zip(marks, labels, strict=True):
        out.append(_line(left, py(mark), left + w, py(mark), theme.line))
        out.append(_text(left - 8, py(mark) + size * 0.35, label, size, theme.muted, anchor="end"))
    for mark in ticks(x_low, x_high):
        if x_low <= mark <= x_high and float(mark).is_integer():
            out.append(_text(px(mark), top + h + size + 6, f"{mark:.0f}", size, theme.muted, anchor="middle"))
    out.append(_text(left + w / 2, height - 4, block.x_label, size, theme.muted, anchor="middle"))
    at = left
    for number, series in enumerate(block.series):
        color = theme.series[number % len(theme.series)]
        dash = theme.dashes[number % len(theme.dashes)]
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        for path in _paths(block.x, series.values):
            drawn = "".join(f"{'L' if i else 'M'}{_n(px(x))} {_n(py(y))}" for i, (x, y) in enumerate(path))
            if len(path) == 1:
                out.append(
                    f'<circle cx="{_n(px(path[0][0]))}" cy="{_n(py(path[0][1]))}" r="3" fill="{color}"/>'
                )
            out.append(
                f'<path d="{drawn}" fill="none" stroke="{color}" stroke-width="2.5" stroke-linejoin="round"{dashed}/>'
            )
        out.append(f'<path d="M{_n(at)} 36h26" fill="none" stroke="{color}" stroke-width="2.5"{dashed}/>')
        name = _cut(series.name, size, width - at - 32)
        out.append(_text(at + 32, 41, name, size, theme.ink))
        at += 32 + text_width(name, size) + 18
    return out


def _paths(x: tuple[float, ...], values: tuple[float | None, ...]) -> list[list[tuple[float, float]]]:
    """Return the stretches between gaps, thinned to what can be seen."""
    stride = max(1, math.ceil(len(values) / _MAX_POINTS))
    paths: list[list[tuple[float, float]]] = [[]]
    last = len(values) - 1
    for number, (at, value) in enumerate(zip(x, values, strict=False)):
        if number % stride and number != last:
            continue
        if value is None:
            paths.append([])
        else:
            paths[-1].append((at, value))
    return [path for path in paths if path]


def _matrix(block: Matrix, theme: Theme, width: float, height: float) -> list[str]:
    count = len(block.labels)
    title, axis = 24.0 if block.title else 0.0, 26.0
    size = 14.0
    label_room = min(max(text_width(label, size) for label in block.labels) + 8, width * 0.28)
    # Numbers stand upright below the columns; words that are wider than a cell are turned.
    side = min((width - axis - label_room) / count, (height - title - axis - 24) / count, 72.0)
    turned = max(text_width(label, size) for label in block.labels) > side - 4
    below = min(label_room, height * 0.28) if turned else 22.0
    side = min(side, (height - title - axis - below) / count)
    left = max((width - (axis + label_room + side * count)) / 2, 0.0) + axis + label_room
    top = title + 6
    span = side * count
    small = min(size, max(side * 0.9, 7.0))
    out = [
        _text(
            left, 16, _cut(block.title, 16, max(span, width - left), strong=True), 16, theme.ink, strong=True
        )
    ]
    for i, row in enumerate(block.counts):
        total = sum(row) or 1
        for j, value in enumerate(row):
            share = value / total
            color = theme.primary if i == j else theme.accent
            fill = mix(color, theme.page, 0.06 + 0.94 * share**0.6) if value else theme.code_ground
            out.append(_rect(left + j * side, top + i * side, side - 1, side - 1, fill))
            text = str(value)
            inner = min(16.0, side * 0.45, side * 0.9 / max(len(text) * 0.52, 1))
            if value and inner >= 6.5:
                ink = ink_on(fill, theme.ink, theme.page)
                y = top + (i + 0.5) * side + inner * 0.35 - 0.5
                out.append(_text(left + (j + 0.5) * side - 0.5, y, text, inner, ink, anchor="middle"))
        y = top + (i + 0.5) * side + small * 0.35
        out.append(
            _text(left - 7, y, _cut(block.labels[i], small, label_room - 8), small, theme.ink, anchor="end")
        )
    for j, label in enumerate(block.labels):
        x = left + (j + 0.5) * side
        if turned:
            cut = _cut(label, small, below - 8)
            out.append(
                _text(x + small * 0.35, top + span + 6, cut, small, theme.ink, anchor="end", turn=True)
            )
        else:
            out.append(_text(x, top + span + small + 4, label, small, theme.ink, anchor="middle"))
    out.append(
        _text(
            left + span / 2,
            min(top + span + below + 14, height - 2),
            block.column_label,
            size,
            theme.muted,
            anchor="middle",
        )
    )
    out.append(
        _text(
            left - label_room - 6,
            top + span / 2,
            block.row_label,
            size,
            theme.muted,
            anchor="middle",
            turn=True,
        )
    )
    return out


def _network(block: Network, theme: Theme, width: float, height: float) -> list[str]:
    layers = list(block.layers)
    per_row = len(layers) if len(layers) <= 5 else min(6, math.ceil(len(layers) / math.ceil(len(layers) / 6)))
    rows = math.ceil(len(layers) / per_row)
    arrow = 26.0
    box = min((width - arrow * (per_row - 1)) / per_row, 190.0)
    tall = min((height - 22.0 * (rows - 1)) / rows, 136.0)
    top = max((height - (tall * rows + 22.0 * (rows - 1))) / 2, 0.0)
    out: list[str] = []
    for number, layer in enumerate(layers):
        row, column = divmod(number, per_row)
        in_row = min(per_row, len(layers) - row * per_row)
        start = (width - (box * in_row + arrow * (in_row - 1))) / 2 if rows == 1 else 0.0
        x = start + column * (box + arrow)
        y = top + row * (tall + 22.0)
        out += _layer(layer, theme, x, y, box, tall, last=number == len(layers) - 1)
        if number + 1 < len(layers) and column + 1 < in_row:
            out += _arrow(x + box + 4, y + tall / 2, arrow - 8, theme.muted)
        elif number + 1 < len(layers):
            # The row goes on below: the arrow leads out of the box to the right.
            out.append(_line(x + box / 2, y + tall, x + box / 2, y + tall + 11, theme.muted, 1.6))
            out.append(_line(x + box / 2, y + tall + 11, box / 2, y + tall + 11, theme.muted, 1.6))
            out.append(_line(box / 2, y + tall + 11, box / 2, y + tall + 17, theme.muted, 1.6))
            tip = y + tall + 21
            out.append(f'<path d="M{_n(box / 2)} {_n(tip)}l-4.5 -7h9z" fill="{theme.muted}"/>')
    return out


def _layer(layer: Layer, theme: Theme, x: float, y: float, w: float, h: float, *, last: bool) -> list[str]:
    fill = theme.deep if last else theme.pale
    ink = theme.on_deep if last else theme.ink
    soft = theme.soft if last else theme.muted
    out = [_rect(x, y, w, h, fill, radius=8, stroke="none" if last else theme.line)]
    inner = w - 16
    rows = [
        (layer.kind, 19.0, True, ink),
        (layer.name, 14.0, False, soft),
        (layer.shape, 16.0, False, ink),
        (layer.parameters, 14.0, False, soft),
    ]
    rows = [row for row in rows if row[0]]
    step = min(27.0, (h - 12) / max(len(rows), 1))
    at = y + (h - step * len(rows)) / 2 + step * 0.72
    for text, size, strong, color in rows:
        fitting = size
        while fitting > 10 and text_width(text, fitting, strong=strong) > inner:
            fitting -= 0.5
        out.append(
            _text(
                x + w / 2,
                at,
                _cut(text, fitting, inner, strong=strong),
                fitting,
                color,
                anchor="middle",
                strong=strong,
            )
        )
        at += step
    return out


def _arrow(x: float, y: float, length: float, color: str) -> list[str]:
    return [
        _line(x, y, x + length - 6, y, color, 1.6),
        f'<path d="M{_n(x + length)} {_n(y)}l-8 -4.5v9z" fill="{color}"/>',
    ]
