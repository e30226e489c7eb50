"""Find every layer and loss of core_lib, so that tests sweep also those that are added later."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TypeVar

import core_lib
from core_lib.base import Layer
from core_lib.losses import Loss

T = TypeVar("T")


def subclasses(base: type[T]) -> list[type[T]]:
    """All classes in core_lib's modules that are derived from `base`, sorted by name."""
    for info in pkgutil.iter_modules(core_lib.__path__):
        importlib.import_module(f"core_lib.{info.name}")
    found, waiting = set(), [base]
    while waiting:
        for cls in waiting.pop().__subclasses__():
            if cls not in found:
                found.add(cls)
                waiting.append(cls)
    return sorted(
        (cls for cls in found if cls.__module__.startswith("core_lib.")), key=lambda cls: cls.__name__
    )


LAYERS = subclasses(Layer)
LOSSES = subclasses(Loss)
