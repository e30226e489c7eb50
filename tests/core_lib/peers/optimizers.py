"""Optimizers."""

from __future__ import annotations

from core_lib import SGD, AdaGrad, Adam, AdamW, Momentum, NAdam, Nesterov, RMSProp
from tests.core_lib.peers import OptimizerPeer

OPTIMIZERS = [
    OptimizerPeer("SGD", lambda: SGD(0.1), lambda torch, ps: torch.optim.SGD(ps, lr=0.1)),
    OptimizerPeer(
        "Momentum", lambda: Momentum(0.05, 0.8), lambda torch, ps: torch.optim.SGD(ps, lr=0.05, momentum=0.8)
    ),
    OptimizerPeer("Adam", lambda: Adam(0.01), lambda torch, ps: torch.optim.Adam(ps, lr=0.01)),
    OptimizerPeer(
        "Nesterov",
        lambda: Nesterov(0.05, 0.8),
        lambda torch, ps: torch.optim.SGD(ps, lr=0.05, momentum=0.8, nesterov=True),
    ),
    OptimizerPeer("AdaGrad", lambda: AdaGrad(0.1), lambda torch, ps: torch.optim.Adagrad(ps, lr=0.1)),
    OptimizerPeer(
        "RMSProp", lambda: RMSProp(0.01, 0.9), lambda torch, ps: torch.optim.RMSprop(ps, lr=0.01, alpha=0.9)
    ),
    OptimizerPeer(
        "AdamW",
        lambda: AdamW(0.01, decay=0.1),
        lambda torch, ps: torch.optim.AdamW(ps, lr=0.01, weight_decay=0.1),
    ),
    OptimizerPeer("NAdam", lambda: NAdam(0.01), lambda torch, ps: torch.optim.NAdam(ps, lr=0.01)),
]

NO_PEER = {"Lion": "PyTorch has none; test_optimizers.py compares it with its equations"}
