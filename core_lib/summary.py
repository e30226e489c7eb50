"""A network in a table: its layers, the shapes between them, how much they learn, compute and keep."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from core_lib.base import Array, Layer
from core_lib.composition import Sequential
from core_lib.parameters import count_parameters


class LayerRow(NamedTuple):
    """A line of the table."""

    name: str  # "0", or "2.1" inside of a nested Sequential
    kind: str  # "Dense"
    detail: str  # "Dense(64, 10)"
    output_shape: tuple[int, ...]  # of one example
    parameters: int
    multiply_adds: int  # of the way forward, for one example
    memory: int  # bytes of the outputs of this layer and all inside of it, for one example


class NetworkSummary(NamedTuple):
    """What `summarize` gives; ``print`` it, or take `to_dict` for a file.

    The way back takes about twice the multiply-adds of the way forward. Training keeps the outputs of all layers, of
    each example of a batch, and for each parameter its gradient and the optimizer's memory.
    """

    input_shape: tuple[int, ...]
    layers: list[LayerRow]
    parameters: int
    multiply_adds: int
    memory: int

    def to_dict(self) -> dict[str, Any]:
        """Give the content of ``results/network.json``."""
        rows = [
            {
                "name": r.name,
                "kind": r.kind,
                "output_shape": list(r.output_shape),
                "parameters": r.parameters,
                "multiply_adds": r.multiply_adds,
                "memory": r.memory,
            }
            for r in self.layers
        ]
        return {
            "schema": 1,
            "layers": rows,
            "parameters": self.parameters,
            "multiply_adds": self.multiply_adds,
            "memory": self.memory,
        }

    def __str__(self) -> str:
        table = [
            ("layer", "", "output of one example", "parameters", "multiply-adds", "memory"),
            ("input", "", str(self.input_shape), "", "", ""),
        ]
        table += [
            (
                r.name,
                r.detail,
                str(r.output_shape),
                f"{r.parameters:,}",
                f"{r.multiply_adds:,}",
                _bytes(r.memory),
            )
            for r in self.layers
        ]
        table += [
            ("total", "", "", f"{self.parameters:,}", f"{self.multiply_adds:,}", _bytes(self.memory)),
        ]
        widths = [max(len(row[i]) for row in table) for i in range(6)]
        return "\n".join(
            "  ".join(
                f"{text:<{width}}" if i < 3 else f"{text:>{width}}"
                for i, (text, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in table
        )


def summarize(net: Layer, x: tuple[int, ...] | Array) -> NetworkSummary:
    """Describe a network by passing one example through a copy of it.

    Multiply-adds are counted from the weights: each is used once for each place of an image (of the output) and
    each step of a sequence (of the input). What is cheap beside that, activations and normalization, is not
    counted. A layer with products that are not of a weight and a number, such as attention, gives their number in a
    method ``extra_multiply_adds(x, y)``.

    Parameters
    ----------
    net : Layer
    x : tuple of int, or array of shape (..., N)
        The shape of one example, ``(64,)``; or an example, for networks that take integers.

    Returns
    -------
    NetworkSummary
    """
    import copy

    example: Array = np.zeros((*x, 1), np.float32) if isinstance(x, tuple) else x[..., :1]
    rows: list[LayerRow] = []
    net = copy.deepcopy(net).eval()
    counts: dict[int, tuple[int, int]] = {}
    for _, layer in net.walk():
        if not isinstance(layer, Sequential):
            vars(layer)["forward"] = _counting(layer, counts)

    def visit(layer: Layer, x: Array) -> Array:
        if isinstance(layer, Sequential):
            for inner in layer.layers:
                x = visit(inner, x)
            return x
        y = layer.forward(x)
        inside = [counts.get(id(inner), (0, 0)) for _, inner in layer.walk()]
        rows.append(
            LayerRow(
                layer.place or "0",
                type(layer).__name__,
                repr(layer),
                y.shape[:-1],
                count_parameters(layer),
                sum(multiply_adds for multiply_adds, _ in inside),
                sum(memory for _, memory in inside),
            )
        )
        return y

    visit(net, example)
    return NetworkSummary(
        example.shape[:-1],
        rows,
        count_parameters(net),
        sum(row.multiply_adds for row in rows),
        sum(row.memory for row in rows),
    )


def _counting(layer: Layer, counts: dict[int, tuple[int, int]]) -> Callable[[Array], Array]:
    """Give the layer's `forward`, made to note multiply-adds and bytes under the layer's id."""
    forward = layer.forward

    def counted(x: Array) -> Array:
        y = forward(x)
        multiply_adds, memory = counts.get(id(layer), (0, 0))
        counts[id(layer)] = (multiply_adds + _multiply_adds(layer, x, y), memory + int(y.nbytes))
        return y

    return counted


def _multiply_adds(layer: Layer, x: Array, y: Array) -> int:
    """Count the multiplications of the layer's own weights (those of layers inside are counted there)."""
    weights = sum(int(getattr(layer, name).size) for name in layer.decayed)
    places = int(y.shape[-1])  # a layer that makes examples of steps sees several of them
    if y.ndim == 4:  # (channels, height, width, N)
        places *= math.prod(y.shape[1:-1])
    elif x.ndim == 3:  # (steps, features, N)
        places *= x.shape[0]
    extra = getattr(layer, "extra_multiply_adds", None)
    return weights * places + (int(extra(x, y)) if extra is not None else 0)


def _bytes(n: int) -> str:
    """Write a number of bytes as people do."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if n >= size:
            return f"{n / size:.1f} {unit}"
    return f"{n} B"
