"""How well two colors are told apart, as the accessibility guidelines reckon it (WCAG 2, relative luminance)."""

from __future__ import annotations

import colorsys

#: What text needs on its ground; large text (from 24 points, or bold from 18.7); and lines of a chart.
TEXT, LARGE, GRAPHICS = 4.5, 3.0, 3.0
_STEPS = 400


def luminance(color: str) -> float:
    """Return the relative luminance of a color ``#rrggbb``, from 0 (black) to 1 (white)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors, from 1 (none) to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mix(color: str, ground: str, share: float) -> str:
    """Return `ground` with `share` of `color` in it."""
    return _hex(
        tuple(
            below + (above - below) * share
            for above, below in zip(_parts(color), _parts(ground), strict=True)
        )
    )


def nearest_readable(color: str, *grounds: str, least: float = TEXT) -> str:
    """Return the color nearest to `color`, lighter or darker, that has a contrast of `least` to all grounds.

    Black or white where there is none between.
    """

    def enough(candidate: str) -> bool:
        return all(contrast(candidate, ground) >= least for ground in grounds)

    if enough(color):
        return color
    hue, light, saturation = colorsys.rgb_to_hls(*_parts(color))
    for step in range(1, _STEPS + 1):
        for direction in (-1, 1):
            moved = light + direction * step / _STEPS
            if 0 <= moved <= 1:
                candidate = _hex(colorsys.hls_to_rgb(hue, moved, saturation))
                if enough(candidate):
                    return candidate
    return max(("#000000", "#ffffff"), key=lambda end: min(contrast(end, ground) for ground in grounds))


def ink_on(ground: str, *preferred: str) -> str:
    """Return the first of `preferred` that can be read on `ground`, else black or white: one always can."""
    for color in (*preferred, "#ffffff", "#000000"):
        if contrast(color, ground) >= TEXT:
            return color
    raise AssertionError("black or white has a contrast of 4.5 to every color")


def _parts(color: str) -> tuple[float, float, float]:
    return (int(color[1:3], 16) / 255, int(color[3:5], 16) / 255, int(color[5:7], 16) / 255)


def _hex(parts: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
