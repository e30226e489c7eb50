"""Every layer and loss of core_lib keeps the contract; new ones are found without being listed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core_lib.base import Layer
from core_lib.losses import Loss
from tests.core_lib.contract import LAYER_RULES, LOSS_RULES
from tests.core_lib.found import LAYERS, LOSSES


def apply(rule: Callable[..., None], cls: type[Any], folder: Path) -> None:
    if "folder" in inspect.signature(rule).parameters:
        rule(cls, folder)
    else:
        rule(cls)


@pytest.mark.parametrize("rule", LAYER_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("cls", LAYERS, ids=lambda cls: cls.__name__)
def test_layer(cls: type[Layer], rule: Callable[..., None], tmp_path: Path) -> None:
    apply(rule, cls, tmp_path)


@pytest.mark.parametrize("rule", LOSS_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("cls", LOSSES, ids=lambda cls: cls.__name__)
def test_loss(cls: type[Loss], rule: Callable[..., None], tmp_path: Path) -> None:
    apply(rule, cls, tmp_path)


def test_the_sweep_finds_what_is_there() -> None:
    """An empty sweep would pass."""
    assert {"Dense", "ReLU", "LeakyReLU", "Sigmoid", "Tanh", "Softmax", "Dropout", "Sequential"} <= {
        cls.__name__ for cls in LAYERS
    }
    assert {"SoftmaxCrossEntropy", "BinaryCrossEntropy", "MeanSquaredError"} <= {
        cls.__name__ for cls in LOSSES
    }
