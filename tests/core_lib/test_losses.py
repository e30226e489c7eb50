"""Losses against their definitions, and what they say about bad targets."""

from __future__ import annotations

import numpy as np
import pytest

from core_lib import (
    BinaryCrossEntropy,
    MeanSquaredError,
    SoftmaxCrossEntropy,
    check_loss,
    one_hot,
    sigmoid,
    softmax,
)
from core_lib.errors import DataError, NonFiniteError, ShapeError

rng = np.random.default_rng(0)
Z = rng.standard_normal((4, 6))
LABELS = rng.integers(0, 4, 6)


def test_softmax_cross_entropy_is_minus_log_p() -> None:
    expected = -np.log(softmax(Z)[LABELS, np.arange(6)]).mean()
    assert SoftmaxCrossEntropy().forward(Z, LABELS) == pytest.approx(expected)
    assert SoftmaxCrossEntropy().forward(Z, one_hot(LABELS, 4)) == pytest.approx(expected)


def test_softmax_cross_entropy_of_a_distribution() -> None:
    y = softmax(rng.standard_normal((4, 6)))
    loss = SoftmaxCrossEntropy()
    assert loss.forward(Z, y) == pytest.approx(-(y * np.log(softmax(Z))).sum(axis=0).mean())
    check_loss(loss, Z, y).require()


def test_softmax_cross_entropy_of_huge_logits() -> None:
    z = np.array([[1e4, -1e4], [-1e4, 1e4]], np.float32)
    loss = SoftmaxCrossEntropy()
    assert loss.forward(z, np.array([0, 1])) == 0
    assert loss.forward(z, np.array([1, 0])) == 2e4
    np.testing.assert_allclose(loss.backward(), [[0.5, -0.5], [-0.5, 0.5]])
    assert loss.forward(z, one_hot(np.array([0, 1]), 2)) == 0  # 0 · log 0


def test_a_target_of_probability_zero_is_an_error() -> None:
    with pytest.raises(NonFiniteError, match="SoftmaxCrossEntropy"):
        SoftmaxCrossEntropy().forward(np.array([[-np.inf], [0.0]]), np.array([0]))


@pytest.mark.parametrize("labels", [[-1, 0], [0, 4]])
def test_labels_out_of_range(labels: list[int]) -> None:
    with pytest.raises(DataError, match="0 to 3"):
        SoftmaxCrossEntropy().forward(Z[:, :2], np.array(labels))


def test_targets_that_are_no_distribution() -> None:
    with pytest.raises(DataError, match="distribution"):
        SoftmaxCrossEntropy().forward(Z, np.ones_like(Z))


def test_binary_cross_entropy_is_its_definition() -> None:
    z, y = Z[:1], (Z[1:2] > 0).astype(float)
    p = sigmoid(z)
    expected = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
    assert BinaryCrossEntropy().forward(z, y) == pytest.approx(expected)
    assert BinaryCrossEntropy().forward(z, y[0].astype(int)) == pytest.approx(expected)
    check_loss(BinaryCrossEntropy(), Z, rng.random((4, 6))).require()


def test_binary_cross_entropy_refuses() -> None:
    with pytest.raises(ShapeError, match="newaxis"):
        BinaryCrossEntropy().forward(Z[:1], np.ones(6))
    with pytest.raises(DataError, match="between 0 and 1"):
        BinaryCrossEntropy().forward(Z[:1], np.full((1, 6), 2.0))
    with pytest.raises(DataError, match="between 0 and 1"):
        BinaryCrossEntropy().forward(Z[:1], np.full((1, 6), np.nan))


def test_mean_squared_error_is_its_definition() -> None:
    y = rng.standard_normal((4, 6))
    assert MeanSquaredError().forward(Z, y) == pytest.approx(((Z - y) ** 2).mean())
    with pytest.raises(ShapeError, match=r"y\.T"):
        MeanSquaredError().forward(Z, y.T.copy())


def test_overflow_is_an_error() -> None:
    with pytest.raises(NonFiniteError, match="inf"):
        MeanSquaredError().forward(np.full((1, 2), 1e38, np.float32), np.zeros((1, 2), np.float32))


def test_scores() -> None:
    assert SoftmaxCrossEntropy().scores(Z, Z.argmax(axis=0)) == {"accuracy": 1.0}
    assert SoftmaxCrossEntropy().scores(Z, one_hot((Z.argmax(axis=0) + 1) % 4, 4)) == {"accuracy": 0.0}
    assert BinaryCrossEntropy().scores(np.array([[1.0, -1.0]]), np.array([1, 1])) == {"accuracy": 0.5}
    assert MeanSquaredError().scores(Z, Z) == {}
