"""What a process does that works on a part of each batch; see `processes.py`, which starts it."""

from __future__ import annotations

import os
import pickle
import signal
import traceback
from typing import Any, TypeAlias

import numpy as np

from core_lib import processes
from core_lib.base import Array, Layer
from core_lib.errors import CoreLibError, DataError
from core_lib.losses import Loss
from core_lib.optimizers import Optimizer
from core_lib.parameters import flatten
from core_lib.shared_memory import Channel, Place, SharedMemory
from core_lib.threads import seed_generators
from core_lib.training import Workspace

#: A `SharedMemory`, and where in it an array is.
Address: TypeAlias = "tuple[tuple[int, str], Place]"


class GivenUp(Exception):  # noqa: N818  # nobody has made an error here
    """Another part of the batch has failed, and this one is not needed."""


class Part:
    """A replica of the network, and the memory that is shared.

    Parameters
    ----------
    channel : Channel
    replica : bytes
        The network and its loss.
    address : (int, str)
        Of the memory that has the vectors.
    theta, grad : Place
        Where the parameters are, and where the gradients of this part are to be.
    """

    def __init__(
        self, channel: Channel, replica: bytes, address: tuple[int, str], theta: Place, grad: Place
    ) -> None:
        self.channel = channel
        self.vectors = SharedMemory(*address)
        try:
            net, loss = pickle.loads(replica)  # noqa: S301  # from the process that started this one, as all here
        except Exception as error:
            raise DataError(
                f"the network cannot be made again in another process: {error}. Move what you have written for it to a "
                "module of its own, or use threads instead of processes."
            ) from error
        self.net: Layer = net
        self.loss: Loss = loss
        flatten(net, self.vectors.array(theta), self.vectors.array(grad))
        self.layers = [layer for _, layer in net.walk()]
        for layer in self.layers:
            layer._sum_over_replicas = self.total
        self.workspace = Workspace(net, loss)
        self.opened: dict[str, SharedMemory] = {}

    def step(self, x: Address, y: Address, count: float, modes: list[bool], seeds: list[int]) -> bytes:
        """Go forward and backward, and give this part's share of the loss."""
        for layer, training in zip(self.layers, modes, strict=True):
            layer.training = training
        seed_generators(self.layers, seeds)
        inputs, targets = self.find("x", *x), self.find("y", *y)
        with self.workspace, np.errstate(over="ignore", invalid="ignore"):
            value = self.loss.forward(self.net.forward(inputs), targets, count)
            self.net.backward(self.loss.backward())
        return np.float64(value).tobytes()

    def update(
        self,
        kind: type[Optimizer],
        settings: dict[str, Any],
        address: tuple[int, str] | None,
        memory: list[Place],
        vectors: list[Place],
        where: slice,
    ) -> bytes:
        """Update a part of the parameters."""
        optimizer = kind.__new__(kind)
        vars(optimizer).update(settings)
        optimizer.state = {}
        if address is not None:
            arrays = (self.find("memory", address, place) for place in memory)
            optimizer.state = dict(zip(kind.memory, arrays, strict=True))
        theta, grad, *others = (self.vectors.array(place) for place in vectors)
        processes.update_part(optimizer, theta, grad, others, where)
        return b""

    def find(self, what: str, address: tuple[int, str], place: Place) -> Array:
        """Give an array at an address, which is nearly always that of the last time."""
        memory = self.opened.get(what)
        if memory is None or memory.address != address:
            memory = self.opened[what] = SharedMemory(*address)
        return memory.array(place)

    def total(self, s: Array) -> Array:
        """Hand in what this part has of a sum, and give the sum."""
        self.channel.send(processes.TOTAL, s.tobytes())
        kind, content = self.channel.receive()
        if kind == processes.GIVE_UP:
            raise GivenUp
        return np.frombuffer(content, s.dtype).reshape(s.shape)


def work() -> None:
    """Be such a process: what is asked comes on the standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who presses Ctrl-C means the process that started this one
    channel = Channel(os.dup(0), os.dup(1))
    os.dup2(2, 1)  # what a layer prints is no message,
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # and what it asks for is not to be one
    serve(channel)


def serve(channel: Channel) -> None:
    """Do what is asked for, until nobody asks any more."""
    part: Part | None = None
    while True:
        try:
            kind, content = channel.receive()
        except EOFError:
            return
        try:
            if kind == processes.GIVE_UP:
                continue  # too late: this part was done
            task = pickle.loads(content)  # noqa: S301
            if kind == processes.BEGIN:
                part = Part(channel, *task)
                continue
            assert part is not None
            answer = part.step(*task) if kind == processes.STEP else part.update(*task)
            channel.send(processes.DONE, answer)
        except EOFError:
            return
        except GivenUp:
            channel.send(processes.DONE)
        except Exception as error:  # noqa: BLE001  # it is raised where the step was asked for
            channel.send(processes.ERROR, _packed(error))
            if part is None:
                return


def _packed(error: Exception) -> bytes:
    """Pack an error and where it happened; one that cannot be packed is told in words."""
    trace = traceback.format_exc()
    try:
        packed = pickle.dumps((error, trace))
        pickle.loads(packed)  # noqa: S301
    except Exception:  # noqa: BLE001  # an error may hold anything
        return pickle.dumps((CoreLibError(f"{type(error).__name__}: {error}"), trace))
    return packed
