"""Notebooks, scripts and tests use the core_lib of this repository, not another one on this computer."""

from pathlib import Path

import core_lib

ROOT = Path(__file__).resolve().parents[1]


def test_core_lib_is_ours():
    assert Path(core_lib.__file__).resolve().parent == ROOT / "core_lib"
