"""Losses: one number that says how wrong the outputs are, and its gradient.

A loss takes the network's outputs ``z`` and the targets ``y`` of a batch and gives

    L = (1 / count) · Σ over examples of the example's loss

where ``count`` is the number of examples unless you say otherwise. (A trainer that splits a batch gives
the count of the whole batch to both halves: then the halves' losses and gradients add up to the whole's.)

Losses refuse to broadcast. In NumPy ``(1, N) - (N,)`` works and gives N, but ``(N, 1) - (N,)`` gives
N × N numbers and a loss that falls and means nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from core_lib.base import Array, Operation
from core_lib.errors import DataError, NonFiniteError, ShapeError


class Loss(Operation):
    """Base of the losses. A subclass writes `forward`, `backward` and `example`, and perhaps `scores`."""

    #: Shown by messages and reports.
    name: ClassVar[str] = "loss"

    def forward(self, z: Array, y: Array, count: float | None = None) -> float:
        """Compute the loss of a batch, and remember what `backward` will need."""
        raise NotImplementedError

    def backward(self) -> Array:
        """Compute dz = ∂L/∂z, of the shape of z."""
        raise NotImplementedError

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Loss, Array, Array]:
        """Give a loss of this class with outputs z and targets y, on which the contract test checks it."""
        raise NotImplementedError

    def count(self, y: Array) -> float:
        """Give what the sum over the batch `y` is divided by: its number of examples."""
        return float(y.shape[-1])

    def scores(self, z: Array, y: Array) -> dict[str, float]:  # noqa: ARG002
        """Give further figures, means over the examples, that tell how good the outputs are."""
        return {}

    def check(self, z: Array, y: Array) -> None:
        """Refuse what is no batch: no arrays, integers as outputs, no examples."""
        self.expect("z", z, "outputs", "N")
        if not isinstance(y, np.ndarray):
            raise DataError(f"{self!r}: y must be a NumPy array, and is a {type(y).__name__}.")
        if z.dtype.kind != "f":
            raise DataError(f"{self!r}: z must be floating-point outputs, and has dtype {z.dtype}.")
        if z.shape[-1] == 0:
            raise DataError(
                f"{self!r}: the batch is empty, z has shape {z.shape}; a mean over nothing is NaN."
            )

    def same_shape(self, z: Array, y: Array) -> None:
        """Refuse targets whose shape is not exactly that of the outputs."""
        if z.shape == y.shape:
            return
        cause = "y needs the shape of z; nothing is broadcast."
        if y.ndim == 1 and z.shape == (1, y.shape[0]):
            cause = "Likely cause: y lacks its first axis; use y[np.newaxis, :]."
        elif y.ndim == 2 and z.shape == y.shape[::-1]:
            cause = "Likely cause: examples are the first axis of y and must be the last; use y.T."
        raise ShapeError(f"{self!r}: z has shape {z.shape} and y has shape {y.shape}. {cause}")

    def labels(self, y: Array, n_classes: int, n_examples: int) -> None:
        """Refuse integer targets that are not one class of 0 … n_classes - 1 for each example."""
        if y.shape != (n_examples,):
            raise ShapeError(
                f"{self!r}: labels must have shape ({n_examples},), one integer for each example, and have {y.shape}. "
                "Likely cause: an axis too many; use y.ravel()."
            )
        if y.size and (y.min() < 0 or y.max() >= n_classes):
            raise DataError(
                f"{self!r}: labels must be 0 to {n_classes - 1}, and are {y.min()} to {y.max()}. "
                "Likely cause: classes counted from 1, or a last layer with too few outputs."
            )

    def finite(self, value: float) -> float:
        """Give the loss back if it is a finite number."""
        if not math.isfinite(value):
            raise NonFiniteError(
                f"{self!r}: the loss is {value}; some output or target is not finite or far too large."
            )
        return value


class SoftmaxCrossEntropy(Loss):
    r"""Classification into one of K classes, from logits.

    With :math:`p = \operatorname{softmax}(z)` the loss of an example of class c is

    .. math:: L = -\log p_c = \log \sum_k e^{z_k} - z_c

    Backward. :math:`∂/∂z_i \log \sum_k e^{z_k} = e^{z_i} / \sum_k e^{z_k} = p_i`, so

    .. math:: dz_i = p_i - [i = c]

    For targets that are a distribution y over the classes: :math:`L = -\sum_k y_k \log p_k`, and, as the
    :math:`y_k` have the sum 1, :math:`dz = p - y`.

    The logarithm of the sum is computed as :math:`m + \log \sum_k e^{z_k - m}` with m the largest logit:
    no exponent is positive, so logits of ±10000 are no problem.

    Class weights w let rare classes count more; label smoothing takes the share ε from the right class and spreads
    it over all, so that no logit has to grow for ever. Both change the target:

    .. math:: L = -\sum_k q_k \log p_k \qquad q_k = w_k \bigl( (1 - ε) y_k + ε / K \bigr)

    and, as the q no longer have the sum 1, :math:`dz_i = p_i \sum_k q_k - q_i`. The mean over a batch is
    weighted: it is divided by :math:`\sum_k w_k y_k` over all examples.

    Parameters
    ----------
    class_weights : sequence of K floats, optional
        ``n / (K * counts)`` makes every class count alike.
    label_smoothing : float
        ε.

    References
    ----------
    Bishop: Pattern Recognition and Machine Learning (2006), section 4.3.4.
    Szegedy, Vanhoucke, Ioffe, Shlens, Wojna: Rethinking the Inception architecture, CVPR 2016, section 7.
    """

    name: ClassVar[str] = "softmax cross-entropy"

    y: Array  # labels, or for targets that are distributions the q above
    share: Array | None  # Σ q of each example, where that is not 1

    def __init__(
        self, class_weights: Sequence[float] | Array | None = None, *, label_smoothing: float = 0.0
    ) -> None:
        if not 0 <= label_smoothing < 1:
            raise DataError(
                f"SoftmaxCrossEntropy: label_smoothing must be at least 0 and below 1; got {label_smoothing}."
            )
        self.label_smoothing = float(label_smoothing)
        weights = None if class_weights is None else np.asarray(class_weights)
        if weights is not None and not (
            weights.ndim == 1
            and weights.dtype.kind in "iuf"
            and np.isfinite(weights).all()
            and weights.min(initial=1.0) > 0
        ):
            raise DataError(
                f"SoftmaxCrossEntropy: class_weights must be a positive number for each class; got {class_weights}."
            )
        self.weights: Array | None = None if weights is None else weights.astype(np.float64)

    def count(self, y: Array) -> float:
        """Give the number of examples, or the sum of their weights."""
        if self.weights is None:
            return super().count(y)
        if y.dtype.kind in "iu":  # "clip": labels out of range are for `forward` to refuse, in words
            return float(np.take(self.weights, y, mode="clip").sum())
        return float((self.weights @ y).sum())

    def forward(self, z: Array, y: Array, count: float | None = None) -> float:
        """Compute the mean of -log p over the batch.

        Parameters
        ----------
        z : array, shape (K, N)
            Logits: what the last dense layer gives, without softmax.
        y : array of int, shape (N,), or of floats, shape (K, N)
            The class of each example, or a distribution over the classes.
        count : float, optional
            What to divide by instead of N.

        Returns
        -------
        float
        """
        self.check(z, y)
        n_classes, n_examples = z.shape
        if y.dtype.kind in "iu":
            self.labels(y, n_classes, n_examples)
        else:
            self.same_shape(z, y)
            if not (y.min() >= 0 and np.abs(y.sum(axis=0) - 1.0).max() < 1e-3):
                raise DataError(
                    f"{self!r}: each column of y must be a distribution: no negative share, sum 1."
                )
        if self.weights is not None and self.weights.size != n_classes:
            raise ShapeError(f"{self!r}: {self.weights.size} class weights for {n_classes} classes.")
        self.y, self.share, self.n = y, None, self.count(y) if count is None else float(count)

        largest = z.max(axis=0)  # -inf among the others is a probability of zero, and welcome
        if not np.isfinite(largest).all():
            raise NonFiniteError(f"{self!r}: the logits have NaN or infinite values.")
        log_p = np.subtract(z, largest, out=self.out("log_p", z.shape, z.dtype))
        self.p = p = np.exp(log_p, out=self.out("p", z.shape, z.dtype))
        sums = p.sum(axis=0)
        p /= sums
        if y.dtype.kind in "iu" and self.weights is None and not self.label_smoothing:
            total = np.log(sums).sum() - log_p[y, np.arange(n_examples)].sum()
        else:
            self.y, self.share = self._targets(y, z)
            log_p -= np.log(sums)
            # 0 · log 0 is 0 here: a class that has no share in the target costs nothing
            total = -np.multiply(self.y, log_p, out=np.zeros_like(log_p), where=self.y != 0).sum()
        return self.finite(float(total) / self.n)

    def _targets(self, y: Array, z: Array) -> tuple[Array, Array | None]:
        """Give q, shape (K, N), and its sums over the classes, shape (N,), if they are not 1."""
        if y.dtype.kind in "iu":
            q = np.zeros_like(z)
            q[y, np.arange(y.size)] = 1.0
        else:
            q = y.astype(z.dtype, copy=False)
        if self.label_smoothing:
            q = q * (1.0 - self.label_smoothing) + self.label_smoothing / z.shape[0]
        if self.weights is None:
            return q, None
        q = q * self.weights.astype(z.dtype)[:, np.newaxis]
        return q, q.sum(axis=0)

    def backward(self) -> Array:
        """Compute dz = (p - y) / count, shape (K, N)."""
        dz = self.out("dz", self.p.shape, self.p.dtype)
        if self.y.dtype.kind in "iu":
            np.copyto(dz, self.p)
            dz[self.y, np.arange(dz.shape[1])] -= 1.0
        elif self.share is None:
            np.subtract(self.p, self.y, out=dz)
        else:
            np.multiply(self.p, self.share, out=dz)
            dz -= self.y
        dz /= self.n
        return dz

    def scores(self, z: Array, y: Array) -> dict[str, float]:
        """Give the accuracy: the share of examples whose largest logit is that of their class."""
        truth = y if y.dtype.kind in "iu" else y.argmax(axis=0)
        return {"accuracy": float((z.argmax(axis=0) == truth).mean())}

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Loss, Array, Array]:
        """Four classes, five examples."""
        return cls(), rng.standard_normal((4, 5), dtype=np.float32), rng.integers(0, 4, 5)


class BinaryCrossEntropy(Loss):
    r"""Yes or no, from logits.

    With :math:`p = σ(z)`:

    .. math:: L = -y \log p - (1 - y) \log (1 - p) = \max(z, 0) - z y + \log(1 + e^{-|z|})

    The second form follows with :math:`\log p = -\log(1 + e^{-z})` and never overflows.

    Backward. :math:`p' = p (1 - p)`, so :math:`∂L/∂z = -y (1 - p) + (1 - y) p`:

    .. math:: dz = p - y

    With several outputs an example's loss is the mean over them.

    References
    ----------
    Goodfellow, Bengio, Courville: Deep Learning (2016), section 6.2.2.2.
    """

    name: ClassVar[str] = "binary cross-entropy"

    def forward(self, z: Array, y: Array, count: float | None = None) -> float:
        """Compute the mean loss over the batch.

        Parameters
        ----------
        z : array, shape (K, N)
            Logits: what the last dense layer gives, without sigmoid.
        y : array of floats, shape (K, N), or of int, shape (N,) if K = 1
            Between 0 and 1.
        count : float, optional
            What to divide by instead of N.

        Returns
        -------
        float
        """
        self.check(z, y)
        self.n = (self.count(y) if count is None else float(count)) * z.shape[0]
        if y.dtype.kind in "iub" and y.shape == z.shape[1:] and z.shape[0] == 1:
            y = y[np.newaxis, :]  # class labels, as for the other classification loss
        self.same_shape(z, y)
        if y.size and not (y.min() >= 0 and y.max() <= 1):
            raise DataError(f"{self!r}: targets must be between 0 and 1, and are {y.min()} to {y.max()}.")
        self.y = y = y.astype(z.dtype, copy=False)
        self.z = z

        t = np.abs(z, out=self.out("t", z.shape, z.dtype))
        np.negative(t, out=t)
        np.log1p(np.exp(t, out=t), out=t)
        t += np.maximum(z, 0.0)
        return self.finite((float(t.sum()) - float(np.vdot(z, y))) / self.n)

    def backward(self) -> Array:
        """Compute dz = (p - y) / (K count), shape (K, N)."""
        from core_lib.activations import sigmoid

        dz = sigmoid(self.z, out=self.out("dz", self.z.shape, self.z.dtype))
        dz -= self.y
        dz /= self.n
        return dz

    def scores(self, z: Array, y: Array) -> dict[str, float]:
        """Give the accuracy: the share of outputs on the right side of p = 1/2, that is, z = 0."""
        return {"accuracy": float(((z > 0) == (y.reshape(z.shape) > 0.5)).mean())}

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Loss, Array, Array]:
        """Two outputs, five examples, targets of 0 and 1."""
        y = rng.integers(0, 2, (2, 5)).astype(np.float32)
        return cls(), rng.standard_normal((2, 5), dtype=np.float32), y


class MeanSquaredError(Loss):
    r"""Regression: the mean of the squared differences.

    .. math:: L = \frac{1}{K} \sum_k (z_k - y_k)^2 \qquad dz_k = \frac{2}{K} (z_k - y_k)

    for an example with K outputs. (Some books halve it, so that the 2 is gone.)

    References
    ----------
    Bishop: Pattern Recognition and Machine Learning (2006), section 3.1.1.
    """

    name: ClassVar[str] = "mean squared error"

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
        with np.errstate(over="ignore", invalid="ignore"):  # `finite` says it in words
            return self.finite(float(np.vdot(e, e)) / self.n)

    def backward(self) -> Array:
        """Compute dz = 2 (z - y) / (K count), shape (K, N)."""
        dz: Array = np.multiply(self.e, 2.0 / self.n, out=self.out("dz", self.e.shape, self.e.dtype))
        return dz

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Loss, Array, Array]:
        """Two outputs, five examples."""
        z, y = rng.standard_normal((2, 2, 5), dtype=np.float32)
        return cls(), z, y
