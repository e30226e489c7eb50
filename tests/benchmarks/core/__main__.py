"""Run the workloads and print medians, ratios to PyTorch and peak memory.

Each peer is a process of its own, so that no library's threads or memory disturb another's. The processes
take turns, a fraction of a second each, so that whatever else the machine does touches all alike; the ratio
is the median over the rounds of the ratio within a round. Where another program keeps one core busy, two
threads wait for each other and all figures are worthless: a turn during which others used the machine is
repeated, and counted as disturbed if that does not help.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import pkgutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.core import PACKAGES, PEERS, workloads

ROOT = Path(__file__).parents[3]


class Peer:
    """A process that makes steps when told to."""

    def __init__(self, workload: str, name: str, threads: int, processor_time: bool) -> None:
        self.name = name
        self.clock = "processor_milliseconds" if processor_time else "milliseconds"
        n = str(threads)
        limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), n)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.core.peer", workload, name, n],
            cwd=ROOT,
            env={**os.environ, **limits},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.times: list[float] = []
        self.megabytes = 0.0
        self.steps = 1
        self.problem = self.ask("build").get("problem")

    def ask(self, command: str) -> Any:
        """Send a line, and wait for the answer."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            return {"problem": f"the process ended with code {self.process.wait()}"}
        return json.loads(answer)

    def run(self) -> float:
        """Measure one turn; say how many processors others have used meanwhile."""
        before, start = busy_seconds(), time.monotonic()
        answer = self.ask(f"run {self.steps}")
        seconds = time.monotonic() - start
        self.problem = answer.get("problem")
        if self.problem:
            return 0.0
        self.times.append(answer[self.clock])
        self.megabytes = answer["megabytes"]
        return (busy_seconds() - before - answer["cpu"]) / seconds

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


def busy_seconds() -> float:
    """Give how long all processors have been busy since the machine was started; 0 where that is unknown."""
    if not Path("/proc/stat").exists():
        return 0.0
    spent = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(spent) - spent[3] - spent[4]) / os.sysconf("SC_CLK_TCK")  # all but idle and waiting for disks


def undisturbed(peer: Peer, patience: float) -> tuple[bool, float]:
    """Repeat a peer's turn until others hardly used the machine; say if so, and how much patience is left."""
    while peer.run() > 0.15 and not peer.problem:
        if patience <= 0:
            return False, 0.0
        peer.times.pop()
        time.sleep(1.0)
        patience -= 1.0
    return True, patience


def measure(
    workload: str,
    peers: list[str],
    rounds: int,
    seconds: float,
    threads: int,
    patience: float,
    processor_time: bool = False,
) -> dict[str, Any]:
    """Measure one workload; give the figures of each peer, or the reason why there are none."""
    module = importlib.import_module(f"{workloads.__name__}.{workload}")
    found: dict[str, Any] = {}
    running = []
    disturbed = 0
    for name in peers:
        if not hasattr(module, name):
            continue  # the workload is not one for this peer
        if importlib.util.find_spec(PACKAGES.get(name, name)) is None:
            found[name] = {"problem": "not installed"}
            continue
        running.append(Peer(workload, name, threads, processor_time))
    try:
        for peer in running:  # the first turn warms up, and says how many steps a turn is to have
            if not peer.problem:
                peer.run()
                peer.run()
            if not peer.problem:
                peer.steps = max(1, round(1000 * seconds / peer.times[-1]))
                peer.times.clear()
        for _ in range(rounds):
            for peer in running:
                if not peer.problem:
                    if processor_time:
                        peer.run()
                        continue
                    alone, patience = undisturbed(peer, patience)
                    disturbed += not alone
    finally:
        for peer in running:
            peer.close()
    base = next((p.times for p in running if p.name == "pytorch" and not p.problem), None)
    for peer in running:
        if peer.problem:
            found[peer.name] = {"problem": peer.problem}
            continue
        ratios = [a / b for a, b in zip(peer.times, base, strict=True)] if base else []
        found[peer.name] = {
            "milliseconds": statistics.median(peer.times),
            "megabytes": peer.megabytes,
            "ratio": statistics.median(ratios) if ratios else None,
            "quartiles": statistics.quantiles(ratios)[::2] if len(ratios) > 1 else None,
        }
    return {"title": module.TITLE, "disturbed": disturbed, "peers": found}


def main() -> None:
    """Parse, measure, print."""
    every = sorted(info.name for info in pkgutil.iter_modules(workloads.__path__))
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.core", description=__doc__.partition("\n")[0]
    )
    parser.add_argument(
        "workloads", nargs="*", default=every, help=f"some of {', '.join(every)}; all by default"
    )
    parser.add_argument(
        "--peers",
        nargs="+",
        default=list(PEERS),
        choices=PEERS,
        metavar="PEER",
        help=f"some of {', '.join(PEERS)}; all by default",
    )
    parser.add_argument("--rounds", type=int, default=15, help="turns of each peer (15)")
    parser.add_argument("--seconds", type=float, default=0.3, help="length of a turn (0.3)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--patience",
        type=float,
        default=60,
        help="seconds to wait, a workload, while others use the machine (60)",
    )
    parser.add_argument(
        "--processor-time",
        action="store_true",
        help="count only what a peer computes, not what it waits; with --threads 1 for a machine that others use too",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    chosen = parser.parse_args()
    unknown = sorted(set(chosen.workloads) - set(every))
    if unknown:
        parser.error(f"there is no workload {', '.join(unknown)}; there are {', '.join(every)}")
    results = {}
    for name in chosen.workloads:
        results[name] = measure(
            name,
            chosen.peers,
            chosen.rounds,
            chosen.seconds,
            chosen.threads,
            chosen.patience,
            chosen.processor_time,
        )
        if not chosen.json:
            print_table(name, results[name])
    if chosen.json:
        print(json.dumps(results, indent=2))


def print_table(name: str, result: dict[str, Any]) -> None:
    """Print the figures of one workload."""
    print(f"\n{name.upper()}  {result['title']}")
    if result["disturbed"]:
        print(f"  DISTURBED: other programs were running in {result['disturbed']} turns")
    print(f"  {'peer':<14} {'ms a step':>10} {'× PyTorch':>10} {'quartiles':>12} {'peak MB':>8}")
    for peer, figures in result["peers"].items():
        if "problem" in figures:
            print(f"  {peer:<14} skipped: {figures['problem']}")
            continue
        ratio = f"{figures['ratio']:.2f}" if figures["ratio"] else "–"
        spread = "–".join(f"{q:.2f}" for q in figures["quartiles"] or [])
        print(
            f"  {peer:<14} {figures['milliseconds']:>10.3f} {ratio:>10} {spread:>12} {figures['megabytes']:>8.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
