"""Checkpoints: a run that goes on is the run that never stopped, to the last bit; other files are refused."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core_lib import (
    GELU,
    L2,
    Adam,
    Callback,
    Checkpoint,
    ClipNorm,
    Cosine,
    Dataset,
    Dense,
    Dropout,
    EarlyStopping,
    Lion,
    MeanSquaredError,
    NAdam,
    ReduceOnPlateau,
    Sequential,
    SoftmaxCrossEntropy,
    Trainer,
    load_checkpoint,
    save_checkpoint,
)
from core_lib.errors import DataError, StorageError
from core_lib.optimizers import Optimizer
from core_lib.parameters import is_flat
from core_lib.storage import read_npz, write_npz
from tests.core_lib.found import subclasses

ROOT = Path(__file__).parents[2]


def data(seed: int = 0) -> Dataset:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((4, 60))
    return Dataset(x, (x[0] * x[1] > 0).astype(int))


def trainer(optimizer: Optimizer | None = None, shared: bool = True) -> Trainer:
    rng = np.random.default_rng(0)
    other = rng if shared else np.random.default_rng(1)
    net = Sequential(
        Dense(4, 16, rng=rng),
        GELU(),
        Dropout(0.3, rng=rng),
        Dense(16, 8, rng=rng),
        Dropout(0.2, rng=other),
        Dense(8, 2, rng=rng),
    )
    return Trainer(
        net, SoftmaxCrossEntropy(), Adam(0.01) if optimizer is None else optimizer, penalty=L2(1e-3)
    )


def fit(t: Trainer, epochs: int, callbacks: tuple[Callback, ...] = ()) -> None:
    t.fit(data(), validation=data(1), epochs=epochs, batch_size=16, callbacks=callbacks, progress=0)


def same(a: Trainer, b: Trainer) -> None:
    np.testing.assert_array_equal(a.flat.theta, b.flat.theta)
    assert a.history == b.history
    assert a.optimizer.steps == b.optimizer.steps
    assert a.optimizer.lr == b.optimizer.lr
    for name, vector in a.optimizer.state.items():
        np.testing.assert_array_equal(vector, b.optimizer.state[name])


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("cls", subclasses(Optimizer), ids=lambda cls: cls.__name__)
def test_going_on_is_never_having_stopped(cls: type[Optimizer], shared: bool, tmp_path: Path) -> None:
    def make() -> Trainer:
        return trainer(cls(lr=0.01), shared)

    whole, first, second = make(), make(), make()
    fit(whole, 6)
    fit(first, 2, (Checkpoint(tmp_path / "runs" / "c.npz"),))
    assert load_checkpoint(second, tmp_path / "runs" / "c.npz") == 2
    assert is_flat(second.flat)
    fit(second, 4)
    same(whole, second)


def test_on_two_threads(tmp_path: Path) -> None:
    """The replica draws its dropout masks by what the network's own generators give."""
    pytest.importorskip("threadpoolctl", reason="without it there is one thread only")

    def make() -> Trainer:
        old = trainer()
        return Trainer(old.net, old.loss, old.optimizer, threads=2)

    whole, first, second = make(), make(), make()
    assert whole.threads == 2
    fit(whole, 4)
    fit(first, 2, (Checkpoint(tmp_path / "c.npz"),))
    load_checkpoint(second, tmp_path / "c.npz")
    fit(second, 2)
    same(whole, second)


def test_schedules_and_clipping_go_on(tmp_path: Path) -> None:
    def make() -> Trainer:
        t = trainer(NAdam(Cosine(0.05, 20)))
        t.clip = ClipNorm(0.5)
        return t

    whole, first, second = make(), make(), make()
    fit(whole, 5)
    fit(first, 3, (Checkpoint(tmp_path / "c.npz"),))
    load_checkpoint(second, tmp_path / "c.npz")
    fit(second, 2)
    same(whole, second)


def test_callbacks_remember(tmp_path: Path) -> None:
    """Early stopping waits on where it waited, and goes back to parameters of before the pause."""

    def callbacks() -> tuple[Callback, ...]:
        return ReduceOnPlateau(patience=2), EarlyStopping(patience=5)

    whole, first, second = trainer(Adam(0.1)), trainer(Adam(0.1)), trainer(Adam(0.1))
    fit(whole, 100, callbacks())
    done = len(whole.history.epochs)
    assert 6 <= done < 100
    pause = done - 2
    fit(first, pause, (*callbacks(), Checkpoint(tmp_path / "c.npz")))
    mine = callbacks()
    assert load_checkpoint(second, tmp_path / "c.npz", callbacks=mine) == pause
    fit(second, 100, mine)
    same(whole, second)


def test_in_a_new_process(tmp_path: Path) -> None:
    """As after a crash."""
    code = (
        "import sys; from pathlib import Path; from tests.core_lib.test_checkpoints import *\n"
        "t = trainer(); path = Path(sys.argv[1])\n"
        "done = load_checkpoint(t, path) if path.exists() else 0\n"
        "fit(t, 2, (Checkpoint(path),)); print(t.flat.theta.tobytes().hex())"
    )
    found = [
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "c.npz")],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        ).stdout.strip()
        for _ in range(2)
    ]
    whole = trainer()
    fit(whole, 4)
    assert found[1] == whole.flat.theta.tobytes().hex() != found[0]


def test_other_generators(tmp_path: Path) -> None:
    for kind in (np.random.MT19937, np.random.Philox, np.random.SFC64, np.random.PCG64DXSM):

        def make(kind: Any = kind) -> Trainer:
            t = trainer()
            t.net.layers[2].rng = np.random.Generator(kind(3))  # type: ignore[attr-defined]
            return t

        whole, first, second = make(), make(), make()
        fit(whole, 2)
        fit(first, 1)
        save_checkpoint(first, tmp_path / "c.npz")
        load_checkpoint(second, tmp_path / "c.npz")
        fit(second, 1)
        same(whole, second)


def test_every_so_many_epochs_and_nothing_but_the_file(tmp_path: Path) -> None:
    t = trainer()
    fit(t, 5, (Checkpoint(tmp_path / "c.npz", every=2),))
    other = trainer()
    assert load_checkpoint(other, tmp_path / "c.npz") == 4
    assert [path.name for path in tmp_path.iterdir()] == ["c.npz"]
    with pytest.raises(DataError, match="every"):
        Checkpoint("c.npz", every=0)


def test_it_must_be_last() -> None:
    with pytest.raises(DataError, match="last of the callbacks"):
        fit(trainer(), 1, (Checkpoint("c.npz"), EarlyStopping()))


def test_a_write_that_fails_leaves_the_old_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    t, path = trainer(), tmp_path / "c.npz"
    fit(t, 1, (Checkpoint(path),))
    before = path.read_bytes()

    def fail(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:100])
        raise OSError("disk full")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(OSError, match="disk full"):
        fit(t, 1, (Checkpoint(path),))
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["c.npz"]


class TestRefused:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        t = trainer()
        fit(t, 1, (EarlyStopping(), Checkpoint(tmp_path / "c.npz")))
        return tmp_path / "c.npz"

    @pytest.mark.parametrize(
        ("make", "callbacks", "message"),
        [
            (lambda: trainer(Lion(0.01)), [EarlyStopping()], "optimizer Adam"),
            (trainer, [], "callbacks"),
            (trainer, [ReduceOnPlateau()], "callbacks"),
            (lambda: trainer(shared=False), [EarlyStopping()], "generators"),
            (
                lambda: Trainer(Dense(4, 2, rng=np.random.default_rng(0)), MeanSquaredError(), Adam()),
                [EarlyStopping()],
                "generators",
            ),
        ],
    )
    def test_another_run(
        self, path: Path, make: Callable[[], Trainer], callbacks: list[Callback], message: str
    ) -> None:
        t = make()
        before = t.flat.theta.copy()
        with pytest.raises(StorageError, match=message):
            load_checkpoint(t, path, callbacks=callbacks)
        np.testing.assert_array_equal(t.flat.theta, before)

    def test_another_network(self, path: Path, tmp_path: Path) -> None:
        small = Trainer(Dense(4, 2, rng=np.random.default_rng(0)), SoftmaxCrossEntropy(), Adam())
        save_checkpoint(small, tmp_path / "small.npz")
        large = Trainer(Dense(5, 2, rng=np.random.default_rng(0)), SoftmaxCrossEntropy(), Adam())
        with pytest.raises(StorageError, match="does not fit"):
            load_checkpoint(large, tmp_path / "small.npz")

    def test_no_checkpoint(self, tmp_path: Path) -> None:
        with pytest.raises(StorageError, match="there is no file"):
            load_checkpoint(trainer(), tmp_path / "missing.npz")
        np.savez(tmp_path / "a.npz", a=np.ones(3))
        with pytest.raises(StorageError, match="no checkpoint"):
            load_checkpoint(trainer(), tmp_path / "a.npz")

    @pytest.mark.parametrize(
        "change",
        [
            lambda c: c.update(checkpoint=2),
            lambda c: c.pop("history"),
            lambda c: c["optimizer"].update(steps=-1),
            lambda c: c["optimizer"].update(lr="fast"),
            lambda c: c["generators"][0].__setitem__(1, {}),
            lambda c: c["generators"][0][1].update(bit_generator="MT19937"),
            lambda c: c["generators"][0][1].update(state={"state": "x", "inc": 1}),
            lambda c: c["callbacks"][0]["memory"].update(kept={"arrays": ["nowhere"]}),
            lambda c: c.update(callbacks=[1]),
        ],
    )
    def test_a_file_that_was_tampered_with_changes_nothing(
        self, path: Path, change: Callable[[Any], Any]
    ) -> None:
        arrays = read_npz(path)
        content = json.loads(arrays["checkpoint"].tobytes())
        change(content)
        arrays["checkpoint"] = np.frombuffer(json.dumps(content).encode(), np.uint8)
        write_npz(path, arrays)
        t, stop = trainer(), EarlyStopping()
        before = t.flat.theta.copy(), t.net.layers[2].rng.bit_generator.state  # type: ignore[attr-defined]
        with pytest.raises(StorageError):
            load_checkpoint(t, path, callbacks=[stop])
        np.testing.assert_array_equal(t.flat.theta, before[0])
        assert t.net.layers[2].rng.bit_generator.state == before[1]  # type: ignore[attr-defined]
        assert stop.kept is None
