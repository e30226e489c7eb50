"""Reads the archive of released versions: git objects in one pack, and an index that names them.

`coursekit.scaffold.releases` writes it, and says how.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pygit2

from coursekit.fingerprints import RELEASED
from coursekit.git.trees import read_tree
from coursekit.templates import core_files, core_version

FOLDER = RELEASED.parent
INDEX = "index.json"


def read_index(folder: Path = FOLDER) -> dict[str, Any]:
    """Return what the archive's index says."""
    found: dict[str, Any] = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    return found


def released_core(
    version: str, folder: Path = FOLDER, index: Mapping[str, Any] | None = None
) -> dict[str, bytes] | None:
    """Return the files of core_lib in a version (a hash), today's too, by path; None where nobody knows it."""
    if version == core_version():
        return core_files()
    for release in (index or read_index(folder))["releases"].values():
        if release["core"]["version"] == version:
            return {f"core_lib/{path}": data for path, data in tree_files(folder, release["core"]["tree"])}
    return None


def tree_files(folder: Path, tree: str, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    """Give the paths and contents of a tree's files."""
    objects = _objects(folder)
    for name, mode, one in read_tree(objects.read(pygit2.Oid(hex=tree))[1]):
        if mode == "40000":
            yield from tree_files(folder, one, f"{prefix}{name}/")
        else:
            yield prefix + name, objects.read(pygit2.Oid(hex=one))[1]


@lru_cache(maxsize=4)
def _objects(folder: Path) -> pygit2.Odb:
    return pygit2.Odb(str(folder / "objects"))
