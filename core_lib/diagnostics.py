"""A look inside of a network: how signals and gradients fare from layer to layer."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from core_lib.base import Array, Layer
from core_lib.composition import Sequential
from core_lib.losses import Loss


class LayerDiagnosis(NamedTuple):
    """What was found about one layer on one batch.

    Attributes
    ----------
    name, kind : str
        Its place, and its class.
    mean, std : float
        Of its outputs.
    dead : float
        The share of its units whose output is zero for every example. (A unit is a feature, or for images a
        channel.)
    blocked : float
        The share of the gradient's numbers that get through by less than a hundredth: units that are off (ReLU) or
        saturated (sigmoid, tanh). NaN for layers that change the shape.
    gradient : float
        The root mean square of ∂L/∂y, y being its output, for one example.
    weight_gradient : float
        The root mean square of the gradients of its parameters, relative to that of the parameters; NaN if it has
        none.
    """

    name: str
    kind: str
    mean: float
    std: float
    dead: float
    blocked: float
    gradient: float
    weight_gradient: float


class Diagnosis(NamedTuple):
    """What `diagnose` gives; ``print`` it."""

    layers: list[LayerDiagnosis]
    warnings: list[str]

    def __str__(self) -> str:
        head = ("layer", "", "mean", "std", "dead", "blocked", "gradient", "dW/W")
        table = [head] + [
            (
                row.name,
                row.kind,
                f"{row.mean:.3g}",
                f"{row.std:.3g}",
                f"{row.dead:.0%}",
                "" if math.isnan(row.blocked) else f"{row.blocked:.0%}",
                f"{row.gradient:.1e}",
                "" if math.isnan(row.weight_gradient) else f"{row.weight_gradient:.1e}",
            )
            for row in self.layers
        ]
        widths = [max(len(row[i]) for row in table) for i in range(len(head))]
        lines = [
            "  ".join(
                f"{text:<{width}}" if i < 2 else f"{text:>{width}}"
                for i, (text, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in table
        ]
        return "\n".join([*lines, *self.warnings])


def diagnose(net: Layer, loss: Loss, x: Array, y: Array) -> Diagnosis:
    """Pass a batch there and back through a copy of a network, and judge every layer.

    Warnings are given for dead units (more than a third of a layer), for gradients that vanish or explode (a factor of
    1000 from one end of the network to the other), and for numbers that are not finite.

    Parameters
    ----------
    net : Layer
        It is not changed. A Sequential is taken apart, also a nested one; other layers are looked at as a whole.
    loss : Loss
    x, y : array
        A batch of some hundred examples. The copy is in training mode, as that is what is to be judged.

    Returns
    -------
    Diagnosis

    References
    ----------
    Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks, AISTATS 2010.
    """
    import copy

    stages = _stages(copy.deepcopy(net).train())
    loss = copy.deepcopy(loss)
    outputs: list[Array] = []
    rows: list[LayerDiagnosis] = []
    with np.errstate(all="ignore"):
        z = x
        for _, layer in stages:
            z = layer.forward(z)
            outputs.append(z)
        loss.forward(z, y)
        dy = loss.backward()
        for (name, layer), output in zip(reversed(stages), reversed(outputs), strict=True):
            dx = layer.backward(dy)
            rows.append(_judge(name, layer, output, dy, dx))
            dy = dx
    rows.reverse()
    return Diagnosis(rows, _warnings(rows))


def _stages(net: Layer) -> list[tuple[str, Layer]]:
    """List (place, layer) of what a Sequential, also a nested one, is made of."""
    if isinstance(net, Sequential):
        return [stage for layer in net.layers for stage in _stages(layer)]
    return [(net.place or "0", net)]


def _judge(name: str, layer: Layer, y: Array, dy: Array, dx: Array) -> LayerDiagnosis:
    """Compute the figures of a layer."""
    units = np.moveaxis(y, 1, 0) if y.ndim == 3 else y  # (steps, features, N): features first
    dead = ~units.reshape(units.shape[0], -1).any(axis=1)
    blocked = math.nan
    if dx.shape == dy.shape and not any(inner.params for _, inner in layer.walk()):
        coming = dy != 0
        stopped = np.abs(dx) < 0.01 * np.abs(dy)
        blocked = float(stopped[coming].mean()) if coming.any() else math.nan
    pairs = [
        (getattr(inner, parameter), getattr(inner, "d" + parameter))
        for _, inner in layer.walk()
        for parameter in inner.params
    ]
    weight = _rms(*(p for p, _ in pairs))
    return LayerDiagnosis(
        name,
        type(layer).__name__,
        float(y.mean(dtype=np.float64)),
        float(y.std(dtype=np.float64)),
        float(dead.mean()),
        blocked,
        _rms(dy) * dy.shape[-1],  # the loss is a mean over the batch
        _rms(*(g for _, g in pairs)) / weight if weight > 0 else math.nan,
    )


def _rms(*arrays: Array) -> float:
    """Compute the root mean square of all numbers of some arrays; 0 for none."""
    n = sum(array.size for array in arrays)
    return math.sqrt(sum(float(np.square(a, dtype=np.float64).sum()) for a in arrays) / n) if n else 0.0


def _warnings(rows: list[LayerDiagnosis]) -> list[str]:
    """Say in sentences what is not as it should be."""
    found: list[str] = []
    for row in rows:
        where = f"layer {row.name}, {row.kind}"
        figures: list[Any] = [row.mean, row.std, row.gradient]
        if not all(math.isfinite(figure) for figure in figures):
            found.append(f"{where}: its outputs or their gradients are not finite.")
        elif row.dead > 1 / 3 and row.kind != "Dropout":
            found.append(
                f"{where}: {row.dead:.0%} of its units are dead, zero for every example. Try a smaller learning rate, "
                "He initialization, or LeakyReLU."
            )
        elif row.blocked > 0.9 and row.kind != "Dropout":
            found.append(
                f"{where}: {row.blocked:.0%} of the gradient is blocked; its units are saturated or off. Try smaller "
                "first weights, or normalization before it."
            )
    first, last = rows[0], rows[-1]
    if first.gradient == 0 or (last.gradient > 0 and first.gradient / last.gradient < 1e-3):
        found.append(
            f"Gradients vanish: {last.gradient:.1e} at the last layer, {first.gradient:.1e} at the first. Try ReLU, He "
            "or Xavier initialization, normalization, residual blocks, or fewer layers."
        )
    elif last.gradient > 0 and first.gradient / last.gradient > 1e3:
        found.append(
            f"Gradients explode: {last.gradient:.1e} at the last layer, {first.gradient:.1e} at the first. Try smaller "
            "first weights, normalization, or ClipNorm."
        )
    return found
