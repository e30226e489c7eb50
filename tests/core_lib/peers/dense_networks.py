"""Dense layers and activations."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from core_lib import (
    ELU,
    GELU,
    Dense,
    LeakyReLU,
    ReLU,
    Sequential,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from core_lib.base import Array, Layer
from tests.core_lib.peers import Draw, LayerPeer, normal

SIZES = st.integers(1, 9)


def dense(draw: Draw, rng: np.random.Generator) -> tuple[Layer, Array]:
    layer = Dense(draw(SIZES), draw(SIZES), rng=rng)
    layer.b[...] = normal(rng, layer.n_out, 1)
    return layer, normal(rng, layer.n_in, draw(SIZES))


def mlp(draw: Draw, rng: np.random.Generator) -> tuple[Layer, Array]:
    n_in, hidden = draw(SIZES), draw(SIZES)
    net = Sequential(Dense(n_in, hidden, rng=rng), Tanh(), Dense(hidden, 2, rng=rng))
    return net, normal(rng, n_in, draw(SIZES))


def activation(name: str, make: Any, theirs: Any) -> LayerPeer:
    """An elementwise function, on arrays of two to four axes with numbers up to about ±30."""

    def example(draw: Draw, rng: np.random.Generator) -> tuple[Layer, Array]:
        shape = draw(st.lists(SIZES, min_size=2, max_size=4))
        x = normal(rng, *shape) * np.float32(draw(st.sampled_from([0.1, 1.0, 10.0])))
        return make(draw), x

    return LayerPeer(name, example, theirs)


LAYERS = [
    LayerPeer("Dense", dense, lambda torch, layer, x, p: p["W"] @ x + p["b"]),
    LayerPeer(
        "Sequential",
        mlp,
        lambda torch, layer, x, p: p["2.W"] @ torch.tanh(p["0.W"] @ x + p["0.b"]) + p["2.b"],
    ),
    activation("Sigmoid", lambda draw: Sigmoid(), lambda torch, layer, x, p: torch.sigmoid(x)),
    activation("Tanh", lambda draw: Tanh(), lambda torch, layer, x, p: torch.tanh(x)),
    activation("ReLU", lambda draw: ReLU(), lambda torch, layer, x, p: torch.relu(x)),
    activation(
        "LeakyReLU",
        lambda draw: LeakyReLU(draw(st.sampled_from([0.0, 0.01, 0.3]))),
        lambda torch, layer, x, p: torch.nn.functional.leaky_relu(x, layer.slope),
    ),
    activation(
        "ELU",
        lambda draw: ELU(draw(st.sampled_from([0.3, 1.0, 2.0]))),
        lambda torch, layer, x, p: torch.nn.functional.elu(x, layer.alpha),
    ),
    activation(
        "Softplus", lambda draw: Softplus(), lambda torch, layer, x, p: torch.nn.functional.softplus(x)
    ),
    activation("SiLU", lambda draw: SiLU(), lambda torch, layer, x, p: torch.nn.functional.silu(x)),
    activation("GELU", lambda draw: GELU(), lambda torch, layer, x, p: torch.nn.functional.gelu(x)),
    activation(
        "GELU approximate",
        lambda draw: GELU(approximate=True),
        lambda torch, layer, x, p: torch.nn.functional.gelu(x, approximate="tanh"),
    ),
    activation("Softmax", lambda draw: Softmax(), lambda torch, layer, x, p: torch.softmax(x, dim=-2)),
]

NO_PEER = {"Dropout": "its masks are random, and PyTorch draws others"}
