"""How the tables of cases are tried: a small submission each, judged by one rule."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from coursekit.checker import check_path
from coursekit.model import Finding
from tests.building import complete, write

Files = Mapping[str, str | bytes]
Case = tuple[str, str, Files]


def finding(root: Path, code: str, files: Files) -> Finding:
    """Return what the rule finds in a submission of these files."""
    found = check_path(write(root, files), profile="opencampus-ml", select=[code]).findings
    return next(f for f in found if f.code == code)


def without(*names: str) -> dict[str, str | bytes]:
    """Return the complete submission but for some files."""
    return {name: content for name, content in complete().items() if name not in names}


def table(cases: Sequence[Case]) -> pytest.MarkDecorator:
    """Parametrize a test by its cases, named by number, code and status."""
    names = [f"{i}-{code}-{status}" for i, (code, status, _) in enumerate(cases)]
    return pytest.mark.parametrize(("code", "status", "files"), cases, ids=names)


def try_case(root: Path, code: str, status: str, files: Files) -> None:
    """Judge one case."""
    found = finding(root, code, files)
    assert found.status == status, found.message
    assert found.message
    assert bool(found.hint) == (status == "not_met")


def comes_to_an_end(root: Path) -> bool:
    """Whether a check of what was made to be slow ends by itself; one that hangs is killed, however busy the machine."""
    command = [sys.executable, "-m", "coursekit", "check", str(root)]
    found = subprocess.run(command, capture_output=True, timeout=180, check=False)
    return found.returncode in {0, 1, 2} and b"Traceback" not in found.stderr
