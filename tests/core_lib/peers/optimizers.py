"""Optimizers."""

from __future__ import annotations

from core_lib import SGD, Adam, Momentum
from tests.core_lib.peers import OptimizerPeer

OPTIMIZERS = [
    OptimizerPeer("SGD", lambda: SGD(0.1), lambda torch, ps: torch.optim.SGD(ps, lr=0.1)),
    OptimizerPeer(
        "Momentum", lambda: Momentum(0.05, 0.8), lambda torch, ps: torch.optim.SGD(ps, lr=0.05, momentum=0.8)
    ),
    OptimizerPeer("Adam", lambda: Adam(0.01), lambda torch, ps: torch.optim.Adam(ps, lr=0.01)),
]

NO_PEER: dict[str, str] = {}
