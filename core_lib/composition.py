"""Layers made of layers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core_lib.base import NOT_NEEDED, Array, Layer
from core_lib.errors import DataError


class Sequential(Layer):
    """Layers one after the other: a network, or a part of one.

    .. math:: y = f_L( … f_2(f_1(x)))

    Backward is the chain rule, from the last layer to the first.

    Parameters
    ----------
    *layers : Layer
        In the order in which the input passes through them.

    Examples
    --------
    >>> from core_lib import Dense, ReLU
    >>> rng = np.random.default_rng(0)
    >>> net = Sequential(Dense(64, 32, rng=rng), ReLU(), Dense(32, 10, rng=rng))
    >>> net.forward(np.ones((64, 5), dtype=np.float32)).shape
    (10, 5)
    """

    def __init__(self, *layers: Layer) -> None:
        for layer in layers:
            if not isinstance(layer, Layer):
                raise DataError(
                    f"Sequential takes layers, and got {layer!r} of type {type(layer).__name__}. "
                    "Write Sequential(a, b), not Sequential([a, b]), and ReLU(), not ReLU."
                )
        if len({id(layer) for layer in layers}) != len(layers):
            raise DataError(
                "Sequential: the same layer is in the list twice; make two, each has its own memory."
            )
        self.layers = list(layers)
        for path, layer in self.walk():
            layer.place = path

    def forward(self, x: Array) -> Array:
        """Pass `x`, shape (features, N), through all layers."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dy: Array) -> Array:
        """Pass `dy`, the shape of the output, back through all layers."""
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
            if not layer.needs_dx:
                return NOT_NEEDED
        return dy

    def skip_input_gradient(self, skip: bool) -> None:
        """Leave out the input gradients up to the first layer with parameters, which ends the way back."""
        self.needs_dx = not skip
        for layer in self.layers:
            layer.skip_input_gradient(skip)
            if any(inner.params for _, inner in layer.walk()):
                break

    def children(self) -> Iterator[tuple[str, Layer]]:
        """Yield ("0", first layer), ("1", second layer), …"""
        for i, layer in enumerate(self.layers):
            yield str(i), layer

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.layers))})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """A nested network with all kinds of children."""
        from core_lib.activations import Tanh
        from core_lib.dense import Dense

        net = cls(Dense(4, 3, rng=rng), Sequential(Tanh(), Dense(3, 2, rng=rng)))
        return net, rng.standard_normal((4, 5), dtype=np.float32)


def find_non_finite(net: Layer, x: Array) -> str:
    """Say in a sentence where, on the way forward, the first NaN or infinity arises."""
    if not np.isfinite(x).all():
        return "The input itself has NaN or infinite values: clean the data (Dataset says where they are)."
    for part in net.layers if isinstance(net, Sequential) else [net]:
        for path, layer in part.walk(part.place):
            for name in layer.params:
                if not np.isfinite(getattr(layer, name)).all():
                    return f"The first such layer is layer {path}, {layer!r}: its parameter {name} is not finite."
        with np.errstate(all="ignore"):
            y = part.forward(x)
        if not np.isfinite(y).all():
            if isinstance(part, Sequential):
                return find_non_finite(part, x)
            return f"The first such layer is {part.describe()}: finite input, output that is not."
        x = y
    return "No layer gives a value that is not finite: it arises in the loss."
