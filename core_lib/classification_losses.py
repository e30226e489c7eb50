"""Losses for classes beside cross-entropy: hinge and Kullback–Leibler."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from core_lib.base import Array
from core_lib.errors import DataError
from core_lib.losses import Loss, SoftmaxCrossEntropy


class Hinge(Loss):
    r"""Support vector machines: the right class must win by a margin, and then all is well.

    For an example of class c with K outputs

    .. math:: L = \sum_{k ≠ c} \max(0, m + z_k - z_c)

    and with a single output, whose sign is to be that of :math:`t = 2y - 1`:

    .. math:: L = \max(0, m - t z)

    Backward. Each term that is positive has the derivative 1 by :math:`z_k` and -1 by :math:`z_c`:

    .. math:: dz_k = [m + z_k - z_c > 0] \quad (k ≠ c) \qquad dz_c = -\sum_{k ≠ c} dz_k

    and for the single output :math:`dz = -t \, [m - t z > 0]`.

    Parameters
    ----------
    margin : float
        m.

    References
    ----------
    Cortes, Vapnik: Support-vector networks (1995); Weston, Watkins: Support vector machines for multi-class
    pattern recognition (1999), for the sum.
    """

    name: ClassVar[str] = "hinge loss"

    def __init__(self, margin: float = 1.0) -> None:
        if not (0 < margin < float("inf")):
            raise DataError(f"Hinge: the margin must be positive and finite; got {margin}.")
        self.margin = float(margin)

    def forward(self, z: Array, y: Array, count: float | None = None) -> float:
        """Compute the mean loss over the batch.

        Parameters
        ----------
        z : array, shape (K, N)
            What the last dense layer gives.
        y : array of int, shape (N,)
            The class of each example; 0 or 1 if K = 1.
        count : float, optional
            What to divide by instead of N.

        Returns
        -------
        float
        """
        self.check(z, y)
        n_outputs, n_examples = z.shape
        if y.dtype.kind not in "iu":
            raise DataError(f"{self!r}: y must be class labels, integers, and has dtype {y.dtype}.")
        self.labels(y, max(n_outputs, 2), n_examples)
        self.y, self.n = y, self.count(y) if count is None else float(count)
        self.dtype = z.dtype
        gap = self.out("gap", z.shape, z.dtype)
        with np.errstate(over="ignore", invalid="ignore"):  # `finite` says it in words
            if n_outputs == 1:
                np.multiply(z, (1 - 2 * y).astype(z.dtype), out=gap)
                gap += self.margin
            else:
                np.subtract(z, z[y, np.arange(n_examples)], out=gap)
                gap += self.margin
                gap[y, np.arange(n_examples)] = 0.0
            # NaN is kept by maximum and so found; an output of -∞ that loses is no harm
            self.active = np.greater(gap, 0.0, out=self.out("active", z.shape, np.bool_))
            np.maximum(gap, 0.0, out=gap)
            return self.finite(float(gap.sum()) / self.n)

    def backward(self) -> Array:
        """Compute dz, shape (K, N), as derived above, / count."""
        dz: Array = self.out("dz", self.active.shape, self.dtype)
        np.copyto(dz, self.active)
        if dz.shape[0] == 1:
            dz *= (1 - 2 * self.y).astype(dz.dtype)
        else:
            dz[self.y, np.arange(dz.shape[1])] = -dz.sum(axis=0)
        dz /= self.n
        return dz

    def scores(self, z: Array, y: Array) -> dict[str, float]:
        """Give the accuracy."""
        found = z.argmax(axis=0) if z.shape[0] > 1 else (z[0] > 0).astype(y.dtype)
        return {"accuracy": float((found == y).mean())}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.margin:g})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Loss, Array, Array]:
        """Four classes, five examples."""
        return cls(0.7), rng.standard_normal((4, 5), dtype=np.float32), rng.integers(0, 4, 5)


class KLDivergence(SoftmaxCrossEntropy):
    r"""How far the distribution p = softmax(z) is from a target distribution y; 0 if they agree.

    .. math:: L = \sum_k y_k \log \frac{y_k}{p_k} = -\sum_k y_k \log p_k + \sum_k y_k \log y_k

    The first sum is the cross-entropy; the second, minus the entropy of the target, does not depend on z. So the
    gradient is that of the cross-entropy:

    .. math:: dz = p - y

    It is the loss for learning from another network's probabilities (distillation).

    References
    ----------
    Kullback, Leibler: On information and sufficiency (1951). Hinton, Vinyals, Dean: Distilling the knowledge in
    a neural network (2015).
    """

    name: ClassVar[str] = "Kullback–Leibler divergence"

    def __init__(self) -> None:
        super().__init__()

    def forward(self, z: Array, y: Array, count: float | None = None) -> float:
        """Compute the mean divergence over the batch.

        Parameters
        ----------
        z : array, shape (K, N)
            Logits.
        y : array of floats, shape (K, N)
            A distribution over the classes for each example.
        count : float, optional
            What to divide by instead of N.

        Returns
        -------
        float
        """
        self.check(z, y)
        self.same_shape(z, y)
        if y.dtype.kind != "f":
            raise DataError(f"{self!r}: y must be distributions, floats, and has dtype {y.dtype}.")
        cross_entropy = super().forward(z, y, count)
        entropy = -float(np.multiply(y, np.log(y, out=np.zeros_like(y), where=y > 0)).sum()) / self.n
        return self.finite(cross_entropy - entropy)

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Loss, Array, Array]:
        """Four classes, five examples."""
        y = rng.random((4, 5)) + 0.1
        return cls(), rng.standard_normal((4, 5), dtype=np.float32), (y / y.sum(axis=0)).astype(np.float32)
