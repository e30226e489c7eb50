"""Convolution, pooling and normalization: what is particular about them; the contract test has the rest."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core_lib import (
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Flatten,
    GlobalAveragePool2D,
    GlobalMaxPool2D,
    LayerNorm,
    MaxPool2D,
    Sequential,
    check_layer,
    im2col,
)
from core_lib.base import Array
from core_lib.convolution import plain_conv2d
from core_lib.errors import DataError, ShapeError


def normal(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


RNG = np.random.default_rng(0)


class TestConv2D:
    def test_a_kernel_of_one_is_a_dense_layer_at_every_pixel(self) -> None:
        layer, x = Conv2D(3, 4, 1, rng=RNG), normal(3, 5, 6, 2)
        expected = np.einsum("oc,chwn->ohwn", layer.W[:, :, 0, 0], x)
        np.testing.assert_allclose(layer.forward(x), expected, rtol=1e-5, atol=1e-6)

    def test_it_finds_an_edge(self) -> None:
        """A difference of neighbors is large where the image changes, and zero elsewhere."""
        layer = Conv2D(1, 1, (1, 2), rng=RNG)
        layer.W[...] = [[[[-1.0, 1.0]]]]
        image = np.zeros((1, 3, 6, 1), np.float32)
        image[:, :, 3:] = 1.0
        np.testing.assert_array_equal(layer.forward(image)[0, :, :, 0], [[0, 0, 1, 0, 0]] * 3)

    @settings(max_examples=40, deadline=None)
    @given(st.data())
    def test_any_number_of_rows_at_a_time_gives_the_same(self, data: st.DataObject) -> None:
        kept, im2col.CHUNK = im2col.CHUNK, data.draw(st.sampled_from([1, 100, 200, 1000]))
        try:
            layer = Conv2D(
                2,
                4,
                (2, 3),
                stride=data.draw(st.integers(1, 2)),
                padding=data.draw(st.integers(0, 4)),
                dilation=data.draw(st.integers(1, 2)),
                groups=data.draw(st.sampled_from([1, 2])),
                rng=RNG,
            )
            x = normal(2, 6, 7, data.draw(st.integers(1, 3)))
            np.testing.assert_allclose(layer.forward(x), layer.plain(x), rtol=1e-4, atol=1e-5)
            check_layer(layer, x, samples=20).require()
        finally:
            im2col.CHUNK = kept

    def test_the_input_may_be_a_view(self) -> None:
        layer, x = Conv2D(2, 3, 3, rng=RNG), normal(9, 8, 4, 2).transpose(2, 1, 0, 3)[::2, ::-1, :, ::2]
        assert not x.flags.c_contiguous
        np.testing.assert_allclose(layer.forward(x), layer.plain(x), rtol=1e-5, atol=1e-6)

    def test_an_empty_batch_gives_an_empty_result(self) -> None:
        layer = Conv2D(2, 3, 3, padding=1, rng=RNG)
        assert layer.forward(normal(2, 5, 5, 0)).shape == (3, 5, 5, 0)

    def test_infinities_are_not_hidden(self) -> None:
        x = normal(1, 5, 5, 2)
        x[0, 2, 2, 0] = np.inf
        layer = Conv2D(1, 1, 3, rng=RNG)
        with np.errstate(invalid="ignore"):
            y = layer.forward(x)
        assert not np.isfinite(y[..., 0]).any()
        assert np.isfinite(y[..., 1]).all()

    @pytest.mark.parametrize(
        ("shape", "words"),
        [
            ((3, 8, 8), "last axis of one"),
            ((5, 8, 8, 3), "layer before"),
            ((9, 3, 8, 8), "first axis"),
            ((3, 2, 8, 4), "at least 3 × 3"),
        ],
    )
    def test_wrong_shapes_are_explained(self, shape: tuple[int, ...], words: str) -> None:
        net = Sequential(Conv2D(3, 4, 3, rng=RNG))
        with pytest.raises(ShapeError, match=re.escape(words)) as caught:
            net.forward(normal(*shape))
        assert "layer 0, Conv2D(3, 4, 3)" in str(caught.value)
        assert str(shape) in str(caught.value)

    @pytest.mark.parametrize(
        "settings",
        [{"n_in": 0}, {"groups": 2}, {"kernel": 0}, {"kernel": (3, 3, 3)}, {"stride": 0}, {"padding": -1}],
        ids=str,
    )
    def test_settings_that_make_no_sense(self, settings: dict[str, int]) -> None:
        with pytest.raises(DataError, match="Conv2D"):
            Conv2D(**({"n_in": 3, "n_out": 4, "kernel": 3, "rng": RNG} | settings))  # type: ignore[arg-type]

    def test_names_show_what_is_unusual(self) -> None:
        assert repr(Conv2D(3, 8, 3, rng=RNG)) == "Conv2D(3, 8, 3)"
        layer = Conv2D(4, 8, (3, 5), stride=2, padding=(1, 2), groups=4, rng=RNG)
        assert repr(layer) == "Conv2D(4, 8, (3, 5), stride=2, padding=(1, 2), groups=4)"

    def test_the_plain_one_is_the_equation(self) -> None:
        """Written out once more, number by number."""
        x, W, b = normal(2, 5, 6, 2), normal(2, 2, 2, 3, seed=1), normal(2, 1, 1, 1, seed=2)
        y = plain_conv2d(x, W, b, (2, 1), (1, 0), (1, 2))
        padded = np.pad(x, ((0, 0), (1, 1), (0, 0), (0, 0)))
        expected = b[1, 0, 0, 0] + sum(
            W[1, c, i, j] * padded[c, 2 * 2 + i, 1 + 2 * j, 1]
            for c in range(2)
            for i in range(2)
            for j in range(3)
        )
        assert y[1, 2, 1, 1] == pytest.approx(expected, rel=1e-5)


class TestPooling:
    def test_the_largest_and_the_mean(self) -> None:
        x = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
        np.testing.assert_array_equal(MaxPool2D(2).forward(x)[0, :, :, 0], [[5, 7], [13, 15]])
        np.testing.assert_array_equal(AveragePool2D(2).forward(x)[0, :, :, 0], [[2.5, 4.5], [10.5, 12.5]])
        assert GlobalAveragePool2D().forward(x) == 7.5
        assert GlobalMaxPool2D().forward(x) == 15

    @pytest.mark.parametrize("kernel", [2, 3, (1, 2)])
    @pytest.mark.parametrize("stride", [None, 1])
    def test_equal_numbers_share_nothing_twice(self, kernel: int, stride: int | None) -> None:
        """After ReLU many are zero: the gradient goes to one of them, not to all."""
        layer = MaxPool2D(kernel, stride=stride)
        y = layer.forward(np.zeros((2, 6, 6, 3), np.float32))
        assert layer.backward(np.ones_like(y)).sum() == y.size

    def test_rows_that_no_window_reaches_get_no_gradient(self) -> None:
        for layer in (MaxPool2D(2), AveragePool2D(2)):
            y = layer.forward(normal(1, 5, 5, 2))
            dx = layer.backward(np.ones_like(y))
            assert y.shape == (1, 2, 2, 2)
            assert not dx[:, 4].any()
            assert not dx[:, :, 4].any()

    def test_nan_is_passed_on(self) -> None:
        x = normal(1, 4, 4, 1)
        x[0, 1, 1, 0] = np.nan
        for layer in (MaxPool2D(2), AveragePool2D(2)):
            assert np.isnan(layer.forward(x)[0, 0, 0, 0])
        assert np.isnan(GlobalMaxPool2D().forward(x)).all()

    def test_a_margin_is_never_the_largest(self) -> None:
        assert (MaxPool2D(2, padding=1).forward(np.full((1, 2, 2, 1), -5.0, np.float32)) == -5).all()

    def test_too_wide_a_margin(self) -> None:
        with pytest.raises(DataError, match="more than half"):
            MaxPool2D(2, padding=2)

    def test_names(self) -> None:
        assert repr(MaxPool2D(2)) == "MaxPool2D(2)"
        assert (
            repr(AveragePool2D(3, stride=2, padding=1)) == "AveragePool2D(3, stride=(2, 2), padding=(1, 1))"
        )


class TestFlatten:
    def test_a_pixel_keeps_its_place(self) -> None:
        x = normal(2, 3, 4, 5)
        np.testing.assert_array_equal(Flatten().forward(x)[:, 1], x[..., 1].ravel())


class TestBatchNorm:
    @pytest.mark.parametrize("shape", [(3, 40), (3, 4, 5, 6), (3, 300_000)])
    def test_it_normalizes(self, shape: tuple[int, ...]) -> None:
        y = BatchNorm(3).forward(normal(*shape) * 5 + 7)
        axes = tuple(range(1, len(shape)))
        np.testing.assert_allclose(y.mean(axis=axes), 0, atol=1e-5)
        np.testing.assert_allclose(y.std(axis=axes), 1, atol=1e-3)

    def test_a_large_mean_does_no_harm(self) -> None:
        """E[x²] - E[x]² would have no correct digit in float32."""
        x = normal(2, 1000)
        y, shifted = BatchNorm(2).forward(x), BatchNorm(2).forward(x + np.float32(4096))
        np.testing.assert_allclose(shifted, y, atol=2e-3)

    @pytest.mark.parametrize("mean", [0.0, 3.9, 4.1, 30.0])
    @pytest.mark.parametrize("training", [True, False])
    def test_gradients_are_right_wherever_the_mean_is(
        self, mean: float, training: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Near zero Σ dy x - μ Σ dy is taken for Σ dy (x - μ); farther away it would lose digits."""
        monkeypatch.setattr("core_lib.normalization.BLOCK", 4000)  # a feature is a block
        x, dy, found = normal(2, 4000) + np.float32(mean), normal(2, 4000, seed=1), []
        for dtype in (np.float32, np.float64):
            layer = BatchNorm(2, dtype=dtype).train(training)
            layer.mean += mean
            layer.forward(x.astype(dtype))
            found.append([layer.backward(dy.astype(dtype)), layer.dgamma, layer.dbeta])
        for single, double in zip(*found, strict=True):
            np.testing.assert_allclose(single, double, rtol=0, atol=1e-5 * max(1.0, np.abs(double).max()))

    def test_the_averages_come_near_the_data(self) -> None:
        layer, x = BatchNorm(2), normal(2, 500) * 3 + 4
        for _ in range(100):
            layer.forward(x)
        np.testing.assert_allclose(layer.mean, x.mean(axis=1), rtol=1e-3)
        np.testing.assert_allclose(layer.variance, x.var(axis=1, ddof=1), rtol=1e-3)
        y = layer.eval().forward(x)
        np.testing.assert_allclose(y, layer.train().forward(x), atol=2e-2)

    def test_a_constant_feature_and_a_single_example_are_zero(self) -> None:
        layer = BatchNorm(2)
        np.testing.assert_array_equal(layer.forward(np.full((2, 5), 3.0, np.float32)), 0)
        kept = layer.variance.copy()
        np.testing.assert_array_equal(layer.forward(normal(2, 1)), 0)
        np.testing.assert_array_equal(layer.variance, kept)  # one number has no variance

    def test_an_empty_batch_is_refused_while_learning(self) -> None:
        with pytest.raises(DataError, match="empty"):
            BatchNorm(2).forward(normal(2, 0))

    def test_wrong_shapes_are_explained(self) -> None:
        with pytest.raises(ShapeError, match=r"BatchNorm\(3\): x has shape \(2, 5\); expected \(3, ..., N\)"):
            BatchNorm(3).forward(normal(2, 5))

    def test_settings_that_make_no_sense(self) -> None:
        for settings_ in (
            {"n_features": 0},
            {"n_features": 2, "momentum": 0.0},
            {"n_features": 2, "eps": 0.0},
        ):
            with pytest.raises(DataError, match="BatchNorm"):
                BatchNorm(**settings_)  # type: ignore[arg-type]


class TestLayerNorm:
    def test_it_normalizes_each_example_and_each_step(self) -> None:
        y = LayerNorm(50).forward(normal(3, 50, 4) * 5 + 7)
        np.testing.assert_allclose(y.mean(axis=1), 0, atol=1e-5)
        np.testing.assert_allclose(y.std(axis=1), 1, atol=1e-3)

    def test_settings_that_make_no_sense(self) -> None:
        with pytest.raises(DataError, match="LayerNorm"):
            LayerNorm(0)
