"""No slide has a single sentence where there is more to show, and none shows a figure again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coursekit.report.compose import compose
from coursekit.report.deck import Deck, Figure, Paragraph
from coursekit.report.digest import digest, words
from coursekit.report.fit import full_text
from coursekit.report.material import Passage
from coursekit.submission import Span, open_submission
from tests.building import code, markdown, notebook
from tests.report import bare, plot, project, shown

LONG = " ".join(f"Sentence number {number} has exactly these seven words." for number in range(40))


def deck(tmp_path: Path, *cells: dict[str, Any]) -> Deck:
    name = "3_Model/model_definition_evaluation.ipynb"
    files = {path: data for path, data in bare().items() if not path.startswith("3_Model/")}
    root = project(tmp_path, files | {name: notebook(*cells)})
    return compose(open_submission(root), language="en", final=True)


def figures(made: Deck, key: str) -> list[bytes]:
    return [
        block.picture.data
        for slide in made.slides
        if slide.section == key
        for block in (*slide.body, *slide.aside)
        if isinstance(block, Figure)
    ]


def pictured(color: str) -> dict[str, Any]:
    return code(f"plt.plot()  # {color}", shown(png=plot(color=color)))


def test_a_sentence_gets_a_figure_that_no_slide_shows_yet(tmp_path: Path) -> None:
    """Of the same milestone: the discussion is of the model."""
    colors = ("navy", "red", "green", "black", "orange")
    selection = markdown("# Model\n\n## Model selection\n\n" + LONG)
    discussion = markdown("## Discussion\n\nWe compare both models.")
    made = deck(tmp_path, selection, *map(pictured, colors), discussion)
    (picture,) = figures(made, "discussion")
    assert picture not in [data for key in ("model", "results") for data in figures(made, key)]


def test_a_slide_without_another_figure_stays_as_it_is(tmp_path: Path) -> None:
    made = deck(tmp_path, markdown("# Model\n\n## Discussion\n\nWe compare both models."))
    assert figures(made, "discussion") == []
    said = [full_text(slide.body) for slide in made.slides if slide.section == "discussion"]
    assert "We compare both models." in said[0]


def test_what_short_passages_leave_goes_to_the_long_ones() -> None:
    """A slide is filled up to its limit, not to each passage's equal share."""
    short = Passage("Short", ("a", "short"), "x.md", [Paragraph((Span("Two words."),))])
    long = Passage("Long", ("a", "long"), "x.md", [Paragraph((Span(LONG),))])
    blocks = digest([short, long], 80)
    assert 66 <= words(full_text(blocks)) <= 90
    assert "Two words." in full_text(blocks)
