"""Choosing what training does not choose: learning rate, width, batch size, …

Random search tries values that were drawn independently. With the same number of trials it finds better
ones than a grid, because a grid repeats each value of the parameter that matters for every value of those
that do not (Bergstra, Bengio: Random search for hyper-parameter optimization, JMLR 13, 2012).

Every trial has a seed, from which both its values and its training follow: any one can be repeated alone.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core_lib.errors import DataError, NonFiniteError
from core_lib.files import to_json, write_atomically

Objective = Callable[[dict[str, Any], int], float]


class Space:
    """The values that a parameter may take. A subclass writes `draw`."""

    def draw(self, rng: np.random.Generator) -> Any:
        """Draw a value, of a plain Python type."""
        raise NotImplementedError


class Choice(Space):
    """One of a few values, each as likely.

    Parameters
    ----------
    *values
    """

    def __init__(self, *values: Any) -> None:
        if not values:
            raise DataError("Choice needs at least one value.")
        self.values = values

    def draw(self, rng: np.random.Generator) -> Any:
        """Draw one of the values."""
        return self.values[int(rng.integers(len(self.values)))]


class Uniform(Space):
    """A number between two bounds."""

    def __init__(self, low: float, high: float) -> None:
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise DataError(f"Uniform: low must be below high; got {low} and {high}.")
        self.low, self.high = float(low), float(high)

    def draw(self, rng: np.random.Generator) -> float:
        """Draw from U[low, high]."""
        return float(rng.uniform(self.low, self.high))


class LogUniform(Space):
    """A number between two bounds whose logarithm is uniform: as likely in 0.001–0.01 as in 0.01–0.1.

    For learning rates and strengths of penalties, of which only the order of magnitude is unknown.
    """

    def __init__(self, low: float, high: float) -> None:
        if not 0 < low < high < math.inf:
            raise DataError(f"LogUniform: bounds must be positive, low below high; got {low} and {high}.")
        self.low, self.high = float(low), float(high)

    def draw(self, rng: np.random.Generator) -> float:
        """Draw exp(U[log low, log high])."""
        return math.exp(rng.uniform(math.log(self.low), math.log(self.high)))


class IntUniform(Space):
    """A whole number from low to high, both included."""

    def __init__(self, low: int, high: int) -> None:
        if not low <= high:
            raise DataError(f"IntUniform: low must not be above high; got {low} and {high}.")
        self.low, self.high = int(low), int(high)

    def draw(self, rng: np.random.Generator) -> int:
        """Draw one of the whole numbers."""
        return int(rng.integers(self.low, self.high + 1))


@dataclass(frozen=True)
class Trial:
    """A set of values, and what came of it."""

    trial: int  # 1, 2, 3, …
    seed: int
    params: dict[str, Any]
    value: float | None  # None if training diverged


@dataclass(frozen=True)
class SearchResult:
    """All trials of a search, in their order."""

    trials: list[Trial]
    maximize: bool

    @property
    def best(self) -> Trial:
        """The trial with the best value; of equal ones the first."""
        finished = [trial for trial in self.trials if trial.value is not None]
        if not finished:
            raise DataError(
                f"none of the {len(self.trials)} trials has a value: all diverged. Narrow the space."
            )
        sign = 1.0 if self.maximize else -1.0
        return max(finished, key=lambda trial: sign * (trial.value if trial.value is not None else -math.inf))

    def to_list(self) -> list[dict[str, Any]]:
        """Give the trials as they stand in ``results/metrics.json``."""
        return [
            {"trial": t.trial, "seed": t.seed, "params": dict(t.params), "value": t.value}
            for t in self.trials
        ]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the trials as JSON."""
        write_atomically(path, to_json(self.to_list()))


def random_search(
    objective: Objective,
    space: Mapping[str, Space],
    *,
    trials: int,
    seed: int,
    maximize: bool = True,
    progress: bool = True,
) -> SearchResult:
    """Try values that are drawn at random.

    Parameters
    ----------
    objective : function (params, seed) -> float
        Trains with these values, drawing all its random numbers from `seed`, and returns what to compare:
        the accuracy on the *development* set, never on the test set.
    space : mapping of str to Space
        ``{"lr": LogUniform(1e-4, 1e-1), "hidden": Choice(32, 64, 128)}``.
    trials : int
    seed : int
        Gives the trials their seeds. The first trials of a longer search are those of a shorter one.
    maximize : bool
    progress : bool
        Print a line a trial.

    Returns
    -------
    SearchResult
    """
    if trials < 1:
        raise DataError(f"random_search: at least one trial is needed; got {trials}.")
    seeds = [trial_seed(seed, number) for number in range(1, trials + 1)]
    return _run(objective, [(s, draw_params(space, s)) for s in seeds], maximize, progress)


def grid_search(
    objective: Objective,
    grid: Mapping[str, Sequence[Any]],
    *,
    seed: int,
    maximize: bool = True,
    progress: bool = True,
) -> SearchResult:
    """Try every combination of some values.

    Parameters
    ----------
    objective : function (params, seed) -> float
    grid : mapping of str to sequence
        ``{"lr": [0.1, 0.01], "hidden": [32, 64]}`` makes four trials.
    seed, maximize, progress
        As in `random_search`.

    Returns
    -------
    SearchResult
    """
    combinations = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    if not grid or not combinations:
        raise DataError(f"grid_search: each parameter needs at least one value; got {dict(grid)}.")
    runs = [(trial_seed(seed, number), params) for number, params in enumerate(combinations, start=1)]
    return _run(objective, runs, maximize, progress)


def trial_seed(seed: int, number: int) -> int:
    """Give the seed of a trial: far apart for neighboring numbers, the same on every machine."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


def draw_params(space: Mapping[str, Space], seed: int) -> dict[str, Any]:
    """Draw the values of the trial with this seed."""
    for name, values in space.items():
        if not isinstance(values, Space):
            raise DataError(f"random_search: {name} must be a Space such as Choice(1, 2, 3); got {values!r}.")
    rng = np.random.default_rng(seed)
    return {name: values.draw(rng) for name, values in space.items()}


def _run(
    objective: Objective, runs: Sequence[tuple[int, dict[str, Any]]], maximize: bool, progress: bool
) -> SearchResult:
    """Run the trials one after the other; one that diverges has no value and does not stop the search."""
    done = []
    for number, (seed, params) in enumerate(runs, start=1):
        value: float | None = None
        try:
            value = float(objective(dict(params), seed))
        except NonFiniteError:
            value = None
        if value is not None and not math.isfinite(value):
            value = None
        done.append(Trial(number, seed, params, value))
        if progress:
            figures = ", ".join(
                f"{k}={v:.3g}" if isinstance(v, float) else f"{k}={v}" for k, v in params.items()
            )
            print(
                f"trial {number}/{len(runs)}  {'diverged' if value is None else f'{value:.4f}'}  {figures}",
                flush=True,
            )
    return SearchResult(done, maximize)
