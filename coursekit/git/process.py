"""Runs one program with limits: on time, on what it prints, and on whatever a watcher looks at."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

# How often a watcher is called; and how long a program may take to tidy up, or what it left behind to let go.
POLL_SECONDS = 0.2
GRACE_SECONDS = 2.0

_CHUNK = 65536


class TimedOutError(Exception):
    """The program did not end in time; it and all that it started were killed."""


class TooMuchOutputError(Exception):
    """The program printed more than it may; it and all that it started were killed."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended, and what it printed."""

    code: int
    stdout: bytes
    stderr: bytes


def run_limited(
    command: Sequence[str],
    *,
    cwd: Path | None,
    env: Mapping[str, str],
    stdin: bytes,
    timeout: float,
    max_output: int,
    max_memory: int | None = None,
    watch: Callable[[], object] | None = None,
) -> Finished:
    """Run a program to its end, in a session of its own so that it has no terminal to ask in.

    Parameters
    ----------
    command : sequence of str
    cwd : Path or None
    env : mapping
        The whole environment.
    stdin : bytes
    timeout : float
        Seconds after which the program and everything it started is killed.
    max_output : int
        Bytes of output; more and it is killed. Of errors only the last part is kept.
    max_memory : int, optional
        Bytes that each of its processes may take for itself; beyond it gets no more. Only Linux can limit that.
    watch : callable, optional
        Called a few times a second; when it raises, the program is killed and the exception goes on.

    Raises
    ------
    TimedOutError, TooMuchOutputError, OSError
    """
    deadline = time.monotonic() + timeout
    process = subprocess.Popen(  # noqa: S603 - no shell, and the callers' arguments are checked
        list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        cwd=cwd, env=dict(env), **_own_group(),
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    out, err = _Collector(process.stdout, max_output), _Collector(process.stderr, max_output, tail=True)
    feeder = threading.Thread(target=_feed, args=(process.stdin, stdin), daemon=True)
    try:
        _limit_memory(process.pid, max_memory)
        for thread in (feeder, out, err):
            thread.start()
        _wait(process, out, deadline, watch)
        process.wait(timeout=max(deadline - time.monotonic(), GRACE_SECONDS))
    except subprocess.TimeoutExpired:
        kill_tree(process)
        raise TimedOutError from None
    except BaseException:
        kill_tree(process)
        raise
    err.join(GRACE_SECONDS)
    return Finished(process.returncode, bytes(out.data), bytes(err.data))


def _wait(
    process: subprocess.Popen[bytes],
    out: _Collector,
    deadline: float,
    watch: Callable[[], object] | None,
) -> None:
    # Not Popen.wait(timeout): it sleeps up to 50 ms at a time, which is longer than most calls take.
    ended = None
    while True:
        out.join(min(POLL_SECONDS, max(deadline - time.monotonic(), 0.001)))
        if out.overflowed:
            raise TooMuchOutputError
        if not out.is_alive():
            return
        if time.monotonic() >= deadline:
            raise TimedOutError
        if watch:
            watch()
        if process.poll() is not None:
            # A helper that goes on in the background (an ssh master, a credential cache) may hold the pipe.
            ended = ended or time.monotonic()
            if time.monotonic() - ended > GRACE_SECONDS:
                return


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """End a program and all that it started: asked first, so that it removes its temporary files."""
    if sys.platform == "win32":
        _kill_tree_on_windows(process)
        return
    # The group's number is free for others only once the process is waited for, which is not yet so.
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGTERM)
    ends = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < ends and os.waitid(os.P_PID, process.pid, _EXITED) is None:
        time.sleep(0.01)
    # Again for what ignored the signal, while the group still has its number.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


if sys.platform != "win32":
    _EXITED = os.WEXITED | os.WNOHANG | os.WNOWAIT


def _kill_tree_on_windows(process: subprocess.Popen[bytes]) -> None:  # pragma: no cover - only there
    taskkill = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "taskkill.exe"
    with suppress(OSError, subprocess.SubprocessError):
        subprocess.run(  # noqa: S603 - a program of the system's, by its full name
            [str(taskkill), "/F", "/T", "/PID", str(process.pid)],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False,
        )  # fmt: skip
    with suppress(OSError):
        process.kill()
    process.wait()


def _own_group() -> dict[str, Any]:
    if sys.platform == "win32":  # pragma: no cover - only there
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _limit_memory(pid: int, most: int | None) -> None:
    # Afterwards and from outside: a function that runs between fork and exec is unsafe where there are threads.
    if most is None or sys.platform != "linux":
        return
    import resource

    with suppress(OSError, ValueError):
        resource.prlimit(pid, resource.RLIMIT_DATA, (most, most))


def _feed(pipe: IO[bytes], data: bytes) -> None:
    # The program may end without reading everything.
    with suppress(OSError, ValueError):
        pipe.write(data)
    with suppress(OSError, ValueError):
        pipe.close()


class _Collector(threading.Thread):
    """Reads a pipe to its end, and keeps a limited part of it: the beginning, or the end with `tail`."""

    def __init__(self, pipe: IO[bytes], limit: int, *, tail: bool = False) -> None:
        super().__init__(daemon=True)
        self.data = bytearray()
        self.overflowed = False
        self._pipe = pipe
        self._limit = limit
        self._tail = tail

    def run(self) -> None:
        with suppress(OSError, ValueError), self._pipe:
            while chunk := os.read(self._pipe.fileno(), _CHUNK):
                self.data += chunk
                if len(self.data) > self._limit:
                    if not self._tail:
                        self.overflowed = True
                        return
                    del self.data[: -self._limit]
