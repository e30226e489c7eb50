"""Paths as arguments and options, without loading pathlib for `--help`: it takes longer than a command's module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pathlib import Path


class PathType(click.Path):
    """A file or folder; what must be there is checked by the library, which says it better."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the value as a path."""
        from pathlib import Path

        return Path(str(super().convert(value, param, ctx)))


PATH = PathType()
