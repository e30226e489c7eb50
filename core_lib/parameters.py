"""All parameters of a network as one vector, and all gradients as another.

The arrays of the layers become *views*: ``layer.W`` is a piece of ``theta`` seen as a matrix. So an
optimizer is a few passes over two vectors, whatever the network looks like, and what it changes the
layers see at once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from core_lib.base import Array, Layer
from core_lib.errors import DataError


class Slot(NamedTuple):
    """Where one parameter of one layer is in the vectors."""

    path: str  # "0.W"
    layer: Layer
    name: str  # "W"
    where: slice


class Flat(NamedTuple):
    """What `flatten` gives."""

    theta: Array  # shape (number of parameters,)
    grad: Array  # the same shape
    slots: list[Slot]


def named_parameters(net: Layer) -> list[tuple[str, Layer, str]]:
    """List (path, layer, name) for each parameter of `net`, each array once, in the layers' order."""
    found, seen = [], set()
    for path, layer in net.walk():
        for name in layer.params:
            if id(getattr(layer, name)) not in seen:
                seen.add(id(getattr(layer, name)))
                found.append((f"{path}.{name}" if path else name, layer, name))
    return found


def count_parameters(net: Layer) -> int:
    """Count the numbers that `net` learns."""
    return sum(getattr(layer, name).size for _, layer, name in named_parameters(net))


def flatten(net: Layer, theta: Array | None = None, grad: Array | None = None) -> Flat:
    """Move all parameters and gradients of `net` into two vectors, and make the layers' arrays views.

    The values do not change. From then on change a parameter in place, ``layer.W[...] = new``:
    ``layer.W = new`` would cut the layer off from the vector (`is_flat` tells).

    Parameters
    ----------
    net : Layer
    theta, grad : array, shape (number of parameters,), optional
        The vectors, if they are to be certain ones; by default they are made.

    Raises
    ------
    DataError
        If the parameters are not all of one dtype, or a gradient has another shape than its parameter.
    """
    slots, end = [], 0
    dtypes: dict[Any, str] = {}
    for path, layer, name in named_parameters(net):
        value, gradient = getattr(layer, name), getattr(layer, "d" + name)
        if value.shape != gradient.shape:
            raise DataError(f"{layer!r}: {name} has shape {value.shape}, but d{name} has {gradient.shape}.")
        dtypes.setdefault(value.dtype, path)
        slots.append(Slot(path, layer, name, slice(end, end + value.size)))
        end += value.size
    if len(dtypes) > 1:
        found = ", ".join(f"{path} is {dtype}" for dtype, path in dtypes.items())
        raise DataError(f"all parameters must have one dtype; {found}. Convert: net.astype(np.float32).")
    dtype = next(iter(dtypes), np.dtype(np.float32))
    theta = np.empty(end, dtype) if theta is None else theta
    grad = np.zeros(end, dtype) if grad is None else grad
    for _, layer, name, where in slots:
        _make_view(layer, name, theta[where])
        _make_view(layer, "d" + name, grad[where])
    return Flat(theta, grad, slots)


def is_flat(flat: Flat) -> bool:
    """Tell whether the layers' parameters are still views of the vectors."""
    return all(
        np.may_share_memory(getattr(layer, name), flat.theta[where])
        and np.may_share_memory(getattr(layer, "d" + name), flat.grad[where])
        for _, layer, name, where in flat.slots
        if where.stop > where.start
    )


def snapshot(net: Layer) -> dict[str, Array]:
    """Copy all parameters and state of `net`: what has to be kept to restore it, by name ("0.W")."""
    arrays = {path: getattr(layer, name).copy() for path, layer, name in named_parameters(net)}
    arrays.update({path: getattr(layer, name).copy() for path, layer, name in _named_state(net)})
    return arrays


def restore(net: Layer, arrays: dict[str, Array]) -> None:
    """Put the values of a `snapshot` into `net`, in place.

    Raises
    ------
    DataError
        If names or shapes are not those of `net`; nothing is changed then.
    """
    places = {
        path: getattr(layer, name) for path, layer, name in [*named_parameters(net), *_named_state(net)]
    }
    missing, unknown = sorted(places.keys() - arrays.keys()), sorted(arrays.keys() - places.keys())
    if missing or unknown:
        raise DataError(
            "these are the parameters of another network: "
            + "; ".join(
                f"{what} {', '.join(names)}"
                for what, names in (("missing", missing), ("unknown", unknown))
                if names
            )
            + ". Build the network as it was when they were saved."
        )
    for path, place in places.items():
        if arrays[path].shape != place.shape or arrays[path].dtype.kind != place.dtype.kind:
            raise DataError(
                f"{path} has shape {place.shape} ({place.dtype}) in this network, and {arrays[path].shape} "
                f"({arrays[path].dtype}) in what is to be restored. Build the network as it was when saved."
            )
    for path, place in places.items():
        place[...] = arrays[path]


def _named_state(net: Layer) -> list[tuple[str, Layer, str]]:
    """List (path, layer, name) for each array of state."""
    return [
        (f"{path}.{name}" if path else name, layer, name)
        for path, layer in net.walk()
        for name in layer.state
    ]


def _make_view(layer: Layer, name: str, piece: Array) -> None:
    """Copy the layer's array into `piece`, and put a view of `piece` in its place."""
    old = getattr(layer, name)
    view = piece.reshape(old.shape)
    view[...] = old
    setattr(layer, name, view)
