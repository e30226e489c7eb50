"""Ways round layers, and layers beside each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core_lib import Dense, Parallel, ReLU, Residual, Sequential, Tanh, check_layer
from core_lib.errors import DataError, ShapeError


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def normal(*shape: int) -> Any:
    return rng(1).standard_normal(shape, dtype=np.float32)


class TestResidual:
    def test_it_adds_what_the_layers_make(self) -> None:
        block = Residual(Dense(3, 3, rng=rng()), Tanh())
        x = normal(3, 5)
        np.testing.assert_array_equal(block.forward(x), x + block.inner.forward(x))
        check_layer(block, x).require()

    def test_a_hundred_blocks_pass_the_gradient(self) -> None:
        net = Sequential(*(Residual(Dense(4, 4, rng=rng(i)), Tanh()) for i in range(100)))
        for _, layer in net.walk():
            if isinstance(layer, Dense):
                layer.W *= 0.01
        net.forward(normal(4, 2))
        assert np.abs(net.backward(np.ones((4, 2), np.float32))).min() > 0.1

    def test_shapes_that_do_not_fit(self) -> None:
        with pytest.raises(ShapeError, match="shortcut=Dense"):
            Residual(Dense(3, 2, rng=rng())).forward(normal(3, 5))

    def test_the_first_block_leaves_out_its_input_gradient(self) -> None:
        net = Sequential(Residual(Dense(3, 2, rng=rng()), shortcut=Dense(3, 2, rng=rng())), ReLU())
        net.forward(normal(3, 5))
        net.skip_input_gradient(True)
        assert net.backward(normal(2, 5)).size == 0


class TestParallel:
    def test_features_of_sequences(self) -> None:
        block = Parallel(Tanh(), ReLU(), axis=1)
        x = normal(4, 3, 5)
        np.testing.assert_array_equal(
            block.forward(x), np.concatenate((np.tanh(x), np.maximum(x, 0)), axis=1)
        )

    def test_sums(self) -> None:
        block = Parallel(Dense(3, 2, rng=rng()), Dense(3, 2, rng=rng(1)), Dense(3, 2, rng=rng(2)), join="add")
        x = normal(3, 5)
        expected = sum(branch.forward(x) for branch in block.branches)
        np.testing.assert_allclose(block.forward(x), expected, rtol=1e-6)
        check_layer(block, x).require()
        block.skip_input_gradient(True)
        assert block.backward(normal(2, 5)).size == 0

    def test_branches_that_do_not_fit(self) -> None:
        with pytest.raises(
            ShapeError, match=r"Dense\(3, 2\) gives \(2, 5\) and Dense\(3, 4\) gives \(4, 5\)"
        ):
            Parallel(Dense(3, 2, rng=rng()), Dense(3, 4, rng=rng()), join="add").forward(normal(3, 5))
        with pytest.raises(ShapeError, match="last axis"):
            Parallel(Tanh(), ReLU(), axis=1).forward(normal(3, 5))
        block = Parallel(Tanh(), ReLU())
        block.forward(normal(3, 5))
        with pytest.raises(ShapeError, match="expected 6"):
            block.backward(normal(3, 5))

    @pytest.mark.parametrize(
        "make",
        [
            lambda: Parallel(),
            lambda: Parallel([Tanh()]),  # type: ignore[arg-type]
            lambda: Parallel(Tanh(), join="mean"),  # type: ignore[arg-type]
            lambda: Parallel(Tanh(), axis=-1),
        ],
    )
    def test_bad_settings(self, make: Any) -> None:
        with pytest.raises(DataError):
            make()

    def test_a_layer_twice(self) -> None:
        layer = Tanh()
        with pytest.raises(DataError, match="once"):
            Parallel(layer, layer)
