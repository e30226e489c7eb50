"""Which machine this is, and which of its processes live: to tell what a dead run of the tool left behind."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path


def machine() -> str:
    """Name this machine, so that a process number found somewhere is looked up where it means something."""
    # Containers may share a name and a folder, but each counts its processes for itself.
    try:
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        space = ""
    return f"{platform.node()} {space}".strip()


def process_exists(pid: int) -> bool:
    """Whether a process of this machine lives; when in doubt it does."""
    if sys.platform == "win32":
        return _windows_process_exists(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        # Somebody else's process.
        pass
    return True


def _windows_process_exists(pid: int) -> bool:
    # There `os.kill(pid, 0)` would send Ctrl-C, or end the process.
    import ctypes

    query_limited_information, still_active = 0x1000, 259
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined, unused-ignore]
    handle = kernel.OpenProcess(query_limited_information, False, pid)
    if not handle:
        access_denied = 5
        return bool(kernel.GetLastError() == access_denied)
    try:
        code = ctypes.c_ulong()
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        return code.value == still_active
    finally:
        kernel.CloseHandle(handle)
