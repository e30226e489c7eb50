"""Gradients that are too long are cut, so that one bad batch does not throw the parameters far away.

Give one to the trainer: ``Trainer(net, loss, optimizer, clip=ClipNorm(1.0))``. It acts on the gradient of the
loss and the penalty, before the optimizer sees it.
"""

from __future__ import annotations

import math

import numpy as np

from core_lib.base import Array
from core_lib.errors import DataError


class Clip:
    """Base: a rule that shortens gradients. A subclass writes `__call__`."""

    def __init__(self, limit: float) -> None:
        if not (0 < limit < math.inf):
            raise DataError(f"{type(self).__name__}: the limit must be positive and finite; got {limit}.")
        self.limit = float(limit)

    def __call__(self, grad: Array) -> float:
        """Shorten `grad` in place.

        Parameters
        ----------
        grad : array, shape (number of parameters,)
            The gradient of all parameters, as in ``trainer.flat.grad``.

        Returns
        -------
        float
            The length (Euclidean norm) that it had.
        """
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.limit:g})"


class ClipNorm(Clip):
    r"""Shorten the gradient of all parameters together, and keep its direction.

    .. math:: g ← g · \min(1, c / |g|)

    A gradient that is not finite is left as it is, so that the trainer can say where it arose: a length of infinity
    would make zeros of it.

    Parameters
    ----------
    limit : float
        c, the largest length.

    References
    ----------
    Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks, ICML 2013, algorithm 1.
    """

    def __call__(self, grad: Array) -> float:
        """Apply the equation; see `Clip`."""
        length = _length(grad)
        if self.limit < length < math.inf:
            grad *= self.limit / length
        return length


class ClipValue(Clip):
    r"""Cut each number of the gradient off; the direction changes.

    .. math:: g_i ← \max(-c, \min(c, g_i))

    Parameters
    ----------
    limit : float
        c.

    References
    ----------
    Goodfellow, Bengio, Courville: Deep Learning (2016), section 10.11.1.
    """

    def __call__(self, grad: Array) -> float:
        """Apply the equation; see `Clip`. Infinities are left for the trainer to find, as in `ClipNorm`."""
        length = _length(grad)
        if math.isfinite(length):
            np.clip(grad, -self.limit, self.limit, out=grad)
        return length


def _length(grad: Array) -> float:
    """Compute |g|, also where the squares of its numbers would overflow."""
    with np.errstate(over="ignore", invalid="ignore"):
        squares = float(np.vdot(grad, grad))
        if math.isfinite(squares):
            return math.sqrt(squares)
        largest = float(np.abs(grad).max())
        if not math.isfinite(largest):
            return largest
        scaled = grad / largest
        return largest * math.sqrt(float(np.vdot(scaled, scaled)))
