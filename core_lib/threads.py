"""Training on several threads: each works on a part of the batch, with a replica of the network.

`processes.py` does the same with processes, which do not wait for each other; threads need no start, and take layers that
are defined in a notebook.

NumPy lets other Python threads run while it computes, so two halves of a batch take little more than half of the
time, where the layers are not matrix products only: those NumPy spreads over the cores by itself, but additions,
maxima and copies it does not. The result is the same but for rounding, because

- the loss of each part is divided by the number of examples in the whole batch, so that losses and gradients of
  the parts add up to those of the whole;
- sums over examples in the forward pass (batch norm) go through `Layer.total`, where the threads meet.

It is worth it for convolutions, large first layers and attention; small steps lose more by the threads' waiting for
each other than they gain: measure.
"""

from __future__ import annotations

import copy
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np

from core_lib import products
from core_lib.base import Array, Layer
from core_lib.losses import Loss
from core_lib.parameters import Flat, flatten


def available_threads(threads: int, what: str = "threads") -> int:
    """Give `threads`, or 1 with a warning where the package threadpoolctl is missing.

    Without it each thread's matrix products would again use all cores, and all would wait for each other.
    """
    if threads == 1 or _blas() is not None:
        return threads
    warnings.warn(
        f"{what}={threads} needs the package threadpoolctl (pip install threadpoolctl); going on with one. "
        "The result is the same, only later.",
        stacklevel=3,
    )
    return 1


class Meeting:
    """Where the threads add up what each of them has: whoever comes first waits for the others."""

    def __init__(self, members: int) -> None:
        self.barrier = threading.Barrier(members)
        # Two sets of places in turn: nobody can be two meetings ahead, so nothing is overwritten unread.
        self.places: list[list[Any]] = [[None] * members, [None] * members]
        self.turns = [0] * members

    def total(self, member: int, s: Array) -> Array:
        """Give the sum of what all members bring; the order is fixed, so that all get the same to the last bit."""
        places = self.places[self.turns[member] % 2]
        self.turns[member] += 1
        places[member] = s
        self.barrier.wait()
        result: Array = sum(places[1:], start=places[0])
        return result

    def reset(self) -> None:
        """Begin anew, whatever happened before."""
        self.barrier.reset()
        self.turns = [0] * len(self.turns)


class Replicas:
    """A network and its replicas, and the threads that they work on.

    Parameters
    ----------
    net : Layer
    loss : Loss
    flat : Flat
        The vectors of `net`; the gradients of all replicas are added up in ``flat.grad``.
    threads : int
    lend : function (net, loss) -> context manager
        Lends a network and its loss buffers for the length of a step.
    """

    def __init__(
        self, net: Layer, loss: Loss, flat: Flat, threads: int, lend: Callable[[Layer, Loss], Any]
    ) -> None:
        self.flat = flat
        self.nets = [net, *(net.replica() for _ in range(threads - 1))]
        self.losses = [loss, *(copy.deepcopy(loss) for _ in range(threads - 1))]
        self.gradients = [flat.grad, *(flatten(net, flat.theta).grad for net in self.nets[1:])]
        self.workspaces = [lend(n, e) for n, e in zip(self.nets, self.losses, strict=True)]
        self.layers = [[layer for _, layer in n.walk()] for n in self.nets]
        self.meeting = Meeting(threads)
        self.workers = ThreadPoolExecutor(threads - 1, thread_name_prefix="core_lib")

    def run(self, x: Array, y: Array) -> float:
        """Fill the gradient vector with that of the batch's loss, and return the loss.

        Parameters
        ----------
        x : array, shape (..., N)
        y : array, shape (..., N)
        """
        count, parts = self.losses[0].count(y), len(self.nets)
        first, *others = cut(x.shape[-1], parts)
        self._prepare()
        with one_blas_thread():
            done: list[Future[float]] = []
            try:
                for part, where in enumerate(others, start=1):
                    done.append(self.workers.submit(self._part, part, x[..., where], y[..., where], count))
                value = self._part(0, x[..., first], y[..., first], count)
            finally:
                errors = [future.exception() for future in done]  # waits for them
                for layers in self.layers:
                    for layer in layers:
                        layer._sum_over_replicas = None
            for error in errors:
                if error is not None:
                    raise error
        whole = self.flat.grad
        for gradient in self.gradients[1:]:
            whole += gradient
        return value + sum(future.result() for future in done)

    def _prepare(self) -> None:
        """Make the replicas follow the network: modes, and random generators that continue from its."""
        self.meeting.reset()
        for part, layers in enumerate(self.layers):
            meet = _Member(self.meeting, part)
            for original, layer in zip(self.layers[0], layers, strict=True):
                layer._sum_over_replicas = meet
                layer.training = original.training
            if part:
                seed_generators(layers, draw_seeds(self.layers[0]))

    def _part(self, part: int, x: Array, y: Array, count: float) -> float:
        """Go forward and backward with one part of the batch, and return its share of the loss."""
        net, loss = self.nets[part], self.losses[part]
        try:
            with self.workspaces[part], np.errstate(over="ignore", invalid="ignore"):
                value = loss.forward(net.forward(x), y, count)
                net.backward(loss.backward())
                return value
        except threading.BrokenBarrierError:
            return 0.0  # another part has failed, and says why
        except BaseException:
            self.meeting.barrier.abort()  # nobody is to wait for this one
            raise


class _Member:
    """What a layer of one replica calls; a copy of a layer does not copy it."""

    def __init__(self, meeting: Meeting, member: int) -> None:
        self.meeting, self.member = meeting, member

    def __call__(self, s: Array) -> Array:
        return self.meeting.total(self.member, s)


def cut(n: int, parts: int) -> list[slice]:
    """Cut n examples into parts of nearly the same size."""
    return [slice(n * part // parts, n * (part + 1) // parts) for part in range(parts)]


def draw_seeds(layers: list[Layer]) -> list[int]:
    """Draw a seed from each random generator of the network.

    So all that is random in a replica follows from the original's generators, which are what a checkpoint keeps.
    """
    return [int(generator.integers(2**63)) for generator in _generators(layers)]


def seed_generators(layers: list[Layer], seeds: list[int]) -> None:
    """Seed the generators of a replica with what `draw_seeds` gave."""
    for generator, seed in zip(_generators(layers), seeds, strict=True):
        bits = generator.bit_generator
        bits.state = type(bits)(seed).state


def _generators(layers: list[Layer]) -> list[np.random.Generator]:
    """List the random generators of all layers."""
    return [
        value for layer in layers for value in vars(layer).values() if isinstance(value, np.random.Generator)
    ]


def _blas() -> Any:
    """Give the control of BLAS's threads, or None where threadpoolctl is missing."""
    global _control  # looking for the library takes milliseconds: once
    if _control is None:
        try:
            from threadpoolctl import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
                ThreadpoolController,
            )
        except ImportError:
            return None
        _control = ThreadpoolController().select(user_api="blas")
    return _control


_control: Any = None


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Let matrix products use one core each, for the length of a ``with``."""
    control = _blas()
    before, products.one_core = products.one_core, True
    try:
        with nullcontext() if control is None else control.limit(limits=1):
            yield
    finally:
        products.one_core = before
