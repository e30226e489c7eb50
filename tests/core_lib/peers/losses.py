"""Losses."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from core_lib import (
    BinaryCrossEntropy,
    CosineLoss,
    Hinge,
    Huber,
    KLDivergence,
    SoftmaxCrossEntropy,
    softmax,
)
from core_lib import MeanAbsoluteError as AbsoluteLoss  # a class named …Error looks like an exception
from core_lib import MeanSquaredError as SquaredLoss
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


def weighted(draw: Draw, rng: np.random.Generator) -> tuple[Loss, Array, Array]:
    k, n = size(draw)
    weights, smoothing = rng.random(k) + 0.2, draw(st.sampled_from([0.0, 0.1, 0.5]))
    loss = SoftmaxCrossEntropy(weights, label_smoothing=smoothing)
    return loss, normal(rng, k, n) * 3, rng.integers(0, k, n)


def weighted_theirs(torch: Any, loss: Any, z: Any, y: Any) -> Any:
    weight = torch.tensor(loss.weights, dtype=torch.float32)
    return cross_entropy(torch, loss, z, y, weight=weight, label_smoothing=loss.label_smoothing)


def hinge(draw: Draw, rng: np.random.Generator) -> tuple[Loss, Array, Array]:
    k, n = draw(st.integers(2, 9)), draw(SIZES)
    return Hinge(draw(st.sampled_from([0.5, 1.0, 2.0]))), normal(rng, k, n), rng.integers(0, k, n)


def distributions(draw: Draw, rng: np.random.Generator) -> tuple[Loss, Array, Array]:
    _, z, y = shares(draw, rng)
    return KLDivergence(), z, y


def vectors(draw: Draw, rng: np.random.Generator) -> tuple[Loss, Array, Array]:
    k, n = draw(st.integers(2, 9)), draw(SIZES)
    # far from zero, where the gradient has no bound and 1e-5 is no fair demand
    z = normal(rng, k, n)
    return CosineLoss(), z / np.sqrt((z * z).sum(axis=0)) * np.float32(2), normal(rng, k, n)


LOSSES = [
    LossPeer("SoftmaxCrossEntropy", labels, cross_entropy),
    LossPeer("SoftmaxCrossEntropy of distributions", shares, cross_entropy),
    LossPeer("SoftmaxCrossEntropy with weights and smoothing", weighted, weighted_theirs),
    LossPeer(
        "SoftmaxCrossEntropy of distributions, smoothed",
        lambda draw, rng: shares(draw, rng, label_smoothing=0.2),
        lambda torch, loss, z, y: cross_entropy(torch, loss, z, y, label_smoothing=0.2),
    ),
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
    LossPeer(
        "MeanAbsoluteError",
        numbers(lambda draw: AbsoluteLoss()),
        lambda torch, loss, z, y: torch.nn.functional.l1_loss(z, y),
    ),
    LossPeer(
        "Huber",
        numbers(lambda draw: Huber(draw(st.sampled_from([0.3, 1.0, 3.0])))),
        lambda torch, loss, z, y: torch.nn.functional.huber_loss(z, y, delta=loss.delta),
    ),
    LossPeer(  # theirs divides the sum over the classes by their number
        "Hinge",
        hinge,
        lambda torch, loss, z, y: (
            torch.nn.functional.multi_margin_loss(z.T, y, margin=loss.margin) * z.shape[0]
        ),
    ),
    LossPeer(
        "KLDivergence",
        distributions,
        lambda torch, loss, z, y: torch.nn.functional.kl_div(
            torch.log_softmax(z, dim=0).T, y.T, reduction="batchmean"
        ),
    ),
    LossPeer(
        "CosineLoss",
        vectors,
        lambda torch, loss, z, y: (1 - torch.nn.functional.cosine_similarity(z, y, dim=0)).mean(),
    ),
]

NO_PEER: dict[str, str] = {}
