"""Work in processes that may die or hang: each costs its own item, and is replaced."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coursekit.errors import InputError
from coursekit.pools import ProcessDiedError, TookTooLongError, pool, why

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")


def number(item: Any) -> int:
    return os.getpid()


def act(item: str) -> Any:
    """What an item can do to its process."""
    if item == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    if item == "dies in the middle of its answer":
        # The length of an answer, and no more of it.
        os.write(
            max(int(one.name) for one in Path("/proc/self/fd").iterdir() if _is_socket(one)), b"\0\0\1\0abc"
        )
        os.kill(os.getpid(), signal.SIGKILL)
    if item == "leaves":
        os._exit(3)
    if item == "exits":
        sys.exit(4)
    if item == "hangs":
        time.sleep(60)
    if item == "needs memory":
        return len(b" " * 3_000_000_000)
    if item == "cannot be sent":
        return threading.Lock()
    if item == "raises what cannot be sent":
        raise OddError(1, 2)
    if item == "raises":
        raise InputError("expected a notebook, found none", "Write one.")
    return item


def _is_socket(file: Path) -> bool:
    try:
        return str(file.readlink()).startswith("socket")
    except OSError:
        return False


class OddError(Exception):
    """One that pickle gives back as something else."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(one)


def told(error: BaseException | None) -> str:
    assert error is not None
    return why(error)


@pytest.mark.slow
@POSIX
def test_each_failure_costs_its_own_item() -> None:
    bad = ["dies", "leaves", "exits", "hangs", "cannot be sent", "raises what cannot be sent", "raises"]
    items = [text for item in bad for text in (item, f"after {item}")]
    with pool(2, processes=True, timeout=2, memory=2_000_000_000) as submit:
        futures = {item: submit(act, item) for item in items}
        found = {item: future.exception() for item, future in futures.items()}
    assert all(futures[item].result() == item for item in items if item not in bad)
    assert isinstance(found["dies"], ProcessDiedError)
    assert isinstance(found["hangs"], TookTooLongError)
    assert told(found["dies"]) == "its process died (signal 9)"
    assert told(found["leaves"]) == "its process died (exit code 3)"
    assert told(found["exits"]) == "SystemExit: 4"
    assert told(found["hangs"]) == "took longer than 2 seconds"
    assert "cannot pickle" in told(found["cannot be sent"])
    assert told(found["raises"]) == "expected a notebook, found none. Write one."
    assert found["raises what cannot be sent"] is not None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not limit memory so")
def test_memory_is_limited_and_the_process_replaced() -> None:
    with pool(1, processes=True, memory=1_000_000_000) as submit:
        first = submit(number, "").result()
        assert told(submit(act, "needs memory").exception()) == "needs more memory than is given to one"
        assert submit(number, "").result() != first


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for its pipe in /proc")
def test_an_answer_that_was_cut_off_is_none() -> None:
    with pool(1, processes=True, timeout=20) as submit:
        error = submit(act, "dies in the middle of its answer").exception()
        assert told(error) == "its process died (signal 9)"
        assert submit(act, "next").result() == "next"


@POSIX
def test_one_that_dies_while_it_has_nothing_to_do_costs_nothing() -> None:
    with pool(1, processes=True) as submit:
        first = submit(number, "").result()
        os.kill(first, signal.SIGKILL)
        second = submit(number, "").result()
        assert second not in {first, os.getpid()}


@pytest.mark.parametrize("processes", [False, True])
def test_an_interrupt_ends_everything(processes: bool) -> None:
    start = time.monotonic()

    def interrupted() -> None:
        with pool(2, processes=processes) as submit:
            submit(act, "hangs" if processes else "")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert time.monotonic() - start < 40


def test_here_and_in_threads() -> None:
    calls: list[tuple[int, Callable[..., Any]]] = [(1, number), (3, number)]
    for workers, function in calls:
        with pool(workers) as submit:
            assert {submit(function, item).result() for item in range(5)} == {os.getpid()}
            assert told(submit(act, "exits").exception()) == "SystemExit: 4"


ORPHAN = """
import os, sys
sys.path.insert(0, {root!r})
from coursekit.pools import pool
from tests.test_pools import act, number
if __name__ == "__main__":
    with pool(1, processes=True, timeout={timeout}) as submit:
        print(submit(number, "").result(), flush=True)
        submit(act, {item!r})
        input()
        os.kill(os.getpid(), 9)
"""


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize(
    ("item", "timeout"), [("idle", 60), pytest.param("hangs", 1, marks=pytest.mark.slow)]
)
def test_processes_end_with_the_one_that_was_killed(
    tmp_path: Any, item: str, timeout: int, pytestconfig: pytest.Config
) -> None:
    script = tmp_path / "script.py"
    script.write_text(ORPHAN.format(root=str(pytestconfig.rootpath), item=item, timeout=timeout))
    with subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        worker = int(process.stdout.readline())
        process.kill()
    end = time.monotonic() + 30
    while _lives(worker) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _lives(worker)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
