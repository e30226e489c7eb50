"""Numbers as people write them agree with what a program wrote, with the precision that they show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.evidence.figures import agrees, figures, told


@pytest.mark.parametrize(
    ("text", "truth", "same"),
    [
        ("98 %", 0.9797, True),
        ("98%", 0.953, False),
        ("98,0 %", 0.9797, True),
        ("97.9 %", 0.9797, True),
        ("97.8 %", 0.9797, False),
        ("0.98", 0.9797, True),
        ("0,98", 0.9797, True),
        ("0.98", 97.97, True),
        ("98", 0.9797, True),
        ("98 percent", 0.9797, True),
        ("98 Prozent", 0.953, False),
        ("about 95 %", 0.9701, True),
        ("rund 95 %", 0.9901, False),
        ("over 95 %", 0.9797, True),
        ("mehr als 98 %", 0.953, False),
        ("nearly 98 %", 0.9797, True),
        ("2.31", 2.3149, True),
        ("2.31", 2.4, False),
        ("-0.5", -0.52, True),
        ("3.2 %", 3.21, True),
        ("100 %", 1.0, True),
        ("99 %", 1.0, False),
    ],
)
def test_a_figure_agrees_with_the_precision_it_shows(text: str, truth: float, same: bool) -> None:
    assert agrees(next(figures(text)), truth) is same


@pytest.mark.parametrize(
    "text",
    ["26,122 parameters", "v1.2.3", "8x8", "F1", "MLP 64-128-10", "1/3", "2^3", "[3]", "+3.5 %", "10.1.2024"],
)
def test_parts_of_longer_things_are_no_figures(text: str) -> None:
    assert [f.shown for f in figures(text)] in ([], ["64"])


@given(st.floats(0.001, 1), st.integers(0, 5))
def test_a_share_agrees_with_itself_rounded_to_any_precision(truth: float, digits: int) -> None:
    for text in (f"{100 * truth:.{digits}f} %", f"{truth:.{digits + 1}f}"):
        assert agrees(next(figures(text)), truth), text


@given(st.floats(0.01, 0.99), st.integers(0, 3))
def test_a_share_that_is_two_units_off_does_not_agree(truth: float, digits: int) -> None:
    wrong = round(100 * truth, digits) + 2 * 10**-digits
    assert not agrees(next(figures(f"{wrong:.{digits}f} %")), truth)


@given(st.text(max_size=300))
def test_any_text_has_figures_or_none(text: str) -> None:
    for figure in figures(text):
        assert told(figure, 0.5)


def test_what_is_expected_is_told_as_it_was_written() -> None:
    assert [told(f, 0.9534) for f in figures("98 % 98,1 % 0.98")] == ["95.3 %", "95,34 %", "0.953"]
