"""`slides.md`: what a group wrote for its slides replaces what was found."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.errors import InputError
from coursekit.report import build_report, start_slides_md
from coursekit.report.compose import compose
from coursekit.report.deck import Code, Deck, Figure, Table
from coursekit.report.fit import full_text
from coursekit.submission import open_submission
from tests.building import png
from tests.report import digits, project


def deck_with(tmp_path: Path, slides: str, *, language: str = "en", final: bool = True) -> Deck:
    files = digits() | {"4_Presentation/slides.md": slides, "4_Presentation/plot.png": png(400, 300)}
    return compose(open_submission(project(tmp_path / "group", files)), language=language, final=final)


def said(deck: Deck, key: str) -> list[tuple[str, str]]:
    return [(one.title, full_text((*one.body, *one.aside))) for one in deck.slides if one.section == key]


def test_what_is_written_replaces_what_was_found(tmp_path: Path) -> None:
    """For that section only, with its speaker notes."""
    plain = compose(open_submission(project(tmp_path / "plain", digits())), language="en", final=True)
    deck = deck_with(tmp_path, "# Introduction\n\nOur own words.\n\nNote: Say hello.\nAnd smile.\n")
    assert said(deck, "introduction") == [("Introduction", "Our own words.")]
    assert deck.slides[1].notes == "Say hello.\nAnd smile."
    assert said(deck, "results") == said(plain, "results")
    assert deck.seconds == plain.seconds


@pytest.mark.parametrize("heading", ["Einführung", "introduction", "1. INTRODUCTION", "Introduction #"])
def test_a_section_is_known_by_its_title_in_both_languages_and_its_key(tmp_path: Path, heading: str) -> None:
    deck = deck_with(tmp_path, f"# {heading}\nOwn.\n", language="de")
    assert said(deck, "introduction") == [("Einführung", "Own.")]


def test_a_section_may_have_several_slides(tmp_path: Path) -> None:
    """A heading of the second level titles one, dashes begin one; also after a paragraph without a blank line."""
    deck = deck_with(tmp_path, "# Results\nOne.\n---\nTwo.\n## In detail\nThree.\n## More\nFour.\n")
    assert said(deck, "results") == [
        ("Results", "One."),
        ("Results", "Two."),
        ("In detail", "Three."),
        ("More", "Four."),
    ]


def test_a_slide_may_hold_all_that_markdown_has(tmp_path: Path) -> None:
    """A table, a listing with dashes and hashes in it, a picture beside text."""
    text = "# Results\n|a|b|\n|-|-|\n|1|2|\n\n```python\n# Introduction\n---\nx = 1\n```\n---\nSee:\n\n![The plot](plot.png)\n"
    deck = deck_with(tmp_path, text)
    first, second = (one for one in deck.slides if one.section == "results")
    assert [type(block) for block in first.body] == [Table, Code]
    assert "# Introduction\n---" in first.body[1].source  # type: ignore[union-attr]
    assert isinstance(second.aside[0], Figure)
    assert second.aside[0].alt == "The plot"


def test_sections_are_left_out(tmp_path: Path) -> None:
    """By name at the top, in any spelling; a name that is none is said."""
    deck = deck_with(tmp_path, "---\nskip: Literature review, DISCUSSION, Resluts\n---\n", final=False)
    keys = [part.key for part in deck.outline]
    assert "literature" not in keys
    assert "discussion" not in keys
    assert "results" in keys
    report = build_report(tmp_path / "group", output=tmp_path / "out", to="html")
    assert any("skip Resluts, which is no section" in remark for remark in report.remarks)


def test_an_unknown_heading_becomes_a_slide_at_its_place(tmp_path: Path) -> None:
    """After the section before it; its time counts."""
    deck = deck_with(tmp_path, "# Live demo\nFirst.\n# Results\n# Thanks to our sponsor\nThey paid.\n")
    titles = [slide.title for slide in deck.slides]
    assert titles[0] == "Live demo"
    last = max(number for number, slide in enumerate(deck.slides) if slide.section == "results")
    assert titles[last + 1] == "Thanks to our sponsor"
    assert deck.seconds == 900 + 60


def test_the_file_to_begin_with_changes_nothing(tmp_path: Path) -> None:
    """It holds every heading, and the present text in comments; it is not replaced."""
    root = project(tmp_path / "group", digits())
    before = compose(open_submission(root), language="en", final=True)
    made = start_slides_md(root)
    assert made.path == root / "4_Presentation" / "slides.md"
    after = compose(open_submission(root), language="en", final=True)
    assert [slide.title for slide in after.slides] == [slide.title for slide in before.slides]
    assert [slide.body for slide in after.slides] == [slide.body for slide in before.slides]
    text = made.path.read_text("utf-8")
    assert "# Literature review" in text
    assert "Convolutional networks" in text
    with pytest.raises(InputError, match="there is one"):
        start_slides_md(root)
    assert "Eure eigenen Worte" in start_slides_md(root, lang="de", force=True).path.read_text("utf-8")


@pytest.mark.parametrize(
    "text", ["", "---", "---\nskip: x", "# ", "## lost", "Note: lost", "<!-- open", "```\n# no end"]
)
def test_odd_files_change_nothing_and_raise_nothing(tmp_path: Path, text: str) -> None:
    deck = deck_with(tmp_path, text)
    assert len(deck.slides) >= 10


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "# Results\n",
                "## x\n",
                "---\n",
                "Note: n\n",
                "text\n",
                "```\n",
                "<!--",
                "-->",
                "| a |\n",
                "![](../../x.png)\n",
            ]
        ),
        max_size=12,
    ).map("".join)
)
def test_any_file_is_taken(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Every slide has something on it."""
    deck = deck_with(tmp_path_factory.mktemp("any"), text)
    assert all(slide.body or slide.aside or slide.layout != "content" for slide in deck.slides)
