"""RNN, LSTM, GRU and both directions: padding, single steps, hostile numbers, what they say about bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core_lib import (
    GRU,
    LSTM,
    RNN,
    SGD,
    Bidirectional,
    Dense,
    MeanSquaredError,
    Sequential,
    Trainer,
    check_layer,
)
from core_lib.errors import DataError, NonFiniteError, ShapeError
from core_lib.recurrent import BLOCK

CELLS = [RNN, LSTM, GRU]
each_cell = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def normal(*shape: int) -> Any:
    return rng(1).standard_normal(shape, dtype=np.float32)


def test_an_rnn_is_the_equation() -> None:
    layer = RNN(1, 1, rng=rng())
    layer.W[...], layer.R[...], layer.b[...] = 2.0, -1.0, 0.5
    h1 = np.tanh(2 * 0.3 + 0.5)
    h2 = np.tanh(2 * -0.4 - h1 + 0.5)
    y = layer.forward(np.array([0.3, -0.4], np.float32).reshape(2, 1, 1))
    np.testing.assert_allclose(y.ravel(), [h1, h2], rtol=1e-6)


@each_cell
def test_the_last_state_is_that_of_the_last_step(cell: Any) -> None:
    every, last = cell(3, 4, rng=rng()), cell(3, 4, rng=rng(), returns="last")
    x = normal(6, 3, 5)
    np.testing.assert_array_equal(last.forward(x), every.forward(x)[-1])
    dy = normal(4, 5)
    dys = np.zeros((6, 4, 5), np.float32)
    dys[-1] = dy
    np.testing.assert_array_equal(last.backward(dy), every.backward(dys))
    np.testing.assert_array_equal(last.dW, every.dW)
    assert check_layer(last, x).passed


@each_cell
@pytest.mark.parametrize("steps", [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 3])
def test_going_back_in_blocks_is_going_back(cell: Any, steps: int) -> None:
    layer, x = cell(3, 2, rng=rng()), normal(steps, 3, 4)
    check_layer(layer, x).require()
    layer.padded_steps = rng(2).random((steps, 4)) < 0.3
    check_layer(layer, x).require()


def test_the_forget_gate_begins_open() -> None:
    layer = LSTM(3, 4, rng=rng())
    np.testing.assert_array_equal(layer.b.ravel(), [0] * 8 + [1] * 4 + [0] * 4)
    assert not LSTM(3, 4, rng=rng(), forget_bias=0.0).b.any()


def test_an_open_forget_gate_carries_the_gradient_over_hundreds_of_steps() -> None:
    """And a simple recurrent layer loses it."""
    steps, x = 300, normal(300, 1, 1) * np.float32(0.01)
    lstm, simple = LSTM(1, 2, rng=rng(), returns="last"), RNN(1, 2, rng=rng(), returns="last")
    lstm.R[...] = 0.0
    lstm.W[:2] = 0.0  # the output gate stays out of it
    lstm.b[4:6] = 20.0
    simple.R *= 0.9
    sizes = []
    for layer in (lstm, simple):
        layer.forward(x)
        dx = layer.backward(np.ones((2, 1), np.float32))
        assert dx.shape == (steps, 1, 1)
        sizes.append(np.abs(dx[0]).max() / np.abs(dx[-1]).max())
    assert sizes[0] > 1e-2 > 1e-10 > sizes[1]


class TestPadding:
    padded = np.array([[0, 0, 0, 1, 0], [0, 1, 0, 1, 0], [0, 1, 0, 1, 1], [0, 1, 1, 1, 1]], bool)

    @each_cell
    @pytest.mark.parametrize("returns", ["all", "last"])
    def test_a_padded_sequence_is_a_shorter_one(self, cell: Any, returns: Any) -> None:
        x = normal(4, 3, 5)
        layer = cell(3, 2, rng=rng(), returns=returns)
        dy = normal(*layer.forward(x).shape)
        layer.padded_steps = self.padded
        y, dx = layer.forward(x), layer.backward(dy)
        gradients = np.zeros_like(layer.dR)
        for n in range(5):
            length = int((~self.padded[:, n]).sum())
            if length == 0:
                assert not y[..., n].any()
                assert not dx[..., n].any()
                continue
            alone = cell(3, 2, rng=rng(), returns=returns)
            y_alone = alone.forward(x[:length, :, n : n + 1])
            part = dy[:length, :, n : n + 1] if returns == "all" else dy[:, n : n + 1]
            dx_alone = alone.backward(part)
            found = y[:length, :, n] if returns == "all" else y[:, n]
            np.testing.assert_allclose(found, y_alone[..., 0], rtol=1e-5, atol=1e-6)
            np.testing.assert_allclose(dx[:length, :, n], dx_alone[..., 0], rtol=1e-4, atol=1e-6)
            assert not dx[length:, :, n].any()
            if returns == "all":
                assert not y[length:, :, n].any()
            gradients += alone.dR
        np.testing.assert_allclose(layer.dR, gradients, rtol=1e-4, atol=1e-6)

    @each_cell
    def test_gradients_with_padding_anywhere(self, cell: Any) -> None:
        for returns in ("all", "last"):
            for padded in (self.padded, self.padded[::-1]):
                layer = cell(3, 2, rng=rng(), returns=returns)
                layer.padded_steps = padded
                check_layer(layer, normal(4, 3, 5)).require()

    @each_cell
    def test_what_stands_in_the_padding_does_not_matter(self, cell: Any) -> None:
        layer, x = cell(3, 2, rng=rng()), normal(4, 3, 5)
        layer.padded_steps = self.padded
        expected = layer.forward(x)
        dy = normal(*expected.shape)
        expected_dx = layer.backward(dy)
        dR = layer.dR.copy()
        hostile = np.where(self.padded[:, np.newaxis], np.float32(np.nan), x)
        np.testing.assert_array_equal(layer.forward(hostile), expected)
        hostile_dy = np.where(self.padded[:, np.newaxis], np.float32(np.nan), dy)
        np.testing.assert_array_equal(layer.backward(hostile_dy), expected_dx)
        np.testing.assert_array_equal(layer.dR, dR)

    def test_both_directions_begin_at_the_ends_of_the_sequence(self) -> None:
        layer = Bidirectional(LSTM(3, 2, rng=rng(), returns="last"), LSTM(3, 2, rng=rng(1), returns="last"))
        x = normal(4, 3, 5)
        alone = layer.forward(x[:1, :, 1:2])
        layer.padded_steps = self.padded
        np.testing.assert_allclose(layer.forward(x)[:, 1:2], alone, rtol=1e-5, atol=1e-6)
        assert check_layer(layer, x).passed

    def test_a_mask_of_another_shape(self) -> None:
        layer = LSTM(3, 2, rng=rng())
        layer.padded_steps = self.padded
        with pytest.raises(ShapeError, match="padded_steps"):
            layer.forward(normal(5, 3, 5))


class TestHostileNumbers:
    @each_cell
    @pytest.mark.parametrize("size", [1e4, -1e4, np.inf, -np.inf])
    def test_saturated_units_are_finite(self, cell: Any, size: float) -> None:
        if cell is GRU and np.isinf(size):
            pytest.skip("there are zeros in its V, and 0 · inf is NaN, which the loss reports")
        layer = cell(1, 3, rng=rng())
        layer.W[...] = np.abs(layer.W) + 0.1
        x = np.full((4, 1, 2), size, np.float32)
        with np.errstate(all="raise", under="ignore"):
            y = layer.forward(x)
        assert np.isfinite(y).all()
        if np.isfinite(size):
            dx = layer.backward(np.ones_like(y))
            assert np.isfinite(dx).all()
            assert all(np.isfinite(getattr(layer, "d" + name)).all() for name in layer.params)

    def test_a_nan_is_reported(self) -> None:
        net = Sequential(LSTM(2, 3, rng=rng(), returns="last"), Dense(3, 1, rng=rng()))
        x = normal(4, 2, 3)
        x[1, 0, 0] = np.nan
        trainer = Trainer(net, MeanSquaredError(), SGD(lr=0.1))
        with pytest.raises(NonFiniteError, match="input itself"):
            trainer.step(x, normal(1, 3))

    def test_an_exploding_simple_layer_is_named(self) -> None:
        layer = RNN(1, 2, rng=rng(), returns="last")
        layer.W[...] = np.inf
        trainer = Trainer(Sequential(layer, Dense(2, 1, rng=rng())), MeanSquaredError(), SGD(lr=0.1))
        with pytest.raises(NonFiniteError, match=r"layer 0, RNN\(1, 2, returns=\"last\"\): its parameter W"):
            trainer.step(np.zeros((4, 1, 3), np.float32), normal(1, 3))

    @each_cell
    def test_one_step_one_example_and_no_example(self, cell: Any) -> None:
        layer = cell(3, 2, rng=rng())
        assert layer.forward(normal(1, 3, 1)).shape == (1, 2, 1)
        assert layer.backward(np.ones((1, 2, 1), np.float32)).shape == (1, 3, 1)
        assert layer.forward(normal(4, 3, 0)).shape == (4, 2, 0)
        assert layer.backward(np.ones((4, 2, 0), np.float32)).shape == (4, 3, 0)
        assert not layer.dW.any()
        with pytest.raises(DataError, match="at least one step"):
            layer.forward(normal(0, 3, 2))


class TestErrors:
    @pytest.mark.parametrize(
        "make",
        [
            lambda: RNN(0, 2, rng=rng()),
            lambda: LSTM(2, 0, rng=rng()),
            lambda: GRU(2, 2, rng=rng(), returns="first"),  # type: ignore[arg-type]
            lambda: Bidirectional(RNN(2, 2, rng=rng()), Dense(2, 2, rng=rng())),  # type: ignore[arg-type]
            lambda: Bidirectional(RNN(2, 2, rng=rng()), RNN(3, 2, rng=rng())),
            lambda: Bidirectional(RNN(2, 2, rng=rng()), RNN(2, 2, rng=rng(), returns="last")),
        ],
    )
    def test_bad_settings(self, make: Any) -> None:
        with pytest.raises(DataError):
            make()

    def test_one_layer_for_both_directions(self) -> None:
        layer = RNN(2, 2, rng=rng())
        with pytest.raises(DataError, match="Make two"):
            Bidirectional(layer, layer)

    def test_the_usual_mistakes(self) -> None:
        layer = LSTM(3, 2, rng=rng())
        with pytest.raises(ShapeError, match=r"LSTM\(3, 2\).*\(steps, 3, N\)"):
            layer.forward(normal(4, 5, 3))  # (steps, N, features)
        with pytest.raises(ShapeError, match="newaxis"):
            layer.forward(normal(4, 3))
        layer.forward(normal(4, 3, 5))
        with pytest.raises(ShapeError, match="dy has shape"):
            layer.backward(normal(2, 5))


def test_the_first_layer_leaves_out_its_input_gradient() -> None:
    net = Sequential(
        Bidirectional(GRU(3, 2, rng=rng(), returns="last"), GRU(3, 2, rng=rng(1), returns="last")),
        Dense(4, 1, rng=rng()),
    )
    x, dy = normal(4, 3, 5), normal(1, 5)
    net.forward(x)
    net.backward(dy)
    expected = net.layers[0].forwards.dW.copy()  # type: ignore[attr-defined]
    net.skip_input_gradient(True)
    net.forward(x)
    assert net.backward(dy).size == 0
    np.testing.assert_array_equal(net.layers[0].forwards.dW, expected)  # type: ignore[attr-defined]
