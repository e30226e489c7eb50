"""An LSTM and a transformer's encoder block in each peer's own terms, for W6 and W7; both end in ten classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.benchmarks.core import Job
from tests.benchmarks.core.mlp import torch_optimizer

LEARNING_RATE = 0.001


def data(steps: int, features: int, batch: int) -> tuple[Any, Any]:
    """Draw sequences of shape (steps, N, features) and labels of shape (N,)."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((steps, batch, features), dtype=np.float32), rng.integers(0, 10, batch)


def core_lib(name: str, steps: int, features: int, batch: int, processes: int = 1) -> Job:
    """Build the network and its trainer as a student would."""
    from core_lib import (
        LSTM,
        Adam,
        Dense,
        MeanOverSteps,
        Sequential,
        SoftmaxCrossEntropy,
        Trainer,
        TransformerEncoderBlock,
    )
    from core_lib.parameters import named_parameters

    x, y = data(steps, features, batch)
    x = np.ascontiguousarray(np.moveaxis(x, 1, -1))
    rng = np.random.default_rng(0)
    if name == "lstm":
        net = Sequential(LSTM(features, 128, rng=rng, returns="last"), Dense(128, 10, rng=rng))
    else:
        block = TransformerEncoderBlock(features, 4, 4 * features, rng=rng)
        net = Sequential(block, MeanOverSteps(), Dense(features, 10, rng=rng))
    trainer = Trainer(net, SoftmaxCrossEntropy(), Adam(LEARNING_RATE), processes=processes)
    return Job(lambda: trainer.step(x, y), [getattr(layer, p) for _, layer, p in named_parameters(net)])


def pytorch(name: str, steps: int, features: int, batch: int, threads: int, *, tuned: bool = False) -> Job:
    """Build the network of `torch.nn`; tuned: fused updates."""
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    x, y = (torch.from_numpy(a) for a in data(steps, features, batch))
    if name == "lstm":
        body: Any = nn.LSTM(features, 128)
        head = nn.Linear(128, 10)
    else:
        body = nn.TransformerEncoderLayer(features, 4, 4 * features, dropout=0.0, batch_first=True)
        head = nn.Linear(features, 10)
        x = x.transpose(0, 1).contiguous()
    parameters = nn.ModuleList([body, head])
    loss = nn.CrossEntropyLoss()
    rule = torch_optimizer(parameters, "adam", LEARNING_RATE, fused=tuned)

    def step() -> float:
        rule.zero_grad()
        h = body(x)[0][-1] if name == "lstm" else body(x).mean(dim=1)
        value = loss(head(h), y)
        value.backward()
        rule.step()
        return float(value.item())

    return Job(step, [p.detach().numpy() for p in parameters.parameters()])
