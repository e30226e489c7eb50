"""Exports: the course's results as other systems take them.

An export is a module of `coursekit.tracking.exports.kinds` with an `EXPORT`; nothing else names it. A plugin names its
module in the entry point group ``coursekit.exports``.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules

from coursekit.errors import InputError
from coursekit.text import nearest, one_line
from coursekit.tracking.exports.export import Data, Export, GroupResult, LeftOut, Made, Option, Result

__all__ = [
    "Data",
    "Export",
    "GroupResult",
    "LeftOut",
    "Made",
    "Option",
    "Result",
    "export_names",
    "find_export",
]


def export_names() -> list[str]:
    """Return the names of all exports, those of plugins too."""
    from coursekit.tracking.exports import kinds

    found = {info.name.replace("_", "-") for info in iter_modules(kinds.__path__)}
    return sorted(found | {point.name for point in entry_points(group="coursekit.exports")})


def find_export(name: str) -> Export:
    """Return the export called `name`.

    Raises
    ------
    InputError
        If there is none of that name; with the nearest.
    """
    from coursekit.tracking.exports import kinds

    own = name.replace("-", "_")
    if own.isidentifier() and any(info.name == own for info in iter_modules(kinds.__path__)):
        export = import_module(f"{kinds.__name__}.{own}").EXPORT
        assert isinstance(export, Export)
        return export
    for point in entry_points(group="coursekit.exports"):
        if point.name == name:
            export = point.load().EXPORT
            assert isinstance(export, Export)
            return export
    close = nearest(name, export_names())
    raise InputError(
        f"expected one of the exports {', '.join(export_names())}, found {one_line(name, 40)!r}",
        f"Did you mean {close!r}?" if close else "",
    )
