"""Multilayer perceptrons with ReLU in each peer's own terms, for W1 to W3."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from tests.benchmarks.core import Job

Data = tuple[Any, Any]  # x of shape (N, features); y: integers (N,), or floats (N, 1) for one output


def data(sizes: list[int], batch: int) -> Data:
    """Draw a batch."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((batch, sizes[0]), dtype=np.float32)
    if sizes[-1] == 1:
        return x, (rng.random((batch, 1)) < 0.4).astype(np.float32)
    return x, rng.integers(0, sizes[-1], batch)


def core_lib(
    sizes: list[int], batch: int, optimizer: str, lr: float, processes: int = 1, *, full_batch: bool = False
) -> Job:
    """Build the network as a student would; full batch: all examples, in every step, so that nobody may change them."""
    from core_lib import (
        SGD,
        Adam,
        BinaryCrossEntropy,
        Dense,
        Layer,
        Momentum,
        ReLU,
        Sequential,
        SoftmaxCrossEntropy,
        Trainer,
    )

    x, y = data(sizes, batch)
    x, y = np.ascontiguousarray(x.T), y.T.copy()
    if full_batch:
        x.flags.writeable = y.flags.writeable = False  # then they are handed to another process only once
    rng = np.random.default_rng(0)
    layers: list[Layer] = []
    for n_in, n_out in pairwise(sizes):
        layers += [Dense(n_in, n_out, rng=rng), ReLU()]
    loss = BinaryCrossEntropy() if sizes[-1] == 1 else SoftmaxCrossEntropy()
    rules = {"sgd": SGD, "momentum": Momentum, "adam": Adam}
    net = Sequential(*layers[:-1])
    trainer = Trainer(net, loss, rules[optimizer](lr), processes=processes)
    parameters = [a for layer in layers if isinstance(layer, Dense) for a in (layer.W, layer.b)]
    return Job(lambda: trainer.step(x, y), parameters)


def pytorch(
    sizes: list[int], batch: int, optimizer: str, lr: float, threads: int, *, fused: bool = False
) -> Job:
    """Build the network of `torch.nn`, with the optimizer's default settings or fused updates."""
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    x, y = (torch.from_numpy(a) for a in data(sizes, batch))
    layers: list[Any] = []
    for n_in, n_out in pairwise(sizes):
        layers += [torch.nn.Linear(n_in, n_out), torch.nn.ReLU()]
    net = torch.nn.Sequential(*layers[:-1])
    loss = torch.nn.BCEWithLogitsLoss() if sizes[-1] == 1 else torch.nn.CrossEntropyLoss()
    rule = torch_optimizer(net, optimizer, lr, fused=fused)

    def step() -> float:
        rule.zero_grad()
        value = loss(net(x), y)
        value.backward()
        rule.step()
        return float(value.item())

    return Job(step, [p.detach().numpy() for p in net.parameters()])


def torch_optimizer(net: Any, name: str, lr: float, *, fused: bool) -> Any:
    """Give the optimizer of that name."""
    import torch

    if name == "adam":
        return torch.optim.Adam(net.parameters(), lr, fused=fused or None)
    return torch.optim.SGD(
        net.parameters(), lr, momentum=0.9 if name == "momentum" else 0.0, fused=fused or None
    )


def weights(sizes: list[int]) -> list[Any]:
    """Draw weights (n_in, n_out) and biases for the peers that have no layers."""
    rng = np.random.default_rng(0)
    drawn = []
    for n_in, n_out in pairwise(sizes):
        w = rng.standard_normal((n_in, n_out), dtype=np.float32) * np.float32((2 / n_in) ** 0.5)
        drawn += [w, np.zeros(n_out, np.float32)]
    return drawn


def loss_of(np_like: Any, parameters: list[Any], x: Any, y: Any) -> Any:
    """Compute the loss in NumPy's terms, for peers that differentiate such functions."""
    for i in range(0, len(parameters), 2):
        x = np_like.dot(x, parameters[i]) + parameters[i + 1]
        if i + 2 < len(parameters):
            x = np_like.maximum(x, np.float32(0))
    if parameters[-1].size == 1:
        return np_like.mean(
            np_like.maximum(x, np.float32(0)) - x * y + np_like.log1p(np_like.exp(-np_like.abs(x)))
        )
    top = np_like.max(x, axis=1, keepdims=True)
    return np_like.mean(
        np_like.log(np_like.sum(np_like.exp(x - top), axis=1)) + top[:, 0] - np_like.sum(x * y, axis=1)
    )


def one_hot(y: Any) -> Any:
    """Targets for `loss_of`: integers as rows of zeros and a one."""
    return y if y.ndim == 2 else np.eye(10, dtype=np.float32)[y]


def update(name: str, lr: float, parameters: list[Any], grads: list[Any], memory: list[Any], t: int) -> None:
    """Update NumPy arrays in place."""
    f = np.float32
    for i, (p, g) in enumerate(zip(parameters, grads, strict=True)):
        if name == "sgd":
            p -= f(lr) * g
        elif name == "momentum":
            memory[i][...] = f(0.9) * memory[i] + g
            p -= f(lr) * memory[i]
        else:
            m, v = memory[i]
            m += f(0.1) * (g - m)
            v += f(0.001) * (g * g - v)
            p -= f(lr / (1 - 0.9**t)) * m / (np.sqrt(v / f(1 - 0.999**t)) + f(1e-8))


def memory_for(name: str, parameters: list[Any]) -> list[Any]:
    """Give the optimizer's memory, all zeros."""
    return [np.zeros((2, *p.shape), p.dtype) if name == "adam" else np.zeros_like(p) for p in parameters]


def autograd(sizes: list[int], batch: int, optimizer: str, lr: float) -> Job:
    """Use HIPS autograd, with the update in NumPy."""
    import autograd.numpy as anp
    from autograd import value_and_grad

    x, y = data(sizes, batch)
    y = one_hot(y)
    parameters = weights(sizes)
    memory = memory_for(optimizer, parameters)
    gradient = value_and_grad(lambda ps: loss_of(anp, ps, x, y))
    t = 0

    def step() -> float:
        nonlocal t
        t += 1
        value, grads = gradient(parameters)
        update(optimizer, lr, parameters, grads, memory, t)
        return float(value)

    return Job(step)


def mygrad(sizes: list[int], batch: int, optimizer: str, lr: float) -> Job:
    """Use MyGrad, with the update in NumPy."""
    import mygrad as mg

    class Names:  # what `loss_of` asks for, by MyGrad's names
        dot, maximum, mean = mg.matmul, mg.maximum, mg.mean
        log1p, exp, abs, log, sum, max = mg.log1p, mg.exp, mg.abs, mg.log, mg.sum, mg.max

    x, y = data(sizes, batch)
    y = one_hot(y)
    parameters = weights(sizes)
    memory = memory_for(optimizer, parameters)
    t = 0

    def step() -> float:
        nonlocal t
        t += 1
        tensors = [mg.tensor(p, copy=False) for p in parameters]
        value = loss_of(Names, tensors, x, y)
        value.backward()
        grads = [tensor.grad for tensor in tensors]
        result = float(value.item())
        update(optimizer, lr, parameters, grads, memory, t)
        return result

    return Job(step)


def jax(sizes: list[int], batch: int, optimizer: str, lr: float) -> Job:
    """Use JAX, the whole step compiled."""
    import jax as j
    import jax.numpy as jnp

    x, y = data(sizes, batch)
    x, y = jnp.asarray(x), jnp.asarray(one_hot(y))
    parameters = [jnp.asarray(w) for w in weights(sizes)]
    memory = [jnp.asarray(m) for m in memory_for(optimizer, parameters)]

    def compiled(parameters: Any, memory: Any, t: Any) -> Any:
        value, grads = j.value_and_grad(lambda ps: loss_of(jnp, ps, x, y))(parameters)
        if optimizer == "sgd":
            return [p - lr * g for p, g in zip(parameters, grads, strict=True)], memory, value
        if optimizer == "momentum":
            memory = [0.9 * m + g for m, g in zip(memory, grads, strict=True)]
            return [p - lr * m for p, m in zip(parameters, memory, strict=True)], memory, value
        pairs = [
            (0.9 * m[0] + 0.1 * g, 0.999 * m[1] + 0.001 * g * g) for m, g in zip(memory, grads, strict=True)
        ]
        parameters = [
            p - lr * (m / (1 - 0.9**t)) / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-8)
            for p, (m, v) in zip(parameters, pairs, strict=True)
        ]
        return parameters, [jnp.stack(pair) for pair in pairs], value

    run = j.jit(compiled, donate_argnums=(0, 1))
    t = 0

    def step() -> float:
        nonlocal parameters, memory, t
        t += 1
        parameters, memory, value = run(parameters, memory, np.float32(t))
        return float(value)

    return Job(step)


def sklearn(sizes: list[int], batch: int, optimizer: str, lr: float) -> Job:
    """Use scikit-learn's MLP; `partial_fit` makes one step on the batch."""
    from sklearn.neural_network import MLPClassifier

    x, y = data(sizes, batch)
    y = y.ravel().astype(int)
    net = MLPClassifier(
        tuple(sizes[1:-1]),
        solver="adam" if optimizer == "adam" else "sgd",
        learning_rate_init=lr,
        alpha=0.0,
        momentum=0.9 if optimizer == "momentum" else 0.0,
        nesterovs_momentum=False,
        batch_size=batch,
    )
    classes = np.unique(y)

    def step() -> float:
        net.partial_fit(x, y, classes=classes)
        return float(net.loss_)

    return Job(step)
