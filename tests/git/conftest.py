"""What tests of git need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pygit2
import pytest


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder whose git configuration counts, instead of the real one."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    level = pygit2.enums.ConfigLevel
    old = {one: pygit2.settings.search_path[one] for one in (level.GLOBAL, level.XDG, level.SYSTEM)}
    for one in old:
        pygit2.settings.search_path[one] = str(folder)
    yield folder
    for one, path in old.items():
        pygit2.settings.search_path[one] = path
