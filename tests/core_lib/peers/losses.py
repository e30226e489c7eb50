"""Losses."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from core_lib import BinaryCrossEntropy, SoftmaxCrossEntropy, softmax
from core_lib import MeanSquaredError as SquaredLoss  # a class named …Error looks like an exception
from core_lib.base import Array
from core_lib.losses import Loss
from tests.core_lib.peers import Draw, LossPeer, normal

SIZES = st.integers(1, 9)


def size(draw: Draw) -> tuple[int, int]:
    """Outputs and examples."""
    return draw(SIZES), draw(SIZES)


def labels(draw: Draw, rng: np.random.Generator, **settings: Any) -> tuple[Loss, Array, Array]:
    k, n = size(draw)
    return SoftmaxCrossEntropy(**settings), normal(rng, k, n) * 3, rng.integers(0, k, n)


def shares(draw: Draw, rng: np.random.Generator, **settings: Any) -> tuple[Loss, Array, Array]:
    k, n = size(draw)
    return SoftmaxCrossEntropy(**settings), normal(rng, k, n) * 3, softmax(normal(rng, k, n))


def cross_entropy(torch: Any, loss: Any, z: Any, y: Any, **settings: Any) -> Any:
    return torch.nn.functional.cross_entropy(z.T, y.T if y.ndim == 2 else y, **settings)


def numbers(make: Any) -> Any:
    def example(draw: Draw, rng: np.random.Generator) -> tuple[Loss, Array, Array]:
        k, n = size(draw)
        return make(draw), normal(rng, k, n), normal(rng, k, n)

    return example


def binary(draw: Draw, rng: np.random.Generator) -> tuple[Loss, Array, Array]:
    k, n = size(draw)
    return BinaryCrossEntropy(), normal(rng, k, n) * 3, rng.random((k, n), dtype=np.float32)


LOSSES = [
    LossPeer("SoftmaxCrossEntropy", labels, cross_entropy),
    LossPeer("SoftmaxCrossEntropy of distributions", shares, cross_entropy),
    LossPeer(
        "BinaryCrossEntropy",
        binary,
        lambda torch, loss, z, y: torch.nn.functional.binary_cross_entropy_with_logits(z, y),
    ),
    LossPeer(
        "MeanSquaredError",
        numbers(lambda draw: SquaredLoss()),
        lambda torch, loss, z, y: torch.nn.functional.mse_loss(z, y),
    ),
]

NO_PEER: dict[str, str] = {}
