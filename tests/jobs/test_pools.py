from __future__ import annotations

import os
import signal
import sys
import time

import pytest

from coursekit.errors import InputError
from coursekit.jobs import JobItem, run_job
from coursekit.store import Store


def hostile(item: JobItem[str]) -> str:
    """What a group's files can do to the process that reads them."""
    if item.value == "dies":
        os.kill(os.getpid(), signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
    if item.value == "hangs":
        time.sleep(60)
    if item.value == "raises":
        raise InputError("expected a notebook, found none", "Write one.")
    if item.value == "leaves":
        sys.exit(4)
    if item.value == "times out":
        raise TimeoutError("of its own")
    return f"{item.value} in {os.getpid()}"


@pytest.mark.slow
def test_processes_that_die_or_hang_are_named_and_the_rest_go_on(store: Store) -> None:
    values = ["a", "dies", "hangs", "raises", "leaves", "times out", "b", "c"]
    recorded: list[str] = []
    result = run_job(
        store,
        "check",
        [JobItem(f"group:{number}", value) for number, value in enumerate(values)],
        hostile,
        record=lambda tx, item, value: recorded.append(value),
        workers=2,
        processes=True,
        timeout=1.5,
    )
    reasons = {values[int(failure.key.partition(":")[2])]: failure.reason for failure in result.failures}
    died = reasons.pop("dies")
    assert "process died" in died
    if sys.platform != "win32":
        assert died == "its process died (signal 9)"
    assert reasons == {
        "hangs": "took longer than 1.5 seconds",
        "raises": "expected a notebook, found none. Write one.",
        "leaves": "SystemExit: 4",
        "times out": "TimeoutError: of its own",
    }
    assert result.summary == "3 done, 0 skipped, 5 failed, of 8"
    assert {text[0] for text in recorded} == {"a", "b", "c"}
    assert not any(text.endswith(f" {os.getpid()}") for text in recorded)


def test_an_interrupted_run_leaves_no_process(store: Store) -> None:
    def stop(*args: object) -> None:
        raise KeyboardInterrupt

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_job(
            store,
            "check",
            [JobItem("a", "a"), JobItem("b", "hangs")],
            hostile,
            record=stop,
            workers=2,
            processes=True,
        )
    assert time.monotonic() - start < 30
