"""Training in several processes: the same numbers as in one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core_lib import (
    L2,
    SGD,
    Adam,
    BatchNorm,
    ClipNorm,
    Dataset,
    Dense,
    Embedding,
    MeanOverSteps,
    MeanSquaredError,
    Momentum,
    Sequential,
    SoftmaxCrossEntropy,
    Tanh,
    Trainer,
    find_learning_rate,
    load_checkpoint,
    save_checkpoint,
)
from core_lib import processes as module
from core_lib.base import Array, Layer
from core_lib.losses import Loss
from core_lib.optimizers import Optimizer
from core_lib.parameters import is_flat, snapshot
from tests.core_lib.found import subclasses
from tests.core_lib.networks import batch, cnn, dropping, mlp

pytest.importorskip("threadpoolctl", reason="threadpoolctl is not installed: there is only one process")

OPTIMIZERS = subclasses(Optimizer)


@pytest.fixture(autouse=True)
def few_parameters_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that all processes make the update, as they do for larger networks."""
    monkeypatch.setattr(module, "FEW", 0)


class Own(SGD):
    """An optimizer that does not work block by block."""

    def step(self, theta: Array, grad: Array) -> None:
        theta -= self.lr * grad / (1e-8 + np.linalg.norm(grad))


def trainer_of(net: Layer, optimizer: Optimizer | None = None, **settings: Any) -> Trainer:
    settings.setdefault("processes", 2)
    return Trainer(net, SoftmaxCrossEntropy(), optimizer or SGD(0.1), **settings)


def team_of(trainer: Trainer) -> module.Processes:
    assert trainer._team is not None
    return trainer._team


class TestTheSame:
    @pytest.mark.parametrize(("net", "shape"), [(mlp, (6,)), (cnn, (1, 8, 8))], ids=["mlp", "cnn"])
    @pytest.mark.parametrize("processes", [2, 3])
    def test_as_in_one_process(
        self, net: Callable[[], Layer], shape: tuple[int, ...], processes: int
    ) -> None:
        """Losses, parameters and the moving averages, to rounding, in float64; batches of all sizes, also of one."""
        runs = []
        for count in (1, processes):
            trainer = trainer_of(net().astype(np.float64), Momentum(0.05), processes=count)
            losses = []
            for n in (16, 17, 40, 3, 1, 16):
                x, y = batch(shape, n)
                losses.append(trainer.step(x.astype(np.float64), y))
            runs.append((losses, snapshot(trainer.net)))
        np.testing.assert_allclose(runs[1][0], runs[0][0], rtol=1e-9)
        for name, value in runs[0][1].items():
            np.testing.assert_allclose(runs[1][1][name], value, rtol=1e-7, atol=1e-9, err_msg=name)

    def test_with_batch_norm_whose_mean_is_far_from_zero_in_one_part_only(self) -> None:
        x, y = batch((6,), 16)
        x[:, :8] += 50.0
        found = []
        for count in (1, 2):
            net = Sequential(BatchNorm(6), Dense(6, 4, rng=np.random.default_rng(0)))
            trainer = trainer_of(net, processes=count)
            found.append([trainer.step(x, y) for _ in range(4)])
        np.testing.assert_allclose(found[1], found[0], rtol=1e-5)

    @pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.__name__)
    def test_with_every_optimizer(self, kind: type[Optimizer]) -> None:
        x, y = batch((6,), 16)
        found = []
        for count in (1, 2):
            # no batch norm: a bias before it has no gradient but rounding, and what is made of that is arbitrary
            rng = np.random.default_rng(0)
            net = Sequential(Dense(6, 16, rng=rng), Tanh(), Dense(16, 4, rng=rng)).astype(np.float64)
            trainer = trainer_of(net, kind(lr=lambda t: 0.01 / (1 + t)), processes=count)
            for _ in range(4):
                trainer.step(x.astype(np.float64), y)
            found.append(trainer.flat.theta.copy())
            assert trainer.optimizer.steps == 4
        np.testing.assert_allclose(found[1], found[0], rtol=1e-7, atol=1e-9)

    def test_with_penalties_clipping_and_an_optimizer_that_is_not_cut(self) -> None:
        x, y = batch((6,), 16)
        for settings in ({"penalty": L2(1e-2)}, {"clip": ClipNorm(0.1)}):
            for optimizer in (Adam, Own):
                found = []
                for count in (1, 2):
                    trainer = trainer_of(
                        mlp().astype(np.float64), optimizer(0.01), processes=count, **settings
                    )
                    found.append([trainer.step(x.astype(np.float64), y) for _ in range(4)])
                np.testing.assert_allclose(found[1], found[0], rtol=1e-9)

    def test_with_few_parameters_one_process_makes_the_update(self, monkeypatch: pytest.MonkeyPatch) -> None:
        x, y = batch((6,), 16)
        found = []
        for few in (0, 10**6):
            monkeypatch.setattr(module, "FEW", few)
            trainer = trainer_of(mlp(), Adam(0.01))
            found.append([trainer.step(x, y) for _ in range(4)])
            assert bool(team_of(trainer).shared_state) == (few == 0)
        assert found[0] == found[1]

    def test_the_gradient_is_that_of_the_whole_batch_after_a_step(self) -> None:
        x, y = batch((6,), 16)
        one, two = trainer_of(mlp(), processes=1), trainer_of(mlp())
        one.step(x, y)
        two.step(x, y)
        np.testing.assert_allclose(two.flat.grad, one.flat.grad, rtol=1e-3, atol=1e-6)

    def test_a_run_repeats_exactly(self) -> None:
        data, found = Dataset(*batch((1, 8, 8), 20)), []
        for _ in range(2):
            trainer = trainer_of(cnn(), Adam(0.01))
            trainer.fit(data, epochs=3, batch_size=7, progress=0)
            found.append(trainer.flat.theta.copy())
        np.testing.assert_array_equal(found[0], found[1])

    def test_tokens_and_regression(self) -> None:
        rng = np.random.default_rng(0)
        x = rng.integers(0, 9, (5, 30))
        y = x.mean(axis=0, dtype=np.float32)
        found = []
        for count in (1, 2):
            rng = np.random.default_rng(0)
            net = Sequential(Embedding(9, 4, rng=rng), MeanOverSteps(), Dense(4, 1, rng=rng))
            trainer = Trainer(net, MeanSquaredError(), SGD(0.1), processes=count)
            found.append(trainer.fit(Dataset(x, y), epochs=5, batch_size=10, progress=0).series["train_loss"])
        np.testing.assert_allclose(found[1], found[0], rtol=1e-4)

    def test_modes_are_followed(self) -> None:
        """A layer that is frozen in evaluation mode is so in all parts."""
        x, y = batch((6,), 8)
        found = []
        for count in (1, 2):
            trainer = trainer_of(mlp(), processes=count)
            trainer.step(x, y)
            trainer.net.layers[1].training = False  # type: ignore[attr-defined]
            found.append([trainer.step(x, y) for _ in range(3)])
        np.testing.assert_allclose(found[1], found[0], rtol=1e-4)

    def test_a_learning_rate_is_found(self) -> None:
        data = Dataset(*batch((6,), 64))
        found = [
            find_learning_rate(trainer_of(mlp(), processes=count), data, batch_size=16, steps=30)
            for count in (1, 2)
        ]
        np.testing.assert_allclose(found[1].losses[:10], found[0].losses[:10], rtol=1e-3)


class TestChance:
    def test_parts_drop_other_units_than_with_another_seed(self) -> None:
        """Each part draws masks of its own: two equal examples in two parts do not give twice one of them."""
        x, y = batch((6,), 2)
        x[...] = x[:, :1]
        y[...] = y[0]
        first, again, other = (trainer_of(dropping(seed)).step(x, y) for seed in (0, 0, 1))
        assert first == again
        assert first != other
        trainer = trainer_of(dropping())
        trainer.step(x, y)
        here, there = trainer.flat.grad, team_of(trainer).other_gradients[0]
        assert (here != 2 * there).any()

    def test_a_checkpoint_is_enough_to_go_on_bit_exactly(self, tmp_path: Path) -> None:
        """The optimizer's memory, which is shared, and the generators, from which all masks follow, are kept."""
        x, y = batch((6,), 8)
        whole = trainer_of(dropping(), Adam(0.01))
        for _ in range(3):
            whole.step(x, y)
        save_checkpoint(whole, tmp_path / "c.npz")
        rest = [whole.step(x, y) for _ in range(3)]
        other = trainer_of(dropping(1), Adam(0.01))
        other.step(x, y)  # so that it has a memory already, which the checkpoint replaces
        load_checkpoint(other, tmp_path / "c.npz")
        assert [other.step(x, y) for _ in range(3)] == rest
        assert is_flat(other.flat)


class TestFrozenArrays:
    def test_they_are_sent_once(self) -> None:
        x, y = batch((6,), 9)
        expected = trainer_of(mlp())
        trainer = trainer_of(mlp())
        wanted = [expected.step(x, y) for _ in range(3)]
        x.flags.writeable = y.flags.writeable = False
        found, memories = [], set()
        for _ in range(3):
            found.append(trainer.step(x, y))
            memories.add(team_of(trainer).shared["x"].memory.name)
        np.testing.assert_allclose(found, wanted, rtol=1e-5)
        assert len(memories) == 1
        assert team_of(trainer).shared["x"].whole is x

    def test_a_frozen_data_set_that_is_one_batch_is_sent_once(self) -> None:
        whole, _ = batch((6,), 9)
        for x in (whole, whole.T.copy().T):  # also where the data set would only look at somebody's array
            data = Dataset(x, np.arange(9) % 4).freeze()
            trainer = trainer_of(mlp())
            trainer.fit(data, epochs=2, batch_size=20, progress=0)
            assert team_of(trainer).shared["x"].whole is data.x
            assert team_of(trainer).shared["y"].whole is data.y
            assert x.flags.writeable

    def test_one_that_was_thawed_and_changed_is_sent_again(self) -> None:
        x, y = batch((6,), 9)
        trainer, expected = trainer_of(mlp()), trainer_of(mlp())
        x.flags.writeable = False
        assert trainer.step(x, y) == pytest.approx(expected.step(x.copy(), y), rel=1e-5)
        x.flags.writeable = True
        x *= 2.0
        assert trainer.step(x, y) == pytest.approx(expected.step(x.copy(), y), rel=1e-5)

    def test_a_view_of_what_may_change_is_not_frozen(self) -> None:
        x, _ = batch((6,), 9)
        view = x[:]
        view.flags.writeable = False
        assert not module._is_frozen(view)
        x.flags.writeable = False
        assert module._is_frozen(x[:, :3])
        assert not module._is_frozen(np.frombuffer(bytearray(4), np.uint8))


def test_losses_are_counted_as_a_whole() -> None:
    """Class weights: the parts' losses are shares of the whole's, whatever classes they have."""
    x, y = batch((6,), 12)
    y[:6], y[6:] = 0, 1
    found = []
    for count in (1, 2):
        loss: Loss = SoftmaxCrossEntropy(class_weights=[1.0, 5.0, 1.0, 1.0])
        trainer = Trainer(mlp(), loss, SGD(0.1), processes=count)
        found.append([trainer.step(x, y) for _ in range(3)])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-4)
