"""Transformer encoder block, d 64, 4 heads, 64 tokens, batch 16, feed-forward 256, Adam."""

from __future__ import annotations

from tests.benchmarks.core import Job, sequence_networks

TITLE = "transformer encoder block, d 64, 4 heads, 64 tokens, batch 16, feed-forward 256, Adam"
BATCH = 16
SETTINGS = ("transformer", 64, 64, BATCH)


def core_lib(threads: int) -> Job:
    """Two processes, each with half of the batch."""
    return sequence_networks.core_lib(*SETTINGS, processes=threads)


def pytorch(threads: int) -> Job:
    """With the defaults."""
    return sequence_networks.pytorch(*SETTINGS, threads)


def pytorch_tuned(threads: int) -> Job:
    """With fused updates."""
    return sequence_networks.pytorch(*SETTINGS, threads, tuned=True)
