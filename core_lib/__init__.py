"""Deep learning from scratch, in NumPy, to be read.

``from core_lib import Dense, ReLU, Sequential`` finds every public class and function of every module in
this folder, also in one that you add: nothing is listed here twice. `README.md` says in which order to
read the modules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np  # noqa: F401  # so that a missing NumPy is noticed here

if TYPE_CHECKING:  # for editors and type checkers, which cannot follow what happens below
    from core_lib.activations import *  # noqa: F403
    from core_lib.adaptive_optimizers import *  # noqa: F403
    from core_lib.analysis import *  # noqa: F403
    from core_lib.attention import *  # noqa: F403
    from core_lib.augmentation import *  # noqa: F403
    from core_lib.base import *  # noqa: F403
    from core_lib.bidirectional import *  # noqa: F403
    from core_lib.blocks import *  # noqa: F403
    from core_lib.buffers import *  # noqa: F403
    from core_lib.callbacks import *  # noqa: F403
    from core_lib.checkpoints import *  # noqa: F403
    from core_lib.classification_losses import *  # noqa: F403
    from core_lib.clipping import *  # noqa: F403
    from core_lib.composition import *  # noqa: F403
    from core_lib.convolution import *  # noqa: F403
    from core_lib.data import *  # noqa: F403
    from core_lib.dense import *  # noqa: F403
    from core_lib.diagnostics import *  # noqa: F403
    from core_lib.embedding import *  # noqa: F403
    from core_lib.errors import *  # noqa: F403
    from core_lib.features import *  # noqa: F403
    from core_lib.gradient_check import *  # noqa: F403
    from core_lib.gru import *  # noqa: F403
    from core_lib.halving import *  # noqa: F403
    from core_lib.im2col import *  # noqa: F403
    from core_lib.initializers import *  # noqa: F403
    from core_lib.learning_rate_finder import *  # noqa: F403
    from core_lib.losses import *  # noqa: F403
    from core_lib.lstm import *  # noqa: F403
    from core_lib.metrics import *  # noqa: F403
    from core_lib.normalization import *  # noqa: F403
    from core_lib.optimizers import *  # noqa: F403
    from core_lib.parameters import *  # noqa: F403
    from core_lib.pooling import *  # noqa: F403
    from core_lib.positional import *  # noqa: F403
    from core_lib.processes import *  # noqa: F403
    from core_lib.products import *  # noqa: F403
    from core_lib.readers import *  # noqa: F403
    from core_lib.recurrent import *  # noqa: F403
    from core_lib.regression_losses import *  # noqa: F403
    from core_lib.regularization import *  # noqa: F403
    from core_lib.results import *  # noqa: F403
    from core_lib.safetensors import *  # noqa: F403
    from core_lib.schedules import *  # noqa: F403
    from core_lib.sequence_losses import *  # noqa: F403
    from core_lib.shared_memory import *  # noqa: F403
    from core_lib.smooth_activations import *  # noqa: F403
    from core_lib.steps import *  # noqa: F403
    from core_lib.storage import *  # noqa: F403
    from core_lib.summary import *  # noqa: F403
    from core_lib.threads import *  # noqa: F403
    from core_lib.training import *  # noqa: F403
    from core_lib.transformer import *  # noqa: F403
    from core_lib.tuning import *  # noqa: F403
    from core_lib.worker import *  # noqa: F403

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Find a public name when it is first asked for, and import only the module that defines it.

    Which one that is the modules' text tells: importing all of them would cost as much time again as
    importing NumPy.
    """
    import importlib

    if name == "__all__":
        return sorted(_load_all())
    if not name.startswith("_"):
        if name not in _places:
            _places.update(_find_places())  # for the first name, and for one of a module that is new
        for module_name in _places.get(name, ()):
            module = importlib.import_module(f"{__name__}.{module_name}")
            if name in _public(module):
                globals()[name] = getattr(module, name)
                return globals()[name]
    raise AttributeError(f"core_lib has no {name!r}. dir(core_lib) lists all that it has.")


#: For each name the modules in whose text a class or function of that name begins.
_places: dict[str, list[str]] = {}


def _find_places() -> dict[str, list[str]]:
    """Read the modules' texts, and list in which of them each name is defined."""
    import pkgutil
    import re

    found: dict[str, list[str]] = {}
    for info in pkgutil.iter_modules(__path__):  # noqa: F405
        with open(f"{__path__[0]}/{info.name}.py", encoding="utf-8") as file:  # noqa: F405, PTH123  # pathlib takes long
            for name in re.findall(r"^(?:class|def) (\w+)", file.read(), re.MULTILINE):
                found.setdefault(name, []).append(info.name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_load_all()})


def _public(module: Any) -> dict[str, Any]:
    """Give the classes and functions that a module defines, without those that it imports."""
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    }


def _load_all() -> dict[str, Any]:
    """Import all modules of this folder, and give what they define."""
    import importlib
    import pkgutil

    found: dict[str, Any] = {}
    for info in pkgutil.iter_modules(__path__):  # noqa: F405
        for name, value in _public(importlib.import_module(f"{__name__}.{info.name}")).items():
            other = found.setdefault(name, value)
            if other is not value:
                raise ImportError(
                    f"{name} is defined in {other.__module__} and in {value.__module__}: rename one."
                )
    return found
