"""Clipping: by length, by value, in the trainer, and what it leaves alone."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core_lib import SGD, ClipNorm, ClipValue, Dense, MeanSquaredError, Trainer
from core_lib.errors import DataError, NonFiniteError


def test_by_length_keeps_the_direction() -> None:
    g = np.array([3.0, 4.0], np.float32)
    assert ClipNorm(1.0)(g) == 5.0
    np.testing.assert_allclose(g, [0.6, 0.8], rtol=1e-6)
    assert g.dtype == np.float32
    assert ClipNorm(2.0)(g) == pytest.approx(1.0)
    np.testing.assert_allclose(g, [0.6, 0.8], rtol=1e-6)  # short enough: not lengthened


def test_by_value() -> None:
    g = np.array([-3.0, 0.5, 4.0])
    assert ClipValue(1.0)(g) == pytest.approx(math.sqrt(25.25))
    np.testing.assert_array_equal(g, [-1.0, 0.5, 1.0])


def test_numbers_whose_squares_overflow() -> None:
    g = np.array([3e30, 4e30], np.float32)
    assert ClipNorm(1.0)(g) == pytest.approx(5e30)
    np.testing.assert_allclose(g, [0.6, 0.8], rtol=1e-6)


@pytest.mark.parametrize("clip", [ClipNorm(1.0), ClipValue(1.0)], ids=repr)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_not_finite_is_left_for_the_trainer(
    clip: ClipNorm | ClipValue, bad: float
) -> None:
    g = np.array([1.0, bad, 2.0])
    clip(g)
    np.testing.assert_array_equal(g, [1.0, bad, 2.0])


@pytest.mark.parametrize("limit", [0.0, -1.0, math.nan, math.inf])
def test_limits_that_make_no_sense(limit: float) -> None:
    with pytest.raises(DataError, match="limit"):
        ClipNorm(limit)


def test_a_number_is_no_clip() -> None:
    with pytest.raises(DataError, match="ClipNorm"):
        Trainer(Dense(1, 1, rng=np.random.default_rng(0)), MeanSquaredError(), SGD(), clip=1.0)  # type: ignore[arg-type]


def test_the_trainer_clips_before_the_optimizer() -> None:
    net = Dense(1, 1, rng=np.random.default_rng(0))
    trainer = Trainer(net, MeanSquaredError(), SGD(lr=1.0), clip=ClipNorm(0.5))
    before = trainer.flat.theta.copy()
    trainer.step(np.array([[1e3]], np.float32), np.array([[-1e3]], np.float32))
    assert np.linalg.norm(trainer.flat.theta - before) == pytest.approx(0.5, rel=1e-5)


def test_it_trains_where_it_would_diverge_without() -> None:
    x = np.random.default_rng(0).standard_normal((1, 50)).astype(np.float32) * 100

    def run(clip: ClipNorm | None) -> float:
        net = Dense(1, 1, rng=np.random.default_rng(0))
        trainer = Trainer(net, MeanSquaredError(), SGD(lr=0.02), clip=clip)
        return [trainer.step(x, 3 * x) for _ in range(300)][-1]

    assert run(ClipNorm(1.0)) < 10
    with pytest.raises(NonFiniteError):
        run(None)
