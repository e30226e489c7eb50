"""How long ``coursekit --help`` takes, beside ``python -c "import click"``, interleaved in one run.

Run it with ``python -m tests.benchmarks.startup``. The goal is a ratio of at most 1.5.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 40
PEERS = {
    "import click": [sys.executable, "-c", "import click"],
    "coursekit --help": [sys.executable, "-c", "from coursekit.cli import main; main()", "--help"],
    "import nothing": [sys.executable, "-c", "pass"],
}


def once(command: list[str]) -> float:
    """Return the wall time of one run in milliseconds."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Print medians, and ratios to importing click."""
    for command in PEERS.values():
        once(command)
    times: dict[str, list[float]] = {name: [] for name in PEERS}
    for _ in range(RUNS):
        for name, command in PEERS.items():
            times[name].append(once(command))
    base = statistics.median(times["import click"])
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:20} {median:7.1f} ms   {median / base:4.2f} × import click")


if __name__ == "__main__":
    main()
