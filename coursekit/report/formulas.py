"""Formulas as vector graphics: TeX set by ziamath, and drawn anew from nothing but paths and rectangles.

A formula is a group's, and the setter is a program of many parts. So its length and the work that it may
cause are bounded, and of what it draws only numbers are taken over. What cannot be set is shown as its source.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from types import FrameType
from typing import TypeVar

MAX_SOURCE = 400
_UNIT = 24.0  # the size at which formulas are set; they are scaled from there
_MOST_CALLS = 600_000  # events of the interpreter; a formula over two lines of a paper needs 300,000
_LINE_ABOVE, _LINE_BELOW, _LETTER = 0.98, 0.4, 0.5  # by the size of the text around
_LARGEST = (2400.0, 480.0)
# Macros multiply; the others are commands of no formula, and one of them takes lengths by the kilometre.
_REFUSED = re.compile(
    r"\\(?:(?:re)?newcommand|def|let|href|includegraphics|rule|[hv]space|kern|mskip|mkern|url)\b"
)
_PATH = re.compile(r"[MLQCZHVTSA\d\s.,eE+-]*", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d{1,6}(?:\.\d+)?(?:e-?\d+)?")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula at size 1: its width, how far it reaches above and below its line, and its outlines.

    `marks` are SVG elements without any color, in a space that is `_UNIT` times as large.
    """

    width: float
    above: float
    below: float
    marks: str

    @property
    def height(self) -> float:
        """Above and below together."""
        return self.above + self.below

    @property
    def inline(self) -> float:
        """By how much it is set smaller within a line of text, so that it keeps to the line."""
        return min(1.0, _LINE_ABOVE / max(self.above, 0.01), _LINE_BELOW / max(self.below, 0.01))

    def svg(self, size: float, color: str) -> str:
        """Return it as SVG for text of `size`."""
        scale = size / _UNIT
        box = f"0 {-self.above * _UNIT:.2f} {self.width * _UNIT:.2f} {self.height * _UNIT:.2f}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{self.width * _UNIT * scale:.2f}" '
            f'height="{self.height * _UNIT * scale:.2f}" fill="{color}">{self.marks}</svg>'
        )


class _TooMuchError(Exception):
    pass


def inline_svg(made: Formula, size: float, color: str) -> str:
    """Return it as SVG that stands on the line of text and is never higher than letters; the rest hangs over."""
    high = _LETTER / (made.inline * size) * _UNIT * size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 {-high:.2f} {made.width * _UNIT:.2f} {high:.2f}" '
        f'width="{made.width * made.inline * size:.2f}" height="{_LETTER * size:.2f}" '
        f'fill="{color}">{made.marks}</svg>'
    )


@lru_cache(maxsize=2048)
def formula(source: str, *, display: bool = False) -> Formula | None:
    """Return the formula that `source` writes in TeX, or None when it cannot be set."""
    source = " ".join(source.split())
    if not source or len(source) > MAX_SOURCE or _REFUSED.search(source) or _deep(source):
        return None
    import ziamath  # noqa: F401 - its first import is no work of the formula's

    try:
        return _bounded(lambda: _set(source, display=display))
    except (Exception, RecursionError):  # noqa: BLE001 - the setter raises many kinds on what it does not know
        return None


def _deep(source: str) -> bool:
    """Return whether it is nested as no formula is."""
    depth = 0
    for char in source:
        depth += {"{": 1, "}": -1}.get(char, 0)
        if depth > 12:
            return True
    return source.count("\\left") > 4 or source.count("\\begin") > 4


def _bounded(run: Callable[[], T]) -> T:
    """Run a function in a bounded number of calls: the same on every machine, unlike a time."""
    left = _MOST_CALLS

    def count(frame: FrameType, event: str, arg: object) -> None:  # noqa: ARG001 - the interpreter's form
        nonlocal left
        left -= 1
        if left < 0:
            raise _TooMuchError

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        return run()
    finally:
        sys.setprofile(before)


def _set(source: str, *, display: bool) -> Formula | None:
    from xml.etree import ElementTree

    from ziamath.zmath import Latex

    tex = Latex(source, size=_UNIT, inline=not display)
    if _unknown(tex.mathmlstr()):
        return None
    # Read back from its text: we draw what was written, not what an object says.
    root = ElementTree.fromstring(tex.svg())  # noqa: S314 - ziamath's own, and without a document type
    left, top, width, height = (float(part) for part in root.attrib["viewBox"].split())
    if not (0 < width <= _LARGEST[0] and 0 < height <= _LARGEST[1]):
        return None
    marks: list[str] = []
    if not _draw(root, marks, left):
        return None
    return Formula(width / _UNIT, -top / _UNIT, (height + top) / _UNIT, "".join(marks))


def _unknown(mathml: str) -> bool:
    """Return whether a command was passed on as text, because it is not known."""
    return re.search(r"<mi[^>]*>\\[a-zA-Z]", mathml) is not None


def _draw(root: object, marks: list[str], left: float) -> bool:
    """Add the outlines of what `root` holds; False where it has anything but paths, rectangles and symbols."""
    from xml.etree.ElementTree import Element

    assert isinstance(root, Element)
    symbols: dict[str, tuple[list[float], str]] = {}
    for element in root:
        kind = element.tag.rpartition("}")[2]
        if kind == "symbol":
            path = "".join(child.attrib.get("d", "") for child in element)
            if not _PATH.fullmatch(path):
                return False
            symbols[element.attrib["id"]] = (
                [float(part) for part in element.attrib["viewBox"].split()],
                path,
            )
        elif kind == "use":
            href = next(value for name, value in element.attrib.items() if name.rpartition("}")[2] == "href")
            box, path = symbols[href.removeprefix("#")]
            if not path.strip() or not box[2]:
                continue  # a space
            scale = float(element.attrib["width"]) / box[2]
            x = float(element.attrib["x"]) - box[0] * scale - left
            y = float(element.attrib["y"]) - box[1] * scale
            marks.append(
                f'<path transform="translate({x:.2f} {y:.2f}) scale({scale:.4f})" d="{_short(path)}"/>'
            )
        elif kind == "rect":
            values = {name: element.attrib[name] for name in ("x", "y", "width", "height")}
            if not all(_NUMBER.fullmatch(value) for value in values.values()):
                return False
            values["x"] = f"{float(values['x']) - left:.2f}"
            marks.append("<rect " + " ".join(f'{name}="{value}"' for name, value in values.items()) + "/>")
        elif kind == "path" and _PATH.fullmatch(element.attrib.get("d", "")):
            marks.append(f'<path transform="translate({-left:.2f} 0)" d="{_short(element.attrib["d"])}"/>')
        else:
            return False
    return bool(marks)


def _short(path: str) -> str:
    """Return an outline in fewer characters: spaces only where two numbers meet."""
    return re.sub(r"\s*([A-Za-z])\s*", r"\1", " ".join(path.split()))
