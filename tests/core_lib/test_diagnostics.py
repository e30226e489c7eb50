"""A look inside: dead units, saturation, vanishing and exploding gradients, and that nothing is changed."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from core_lib import (
    BinaryCrossEntropy,
    Dense,
    Diagnosis,
    Dropout,
    He,
    MeanSquaredError,
    Normal,
    ReLU,
    Sequential,
    Sigmoid,
    SoftmaxCrossEntropy,
    Tanh,
    diagnose,
)
from core_lib.base import Layer
from core_lib.parameters import flatten

X = np.random.default_rng(1).standard_normal((8, 200), dtype=np.float32)
LABELS = np.arange(200) % 3


def deep(activation: type[Layer], depth: int, init: He | Normal) -> Sequential:
    rng = np.random.default_rng(0)
    sizes = [8] + [32] * depth
    layers = [
        layer
        for a, b in itertools.pairwise(sizes)
        for layer in (Dense(a, b, rng=rng, init=init), activation())
    ]
    return Sequential(*layers, Dense(32, 3, rng=rng))


def look(net: Layer) -> Diagnosis:
    return diagnose(net, SoftmaxCrossEntropy(), X, LABELS)


def test_a_healthy_network_has_no_warnings() -> None:
    found = look(deep(ReLU, 3, He()))
    assert found.warnings == []
    assert [row.kind for row in found.layers] == ["Dense", "ReLU"] * 3 + ["Dense"]
    assert all(0.2 < row.blocked < 0.8 for row in found.layers if row.kind == "ReLU")
    assert all(math.isnan(row.blocked) for row in found.layers if row.kind == "Dense")
    assert all(math.isnan(row.weight_gradient) for row in found.layers if row.kind == "ReLU")


def test_dead_units() -> None:
    net = deep(ReLU, 2, He())
    net.layers[2].b[:16] = -1000  # type: ignore[attr-defined]
    found = look(net)
    row = found.layers[3]
    assert row.dead == 0.5
    assert found.warnings == [
        (
            "layer 3, ReLU: 50% of its units are dead, zero for every example. Try a smaller learning rate, "
            "He initialization, or LeakyReLU."
        )
    ]


def test_saturation() -> None:
    found = look(deep(Sigmoid, 1, Normal(50.0)))
    assert found.layers[1].blocked > 0.9
    assert any("layer 1, Sigmoid" in warning and "saturated" in warning for warning in found.warnings)


def test_vanishing_and_exploding() -> None:
    assert any("Gradients vanish" in warning for warning in look(deep(Sigmoid, 12, He())).warnings)
    assert any("Gradients explode" in warning for warning in look(deep(ReLU, 8, Normal(2.0))).warnings)
    zeros = look(deep(Tanh, 2, Normal(0.0)))
    assert any("Gradients vanish" in warning for warning in zeros.warnings)


def test_what_is_not_finite() -> None:
    net = deep(Tanh, 1, He())
    net.layers[0].W[0, 0] = np.nan  # type: ignore[attr-defined]
    with pytest.raises(ArithmeticError):  # the loss says so
        look(net)


def test_the_figures_are_those_of_the_definition() -> None:
    rng = np.random.default_rng(0)
    net = Sequential(Dense(8, 1, rng=rng))
    y = np.zeros((1, 200), np.float32)
    row = diagnose(net, MeanSquaredError(), X, y).layers[0]
    z = net.forward(X)
    assert row.mean == pytest.approx(z.mean(), rel=1e-4)
    assert row.std == pytest.approx(z.std(), rel=1e-4)
    assert row.gradient == pytest.approx(np.sqrt(np.mean((2 * z) ** 2)), rel=1e-4)
    net.backward(2 * z / 200)
    parameters = np.concatenate([net.layers[0].W.ravel(), net.layers[0].b.ravel()])  # type: ignore[attr-defined]
    gradients = np.concatenate([net.layers[0].dW.ravel(), net.layers[0].db.ravel()])  # type: ignore[attr-defined]
    assert row.weight_gradient == pytest.approx(
        np.linalg.norm(gradients) / np.linalg.norm(parameters), rel=1e-4
    )


def test_nothing_is_changed() -> None:
    rng = np.random.default_rng(0)
    net = Sequential(Dense(8, 4, rng=rng), Sequential(Dropout(0.5, rng=rng), Tanh()), Dense(4, 3, rng=rng))
    flat = flatten(net)
    flat.grad[:] = 7
    theta, state = flat.theta.copy(), rng.bit_generator.state
    net.eval()
    found = look(net)
    np.testing.assert_array_equal(flat.theta, theta)
    assert (flat.grad == 7).all()
    assert rng.bit_generator.state == state
    assert not net.training
    assert [row.name for row in found.layers] == ["0", "1.0", "1.1", "2"]
    assert str(found) == str(look(net))


def test_one_layer_and_the_table() -> None:
    found = diagnose(
        Dense(8, 1, rng=np.random.default_rng(0)), BinaryCrossEntropy(), X, (LABELS > 0).astype(int)
    )
    assert len(found.layers) == 1
    assert str(found).splitlines()[0].split() == [
        "layer",
        "mean",
        "std",
        "dead",
        "blocked",
        "gradient",
        "dW/W",
    ]


def test_units_of_images_are_channels_and_of_sequences_features() -> None:
    class Kill(Layer):
        def __init__(self, axis: int) -> None:
            self.axis = axis

        def forward(self, x: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
            y = x + 1
            np.moveaxis(y, self.axis, 0)[0] = 0
            return y

        def backward(self, dy: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
            return dy

    class Last(SoftmaxCrossEntropy):
        """A loss of outputs of any shape."""

        def forward(self, z: np.ndarray, y: np.ndarray, count: float | None = None) -> float:  # type: ignore[type-arg]
            self.z = z
            return float((z**2).sum())

        def backward(self) -> np.ndarray:  # type: ignore[type-arg]
            return 2 * self.z

    images, sequences = np.ones((4, 3, 3, 5), np.float32), np.ones((7, 2, 5), np.float32)
    assert diagnose(Kill(0), Last(), images, LABELS[:5]).layers[0].dead == 0.25
    assert diagnose(Kill(1), Last(), sequences, LABELS[:5]).layers[0].dead == 0.5
