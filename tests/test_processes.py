from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

import pytest

from coursekit.processes import machine, process_exists
from tests.processes import dead_process


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has numbers for processes of its own kind")
def test_which_process_exists() -> None:
    assert process_exists(os.getpid())
    assert process_exists(1)
    assert not process_exists(dead_process())
    assert process_exists(2**40), "when in doubt it lives"


@pytest.mark.skipif(sys.platform == "win32", reason="the answers of kill are POSIX's")
def test_somebody_elses_process_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int, signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    assert process_exists(1)


@pytest.mark.parametrize(
    ("handle", "error", "code", "alive"),
    [(5, 0, 259, True), (5, 0, 0, False), (0, 5, 0, True), (0, 87, 0, False)],
)
def test_which_process_exists_on_windows(
    monkeypatch: pytest.MonkeyPatch, handle: int, error: int, code: int, alive: bool
) -> None:
    """A running one, one that ended, somebody else's, and none; with Windows' functions played."""
    import ctypes
    from types import SimpleNamespace

    def exit_code(found: int, target: object) -> None:
        target._obj.value = code  # type: ignore[attr-defined]

    closed: list[int] = []
    kernel = SimpleNamespace(
        OpenProcess=lambda access, inherit, pid: handle,
        GetLastError=lambda: error,
        GetExitCodeProcess=exit_code,
        CloseHandle=closed.append,
    )
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    assert process_exists(7) is alive
    assert closed == ([handle] if handle else [])


def test_where_there_are_no_process_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(path: Path) -> Path:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "readlink", missing)
    assert machine() == platform.node()
