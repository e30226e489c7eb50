"""Draws the cover image: the title slide's words, beside a network whose shape is the project's own."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit.model import Text
from coursekit.pdf import Png, compile_png
from coursekit.report.contrast import mix
from coursekit.report.convert import visible
from coursekit.report.deck import Picture
from coursekit.report.measure import LEADING, lines_of, text_width
from coursekit.report.section import Context
from coursekit.report.sections.title import members, project_title, task
from coursekit.report.theme import Theme
from coursekit.submission import Span

#: Pixels. What is drawn is 960 × 540 points.
WIDTH, HEIGHT = 1600, 900
_TEMPLATE = Path(__file__).parents[1] / "renderers" / "typst" / "cover.typ"
_TEXT_WIDTH = 560.0
_SIZES = (66.0, 60.0, 54.0, 48.0, 42.0, 38.0, 34.0, 30.0)
_ROOM = 440.0  # for all lines, of 540
_LEFT, _RIGHT, _TOP, _BOTTOM = 668.0, 912.0, 76.0, 464.0
_MOST_NODES = 7
_AND_MORE = Text("{names} and {n} more", "{names} und {n} weitere")


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: float
    soft: bool = False

    @property
    def height(self) -> float:
        return lines_of((Span(self.text),), _TEXT_WIDTH, self.size) * self.size * LEADING + 18.0


def draw_cover(context: Context, theme: Theme) -> Png:
    """Return the cover image of a project: the same for the same words, results and theme."""
    title = project_title(context.submission)
    lines = _lines(context)
    size, shown = _title(title, _ROOM - sum(line.height for line in lines))
    nodes, edges = _network(_layers(context, title), title)
    images: dict[str, bytes] = {}
    data = {
        "language": context.language,
        "colors": {
            "deep": theme.deep,
            "depth": mix("#000000", theme.deep, 0.35),
            "on_deep": theme.on_deep,
            "soft": theme.soft,
            "mark": theme.mark,
        },
        "width": _TEXT_WIDTH,
        "title": {"text": shown, "size": size},
        "lines": [{"text": line.text, "size": line.size, "soft": line.soft} for line in lines],
        "nodes": nodes,
        "edges": edges,
        "logo": _logo(theme.logo, images),
    }
    return compile_png(_TEMPLATE, data, images=images, ppi=WIDTH / 960 * 72)


def _logo(logo: Picture | None, images: dict[str, bytes]) -> dict[str, Any] | None:
    if logo is None:
        return None
    name = "logo.png" if logo.mime == "image/png" else "logo.jpg"
    images[name] = logo.data
    scale = min(200 / logo.width, 56 / logo.height)
    return {"name": name, "box": [logo.width * scale, logo.height * scale]}


def _lines(context: Context) -> list[_Line]:
    """Return what stands below the title; not the date, which the next commit would change."""
    project = context.submission.project
    course = " · ".join(
        visible(part).strip() for part in ((project.course, project.semester) if project else ()) if part
    )
    made = []
    if what := task(context.submission):
        made.append(_Line(_cut(what, 26.0, 2), 26.0))
    if names := members(context):
        made.append(_Line(_names(context, names), 20.0))
    if course:
        made.append(_Line(_cut(course, 17.0, 2), 17.0, soft=True))
    return made


def _names(context: Context, names: Sequence[str]) -> str:
    for shown in range(len(names), 0, -1):
        text = ", ".join(names[:shown])
        if shown < len(names):
            text = context.t(_AND_MORE.format(names=text, n=len(names) - shown))
        if lines_of((Span(text),), _TEXT_WIDTH, 20.0) <= 3:
            return text
    return _cut(names[0], 20.0, 3)


def _cut(text: str, size: float, most: int, *, strong: bool = False) -> str:
    """Return as many words as fit on `most` lines."""
    text = " ".join(text.split())[:600]
    shown = text
    while text and lines_of((Span(shown),), _TEXT_WIDTH, size, strong=strong) > most:
        cut = text.rfind(" ")
        text = text[: cut if cut > 0 else len(text) * 3 // 4]
        shown = text.rstrip(" ,;:–-") + " …"
    return shown


def _title(title: str, room: float) -> tuple[float, str]:
    """Return the largest size at which a title fits, and the title, cut where even the smallest is too large."""
    spans = (Span(title[:600]),)
    for size in _SIZES:
        longest = max((text_width(word, size, strong=True) for word in title[:600].split()), default=0.0)
        lines = lines_of(spans, _TEXT_WIDTH, size, strong=True)
        if longest <= _TEXT_WIDTH and lines <= (4 if size > 45 else 6) and lines * size * 1.1 <= room:
            return size, title
    size = _SIZES[-1]
    return size, _cut(title, size, max(int(room / (size * 1.1)), 2), strong=True)


def _layers(context: Context, title: str) -> list[int]:
    """Return how many nodes each layer shows: of the project's own network, or of the title's letters."""
    network = context.results.network
    widths = []
    for layer in network.layers if network else ():
        if layer.parameters:
            sizes = [int(part) for part in layer.output_shape if part.isdigit()]
            widths.append(max(sizes, default=4))
    if len(widths) >= 2:
        first = [max(widths)]
        return [_nodes(width) for width in (first + widths)[:5]]
    digest = hashlib.sha256(title.encode("utf-8", "replace")).digest()
    return [3 + byte % (_MOST_NODES - 2) for byte in digest[: 4 + digest[31] % 2]]


def _nodes(width: int) -> int:
    return max(2, min(_MOST_NODES, round(math.log2(max(width, 1))) + 1))


def _network(layers: list[int], title: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    digest = hashlib.sha256(b"path" + title.encode("utf-8", "replace")).digest()
    columns = []
    for number, count in enumerate(layers):
        x = _LEFT + (_RIGHT - _LEFT) * number / (len(layers) - 1)
        step = min((_BOTTOM - _TOP) / max(count - 1, 1), 72.0)
        top = (_TOP + _BOTTOM) / 2 - step * (count - 1) / 2
        columns.append([(round(x, 2), round(top + step * row, 2)) for row in range(count)])
    path = [digest[number] % count for number, count in enumerate(layers)]
    edges = [
        {"at": [*one, *other], "chosen": (row, below) == (path[number], path[number + 1]), "fade": 72}
        for number in range(len(columns) - 1)
        for row, one in enumerate(columns[number])
        for below, other in enumerate(columns[number + 1])
    ]
    nodes = [
        {"at": [*place, 10.0], "chosen": row == path[number], "fade": 20}
        for number, column in enumerate(columns)
        for row, place in enumerate(column)
    ]
    return nodes, sorted(edges, key=lambda edge: bool(edge["chosen"]))
