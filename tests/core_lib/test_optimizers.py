"""Optimizers against their equations, written out number by number in float64."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import core_lib.optimizers
from core_lib import SGD, AdaGrad, Adam, AdamW, Lion, Momentum, NAdam, Nesterov, RMSProp
from core_lib.base import Array
from core_lib.errors import DataError, ShapeError
from core_lib.optimizers import Optimizer
from tests.core_lib.found import subclasses


def sgd(theta: Array, gradients: list[Array], lr: float = 0.05) -> Array:
    for g in gradients:
        theta = theta - lr * g
    return theta


def momentum(theta: Array, gradients: list[Array], lr: float = 0.05, beta: float = 0.8) -> Array:
    v = np.zeros_like(theta)
    for g in gradients:
        v = beta * v + g
        theta = theta - lr * v
    return theta


def adam(theta: Array, gradients: list[Array], lr: float = 0.05, b1: float = 0.8, b2: float = 0.95) -> Array:
    m, v = np.zeros_like(theta), np.zeros_like(theta)
    for t, g in enumerate(gradients, start=1):
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g**2
        theta = theta - lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + 1e-3)
    return theta


def nesterov(theta: Array, gradients: list[Array], lr: float = 0.05, beta: float = 0.8) -> Array:
    v = np.zeros_like(theta)
    for g in gradients:
        v = beta * v + g
        theta = theta - lr * (g + beta * v)
    return theta


def adagrad(theta: Array, gradients: list[Array], lr: float = 0.05) -> Array:
    s = np.zeros_like(theta)
    for g in gradients:
        s = s + g**2
        theta = theta - lr * g / (np.sqrt(s) + 1e-3)
    return theta


def rmsprop(theta: Array, gradients: list[Array], lr: float = 0.05, rho: float = 0.9) -> Array:
    v = np.zeros_like(theta)
    for g in gradients:
        v = rho * v + (1 - rho) * g**2
        theta = theta - lr * g / (np.sqrt(v) + 1e-3)
    return theta


def adamw(theta: Array, gradients: list[Array]) -> Array:
    m, v = np.zeros_like(theta), np.zeros_like(theta)
    for t, g in enumerate(gradients, start=1):
        theta = theta * (1 - 0.05 * 0.1)
        m = 0.8 * m + 0.2 * g
        v = 0.95 * v + 0.05 * g**2
        theta = theta - 0.05 * (m / (1 - 0.8**t)) / (np.sqrt(v / (1 - 0.95**t)) + 1e-3)
    return theta


def nadam(theta: Array, gradients: list[Array]) -> Array:
    m, v = np.zeros_like(theta), np.zeros_like(theta)
    mu = [0.8 * (1 - 0.5 * 0.96 ** (t * 0.1)) for t in range(len(gradients) + 2)]
    for t, g in enumerate(gradients, start=1):
        m = 0.8 * m + 0.2 * g
        v = 0.95 * v + 0.05 * g**2
        now, ahead = np.prod(mu[1 : t + 1]), np.prod(mu[1 : t + 2])
        step = (1 - mu[t]) / (1 - now) * g + mu[t + 1] / (1 - ahead) * m
        theta = theta - 0.05 * step / (np.sqrt(v / (1 - 0.95**t)) + 1e-3)
    return theta


def lion(theta: Array, gradients: list[Array]) -> Array:
    m = np.zeros_like(theta)
    for g in gradients:
        c = 0.8 * m + 0.2 * g
        theta = theta - 0.05 * (np.sign(c) + 0.1 * theta)
        m = 0.95 * m + 0.05 * g
    return theta


CASES: list[tuple[Callable[[], Optimizer], Callable[..., Array]]] = [
    (lambda: SGD(0.05), sgd),
    (lambda: Momentum(0.05, beta=0.8), momentum),
    (lambda: Adam(0.05, beta1=0.8, beta2=0.95, eps=1e-3), adam),
    (lambda: Nesterov(0.05, beta=0.8), nesterov),
    (lambda: AdaGrad(0.05, eps=1e-3), adagrad),
    (lambda: RMSProp(0.05, rho=0.9, eps=1e-3), rmsprop),
    (lambda: AdamW(0.05, 0.8, 0.95, 1e-3, decay=0.1), adamw),
    (lambda: NAdam(0.05, 0.8, 0.95, 1e-3, growth=0.1), nadam),
    (lambda: Lion(0.05, 0.8, 0.95, decay=0.1), lion),
]


@pytest.mark.parametrize("size", [1, 37, core_lib.optimizers.BLOCK, 2 * core_lib.optimizers.BLOCK + 5])
@pytest.mark.parametrize(("make", "reference"), CASES)
def test_ten_steps(make: Callable[[], Optimizer], reference: Callable[..., Array], size: int) -> None:
    """Also where the vector is longer than a block."""
    rng = np.random.default_rng(0)
    theta, gradients = rng.standard_normal(size), [rng.standard_normal(size) for _ in range(10)]
    for dtype, tolerance in ((np.float64, 1e-12), (np.float32, 1e-5)):
        optimizer, found = make(), theta.astype(dtype)
        for g in gradients:
            kept = g.astype(dtype)
            optimizer.step(found, kept)
            np.testing.assert_array_equal(kept, g.astype(dtype))  # the gradient is only read
        assert found.dtype == dtype
        np.testing.assert_allclose(found, reference(theta, gradients), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("cls", subclasses(Optimizer), ids=lambda cls: cls.__name__)
def test_every_optimizer_finds_the_bottom_of_a_bowl(cls: type[Optimizer]) -> None:
    # steps that do not depend on the size of the gradient must become smaller in the end
    optimizer = cls(lr=lambda step: (0.5 if cls is AdaGrad else 0.05) * min(1.0, 0.98 ** (step - 200)))
    theta = np.array([3.0, -2.0], np.float32)
    for _ in range(500):
        optimizer.step(theta, 2 * theta)
    assert np.abs(theta).max() < 0.05
    assert optimizer.steps == 500
    assert set(optimizer.state) == set(cls.memory)
    assert all(vector.dtype == np.float32 for vector in optimizer.state.values())


def test_the_learning_rate_may_change() -> None:
    optimizer, theta = SGD(0.5), np.zeros(1)
    optimizer.step(theta, np.ones(1))
    optimizer.lr = 0.25
    optimizer.step(theta, np.ones(1))
    assert theta[0] == -0.75
    optimizer.lr = np.float64(0.25)
    optimizer.step(theta, np.ones(1))
    assert type(optimizer.lr) is float


def test_adam_takes_zero_gradients() -> None:
    theta = np.ones(3, np.float32)
    Adam().step(theta, np.zeros(3, np.float32))
    np.testing.assert_array_equal(theta, 1)


@pytest.mark.parametrize("lr", [0.0, -1.0, float("nan"), float("inf")])
def test_learning_rates_that_make_no_sense(lr: float) -> None:
    with pytest.raises(DataError, match="learning rate"):
        SGD(lr)


def test_settings_and_shapes() -> None:
    with pytest.raises(DataError, match="beta"):
        Momentum(beta=1.0)
    with pytest.raises(DataError, match="eps"):
        Adam(eps=0)
    with pytest.raises(ShapeError, match="must agree"):
        SGD().step(np.ones(2), np.ones(3))
    optimizer = Momentum()
    optimizer.step(np.ones(2), np.ones(2))
    with pytest.raises(ShapeError, match="one network"):
        optimizer.step(np.ones(3), np.ones(3))


@pytest.mark.parametrize("cls", subclasses(Optimizer), ids=lambda cls: cls.__name__)
def test_zero_gradients_and_no_parameters_are_taken(cls: type[Optimizer]) -> None:
    theta = np.ones(3, np.float32)
    for _ in range(3):
        cls(lr=0.1).step(theta, np.zeros(3, np.float32))
    assert np.isfinite(theta).all()
    cls(lr=0.1).step(np.ones(0, np.float32), np.ones(0, np.float32))


@pytest.mark.parametrize("cls", subclasses(Optimizer), ids=lambda cls: cls.__name__)
def test_a_nan_is_not_hidden(cls: type[Optimizer]) -> None:
    theta = np.ones(2, np.float32)
    cls(lr=0.1).step(theta, np.array([np.nan, 1.0], np.float32))
    assert np.isnan(theta[0])
    assert np.isfinite(theta[1])


def test_nadam_goes_on_where_steps_are_set() -> None:
    """As a checkpoint sets them: the product of the momenta follows from the number of steps alone."""
    rng = np.random.default_rng(0)
    gradients = [rng.standard_normal(5) for _ in range(8)]
    whole, theta = NAdam(0.1), np.ones(5)
    for g in gradients[:4]:
        whole.step(theta, g)
    other, copied = NAdam(0.1), theta.copy()
    other.steps = whole.steps
    other.state = {name: vector.copy() for name, vector in whole.state.items()}
    for g in gradients[4:]:
        whole.step(theta, g)
        other.step(copied, g)
    np.testing.assert_array_equal(theta, copied)


@pytest.mark.parametrize(
    "make",
    [
        lambda: AdamW(decay=-1.0),
        lambda: Lion(decay=float("nan")),
        lambda: Lion(beta2=1.0),
        lambda: RMSProp(rho=-0.1),
        lambda: AdaGrad(eps=0),
        lambda: NAdam(growth=0),
    ],
)
def test_further_settings(make: Callable[[], Optimizer]) -> None:
    with pytest.raises(DataError):
        make()
