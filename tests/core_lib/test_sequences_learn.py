"""Recurrent layers and attention learn what they are for: short versions of `tests/benchmarks/sequences.py`."""

from __future__ import annotations

from typing import Any

import pytest

from core_lib import GRU, LSTM
from tests.benchmarks.core.workloads import w6, w7
from tests.benchmarks.sequences import adding_problem, sorting

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("cell", [LSTM, GRU], ids=lambda cell: cell.__name__)
def test_the_adding_problem(cell: Any) -> None:
    """Without a memory the best answer is 1, with an error of 1/6."""
    assert adding_problem(cell, length=25, hidden=32, max_steps=3000, goal=0.005).figure < 0.01


def test_a_transformer_sorts() -> None:
    assert sorting(length=6, kinds=8, blocks=1, max_steps=4000, goal=0.995).figure > 0.99


@pytest.mark.parametrize("workload", [w6, w7], ids=["W6", "W7"])
def test_what_is_measured_is_the_same_network_and_it_learns(workload: Any) -> None:
    """PyTorch's LSTM has a second bias, which adds nothing; else the numbers of parameters are the same."""
    pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")
    ours, theirs = workload.core_lib(1), workload.pytorch(1)
    counts = [sum(p.size for p in job.parameters) for job in (ours, theirs)]
    assert counts[0] + (4 * 128 if workload is w6 else 0) == counts[1]
    for job in (ours, theirs):
        losses = [job.step() for _ in range(15)]
        assert losses[-1] < losses[0] - 0.1
