from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from coursekit.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def ordinary_user() -> Iterator[None]:
    """Permissions mean nothing to root, so root becomes nobody for a while."""
    if not hasattr(os, "geteuid"):
        pytest.skip("permissions of folders work otherwise on Windows")
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
