"""Initializers: the variance that each promises, and that a deep network keeps its signal."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from core_lib import Dense, He, LeCun, Orthogonal, ReLU, Sequential, Xavier
from core_lib.errors import DataError
from core_lib.initializers import Initializer
from tests.core_lib.found import subclasses


@pytest.mark.parametrize("cls", subclasses(Initializer), ids=lambda cls: cls.__name__)
def test_every_initializer_repeats_by_seed(cls: type[Initializer]) -> None:
    def draw(seed: int) -> np.ndarray[Any, Any]:
        return cls()(np.random.default_rng(seed), (4, 6), fan_in=6, fan_out=4)

    np.testing.assert_array_equal(draw(0), draw(0))
    assert draw(0).shape == (4, 6)
    assert draw(0).dtype == np.float64


@pytest.mark.parametrize(
    ("init", "variance"),
    [(LeCun(), 1 / 300), (He(), 2 / 300), (Xavier(), 2 / 500), (Orthogonal(), 1 / 300)],
    ids=lambda value: type(value).__name__,
)
def test_variance(init: Initializer, variance: float) -> None:
    w = init(np.random.default_rng(0), (200, 300), fan_in=300, fan_out=200)
    assert w.var() == pytest.approx(variance, rel=0.03)
    assert abs(w.mean()) < 0.03 * math.sqrt(variance)


@pytest.mark.parametrize("shape", [(3, 7), (7, 3), (5, 5), (4, 2, 3, 3)])
def test_orthogonal(shape: tuple[int, ...]) -> None:
    w = Orthogonal(2.0)(np.random.default_rng(0), shape, fan_in=1, fan_out=1)
    assert w.shape == shape
    m = w.reshape(shape[0], -1)
    product = m @ m.T if m.shape[0] <= m.shape[1] else m.T @ m
    np.testing.assert_allclose(product, 4 * np.eye(min(m.shape)), atol=1e-12)


def test_both_orientations_occur() -> None:
    """Without the signs of R's diagonal the determinant would always have the same sign."""
    signs = {
        round(float(np.linalg.det(Orthogonal()(np.random.default_rng(s), (3, 3), fan_in=3, fan_out=3))))
        for s in range(20)
    }
    assert signs == {-1, 1}


def test_refused() -> None:
    with pytest.raises(DataError, match="matrix"):
        Orthogonal()(np.random.default_rng(0), (3,), fan_in=3, fan_out=3)
    with pytest.raises(DataError, match="gain"):
        Orthogonal(0)


@pytest.mark.parametrize("init", [He(), Orthogonal(math.sqrt(2))], ids=["He", "Orthogonal"])
def test_thirty_layers_deep_the_signal_is_still_there(init: Initializer) -> None:
    rng = np.random.default_rng(0)
    net = Sequential(*(f() for _ in range(30) for f in (lambda: Dense(100, 100, rng=rng, init=init), ReLU)))
    y = net.forward(rng.standard_normal((100, 200), dtype=np.float32))
    assert 0.1 < (y**2).mean() < 10
