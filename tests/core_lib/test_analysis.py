"""Bias and variance, learning curves, calibration, the worst examples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core_lib import (
    Adam,
    Dataset,
    Dense,
    MeanSquaredError,
    ReLU,
    Sequential,
    SoftmaxCrossEntropy,
    Trainer,
    analyze_errors,
    calibration,
    learning_curve,
    softmax,
    worst_examples,
)
from core_lib.errors import DataError, ShapeError


class TestErrors:
    def test_the_parts_add_up(self) -> None:
        found = analyze_errors(human=0.01, train=0.03, train_dev=0.05, dev=0.11, test=0.12)
        assert [name for name, _ in found.parts] == [
            "unavoidable",
            "avoidable bias",
            "variance",
            "data mismatch",
            "overfitting to the dev set",
        ]
        np.testing.assert_allclose([value for _, value in found.parts], [0.01, 0.02, 0.02, 0.06, 0.01])
        assert "data mismatch" in found.advice

    @pytest.mark.parametrize(
        ("errors", "part"),
        [
            ({"train": 0.2, "dev": 0.22}, "avoidable bias"),
            ({"train": 0.01, "dev": 0.2}, "variance"),
            ({"human": 0.19, "train": 0.2, "dev": 0.25}, "variance"),
            ({"train": 0.01, "dev": 0.02, "test": 0.2}, "overfitting to the dev set"),
        ],
    )
    def test_the_largest_part_is_named(self, errors: dict[str, float], part: str) -> None:
        found = analyze_errors(**errors)
        assert f"The largest part is {part}:" in str(found)

    def test_nothing_to_do(self) -> None:
        assert "Nothing stands out" in str(analyze_errors(human=0.1, train=0.1, dev=0.1))

    @pytest.mark.parametrize("bad", [-0.1, np.nan, np.inf])
    def test_refused(self, bad: float) -> None:
        with pytest.raises(DataError, match="dev must be an error"):
            analyze_errors(train=0.1, dev=bad)


def circles(n: int, seed: int) -> Dataset:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((2, n))
    return Dataset(x, ((x**2).sum(axis=0) > 1.4).astype(int))


class TestLearningCurve:
    def fit(self, train: Dataset, seed: int) -> Trainer:
        rng = np.random.default_rng(seed)
        net = Sequential(Dense(2, 32, rng=rng), ReLU(), Dense(32, 2, rng=rng))
        trainer = Trainer(net, SoftmaxCrossEntropy(), Adam(0.02))
        trainer.fit(train, epochs=40, seed=seed, progress=0)
        return trainer

    def test_more_data_helps(self) -> None:
        curve = learning_curve(self.fit, circles(300, 0), circles(300, 1), sizes=(10, 0.2, 1.0))
        assert curve.sizes == [10, 60, 300]
        assert curve.dev["accuracy"][0] < curve.dev["accuracy"][-1]
        assert curve.dev["loss"][0] > curve.dev["loss"][-1]
        assert set(curve.train) == {"loss", "accuracy"}
        assert str(curve).splitlines()[-1].split()[0] == "300"

    def test_sizes_are_nested_have_all_classes_and_repeat(self) -> None:
        seen: list[Dataset] = []

        def note(train: Dataset, seed: int) -> Trainer:
            seen.append(train)
            return Trainer(Dense(2, 2, rng=np.random.default_rng(0)), SoftmaxCrossEntropy(), Adam())

        curves = [learning_curve(note, circles(100, 0), circles(10, 1), sizes=(10, 50)) for _ in range(2)]
        assert curves[0] == curves[1]
        small, large = seen[:2]
        assert {tuple(v) for v in small.x.T} <= {tuple(v) for v in large.x.T}
        assert set(small.y) == {0, 1}

    def test_regression(self) -> None:
        def fit(train: Dataset, seed: int) -> Trainer:
            return Trainer(Dense(1, 1, rng=np.random.default_rng(0)), MeanSquaredError(), Adam())

        data = Dataset(np.arange(20.0), np.arange(20.0))
        assert list(learning_curve(fit, data, data, sizes=(0.5, 1.0)).dev) == ["loss"]

    @pytest.mark.parametrize("sizes", [(), (0,), (0.5, 0.2), (101,), (10, 10)])
    def test_refused(self, sizes: Any) -> None:
        with pytest.raises(DataError, match="sizes"):
            learning_curve(self.fit, circles(100, 0), circles(10, 1), sizes=sizes)


class TestCalibration:
    def test_by_hand(self) -> None:
        p = np.array([[0.9, 0.9, 0.6, 0.2], [0.1, 0.1, 0.4, 0.8]])
        found = calibration([0, 1, 0, 1], p, bins=10)
        assert found.counts == [1, 1, 2]
        np.testing.assert_allclose(found.confidence, [0.6, 0.8, 0.9])
        assert found.accuracy == [1, 1, 0.5]
        assert found.ece == pytest.approx((0.4 + 0.2 + 2 * 0.4) / 4)
        assert "0.3500" in str(found)

    def test_two_classes_by_one_probability(self) -> None:
        p = np.array([0.9, 0.2, 0.7])
        assert calibration([1, 0, 0], p) == calibration([1, 0, 0], np.stack([1 - p, p]))
        assert calibration([1, 0, 0], p[np.newaxis]) == calibration([1, 0, 0], p)

    def test_true_probabilities_are_calibrated_and_too_sure_ones_are_not(self) -> None:
        rng = np.random.default_rng(0)
        p = softmax(rng.standard_normal((3, 20000)) * 2)
        labels = (rng.random(20000) > np.cumsum(p, axis=0)).sum(axis=0)
        assert calibration(labels, p).ece < 0.02
        assert calibration(labels, softmax(np.log(p) * 3)).ece > 0.1

    @given(k=st.integers(2, 5), n=st.integers(1, 50), bins=st.integers(1, 20), seed=st.integers(0, 99))
    @settings(max_examples=60, deadline=None)
    def test_every_example_is_in_one_bin(self, k: int, n: int, bins: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        p = softmax(rng.standard_normal((k, n)) * 50)  # many probabilities of exactly 1
        found = calibration(rng.integers(0, k, n), p, bins=bins)
        assert sum(found.counts) == n
        assert 0 <= found.ece <= 1

    def test_refused(self) -> None:
        with pytest.raises(DataError, match="softmax"):
            calibration([0], np.array([[3.0], [-1.0]]))
        with pytest.raises(DataError, match="softmax"):
            calibration([0], np.array([[np.nan], [np.nan]]))
        with pytest.raises(ShapeError, match="examples last"):
            calibration([0, 1, 0], np.full((3, 2), 0.5))
        with pytest.raises(DataError, match="0 to 1"):
            calibration([2], np.full((2, 1), 0.5))
        with pytest.raises(DataError, match="at least one"):
            calibration(np.zeros(0, int), np.zeros((2, 0)))


def test_worst_examples() -> None:
    net = Dense(2, 2, rng=np.random.default_rng(0))
    net.W[...] = np.eye(2)
    data = Dataset([[5.0, 0.0, 5.0, 1.0], [0.0, 1.0, 0.0, 0.0]], [0, 0, 1, 0])
    first, second = worst_examples(net, SoftmaxCrossEntropy(), data, n=2)
    assert (first.example, first.target) == (2, 1)
    assert first.loss == pytest.approx(np.log(1 + np.exp(5)), rel=1e-5)
    np.testing.assert_array_equal(first.output, [5, 0])
    assert second.example == 1
    assert len(worst_examples(net, SoftmaxCrossEntropy(), data, n=99)) == 4
    numbers = Dataset(np.eye(2), np.eye(2) * 3)
    assert worst_examples(net, MeanSquaredError(), numbers, n=1)[0].target.shape == (2,)
    with pytest.raises(DataError, match="at least 1"):
        worst_examples(net, SoftmaxCrossEntropy(), data, n=0)
