"""Schedules: their shapes, PyTorch's where it has them, and how they fit the trainer."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from core_lib import (
    SGD,
    Adam,
    Cosine,
    Dataset,
    Dense,
    ExponentialDecay,
    MeanSquaredError,
    OneCycle,
    ReduceOnPlateau,
    StepDecay,
    Trainer,
    WarmUp,
)
from core_lib.errors import DataError


def rates(schedule: Any, n: int) -> list[float]:
    return [schedule(step) for step in range(n)]


def test_steps() -> None:
    assert rates(StepDecay(1.0, every=2, factor=0.5), 5) == [1, 1, 0.5, 0.5, 0.25]


def test_exponential() -> None:
    assert rates(ExponentialDecay(1.0, factor=0.25, every=2), 3) == [1, 0.5, 0.25]


def test_cosine_ends_and_stays() -> None:
    schedule = Cosine(1.0, 4, end=0.2)
    np.testing.assert_allclose(rates(schedule, 6), [1, 0.2 + 0.8 * 0.8535534, 0.6, 0.3171573, 0.2, 0.2])


def test_warm_up_then_what_follows() -> None:
    assert rates(WarmUp(4, 1.0), 6) == [0.25, 0.5, 0.75, 1, 1, 1]
    assert rates(WarmUp(2, StepDecay(1.0, every=1, factor=0.5)), 5) == [0.5, 1, 1, 0.5, 0.25]
    assert rates(WarmUp(2, lambda step: 1 / (1 + step)), 4) == [0.5, 1, 1, 0.5]


def test_one_cycle_rises_and_falls() -> None:
    found = rates(OneCycle(2.0, 100), 120)
    top = int(np.argmax(found))
    assert found[0] == pytest.approx(0.08)
    assert found[top] == pytest.approx(2.0)
    assert top == 29
    assert all(a < b for a, b in itertools.pairwise(found[: top + 1]))
    assert all(a > b for a, b in itertools.pairwise(found[top:100]))
    assert found[99] == found[119] == pytest.approx(8e-6)
    assert all(math.isfinite(rate) for rate in rates(OneCycle(1.0, 1), 3) + rates(OneCycle(1.0, 2), 3))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (StepDecay(0.1, every=3, factor=0.5), lambda t, o: t.StepLR(o, 3, gamma=0.5)),
        (ExponentialDecay(0.1, factor=0.9), lambda t, o: t.ExponentialLR(o, 0.9)),
        (Cosine(0.1, 20, end=0.01), lambda t, o: t.CosineAnnealingLR(o, 20, eta_min=0.01)),
        (OneCycle(0.1, 21), lambda t, o: t.OneCycleLR(o, max_lr=0.1, total_steps=21)),
        (
            WarmUp(5, 0.1),
            lambda t, o: t.LinearLR(o, start_factor=0.2, end_factor=1.0, total_iters=4),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_pytorch_has_the_same(ours: Any, theirs: Any) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    schedule = theirs(torch.optim.lr_scheduler, optimizer)
    for step in range(20):
        assert ours(step) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-5), step
        optimizer.step()
        schedule.step()


class TestInTheOptimizer:
    def test_each_step_has_its_rate(self) -> None:
        optimizer, theta = SGD(StepDecay(1.0, every=1, factor=0.5)), np.zeros(1)
        found = []
        for _ in range(3):
            optimizer.step(theta, np.ones(1))
            found.append(optimizer.lr)
        assert found == [1, 0.5, 0.25]
        assert theta[0] == -1.75

    def test_any_function_will_do_and_a_rate_of_zero(self) -> None:
        optimizer, theta = SGD(lambda step: np.float64(step)), np.zeros(1, np.float32)
        optimizer.step(theta, np.ones(1, np.float32))
        assert theta[0] == 0
        optimizer.step(theta, np.ones(1, np.float32))
        assert theta[0] == -1
        assert type(optimizer.lr) is float

    def test_rates_that_make_no_sense(self) -> None:
        with pytest.raises(DataError, match="learning rate"):
            SGD(lambda step: -1.0)
        optimizer = SGD(lambda step: 1.0 if step == 0 else math.nan)
        optimizer.step(np.zeros(1), np.ones(1))
        with pytest.raises(DataError, match="after 1 steps"):
            optimizer.step(np.zeros(1), np.ones(1))

    def test_in_the_trainer_steps_are_batches(self) -> None:
        x = np.random.default_rng(0).standard_normal((2, 50))
        data = Dataset(x, x[:1] * 3)
        steps = 4 * data.count_batches(8)
        trainer = Trainer(
            Dense(2, 1, rng=np.random.default_rng(0)), MeanSquaredError(), Adam(Cosine(0.1, steps))
        )
        trainer.fit(data, epochs=4, batch_size=8, progress=0)
        assert data.count_batches(8) == 7
        assert trainer.optimizer.steps == steps == 28
        assert trainer.optimizer.lr == pytest.approx(Cosine(0.1, steps)(27))
        with pytest.raises(DataError, match="batch_size"):
            data.count_batches(0)


class TestReduceOnPlateau:
    def trainer(self, lr: Any = 0.1) -> Trainer:
        return Trainer(Dense(1, 1, rng=np.random.default_rng(0)), MeanSquaredError(), SGD(lr))

    def test_after_epochs_without_improvement(self) -> None:
        t, reduce = self.trainer(), ReduceOnPlateau("train_loss", factor=0.5, patience=2, smallest=0.03)
        found = []
        for loss in (1.0, 0.5, 0.5, 0.6, 0.5, 0.4, 0.4, 0.4, 0.4, 0.4):
            assert not reduce.after_epoch(t, {"train_loss": loss})
            found.append(t.optimizer.lr)
        assert found == [0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.03, 0.03, 0.03]

    def test_accuracy_is_to_be_high(self) -> None:
        t, reduce = self.trainer(), ReduceOnPlateau("validation_accuracy", patience=1)
        for value, rate in ((0.5, 0.1), (0.6, 0.1), (0.6, 0.05)):
            reduce.after_epoch(t, {"validation_accuracy": value})
            assert t.optimizer.lr == rate

    def test_refused(self) -> None:
        with pytest.raises(DataError, match="validation set"):
            ReduceOnPlateau().after_epoch(self.trainer(), {"train_loss": 1.0})
        with pytest.raises(DataError, match="already follows Cosine"):
            ReduceOnPlateau("train_loss").after_epoch(self.trainer(Cosine(0.1, 5)), {"train_loss": 1.0})


@pytest.mark.parametrize(
    "make",
    [
        lambda: StepDecay(0, every=1),
        lambda: StepDecay(1, every=0),
        lambda: Cosine(1, 0),
        lambda: Cosine(1, 5, end=-1),
        lambda: WarmUp(0, 1.0),
        lambda: WarmUp(1, 0.0),
        lambda: OneCycle(1, 10, rise=1.0),
        lambda: ReduceOnPlateau(factor=1.0),
        lambda: ReduceOnPlateau(patience=0),
    ],
)
def test_settings_refused(make: Any) -> None:
    with pytest.raises(DataError):
        make()
