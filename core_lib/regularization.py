"""Against overfitting: penalties on large weights, and dropout."""

from __future__ import annotations

import math

import numpy as np

from core_lib.base import Array, Layer
from core_lib.errors import DataError
from core_lib.parameters import Flat


class Penalty:
    """A price for large weights, added to the loss. Biases are free.

    Parameters
    ----------
    strength : float
        λ.
    """

    def __init__(self, strength: float) -> None:
        if not (0 <= strength < math.inf):
            raise DataError(
                f"{type(self).__name__}: the strength must be finite and not negative; got {strength}."
            )
        self.strength = float(strength)

    def value(self, w: Array) -> float:
        """Compute the price of a vector of weights."""
        raise NotImplementedError

    def gradient(self, w: Array) -> Array:
        """Compute the gradient of `value`, of the shape of `w`."""
        raise NotImplementedError

    def total(self, flat: Flat) -> float:
        """Compute the price of all weights of a network."""
        return sum(self.value(flat.theta[s.where]) for s in flat.slots if s.name in s.layer.decayed)

    def add_gradient(self, flat: Flat) -> None:
        """Add the price's gradient to that of the loss."""
        for slot in flat.slots:
            if slot.name in slot.layer.decayed:
                flat.grad[slot.where] += self.gradient(flat.theta[slot.where])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.strength:g})"


class L2(Penalty):
    r"""Ridge, or weight decay: pulls each weight towards zero in proportion to its size.

    .. math:: R = \frac{λ}{2} \sum w^2 \qquad ∂R/∂w = λ w

    References
    ----------
    Krogh, Hertz: A simple weight decay can improve generalization, NIPS 1991.
    """

    def value(self, w: Array) -> float:
        """Compute λ/2 · Σ w²."""
        return 0.5 * self.strength * float(np.vdot(w, w))

    def gradient(self, w: Array) -> Array:
        """Compute λ w."""
        return w * self.strength


class L1(Penalty):
    r"""Lasso: pulls each weight towards zero with the same force, so that many become zero.

    .. math:: R = λ \sum |w| \qquad ∂R/∂w = λ \operatorname{sign} w

    References
    ----------
    Tibshirani: Regression shrinkage and selection via the lasso (1996).
    """

    def value(self, w: Array) -> float:
        """Compute λ · Σ |w|."""
        return self.strength * float(np.abs(w).sum())

    def gradient(self, w: Array) -> Array:
        """Compute λ sign w; at zero, where there is no derivative, 0."""
        g: Array = np.sign(w)
        g *= self.strength
        return g


class Dropout(Layer):
    r"""While training, each unit is set to zero with probability p; the network cannot rely on any one.

    With a mask of zeros (probability p) and ones, drawn anew in each forward pass:

    .. math:: y = \frac{mask}{1 - p} · x \qquad dx = \frac{mask}{1 - p} · dy

    Dividing by 1 - p ("inverted" dropout) keeps the expected value of y at x, so that nothing is left to
    do when predicting: y = x.

    Parameters
    ----------
    p : float
        The share that is dropped.
    rng : numpy.random.Generator

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov: Dropout, JMLR 15 (2014).
    """

    mask: Array | None

    def __init__(self, p: float, *, rng: np.random.Generator) -> None:
        if not 0 <= p < 1:
            raise DataError(
                f"Dropout: p, the share that is dropped, must be at least 0 and below 1; got {p}."
            )
        self.p = float(p)
        self.rng = rng

    def forward(self, x: Array) -> Array:
        """Drop units if training; else give a copy of x.

        Parameters
        ----------
        x : array, shape (..., N)

        Returns
        -------
        y : array, shape (..., N)
        """
        self.expect("x", x, ...)
        y = self.out("y", x.shape, x.dtype)
        if not self.training or self.p == 0.0:
            self.mask = None
            np.copyto(y, x)
            return y
        # uniform numbers in float32 whatever x is: the same seed drops the same units in float64
        u = self.rng.random(x.shape, np.float32, out=self.out("u", x.shape, np.float32))
        keep = np.greater_equal(u, self.p, out=self.out("keep", x.shape, np.bool_))
        self.mask = np.multiply(keep, 1.0 / (1.0 - self.p), out=self.out("mask", x.shape, x.dtype))
        return np.multiply(x, self.mask, out=y)

    def backward(self, dy: Array) -> Array:
        """Compute dx = mask / (1 - p) · dy, shape (..., N)."""
        dx = self.out("dx", dy.shape, dy.dtype)
        if self.mask is None:
            np.copyto(dx, dy)
            return dx
        self.expect("dy", dy, *self.mask.shape)
        return np.multiply(dy, self.mask, out=dx)

    def __repr__(self) -> str:
        return f"Dropout({self.p})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Half of twenty numbers dropped."""
        return cls(0.5, rng=rng), rng.standard_normal((4, 5), dtype=np.float32)
