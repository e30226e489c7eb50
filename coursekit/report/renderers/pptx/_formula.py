"""Formulas as shapes of their own outlines: vector graphics that every office program draws, and can recolor."""

from __future__ import annotations

import re

from coursekit.report.formulas import Formula
from coursekit.report.renderers.pptx._xml import Box, escaped, fill, frame

_MARK = re.compile(
    r'<path transform="translate\((?P<x>[-\d.]+) (?P<y>[-\d.]+)\)(?: scale\((?P<scale>[-\d.]+)\))?" d="(?P<d>[^"]*)"/>'
    r'|<rect x="(?P<left>[-\d.e]+)" y="(?P<top>[-\d.e]+)" width="(?P<wide>[-\d.e]+)" height="(?P<high>[-\d.e]+)"/>'
)
_STEP = re.compile(r"([MLHVQCZ])|(-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?)", re.IGNORECASE)
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "Q": 4, "C": 6, "Z": 0}
_NAMES = {"M": "moveTo", "L": "lnTo", "Q": "quadBezTo", "C": "cubicBezTo"}
_FINE = 100  # parts of a unit: the format counts in whole numbers


def formula_shape(number: int, made: Formula, source: str, box: Box, color: str) -> str:
    """Return a formula as a shape whose alternative text is its source."""
    drawn = made.svg(1.0, color)
    view = re.search(r'viewBox="([-\d. ]+)"', drawn)
    assert view is not None
    _, start, *sides = (float(part) for part in view[1].split())
    width, height = (round(side * _FINE) for side in sides)
    paths = []
    for mark in _MARK.finditer(made.marks):
        steps = _rectangle(mark) if mark["left"] is not None else _outline(mark)
        moved = "".join(_step(name, points, start) for name, points in steps)
        paths.append(f'<a:path w="{width}" h="{height}">{moved}</a:path>')
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="Formula" descr="{escaped(source)}"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr>'
        f"<p:spPr>{frame(box)}<a:custGeom><a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/>"
        f'<a:rect l="0" t="0" r="r" b="b"/><a:pathLst>{"".join(paths)}</a:pathLst></a:custGeom>'
        f"{fill(color)}<a:ln><a:noFill/></a:ln></p:spPr></p:sp>"
    )


Steps = list[tuple[str, list[tuple[float, float]]]]


def _rectangle(mark: re.Match[str]) -> Steps:
    x, y, width, height = (float(mark[name]) for name in ("left", "top", "wide", "high"))
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    return [("M", [corners[0]]), *(("L", [corner]) for corner in corners[1:]), ("Z", [])]


def _outline(mark: re.Match[str]) -> Steps:
    """Read a path: absolute moves, lines and curves are what fonts are made of."""
    x, y, scale = float(mark["x"]), float(mark["y"]), float(mark["scale"] or 1)
    steps: Steps = []
    command, numbers = "", list[float]()
    here = (0.0, 0.0)
    for letter, value in _STEP.findall(mark["d"]):
        if letter:
            command = letter
            if command == "Z":
                steps.append(("Z", []))
            continue
        numbers.append(float(value))
        if len(numbers) < _TAKES.get(command, 99):
            continue
        if command in "HV":
            points = [(numbers[0], here[1]) if command == "H" else (here[0], numbers[0])]
        else:
            points = list(zip(numbers[::2], numbers[1::2], strict=True))
        numbers, here = [], points[-1]
        name = "L" if command in "HV" else command
        steps.append((name, [(px * scale + x, py * scale + y) for px, py in points]))
        command = "L" if command == "M" else command
    return steps


def _step(name: str, points: list[tuple[float, float]], start: float) -> str:
    if name == "Z":
        return "<a:close/>"
    made = "".join(f'<a:pt x="{round(x * _FINE)}" y="{round((y - start) * _FINE)}"/>' for x, y in points)
    return f"<a:{_NAMES[name]}>{made}</a:{_NAMES[name]}>"
