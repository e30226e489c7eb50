"""Convolution, pooling and normalization; PyTorch's images have examples first: (N, C, H, W)."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from core_lib import (
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Flatten,
    GlobalAveragePool2D,
    GlobalMaxPool2D,
    LayerNorm,
    MaxPool2D,
)
from core_lib.base import Array, Layer
from tests.core_lib.peers import Draw, LayerPeer, normal

SMALL = st.integers(1, 4)


def images_first(x: Any) -> Any:
    return x.permute(3, 0, 1, 2)


def examples_last(x: Any) -> Any:
    return x.permute(1, 2, 3, 0)


def conv(draw: Draw, rng: np.random.Generator) -> tuple[Layer, Array]:
    pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
    groups = draw(st.integers(1, 3))
    kernel, stride, dilation = draw(pairs), draw(pairs), draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
    padding = draw(st.tuples(st.integers(0, 3), st.integers(0, 3)))
    layer = Conv2D(
        groups * draw(st.integers(1, 3)),
        groups * draw(st.integers(1, 3)),
        kernel,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        rng=rng,
    )
    layer.b[...] = normal(rng, *layer.b.shape)
    least = [max(1, d * (k - 1) + 1 - 2 * p) for k, p, d in zip(kernel, padding, dilation, strict=True)]
    size = [n + draw(st.integers(0, 5)) for n in least]
    return layer, normal(rng, layer.n_in, *size, draw(SMALL))


def their_conv(torch: Any, layer: Any, x: Any, p: dict[str, Any]) -> Any:
    _, stride, padding, dilation = layer.sliding
    y = torch.nn.functional.conv2d(
        images_first(x), p["W"], p["b"].reshape(-1), stride, padding, dilation, layer.groups
    )
    return examples_last(y)


def pool(cls: Any) -> Any:
    def make(draw: Draw, rng: np.random.Generator) -> tuple[Layer, Array]:
        kernel = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
        stride = draw(st.none() | st.tuples(st.integers(1, 4), st.integers(1, 4)))
        padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
        size = [k + draw(st.integers(0, 5)) for k in kernel]
        return cls(kernel, stride=stride, padding=padding), normal(rng, draw(SMALL), *size, draw(SMALL))

    return make


def their_pool(name: str) -> Any:
    def theirs(torch: Any, layer: Any, x: Any, p: dict[str, Any]) -> Any:
        kernel, stride, padding, _ = layer.sliding
        return examples_last(getattr(torch.nn.functional, name)(images_first(x), kernel, stride, padding))

    return theirs


def image(cls: Any) -> Any:
    def make(draw: Draw, rng: np.random.Generator) -> tuple[Layer, Array]:
        return cls(), normal(rng, *(draw(SMALL) for _ in range(4)))

    return make


def norm(cls: Any, axis: int, least: int, training: bool = True) -> Any:
    """A normalization layer with the features on `axis`, and numbers that are not around zero."""

    def make(draw: Draw, rng: np.random.Generator) -> tuple[Layer, Array]:
        shape = [draw(st.integers(least, 7)) for _ in range(draw(st.integers(2, 4)))]
        layer = cls(shape[axis])
        layer.gamma[...] = normal(rng, *layer.gamma.shape)
        layer.beta[...] = normal(rng, *layer.beta.shape)
        for name in layer.state:
            getattr(layer, name)[...] = rng.uniform(0.5, 2.0, layer.n_features)
        return layer.train(training), normal(rng, *shape) + np.float32(draw(st.sampled_from([0.0, 3.0])))

    return make


def their_batch_norm(torch: Any, layer: Any, x: Any, p: dict[str, Any]) -> Any:
    mean, variance = torch.tensor(layer.before[0]), torch.tensor(layer.before[1])
    y = torch.nn.functional.batch_norm(
        x.movedim(-1, 0), mean, variance, p["gamma"], p["beta"], layer.training, layer.momentum, layer.eps
    )
    # the moving averages agree too
    np.testing.assert_allclose(layer.mean, mean.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(layer.variance, variance.numpy(), rtol=1e-5, atol=1e-6)
    return y.movedim(0, -1)


class RememberingBatchNorm(BatchNorm):
    """Keeps the moving averages from before the step, with which PyTorch is to begin."""

    def forward(self, x: Array) -> Array:
        self.before = self.mean.copy(), self.variance.copy()
        return super().forward(x)


RememberingBatchNorm.__name__ = "BatchNorm"
RememberingBatchNorm.__module__ = "tests"


def their_layer_norm(torch: Any, layer: Any, x: Any, p: dict[str, Any]) -> Any:
    y = torch.nn.functional.layer_norm(
        x.transpose(-1, -2), (layer.n_features,), p["gamma"][:, 0], p["beta"][:, 0], layer.eps
    )
    return y.transpose(-1, -2)


LAYERS = [
    LayerPeer("Conv2D", conv, their_conv),
    LayerPeer("MaxPool2D", pool(MaxPool2D), their_pool("max_pool2d")),
    LayerPeer("AveragePool2D", pool(AveragePool2D), their_pool("avg_pool2d")),
    LayerPeer("GlobalAveragePool2D", image(GlobalAveragePool2D), lambda torch, layer, x, p: x.mean((1, 2))),
    LayerPeer("GlobalMaxPool2D", image(GlobalMaxPool2D), lambda torch, layer, x, p: x.amax((1, 2))),
    LayerPeer("Flatten", image(Flatten), lambda torch, layer, x, p: images_first(x).flatten(start_dim=1).T),
    LayerPeer("BatchNorm training", norm(RememberingBatchNorm, 0, 2), their_batch_norm),
    LayerPeer("BatchNorm predicting", norm(RememberingBatchNorm, 0, 1, training=False), their_batch_norm),
    LayerPeer("LayerNorm", norm(LayerNorm, -2, 4), their_layer_norm),
]
