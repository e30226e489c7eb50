"""How long importing core_lib takes, next to importing NumPy: ``python -m tests.benchmarks.core_import``.

The goal is a ratio of at most 1.3. Each import runs in a process of its own, in turns, so that what else
the machine does touches all alike; the smallest times are compared.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
STATEMENTS = {
    "numpy": "import numpy",
    "core_lib": "import core_lib",
    "a notebook's names": (
        "from core_lib import Adam, Dataset, Dense, ReLU, Sequential, SoftmaxCrossEntropy, Trainer"
    ),
    "everything": "import core_lib; dir(core_lib)",
}


def measure(rounds: int = 15) -> dict[str, float]:
    """Give the smallest wall time of each statement in seconds."""
    best = dict.fromkeys(STATEMENTS, float("inf"))
    for _ in range(rounds):
        for name, statement in STATEMENTS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", statement], check=True, cwd=ROOT)
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def main() -> None:
    """Print the table."""
    best = measure()
    for name, seconds in best.items():
        print(f"{name:<20} {1000 * seconds:6.1f} ms   {seconds / best['numpy']:.2f}")


if __name__ == "__main__":
    main()
