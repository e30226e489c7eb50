"""``[report]`` of `course.toml`: how the course's presentations look, and how long they are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from coursekit.config.shared import beside
from coursekit.text import one_line
from coursekit.tomlread import Table

COLORS = ("primary", "deep", "accent")


@dataclass(frozen=True, slots=True)
class Limit:
    """What a course allows for one section; None where it says nothing."""

    slides: int | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """What a course says about presentations.

    Attributes
    ----------
    theme : str
        A theme's name; empty for the tool's.
    logo : str
        A file beside `course.toml`.
    colors : dict
        ``#rrggbb`` by `COLORS`.
    minutes : int or None
        How long a presentation may take.
    sections : tuple of str
        The sections in order, by their keys; those not named are left out. Empty for the tool's order.
    limits : dict
        A section's limits by its key.
    """

    theme: str = ""
    logo: str = ""
    colors: dict[str, str] = field(default_factory=dict)
    minutes: int | None = None
    sections: tuple[str, ...] = ()
    limits: dict[str, Limit] = field(default_factory=dict)


def report_of(table: Table) -> ReportSettings:
    """Read ``[report]``. Names of themes and sections are checked by who knows them."""
    colors, limits = table.table("colors"), table.table("limits")
    settings = ReportSettings(
        theme=table.text("theme"),
        logo=beside(table, "logo"),
        colors={key: _color(colors, key) for key in COLORS if key in colors},
        minutes=table.whole("minutes", least=1),
        sections=table.texts("sections"),
        limits={key: _limit(limits.table(key)) for key in limits.values},
    )
    table.done()
    colors.done()
    limits.done()
    return settings


def _color(table: Table, key: str) -> str:
    color = table.text(key).strip().lower()
    if re.fullmatch(r"#[0-9a-f]{3}", color):
        color = "#" + "".join(digit * 2 for digit in color[1:])
    if not re.fullmatch(r"#[0-9a-f]{6}", color):
        raise table.error(
            key,
            f'expected a color like "#0b6573", but found {one_line(color, 40)!r}',
            f'For example:  {key} = "#0b6573"',
        )
    return color


def _limit(table: Table) -> Limit:
    limit = Limit(table.whole("slides", least=1), table.whole("seconds", least=0))
    table.done()
    return limit
