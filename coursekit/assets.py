"""Finds what the tool carries with it: templates, past projects and core_lib.

In a checkout (and an editable install, which points at one) they are folders beside the package;
in a wheel they are data inside it, so that no importable core_lib is ever installed.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def asset(name: str) -> Path:
    """Return the folder called `name`: ``templates``, ``core_lib`` or ``past_projects``.

    Raises
    ------
    FileNotFoundError
        If the installation is incomplete.
    """
    for folder in (_PACKAGE / "_assets" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"coursekit's folder {name!r} is missing; install coursekit again")
