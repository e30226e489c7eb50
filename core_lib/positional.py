"""Where in the sequence a step is: attention alone could not tell."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from core_lib.base import Array, Layer
from core_lib.errors import DataError
from core_lib.initializers import Initializer, Normal


class PositionalEncoding(Layer):
    r"""Adds to each step waves of different lengths, whose values say where it is.

    .. math::
        y_t = x_t + p_t \qquad p_{t, 2j} = \sin(t / 10000^{2j/d}) \qquad p_{t, 2j+1} = \cos(t / 10000^{2j/d})

    for t = 0, 1, … and d features. A pair (sin, cos) is the hand of a clock; moving on by k steps turns it by an angle
    that depends only on k, so a linear layer can compute :math:`p_{t+k}` from :math:`p_t`: distances are easy to see.

    Backward. p is constant: :math:`dx = dy`.

    Parameters
    ----------
    n_features : int
        d.

    References
    ----------
    Vaswani and others: Attention is all you need, NIPS 2017, section 3.5.
    """

    def __init__(self, n_features: int) -> None:
        if n_features < 1:
            raise DataError(f"PositionalEncoding needs at least one feature; got n_features={n_features}.")
        self.n_features = n_features
        self.waves: Array = np.empty((0, n_features, 1), np.float32)  # as many steps as were needed so far

    def forward(self, x: Array) -> Array:
        """Add the waves.

        Parameters
        ----------
        x : array, shape (steps, n_features, N)

        Returns
        -------
        y : array, shape (steps, n_features, N)
        """
        self.expect("x", x, "steps", self.n_features, "N")
        if self.waves.shape[0] < x.shape[0] or self.waves.dtype != x.dtype:
            self.waves = waves(x.shape[0], self.n_features)[..., np.newaxis].astype(x.dtype)
        return np.add(x, self.waves[: x.shape[0]], out=self.out("y", x.shape, x.dtype))

    def backward(self, dy: Array) -> Array:
        """Give dx = dy, shape (steps, n_features, N)."""
        self.expect("dy", dy, "steps", self.n_features, "N")
        dx = self.out("dx", dy.shape, dy.dtype)
        np.copyto(dx, dy)
        return dx

    def __repr__(self) -> str:
        return f"PositionalEncoding({self.n_features})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Four steps of five features, an odd number: the last sine has no cosine."""
        return cls(5), rng.standard_normal((4, 5, 3), dtype=np.float32)


def waves(steps: int, n_features: int) -> Array:
    """Compute p, shape (steps, n_features), in float64."""
    t = np.arange(steps)[:, np.newaxis]
    even = np.arange(0, n_features, 2)
    angles = t / 10000.0 ** (even / n_features)
    p: Array = np.empty((steps, n_features))
    p[:, 0::2] = np.sin(angles)
    p[:, 1::2] = np.cos(angles[:, : n_features // 2])
    return p


class LearnedPositions(Layer):
    r"""Adds to each step a vector that is learned for this place: no wave has to fit, but no longer sequence either.

    .. math:: y_t = x_t + P_t \qquad dP_t = \sum_{\text{examples}} dy_t \qquad dx = dy

    Parameters
    ----------
    max_steps : int
        How long sequences may be.
    n_features : int
    rng : numpy.random.Generator
    init : Initializer
        How P begins; by default normal with standard deviation 0.02.
    dtype : dtype

    Attributes
    ----------
    P, dP : array, shape (max_steps, n_features)

    References
    ----------
    Gehring, Auli, Grangier, Yarats, Dauphin: Convolutional sequence to sequence learning, ICML 2017.
    """

    params: ClassVar[tuple[str, ...]] = ("P",)

    def __init__(
        self,
        max_steps: int,
        n_features: int,
        *,
        rng: np.random.Generator,
        init: Initializer | None = None,
        dtype: Any = np.float32,
    ) -> None:
        if max_steps < 1 or n_features < 1:
            raise DataError(
                f"LearnedPositions needs at least one step and one feature; got {max_steps}, {n_features}."
            )
        self.max_steps, self.n_features = max_steps, n_features
        init = Normal(0.02) if init is None else init
        self.P: Array = init(rng, (max_steps, n_features), fan_in=max_steps, fan_out=n_features).astype(dtype)
        self.dP: Array = np.zeros_like(self.P)

    def forward(self, x: Array) -> Array:
        """Add the vectors of the places.

        Parameters
        ----------
        x : array, shape (steps, n_features, N)

        Returns
        -------
        y : array, shape (steps, n_features, N)
        """
        self.expect("x", x, "steps", self.n_features, "N")
        if x.shape[0] > self.max_steps:
            raise DataError(
                f"{self.describe()}: a sequence of {x.shape[0]} steps, but only {self.max_steps} places are learned."
            )
        P = self.P[: x.shape[0], :, np.newaxis]
        return np.add(x, P, out=self.out("y", x.shape, x.dtype))

    def backward(self, dy: Array) -> Array:
        """Sum dy over the examples for dP, and give dx = dy, shape (steps, n_features, N)."""
        self.expect("dy", dy, "steps", self.n_features, "N")
        steps = dy.shape[0]
        self.dP[steps:] = 0.0
        np.matmul(dy, self.filled(1.0, (dy.shape[2],), dy.dtype), out=self.dP[:steps])
        dx = self.out("dx", dy.shape, dy.dtype)
        np.copyto(dx, dy)
        return dx

    def __repr__(self) -> str:
        return f"LearnedPositions({self.max_steps}, {self.n_features})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Room for six steps, of which four are used."""
        return cls(6, 5, rng=rng), rng.standard_normal((4, 5, 3), dtype=np.float32)
