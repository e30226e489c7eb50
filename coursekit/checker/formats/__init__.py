"""How a check is shown: one module a format, with ``render(checks) -> str``."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

from coursekit.checker.engine import Check


def format_names() -> list[str]:
    """Return the names of all formats."""
    return sorted(info.name for info in iter_modules(__path__) if not info.name.startswith("_"))


def render(checks: Sequence[Check], name: str) -> str:
    """Return `checks` in the format called `name`, ending in a line break."""
    text: str = import_module(f"{__name__}.{name}").render(checks)
    return text
