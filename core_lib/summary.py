"""A network in a table: its layers, the shapes between them, and how much they learn."""

from __future__ import annotations

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


class NetworkSummary(NamedTuple):
    """What `summarize` gives; ``print`` it, or take `to_dict` for a file."""

    input_shape: tuple[int, ...]
    layers: list[LayerRow]
    parameters: int

    def to_dict(self) -> dict[str, Any]:
        """Give the content of ``results/network.json``."""
        rows = [
            {"name": r.name, "kind": r.kind, "output_shape": list(r.output_shape), "parameters": r.parameters}
            for r in self.layers
        ]
        return {"schema": 1, "layers": rows, "parameters": self.parameters}

    def __str__(self) -> str:
        table = [
            ("layer", "", "output of one example", "parameters"),
            ("input", "", str(self.input_shape), ""),
        ]
        table += [(r.name, r.detail, str(r.output_shape), f"{r.parameters:,}") for r in self.layers]
        table += [("total", "", "", f"{self.parameters:,}")]
        a, b, c, d = (max(len(row[i]) for row in table) for i in range(4))
        return "\n".join(f"{n:<{a}}  {k:<{b}}  {s:<{c}}  {p:>{d}}".rstrip() for n, k, s, p in table)


def summarize(net: Layer, x: tuple[int, ...] | Array) -> NetworkSummary:
    """Describe a network by passing one example through a copy of it.

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

    def visit(layer: Layer, x: Array) -> Array:
        if isinstance(layer, Sequential):
            for inner in layer.layers:
                x = visit(inner, x)
            return x
        y = layer.forward(x)
        row = LayerRow(
            layer.place or "0", type(layer).__name__, repr(layer), y.shape[:-1], count_parameters(layer)
        )
        rows.append(row)
        return y

    visit(copy.deepcopy(net).eval(), example)
    return NetworkSummary(example.shape[:-1], rows, count_parameters(net))
