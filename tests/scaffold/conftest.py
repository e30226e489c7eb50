"""What tests of updates need."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scaffold.updating import Kit


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kit:
    return Kit(tmp_path / "kit", monkeypatch)
