"""Themes: every text can be read on its ground, in a course's own colors too."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from coursekit.config import Limit, ReportSettings, load_course
from coursekit.errors import InputError
from coursekit.report import build_report
from coursekit.report.charts import chart
from coursekit.report.compose import compose
from coursekit.report.contrast import GRAPHICS, TEXT, contrast, ink_on, mix, nearest_readable
from coursekit.report.deck import Matrix
from coursekit.report.plan import planned
from coursekit.report.section import find_sections
from coursekit.report.theme import THEMES, Theme, theme_of
from coursekit.submission import open_submission
from tests.report import digits, project

COLORS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


def faults(theme: Theme) -> list[str]:
    """Return the pairs of a theme that can hardly be told apart."""
    return [
        f"{text} on {ground}: {contrast(one, other):.2f}"
        for text, ground, one, other, least in theme.pairs()
        if contrast(one, other) < least
    ]


def test_contrast_is_what_the_guidelines_say() -> None:
    """Known values: black on white 21, a grey on white at the limit."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#ffffff", "#767676") == contrast("#767676", "#ffffff")


@pytest.mark.parametrize("name", sorted(THEMES))
def test_every_text_of_a_theme_can_be_read(name: str) -> None:
    """4.5 for text, 3 for lines and marks."""
    assert faults(THEMES[name]) == []


@pytest.mark.parametrize("name", sorted(THEMES))
@given(primary=COLORS, accent=COLORS)
def test_a_course_s_colors_are_refused_or_can_be_read(name: str, primary: str, accent: str) -> None:
    """Whatever an instructor states: the theme is legible, or the error names a color that is."""
    colors = {"primary": primary, "accent": accent}
    try:
        theme = theme_of(name, ReportSettings(colors=colors))
    except InputError as error:
        assert "the nearest that would do is #" in error.message
        base = THEMES[name]
        colors = {
            "primary": nearest_readable(primary, base.page, base.pale),
            "accent": nearest_readable(accent, base.page, least=GRAPHICS),
        }
        theme = theme_of(name, ReportSettings(colors=colors))
    assert faults(theme) == []


@given(COLORS, COLORS)
def test_the_nearest_color_that_would_do_does(color: str, ground: str) -> None:
    """It reaches what is asked, and is the color itself where that does."""
    found = nearest_readable(color, ground)
    assert contrast(found, ground) >= TEXT or found in {"#000000", "#ffffff"}
    if contrast(color, ground) >= TEXT:
        assert found == color


@given(COLORS)
def test_there_is_an_ink_for_every_ground(ground: str) -> None:
    """Black or white can be read on any color."""
    assert contrast(ink_on(ground), ground) >= TEXT


def test_numbers_in_a_matrix_can_be_read_on_their_cells() -> None:
    """In both themes, on strong and weak cells."""
    block = Matrix("", "t", "p", ("a", "b"), ((90, 10), (40, 60)), "alt", (400.0, 300.0))
    for theme in THEMES.values():
        svg = chart(block, theme)
        for share in (0.9, 0.1, 0.4, 0.6):
            fill = mix(theme.primary, theme.page, 0.06 + 0.94 * share**0.6)
            assert contrast(ink_on(fill, theme.ink, theme.page), fill) >= TEXT
        assert "90" in svg


def test_a_color_that_cannot_be_read_is_refused_with_the_nearest(tmp_path: Path) -> None:
    """The message says which, why, and what to write instead."""
    (tmp_path / "course.toml").write_text('[course]\nname = "x"\n[report.colors]\nprimary = "#ffcc00"\n')
    course = load_course(tmp_path)
    with pytest.raises(InputError) as caught:
        theme_of("", course.report, tmp_path)
    assert "report.colors.primary" in caught.value.message
    assert "#ffcc00 has 1.4" in caught.value.message
    suggested = caught.value.message.rsplit("#", 1)[1]
    assert theme_of("", ReportSettings(colors={"primary": f"#{suggested}"})).primary == f"#{suggested}"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('theme = "dork"', "expected one of the themes light, dark"),
        ('logo = "none.png"', "report.logo"),
        ('logo = "../secret.png"', "line 4: report.logo: expected a file in the course's folder"),
        ('[report.colors]\nprimary = "teal"', "line 5: report.colors.primary: expected a color"),
        ('[report.colors]\nprimery = "#000"', "primery"),
        ('sections = ["titel"]', "expected names of sections"),
        ("[report.limits]\nresult = { slides = 2 }", "expected names of sections"),
    ],
)
def test_what_a_course_gets_wrong_is_said(tmp_path: Path, line: str, said: str) -> None:
    """Each with the place, and what was expected."""
    (tmp_path / "course.toml").write_text(f'[course]\nname = "x"\n[report]\n{line}\n')
    with pytest.raises(InputError) as caught:
        build_report(
            project(tmp_path / "group", digits()), output=tmp_path / "out", course=load_course(tmp_path)
        )
    assert said in caught.value.message


def test_a_course_s_logo_and_colors_are_in_every_format(tmp_path: Path) -> None:
    """The logo is on the first and last slide; the colors are the course's."""
    Image.new("RGBA", (300, 90), "#8c1d40").save(tmp_path / "logo.png")
    (tmp_path / "course.toml").write_text(
        '[course]\nname = "x"\n[report]\ntheme = "light"\nlogo = "logo.png"\n[report.colors]\nprimary = "#8c1d40"\n'
    )
    report = build_report(
        project(tmp_path / "group", digits()), output=tmp_path / "out", course=load_course(tmp_path)
    )
    html = next(path for path in report.written if path.suffix == ".html").read_text("utf-8")
    assert "--primary:#8c1d40" in html
    assert html.count('alt="The course&#39;s logo"') == 2


def test_the_theme_that_is_asked_for_wins(tmp_path: Path) -> None:
    """Over the course's."""
    report = build_report(
        project(tmp_path / "group", digits()), output=tmp_path / "out", to="html", theme="dark"
    )
    assert "--page:#121a20" in report.written[0].read_text("utf-8")


def test_a_course_changes_order_and_limits(tmp_path: Path) -> None:
    """Sections come in its order, those not named are left out; limits hold."""
    submission = open_submission(project(tmp_path / "group", digits()))
    settings = ReportSettings(
        sections=("title", "results", "dataset"), limits={"results": Limit(slides=1, seconds=40)}
    )
    deck = compose(submission, language="en", final=True, settings=settings)
    assert [part.key for part in deck.outline] == ["title", "results", "dataset"]
    assert (deck.outline[1].slides, deck.outline[1].seconds) == (1, 40)


def test_minutes_are_shared_among_the_sections() -> None:
    """Ten minutes: all but what has its own time gets less."""
    sections = planned(find_sections(), ReportSettings(minutes=10, limits={"results": Limit(seconds=200)}))
    assert sum(section.seconds for section in sections) <= 600
    assert next(section for section in sections if section.key == "results").seconds == 200
    assert sum(section.seconds for section in find_sections()) == 900
