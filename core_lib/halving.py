"""Tuning that gives up early on what does not look good: successive halving and Hyperband.

Most trials show after a few epochs that they will not be the best. So all get a small budget, the best third gets
three times as much, the best third of these again, and so on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from core_lib.errors import DataError
from core_lib.tuning import SearchResult, Space, Trial, draw_params, print_trial, run_trials, trial_seed

BudgetObjective: TypeAlias = Callable[[dict[str, Any], int, int], float]


def successive_halving(
    objective: BudgetObjective,
    space: Mapping[str, Space],
    *,
    trials: int,
    max_budget: int,
    min_budget: int = 1,
    factor: int = 3,
    seed: int,
    maximize: bool = True,
    progress: bool = True,
    workers: int = 1,
    processes: bool = False,
) -> SearchResult:
    r"""Try values drawn at random with a small budget, and go on with the best 1/η of them.

    In round i = 0, 1, … each of the trials that are left is trained with the budget

    .. math:: r_i = \min(r_0 η^i, R)

    and :math:`⌊n / η^{i+1}⌋` of them, but at least one, go on, until the budget is R.

    Parameters
    ----------
    objective : function (params, seed, budget) -> float
        Trains with these values for `budget` epochs, *from the beginning*, drawing all its random numbers from
        `seed`, and returns what to compare on the development set.
    space : mapping of str to Space
    trials : int
        n.
    max_budget, min_budget : int
        R and r₀, in epochs.
    factor : int
        η.
    seed, maximize, progress, workers, processes
        As in `random_search`.

    Returns
    -------
    SearchResult
        Each trial with the value of its last round and, as ``budget``, how far it came. ``best`` is the best of
        those that came to the end.

    References
    ----------
    Jamieson, Talwalkar: Non-stochastic best arm identification and hyperparameter optimization, AISTATS 2016.
    """
    _check(min_budget, max_budget, factor)
    if trials < 1:
        raise DataError(f"successive_halving: at least one trial is needed; got {trials}.")
    drawn = {number: trial_seed(seed, number) for number in range(1, trials + 1)}
    found = _halve(
        objective, space, drawn, min_budget, max_budget, factor, maximize, progress, workers, processes
    )
    return SearchResult([found[number] for number in sorted(found)], maximize)


def hyperband(
    objective: BudgetObjective,
    space: Mapping[str, Space],
    *,
    max_budget: int,
    factor: int = 3,
    seed: int,
    maximize: bool = True,
    progress: bool = True,
    workers: int = 1,
    processes: bool = False,
) -> SearchResult:
    r"""Run successive halving several times: from many trials with a small first budget to few with a large one.

    How small a budget tells good from bad is not known beforehand. With
    :math:`s_{max} = ⌊\log_η R⌋`, for :math:`s = s_{max}, …, 0`:

    .. math:: n = \Bigl\lceil \frac{s_{max} + 1}{s + 1} η^s \Bigr\rceil \text{ trials, beginning with } r_0 = R η^{-s}

    so that each s costs about the same.

    Parameters
    ----------
    objective : function (params, seed, budget) -> float
    space : mapping of str to Space
    max_budget : int
        R, in epochs.
    factor : int
        η.
    seed, maximize, progress, workers, processes
        As in `random_search`.

    Returns
    -------
    SearchResult
        As of `successive_halving`.

    References
    ----------
    Li, Jamieson, DeSalvo, Rostamizadeh, Talwalkar: Hyperband, JMLR 18 (2018), algorithm 1.
    """
    _check(1, max_budget, factor)
    largest = 0
    while factor ** (largest + 1) <= max_budget:  # the logarithm, without its rounding
        largest += 1
    found: dict[int, Trial] = {}
    for s in range(largest, -1, -1):
        n = math.ceil((largest + 1) / (s + 1) * factor**s)
        drawn = {number: trial_seed(seed, number) for number in range(len(found) + 1, len(found) + n + 1)}
        first = max(max_budget // factor**s, 1)
        found |= _halve(
            objective, space, drawn, first, max_budget, factor, maximize, progress, workers, processes
        )
    return SearchResult([found[number] for number in sorted(found)], maximize)


def _halve(
    objective: BudgetObjective,
    space: Mapping[str, Space],
    drawn: Mapping[int, int],
    budget: int,
    max_budget: int,
    factor: int,
    maximize: bool,
    progress: bool,
    workers: int,
    processes: bool,
) -> dict[int, Trial]:
    """Run the rounds for the trials `drawn`, by number with their seeds."""
    sign = 1.0 if maximize else -1.0
    params = {number: draw_params(space, s) for number, s in drawn.items()}
    found: dict[int, Trial] = {}
    alive = sorted(drawn)
    while True:
        tasks = [(params[number], drawn[number], budget) for number in alive]
        for i, value in run_trials(objective, tasks, workers=workers, processes=processes):
            number = alive[i]
            found[number] = Trial(number, drawn[number], params[number], value, budget)
            if progress:
                print_trial(f"budget {budget}  trial {number}", value, params[number])
        ranked = sorted(  # of equal ones the first; diverged ones never go on
            (number for number in alive if found[number].value is not None),
            key=lambda number: (-sign * float(found[number].value or 0.0), number),
        )
        if budget >= max_budget or not ranked:
            return found
        alive = sorted(ranked[: max(len(alive) // factor, 1)])
        budget = min(budget * factor, max_budget)


def _check(min_budget: int, max_budget: int, factor: int) -> None:
    """Refuse budgets that make no sense."""
    if not 1 <= min_budget <= max_budget:
        raise DataError(
            f"budgets must be at least 1, the smallest not above the largest; got {min_budget}, {max_budget}."
        )
    if factor < 2:
        raise DataError(f"factor must be at least 2; got {factor}.")
