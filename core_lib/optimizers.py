"""Optimizers: how a step follows from the gradient.

θ is the vector of all parameters and g that of all gradients (see `parameters.py`); both are changed or
read in place. The equations hold for each number on its own, so an optimizer may work through the
vectors block by block. It does, because a network's vectors do not fit into the processor's cache and a
block does: each block is fetched from memory once, not once for every operation of the equation.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar, TypeAlias

import numpy as np

from core_lib.base import Array
from core_lib.errors import DataError, ShapeError

#: A learning rate, or a function of the number of steps made so far that gives it.
Rate: TypeAlias = "float | Callable[[int], float]"

# Five vectors of this many float32 are 320 kB: they fit into the second-level cache of any laptop.
BLOCK = 16384


class Optimizer:
    """Base of the optimizers.

    A subclass names its memory in ``memory`` and writes `update`, which gets a block of θ, of g, of each
    of its memory vectors (zeros before the first step), and one of scratch space, all of one length.

    Parameters
    ----------
    lr : float or function (step) -> float
        The learning rate, which may be changed between steps, or a schedule: `schedules.py` has some, and any
        function of the number of steps made so far, 0, 1, 2, …, will do.

    Attributes
    ----------
    schedule : function or None
    steps : int
        How many steps were made.
    state : dict of str to array
        The memory vectors; a checkpoint has to keep them and ``steps``.
    """

    memory: ClassVar[tuple[str, ...]] = ()

    def __init__(self, lr: Rate) -> None:
        self.schedule = lr if callable(lr) else None
        self.lr = float(lr(0) if callable(lr) else lr)
        # a warm-up may begin at zero; a constant rate of zero is a mistake
        if not (0 <= self.lr < math.inf) or (self.lr == 0 and self.schedule is None):
            raise DataError(
                f"{type(self).__name__}: the learning rate must be positive and finite; got {self.lr}."
            )
        self.steps = 0
        self.state: dict[str, Array] = {}

    def step(self, theta: Array, grad: Array) -> None:
        """Change `theta` by one step, given the gradient.

        Parameters
        ----------
        theta, grad : array, shape (number of parameters,)
        """
        self.begin_step(theta, grad)
        self.update_all(theta, grad, *(self.state[name] for name in self.memory))

    def begin_step(self, theta: Array, grad: Array) -> None:
        """Count the step, ask the schedule, and make what is missing of the memory."""
        if theta.shape != grad.shape:
            raise ShapeError(
                f"{self!r}: theta has shape {theta.shape} and grad {grad.shape}; they must agree."
            )
        for name in self.memory:
            found = self.state.get(name)
            if found is None:
                self.state[name] = np.zeros_like(theta)
            elif found.shape != theta.shape or found.dtype != theta.dtype:
                raise ShapeError(
                    f"{self!r}: its memory is of {found.size} parameters ({found.dtype}), and theta has {theta.size} "
                    f"({theta.dtype}). An optimizer serves one network; make a new one."
                )
        if self.schedule is not None:
            self.lr = self.schedule(self.steps)
            if not 0 <= self.lr < math.inf:
                raise DataError(f"{self!r}: the schedule gives {self.lr} after {self.steps} steps.")
        self.lr = float(
            self.lr
        )  # somebody may have put a NumPy float64 here, and all would be computed in it
        self.steps += 1

    def update_all(self, *vectors: Array) -> None:
        """Update θ, block by block, given θ, g and the memory vectors, or the same part of each."""
        size, dtype = vectors[0].size, vectors[0].dtype
        scratch = np.empty(min(BLOCK, size), dtype)
        for start in range(0, size, BLOCK):
            blocks = [vector[start : start + BLOCK] for vector in vectors]
            self.update(*blocks, scratch[: blocks[0].size])

    def update(self, *blocks: Array) -> None:
        """Update a block: θ, g, the memory vectors, scratch."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}(lr={self.lr:g})"


class SGD(Optimizer):
    r"""Gradient descent: a step against the gradient.

    .. math:: θ ← θ - η g

    Parameters
    ----------
    lr : float or schedule
        η.

    References
    ----------
    Robbins, Monro: A stochastic approximation method (1951).
    """

    def __init__(self, lr: Rate = 0.1) -> None:
        super().__init__(lr)

    def update(self, *blocks: Array) -> None:
        """Apply the equation to the block (θ, g, scratch)."""
        theta, g, s = blocks
        np.multiply(g, self.lr, out=s)
        theta -= s


class Momentum(Optimizer):
    r"""Gradient descent with a velocity: steps in a steady direction add up, others cancel.

    .. math:: v ← βv + g \qquad θ ← θ - ηv

    Parameters
    ----------
    lr : float or schedule
        η. In a steady direction the steps grow to η / (1 - β).
    beta : float
        β, the share of the velocity that is kept.

    References
    ----------
    Polyak: Some methods of speeding up the convergence of iteration methods (1964).
    Sutskever, Martens, Dahl, Hinton: On the importance of initialization and momentum, ICML 2013.
    """

    memory: ClassVar[tuple[str, ...]] = ("v",)

    def __init__(self, lr: Rate = 0.01, beta: float = 0.9) -> None:
        super().__init__(lr)
        self.beta = fraction(f"{type(self).__name__}: beta", beta)

    def update(self, *blocks: Array) -> None:
        """Apply the equations to the block (θ, g, v, scratch)."""
        theta, g, v, s = blocks
        v *= self.beta
        v += g
        np.multiply(v, self.lr, out=s)
        theta -= s


class Nesterov(Momentum):
    r"""Momentum that looks ahead: the gradient counts where the velocity is about to lead.

    Momentum goes from θ by -ηβv and then by -ηg; Nesterov evaluates g after the first part. With θ standing for
    the point ahead the equations become

    .. math:: v ← βv + g \qquad θ ← θ - η (g + βv)

    Parameters
    ----------
    lr : float or schedule
        η.
    beta : float
        β, the share of the velocity that is kept.

    References
    ----------
    Nesterov: A method of solving a convex programming problem with convergence rate O(1/k²) (1983).
    Sutskever, Martens, Dahl, Hinton: On the importance of initialization and momentum, ICML 2013.
    """

    def update(self, *blocks: Array) -> None:
        """Apply the equations to the block (θ, g, v, scratch)."""
        theta, g, v, s = blocks
        v *= self.beta
        v += g
        np.multiply(v, self.beta, out=s)
        s += g
        s *= self.lr
        theta -= s


class Adam(Optimizer):
    r"""Steps whose size does not depend on the size of the gradients.

    m and v are moving averages of the gradient and of its square. They begin at zero and are too small
    at first; after t steps by the factor :math:`1 - β^t`, which the division makes up for:

    .. math::
        m &← β_1 m + (1 - β_1) g    & \hat m &= m / (1 - β_1^t) \\
        v &← β_2 v + (1 - β_2) g^2  & \hat v &= v / (1 - β_2^t) \\
        θ &← θ - η \, \hat m / (\sqrt{\hat v} + ε)

    Parameters
    ----------
    lr : float or schedule
        η. The first steps are of just this size.
    beta1, beta2 : float
    eps : float
        ε, against division by zero.

    Notes
    -----
    For speed the memory keeps :math:`M = m / (1 - β_1)` and :math:`V = v / (1 - β_2)`, because
    :math:`M ← β_1 M + g` is one pass over the vector less, and likewise for V. With
    :math:`a = (1 - β_1) / (1 - β_1^t)` and :math:`c = \sqrt{(1 - β_2) / (1 - β_2^t)}` the step is

    .. math:: η \, \frac{a M}{c \sqrt V + ε} = \frac{η a}{c} · \frac{M}{\sqrt V + ε / c}

    References
    ----------
    Kingma, Ba: Adam: a method for stochastic optimization, ICLR 2015, algorithm 1.
    """

    memory: ClassVar[tuple[str, ...]] = ("M", "V")

    def __init__(self, lr: Rate = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> None:
        super().__init__(lr)
        name = type(self).__name__
        self.beta1 = fraction(f"{name}: beta1", beta1)
        self.beta2 = fraction(f"{name}: beta2", beta2)
        self.eps = positive(f"{name}: eps", eps)

    def update(self, *blocks: Array) -> None:
        """Apply the equations of the notes to the block (θ, g, M, V, scratch)."""
        theta, g, M, V, s = blocks
        a = (1.0 - self.beta1) / (1.0 - self.beta1**self.steps)
        c = math.sqrt((1.0 - self.beta2) / (1.0 - self.beta2**self.steps))
        M *= self.beta1
        M += g
        V *= self.beta2
        np.multiply(g, g, out=s)
        V += s
        np.sqrt(V, out=s)
        s += self.eps / c
        np.divide(M, s, out=s)
        s *= self.lr * a / c
        theta -= s


def fraction(what: str, value: float) -> float:
    """Give `value` back if it is at least 0 and below 1."""
    if not 0 <= value < 1:
        raise DataError(f"{what} must be at least 0 and below 1; got {value}.")
    return float(value)


def positive(what: str, value: float) -> float:
    """Give `value` back if it is above 0 and finite."""
    if not 0 < value < math.inf:
        raise DataError(f"{what} must be positive and finite; got {value}.")
    return float(value)
