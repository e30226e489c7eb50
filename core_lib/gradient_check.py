"""Is the gradient right? Compare it with differences.

The derivative of L by a number θ is nearly

    (L(θ + h) - L(θ - h)) / 2h

with an error of the order h². Computing it takes two forward passes for every number, so it is no way to
train, but a way to check a backward pass that was derived by hand. In float64 with h = 1e-5 the two agree
to about ten digits; a mistake shows in the first ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from core_lib.base import Array, Layer
from core_lib.errors import CoreLibError
from core_lib.losses import Loss
from core_lib.parameters import named_parameters


class GradientError(CoreLibError):
    """A backward pass does not give the derivative of its forward pass."""


class GradientReport(NamedTuple):
    """What a gradient check found.

    Attributes
    ----------
    subject : str
        What was checked.
    errors : dict of str to float
        For x and each parameter the relative error |analytic - numeric| / (|analytic| + |numeric|), where
        |·| is the Euclidean norm over the entries that were compared.
    tolerance : float
    """

    subject: str
    errors: dict[str, float]
    tolerance: float

    @property
    def worst(self) -> float:
        """The largest of the errors; NaN counts as infinite."""
        return max((float("inf") if e != e else e for e in self.errors.values()), default=0.0)

    @property
    def passed(self) -> bool:
        """Whether all errors are below the tolerance."""
        return self.worst < self.tolerance

    def __str__(self) -> str:
        lines = [f"gradient check of {self.subject}: {'passed' if self.passed else 'FAILED'}"]
        for name, error in self.errors.items():
            lines.append(
                f"  d{name:<12} relative error {error:.1e}  {'ok' if error < self.tolerance else 'WRONG'}"
            )
        return "\n".join(lines)

    def require(self) -> None:
        """Raise a GradientError that shows this report, unless the check passed."""
        if not self.passed:
            raise GradientError(f"{self}\nCompare backward with the derivation, for the arrays marked WRONG.")


def check_layer(
    layer: Layer, x: Array, *, tolerance: float = 1e-6, h: float = 1e-5, seed: int = 0, samples: int = 200
) -> GradientReport:
    """Compare a layer's backward pass with differences, in float64, on a copy of the layer.

    The loss is L = Σ r y with random numbers r, so that dy = r.

    Parameters
    ----------
    layer : Layer
        A network is a layer too.
    x : array
        An input for it. Where the function has a kink (ReLU at 0) keep away from it.
    tolerance : float
    h : float
    seed : int
        Draws r, and which entries are compared.
    samples : int
        How many entries of each array to compare at most.

    Returns
    -------
    GradientReport
        ``print`` it, or call its ``require()``.
    """
    import copy

    layer = copy.deepcopy(layer).astype(np.float64)
    x = x.astype(np.float64) if x.dtype.kind == "f" else x.copy()
    rng = np.random.default_rng(seed)
    rewind = _rewinder(layer)

    rewind()
    r: Array = np.asarray(rng.standard_normal(layer.forward(x).shape))
    rewind()
    layer.forward(x)
    dx = layer.backward(r.copy())

    def loss() -> float:
        rewind()
        return float(np.vdot(r, layer.forward(x)))

    pairs = [("x", x, dx)] if x.dtype.kind == "f" else []
    pairs += [
        (path, getattr(owner, name), getattr(owner, "d" + name))
        for path, owner, name in named_parameters(layer)
    ]
    return GradientReport(repr(layer), _compare(loss, pairs, h, samples, rng), tolerance)


def check_loss(
    loss: Loss,
    z: Array,
    y: Array,
    *,
    tolerance: float = 1e-6,
    h: float = 1e-5,
    seed: int = 0,
    samples: int = 200,
) -> GradientReport:
    """Compare a loss's backward pass with differences, in float64.

    Parameters
    ----------
    loss : Loss
    z, y : array
        Outputs and targets.
    tolerance, h, seed, samples
        As in `check_layer`.
    """
    z = z.astype(np.float64)
    y = y.astype(np.float64) if y.dtype.kind == "f" else y
    loss.forward(z, y)
    dz = loss.backward().copy()
    pairs = [("z", z, dz)]
    errors = _compare(lambda: loss.forward(z, y), pairs, h, samples, np.random.default_rng(seed))
    return GradientReport(repr(loss), errors, tolerance)


def _compare(
    loss: Callable[[], float],
    pairs: Iterable[tuple[str, Array, Array]],
    h: float,
    samples: int,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Compute the relative error for each (name, array, its gradient)."""
    errors = {}
    for name, array, gradient in pairs:
        if array.shape != gradient.shape:
            raise GradientError(f"the gradient of {name} has shape {gradient.shape}; expected {array.shape}.")
        chosen = rng.permutation(array.size)[:samples]
        numeric, analytic = np.empty(chosen.size), np.empty(chosen.size)
        for i, flat_index in enumerate(chosen):
            where = np.unravel_index(flat_index, array.shape)
            old = array[where]
            array[where] = old + h
            above = loss()
            array[where] = old - h
            below = loss()
            array[where] = old
            numeric[i] = (above - below) / (2 * h)
            analytic[i] = gradient[where]
        scale = float(np.linalg.norm(numeric) + np.linalg.norm(analytic))
        errors[name] = float(np.linalg.norm(numeric - analytic)) / scale if scale else 0.0
    return errors


def _rewinder(layer: Layer) -> Callable[[], None]:
    """Give a function that sets all random generators in `layer` back, so that dropout repeats its mask."""
    generators: list[tuple[np.random.Generator, Any]] = [
        (value, value.bit_generator.state)
        for _, inner in layer.walk()
        for value in vars(inner).values()
        if isinstance(value, np.random.Generator)
    ]

    def rewind() -> None:
        for generator, state in generators:
            generator.bit_generator.state = state

    return rewind
