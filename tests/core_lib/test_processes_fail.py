"""When training in several processes goes wrong: errors arrive, the others do not wait, and nothing is left behind."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core_lib import (
    SGD,
    Adam,
    BatchNorm,
    Dataset,
    Dense,
    Momentum,
    Sequential,
    SoftmaxCrossEntropy,
    Tanh,
    Trainer,
)
from core_lib import processes as module
from core_lib.base import Array, Layer
from core_lib.errors import CoreLibError, DataError, NonFiniteError
from core_lib.optimizers import Optimizer
from core_lib.shared_memory import SharedMemory
from tests.core_lib.networks import batch, mlp

pytest.importorskip("threadpoolctl", reason="threadpoolctl is not installed: there is only one process")


@pytest.fixture(autouse=True)
def few_parameters_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that all processes make the update, as they do for larger networks."""
    monkeypatch.setattr(module, "FEW", 0)


class Fragile(Tanh):
    """Fails where a number is too large, is interrupted where one is too small, and talks about it."""

    def forward(self, x: Array) -> Array:
        print("forward")
        if x.max() > 1e6:
            raise DataError("too large")
        if x.min() < -1e6:
            raise KeyboardInterrupt
        return super().forward(x)


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


def trainer_of(net: Layer, optimizer: Optimizer | None = None, **settings: Any) -> Trainer:
    settings.setdefault("processes", 2)
    return Trainer(net, SoftmaxCrossEntropy(), optimizer or SGD(0.1), **settings)


def team_of(trainer: Trainer) -> module.Processes:
    assert trainer._team is not None
    return trainer._team


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
            "from tests.core_lib.test_processes_fail import *\n"
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
