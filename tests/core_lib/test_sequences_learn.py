"""Recurrent layers and attention learn what they are for: short versions of `tests/benchmarks/sequences.py`."""

from __future__ import annotations

from typing import Any

import pytest

from core_lib import GRU, LSTM
from tests.benchmarks.sequences import adding_problem, sorting

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("cell", [LSTM, GRU], ids=lambda cell: cell.__name__)
def test_the_adding_problem(cell: Any) -> None:
    """Without a memory the best answer is 1, with an error of 1/6."""
    assert adding_problem(cell, length=25, hidden=32, max_steps=3000, goal=0.005).figure < 0.01


def test_a_transformer_sorts() -> None:
    assert sorting(length=6, kinds=8, blocks=1, max_steps=4000, goal=0.995).figure > 0.99
