"""What PyTorch has too: one entry a layer, loss or optimizer, in the tables of the modules of this folder.

`test_pytorch.py` finds every module here, and in it the tables ``LAYERS``, ``LOSSES`` and ``OPTIMIZERS``, and
``NO_PEER``: names of core_lib's classes that PyTorch lacks, with the reason. A class that is in no table is a
failing test. To add one, add an entry or a module::

    LAYERS = [
        LayerPeer(
            "Dense",
            make=lambda draw, rng: (Dense(n := draw(st.integers(1, 9)), 3, rng=rng), normal(rng, n, 5)),
            theirs=lambda torch, layer, x, p: p["W"] @ x + p["b"],
        ),
    ]

Examples are the last axis, for PyTorch's tensors too: an entry permutes them as PyTorch wants them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from core_lib.base import Array, Layer
from core_lib.losses import Loss
from core_lib.optimizers import Optimizer

#: `draw` of hypothesis: gives a value of a strategy.
Draw = Callable[[Any], Any]


@dataclass(frozen=True)
class LayerPeer:
    """A layer and what PyTorch has for it.

    Attributes
    ----------
    name : str
        The class, with what is special about the entry after a space: "Conv2D grouped".
    make : function (draw, rng) -> (layer, x)
        A layer and an input of random shape, in float32.
    theirs : function (torch, layer, x, p) -> y
        The same by PyTorch. `x` and the parameters `p["W"]`, named by their path in the layer, are tensors in
        core_lib's layout that want gradients; so is the result.
    """

    name: str
    make: Callable[[Draw, np.random.Generator], tuple[Layer, Array]]
    theirs: Callable[[Any, Any, Any, dict[str, Any]], Any]


@dataclass(frozen=True)
class LossPeer:
    """A loss and what PyTorch has for it.

    Attributes
    ----------
    make : function (draw, rng) -> (loss, z, y)
    theirs : function (torch, loss, z, y) -> scalar tensor
        `z`, in core_lib's layout, wants its gradient.
    """

    name: str
    make: Callable[[Draw, np.random.Generator], tuple[Loss, Array, Array]]
    theirs: Callable[[Any, Any, Any, Any], Any]


@dataclass(frozen=True)
class OptimizerPeer:
    """An optimizer and what PyTorch has for it: functions () -> ours, and (torch, parameters) -> theirs."""

    name: str
    ours: Callable[[], Optimizer]
    theirs: Callable[[Any, Any], Any]


def normal(rng: np.random.Generator, *shape: int) -> Array:
    """Draw normal numbers in float32."""
    return rng.standard_normal(shape, dtype=np.float32)
