"""Colors and fonts of the slides, the same in every format. Every pair of text and ground has a contrast of 4.5 or more."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """Colors as ``#rrggbb``.

    Attributes
    ----------
    ink, muted : str
        Text on the page.
    primary, deep : str
        Headings and marks; the ground of the first and last slide.
    pale, line : str
        Grounds of tiles and tables; rules.
    warn, warn_ground : str
        A draft's notes.
    series : tuple of str
        Lines in charts: apart for color-blind readers too.
    """

    ink: str = "#1c2730"
    muted: str = "#54626e"
    primary: str = "#0b6573"
    deep: str = "#0c3c46"
    accent: str = "#c2410c"
    pale: str = "#eef5f6"
    line: str = "#cfdadd"
    page: str = "#ffffff"
    warn: str = "#7a4100"
    warn_ground: str = "#fff4e0"
    series: tuple[str, ...] = ("#0b6573", "#c2410c", "#5b4bb3", "#8a6d00", "#1d6fb8", "#9b2c6b")
    dashes: tuple[str, ...] = ("", "7 4", "2 3", "10 3 2 3", "", "7 4")

    def colors(self) -> dict[str, str]:
        """Return the single colors by name."""
        names = ("ink", "muted", "primary", "deep", "accent", "pale", "line", "page", "warn", "warn_ground")
        return {name: getattr(self, name) for name in names}


DEFAULT = Theme()
