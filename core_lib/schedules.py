"""Learning rates that change while a network learns: large steps first, small ones at the end.

A schedule is a function of the number of steps made so far, and takes the place of the rate::

    steps = 30 * train.count_batches(64)  # 30 epochs
    Adam(lr=WarmUp(100, Cosine(0.003, steps - 100)))

so that a run that goes on from a checkpoint goes on with its schedule. `ReduceOnPlateau` looks at the figures
of each epoch instead, and is a callback.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

from core_lib.callbacks import Callback
from core_lib.errors import DataError
from core_lib.optimizers import Rate, positive

if TYPE_CHECKING:
    from core_lib.training import Trainer


class Schedule:
    """Base: a subclass writes `__call__`."""

    def __call__(self, step: int) -> float:
        """Give the learning rate for the step after `step` steps."""
        raise NotImplementedError

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value}" for name, value in vars(self).items())
        return f"{type(self).__name__}({settings})"


class StepDecay(Schedule):
    r"""Constant, and smaller by a factor every so many steps.

    .. math:: η_t = η_0 \, γ^{⌊t / n⌋}

    Parameters
    ----------
    lr : float
        η₀.
    every : int
        n.
    factor : float
        γ.
    """

    def __init__(self, lr: float, *, every: int, factor: float = 0.1) -> None:
        self.lr = positive("StepDecay: lr", lr)
        self.every = _steps("StepDecay: every", every)
        self.factor = positive("StepDecay: factor", factor)

    def __call__(self, step: int) -> float:
        """Apply the equation."""
        return self.lr * self.factor ** (step // self.every)


class ExponentialDecay(Schedule):
    r"""Smaller by the same factor in each step.

    .. math:: η_t = η_0 \, γ^{t / n}

    Parameters
    ----------
    lr : float
        η₀.
    factor : float
        γ, by which the rate falls in `every` steps.
    every : int
        n.
    """

    def __init__(self, lr: float, *, factor: float, every: int = 1) -> None:
        self.lr = positive("ExponentialDecay: lr", lr)
        self.factor = positive("ExponentialDecay: factor", factor)
        self.every = _steps("ExponentialDecay: every", every)

    def __call__(self, step: int) -> float:
        """Apply the equation."""
        rate: float = self.lr * self.factor ** (step / self.every)
        return rate


class Cosine(Schedule):
    r"""Half a wave from the first rate down to the last: slowly, fast, slowly.

    .. math:: η_t = η_T + \tfrac{1}{2} (η_0 - η_T) \bigl( 1 + \cos(π t / T) \bigr) \qquad (t ≤ T)

    Parameters
    ----------
    lr : float
        η₀.
    steps : int
        T; afterwards the rate stays at η_T.
    end : float
        η_T.

    References
    ----------
    Loshchilov, Hutter: SGDR: stochastic gradient descent with warm restarts, ICLR 2017, equation 5.
    """

    def __init__(self, lr: float, steps: int, *, end: float = 0.0) -> None:
        self.lr = positive("Cosine: lr", lr)
        self.steps = _steps("Cosine: steps", steps)
        self.end = _end("Cosine", end)

    def __call__(self, step: int) -> float:
        """Apply the equation."""
        return _half_wave(self.lr, self.end, min(step / self.steps, 1.0))


class WarmUp(Schedule):
    r"""A ramp up to a rate, or to a schedule that takes over.

    .. math:: η_t = η_0 \, \frac{t + 1}{n} \quad (t < n) \qquad η_t = \text{then}(t - n) \quad (t ≥ n)

    with :math:`η_0 = \text{then}(0)`.

    Parameters
    ----------
    steps : int
        n.
    then : float or schedule

    References
    ----------
    Goyal and others: Accurate, large minibatch SGD: training ImageNet in 1 hour (2017), section 2.2.
    """

    def __init__(self, steps: int, then: Rate) -> None:
        self.steps = _steps("WarmUp: steps", steps)
        self.then = then if callable(then) else positive("WarmUp: then", then)

    def __call__(self, step: int) -> float:
        """Apply the equations."""
        if step < self.steps:
            return self._then(0) * (step + 1) / self.steps
        return self._then(step - self.steps)

    def _then(self, step: int) -> float:
        """Give what comes after the ramp."""
        return float(self.then(step) if callable(self.then) else self.then)


class OneCycle(Schedule):
    r"""Up to a rate that would be too large for long, and down to nearly nothing, each along half a wave.

    Parameters
    ----------
    lr : float
        The largest rate; `find_learning_rate` suggests one.
    steps : int
        Of the whole cycle; afterwards the rate stays at its last value.
    rise : float
        The share of the steps in which it rises.
    start, end : float
        The first and the last rate, as shares of the largest.

    References
    ----------
    Smith, Topin: Super-convergence: very fast training of neural networks using large learning rates (2018).
    """

    def __init__(
        self, lr: float, steps: int, *, rise: float = 0.3, start: float = 0.04, end: float = 4e-6
    ) -> None:
        self.lr = positive("OneCycle: lr", lr)
        self.steps = _steps("OneCycle: steps", steps)
        if not 0 < rise < 1:
            raise DataError(f"OneCycle: rise must be above 0 and below 1; got {rise}.")
        self.rise, self.start, self.end = float(rise), _end("OneCycle", start), _end("OneCycle", end)

    def __call__(self, step: int) -> float:
        """Follow the two half waves."""
        last = max(self.steps - 1, 1)
        top = max(self.rise * self.steps - 1, 0.0)
        step = min(step, last)
        if step < top:
            return _half_wave(self.lr * self.start, self.lr, step / top)
        return _half_wave(self.lr, self.lr * self.end, (step - top) / max(last - top, 1e-9))


class ReduceOnPlateau(Callback):
    """Make the learning rate smaller when a figure has not improved for some epochs.

    Parameters
    ----------
    monitor : str
        A series of the history: "validation_loss", "validation_accuracy".
    factor : float
        What the rate is multiplied by.
    patience : int
        After how many epochs without improvement.
    smallest : float
        The rate is not made smaller than that.
    higher_is_better : bool, optional
        By default False for a name that ends in "loss" and True for others.
    """

    memory: ClassVar[tuple[str, ...]] = ("best", "waited")

    def __init__(
        self,
        monitor: str = "validation_loss",
        *,
        factor: float = 0.5,
        patience: int = 3,
        smallest: float = 0.0,
        higher_is_better: bool | None = None,
    ) -> None:
        if not 0 < factor < 1:
            raise DataError(f"ReduceOnPlateau: factor must be above 0 and below 1; got {factor}.")
        self.monitor, self.factor = monitor, float(factor)
        self.patience = _steps("ReduceOnPlateau: patience", patience)
        self.smallest = _end("ReduceOnPlateau", smallest)
        self.sign = (
            1.0 if (not monitor.endswith("loss") if higher_is_better is None else higher_is_better) else -1.0
        )
        self.best = -math.inf
        self.waited = 0

    def after_epoch(self, trainer: Trainer, record: dict[str, float]) -> bool:
        """Count the epochs without improvement; never stops the training."""
        if self.monitor not in record:
            raise DataError(
                f"ReduceOnPlateau: there is no {self.monitor!r} in the history, only {sorted(record)}. "
                "Give fit a validation set."
            )
        if trainer.optimizer.schedule is not None:
            raise DataError(
                f"ReduceOnPlateau: the learning rate already follows {trainer.optimizer.schedule!r}; "
                "choose one of the two."
            )
        value = self.sign * record[self.monitor]
        if value > self.best:
            self.best, self.waited = value, 0
            return False
        self.waited += 1
        if self.waited >= self.patience:
            trainer.optimizer.lr = max(trainer.optimizer.lr * self.factor, self.smallest)
            self.waited = 0
        return False


def _half_wave(first: float, last: float, share: float) -> float:
    """Go from `first` to `last` along a cosine, `share` of the way."""
    return last + 0.5 * (first - last) * (1.0 + math.cos(math.pi * share))


def _steps(what: str, value: int) -> int:
    """Give `value` back if it is at least 1."""
    if not value >= 1:
        raise DataError(f"{what} must be at least 1; got {value}.")
    return int(value)


def _end(what: str, value: float) -> float:
    """Give `value` back if it is finite and not negative."""
    if not 0 <= value < math.inf:
        raise DataError(f"{what}: a rate must be finite and not negative; got {value}.")
    return float(value)
