"""Colors of the slides, the same in every format. Every text has a contrast of 4.5 or more to its ground.

`Theme.pairs` lists what stands on what; the tests, and the colors of an instructor's own, are held against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from coursekit.config import ReportSettings
from coursekit.errors import InputError
from coursekit.report.contrast import GRAPHICS, TEXT, contrast, mix, nearest_readable
from coursekit.report.deck import Picture
from coursekit.text import nearest, one_line


@dataclass(frozen=True, slots=True)
class Theme:
    """Colors as ``#rrggbb``.

    Attributes
    ----------
    page : str
        The ground of a slide.
    ink, muted, heading, primary : str
        Text on it: the running text, small print, headings, and labels, links and marks.
    deep, on_deep, soft, mark : str
        The ground of the first and last slide and of a table's header; text on it, small print on it, and the
        bar above the title.
    pale, line : str
        Grounds of tiles and tables; rules.
    accent : str
        What stands out in charts.
    warn, warn_ground : str
        A draft's notes.
    code_ground, keyword, string, number, comment : str
        Listings.
    series, dashes : tuple of str
        Lines in charts: apart for color-blind readers too.
    office_font, office_mono : str
        Fonts of files for office programs, which carry none: those that come with such programs, and
        are no wider than the ones that text is measured with.
    logo : Picture or None
        The course's, on the first and last slide.
    """

    name: str = "light"
    ink: str = "#1c2730"
    muted: str = "#54626e"
    heading: str = "#0c3c46"
    primary: str = "#0b6573"
    deep: str = "#0c3c46"
    on_deep: str = "#ffffff"
    soft: str = "#c9dde1"
    mark: str = "#f59e5b"
    accent: str = "#c2410c"
    pale: str = "#eef5f6"
    line: str = "#cfdadd"
    page: str = "#ffffff"
    warn: str = "#7a4100"
    warn_ground: str = "#fff4e0"
    code_ground: str = "#f6f8f9"
    keyword: str = "#8a1f6b"
    string: str = "#1a6b35"
    number: str = "#9a4a00"
    comment: str = "#5a6672"
    series: tuple[str, ...] = ("#0b6573", "#c2410c", "#5b4bb3", "#8a6d00", "#1d6fb8", "#9b2c6b")
    dashes: tuple[str, ...] = ("", "7 4", "2 3", "10 3 2 3", "", "7 4")
    office_font: str = "Calibri"
    office_mono: str = "Consolas"
    logo: Picture | None = None

    def colors(self) -> dict[str, str]:
        """Return the single colors by name."""
        names = (
            *(
                "ink",
                "muted",
                "heading",
                "primary",
                "deep",
                "on_deep",
                "soft",
                "mark",
                "accent",
                "pale",
                "line",
            ),
            *("page", "warn", "warn_ground", "code_ground", "keyword", "string", "number", "comment"),
        )
        return {name: getattr(self, name) for name in names}

    def pairs(self) -> Iterator[tuple[str, str, str, str, float]]:
        """Give what stands on what: the names and colors of both, and the contrast that they need."""
        texts = [("ink", "page"), ("muted", "page"), ("primary", "page"), ("heading", "page")]
        texts += [(text, "pale") for text in ("ink", "muted", "primary", "heading")]
        texts += [("on_deep", "deep"), ("soft", "deep"), ("warn", "warn_ground")]
        texts += [(text, "code_ground") for text in ("ink", "keyword", "string", "number", "comment")]
        marks = [("mark", "deep"), ("accent", "page")]
        for least, names in ((TEXT, texts), (GRAPHICS, marks)):
            for text, ground in names:
                yield text, ground, getattr(self, text), getattr(self, ground), least
        for number, color in enumerate(self.series, 1):
            yield f"series {number}", "page", color, self.page, GRAPHICS


LIGHT = Theme()
DARK = Theme(
    name="dark",
    ink="#e6edf0",
    muted="#a3b3bc",
    heading="#ffffff",
    primary="#5cc8d7",
    deep="#0a4a56",
    accent="#ff9a5c",
    pale="#1d2a33",
    line="#3a4b56",
    page="#121a20",
    warn="#ffcf8a",
    warn_ground="#3a2a10",
    code_ground="#18232b",
    keyword="#f29ad2",
    string="#8ddba5",
    number="#ffb27d",
    comment="#9fb0ba",
    series=("#5cc8d7", "#ff9a5c", "#b3a6ff", "#e2c14a", "#7db8ff", "#f29ad2"),
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}
DEFAULT = LIGHT

_GROUNDS = {"primary": ("page", "pale"), "deep": ("on_deep",), "accent": ("page",)}
_FOR = {
    "primary": "labels and links on the page",
    "deep": "the ground of white text",
    "accent": "lines on the page",
}
_LOGO_SIDES = (800, 400)


def theme_of(name: str = "", settings: ReportSettings | None = None, folder: Path | None = None) -> Theme:
    """Return a theme with the course's colors and logo.

    Parameters
    ----------
    name : str
        ``light`` or ``dark``; by default the course's choice.
    settings : ReportSettings, optional
        ``[report]`` of `course.toml`.
    folder : Path, optional
        Where `course.toml` lies, and the logo beside it.

    Raises
    ------
    InputError
        If there is no such theme, a color can hardly be seen (with the nearest that can), or the logo cannot be read.
    """
    settings = settings or ReportSettings()
    chosen = name or settings.theme or DEFAULT.name
    if chosen not in THEMES:
        close = nearest(chosen, list(THEMES))
        raise InputError(
            f"expected one of the themes {', '.join(THEMES)}, found {one_line(chosen, 40)!r}",
            f"Did you mean {close!r}?" if close else "",
        )
    theme = _colored(THEMES[chosen], settings.colors)
    return replace(theme, logo=_logo(settings.logo, folder)) if settings.logo else theme


def _colored(theme: Theme, colors: dict[str, str]) -> Theme:
    """Return the theme in an instructor's colors; what is not stated goes with what is."""
    if not colors:
        return theme
    wrong = []
    for key, color in colors.items():
        least = GRAPHICS if key == "accent" else TEXT
        grounds = [getattr(theme, name) for name in _GROUNDS[key]]
        reached = min(contrast(color, ground) for ground in grounds)
        if reached < least:
            wrong.append(
                f"report.colors.{key}: expected a contrast of {least:g} or more, as {_FOR[key]} in the theme "
                f"{theme.name!r}, but {color} has {reached:.1f}; the nearest that would do is "
                f"{nearest_readable(color, *grounds, least=least)}"
            )
    if wrong:
        raise InputError(
            "course.toml: " + "\n".join(wrong),
            "Take the color that is named, or the other theme (light, dark).",
        )
    primary = colors.get("primary", theme.primary)
    accent = colors.get("accent", theme.accent)
    deep = colors.get("deep") or (
        nearest_readable(primary, theme.on_deep, least=9.0) if "primary" in colors else theme.deep
    )
    pale = mix(primary, theme.page, 0.07 if theme.name == "light" else 0.12)
    made = replace(
        theme,
        primary=nearest_readable(primary, theme.page, pale),
        accent=accent,
        deep=deep,
        heading=deep if theme.name == "light" else theme.heading,
        pale=pale,
        line=mix(primary, theme.page, 0.22 if theme.name == "light" else 0.3),
        series=(primary, accent, *theme.series[2:]),
    )
    return replace(
        made,
        heading=nearest_readable(made.heading, made.page, made.pale),
        muted=nearest_readable(made.muted, made.page, made.pale),
        soft=nearest_readable(mix(made.on_deep, made.deep, 0.8), made.deep),
        mark=nearest_readable(accent, made.deep, least=GRAPHICS),
    )


def _logo(name: str, folder: Path | None) -> Picture:
    from coursekit.report.pictures import picture_of

    path = (folder or Path()) / name
    try:
        found = picture_of(path.read_bytes(), _LOGO_SIDES)
    except OSError:
        found = None
    if found is None:
        raise InputError(
            f"course.toml: report.logo: expected a PNG or JPEG file of at least 48 pixels, but "
            f"{one_line(str(path), 200)} is none that can be read",
            'Name a file beside course.toml, for example:  logo = "logo.png"',
        )
    return found
