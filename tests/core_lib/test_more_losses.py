"""Absolute, Huber, cosine, hinge, Kullback–Leibler; class weights and label smoothing: definitions, limits, and what
they say when training diverges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from core_lib import (
    SGD,
    CosineLoss,
    Dataset,
    Dense,
    Hinge,
    Huber,
    KLDivergence,
    ReLU,
    Sequential,
    SoftmaxCrossEntropy,
    Trainer,
    check_loss,
    one_hot,
    softmax,
)
from core_lib import MeanAbsoluteError as AbsoluteLoss  # a class named …Error looks like an exception
from core_lib.errors import CoreLibError, DataError, NonFiniteError, ShapeError
from core_lib.losses import Loss
from tests.core_lib.contract import LOSS_RULES
from tests.core_lib.found import LOSSES

rng = np.random.default_rng(0)
Z = rng.standard_normal((4, 6))
Y = rng.standard_normal((4, 6))
LABELS = rng.integers(0, 4, 6)


class TestRegression:
    def test_absolute(self) -> None:
        assert AbsoluteLoss().forward(Z, Y) == pytest.approx(np.abs(Z - Y).mean())
        loss = AbsoluteLoss()
        loss.forward(np.zeros((1, 2)), np.zeros((1, 2)))
        np.testing.assert_array_equal(loss.backward(), 0)  # at the kink

    def test_huber_is_squared_inside_and_straight_outside(self) -> None:
        e = np.array([[0.5, -0.5, 3.0, -3.0]])
        loss = Huber(2.0)
        assert loss.forward(e, np.zeros_like(e)) * 4 == pytest.approx(0.125 * 2 + 2 * (3 - 1) * 2)
        np.testing.assert_allclose(loss.backward() * 4, [[0.5, -0.5, 2, -2]])

    def test_huber_of_huge_errors_does_not_overflow(self) -> None:
        z = np.array([[1e30]], np.float32)
        assert Huber().forward(z, np.zeros_like(z)) == pytest.approx(1e30)

    @pytest.mark.parametrize("delta", [0.0, -1.0, np.nan, np.inf])
    def test_delta(self, delta: float) -> None:
        with pytest.raises(DataError, match="delta"):
            Huber(delta)


class TestCosine:
    def test_directions(self) -> None:
        z = np.array([[1.0, 1.0, 2.0], [0.0, 0.0, 2.0]])
        y = np.array([[5.0, -2.0, 0.0], [0.0, 0.0, 1.0]])
        assert CosineLoss().forward(z, y) * 3 == pytest.approx(0 + 2 + 1 - np.sqrt(0.5))

    def test_length_does_not_matter(self) -> None:
        for factor in (1e-30, 1e30):
            z, y = (Z * factor).astype(np.float32), Y.astype(np.float32)
            assert CosineLoss().forward(z, y) == pytest.approx(CosineLoss().forward(Z, Y), rel=1e-5)

    def test_zero(self) -> None:
        loss = CosineLoss()
        assert loss.forward(np.zeros((2, 1)), np.ones((2, 1))) == 1
        np.testing.assert_array_equal(loss.backward(), 0)
        with pytest.raises(DataError, match="example 1 is zero"):
            loss.forward(np.ones((2, 2)), np.array([[1.0, 0], [0, 0]]))


class TestHinge:
    def test_definition(self) -> None:
        expected = 0.0
        for n, c in enumerate(LABELS):
            expected += sum(max(0, 1 + Z[k, n] - Z[c, n]) for k in range(4) if k != c)
        assert Hinge().forward(Z, LABELS) == pytest.approx(expected / 6)

    def test_two_classes_by_one_output(self) -> None:
        loss = Hinge(0.5)
        z, y = np.array([[2.0, 0.2, -1.0]]), np.array([1, 1, 1])
        assert loss.forward(z, y) == pytest.approx((0 + 0.3 + 1.5) / 3)
        np.testing.assert_allclose(loss.backward() * 3, [[0, -1, -1]])
        assert loss.forward(-z, 1 - y) == pytest.approx(1.8 / 3)
        check_loss(Hinge(), rng.standard_normal((1, 9)), rng.integers(0, 2, 9)).require()
        assert loss.scores(z, y) == {"accuracy": pytest.approx(2 / 3)}

    def test_satisfied_examples_cost_nothing(self) -> None:
        loss = Hinge()
        assert loss.forward(np.array([[5.0], [-5.0]]), np.array([0])) == 0
        np.testing.assert_array_equal(loss.backward(), 0)
        assert loss.forward(np.array([[5.0], [-np.inf]]), np.array([0])) == 0

    def test_refused(self) -> None:
        with pytest.raises(DataError, match="labels"):
            Hinge().forward(Z, Y)
        with pytest.raises(DataError, match="0 to 1"):
            Hinge().forward(Z[:1], np.array([0, 1, 2, 0, 1, 0]))
        with pytest.raises(DataError, match="margin"):
            Hinge(0)


class TestKL:
    def test_definition(self) -> None:
        y, p = softmax(Y), softmax(Z)
        assert KLDivergence().forward(Z, y) == pytest.approx((y * np.log(y / p)).sum(axis=0).mean())
        assert KLDivergence().forward(Z, softmax(Z)) == pytest.approx(0, abs=1e-12)

    def test_shares_of_zero(self) -> None:
        y = one_hot(LABELS, 4)
        assert KLDivergence().forward(Z, y) == pytest.approx(SoftmaxCrossEntropy().forward(Z, LABELS))

    def test_refused(self) -> None:
        with pytest.raises(ShapeError):
            KLDivergence().forward(Z, LABELS)
        with pytest.raises(DataError, match="distribution"):
            KLDivergence().forward(Z, np.ones_like(Z))


class TestWeightsAndSmoothing:
    weights = np.array([1.0, 2.0, 0.5, 4.0])

    def test_weights(self) -> None:
        loss = SoftmaxCrossEntropy(self.weights)
        cost = -np.log(softmax(Z)[LABELS, np.arange(6)])
        w = self.weights[LABELS]
        assert loss.forward(Z, LABELS) == pytest.approx((w * cost).sum() / w.sum())
        assert loss.forward(Z, one_hot(LABELS, 4)) == pytest.approx((w * cost).sum() / w.sum())
        check_loss(loss, Z, LABELS).require()
        check_loss(loss, Z, softmax(Y)).require()

    def test_weights_of_one_change_nothing(self) -> None:
        assert SoftmaxCrossEntropy(np.ones(4)).forward(Z, LABELS) == pytest.approx(
            SoftmaxCrossEntropy().forward(Z, LABELS)
        )

    def test_smoothing(self) -> None:
        loss = SoftmaxCrossEntropy(label_smoothing=0.2)
        q = 0.8 * one_hot(LABELS, 4) + 0.05
        assert loss.forward(Z, LABELS) == pytest.approx(
            -(q * np.log(softmax(Z))).sum(axis=0).mean(), rel=1e-6
        )
        check_loss(loss, Z, LABELS).require()

    def test_float32_stays(self) -> None:
        loss = SoftmaxCrossEntropy(self.weights, label_smoothing=0.1)
        loss.forward(Z.astype(np.float32), LABELS)
        assert loss.backward().dtype == np.float32

    def test_halves_add_up(self) -> None:
        loss = SoftmaxCrossEntropy(self.weights, label_smoothing=0.1)
        whole = loss.forward(Z, LABELS)
        dz = loss.backward()
        parts = []
        for part in (slice(0, 2), slice(2, 6)):
            value = loss.forward(Z[:, part], LABELS[part], count=loss.count(LABELS))
            parts.append((value, loss.backward()))
        assert sum(value for value, _ in parts) == pytest.approx(whole)
        np.testing.assert_allclose(np.concatenate([g for _, g in parts], axis=1), dz)

    def test_the_trainer_weighs_batches_by_their_weights(self) -> None:
        net = Dense(4, 4, rng=np.random.default_rng(0))
        trainer = Trainer(net, SoftmaxCrossEntropy(self.weights), SGD())
        data = Dataset(Z, LABELS)
        assert trainer.evaluate(data, batch_size=1)["loss"] == pytest.approx(
            trainer.evaluate(data)["loss"], rel=1e-5
        )

    @pytest.mark.parametrize("bad", [[1, 0], [1, -1], [1, np.nan], [[1, 2]], "x"])
    def test_weights_refused(self, bad: Any) -> None:
        with pytest.raises(DataError, match="class_weights"):
            SoftmaxCrossEntropy(bad)

    def test_other_settings_refused(self) -> None:
        with pytest.raises(ShapeError, match="3 class weights for 4"):
            SoftmaxCrossEntropy([1, 2, 3]).forward(Z, LABELS)
        with pytest.raises(DataError, match="label_smoothing"):
            SoftmaxCrossEntropy(label_smoothing=1.0)
        with pytest.raises(DataError, match="0 to 3"):
            SoftmaxCrossEntropy(self.weights).forward(Z, np.full(6, 7))


class Weighted(SoftmaxCrossEntropy):
    """With all settings."""

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Loss, Any, Any]:
        z = rng.standard_normal((4, 5), dtype=np.float32)
        return cls([1.0, 2.0, 0.5, 4.0], label_smoothing=0.1), z, rng.integers(0, 4, 5)


class Smooth(SoftmaxCrossEntropy):
    """Distributions as targets."""

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Loss, Any, Any]:
        z, y = rng.standard_normal((2, 4, 5), dtype=np.float32)
        return cls(label_smoothing=0.1), z, softmax(y)


class TwoClasses(Hinge):
    """By one output."""

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Loss, Any, Any]:
        return cls(), rng.standard_normal((1, 5), dtype=np.float32), np.array([0, 1, 1, 0, 1])


@pytest.mark.parametrize("rule", LOSS_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("cls", [Weighted, Smooth, TwoClasses])
def test_the_contract_holds_with_settings(cls: type[Loss], rule: Callable[[type[Loss]], None]) -> None:
    rule(cls)


@pytest.mark.parametrize("cls", LOSSES, ids=lambda cls: cls.__name__)
def test_diverging_training_names_a_layer(cls: type[Loss]) -> None:
    """Whatever the loss: parameters that overflow are found, and the layer is named."""
    g = np.random.default_rng(0)
    loss, z, y = cls.example(g)
    if z.ndim != 2:
        pytest.skip("the outputs are not those of a dense network")
    net = Sequential(Dense(3, 8, rng=g), ReLU(), Dense(8, z.shape[0], rng=g))
    trainer = Trainer(net, loss, SGD(lr=0.1))
    x = g.standard_normal((3, z.shape[1]), dtype=np.float32)
    net.layers[2].W[...] = np.inf  # type: ignore[attr-defined]
    with pytest.raises(NonFiniteError, match=rf"layer 2, Dense\(8, {z.shape[0]}\)"):
        trainer.step(x, y)
    net.layers[2].W[...] = 1.0  # type: ignore[attr-defined]
    net.layers[0].W[0, 0] = np.nan  # type: ignore[attr-defined]
    with pytest.raises(NonFiniteError, match=r"layer 0, Dense\(3, 8\)"):
        trainer.step(x, y)


@pytest.mark.parametrize("cls", LOSSES, ids=lambda cls: cls.__name__)
def test_one_example_and_none(cls: type[Loss]) -> None:
    loss, z, y = cls.example(np.random.default_rng(1))
    assert np.isfinite(loss.forward(z[..., :1], y[..., :1]))
    assert np.isfinite(loss.backward()).all()
    with pytest.raises(CoreLibError, match=r"empty|at least one"):
        loss.forward(z[..., :0], y[..., :0])
