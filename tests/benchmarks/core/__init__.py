"""Training steps of core_lib and of its peers, side by side: ``python -m tests.benchmarks.core``.

A workload is a module in `workloads/`, found without being listed. It has a title and a function for each
peer, named as the peer, which builds the network and gives a `Job`::

    TITLE = "MLP 12288-20-7-5-1, …"
    BATCH = 209

    def core_lib(threads: int) -> Job: ...
    def pytorch(threads: int) -> Job: ...

A peer's package is imported inside of its function, so that each process has only its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Job(NamedTuple):
    """What a peer's function gives."""

    #: Makes one training step (forward, loss, backward, update), and returns the loss before it.
    step: Callable[[], float]
    #: The learned arrays in the network's order, as NumPy views, so that a test can give two peers the
    #: same ones; None for peers which are only there for the record.
    parameters: list[Any] | None = None


#: The first two are what the goal is about; the others are measured for the record.
PEERS = ("core_lib", "pytorch", "pytorch_tuned", "jax", "mygrad", "autograd", "sklearn")
PACKAGES = {"core_lib": "numpy", "pytorch": "torch", "pytorch_tuned": "torch"}  # others: as the peer
