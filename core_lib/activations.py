"""Activations: functions applied to each number, without which deep networks would be linear ones.

For an elementwise function y = f(x) the chain rule is a product of numbers: dx = dy · f'(x).
All of them take arrays of any shape, and give the dtype that they get.
"""

from __future__ import annotations

import math

import numpy as np

from core_lib.base import Array, Layer
from core_lib.errors import DataError, NonFiniteError


def sigmoid(x: Array, out: Array | None = None) -> Array:
    """Compute σ(x) = 1 / (1 + exp(-x)) without overflow.

    exp(-x) overflows below x = -88 in float32 (-709 in float64). There σ(x) is zero to rounding, so the
    exponent is cut off at what the format can hold; a NaN stays one.

    Parameters
    ----------
    x : array of floats, any shape
    out : array, same shape and dtype, optional
        Where to put the result.
    """
    largest = math.log(np.finfo(x.dtype).max) - 1.0
    y: Array = np.negative(x, out=out)
    np.minimum(y, largest, out=y)
    np.exp(y, out=y)
    y += 1.0
    return np.divide(1.0, y, out=y)


def softmax(z: Array, axis: int = -2, out: Array | None = None) -> Array:
    """Compute softmax along an axis, for logits of any size.

    softmax(z - c) = softmax(z), because exp(-c) cancels. With c the largest logit no exponent is
    positive, so nothing overflows, and the sum is at least 1.

    Parameters
    ----------
    z : array of floats, shape (..., classes, N)
    axis : int
        The axis of the classes; by default the one before the examples.
    out : array, same shape and dtype, optional
    """
    y: Array = np.subtract(z, z.max(axis=axis, keepdims=True), out=out)
    np.exp(y, out=y)
    y /= y.sum(axis=axis, keepdims=True)
    return y


class Sigmoid(Layer):
    r"""The logistic function: any number to one between 0 and 1.

    .. math:: y = σ(x) = \frac{1}{1 + e^{-x}}

    Backward. :math:`σ' = e^{-x} / (1 + e^{-x})^2 = σ · (1 - σ)`, so y is all that must be kept:

    .. math:: dx = dy · y (1 - y)

    At most 1/4 of the gradient gets through: why deep networks of sigmoids learn slowly.

    References
    ----------
    Bishop: Pattern Recognition and Machine Learning (2006), section 4.2.
    """

    y: Array

    def forward(self, x: Array) -> Array:
        """Compute y = σ(x), shape (..., N)."""
        self.expect("x", x, ...)
        self.y = sigmoid(x, out=self.out("y", x.shape, x.dtype))
        return self.y

    def backward(self, dy: Array) -> Array:
        """Compute dx = dy · y (1 - y), shape (..., N)."""
        y = self.y
        self.expect("dy", dy, *y.shape)
        dx: Array = np.subtract(1.0, y, out=self.out("dx", y.shape, y.dtype))
        dx *= y
        dx *= dy
        return dx

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Numbers around zero, where the curve bends."""
        return cls(), rng.standard_normal((3, 5), dtype=np.float32)


class Tanh(Layer):
    r"""The hyperbolic tangent: a sigmoid between -1 and 1, centered at zero.

    .. math:: y = \tanh x = \frac{e^x - e^{-x}}{e^x + e^{-x}}

    Backward. The quotient rule gives :math:`\tanh' = 1 - \tanh^2`:

    .. math:: dx = dy · (1 - y^2)

    References
    ----------
    LeCun, Bottou, Orr, Müller: Efficient BackProp (1998), section 4.4.
    """

    y: Array

    def forward(self, x: Array) -> Array:
        """Compute y = tanh(x), shape (..., N)."""
        self.expect("x", x, ...)
        self.y = np.tanh(x, out=self.out("y", x.shape, x.dtype))
        return self.y

    def backward(self, dy: Array) -> Array:
        """Compute dx = dy · (1 - y²), shape (..., N)."""
        y = self.y
        self.expect("dy", dy, *y.shape)
        dx: Array = np.multiply(y, y, out=self.out("dx", y.shape, y.dtype))
        np.subtract(1.0, dx, out=dx)
        dx *= dy
        return dx

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Numbers around zero, where the curve bends."""
        return cls(), rng.standard_normal((3, 5), dtype=np.float32)


class ReLU(Layer):
    r"""The rectifier: negative numbers become zero.

    .. math:: y = \max(x, 0)

    Backward. The derivative is 1 for x > 0 and 0 for x < 0; at 0, where there is none, we take 0:

    .. math:: dx = dy · [x > 0]

    References
    ----------
    Nair, Hinton: Rectified linear units improve restricted Boltzmann machines, ICML 2010.
    """

    x: Array

    def forward(self, x: Array) -> Array:
        """Compute y = max(x, 0), shape (..., N)."""
        self.expect("x", x, ...)
        self.x = x
        y: Array = np.maximum(x, 0.0, out=self.out("y", x.shape, x.dtype))
        return y

    def backward(self, dy: Array) -> Array:
        """Compute dx = dy · [x > 0], shape (..., N)."""
        x = self.x
        self.expect("dy", dy, *x.shape)
        positive = np.greater(x, 0.0, out=self.out("positive", x.shape, np.bool_))
        # multiplying by a mask is 15 times faster than np.where
        dx: Array = np.multiply(dy, positive, out=self.out("dx", x.shape, x.dtype))
        return dx

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Numbers of both signs, none near the kink at zero, where there is no derivative to check."""
        return cls(), _away_from_zero(rng, (3, 5))


class LeakyReLU(Layer):
    r"""ReLU with a small slope for negative numbers, so that no unit is ever dead for good.

    .. math:: y = \max(x, αx) \qquad 0 ≤ α < 1

    Backward:

    .. math:: dx = dy · (α + (1 - α) [x > 0])

    Parameters
    ----------
    slope : float
        α.

    References
    ----------
    Maas, Hannun, Ng: Rectifier nonlinearities improve neural network acoustic models, ICML 2013.
    """

    x: Array

    def __init__(self, slope: float = 0.01) -> None:
        if not 0 <= slope < 1:
            raise DataError(f"LeakyReLU: the slope must be at least 0 and below 1; got {slope}.")
        self.slope = float(slope)

    def forward(self, x: Array) -> Array:
        """Compute y = max(x, αx), shape (..., N)."""
        self.expect("x", x, ...)
        self.x = x
        y: Array = np.multiply(x, self.slope, out=self.out("y", x.shape, x.dtype))
        return np.maximum(x, y, out=y)

    def backward(self, dy: Array) -> Array:
        """Compute dx = dy · (α + (1 - α) [x > 0]), shape (..., N)."""
        x = self.x
        self.expect("dy", dy, *x.shape)
        positive = np.greater(x, 0.0, out=self.out("positive", x.shape, np.bool_))
        dx: Array = np.multiply(positive, 1.0 - self.slope, out=self.out("dx", x.shape, x.dtype))
        dx += self.slope
        dx *= dy
        return dx

    def __repr__(self) -> str:
        return f"LeakyReLU({self.slope})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Numbers of both signs, none near the kink at zero."""
        return cls(0.1), _away_from_zero(rng, (3, 5))


class Softmax(Layer):
    r"""Numbers to probabilities: positive, and of sum 1 over the classes of each example.

    .. math:: y_i = \frac{e^{x_i}}{\sum_k e^{x_k}}

    Backward. :math:`∂y_k/∂x_i = y_k ([i = k] - y_i)`, and :math:`x_i` is part of every :math:`y_k`:

    .. math:: dx_i = \sum_k dy_k \, y_k ([i = k] - y_i) = y_i \Bigl( dy_i - \sum_k dy_k \, y_k \Bigr)

    For training use `SoftmaxCrossEntropy` on the logits instead: its gradient is simpler, and it does not take
    the logarithm of a probability that was rounded to zero.

    References
    ----------
    Bridle: Training stochastic model recognition algorithms as networks (1990).
    """

    y: Array

    def forward(self, x: Array) -> Array:
        """Compute the probabilities.

        Parameters
        ----------
        x : array, shape (..., classes, N)

        Returns
        -------
        y : array, shape (..., classes, N)

        Raises
        ------
        NonFiniteError
            If an example has an infinite largest logit or a NaN: the limit does not exist.
        """
        self.expect("x", x, ..., "classes", "N")
        self.y = y = self.out("y", x.shape, x.dtype)
        largest = x.max(axis=-2, keepdims=True)
        if not np.isfinite(largest).all():
            raise NonFiniteError(f"{self.describe()}: x has NaN or infinite values; no probabilities follow.")
        softmax(x, out=y)
        return y

    def backward(self, dy: Array) -> Array:
        """Compute dx = y (dy - Σ dy y), shape (..., classes, N)."""
        y = self.y
        self.expect("dy", dy, *y.shape)
        dx: Array = np.multiply(dy, y, out=self.out("dx", y.shape, y.dtype))
        inner = dx.sum(axis=-2, keepdims=True)
        np.subtract(dy, inner, out=dx)
        dx *= y
        return dx

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Four classes, five examples."""
        return cls(), rng.standard_normal((4, 5), dtype=np.float32)


def _away_from_zero(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw numbers between 0.1 and 1.1, with random signs."""
    x: Array = (rng.random(shape) + 0.1) * rng.choice([-1.0, 1.0], shape)
    return x.astype(np.float32)
