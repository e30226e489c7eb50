"""Which learning rate? Train for some steps with ever larger ones, and look at the loss."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from core_lib.data import Dataset
from core_lib.errors import DataError, NonFiniteError
from core_lib.training import Trainer


class LearningRates(NamedTuple):
    """What `find_learning_rate` gives; plot ``losses`` over ``rates`` with a logarithmic axis.

    Attributes
    ----------
    rates : list of float
        The rates that were tried, until the loss exploded.
    losses : list of float
        The loss of a batch at each, smoothed.
    steepest : float
        Where the loss falls fastest: a good rate, and the one to begin with.
    largest : float
        Where the loss is lowest: beyond it, training is unstable. A good top for `OneCycle` is a bit below.
    """

    rates: list[float]
    losses: list[float]
    steepest: float
    largest: float


def find_learning_rate(
    trainer: Trainer,
    data: Dataset,
    *,
    low: float = 1e-6,
    high: float = 10.0,
    steps: int = 100,
    batch_size: int = 32,
    seed: int = 0,
) -> LearningRates:
    r"""Try learning rates on a copy of a trainer, which itself is not changed.

    Step t of T is made with

    .. math:: η_t = η_{low} \left( η_{high} / η_{low} \right)^{t / (T - 1)}

    It ends before, when the loss is not finite or four times its smallest value.

    Parameters
    ----------
    trainer : Trainer
        Not trained yet, as a rule.
    data : Dataset
        The training set; it is gone through as often as is needed.
    low, high : float
        The first and the last rate.
    steps : int
        T.
    batch_size : int
    seed : int
        Shuffles the data.

    Returns
    -------
    LearningRates

    Raises
    ------
    DataError
        If the loss exploded before it was seen at ten rates: begin with a lower one.

    References
    ----------
    Smith: Cyclical learning rates for training neural networks, WACV 2017, section 3.3.
    """
    import copy

    if not 0 < low < high < math.inf or steps < 10:
        raise DataError(
            f"find_learning_rate: rates must be positive, low below high, and steps at least 10; got low={low}, "
            f"high={high}, steps={steps}."
        )
    optimizer = copy.deepcopy(trainer.optimizer)
    optimizer.schedule = None
    trial = Trainer(
        copy.deepcopy(trainer.net),
        copy.deepcopy(trainer.loss),
        optimizer,
        penalty=trainer.penalty,
        clip=trainer.clip,
        threads=trainer.threads,
        processes=trainer.processes,
    )
    rates: list[float] = []
    losses: list[float] = []
    average, epoch = 0.0, 0
    while len(rates) < steps:
        epoch += 1
        for x, y in data.batches(batch_size, np.random.default_rng([seed, epoch])):
            optimizer.lr = low * (high / low) ** (len(rates) / (steps - 1))
            try:
                value = trial.step(x, y)
            except NonFiniteError:
                return _judge(rates, losses)
            # a moving average of single batches' losses; the division makes up for its beginning at zero
            average = 0.9 * average + 0.1 * value
            smooth = average / (1.0 - 0.9 ** (len(rates) + 1))
            if losses and smooth > 4.0 * min(losses) and len(losses) >= 10:
                return _judge(rates, losses)
            rates.append(optimizer.lr)
            losses.append(smooth)
            if len(rates) == steps:
                break
    return _judge(rates, losses)


def _judge(rates: list[float], losses: list[float]) -> LearningRates:
    """Find the two places in the curve."""
    if len(rates) < 10:
        raise DataError(
            f"find_learning_rate: training diverged after {len(rates)} steps. Begin with a smaller rate (low), or scale "
            "the data."
        )
    curve, lowest = np.array(losses), int(np.argmin(losses))
    # The fall over a fifth of the curve: that from one step to the next is mostly the noise of the batches. The
    # first ten values are averages of few batches, and left out.
    half = len(rates) // 10
    falls = curve[: -2 * half] - curve[2 * half :]
    candidates = falls[10 : max(lowest - half + 1, 11)]
    steepest = half + 10 + int(np.argmax(candidates)) if candidates.size else lowest
    return LearningRates(rates, losses, rates[min(steepest, lowest)], rates[lowest])
