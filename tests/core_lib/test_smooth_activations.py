"""ELU, GELU, SiLU and softplus: known values, limits, and no overflow on the way there."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core_lib import ELU, GELU, SiLU, Softplus, check_layer, normal_distribution
from core_lib.base import Layer
from core_lib.errors import DataError
from tests.core_lib.contract import LAYER_RULES

ALL = [ELU(), ELU(0.3), Softplus(), SiLU(), GELU(), GELU(approximate=True)]


@pytest.mark.parametrize(
    ("layer", "at_one", "at_minus_one", "far_left"),
    [
        (ELU(), 1.0, math.exp(-1) - 1, -1.0),
        (ELU(0.3), 1.0, 0.3 * (math.exp(-1) - 1), -0.3),
        (Softplus(), math.log(1 + math.e), math.log(1 + 1 / math.e), 0.0),
        (SiLU(), 1 / (1 + 1 / math.e), -1 / (1 + math.e), 0.0),
        (GELU(), 0.8413447460685429, -0.15865525393145707, 0.0),
        (GELU(approximate=True), 0.8411919906082768, -0.15880800939172324, 0.0),
    ],
    ids=repr,
)
def test_values_and_limits(layer: Layer, at_one: float, at_minus_one: float, far_left: float) -> None:
    for dtype in (np.float32, np.float64):
        x = np.array([[1.0, -1.0, -1e4, -np.inf, 1e4, np.inf]], dtype)
        with np.errstate(all="raise", under="ignore"):
            y = layer.forward(x)
            dx = layer.backward(np.ones_like(x))
        assert y.dtype == dx.dtype == dtype
        tolerance = 1e-6 if dtype == np.float32 else 1e-12
        np.testing.assert_allclose(
            y, [[at_one, at_minus_one, far_left, far_left, 1e4, np.inf]], rtol=tolerance, atol=1e-30
        )
        np.testing.assert_allclose(dx[0, 2:], [0, 0, 1, 1], atol=1e-30)


@pytest.mark.parametrize("layer", ALL, ids=repr)
def test_gradients_with_every_setting(layer: Layer) -> None:
    x = np.linspace(-6, 6, 60).reshape(4, 15) + 0.01  # not at ELU's kink
    check_layer(layer, x, tolerance=1e-8).require()


@pytest.mark.parametrize("layer", ALL, ids=repr)
def test_a_nan_stays_one(layer: Layer) -> None:
    """It is not hidden: the trainer must find it."""
    x = np.array([[np.nan, 1.0]], np.float32)
    assert np.isnan(layer.forward(x)[0, 0])
    assert np.isnan(layer.backward(np.ones_like(x))[0, 0])


@pytest.mark.parametrize("layer", ALL, ids=repr)
def test_huge_numbers_do_not_overflow(layer: Layer) -> None:
    for dtype in (np.float32, np.float64):
        largest = np.finfo(dtype).max
        x = np.array([[largest, -largest]], dtype)
        with np.errstate(all="raise", under="ignore"):
            y, dx = layer.forward(x), layer.backward(np.ones_like(x))
        assert y[0, 0] == largest
        assert np.isfinite(y).all()
        assert np.isfinite(dx).all()


def test_the_normal_distribution_is_that_of_the_standard_library() -> None:
    x = np.concatenate([np.linspace(-38, 38, 9973), np.linspace(-3, 3, 997)])
    for dtype, tolerance in ((np.float32, 2.5e-7), (np.float64, 1e-14)):
        given = x.astype(dtype)
        expected = np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in given.tolist()])
        density = np.exp(-(given.astype(float) ** 2) / 2) / math.sqrt(2 * math.pi)
        p, slope = np.empty_like(given), np.empty_like(given)
        normal_distribution(given, p, slope)
        assert np.abs(p - expected).max() < tolerance
        assert np.abs(slope - density).max() < tolerance * 3
        np.testing.assert_array_equal(given, x.astype(dtype))


def test_elu_with_alpha_has_a_kink_and_without_none() -> None:
    eps = np.array([[-1e-6, 1e-6]])
    for alpha in (1.0, 0.25):
        layer = ELU(alpha)
        layer.forward(eps)
        np.testing.assert_allclose(layer.backward(np.ones_like(eps)), [[alpha, 1.0]], atol=1e-5)


class ApproximateGELU(GELU):
    """By tanh."""

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Any]:
        return cls(approximate=True), rng.standard_normal((3, 5), dtype=np.float32)


@pytest.mark.parametrize("rule", LAYER_RULES, ids=lambda rule: rule.__name__)
def test_the_contract_holds_for_the_approximation(rule: Callable[..., None], tmp_path: Path) -> None:
    rule(ApproximateGELU, *([tmp_path] if "folder" in inspect.signature(rule).parameters else []))


@pytest.mark.parametrize("alpha", [0.0, -1.0, math.nan, math.inf])
def test_alpha(alpha: float) -> None:
    with pytest.raises(DataError, match="alpha"):
        ELU(alpha)
