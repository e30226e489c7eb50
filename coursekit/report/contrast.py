"""How well text can be told from its ground, as the web's accessibility guidelines (WCAG 2.2) reckon it."""

from __future__ import annotations

from collections.abc import Iterator

from coursekit.report.theme import Theme

#: What text needs, large text (from 24 points, or bold from 18.7), and lines of charts.
TEXT = 4.5
LARGE = 3.0


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors (``#rrggbb``): from 1, alike, to 21, black on white."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    parts = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def pairs(theme: Theme) -> Iterator[tuple[str, str, str, str, float]]:
    """Give what a theme sets on what: the names and colors of both, and the contrast that they need."""
    for ink, ground in (
        ("ink", "page"),
        ("muted", "page"),
        ("primary", "page"),
        ("deep", "page"),
        ("ink", "pale"),
        ("muted", "pale"),
        ("deep", "pale"),
        ("warn", "warn_ground"),
    ):
        yield ink, ground, getattr(theme, ink), getattr(theme, ground), TEXT
    # Table heads, the first and the last slide.
    yield "white", "deep", "#ffffff", theme.deep, TEXT
    for number, color in enumerate(theme.series, 1):
        yield f"series {number}", "page", color, theme.page, LARGE
