"""Normalization: numbers inside of a network are brought to mean 0 and variance 1.

`BatchNorm` takes the statistics of each feature over the examples, `LayerNorm` those of each example over its
features. Both compute block by block: a block of features is small enough for the processor's cache, so that the
several passes over it which the equations ask for cost little more than one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from core_lib.base import NOT_NEEDED, Array, Layer
from core_lib.errors import DataError, ShapeError

# Numbers in a block: half a megabyte in float32. Smaller ones fit into smaller caches, but threads wait more often.
BLOCK = 2**17
# Up to how many σ from zero a mean is not large.
NEAR = 4.0


class BatchNorm(Layer):
    r"""Normalize each feature (each channel of images) over the batch, then scale and shift it.

    Let M numbers of a feature be in the batch: N of a dense layer, H · W · N of images. With

    .. math::
        μ = \frac{1}{M} \sum_m x_m \qquad σ^2 = \frac{1}{M} \sum_m (x_m - μ)^2
        \qquad \hat x_m = \frac{x_m - μ}{\sqrt{σ^2 + ε}} \qquad y_m = γ \hat x_m + β

    Backward. γ and β are learned: :math:`dγ = \sum_m dy_m \hat x_m` and :math:`dβ = \sum_m dy_m`. Every x_m is
    in its own :math:`\hat x_m`, and through μ and σ² in all others. Write :math:`g_m = γ \, dy_m` for the
    gradient of :math:`\hat x_m`, and r for :math:`1 / \sqrt{σ^2 + ε}`. From :math:`∂μ/∂x_m = 1/M` and
    :math:`∂σ^2/∂x_m = 2 (x_m - μ) / M` (the part through μ vanishes, as :math:`\sum (x_m - μ) = 0`):

    .. math::
        ∂\hat x_k / ∂x_m &= r \Bigl( [k = m] - \frac{1}{M} \Bigr) - \frac{x_k - μ}{2} r^3 \frac{2 (x_m - μ)}{M}
                          = r \Bigl( [k = m] - \frac{1 + \hat x_k \hat x_m}{M} \Bigr) \\
        dx_m &= \sum_k g_k \frac{∂\hat x_k}{∂x_m}
              = γ r \Bigl( dy_m - \frac{dβ + \hat x_m \, dγ}{M} \Bigr)

    When predicting, an example must not depend on the others: μ and σ² are moving averages that training has left,

    .. math:: \bar μ ← (1 - α) \bar μ + α μ \qquad \bar σ^2 ← (1 - α) \bar σ^2 + α \tfrac{M}{M - 1} σ^2

    (σ² of a batch is too small by (M - 1) / M on the average), and :math:`dx = γ r \, dy`.

    Parameters
    ----------
    n_features : int
        The size of the first axis.
    momentum : float
        α.
    eps : float
        ε, against division by zero for a feature that is constant.
    dtype : dtype

    Attributes
    ----------
    gamma, dgamma, beta, dbeta : array, shape (n_features,)
    mean, variance : array, shape (n_features,)
        The moving averages; they are saved with the parameters.

    Notes
    -----
    If a trainer has split the batch between replicas, μ, σ² and, in the backward pass, dγ and dβ have to be those
    of the whole batch: the sums go through `total`.

    References
    ----------
    Ioffe, Szegedy: Batch normalization: accelerating deep network training by reducing internal covariate shift,
    ICML 2015.
    """

    params: ClassVar[tuple[str, ...]] = ("gamma", "beta")
    state: ClassVar[tuple[str, ...]] = ("mean", "variance")

    x: Array  # the last input, kept for backward
    a: Array  # what was subtracted from x first: 0, or the mean of what is seen here, shape (n_features,)
    mu: Array  # μ, shape (n_features,)
    r: Array  # 1 / sqrt(σ² + ε), shape (n_features,)
    m: float  # M of the whole batch; 0 if the moving averages were used

    def __init__(
        self, n_features: int, *, momentum: float = 0.1, eps: float = 1e-5, dtype: Any = np.float32
    ) -> None:
        if n_features < 1:
            raise DataError(f"BatchNorm needs at least one feature; got n_features={n_features}.")
        if not 0 < momentum <= 1 or not eps > 0:
            raise DataError(
                f"BatchNorm: momentum must be above 0 and at most 1, eps positive; got {momentum} and {eps}."
            )
        self.n_features, self.momentum, self.eps = n_features, float(momentum), float(eps)
        self.gamma: Array = np.ones(n_features, dtype)
        self.beta: Array = np.zeros(n_features, dtype)
        self.dgamma: Array = np.zeros_like(self.gamma)
        self.dbeta: Array = np.zeros_like(self.beta)
        self.mean: Array = np.zeros(n_features, dtype)
        self.variance: Array = np.ones(n_features, dtype)

    def forward(self, x: Array) -> Array:
        """Normalize, scale and shift.

        Parameters
        ----------
        x : array, shape (n_features, ..., N)

        Returns
        -------
        y : array, shape (n_features, ..., N)
        """
        self.check(x)
        self.x = x
        y = self.out("y", x.shape, self.gamma.dtype)
        x, rows = self.rows(x), self.rows(y)
        if self.training:
            centered = self.measure(x, rows)
        else:
            self.m, self.a, self.mu = 0.0, self.mean.copy(), self.mean.copy()
            self.r = 1.0 / np.sqrt(self.variance + self.eps)
            np.subtract(x, self.a[:, np.newaxis], out=rows)
            centered = True
        # y = γ r (x - μ) + β = scale (x - a) + shift
        scale = self.gamma * self.r
        shift = self.beta + (self.a - self.mu) * scale
        for b in feature_blocks(*x.shape):
            np.multiply(rows[b] if centered else x[b], scale[b, np.newaxis], out=rows[b])
            rows[b] += shift[b, np.newaxis]
        return y

    def measure(self, x: Array, centered: Array) -> bool:
        """Compute μ and r of the whole batch, and update the moving averages; tell whether x - a is now in `centered`.

        Σ x and Σ x² take one pass. But if μ is large beside σ, Σ x² / M - μ² has few correct digits. Then the squares
        are those of the distances from the mean a of what is seen here; otherwise a is 0. What is missing if this is
        only a part of the batch is added in float64: Σ x² = Σ (x - a)² + M a².
        """
        features, m = x.shape
        s, squares = np.empty(features, x.dtype), np.empty(features, centered.dtype)
        ones = self.filled(1.0, (m,), x.dtype)
        for b in feature_blocks(features, m):
            # np.dot(matrix, ones) is a fast sum; unlike matmul and vecdot it lets other threads run meanwhile
            np.dot(x[b], ones, out=s[b])
            np.einsum("fm,fm->f", x[b], x[b], out=squares[b])  # Σ x² of each feature, in one pass
        means = s / m
        far = not bool((np.square(means) * (1.0 + NEAR**-2) < squares / m).all())  # also if there is a NaN
        self.a = means if far else np.zeros_like(means)
        if far:
            for b in feature_blocks(features, m):
                c = np.subtract(x[b], self.a[b, np.newaxis], out=centered[b])
                np.einsum("fm,fm->f", c, c, out=squares[b])
        a = self.a.astype(np.float64)
        sums = self.total(np.concatenate([m * means.astype(np.float64), squares + m * a * a, [m]]))
        self.m = float(sums[-1])
        mu = sums[:features] / self.m
        variance = np.maximum(sums[features:-1] / self.m - mu * mu, 0.0)
        self.mu = mu.astype(x.dtype)
        self.r = (1.0 / np.sqrt(variance + self.eps)).astype(x.dtype)
        if self.m >= 2:  # one number has no variance to learn from
            keep = 1.0 - self.momentum
            self.mean *= keep
            self.mean += self.momentum * mu
            self.variance *= keep
            self.variance += self.momentum * self.m / (self.m - 1.0) * variance
        return far

    def backward(self, dy: Array) -> Array:
        """Compute dγ, dβ and dx.

        Parameters
        ----------
        dy : array, shape (n_features, ..., N)

        Returns
        -------
        dx : array, shape (n_features, ..., N)
        """
        self.expect("dy", dy, *self.x.shape)
        dx = self.out("dx", dy.shape, self.gamma.dtype)
        x, dy, rows = self.rows(self.x), self.rows(dy), self.rows(dx)
        ones = self.filled(1.0, (dy.shape[1],), dy.dtype)
        # Σ dy (x - μ) = Σ dy x - μ Σ dy saves a pass over memory, and is exact enough unless μ is large beside σ
        near = bool((np.abs(self.a) * self.r < NEAR).all())
        for b in feature_blocks(*x.shape):
            np.dot(dy[b], ones, out=self.dbeta[b])
            c = x[b] if near else np.subtract(x[b], self.a[b, np.newaxis], out=rows[b])
            np.einsum("fm,fm->f", dy[b], c, out=self.dgamma[b])
        off = -self.mu if near else self.a - self.mu  # x - μ = c + off
        self.dgamma += self.dbeta * off
        self.dgamma *= self.r
        # dx = γ r (dy - (dβ + r (c + off) dγ) / M) = γ r (dy + p c + q)
        p = q = np.zeros_like(off)
        if self.m:
            dbeta, dgamma = self.total(np.stack([self.dbeta, self.dgamma]))
            p = self.r * dgamma * (-1.0 / self.m)
            q = p * off - dbeta * (1.0 / self.m)
        if not self.needs_dx:
            return NOT_NEEDED
        scale = self.gamma * self.r
        for b in feature_blocks(*x.shape):
            np.multiply(x[b] if near else rows[b], p[b, np.newaxis], out=rows[b])
            rows[b] += dy[b]
            rows[b] += q[b, np.newaxis]
            rows[b] *= scale[b, np.newaxis]
        return dx

    def check(self, x: Array) -> None:
        """Refuse other numbers of features, and batches that have no variance."""
        if isinstance(x, np.ndarray) and (x.ndim < 2 or x.shape[0] != self.n_features):
            raise ShapeError(
                f"{self.describe()}: x has shape {x.shape}; expected ({self.n_features}, ..., N). "
                "Likely cause: the layer before gives another number of features, or examples are not the last axis."
            )
        self.expect("x", x, ..., "N")
        if self.training and x.size == 0:
            raise DataError(f"{self.describe()}: the batch is empty, x has shape {x.shape}: it has no mean.")

    @staticmethod
    def rows(x: Array) -> Array:
        """Give x, shape (n_features, ..., N), as a matrix with a row for each feature."""
        return x.reshape(x.shape[0], -1) if x.size else x.reshape(x.shape[0], 0)

    def plain(self, x: Array) -> Array:
        """Compute what `forward` does as the equations say."""
        axes = tuple(range(1, x.ndim))
        shape = (-1,) + (1,) * (x.ndim - 1)
        mean, variance = self.mean.reshape(shape), self.variance.reshape(shape)
        if self.training:
            mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
        normalized = (x - mean) / np.sqrt(variance + self.eps)
        y: Array = self.gamma.reshape(shape) * normalized + self.beta.reshape(shape)
        return y

    def __repr__(self) -> str:
        return f"BatchNorm({self.n_features})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Images with three channels; scales, shifts and averages that are not those of a new layer."""
        layer = cls(3)
        layer.gamma[...], layer.beta[...], layer.mean[...] = rng.standard_normal((3, 3))
        layer.variance[...] = rng.uniform(0.5, 2.0, 3)
        return layer, rng.standard_normal((3, 2, 4, 5), dtype=np.float32)


class LayerNorm(Layer):
    r"""Normalize each example over its features, then scale and shift each feature.

    The features are the axis before the examples: of (features, N) all numbers of an example, of a sequence
    (steps, features, N) those of each step on its own. With D features

    .. math::
        μ = \frac{1}{D} \sum_d x_d \qquad σ^2 = \frac{1}{D} \sum_d (x_d - μ)^2
        \qquad \hat x_d = \frac{x_d - μ}{\sqrt{σ^2 + ε}} \qquad y_d = γ_d \hat x_d + β_d

    Backward. As in `BatchNorm`, with the sums over the features; but now γ belongs to what is summed over. With
    :math:`g_d = γ_d \, dy_d` the gradient of :math:`\hat x_d`, and r for :math:`1 / \sqrt{σ^2 + ε}`,

    .. math::
        dx_d = r \Bigl( g_d - \frac{1}{D} \sum_k g_k - \hat x_d \frac{1}{D} \sum_k g_k \hat x_k \Bigr)

    and dγ, dβ are sums over examples (and steps): :math:`dγ = \sum dy \, \hat x`, :math:`dβ = \sum dy`.

    No example depends on another, so predicting is as training, and a batch may be split.

    Parameters
    ----------
    n_features : int
        D.
    eps : float
        ε.
    dtype : dtype

    Attributes
    ----------
    gamma, dgamma, beta, dbeta : array, shape (n_features, 1)

    References
    ----------
    Ba, Kiros, Hinton: Layer normalization (2016).
    """

    params: ClassVar[tuple[str, ...]] = ("gamma", "beta")

    normalized: Array  # x̂, shape (..., D, N)
    r: Array  # shape (..., 1, N)

    def __init__(self, n_features: int, *, eps: float = 1e-5, dtype: Any = np.float32) -> None:
        if n_features < 1 or not eps > 0:
            raise DataError(
                f"LayerNorm needs at least one feature and eps > 0; got n_features={n_features}, eps={eps}."
            )
        self.n_features, self.eps = n_features, float(eps)
        self.gamma: Array = np.ones((n_features, 1), dtype)
        self.beta: Array = np.zeros((n_features, 1), dtype)
        self.dgamma: Array = np.zeros_like(self.gamma)
        self.dbeta: Array = np.zeros_like(self.beta)

    def forward(self, x: Array) -> Array:
        """Normalize, scale and shift.

        Parameters
        ----------
        x : array, shape (..., D, N)

        Returns
        -------
        y : array, shape (..., D, N)
        """
        self.expect("x", x, ..., self.n_features, "N")
        dtype = self.gamma.dtype
        mean = self.mean("mean", x)
        self.normalized = c = np.subtract(x, mean, out=self.out("normalized", x.shape, dtype))
        y = np.multiply(c, c, out=self.out("y", x.shape, dtype))
        variance = self.mean("variance", y)
        variance += self.eps
        self.r = np.divide(1.0, np.sqrt(variance, out=variance), out=self.out("r", variance.shape, dtype))
        c *= self.r
        np.multiply(c, self.gamma, out=y)
        y += self.beta
        return y

    def mean(self, name: str, x: Array) -> Array:
        """Compute the mean over the features, shape (..., 1, N), as a matrix product: faster than ``x.mean``."""
        shape = (*x.shape[:-2], 1, x.shape[-1])
        share = self.filled(1.0 / self.n_features, (1, self.n_features), self.gamma.dtype)
        result: Array = np.matmul(share, x, out=self.out(name, shape, self.gamma.dtype))
        return result

    def backward(self, dy: Array) -> Array:
        """Compute dγ, dβ and dx.

        Parameters
        ----------
        dy : array, shape (..., D, N)

        Returns
        -------
        dx : array, shape (..., D, N)
        """
        normalized, dtype = self.normalized, self.gamma.dtype
        self.expect("dy", dy, *normalized.shape)
        front = tuple(range(dy.ndim - 2))
        ones = self.filled(1.0, (dy.shape[-1],), dtype)
        self.dbeta[:, 0] = np.vecdot(dy, ones).sum(axis=front)
        self.dgamma[:, 0] = np.vecdot(dy, normalized).sum(axis=front)
        if not self.needs_dx:
            return NOT_NEEDED
        dx = np.multiply(dy, self.gamma, out=self.out("dx", dy.shape, dtype))
        s = np.multiply(dx, normalized, out=self.out("s", dy.shape, dtype))
        g_mean, gx_mean = self.mean("mean of g", dx), self.mean("mean of g x", s)
        np.multiply(normalized, gx_mean, out=s)
        dx -= s
        dx -= g_mean
        dx *= self.r
        return dx

    def plain(self, x: Array) -> Array:
        """Compute what `forward` does as the equations say."""
        mean, variance = x.mean(axis=-2, keepdims=True), x.var(axis=-2, keepdims=True)
        y: Array = self.gamma * (x - mean) / np.sqrt(variance + self.eps) + self.beta
        return y

    def __repr__(self) -> str:
        return f"LayerNorm({self.n_features})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """A sequence of two steps with four features."""
        layer = cls(4)
        layer.gamma[...], layer.beta[...] = rng.standard_normal((2, 4, 1))
        return layer, rng.standard_normal((2, 4, 5), dtype=np.float32)


def feature_blocks(features: int, m: int) -> Iterator[slice]:
    """Yield blocks of features of m numbers each, so that BLOCK numbers hold a block."""
    size = max(1, BLOCK // max(1, m))
    for first in range(0, features, size):
        yield slice(first, min(first + size, features))
