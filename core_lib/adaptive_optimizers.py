"""Optimizers that give each parameter a step of its own, beside Adam: AdaGrad, RMSProp, AdamW, NAdam, Lion.

A parameter whose gradients are small gets as long a step as one whose gradients are large.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from core_lib.base import Array
from core_lib.errors import DataError
from core_lib.optimizers import Adam, Optimizer, Rate, fraction, positive


class AdaGrad(Optimizer):
    r"""Steps that shrink as the squares of the gradients add up: long ones for rare features.

    .. math:: s ← s + g^2 \qquad θ ← θ - η \, g / (\sqrt s + ε)

    As s only grows, learning ends some day; RMSProp mends that.

    Parameters
    ----------
    lr : float or schedule
        η, the size of the first step.
    eps : float
        ε, against division by zero.

    References
    ----------
    Duchi, Hazan, Singer: Adaptive subgradient methods for online learning, JMLR 12 (2011).
    """

    memory: ClassVar[tuple[str, ...]] = ("s",)

    def __init__(self, lr: Rate = 0.01, eps: float = 1e-10) -> None:
        super().__init__(lr)
        self.eps = positive("AdaGrad: eps", eps)

    def update(self, *blocks: Array) -> None:
        """Apply the equations to the block (θ, g, s, scratch)."""
        theta, g, s, scratch = blocks
        np.multiply(g, g, out=scratch)
        s += scratch
        np.sqrt(s, out=scratch)
        scratch += self.eps
        np.divide(g, scratch, out=scratch)
        scratch *= self.lr
        theta -= scratch


class RMSProp(Optimizer):
    r"""The gradient divided by the root of the moving average of its square.

    .. math:: v ← ρv + (1 - ρ) g^2 \qquad θ ← θ - η \, g / (\sqrt v + ε)

    Parameters
    ----------
    lr : float or schedule
        η.
    rho : float
        ρ, the share of the average that is kept.
    eps : float
        ε, against division by zero.

    References
    ----------
    Tieleman, Hinton: Neural networks for machine learning, lecture 6.5 (2012).
    """

    memory: ClassVar[tuple[str, ...]] = ("v",)

    def __init__(self, lr: Rate = 0.001, rho: float = 0.99, eps: float = 1e-8) -> None:
        super().__init__(lr)
        self.rho = fraction("RMSProp: rho", rho)
        self.eps = positive("RMSProp: eps", eps)

    def update(self, *blocks: Array) -> None:
        """Apply the equations to the block (θ, g, v, scratch)."""
        theta, g, v, s = blocks
        v *= self.rho
        np.multiply(g, g, out=s)
        s *= 1.0 - self.rho
        v += s
        np.sqrt(v, out=s)
        s += self.eps
        np.divide(g, s, out=s)
        s *= self.lr
        theta -= s


class AdamW(Adam):
    r"""Adam with a decay of the parameters that is not divided by the size of the gradients.

    An L2 penalty enters the gradient, and Adam's division makes it the weaker, the larger the gradients of a
    weight are. Here each step shrinks all parameters alike, biases too:

    .. math:: θ ← (1 - ηλ) θ, \quad \text{and then Adam's step}

    Parameters
    ----------
    lr, beta1, beta2, eps
        As for Adam.
    decay : float
        λ.

    References
    ----------
    Loshchilov, Hutter: Decoupled weight decay regularization, ICLR 2019, algorithm 2.
    """

    def __init__(
        self,
        lr: Rate = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        *,
        decay: float = 0.01,
    ) -> None:
        super().__init__(lr, beta1, beta2, eps)
        self.decay = _decay("AdamW", decay)

    def update(self, *blocks: Array) -> None:
        """Apply the equation and then those of Adam to the block (θ, g, M, V, scratch)."""
        theta = blocks[0]
        theta *= 1.0 - self.lr * self.decay
        super().update(*blocks)


class NAdam(Optimizer):
    r"""Adam with Nesterov's momentum: the average m is taken a step ahead.

    With momentum that grows from step to step, :math:`μ_t = β_1 (1 - \tfrac{1}{2} 0.96^{ψt})`, and m and v the
    moving averages as in Adam,

    .. math::
        θ ← θ - \frac{η}{\sqrt{\hat v} + ε} \Bigl( \frac{1 - μ_t}{1 - \prod_{i ≤ t} μ_i} \, g
        + \frac{μ_{t+1}}{1 - \prod_{i ≤ t+1} μ_i} \, m \Bigr) \qquad \hat v = v / (1 - β_2^t)

    Parameters
    ----------
    lr, beta1, beta2, eps
        As for Adam.
    growth : float
        ψ, how fast the momentum grows.

    References
    ----------
    Dozat: Incorporating Nesterov momentum into Adam, ICLR 2016 workshop.
    """

    memory: ClassVar[tuple[str, ...]] = ("m", "v")

    def __init__(
        self,
        lr: Rate = 0.002,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        *,
        growth: float = 0.004,
    ) -> None:
        super().__init__(lr)
        self.beta1 = fraction("NAdam: beta1", beta1)
        self.beta2 = fraction("NAdam: beta2", beta2)
        self.eps = positive("NAdam: eps", eps)
        self.growth = positive("NAdam: growth", growth)
        self._product = (0, 1.0)  # (t, the product of μ₁ … μₜ)

    def _momentum(self, t: int) -> float:
        """Compute μ of step t."""
        return self.beta1 * (1.0 - 0.5 * math.pow(0.96, self.growth * t))

    def _product_of_momenta(self) -> float:
        """Compute the product of μ₁ … μₜ, t = ``steps``, from the one before, which is kept."""
        t, product = self._product
        if t > self.steps:  # somebody has set `steps` back
            t, product = 0, 1.0
        for i in range(t + 1, self.steps + 1):
            product *= self._momentum(i)
        self._product = (self.steps, product)
        return product

    def update(self, *blocks: Array) -> None:
        """Apply the equations to the block (θ, g, m, v, scratch)."""
        theta, g, m, v, s = blocks
        product, now, ahead = (
            self._product_of_momenta(),
            self._momentum(self.steps),
            self._momentum(self.steps + 1),
        )
        m *= self.beta1
        np.multiply(g, 1.0 - self.beta1, out=s)
        m += s
        v *= self.beta2
        np.multiply(g, g, out=s)
        s *= 1.0 - self.beta2
        v += s
        np.sqrt(v, out=s)
        s *= 1.0 / math.sqrt(1.0 - self.beta2**self.steps)
        s += self.eps
        step = g * (self.lr * (1.0 - now) / (1.0 - product))
        step += m * (self.lr * ahead / (1.0 - product * ahead))
        step /= s
        theta -= step


class Lion(Optimizer):
    r"""Only the sign of the momentum counts: every parameter moves by η in every step.

    .. math::
        c &= β_1 m + (1 - β_1) g \\
        θ &← θ - η (\operatorname{sign} c + λθ) \\
        m &← β_2 m + (1 - β_2) g

    One memory vector instead of Adam's two. The steps are longer than Adam's, so η should be 3 to 10 times smaller.

    Parameters
    ----------
    lr : float or schedule
        η.
    beta1, beta2 : float
    decay : float
        λ.

    References
    ----------
    Chen and others: Symbolic discovery of optimization algorithms, NeurIPS 2023, algorithm 2.
    """

    memory: ClassVar[tuple[str, ...]] = ("m",)

    def __init__(
        self, lr: Rate = 1e-4, beta1: float = 0.9, beta2: float = 0.99, *, decay: float = 0.0
    ) -> None:
        super().__init__(lr)
        self.beta1 = fraction("Lion: beta1", beta1)
        self.beta2 = fraction("Lion: beta2", beta2)
        self.decay = _decay("Lion", decay)

    def update(self, *blocks: Array) -> None:
        """Apply the equations to the block (θ, g, m, scratch)."""
        theta, g, m, s = blocks
        # β₁ m + (1 - β₁) g = (1 - β₁) (g - m) + m, and likewise the last line: one scratch block is enough
        np.subtract(g, m, out=s)
        step = s * (1.0 - self.beta1)
        step += m
        np.sign(step, out=step)
        step *= self.lr
        if self.decay:
            theta *= 1.0 - self.lr * self.decay
        theta -= step
        s *= 1.0 - self.beta2
        m += s


def _decay(name: str, value: float) -> float:
    """Give `value` back if it is finite and not negative."""
    if not 0 <= value < math.inf:
        raise DataError(f"{name}: decay must be finite and not negative; got {value}.")
    return float(value)
