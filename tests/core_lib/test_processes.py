"""Training in several processes: the same numbers as in one, errors that arrive, and nothing left behind."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
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
    Conv2D,
    Dataset,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    MaxPool2D,
    MeanOverSteps,
    MeanSquaredError,
    Momentum,
    ReLU,
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
from core_lib.errors import CoreLibError, DataError, NonFiniteError
from core_lib.losses import Loss
from core_lib.optimizers import Optimizer
from core_lib.parameters import is_flat, snapshot
from core_lib.shared_memory import SharedMemory
from tests.core_lib.found import subclasses

pytest.importorskip("threadpoolctl", reason="threadpoolctl is not installed: there is only one process")

OPTIMIZERS = subclasses(Optimizer)


@pytest.fixture(autouse=True)
def few_parameters_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that all processes make the update, as they do for larger networks."""
    monkeypatch.setattr(module, "FEW", 0)


def mlp(seed: int = 0) -> Sequential:
    rng = np.random.default_rng(seed)
    return Sequential(Dense(6, 16, rng=rng), BatchNorm(16), Tanh(), Dense(16, 4, rng=rng))


def cnn(seed: int = 0) -> Sequential:
    rng = np.random.default_rng(seed)
    return Sequential(
        *(Conv2D(1, 4, 3, padding=1, rng=rng), BatchNorm(4), ReLU(), MaxPool2D(2)),
        *(Conv2D(4, 6, 3, rng=rng), BatchNorm(6), ReLU(), Flatten(), Dense(24, 4, rng=rng)),
    )


def dropping(seed: int = 0) -> Sequential:
    rng = np.random.default_rng(seed)
    return Sequential(Dense(6, 400, rng=rng), Dropout(0.5, rng=rng), Dense(400, 4, rng=rng))


class Fragile(Tanh):
    """Fails where a number is too large, is slow where one is too small, and talks about it."""

    def forward(self, x: Array) -> Array:
        print("forward")
        if x.max() > 1e6:
            raise DataError("too large")
        if x.min() < -1e6:
            raise KeyboardInterrupt
        return super().forward(x)


class Own(SGD):
    """An optimizer that does not work block by block."""

    def step(self, theta: Array, grad: Array) -> None:
        theta -= self.lr * grad / (1e-8 + np.linalg.norm(grad))


class SulkingError(Exception):
    """An error that cannot be packed."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} {two}")


class Sulky(Tanh):
    """Raises such an error, in other processes only."""

    def __init__(self) -> None:
        self.made_in = os.getpid()

    def forward(self, x: Array) -> Array:
        if os.getpid() != self.made_in:
            raise SulkingError(1, 2)
        return super().forward(x)


def fragile() -> Sequential:
    rng = np.random.default_rng(0)
    return Sequential(Fragile(), Dense(6, 8, rng=rng), BatchNorm(8), Dense(8, 4, rng=rng))


def batch(shape: tuple[int, ...], n: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(3)
    return rng.standard_normal((*shape, n), dtype=np.float32), rng.integers(0, 4, n)


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


class TestErrors:
    def test_divergence_names_the_layer(self) -> None:
        x, y = batch((6,), 8)
        trainer = trainer_of(mlp())
        trainer.step(x, y)
        trainer.net.layers[3].W[0, 0] = np.nan  # type: ignore[attr-defined]
        with pytest.raises(NonFiniteError, match=r"layer 3, Dense\(16, 4\)"):
            trainer.step(x, y)

    def test_a_failing_part_does_not_leave_the_others_waiting(self) -> None:
        x, y = batch((6,), 9)
        trainer = trainer_of(mlp(), processes=3)
        trainer.step(x, y)
        for bad in (0, 4, 8):
            wrong = y.copy()
            wrong[bad] = 9
            for _ in range(2):
                with pytest.raises(DataError, match="labels must be"):
                    trainer.step(x, wrong)
        assert np.isfinite(trainer.step(x, y))  # and goes on

    def test_a_layer_that_fails_in_one_part_while_others_wait_for_it(self, capfd: Any) -> None:
        """In batch norm. What the layer prints goes to where it can be read, and disturbs nobody."""
        trainer = trainer_of(fragile(), processes=3)
        x, y = batch((6,), 9)
        trainer.step(x, y)
        for where in (0, 4, 8):
            bad = x.copy()
            bad[0, where] = 1e7
            with pytest.raises(DataError, match="too large") as caught:
                trainer.step(bad, y)
            notes = getattr(caught.value, "__notes__", [])
            assert bool(notes) == (where != 0)  # where it was, with the lines of the program
            assert all("raise DataError" in note for note in notes)
        assert np.isfinite(trainer.step(x, y))
        assert "forward" in capfd.readouterr().err

    def test_interrupted_it_can_go_on(self) -> None:
        """Ctrl-C while the others compute."""
        trainer = trainer_of(fragile())
        x, y = batch((6,), 8)
        trainer.step(x, y)
        bad = x.copy()
        bad[0, 0] = -1e7
        with pytest.raises(KeyboardInterrupt):
            trainer.step(bad, y)
        assert np.isfinite(trainer.step(x, y))

    @pytest.mark.parametrize("processes", [2, 3])
    def test_when_a_process_was_killed_that_is_said_and_the_next_step_starts_another(
        self, processes: int
    ) -> None:
        x, y = batch((6,), 12)
        expected = trainer_of(mlp(), Momentum(0.1), processes=1)
        trainer = trainer_of(mlp(), Momentum(0.1), processes=processes)
        assert trainer.step(x, y) == pytest.approx(expected.step(x, y), rel=1e-5)
        team_of(trainer).workers[-1].process.kill()
        team_of(trainer).workers[-1].process.wait()
        with pytest.raises(CoreLibError, match="has ended with code"):
            trainer.step(x, y)
        assert all(worker.process.poll() is not None for worker in team_of(trainer).workers)
        for _ in range(2):
            assert trainer.step(x, y) == pytest.approx(expected.step(x, y), rel=1e-4)

    def test_classes_of_a_notebook_are_refused_at_once(self) -> None:
        class Local(Tanh):
            pass

        with pytest.raises(DataError, match=r"Local cannot be sent to another process.* module of its own"):
            trainer_of(Sequential(Local(), Dense(6, 4, rng=np.random.default_rng(0))))
        main = type("Main", (Tanh,), {"__module__": "__main__"})
        with pytest.raises(DataError, match="Main cannot be sent"):
            trainer_of(Sequential(main()))

    def test_what_cannot_be_packed_is_refused(self) -> None:
        net = mlp()
        net.layers[2].f = lambda x: x  # type: ignore[attr-defined]
        trainer = trainer_of(net)
        with pytest.raises(DataError, match=r"cannot be sent to another process.*Use threads"):
            trainer.step(*batch((6,), 8))
        del net.layers[2].f  # type: ignore[attr-defined]
        assert np.isfinite(trainer.step(*batch((6,), 8)))

    def test_what_others_cannot_import_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A module that exists in this process only."""
        here = type(sys)("only_here")
        here.Tanh = type("Tanh", (Tanh,), {"__module__": "only_here"})  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "only_here", here)
        trainer = trainer_of(Sequential(here.Tanh(), Dense(6, 4, rng=np.random.default_rng(0))))
        for _ in range(2):
            with pytest.raises(DataError, match=r"cannot be made again in another process.*only_here"):
                trainer.step(*batch((6,), 8))

    def test_an_error_that_cannot_be_packed_is_told_in_words(self) -> None:
        trainer = trainer_of(Sequential(Sulky(), Dense(6, 4, rng=np.random.default_rng(0))))
        with pytest.raises(CoreLibError, match="SulkingError: 1 2"):
            trainer.step(*batch((6,), 8))

    def test_what_is_no_array_of_numbers_is_refused(self) -> None:
        """Also before anything is shared; a list as in one process."""
        x, y = batch((6,), 8)
        trainer = trainer_of(mlp())
        with pytest.raises(DataError, match="x must be a NumPy array of numbers"):
            trainer.step(x.astype(object), y)
        for count in (1, 2):
            with pytest.raises(DataError, match="x must be a NumPy array, and is a list"):
                trainer_of(mlp(), processes=count).step(x.tolist(), y)  # type: ignore[arg-type]
        assert np.isfinite(trainer.step(x, y))

    def test_settings_that_make_no_sense(self) -> None:
        with pytest.raises(DataError, match="processes"):
            trainer_of(mlp(), processes=0)
        with pytest.raises(DataError, match="threads or processes"):
            trainer_of(mlp(), threads=2)

    def test_without_threadpoolctl_there_is_one_process_and_a_warning(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("core_lib.threads._blas", lambda: None)
        with pytest.warns(UserWarning, match="processes=2 needs the package threadpoolctl"):
            trainer = trainer_of(mlp())
        assert trainer.processes == 1
        assert np.isfinite(trainer.step(*batch((6,), 8)))


class TestWhatIsLeft:
    def test_parameters_that_were_replaced_are_found(self) -> None:
        data = Dataset(*batch((6,), 12))
        trainer = trainer_of(mlp(), Adam(0.01))
        trainer.fit(data, epochs=1, progress=0)
        trainer.net.astype(np.float32)  # new arrays
        before = trainer.net.layers[0].W.copy()  # type: ignore[attr-defined]
        trainer.fit(data, epochs=1, progress=0)
        assert (before != trainer.net.layers[0].W).any()  # type: ignore[attr-defined]

    @pytest.mark.skipif(sys.platform == "win32", reason="on Windows shared memory has no file")
    def test_no_file_is_there_after_the_first_step(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """So that nothing is left behind, whatever ends the processes."""
        names = []
        make = SharedMemory._make

        def noted(self: SharedMemory) -> Any:
            made = make(self)
            names.append(made[0])
            return made

        monkeypatch.setattr(SharedMemory, "_make", noted)
        trainer = trainer_of(mlp(), Adam(0.01))
        trainer.step(*batch((6,), 8))
        trainer.step(*batch((6,), 80))
        assert len(names) >= 5
        assert not any(Path(name).exists() for name in names)

    def test_processes_end_with_their_trainer(self) -> None:
        trainer = trainer_of(mlp())
        trainer.step(*batch((6,), 8))
        process = team_of(trainer).workers[0].process
        assert process.poll() is None
        del trainer
        gc.collect()
        assert process.poll() == 0

    @pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL")
    def test_processes_end_when_the_one_that_started_them_is_killed(self) -> None:
        import subprocess

        code = (
            "import os, signal, sys\n"
            "from tests.core_lib.test_processes import *\n"
            "trainer = trainer_of(mlp())\n"
            "trainer.step(*batch((6,), 8))\n"
            "print(team_of(trainer).workers[0].process.pid, flush=True)\n"
            "os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        run = subprocess.run(
            [sys.executable, "-c", code],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            check=False,
        )
        pid = int(run.stdout)
        for _ in range(100):
            if not _runs(pid):
                return
            time.sleep(0.05)
        pytest.fail(f"process {pid} still runs")

    def test_a_trainer_and_its_network_can_be_copied_and_used_without_it(self) -> None:
        import copy

        trainer = trainer_of(mlp())
        x, y = batch((6,), 8)
        trainer.step(x, y)
        net = copy.deepcopy(trainer.net)
        np.testing.assert_array_equal(net.predict(x), trainer.net.predict(x))
        trainer.step(x, y)
        assert (net.predict(x) != trainer.net.predict(x)).any()


def _runs(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


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
