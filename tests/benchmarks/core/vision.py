"""Convolutional networks in each peer's own terms, for W4 and W5; both end in ten classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.benchmarks.core import Job
from tests.benchmarks.core.mlp import torch_optimizer

LEARNING_RATE = 0.001


def data(shape: tuple[int, int, int], batch: int) -> tuple[Any, Any]:
    """Draw images of shape (N, channels, height, width) and labels of shape (N,)."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((batch, *shape), dtype=np.float32), rng.integers(0, 10, batch)


def core_lib_layers(name: str) -> list[Any]:
    """Build the layers of "lenet" or "vgg" as a student would."""
    from core_lib import BatchNorm, Conv2D, Dense, Flatten, MaxPool2D, ReLU

    rng = np.random.default_rng(0)
    if name == "lenet":
        return [
            *(Conv2D(1, 6, 5, padding=2, rng=rng), ReLU(), MaxPool2D(2)),
            *(Conv2D(6, 16, 5, rng=rng), ReLU(), MaxPool2D(2), Flatten()),
            *(Dense(400, 120, rng=rng), ReLU(), Dense(120, 84, rng=rng), ReLU(), Dense(84, 10, rng=rng)),
        ]
    layers: list[Any] = []
    for n_in, n_out in ((3, 32), (32, 32), (32, 64), (64, 64)):
        layers += [Conv2D(n_in, n_out, 3, padding=1, rng=rng), BatchNorm(n_out), ReLU()]
        if n_in == n_out:
            layers.append(MaxPool2D(2))
    return [*layers, Flatten(), Dense(4096, 128, rng=rng), ReLU(), Dense(128, 10, rng=rng)]


def core_lib(name: str, shape: tuple[int, int, int], batch: int, processes: int) -> Job:
    """Build the network and its trainer."""
    from core_lib import Adam, Sequential, SoftmaxCrossEntropy, Trainer

    x, y = data(shape, batch)
    x = np.ascontiguousarray(np.moveaxis(x, 0, -1))
    layers = core_lib_layers(name)
    trainer = Trainer(Sequential(*layers), SoftmaxCrossEntropy(), Adam(LEARNING_RATE), processes=processes)
    return Job(lambda: trainer.step(x, y), [getattr(layer, p) for layer in layers for p in layer.params])


def pytorch(name: str, shape: tuple[int, int, int], batch: int, threads: int, *, tuned: bool = False) -> Job:
    """Build the network of `torch.nn`; tuned: channels last in memory, fused updates."""
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    x, y = (torch.from_numpy(a) for a in data(shape, batch))
    if name == "lenet":
        layers: list[Any] = [
            *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
            *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
        ]
    else:
        layers = []
        for n_in, n_out in ((3, 32), (32, 32), (32, 64), (64, 64)):
            layers += [nn.Conv2d(n_in, n_out, 3, padding=1), nn.BatchNorm2d(n_out), nn.ReLU()]
            if n_in == n_out:
                layers.append(nn.MaxPool2d(2))
        layers += [nn.Flatten(), nn.Linear(4096, 128), nn.ReLU(), nn.Linear(128, 10)]
    net = nn.Sequential(*layers)
    if tuned:
        net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    loss = nn.CrossEntropyLoss()
    rule = torch_optimizer(net, "adam", LEARNING_RATE, fused=tuned)

    def step() -> float:
        rule.zero_grad()
        value = loss(net(x), y)
        value.backward()
        rule.step()
        return float(value.item())

    return Job(step, [p.detach().numpy() for p in net.parameters()])
