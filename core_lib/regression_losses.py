"""Losses for numbers and vectors beside the squared one: absolute, Huber, cosine."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from core_lib.base import Array
from core_lib.errors import DataError
from core_lib.losses import Loss


class MeanAbsoluteError(Loss):
    r"""Regression that outliers do not dominate: the best constant is the median, not the mean.

    .. math:: L = \frac{1}{K} \sum_k |z_k - y_k| \qquad dz_k = \frac{1}{K} \operatorname{sign}(z_k - y_k)

    for an example with K outputs; at 0, where there is no derivative, we take 0.

    References
    ----------
    Hastie, Tibshirani, Friedman: The Elements of Statistical Learning (2009), section 10.6.
    """

    name: ClassVar[str] = "mean absolute error"

    def forward(self, z: Array, y: Array, count: float | None = None) -> float:
        """Compute the mean loss over the batch.

        Parameters
        ----------
        z, y : array of floats, shape (K, N)
        count : float, optional
            What to divide by instead of N.

        Returns
        -------
        float
        """
        self.check(z, y)
        self.same_shape(z, y)
        self.n = (self.count(y) if count is None else float(count)) * z.shape[0]
        self.e = e = np.subtract(z, y, out=self.out("e", z.shape, z.dtype))
        size = np.abs(e, out=self.out("size", z.shape, z.dtype))
        with np.errstate(over="ignore", invalid="ignore"):  # `finite` says it in words
            return self.finite(float(size.sum()) / self.n)

    def backward(self) -> Array:
        """Compute dz = sign(z - y) / (K count), shape (K, N)."""
        dz: Array = np.sign(self.e, out=self.out("dz", self.e.shape, self.e.dtype))
        dz /= self.n
        return dz

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Loss, Array, Array]:
        """Two outputs, five examples."""
        z, y = rng.standard_normal((2, 2, 5), dtype=np.float32)
        return cls(), z, y


class Huber(Loss):
    r"""Squared for small errors, absolute for large ones.

    With the error :math:`e = z - y`, per output:

    .. math:: h(e) = \begin{cases} \frac{1}{2} e^2 & |e| ≤ δ \\ δ (|e| - \frac{1}{2} δ) & |e| > δ \end{cases}

    Backward. The derivative of the first is e, of the second δ sign e: e, cut off at ±δ.

    .. math:: L = \frac{1}{K} \sum_k h(e_k) \qquad dz_k = \frac{1}{K} \max(-δ, \min(δ, e_k))

    With that c for the cut error, :math:`h(e) = c \, (e - \frac{1}{2} c)` in both cases.

    Parameters
    ----------
    delta : float
        δ, the size of an error from which on it counts as an outlier.

    References
    ----------
    Huber: Robust estimation of a location parameter (1964).
    """

    name: ClassVar[str] = "Huber loss"

    def __init__(self, delta: float = 1.0) -> None:
        if not (0 < delta < math.inf):
            raise DataError(f"Huber: delta must be positive and finite; got {delta}.")
        self.delta = float(delta)

    def forward(self, z: Array, y: Array, count: float | None = None) -> float:
        """Compute the mean loss over the batch.

        Parameters
        ----------
        z, y : array of floats, shape (K, N)
        count : float, optional
            What to divide by instead of N.

        Returns
        -------
        float
        """
        self.check(z, y)
        self.same_shape(z, y)
        self.n = (self.count(y) if count is None else float(count)) * z.shape[0]
        e = np.subtract(z, y, out=self.out("e", z.shape, z.dtype))
        self.cut = np.clip(e, -self.delta, self.delta, out=self.out("cut", z.shape, z.dtype))
        with np.errstate(over="ignore", invalid="ignore"):  # `finite` says it in words
            e -= 0.5 * self.cut
            return self.finite(float(np.vdot(self.cut, e)) / self.n)

    def backward(self) -> Array:
        """Compute dz = the error, cut off at ±δ, / (K count), shape (K, N)."""
        dz: Array = np.divide(self.cut, self.n, out=self.out("dz", self.cut.shape, self.cut.dtype))
        return dz

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.delta:g})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Loss, Array, Array]:
        """Two outputs, five examples, errors on both sides of δ."""
        z, y = rng.standard_normal((2, 2, 5), dtype=np.float32)
        return cls(0.7), z, y


class CosineLoss(Loss):
    r"""The directions of vectors: 0 if output and target point the same way, 2 if opposite ways.

    .. math:: L = 1 - \cos(z, y) = 1 - \hat z · \hat y \qquad \hat z = z / |z|, \quad \hat y = y / |y|

    Backward. :math:`∂\hat z_i / ∂z_j = ([i = j] - \hat z_i \hat z_j) / |z|`: a change along z does nothing.

    .. math:: dz = -\frac{\hat y - (\hat z · \hat y) \, \hat z}{|z|}

    An output of zero has no direction: its cosine counts as 0, and its gradient, which does not exist, as 0.

    References
    ----------
    Manning, Raghavan, Schütze: Introduction to Information Retrieval (2008), section 6.3.1.
    """

    name: ClassVar[str] = "cosine loss"

    def forward(self, z: Array, y: Array, count: float | None = None) -> float:
        """Compute the mean loss over the batch.

        Parameters
        ----------
        z, y : array of floats, shape (K, N)
            A vector for each example.
        count : float, optional
            What to divide by instead of N.

        Returns
        -------
        float
        """
        self.check(z, y)
        self.same_shape(z, y)
        self.n = self.count(y) if count is None else float(count)
        with np.errstate(invalid="ignore"):
            self.z, self.length = _unit(z)
            self.y, length_y = _unit(y.astype(z.dtype, copy=False))
            if not length_y.all():
                raise DataError(
                    f"{self!r}: the target of example {int(np.argmin(length_y))} is zero: it has no direction."
                )
            self.cosine = np.einsum("kn,kn->n", self.z, self.y)
            return self.finite(float((1.0 - self.cosine).sum()) / self.n)

    def backward(self) -> Array:
        """Compute dz = -(ŷ - cos ẑ) / (|z| count), shape (K, N)."""
        dz: Array = np.multiply(self.z, self.cosine, out=self.out("dz", self.z.shape, self.z.dtype))
        dz -= self.y
        length = self.length * self.n
        return np.divide(dz, np.where(length > 0, length, np.inf), out=dz)

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Loss, Array, Array]:
        """Vectors of three numbers, five examples."""
        z, y = rng.standard_normal((2, 3, 5), dtype=np.float32)
        return cls(), z, y


def _unit(v: Array) -> tuple[Array, Array]:
    """Give the vectors of length 1, shape (K, N), and the lengths, shape (N,); zeros stay zeros.

    Dividing by the largest number first keeps squares from overflowing.
    """
    largest = np.abs(v).max(axis=0)
    scaled = v / np.where(largest > 0, largest, 1.0).astype(v.dtype)
    length = np.sqrt(np.einsum("kn,kn->n", scaled, scaled))
    return scaled / np.where(length > 0, length, 1.0).astype(v.dtype), length * largest
