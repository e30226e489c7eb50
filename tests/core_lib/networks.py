"""Small networks and batches for the tests of training in parts."""

from __future__ import annotations

import numpy as np

from core_lib import BatchNorm, Conv2D, Dense, Dropout, Flatten, MaxPool2D, ReLU, Sequential, Tanh
from core_lib.base import Array


def mlp(seed: int = 0) -> Sequential:
    rng = np.random.default_rng(seed)
    return Sequential(Dense(6, 16, rng=rng), BatchNorm(16), Tanh(), Dense(16, 4, rng=rng))


def cnn(seed: int = 0) -> Sequential:
    rng = np.random.default_rng(seed)
    return Sequential(
        *(Conv2D(1, 4, 3, padding=1, rng=rng), BatchNorm(4), ReLU(), MaxPool2D(2)),
        *(Conv2D(4, 6, 3, rng=rng), BatchNorm(6), ReLU(), Flatten(), Dense(24, 4, rng=rng)),
    )


def dropping(seed: int = 0) -> Sequential:
    rng = np.random.default_rng(seed)
    return Sequential(Dense(6, 400, rng=rng), Dropout(0.5, rng=rng), Dense(400, 4, rng=rng))


def batch(shape: tuple[int, ...], n: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(3)
    return rng.standard_normal((*shape, n), dtype=np.float32), rng.integers(0, 4, n)
