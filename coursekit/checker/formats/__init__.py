"""How a check is shown: one module a format, with ``render(checks) -> str``."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

from coursekit.checker.engine import Check
from coursekit.errors import InputError
from coursekit.text import nearest


def format_names() -> list[str]:
    """Return the names of all formats."""
    return sorted(info.name for info in iter_modules(__path__) if not info.name.startswith("_"))


def choose(name: str | None, *, several: bool) -> str:
    """Return the format called `name`; without a name, the text for one submission and the table for several.

    Raises
    ------
    InputError
        If there is none of that name; with the nearest.
    """
    if name is None:
        return "table" if several else "text"
    if name not in format_names():
        close = nearest(name, format_names())
        raise InputError(
            f"expected one of the formats {', '.join(format_names())}, found {name!r}",
            f"Did you mean {close!r}?" if close else "",
        )
    return name


def render(checks: Sequence[Check], name: str) -> str:
    """Return `checks` in the format called `name`, ending in a line break."""
    text: str = import_module(f"{__name__}.{name}").render(checks)
    return text
