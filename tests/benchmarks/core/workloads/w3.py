"""MLP 784-512-256-10, softmax cross-entropy, batch 1024, momentum."""

from __future__ import annotations

from tests.benchmarks.core import Job, mlp

TITLE = "MLP 784-512-256-10, softmax cross-entropy, batch 1024, momentum"
BATCH = 1024
SETTINGS = ([784, 512, 256, 10], BATCH, "momentum", 0.01)


def core_lib(threads: int) -> Job:
    """Two processes, each with half of the batch."""
    return mlp.core_lib(*SETTINGS, processes=threads)


def pytorch(threads: int) -> Job:
    """With the defaults."""
    return mlp.pytorch(*SETTINGS, threads)


def pytorch_tuned(threads: int) -> Job:
    """With fused updates."""
    return mlp.pytorch(*SETTINGS, threads, fused=True)


def jax(threads: int) -> Job:
    """Compiled as a whole."""
    return mlp.jax(*SETTINGS)


def mygrad(threads: int) -> Job:
    """Differentiated by MyGrad."""
    return mlp.mygrad(*SETTINGS)


def autograd(threads: int) -> Job:
    """Differentiated by HIPS autograd."""
    return mlp.autograd(*SETTINGS)


def sklearn(threads: int) -> Job:
    """Scikit-learn's own network."""
    return mlp.sklearn(*SETTINGS)
