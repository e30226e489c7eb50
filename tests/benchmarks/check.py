"""How long checking takes, and how much memory: ``python -m tests.benchmarks.check [--write]``.

Notebooks beside ``nbformat.read``, in turns; typical repositories after start-up; a course of many groups with one
process and with two, in turns. Everything in one run; what is compared is compared within a round.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from coursekit.assets import asset
from coursekit.store import open_store
from coursekit.store.people import add_group
from coursekit.store.records import NewRepository
from coursekit.store.repositories import add_repository

README = Path(__file__).with_name("README.md")
ROUNDS = 7
NOTEBOOKS, PICTURES = 20, 27

# Prints the seconds of each round and the peak memory in megabytes.
TIMED = """
import sys, time, warnings
warnings.simplefilter("ignore")
from pathlib import Path
{before}
folder = Path(sys.argv[1])
for line in sys.stdin:
    start = time.perf_counter()
    {work}
    print(time.perf_counter() - start, flush=True)
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) * 1024)
"""
CHECK = TIMED.format(
    before="from coursekit.checker import check_path, load_profile\nload_profile('opencampus-ml')",
    work="check_path(folder)",
)
NBFORMAT = TIMED.format(
    before="import nbformat",
    work="[nbformat.read(path, as_version=4) for path in sorted(folder.rglob('*.ipynb'))]",
)
READ = TIMED.format(before="", work="[path.read_bytes() for path in sorted(folder.rglob('*.ipynb'))]")


class Peer:
    """A program in a process of its own, which works one turn when it is told to."""

    def __init__(self, program: str, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", program, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def turn(self) -> float:
        """Let it work once, and return the seconds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def peak(self) -> int:
        """End it, and return the most memory that it had."""
        out, _ = self._process.communicate()
        return int(out)


def make_notebooks(folder: Path) -> int:
    """Write a project with executed notebooks full of pictures, and return the size of the largest."""
    (folder / "README.md").write_text("# Pictures\n", encoding="utf-8")
    for number in range(NOTEBOOKS):
        cells = []
        for cell in range(PICTURES):
            picture = base64.b64encode(os.urandom(280_000)).decode()
            source = [f"## Step {cell}\n", "\n", "What we see, and why that is so.\n"]
            data = {"image/png": picture, "text/plain": ["<Figure size 640x480 with 1 Axes>"]}
            output = {"output_type": "display_data", "metadata": {}, "data": data}
            cells.append({"cell_type": "markdown", "id": f"m{cell}", "metadata": {}, "source": source})
            cells.append(
                {"cell_type": "code", "id": f"c{cell}", "execution_count": cell + 1, "metadata": {},
                 "source": ["plt.plot(losses)\n", "plt.show()"], "outputs": [output]}
            )  # fmt: skip
        where = folder / ("1_DatasetCharacteristics", "2_BaselineModel", "3_Model")[number % 3]
        where.mkdir(exist_ok=True)
        text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
        (where / f"part{number}.ipynb").write_text(text, encoding="utf-8")
    return max(path.stat().st_size for path in folder.rglob("*.ipynb"))


def notebooks(folder: Path) -> list[str]:
    """Compare a check with what `nbformat.read` alone needs for the same files."""
    largest = make_notebooks(folder)
    programs = {"check": CHECK, "nbformat": NBFORMAT, "read": READ}
    peers = {name: Peer(program, folder) for name, program in programs.items()}
    times: dict[str, list[float]] = {name: [] for name in peers}
    for peer in peers.values():
        peer.turn()
    for _ in range(ROUNDS):
        for name, peer in peers.items():
            times[name].append(peer.turn())
    for peer in peers.values():
        peer.peak()
    peaks = {}
    for name, program in programs.items():
        # As in use: one check a process, and not what a row of them leaves behind.
        once = Peer(program, folder)
        once.turn()
        peaks[name] = once.peak()
    labels = {
        "check": "the whole check",
        "nbformat": "`nbformat.read` alone",
        "read": "reading the bytes alone",
    }
    lines = [
        f"| {NOTEBOOKS} notebooks of {largest / 1e6:.1f} MB | seconds | relative to nbformat | peak memory, in times the largest file |",
        "|---|---|---|---|",
    ]
    for name, label in labels.items():
        ratio = statistics.median(a / b for a, b in zip(times[name], times["nbformat"], strict=True))
        lines.append(
            f"| {label} | {statistics.median(times[name]):.2f} | {ratio:.2f} | {peaks[name] / 1e6:.0f} MB, {peaks[name] / largest:.1f} |"
        )
    return lines


def typical(folder: Path) -> list[str]:
    """Measure repositories as groups hand them in."""
    projects = {"a finished project (handwritten-digits)": asset("past_projects") / "handwritten-digits"}
    for template in ("image-classification", "time-series"):
        made = folder / template
        subprocess.run(
            [sys.executable, "-m", "coursekit", "new-project", "--title", "Try", "--member", "Ada Lovelace",
             "--task", "learning", "--template", template, "--output", str(made)],
            check=True, capture_output=True,
        )  # fmt: skip
        projects[f"fresh from the template {template}"] = made
    peers = {label: Peer(CHECK, path) for label, path in projects.items()}
    first = {label: peer.turn() for label, peer in peers.items()}
    times = {label: [peer.turn() for _ in range(ROUNDS)] for label, peer in peers.items()}
    for peer in peers.values():
        peer.peak()
    return [
        "| repository | first check of a process, ms | every other, ms |",
        "|---|---|---|",
        *(
            f"| {label} | {first[label] * 1e3:.0f} | {statistics.median(times[label]) * 1e3:.0f} |"
            for label in peers
        ),
    ]


def make_course(folder: Path, groups: int) -> Path:
    """Write a course whose groups all have a copy of the same finished project."""
    folder.mkdir()
    (folder / "course.toml").write_text('[course]\nname = "Many"\n', encoding="utf-8")
    skip = shutil.ignore_patterns("core_lib", ".git", "__pycache__")
    with open_store(folder) as store, store.transaction("benchmark") as tx:
        for number in range(groups):
            group = add_group(tx, f"group-{number}")
            add_repository(tx, NewRepository(group.id, path=f"repositories/group-{number}"))
            shutil.copytree(
                asset("past_projects") / "handwritten-digits",
                folder / f"repositories/group-{number}",
                ignore=skip,
            )
    return folder


def course(folder: Path, groups: int, rounds: int) -> list[str]:
    """Measure a course of few and of many groups, with one process and with two, and once more unchanged."""
    few, many = make_course(folder / "few", groups // 5), make_course(folder / "many", groups)

    def run(where: Path, jobs: int, *more: str) -> float:
        start = time.perf_counter()
        subprocess.run(
            [
                sys.executable,
                "-m",
                "coursekit",
                "check",
                "--all",
                "--course",
                str(where),
                "--jobs",
                str(jobs),
                *more,
            ],
            capture_output=True,
            check=False,
        )
        return time.perf_counter() - start

    kinds: dict[str, Callable[[], float]] = {
        "few 1": lambda: run(few, 1, "--again"),
        "few 2": lambda: run(few, 2, "--again"),
        "many 1": lambda: run(many, 1, "--again"),
        "many 2": lambda: run(many, 2, "--again"),
        "same 2": lambda: run(many, 2),
    }
    times: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(rounds):
        for name, once in kinds.items():
            times[name].append(once())
    median = {name: statistics.median(values) for name, values in times.items()}

    def ratio(one: str, other: str) -> float:
        return statistics.median(a / b for a, b in zip(times[one], times[other], strict=True))

    return [
        "| groups | `--jobs 1`, s | `--jobs 2`, s | times as fast with two | unchanged, `--jobs 2`, s |",
        "|---|---|---|---|---|",
        f"| {groups // 5} | {median['few 1']:.1f} | {median['few 2']:.1f} | {ratio('few 1', 'few 2'):.2f} | |",
        f"| {groups} | {median['many 1']:.1f} | {median['many 2']:.1f} | {ratio('many 1', 'many 2'):.2f} | {median['same 2']:.1f} |",
        f"| {groups} : {groups // 5} | {ratio('many 1', 'few 1'):.2f} | {ratio('many 2', 'few 2'):.2f} | | |",
    ]


def main() -> None:
    """Measure, print the tables, and put them into the README if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3, help="of the course; the others have more")
    parser.add_argument("--only", choices=["notebooks", "typical", "course"], nargs="*")
    parser.add_argument("--write", action="store_true", help="put the tables into README.md")
    chosen = parser.parse_args()
    parts: dict[str, Callable[[Path], list[str]]] = {
        "notebooks": notebooks,
        "typical": typical,
        "course": lambda folder: course(folder, chosen.groups, chosen.rounds),
    }
    text = README.read_text(encoding="utf-8")
    for name, measure in parts.items():
        if chosen.only and name not in chosen.only:
            continue
        with tempfile.TemporaryDirectory() as folder:
            table = "\n".join(measure(Path(folder)))
        print(table, "\n", flush=True)
        begin, end = f"<!-- check {name}: begin -->\n", f"\n<!-- check {name}: end -->"
        if chosen.write:
            before, _, rest = text.partition(begin)
            text = before + begin + table + end + rest.partition(end)[2]
    if chosen.write:
        README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
