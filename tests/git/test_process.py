"""A program runs within its limits, and what it started ends with it."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from coursekit.git import process
from coursekit.git.process import Finished, TimedOutError, TooMuchOutputError, run_limited

posix = pytest.mark.skipif(sys.platform == "win32", reason="looks for processes as POSIX has them")


def run(
    code: str, *, stdin: bytes = b"", timeout: float = 30, max_output: int = 10_000, **more: object
) -> Finished:
    return run_limited(
        [sys.executable, "-c", code], cwd=None, env=dict(os.environ), stdin=stdin, timeout=timeout,
        max_output=max_output, **more,
    )  # fmt: skip


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def gone(pid: int) -> bool:
    ends = time.monotonic() + 10
    while alive(pid) and time.monotonic() < ends:
        time.sleep(0.02)
    return not alive(pid)


def test_what_it_printed_and_how_it_ended() -> None:
    ended = run("import sys; print(sys.stdin.read()); print('e', file=sys.stderr); sys.exit(3)", stdin=b"x" * 300_000,
                max_output=1_000_000)  # fmt: skip
    assert (ended.code, ended.stdout.strip(), ended.stderr.strip()) == (3, b"x" * 300_000, b"e")


def test_input_that_nobody_reads_is_no_error() -> None:
    assert run("print(1)", stdin=b"x" * 1_000_000).code == 0


def test_it_has_no_terminal_to_ask_in() -> None:
    if sys.platform == "win32":
        pytest.skip("there is no /dev/tty")
    ended = run("open('/dev/tty')")
    assert ended.code == 1
    assert b"/dev/tty" in ended.stderr


@pytest.mark.slow
@posix
@pytest.mark.parametrize("stubborn", [False, True])
def test_after_the_time_limit_its_children_are_gone_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stubborn: bool
) -> None:
    """Also those that do not listen to a friendly request."""
    monkeypatch.setattr(process, "GRACE_SECONDS", 0.3)
    ignore = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" if stubborn else ""
    child = f"{ignore}import time; time.sleep(600)"
    code = f"""{ignore}
import subprocess, sys, pathlib, time
child = subprocess.Popen([sys.executable, '-c', {child!r}])
pathlib.Path({str(tmp_path / "pid")!r}).write_text(str(child.pid))
time.sleep(600)
"""
    with pytest.raises(TimedOutError):
        run(code, timeout=2)
    assert gone(int((tmp_path / "pid").read_text()))


def test_endless_output_is_stopped() -> None:
    with pytest.raises(TooMuchOutputError):
        run("import sys\nwhile True: sys.stdout.write('x' * 1000)")


def test_of_endless_errors_the_last_are_kept() -> None:
    ended = run("import sys\nfor n in range(100_000): print(n, file=sys.stderr)", max_output=1000)
    assert len(ended.stderr) <= 1000
    assert ended.stderr.split()[-1] == b"99999"


@posix
def test_a_watcher_stops_it(tmp_path: Path) -> None:
    class EnoughError(Exception):
        pass

    def watch() -> None:
        if (tmp_path / "pid").exists():
            raise EnoughError

    code = f"import os, time, pathlib; pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid())); time.sleep(600)"
    with pytest.raises(EnoughError):
        run(code, watch=watch)
    assert gone(int((tmp_path / "pid").read_text()))


@posix
def test_a_helper_in_the_background_does_not_hold_us(monkeypatch: pytest.MonkeyPatch) -> None:
    """It keeps the pipes open, as an ssh master does; the program itself has ended."""
    monkeypatch.setattr(process, "GRACE_SECONDS", 0.3)
    code = "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(8)']); print(p.pid)"
    ended = run(code)
    assert ended.code == 0
    assert alive(int(ended.stdout))


@posix
def test_many_at_once(tmp_path: Path) -> None:
    """Each is told its own output."""
    found: dict[int, bytes] = {}

    def one(number: int) -> None:
        found[number] = run(f"print({number})").stdout.strip()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: b"%d" % number for number in range(8)}
