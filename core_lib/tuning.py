"""Choosing what training does not choose: learning rate, width, batch size, …

Random search tries values that were drawn independently. With the same number of trials it finds better
ones than a grid, because a grid repeats each value of the parameter that matters for every value of those
that do not (Bergstra, Bengio: Random search for hyper-parameter optimization, JMLR 13, 2012).

Every trial has a seed, from which both its values and its training follow: any one can be repeated alone, and
trials that run at the same time give what they give one after the other.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    budget: int | None = None  # how long it was trained, where that differs between trials


@dataclass(frozen=True)
class SearchResult:
    """All trials of a search, in their order."""

    trials: list[Trial]
    maximize: bool

    @property
    def best(self) -> Trial:
        """The trial with the best value, of those that were trained longest; of equal ones the first."""
        finished = [trial for trial in self.trials if trial.value is not None]
        longest = max((trial.budget or 0 for trial in finished), default=0)
        finished = [trial for trial in finished if (trial.budget or 0) == longest]
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
            | ({} if t.budget is None else {"budget": t.budget})
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
    workers: int = 1,
    processes: bool = False,
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
    workers : int
        How many trials run at the same time, on threads. The objective must build all that it changes (network,
        optimizer) itself. As NumPy's matrix products use several cores already, measure whether it helps.
    processes : bool
        Use processes instead, which share nothing. The objective must then be in a module or a script with
        ``if __name__ == "__main__":``; one from a notebook cannot be sent to a process.

    Returns
    -------
    SearchResult
    """
    if trials < 1:
        raise DataError(f"random_search: at least one trial is needed; got {trials}.")
    seeds = [trial_seed(seed, number) for number in range(1, trials + 1)]
    runs = [(s, draw_params(space, s)) for s in seeds]
    return _run(objective, runs, maximize, progress, workers, processes)


def grid_search(
    objective: Objective,
    grid: Mapping[str, Sequence[Any]],
    *,
    seed: int,
    maximize: bool = True,
    progress: bool = True,
    workers: int = 1,
    processes: bool = False,
) -> SearchResult:
    """Try every combination of some values.

    Parameters
    ----------
    objective : function (params, seed) -> float
    grid : mapping of str to sequence
        ``{"lr": [0.1, 0.01], "hidden": [32, 64]}`` makes four trials.
    seed, maximize, progress, workers, processes
        As in `random_search`.

    Returns
    -------
    SearchResult
    """
    combinations = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    if not grid or not combinations:
        raise DataError(f"grid_search: each parameter needs at least one value; got {dict(grid)}.")
    runs = [(trial_seed(seed, number), params) for number, params in enumerate(combinations, start=1)]
    return _run(objective, runs, maximize, progress, workers, processes)


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
    objective: Objective,
    runs: Sequence[tuple[int, dict[str, Any]]],
    maximize: bool,
    progress: bool,
    workers: int,
    processes: bool,
) -> SearchResult:
    """Run the trials of a search; one that diverges has no value and does not stop the search."""
    found: list[float | None] = [None] * len(runs)
    tasks = [(params, seed) for seed, params in runs]
    for i, value in run_trials(objective, tasks, workers=workers, processes=processes):
        found[i] = value
        if progress:
            print_trial(f"trial {i + 1}/{len(runs)}", value, runs[i][1])
    trials = zip(runs, found, strict=True)
    return SearchResult(
        [Trial(i, seed, params, value) for i, ((seed, params), value) in enumerate(trials, start=1)], maximize
    )


def run_trials(
    objective: Callable[..., float], tasks: Sequence[tuple[Any, ...]], *, workers: int, processes: bool
) -> Iterator[tuple[int, float | None]]:
    """Call ``objective(*task)`` for each task, and yield (index, value) as they are done.

    The value is None where training diverged. Any other error ends the search; what has not begun is left out.
    """
    if workers < 1:
        raise DataError(f"workers must be at least 1; got {workers}.")
    if workers == 1:
        for i, task in enumerate(tasks):
            yield i, _attempt(objective, task)
        return
    from concurrent import futures

    executor: futures.Executor
    if processes:
        import multiprocessing

        _require_importable(objective)
        # a fresh interpreter: a copy of this one could wait for ever for a lock that a thread holds
        executor = futures.ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    else:
        executor = futures.ThreadPoolExecutor(workers, thread_name_prefix="trial")
    try:
        waiting = {executor.submit(_attempt, objective, task): i for i, task in enumerate(tasks)}
        for done in futures.as_completed(waiting):
            yield waiting[done], done.result()
    finally:
        executor.shutdown(cancel_futures=True)


def print_trial(what: str, value: float | None, params: Mapping[str, Any]) -> None:
    """Print a line about a trial."""
    figures = ", ".join(f"{k}={v:.3g}" if isinstance(v, float) else f"{k}={v}" for k, v in params.items())
    print(f"{what}  {'diverged' if value is None else f'{value:.4f}'}  {figures}", flush=True)


def _attempt(objective: Callable[..., float], task: tuple[Any, ...]) -> float | None:
    """Run one trial, with parameters that are its own to change."""
    params, *rest = task
    try:
        value = float(objective(dict(params), *rest))
    except NonFiniteError:
        return None
    return value if math.isfinite(value) else None


def _require_importable(objective: Callable[..., float]) -> None:
    """Refuse a function that another process cannot find."""
    import sys

    module = sys.modules.get(getattr(objective, "__module__", "") or "")
    name = getattr(objective, "__qualname__", "?")
    if getattr(module, name, None) is not objective or not hasattr(module, "__file__"):
        raise DataError(
            f"the objective {name} cannot be sent to another process: it is no function of a module, but from a "
            "notebook or from inside of another function. Use threads (processes=False), or move it to a file."
        )
