"""How the standing of groups is shown: one module a format, with ``render(tracked, look) -> str``."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from coursekit.errors import InputError
from coursekit.text import nearest
from coursekit.tracking.overview import Tracked


@dataclass(frozen=True, slots=True)
class Look:
    """Where it is shown: how many columns there are, and whether colors can be seen."""

    width: int = 120
    colors: bool = False


def format_names() -> list[str]:
    """Return the names of all formats."""
    return sorted(info.name for info in iter_modules(__path__) if not info.name.startswith("_"))


def choose(name: str) -> str:
    """Return the format called `name`.

    Raises
    ------
    InputError
        If there is none of that name; with the nearest.
    """
    if name not in format_names():
        close = nearest(name, format_names())
        raise InputError(
            f"expected one of the formats {', '.join(format_names())}, found {name!r}",
            f"Did you mean {close!r}?" if close else "",
        )
    return name


def render(tracked: Tracked, name: str, look: Look | None = None) -> str:
    """Return it in the format called `name`, ending in a line break."""
    text: str = import_module(f"{__name__}.{name}").render(tracked, look or Look())
    return text
