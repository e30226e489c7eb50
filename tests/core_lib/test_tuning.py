"""Trials at the same time, successive halving, Hyperband, and the learning-rate range finder."""

from __future__ import annotations

import math
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from core_lib import (
    SGD,
    Adam,
    Choice,
    Cosine,
    Dataset,
    Dense,
    Dropout,
    LogUniform,
    ReLU,
    Sequential,
    SoftmaxCrossEntropy,
    Trainer,
    Uniform,
    find_learning_rate,
    grid_search,
    hyperband,
    random_search,
    successive_halving,
)
from core_lib.errors import DataError, NonFiniteError

SPACE = {"lr": LogUniform(1e-3, 1.0), "hidden": Choice(4, 8)}


def data(seed: int = 0) -> Dataset:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((4, 80))
    return Dataset(x, (x[0] * x[1] > 0).astype(int))


def objective(params: dict[str, Any], seed: int, budget: int = 2) -> float:
    """Real training, with dropout, that takes longer for some trials than for others."""
    if seed % 5 == 0:
        raise NonFiniteError("diverged")
    time.sleep((seed % 7) / 500)
    rng = np.random.default_rng(seed)
    net = Sequential(
        Dense(4, params["hidden"], rng=rng),
        ReLU(),
        Dropout(0.2, rng=rng),
        Dense(params["hidden"], 2, rng=rng),
    )
    trainer = Trainer(net, SoftmaxCrossEntropy(), Adam(lr=params["lr"]))
    trainer.fit(data(), epochs=budget, seed=seed, progress=0)
    params["changed"] = True  # an objective that spoils its parameters
    return trainer.evaluate(data(1))["loss"]


class TestSideBySide:
    def test_threads_change_nothing(self) -> None:
        def search(workers: int) -> Any:
            return random_search(
                objective, SPACE, trials=12, seed=1, maximize=False, progress=False, workers=workers
            )

        alone = search(1)
        assert alone == search(2) == search(5)
        assert [trial.trial for trial in alone.trials] == list(range(1, 13))
        assert any(trial.value is None for trial in alone.trials)
        assert all("changed" not in trial.params for trial in alone.trials)

    def test_processes_change_nothing(self) -> None:
        grid = {"lr": [0.01, 0.1], "hidden": [4]}
        alone = grid_search(objective, grid, seed=1, progress=False)
        assert alone == grid_search(objective, grid, seed=1, progress=False, workers=2, processes=True)

    def test_they_do_run_at_the_same_time(self) -> None:
        barrier = threading.Barrier(3, timeout=20)

        def meet(params: dict[str, Any], seed: int) -> float:
            barrier.wait()  # breaks unless three are here at once
            return 1.0

        assert len(grid_search(meet, {"a": [1, 2, 3]}, seed=0, progress=False, workers=3).trials) == 3

    def test_progress_comes_as_they_are_done(self, capsys: pytest.CaptureFixture[str]) -> None:
        def slow_first(params: dict[str, Any], seed: int) -> float:
            time.sleep(0.2 if params["a"] == 1 else 0)
            return float(params["a"])

        grid_search(slow_first, {"a": [1, 2]}, seed=0, workers=2)
        assert [line.split()[1] for line in capsys.readouterr().out.splitlines()] == ["2/2", "1/2"]

    def test_an_error_ends_the_search(self) -> None:
        begun = []

        def fail(params: dict[str, Any], seed: int) -> float:
            begun.append(params)
            time.sleep(0.01)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            grid_search(fail, {"a": list(range(200))}, seed=0, progress=False, workers=2)
        assert len(begun) < 100

    def test_functions_that_no_process_can_find(self) -> None:
        def local(params: dict[str, Any], seed: int) -> float:
            return 1.0

        for bad in (local, lambda params, seed: 1.0):
            with pytest.raises(DataError, match="cannot be sent to another process"):
                grid_search(bad, {"a": [1]}, seed=0, progress=False, workers=2, processes=True)

    def test_a_function_from_a_notebook(self) -> None:
        """Its module is __main__ and has no file."""
        code = (
            "from core_lib import grid_search\n"
            "def objective(params, seed): return params['a']\n"
            "print(grid_search(objective, {'a': [1, 2]}, seed=0, progress=False, workers=2).best.value)\n"
            "try:\n"
            "    grid_search(objective, {'a': [1, 2]}, seed=0, workers=2, processes=True)\n"
            "except ValueError as error:\n"
            "    print(error)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
        )
        first, second = done.stdout.splitlines()
        assert first == "2.0"
        assert "notebook" in second

    def test_workers(self) -> None:
        with pytest.raises(DataError, match="workers"):
            grid_search(objective, {"a": [1]}, seed=0, workers=0)


def quality(params: dict[str, Any], seed: int, budget: int) -> float:
    """The larger x and the longer the training, the better."""
    return float(params["x"]) + 0.001 * budget


class TestHalving:
    space: ClassVar[dict[str, Uniform]] = {"x": Uniform(0, 1)}

    def test_the_rounds(self) -> None:
        calls: list[int] = []

        def count(params: dict[str, Any], seed: int, budget: int) -> float:
            calls.append(budget)
            return quality(params, seed, budget)

        search = successive_halving(
            count, self.space, trials=27, max_budget=20, min_budget=2, seed=0, progress=False
        )
        assert {b: calls.count(b) for b in set(calls)} == {2: 27, 6: 9, 18: 3, 20: 1}
        assert len(search.trials) == 27
        best = max(search.trials, key=lambda trial: trial.params["x"])
        assert search.best == best
        assert best.budget == 20
        assert sorted(t.budget or 0 for t in search.trials) == [2] * 18 + [6] * 6 + [18] * 2 + [20]
        assert search.to_list()[0]["budget"] == search.trials[0].budget

    def test_down(self) -> None:
        search = successive_halving(
            quality, self.space, trials=9, max_budget=9, seed=0, maximize=False, progress=False
        )
        assert search.best.params["x"] == min(t.params["x"] for t in search.trials)

    def test_a_short_training_that_looks_good_is_not_the_best(self) -> None:
        """Values of different budgets are not compared."""

        def overfits(params: dict[str, Any], seed: int, budget: int) -> float:
            return float(params["x"]) - budget

        search = successive_halving(overfits, self.space, trials=9, max_budget=9, seed=0, progress=False)
        assert search.best.budget == 9

    def test_diverged_trials_never_go_on(self) -> None:
        def diverges(params: dict[str, Any], seed: int, budget: int) -> float:
            if params["x"] > 0.6:
                raise NonFiniteError("diverged")
            return quality(params, seed, budget)

        search = successive_halving(diverges, self.space, trials=9, max_budget=9, seed=0, progress=False)
        assert search.best.params["x"] <= 0.6
        alive = [t for t in search.trials if t.value is not None]
        assert len(alive) == 3  # a third of the nine that began, not of those that are left
        assert sorted(t.budget or 0 for t in alive) == [3, 3, 9]
        assert all(t.budget == 1 for t in search.trials if t.value is None)
        nothing = successive_halving(
            lambda *_: math.nan, self.space, trials=3, max_budget=9, seed=0, progress=False
        )
        with pytest.raises(DataError, match="all diverged"):
            _ = nothing.best

    def test_hyperband(self) -> None:
        calls: list[tuple[int, int]] = []

        def count(params: dict[str, Any], seed: int, budget: int) -> float:
            calls.append((seed, budget))
            return quality(params, seed, budget)

        search = hyperband(count, self.space, max_budget=9, seed=3, progress=False)
        # s = 2: 9 at 1, 3 at 3, 1 at 9; s = 1: 5 at 3, 1 at 9; s = 0: 3 at 9
        assert len(search.trials) == 9 + 5 + 3
        assert {b: sum(c == b for _, c in calls) for b in (1, 3, 9)} == {1: 9, 3: 3 + 5, 9: 1 + 1 + 3}
        assert len({trial.seed for trial in search.trials}) == 17
        assert search.best.budget == 9
        assert search == hyperband(quality, self.space, max_budget=9, seed=3, progress=False, workers=4)
        assert len(hyperband(quality, self.space, max_budget=1, seed=0, progress=False).trials) == 1

    def test_real_training_side_by_side(self) -> None:
        searches = [
            successive_halving(
                objective,
                SPACE,
                trials=6,
                max_budget=4,
                factor=2,
                seed=2,
                maximize=False,
                progress=False,
                workers=w,
            )
            for w in (1, 3)
        ]
        assert searches[0] == searches[1]
        best = searches[0].best
        assert objective(dict(best.params), best.seed, best.budget or 0) == best.value

    @pytest.mark.parametrize(
        "settings",
        [
            {"trials": 0, "max_budget": 3},
            {"trials": 3, "max_budget": 0},
            {"trials": 3, "max_budget": 3, "min_budget": 4},
            {"trials": 3, "max_budget": 3, "factor": 1},
        ],
    )
    def test_refused(self, settings: dict[str, int]) -> None:
        with pytest.raises(DataError):
            successive_halving(quality, self.space, seed=0, **settings)

    def test_progress(self, capsys: pytest.CaptureFixture[str]) -> None:
        successive_halving(quality, self.space, trials=3, max_budget=3, seed=0)
        assert capsys.readouterr().out.splitlines()[-1].startswith("budget 3  trial")


class TestLearningRateFinder:
    def trainer(self, lr: Any = 0.01) -> Trainer:
        rng = np.random.default_rng(0)
        net = Sequential(Dense(4, 32, rng=rng), ReLU(), Dropout(0.1, rng=rng), Dense(32, 2, rng=rng))
        return Trainer(net, SoftmaxCrossEntropy(), SGD(lr=lr))

    def test_a_rate_that_trains_and_one_that_does_not(self) -> None:
        found = find_learning_rate(self.trainer(), data(), low=1e-4, high=1e3, seed=0)
        assert found.rates == sorted(found.rates)
        assert len(found.rates) == len(found.losses) < 100  # it exploded on the way
        assert 1e-3 < found.steepest <= found.largest < 100
        good = self.trainer(found.steepest)
        good.fit(data(), epochs=40, progress=0)
        assert good.evaluate(data())["loss"] < 0.6

    def test_the_trainer_is_not_changed(self) -> None:
        t, untouched = self.trainer(Cosine(0.1, 50)), self.trainer(Cosine(0.1, 50))
        a = find_learning_rate(t, data(), steps=20)
        assert a == find_learning_rate(t, data(), steps=20)
        assert a.rates[0] == pytest.approx(1e-6)  # not the schedule's
        for each in (t, untouched):
            each.fit(data(), epochs=2, progress=0)
        np.testing.assert_array_equal(t.flat.theta, untouched.flat.theta)
        assert t.history == untouched.history

    def test_the_range(self) -> None:
        found = find_learning_rate(self.trainer(), data(), low=1e-5, high=1e-3, steps=30, batch_size=16)
        assert len(found.rates) == 30
        assert found.rates[0] == pytest.approx(1e-5)
        assert found.rates[-1] == pytest.approx(1e-3)

    def test_refused(self) -> None:
        with pytest.raises(DataError, match="low below high"):
            find_learning_rate(self.trainer(), data(), low=1.0, high=0.1)
        with pytest.raises(DataError, match="diverged after"):
            find_learning_rate(self.trainer(), data(), low=1e30, high=1e37)
