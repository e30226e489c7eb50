"""One peer of one workload in a process of its own; see `__main__.py`, which tells it when to run."""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.core import Job


def peak_megabytes() -> float:
    """Give the largest resident size so far."""
    status = Path("/proc/self/status")
    if status.exists():
        # not ru_maxrss: on Linux that begins with the size of the process which started this one
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / 2**20 if sys.platform == "darwin" else size / 1024


def answer(command: str, job: Job) -> dict[str, Any]:
    """Make the steps that were asked for."""
    steps = int(command.split()[1])
    cpu = time.process_time()
    time.sleep(0.03)  # until threads of the peer before, which spin for a while, are asleep
    job.step()
    start, busy = time.perf_counter(), time.process_time()
    for _ in range(steps):
        job.step()
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    return {
        "milliseconds": 1000 * seconds / steps,
        "processor_milliseconds": 1000 * busy / steps,
        "cpu": time.process_time() - cpu,
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
