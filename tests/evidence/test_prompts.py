"""A group's own text is told from what the template left."""

from __future__ import annotations

import pytest

from coursekit.evidence.prompts import bracketed, left, own_text, words
from coursekit.fingerprints import Fingerprints

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
