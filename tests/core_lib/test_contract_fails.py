"""The contract test notices layers and losses that break it: each rule is shown a culprit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core_lib import Dense, Dropout, LayerNorm, ReLU, Sigmoid, Tanh
from core_lib.base import Array
from core_lib.gradient_check import GradientError, check_layer
from core_lib.losses import (
    MeanSquaredError as SquaredLoss,
)  # a class that is named …Error looks like an exception
from tests.core_lib import contract


class WrongFactor(Tanh):
    """dx is 1 % too large."""

    def backward(self, dy: Array) -> Array:
        return super().backward(dy) * np.asarray(1.01, dy.dtype)


class WrongByAMillionth(Tanh):
    """A mistake just above the tolerance."""

    def backward(self, dy: Array) -> Array:
        return super().backward(dy) * np.asarray(1 + 4e-6, dy.dtype)


class ForgottenBias(Dense):
    """db stays what it was."""

    def backward(self, dy: Array) -> Array:
        kept = self.db.copy()
        dx = super().backward(dy)
        self.db[...] = kept
        return dx


class Accumulates(Dense):
    """Adds to the gradient instead of overwriting it."""

    def backward(self, dy: Array) -> Array:
        kept = self.dW.copy()
        dx = super().backward(dy)
        self.dW += kept
        return dx


class Rebinds(Dense):
    """Gives dW a new array, so that the vector of gradients does not see it."""

    def backward(self, dy: Array) -> Array:
        self.dW = np.empty_like(self.dW)
        return super().backward(dy)


class FastAndWrong(LayerNorm):
    """Is not what its equation says, for one example."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        y[..., 0] *= 1.0001
        return y


class Float64(Tanh):
    """Computes in float64 without being asked to."""

    def forward(self, x: Array) -> Array:
        self.y = np.tanh(x.astype(np.float64))
        return self.y


class WritesIntoInput(ReLU):
    """Saves an array at the price of its caller's."""

    def backward(self, dy: Array) -> Array:
        dy *= self.x > 0
        return dy


class GivesInputBack(Dropout):
    """Returns x itself when predicting."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        return x if self.p < 1 else y


class GlobalRandom(Sigmoid):
    """Draws from the global generator."""

    def forward(self, x: Array) -> Array:
        np.random.random()
        return super().forward(x)


class KeepsOneBuffer(Sigmoid):
    """Overwrites the result that it gave before."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        if not hasattr(self, "buffer") or self.buffer.shape != y.shape:
            self.buffer = np.empty_like(y)
        self.buffer[...] = y
        return self.buffer


class NoisyWhenPredicting(Dropout):
    """Drops units also in evaluation mode."""

    def forward(self, x: Array) -> Array:
        self.training = True
        return super().forward(x)


class Broadcasts(SquaredLoss):
    """Takes whatever NumPy takes."""

    def same_shape(self, z: Array, y: Array) -> None:
        pass


class MeansOfHalves(SquaredLoss):
    """Divides by its own number of examples, whatever the trainer says."""

    def forward(self, z: Array, y: Array, count: float | None = None) -> float:
        return super().forward(z, y)


class SilentNaN(SquaredLoss):
    """Lets a NaN through."""

    def finite(self, value: float) -> float:
        return value


@pytest.mark.parametrize(
    ("rule", "culprit"),
    [
        (contract.gradients_are_right, WrongFactor),
        (contract.gradients_are_right, WrongByAMillionth),
        (contract.gradients_are_right, ForgottenBias),
        (contract.gradients_are_written_in_place, Accumulates),
        (contract.gradients_are_written_in_place, Rebinds),
        (contract.fast_agrees_with_plain, FastAndWrong),
        (contract.dtype_is_kept, Float64),
        (contract.inputs_are_left_alone, WritesIntoInput),
        (contract.inputs_are_left_alone, GivesInputBack),
        (contract.inputs_are_left_alone, KeepsOneBuffer),
        (contract.seeds_repeat, GlobalRandom),
        (contract.evaluation_is_deterministic, NoisyWhenPredicting),
        (contract.loss_refuses_to_broadcast, Broadcasts),
        (contract.loss_of_halves_adds_up, MeansOfHalves),
        (contract.loss_of_hostile_numbers_is_finite_or_an_error, SilentNaN),
    ],
    ids=lambda value: value.__name__,
)
def test_a_culprit_is_caught(rule: Any, culprit: Any) -> None:
    with pytest.raises((AssertionError, GradientError, ValueError)):
        rule(culprit)


def test_honest_layers_pass_the_same_rules(tmp_path: Path) -> None:
    """So the culprits are caught for what they do, not because the rules always fail."""
    for rule in contract.LAYER_RULES:
        for cls in (Dense, Tanh, ReLU, Sigmoid, Dropout):
            if rule is contract.saving_round_trips:
                rule(cls, tmp_path)
            else:
                rule(cls)


def test_the_report_names_the_wrong_array() -> None:
    layer, x = ForgottenBias.example(np.random.default_rng(0))
    report = check_layer(layer, x)
    assert report.errors["b"] > 1e-6 > report.errors["W"]
    assert "FAILED" in str(report)
    with pytest.raises(GradientError, match=r"db .*WRONG"):
        report.require()
