"""A group's own text is told from what the template left."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.evidence.prompts import bracketed, left, own_text, words
from coursekit.fingerprints import Fingerprints
from coursekit.model import Member
from coursekit.scaffold import new_project
from coursekit.submission import open_submission

PROMPT = "[Name of the best-performing model]"  # of the public template


@pytest.mark.parametrize(
    ("text", "own"),
    [
        (PROMPT, ""),
        ("[name of the  BEST-performing model]", ""),
        ("Name of the best-performing model", ""),
        ("[ResNet]", "ResNet"),
        (f"ResNet {PROMPT}", "ResNet"),
        (f"[{PROMPT} and more]", "and more"),
        ("", ""),
        ("– []", ""),
    ],
)
def test_prompts_go_and_words_inside_brackets_stay(text: str, own: str) -> None:
    assert own_text(text) == own


def test_a_prompt_beside_own_text_is_still_left() -> None:
    assert left(f"ResNet {PROMPT}") == [PROMPT[1:-1]]
    assert left("[ResNet]") == []


def test_brackets_without_end_are_no_trouble() -> None:
    assert list(bracketed("[" * 50 + "a]]")) == [(48, 53), (49, 52)]
    assert len(list(bracketed("[a]" * 5000))) <= 2001


def test_words_are_what_white_space_separates() -> None:
    assert words("One – two, (three) 4 ü *") == 5


def test_our_own_templates_are_known() -> None:
    assert Fingerprints.known().prompts > Fingerprints.of_templates().prompts


def test_the_prose_of_our_own_templates_is_not_the_groups(tmp_path: Path) -> None:
    """Sentences around the prompts are the template's too; words beside them are the group's."""
    new_project(tmp_path / "p", "Title", [Member("Ada")], "", "blank", git=False)
    submission = open_submission(tmp_path / "p")
    document = submission.readme("2_BaselineModel")
    assert document is not None
    assert [own_text(block.text) for block in document.blocks if own_text(block.text)] == []
    assert own_text("We chose it ourselves.\n" + document.blocks[0].text) == "We chose it ourselves."
