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
    from core_lib.base import *  # noqa: F403
    from core_lib.callbacks import *  # noqa: F403
    from core_lib.composition import *  # noqa: F403
    from core_lib.data import *  # noqa: F403
    from core_lib.dense import *  # noqa: F403
    from core_lib.errors import *  # noqa: F403
    from core_lib.gradient_check import *  # noqa: F403
    from core_lib.initializers import *  # noqa: F403
    from core_lib.losses import *  # noqa: F403
    from core_lib.metrics import *  # noqa: F403
    from core_lib.optimizers import *  # noqa: F403
    from core_lib.parameters import *  # noqa: F403
    from core_lib.regularization import *  # noqa: F403
    from core_lib.results import *  # noqa: F403
    from core_lib.storage import *  # noqa: F403
    from core_lib.summary import *  # noqa: F403
    from core_lib.training import *  # noqa: F403
    from core_lib.tuning import *  # noqa: F403

__version__ = "0.1.0"


def _load() -> dict[str, Any]:
    """Import all modules of this folder, and give what they define for the public.

    It happens when a name is first asked for, so that ``from core_lib.dense import Dense`` imports only
    what `dense.py` needs.
    """
    import importlib
    import pkgutil

    found: dict[str, Any] = {}
    for info in pkgutil.iter_modules(__path__):  # noqa: F405
        module = importlib.import_module(f"{__name__}.{info.name}")
        for name, value in vars(module).items():
            if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__:
                other = found.setdefault(name, value)
                if other is not value:
                    raise ImportError(
                        f"{name} is defined in {other.__module__} and in {value.__module__}: rename one."
                    )
    globals().update({name: value for name, value in found.items() if name not in globals()})
    return found


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return sorted(_load())
    if not name.startswith("_"):
        found = _load()
        if name in found:
            return found[name]
    raise AttributeError(f"core_lib has no {name!r}. dir(core_lib) lists all that it has.")


def __dir__() -> list[str]:
    return sorted({*globals(), *_load()})
