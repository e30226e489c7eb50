"""MLP 12288-20-7-5-1, binary cross-entropy, full batch of 209, gradient descent."""

from __future__ import annotations

from tests.benchmarks.core import Job, mlp

TITLE = "MLP 12288-20-7-5-1, binary cross-entropy, full batch of 209, gradient descent"
BATCH = 209
SETTINGS = ([12288, 20, 7, 5, 1], BATCH, "sgd", 0.0075)


def core_lib(threads: int) -> Job:
    """Two processes, each with half of the examples."""
    return mlp.core_lib(*SETTINGS, processes=threads, full_batch=True)


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
