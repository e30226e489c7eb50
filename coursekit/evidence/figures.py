"""Numbers as people write them, and whether such a number says the same as one that a program wrote down.

A figure has the precision with which it is written: 98 % agrees with 0.9797, 98.0 % with 0.9797 too, 97.9 % only because
many people cut digits off where others round. Decimal commas, percent signs and fractions are understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FIGURE = re.compile(
    r"(?<![\w.,/^+\[-])(?P<sign>[-−]?)(?P<whole>\d{1,9})(?:(?P<mark>[.,])(?P<part>\d{1,10}))?"
    r"(?P<percent>\s{0,2}(?:%|percent\b|per cent\b|prozent\b))?(?!\w|[.,]\d|[/^]\d)",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:\b(?:about|around|roughly|approximately|approx\.?|circa|ca\.?|etwa|rund|ungefähr)|[~≈])\s*$",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"(?:\b(?:over|above|more than|at least|better than|über|mehr als|mindestens)|[>≥])\s*(?:an?\s)?$",
    re.IGNORECASE,
)
_UNDER = re.compile(
    r"(?:\b(?:under|below|less than|at most|nearly|almost|up to|close to|unter|weniger als|höchstens|fast|knapp|bis zu)|[<≤])"
    r"\s*(?:an?\s)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a text.

    Attributes
    ----------
    shown : str
        As it is written.
    value : float
    digits : int
        Decimal places.
    percent : bool
    hedge : str
        ``about``, ``over``, ``under`` or nothing, as the words before it say.
    start, end : int
        Where it stands in its text.
    """

    shown: str
    value: float
    digits: int
    percent: bool
    hedge: str
    start: int
    end: int


def figures(text: str) -> Iterator[Figure]:
    """Give the numbers of a text in order, but for dates, versions, sizes and other parts of longer things."""
    for match in _FIGURE.finditer(text):
        part, mark = match["part"] or "", match["mark"]
        if mark == "," and len(part) == 3 and match["whole"] != "0" and not match["percent"]:
            continue  # 26,122 parameters
        before = text[max(0, match.start() - 25) : match.start()]
        hedge = next(
            (
                name
                for name, words in (("about", _ABOUT), ("over", _OVER), ("under", _UNDER))
                if words.search(before)
            ),
            "",
        )
        value = float(f"{match['whole']}.{part or 0}") * (-1 if match["sign"] else 1)
        shown = " ".join(match[0].split())
        yield Figure(shown, value, len(part), bool(match["percent"]), hedge, match.start(), match.end())


def agrees(figure: Figure, truth: float) -> bool:
    """Whether a figure, with the precision in which it is written, says `truth`."""
    return any(_same(figure, one) for one in scaled(figure, truth))


def scaled(figure: Figure, truth: float) -> list[float]:
    """Return what `truth` is on the scale of a figure: shares are written as percentages too."""
    if figure.percent:
        return [truth * 100] if abs(truth) <= 1 else [truth]
    if abs(truth) <= 1 and abs(figure.value) > 1:
        return [truth, truth * 100]
    return [truth, truth / 100] if abs(truth) > 1 >= abs(figure.value) else [truth]


def told(figure: Figure, truth: float) -> str:
    """Write `truth` as the figure is written, with a decimal place more."""
    value = scaled(figure, truth)[-1]
    text = f"{value:.{figure.digits + 1}f}"
    return (
        text.replace(".", ",") + " %"
        if "," in figure.shown and figure.percent
        else text + " %" * figure.percent
    )


def _same(figure: Figure, truth: float) -> bool:
    unit = 10.0**-figure.digits
    slack = unit * 1e-6
    if figure.hedge == "over":
        return truth >= figure.value - unit / 2 - slack
    if figure.hedge == "under":
        return truth <= figure.value + unit / 2 + slack
    if figure.hedge == "about":
        coarse = 2.5 if figure.digits == 0 and figure.value % 5 == 0 else unit
        return abs(truth - figure.value) <= coarse + slack
    # Rounded, or cut off.
    return -unit / 2 - slack <= truth - figure.value < unit - slack
