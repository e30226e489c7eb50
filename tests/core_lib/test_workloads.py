"""The benchmark's peers do the same work: from the same parameters come the same losses, step by step."""

from __future__ import annotations

import importlib
import pkgutil

import numpy as np
import pytest

from tests.benchmarks.core import workloads

pytestmark = pytest.mark.slow

NAMES = sorted(info.name for info in pkgutil.iter_modules(workloads.__path__))


def test_all_workloads_are_found() -> None:
    assert {"w1", "w2", "w3", "w4", "w5"} <= set(NAMES)


@pytest.mark.parametrize("peer", ["pytorch", "pytorch_tuned"])
@pytest.mark.parametrize("name", NAMES)
def test_peers_agree(name: str, peer: str) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    module = importlib.import_module(f"{workloads.__name__}.{name}")
    cores = 1 if peer == "pytorch_tuned" else 2  # with each of the two once
    ours, theirs = module.core_lib(cores), getattr(module, peer)(1)
    mine_sizes, their_sizes = ([p.size for p in job.parameters or []] for job in (ours, theirs))
    if not mine_sizes or mine_sizes != their_sizes:
        pytest.skip("its parameters are laid out in another way")
    for mine, other in zip(ours.parameters or [], theirs.parameters or [], strict=True):
        other[...] = mine.reshape(other.shape)
    losses = [(ours.step(), theirs.step()) for _ in range(5)]
    found, expected = np.array(losses).T
    assert found[0] != found[-1]
    np.testing.assert_allclose(found, expected, rtol=2e-3)
