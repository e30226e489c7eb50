"""LSTM, input 32, hidden 128, 64 steps, batch 32, Adam."""

from __future__ import annotations

from tests.benchmarks.core import Job, sequence_networks

TITLE = "LSTM, input 32, hidden 128, 64 steps, batch 32, Adam"
BATCH = 32
SETTINGS = ("lstm", 64, 32, BATCH)


def core_lib(threads: int) -> Job:
    """Two processes, each with half of the batch."""
    return sequence_networks.core_lib(*SETTINGS, processes=threads)


def pytorch(threads: int) -> Job:
    """With the defaults."""
    return sequence_networks.pytorch(*SETTINGS, threads)


def pytorch_tuned(threads: int) -> Job:
    """With fused updates."""
    return sequence_networks.pytorch(*SETTINGS, threads, tuned=True)
