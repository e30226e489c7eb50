"""A repository on a host, and the bare clone that follows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coursekit.git.changes import Fetched
from coursekit.git.mirror import Limits, fetch_mirror
from tests.git.serving import Host, Work, serving

LOCAL = ("http", "file")


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path / "host")


@pytest.fixture
def host(tmp_path: Path, work: Work) -> Iterator[Host]:
    with serving(tmp_path / "host") as running:
        yield running


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return tmp_path / "clones/one.git"


def fetch(address: str, clone: Path, **limits: float) -> Fetched:
    return fetch_mirror(address, clone, limits=Limits(**{"seconds": 60, **limits}), protocols=LOCAL)  # type: ignore[arg-type]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
