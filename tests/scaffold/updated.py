"""A project to update, and what must hold of it afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scaffold.updating import (  # fmt: skip
    COMMON,
    CORE,
    FOLDER,
    Kit,
    git,
    project,
)

README = str(COMMON[f"{FOLDER}/README.md"])


DENSE = str(CORE["dense.py"])


@pytest.fixture
def p(kit: Kit, tmp_path: Path) -> Path:
    return project(tmp_path / "p")


def clean(folder: Path) -> bool:
    return git(folder, "status", "--porcelain") == "" and git(folder, "fsck", "--no-dangling") == ""


def text(folder: Path, name: str) -> str:
    return (folder / name).read_bytes().decode()
