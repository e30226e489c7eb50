"""One peer of one workload in a process of its own; see `__main__.py`, which tells it when to run."""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.core import Job


def others() -> list[Path]:
    """List the processes that this one has started, as folders of what the system tells; none where it does not."""
    tasks = Path("/proc/self/task").glob("*/children")
    return [Path("/proc") / pid for task in tasks for pid in task.read_text().split()]


def peak_megabytes() -> float:
    """Give the largest resident size so far, of all processes together."""
    if Path("/proc/self/status").exists():
        # not ru_maxrss: on Linux that begins with the size of the process which started this one
        found = [(folder / "status").read_text().splitlines() for folder in (Path("/proc/self"), *others())]
        lines = [line for status in found for line in status if line.startswith("VmHWM")]
        return sum(int(line.split()[1]) for line in lines) / 1024
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / 2**20 if sys.platform == "darwin" else size / 1024


def processor_seconds() -> float:
    """Give for how long all processes together have computed."""
    own = time.process_time()
    stats = [(folder / "stat").read_text().rpartition(")")[2].split() for folder in others()]
    return own + sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")


def answer(command: str, job: Job) -> dict[str, Any]:
    """Make the steps that were asked for."""
    steps = int(command.split()[1])
    cpu = processor_seconds()
    time.sleep(0.03)  # until threads of the peer before, which spin for a while, are asleep
    job.step()
    start, busy = time.perf_counter(), processor_seconds()
    for _ in range(steps):
        job.step()
    seconds, busy = time.perf_counter() - start, processor_seconds() - busy
    return {
        "milliseconds": 1000 * seconds / steps,
        "processor_milliseconds": 1000 * busy / steps,
        "cpu": processor_seconds() - cpu,
        "megabytes": peak_megabytes(),
    }


def main() -> None:
    """Build the job, then answer line by line."""
    workload, peer, threads = sys.argv[1:]
    job: Job | None = None
    for line in sys.stdin:
        result: dict[str, Any] = {}
        try:
            if job is None:
                module = importlib.import_module(f"tests.benchmarks.core.workloads.{workload}")
                job = getattr(module, peer)(int(threads))
            else:
                result = answer(line, job)
        except Exception as error:  # noqa: BLE001  # one peer's failure must not end the others' turns
            result = {"problem": f"{type(error).__name__}: {error}"}
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
