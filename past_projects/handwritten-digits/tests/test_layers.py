"""The gradient of every layer is right: those in layers/, and those in core_lib/ with what we changed there."""

import importlib
import pkgutil

import layers
import numpy as np
import pytest

import core_lib
from core_lib import Layer, check_layer


def every_layer():
    """Find the layers in both folders; nothing needs to be listed."""
    for package in (core_lib, layers):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(info.name)
            for value in vars(module).values():
                is_layer = isinstance(value, type) and issubclass(value, Layer) and value is not Layer
                if is_layer and value.__module__ == info.name and not value.__name__.startswith("_"):
                    yield value


@pytest.mark.parametrize(
    "layer_class", list(every_layer()), ids=lambda one: f"{one.__module__}.{one.__name__}"
)
def test_gradient(layer_class):
    try:
        layer, x = layer_class.example(np.random.default_rng(0))
    except NotImplementedError:
        pytest.fail(f"{layer_class.__name__} needs a class method example(cls, rng); see layers/README.md")
    check_layer(layer, x).require()
