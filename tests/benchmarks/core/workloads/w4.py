"""LeNet-5 on 28×28, batch 64, Adam."""

from __future__ import annotations

from tests.benchmarks.core import Job, vision

TITLE = "LeNet-5 on 28×28, batch 64, Adam"
BATCH = 64
SETTINGS = ("lenet", (1, 28, 28), BATCH)


def core_lib(threads: int) -> Job:
    """Two processes, each with half of the batch."""
    return vision.core_lib(*SETTINGS, processes=threads)


def pytorch(threads: int) -> Job:
    """With the defaults."""
    return vision.pytorch(*SETTINGS, threads)


def pytorch_tuned(threads: int) -> Job:
    """Channels last, fused updates."""
    return vision.pytorch(*SETTINGS, threads, tuned=True)
