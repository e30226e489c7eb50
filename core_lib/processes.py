"""Training in several processes: each works on a part of the batch, with a replica of the network.

The threads of one Python process share a lock, and where a step is made of many short operations they wait for it more
than they compute (`threads.py`). Processes share nothing but what they are given: here the memory in which the
parameters, the gradients and the optimizer's memory lie. So each process works on its part of every batch, and then
adds up the gradients, and makes the update, of its part of the parameters. This is *data parallel* training. The result
is that of one process but for rounding; `threads.py` says why.

Here is what the process does that you started; `worker.py` has what the others do.

References
----------
Li, Zhao, Varma et al.: PyTorch Distributed: experiences on accelerating data parallel training, VLDB 2020.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import weakref
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from core_lib.base import Array, Layer
from core_lib.errors import CoreLibError, DataError
from core_lib.losses import Loss
from core_lib.optimizers import BLOCK, Optimizer
from core_lib.parameters import Flat, flatten
from core_lib.shared_memory import Channel, Place, SharedMemory, room
from core_lib.threads import cut, draw_seeds, one_blas_thread

# The kinds of messages: what a worker is to do, what it answers, and what goes both ways (a sum).
BEGIN, STEP, UPDATE, GIVE_UP = b"b", b"s", b"u", b"g"
DONE, ERROR = b"d", b"e"
TOTAL = b"t"

# With fewer parameters than this, making the update takes no longer than talking about it.
FEW = 2**17

_WORK = "import sys; sys.path[:] = sys.argv[1:]; from core_lib.worker import work; work()"
_ONE_THREAD = {
    **{f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "BLIS")},
    "VECLIB_MAXIMUM_THREADS": "1",
}


class Worker:
    """A process that works on a part of each batch, as seen by the one that started it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603  # this Python, with this core_lib
            [sys.executable, "-c", _WORK, *(path for path in sys.path if isinstance(path, str))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env={**os.environ, **_ONE_THREAD},
        )
        assert self.process.stdin  # for the type checker
        assert self.process.stdout
        self.channel = Channel(self.process.stdout.fileno(), self.process.stdin.fileno())
        #: Does it owe an answer?
        self.busy = False

    def ask(self, kind: bytes, content: Any) -> None:
        """Tell it what to do."""
        try:
            self.channel.send(kind, pickle.dumps(content))
        except OSError:
            raise self._gone() from None
        self.busy = kind != BEGIN

    def answer(self) -> bytes:
        """Wait for an answer: that it is done, or its part of a sum.

        Raises
        ------
        Exception
            What went wrong there.
        """
        try:
            kind, content = self.channel.receive()
        except (EOFError, OSError):
            raise self._gone() from None
        self.busy = kind == TOTAL
        if kind == ERROR:
            error, trace = pickle.loads(content)  # noqa: S301  # it comes from a process of ours
            error.add_note(f"This was in a process that worked on a part of the batch:\n{trace}")
            raise error
        return content

    def _gone(self) -> CoreLibError:
        self.busy = False
        self.stop()
        code = self.process.returncode
        return CoreLibError(
            f"a process that worked on a part of the batch has ended with code {code}. Likely cause: the memory was full, "
            "and the system has ended it. The next step starts another; with smaller batches or processes=1 it takes less."
        )

    def stop(self) -> None:
        """End the process."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self.process.wait(2.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Shared(NamedTuple):
    """An array of which all parts but the first are in shared memory; if it is frozen, the first is, too."""

    whole: Array | None  # the array itself, if it is frozen
    memory: SharedMemory
    places: list[Place]
    own: Array  # the first part

    def address(self, part: int) -> tuple[tuple[int, str], Place]:
        """Say where a part is."""
        return self.memory.address, self.places[part]


class Processes:
    """A network, its replicas in other processes, and what they share.

    Parameters
    ----------
    net : Layer
        Its parameters and gradients become views of vectors in shared memory.
    loss : Loss
    optimizer : Optimizer
        Only to see whether the others will find it.
    processes : int
        How many, this one included.

    Attributes
    ----------
    flat : Flat
        The vectors of `net`.
    waiting : bool
        True after `run`, while the gradients of the parts are not added up.
    broken : bool
        True if a process has ended, or none could be started. What is shared has no name any more then; make a new one.

    Raises
    ------
    DataError
        If a layer, the loss or the optimizer is of a class that other processes do not find.
    """

    def __init__(self, net: Layer, loss: Loss, optimizer: Optimizer, processes: int) -> None:
        _require_importable([*(layer for _, layer in net.walk()), loss, optimizer])
        self.net, self.loss, self.processes = net, loss, processes
        self.layers = [layer for _, layer in net.walk()]
        self.waiting = self.broken = False
        self.workers: list[Worker] = []
        # θ, and a gradient for each process
        flat = flatten(net)
        n, dtype = flat.theta.size, flat.theta.dtype
        self.vectors = SharedMemory((processes + 1) * room((n,), dtype))
        self.places = [self.vectors.place((n,), dtype) for _ in range(processes + 1)]
        theta, grad, *self.other_gradients = (self.vectors.array(place) for place in self.places)
        self.flat: Flat = flatten(net, theta, grad)
        self.ranges = cut(n, processes)
        self.shared: dict[str, Shared] = {}
        self.memory: SharedMemory | None = None
        self.shared_state: dict[str, Array] = {}
        self.state_places: list[Place] = []

    # -- the gradients --------------------------------------------------------------------------------

    def run(self, x: Array, y: Array) -> float:
        """Go forward and backward with all parts of a batch, and return its loss.

        Parameters
        ----------
        x : array, shape (..., N)
        y : array, shape (..., N)
        """
        if not self.workers:
            self._start()
        count, modes = self.loss.count(y), [layer.training for layer in self.layers]
        for layer in self.layers:
            layer._sum_over_replicas = self._total
        try:
            inputs, targets = self._share("x", x), self._share("y", y)
            for i, worker in enumerate(self.workers, start=1):
                seeds = draw_seeds(self.layers)
                worker.ask(STEP, (inputs.address(i), targets.address(i), count, modes, seeds))
            with one_blas_thread():
                value = self.loss.forward(self.net.forward(inputs.own), targets.own, count)
                self.net.backward(self.loss.backward())
            value += sum(float(np.frombuffer(worker.answer())[0]) for worker in self.workers)
        except BaseException:
            self._give_up()
            raise
        finally:
            for layer in self.layers:
                layer._sum_over_replicas = None
        for memory in (self.vectors, inputs.memory, targets.memory):
            memory.forget()  # all have it now
        self.waiting = True
        return value

    def add_up(self) -> None:
        """Add up the gradients of the parts, if they are waiting for it, for who needs the whole before the update."""
        whole = self.flat.grad
        for gradient in self.other_gradients if self.waiting else ():
            whole += gradient
        self.waiting = False

    def _start(self) -> None:
        """Start the workers, and give each a replica."""
        try:
            replica = pickle.dumps((self.net, self.loss))
        except Exception as error:
            raise DataError(
                f"Trainer(processes={self.processes}): the network cannot be sent to another process: {error}. "
                "Use threads instead."
            ) from error
        theta, _, *others = self.places
        self.workers = [Worker() for _ in others]
        weakref.finalize(self, _stop, self.workers)
        for worker, gradient in zip(self.workers, others, strict=True):
            worker.ask(BEGIN, (replica, self.vectors.address, theta, gradient))

    def _share(self, what: str, whole: Array) -> Shared:
        """Put the parts of an array into shared memory, where they are not there yet."""
        shared = self.shared.get(what)
        if shared is not None and shared.whole is whole and _is_frozen(whole):
            return shared
        if not isinstance(whole, np.ndarray) or whole.dtype.hasobject:
            raise DataError(
                f"Trainer.step: {what} must be a NumPy array of numbers; got {type(whole).__name__}."
            )
        parts = [whole[..., part] for part in cut(whole.shape[-1], self.processes)]
        frozen = _is_frozen(whole)
        needed = sum(room(part.shape, part.dtype) for part in parts)
        if shared is None or shared.whole is not None or frozen or shared.memory.size < needed:
            memory = SharedMemory(needed)
        else:
            memory = shared.memory.emptied()
        places = [memory.place(part.shape, part.dtype) for part in parts]
        if frozen:
            shared = Shared(whole, memory, places, memory.array(places[0]))
        else:
            shared = Shared(None, memory, places, parts[0])
        for part, place in list(zip(parts, places, strict=True))[0 if frozen else 1 :]:
            np.copyto(memory.array(place), part)
        self.shared[what] = shared
        return shared

    def _total(self, s: Array) -> Array:
        """Sum what all replicas have; the order is fixed, so that all get the same to the last bit."""
        result = s.copy()
        for worker in self.workers:
            result += np.frombuffer(worker.answer(), s.dtype).reshape(s.shape)
        for worker in self.workers:
            worker.channel.send(TOTAL, result.tobytes())
        return result

    def _give_up(self) -> None:
        """Bring all workers back to where they wait for the next step."""
        first, self.broken = not self.vectors.forgotten, True
        for worker in self.workers:
            with suppress(Exception):  # whatever it is, the first error is the one to report
                if worker.busy:
                    worker.channel.send(GIVE_UP)
                while worker.busy:
                    worker.answer()
        self.broken = first or any(worker.process.poll() is not None for worker in self.workers)
        if self.broken:
            _stop(self.workers)

    # -- the update -----------------------------------------------------------------------------------

    def update(self, optimizer: Optimizer) -> None:
        """Make the update; if there are many parameters, each process adds up the gradients, and makes it, for some of them."""
        theta, grad, _ = self.flat
        if not self.workers or theta.size < FEW or type(optimizer).step is not Optimizer.step:
            self.add_up()
            optimizer.step(theta, grad)
            return
        optimizer.begin_step(theta, grad)
        self._share_memory(optimizer)
        settings = {k: v for k, v in vars(optimizer).items() if k not in ("state", "schedule")}
        address = None if self.memory is None else self.memory.address
        try:
            places, others = (self.places, self.other_gradients) if self.waiting else (self.places[:2], [])
            for worker, where in zip(self.workers, self.ranges[1:], strict=True):
                worker.ask(UPDATE, (type(optimizer), settings, address, self.state_places, places, where))
            update_part(optimizer, theta, grad, others, self.ranges[0])
            for worker in self.workers:
                worker.answer()
        except BaseException:
            self._give_up()
            raise
        if self.memory is not None:
            self.memory.forget()
        self.waiting = False

    def _share_memory(self, optimizer: Optimizer) -> None:
        """Move the optimizer's memory to shared memory; what a checkpoint has brought goes there again."""
        names, state = optimizer.memory, optimizer.state
        if names != tuple(self.shared_state):
            self.memory = SharedMemory(sum(room(state[name].shape, state[name].dtype) for name in names))
            self.state_places = [self.memory.place(state[name].shape, state[name].dtype) for name in names]
            arrays = (self.memory.array(place) for place in self.state_places)
            self.shared_state = dict(zip(names, arrays, strict=True))
        for name, shared in self.shared_state.items():
            if state[name] is not shared:
                np.copyto(shared, state[name])
                state[name] = shared


def update_part(optimizer: Optimizer, theta: Array, grad: Array, others: list[Array], where: slice) -> None:
    """Add up the gradients of a part of the parameters, and update them, block by block, as they are in the cache then."""
    memory = [optimizer.state[name] for name in optimizer.memory]
    for start in range(where.start, where.stop, BLOCK):
        block = slice(start, min(start + BLOCK, where.stop))
        g = grad[block]
        for other in others:
            g += other[block]
        optimizer.update_all(theta[block], g, *(vector[block] for vector in memory))


def _is_frozen(array: Any) -> bool:
    """Tell whether nobody can write to an array, so that it need not be sent again."""
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return False
        array = array.base
    return array is None


def _stop(workers: list[Worker]) -> None:
    for worker in workers:
        worker.stop()


def _require_importable(things: list[Any]) -> None:
    """Refuse classes that another process cannot import."""
    for thing in things:
        kind = type(thing)
        if kind.__module__ == "__main__" or "<locals>" in kind.__qualname__:
            raise DataError(
                f"Trainer: {kind.__name__} cannot be sent to another process: its class is defined in a notebook, in "
                "the program that was started, or inside of a function. Move it to a module of its own, or use "
                "threads instead of processes."
            )
