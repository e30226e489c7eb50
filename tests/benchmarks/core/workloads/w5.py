"""VGG-like on 32×32×3: 2×(conv 32, batch norm, ReLU), pool, 2×(conv 64, batch norm, ReLU), pool, dense 128, 10; batch 32, Adam."""

from __future__ import annotations

from tests.benchmarks.core import Job, vision

TITLE = "VGG-like on 32×32×3: 2×(conv 32, batch norm, ReLU), pool, 2×(conv 64, batch norm, ReLU), pool, dense 128, 10; batch 32, Adam"
BATCH = 32
SETTINGS = ("vgg", (3, 32, 32), BATCH)


def core_lib(threads: int) -> Job:
    """Two processes, each with half of the batch."""
    return vision.core_lib(*SETTINGS, processes=threads)


def pytorch(threads: int) -> Job:
    """With the defaults."""
    return vision.pytorch(*SETTINGS, threads)


def pytorch_tuned(threads: int) -> Job:
    """Channels last, fused updates."""
    return vision.pytorch(*SETTINGS, threads, tuned=True)
