"""How weights begin.

A layer whose weights are all equal stays so: every unit gets the same gradient. Weights that are too
large or too small let signals grow or die from layer to layer. Xavier's and He's initialization choose
the variance so that it stays the same.
"""

# ruff: noqa: ARG002  # all rules have one signature, not each needs all of it

from __future__ import annotations

import numpy as np

from core_lib.base import Array
from core_lib.errors import DataError


class Initializer:
    """A rule that draws first weights. Subclasses write `__call__`."""

    def __call__(
        self, rng: np.random.Generator, shape: tuple[int, ...], *, fan_in: int, fan_out: int
    ) -> Array:
        """Draw weights.

        Parameters
        ----------
        rng : numpy.random.Generator
        shape : tuple of int
        fan_in, fan_out : int
            How many inputs make one output, and how many outputs one input takes part in. For a dense
            layer they are its numbers of inputs and outputs.

        Returns
        -------
        array of float64, shape `shape`
            float64, so that a network in float32 begins as the same one rounded.
        """
        raise NotImplementedError


class Zeros(Initializer):
    """All zeros: right for logistic regression, wrong for anything with a hidden layer (try it)."""

    def __call__(
        self, rng: np.random.Generator, shape: tuple[int, ...], *, fan_in: int, fan_out: int
    ) -> Array:
        """Give zeros; nothing is drawn from `rng`."""
        return np.zeros(shape)


class Normal(Initializer):
    """Normal distribution with a standard deviation that you choose.

    Parameters
    ----------
    std : float
    """

    def __init__(self, std: float = 0.01) -> None:
        if not (0 <= std < float("inf")):
            raise DataError(f"Normal: the standard deviation must be finite and not negative; got {std}.")
        self.std = std

    def __call__(
        self, rng: np.random.Generator, shape: tuple[int, ...], *, fan_in: int, fan_out: int
    ) -> Array:
        """Draw W ~ N(0, std²)."""
        return rng.standard_normal(shape) * self.std


class Xavier(Initializer):
    r"""Glorot's uniform initialization, for tanh and sigmoid.

    The variance stays the same forward if :math:`n_{in} \operatorname{Var} W = 1`, and backward if
    :math:`n_{out} \operatorname{Var} W = 1`. The compromise is
    :math:`\operatorname{Var} W = 2 / (n_{in} + n_{out})`; a uniform distribution on [-a, a] has the
    variance a²/3, so

    .. math:: a = \sqrt{6 / (n_{in} + n_{out})}

    References
    ----------
    Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks, AISTATS 2010.
    """

    def __call__(
        self, rng: np.random.Generator, shape: tuple[int, ...], *, fan_in: int, fan_out: int
    ) -> Array:
        """Draw W ~ U[-a, a]."""
        a = (6.0 / (fan_in + fan_out)) ** 0.5
        return rng.uniform(-a, a, shape)


class He(Initializer):
    r"""He's normal initialization, for ReLU.

    ReLU sets half of its inputs to zero and so halves the second moment of the signal; twice the
    variance makes up for it:

    .. math:: W \sim N(0, 2 / n_{in})

    References
    ----------
    He, Zhang, Ren, Sun: Delving deep into rectifiers, ICCV 2015.
    """

    def __call__(
        self, rng: np.random.Generator, shape: tuple[int, ...], *, fan_in: int, fan_out: int
    ) -> Array:
        """Draw W ~ N(0, 2 / fan_in)."""
        std: float = (2.0 / fan_in) ** 0.5
        return rng.standard_normal(shape) * std


class LeCun(Initializer):
    r"""LeCun's normal initialization, for linear layers and for activations with slope 1 at zero.

    A sum of :math:`n_{in}` products :math:`w x` of independent numbers with mean zero has the variance
    :math:`n_{in} \operatorname{Var} w \operatorname{Var} x`, which is that of x if

    .. math:: W \sim N(0, 1 / n_{in})

    References
    ----------
    LeCun, Bottou, Orr, Müller: Efficient BackProp (1998), section 4.6.
    """

    def __call__(
        self, rng: np.random.Generator, shape: tuple[int, ...], *, fan_in: int, fan_out: int
    ) -> Array:
        """Draw W ~ N(0, 1 / fan_in)."""
        std: float = (1.0 / fan_in) ** 0.5
        return rng.standard_normal(shape) * std


class Orthogonal(Initializer):
    r"""A random rotation: it keeps the length of every signal, through any number of layers.

    Seen as a matrix with one row for each output, W has orthonormal rows, or columns if there are more rows than
    columns: :math:`W W^T = I` or :math:`W^T W = I`. It comes from the QR decomposition of a normal
    matrix; giving the columns of Q the signs of R's diagonal makes every rotation as likely.

    Parameters
    ----------
    gain : float
        What the lengths are multiplied by: :math:`\sqrt 2` for ReLU.

    References
    ----------
    Saxe, McClelland, Ganguli: Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks, ICLR 2014.
    Mezzadri: How to generate random matrices from the classical compact groups (2007), on the signs.
    """

    def __init__(self, gain: float = 1.0) -> None:
        if not (0 < gain < float("inf")):
            raise DataError(f"Orthogonal: the gain must be positive and finite; got {gain}.")
        self.gain = float(gain)

    def __call__(
        self, rng: np.random.Generator, shape: tuple[int, ...], *, fan_in: int, fan_out: int
    ) -> Array:
        """Draw W, seen as a matrix of shape (shape[0], the rest)."""
        if len(shape) < 2:
            raise DataError(f"Orthogonal: expected a matrix or more axes; got shape {shape}.")
        rows = shape[0]
        columns = int(np.prod(shape[1:]))
        q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
        q *= np.sign(np.diagonal(r))
        matrix: Array = q if rows >= columns else q.T
        return (matrix * self.gain).reshape(shape)
