"""What a process does that works on a part of each batch; here in a thread, so that it can be looked at.

`test_processes.py` has the same with processes.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

import numpy as np
import pytest

from core_lib import (
    SGD,
    Adam,
    BatchNorm,
    Dense,
    Dropout,
    Layer,
    Sequential,
    SoftmaxCrossEntropy,
    Tanh,
    Trainer,
    processes,
)
from core_lib.base import Array
from core_lib.errors import CoreLibError, DataError
from core_lib.shared_memory import Channel, SharedMemory, room
from core_lib.worker import serve

pytest.importorskip("threadpoolctl", reason="threadpoolctl is not installed: there is only one process")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there a pipe can only be waited for")


class ThreadAsProcess:
    """Looks like a process, and is a thread that serves."""

    def __init__(self) -> None:
        to, back = os.pipe(), os.pipe()
        self.stdin, self.stdout = os.fdopen(to[1], "wb", 0), os.fdopen(back[0], "rb", 0)
        self.theirs = to[0], back[1]
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        self.returncode: int | None = None

    def run(self) -> None:
        serve(Channel(*self.theirs))
        for descriptor in self.theirs:
            os.close(descriptor)

    def wait(self, timeout: float | None = None) -> int:
        self.thread.join(timeout)
        assert not self.thread.is_alive()
        self.returncode = 0
        return 0

    def poll(self) -> int | None:
        return None if self.thread.is_alive() else 0


class WorkerInThread(processes.Worker):
    """A worker that is no process of its own."""

    def __init__(self) -> None:
        self.process: Any = ThreadAsProcess()
        self.channel = Channel(self.process.stdout.fileno(), self.process.stdin.fileno())
        self.busy = False


@pytest.fixture(autouse=True)
def threads_for_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "Worker", WorkerInThread)
    monkeypatch.setattr(processes, "FEW", 0)


class Fragile(Tanh):
    """Fails where a number is too large."""

    def forward(self, x: Array) -> Array:
        if x.max() > 1e6:
            raise DataError("too large")
        return super().forward(x)


class TalkativeError(Exception):
    """An error that cannot be packed."""

    def __init__(self) -> None:
        super().__init__("it holds what cannot be packed")
        self.lock = threading.Lock()


class Talkative(Tanh):
    """Raises such an error in its replicas."""

    def __init__(self) -> None:
        self.replica_of: int | None = id(self)

    def forward(self, x: Array) -> Array:
        if self.replica_of != id(self):
            raise TalkativeError
        return super().forward(x)


def batch(n: int = 12) -> tuple[Array, Array]:
    rng = np.random.default_rng(3)
    return rng.standard_normal((6, n), dtype=np.float32), rng.integers(0, 4, n)


def network(*first: Layer) -> Sequential:
    rng = np.random.default_rng(0)
    return Sequential(*first, Dense(6, 8, rng=rng), BatchNorm(8), Dense(8, 4, rng=rng))


def trainer_of(net: Layer, count: int = 3) -> Trainer:
    return Trainer(net, SoftmaxCrossEntropy(), Adam(0.01), processes=count)


def workers_of(trainer: Trainer) -> list[processes.Worker]:
    assert trainer._team is not None
    return trainer._team.workers


def test_parts_add_up_to_the_whole() -> None:
    """Sums of batch norm, losses, gradients and updates."""
    x, y = batch()
    found = []
    for count in (1, 3):
        trainer = trainer_of(network(), count)
        found.append([trainer.step(x, y) for _ in range(5)])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-5)


def test_the_mode_and_the_seed_are_followed() -> None:
    x, y = batch()
    net = network(Dropout(0.5, rng=np.random.default_rng(1)))
    trainer = trainer_of(net)
    first = trainer.step(x, y)
    assert trainer_of(network(Dropout(0.5, rng=np.random.default_rng(1)))).step(x, y) == first
    net.layers[0].training = False  # type: ignore[attr-defined]
    without = Trainer(network(), SoftmaxCrossEntropy(), SGD(0.1))
    without.flat.theta[:] = trainer.flat.theta
    assert trainer.step(x, y) == pytest.approx(without.step(x, y), rel=1e-5)


@pytest.mark.parametrize("where", [0, 4, 8])
def test_when_one_part_fails_the_others_give_up_and_all_go_on(where: int) -> None:
    x, y = batch()
    trainer = trainer_of(network(Fragile()))
    before = trainer.step(x, y)
    bad = x.copy()
    bad[0, where] = 1e7
    for _ in range(2):
        with pytest.raises(DataError, match="too large"):
            trainer.step(bad, y)
    assert np.isfinite(before)
    assert np.isfinite(trainer.step(x, y))


def test_to_give_up_what_is_done_changes_nothing() -> None:
    """The message may come when there is nothing left to give up."""
    x, y = batch()
    trainer = trainer_of(network())
    trainer.step(x, y)
    for worker in workers_of(trainer):
        worker.channel.send(processes.GIVE_UP)
    assert np.isfinite(trainer.step(x, y))


def test_an_error_that_cannot_be_packed_is_told_in_words() -> None:
    trainer = trainer_of(Sequential(Talkative(), Dense(6, 4, rng=np.random.default_rng(0))))
    with pytest.raises(CoreLibError, match="TalkativeError: it holds what cannot be packed"):
        trainer.step(*batch())


def test_a_network_that_cannot_be_made_again_ends_the_worker() -> None:
    memory = SharedMemory(room((1,), np.float32))
    place = memory.place((1,), np.float32)
    worker = WorkerInThread()
    worker.ask(processes.BEGIN, (b"no pickle", memory.address, place, place))
    with pytest.raises(DataError, match="cannot be made again in another process"):
        worker.answer()
    worker.process.wait(5.0)
    worker.stop()


def test_the_end_of_the_one_who_asks_ends_it_also_while_it_waits_for_a_sum() -> None:
    x, y = batch()
    trainer = trainer_of(network(), 2)
    trainer.step(x, y)
    team = trainer._team
    assert team is not None
    worker = team.workers[0]
    shares = [team._share(name, array).address(1) for name, array in (("x", x), ("y", y))]
    worker.ask(processes.STEP, (*shares, 12.0, [True] * len(team.layers), []))
    assert worker.answer()  # its part of batch norm's sums, and nobody gives the whole
    worker.stop()
    assert worker.process.returncode == 0
