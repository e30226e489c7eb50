"""How long `coursekit report` takes: beside nbconvert, and for a repository with 30 MB of notebooks.

Run it with ``python -m tests.benchmarks.report`` (``--write`` to keep the table). The goals: HTML, PDF and PPTX of the
whole digits project in less wall time than ``jupyter nbconvert --to slides`` needs for one of its notebooks, both
as commands and in turns; and 30 MB of notebooks in less than 5 s with less than 500 MB.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from coursekit.files import write_text

DIGITS = Path(__file__).parents[2] / "past_projects" / "handwritten-digits"
NOTEBOOK = "2_BaselineModel/baseline_model.ipynb"
FORMATS = "html,pdf,pptx"
LARGE = 30_000_000
README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- report: begin -->", "<!-- report: end -->"


def run(*command: str) -> tuple[float, float]:
    """Run a command; return the seconds and the peak memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{' '.join(command)} failed:\n{said.decode(errors='replace')}")
    return seconds, usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def report(repository: Path, output: Path, formats: str = FORMATS) -> tuple[float, float]:
    """Make the formats with one command."""
    return run(
        sys.executable, "-m", "coursekit", "report", str(repository), "--to", formats, "--output", str(output)
    )


def nbconvert(notebook: Path, output: Path) -> tuple[float, float]:
    """Turn one notebook into slides."""
    command = (sys.executable, "-m", "jupyter", "nbconvert", "--to", "slides", "--log-level", "ERROR")
    return run(*command, "--output-dir", str(output), str(notebook))


def large_repository(folder: Path) -> int:
    """Write the digits project with `LARGE` bytes of notebooks, mostly pictures as plots are; return the bytes."""
    shutil.copytree(DIGITS, folder)
    import io

    from PIL import Image

    noise = random.Random(7)
    size = sum(path.stat().st_size for path in folder.rglob("*.ipynb"))
    number = 0
    while size < LARGE:
        cells: list[dict[str, object]] = [
            {"cell_type": "markdown", "metadata": {}, "source": f"# Exploration {number}"}
        ]
        for part in range(12):
            image = Image.frombytes("RGB", (400, 300), noise.randbytes(400 * 300 * 3))
            file = io.BytesIO()
            image.save(file, "PNG")
            data = base64.b64encode(file.getvalue()).decode()
            shown = {"output_type": "display_data", "metadata": {}, "data": {"image/png": data}}
            source = (
                f"## Distribution {part}\n\nWhat picture {part} shows, in a sentence or two. It is noise."
            )
            cells.append({"cell_type": "markdown", "metadata": {}, "source": source})
            cells.append(
                {
                    "cell_type": "code",
                    "metadata": {},
                    "source": "plot()",
                    "execution_count": 1,
                    "outputs": [shown],
                }
            )
        content = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
        places = ("1_DatasetCharacteristics", "2_BaselineModel", "3_Model")
        (folder / places[number % 3] / f"more_{number}.ipynb").write_text(content, "utf-8")
        size += len(content)
        number += 1
    return size


def measure(rounds: int) -> str:
    """Measure in turns, and write what was found as Markdown."""
    with tempfile.TemporaryDirectory(prefix="coursekit-benchmark-") as place:
        here = Path(place)
        digits = shutil.copytree(DIGITS, here / "digits")
        found: dict[str, list[tuple[float, float]]] = {"three": [], "all": [], "nbconvert": [], "large": []}
        report(digits, here / "warm")
        nbconvert(digits / NOTEBOOK, here / "warm")
        size = large_repository(here / "large")
        for number in range(rounds):
            found["three"].append(report(digits, here / f"three-{number}"))
            found["nbconvert"].append(nbconvert(digits / NOTEBOOK, here / f"other-{number}"))
            found["all"].append(report(digits, here / f"all-{number}", "all"))
            found["large"].append(report(here / "large", here / f"large-{number}"))
    return table(found, size)


def table(found: dict[str, list[tuple[float, float]]], size: int) -> str:
    """Return the rows, each with medians."""

    def row(name: str, key: str) -> str:
        seconds, peak = (statistics.median(values) for values in zip(*found[key], strict=True))
        pairs = zip(found[key], found["nbconvert"], strict=True)
        ratio = statistics.median(mine[0] / other[0] for mine, other in pairs)
        return f"| {name} | {seconds:.2f} | {peak:.0f} | {ratio:.2f} |"

    words = (
        f"Medians of {len(found['large'])} rounds in turns on {os.cpu_count()} cores, {platform.system()}; each is a "
        "command, the start of Python included."
    )
    lines = [
        "| what | seconds | peak MB | relative to nbconvert |",
        "|---|---|---|---|",
        row(f"digits project, `coursekit report --to {FORMATS}`", "three"),
        row("one of its notebooks, `jupyter nbconvert --to slides`", "nbconvert"),
        row("digits project, `coursekit report --to all`: the written report too, as HTML and PDF", "all"),
        row(f"the same with {size / 1e6:.0f} MB of notebooks, `coursekit report --to {FORMATS}`", "large"),
        "",
        words,
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    options = parser.parse_args()
    text = measure(options.rounds)
    print(text)
    if options.write:
        readme = README.read_text(encoding="utf-8")
        before, after = readme.partition(BEGIN)[0], readme.partition(END)[2]
        write_text(README, f"{before}{BEGIN}\n{text}\n{END}{after}")


if __name__ == "__main__":
    main()
