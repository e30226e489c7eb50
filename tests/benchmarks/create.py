"""How long `coursekit new-project --all` takes for a repository, beside others, interleaved in one run.

Run it with ``python -m tests.benchmarks.create`` (``--groups 1000`` for a large course, ``--write`` to keep the
table). The others, for the same files:

- a loop over the command lines of ``cookiecutter`` and ``git init``, ``git add``, ``git commit``, on a sample;
- ``cp -r`` of a finished repository.

The goals: at least 10 times as fast as the first, at most 3 times the cost of the second, and memory that does not
grow with the number of groups.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from coursekit.config import load_project
from coursekit.files import write_text
from coursekit.store import open_store
from coursekit.store.people import add_group, add_student, join_group
from coursekit.store.records import NewStudent
from coursekit.text import plural

TEMPLATE = "image-classification"
FEW = 50
GIT = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "gc.auto=0"]
README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- create: begin -->", "<!-- create: end -->"


@dataclass(frozen=True)
class Round:
    """Milliseconds a repository; and the peak memory of our process, in MB."""

    ours: float
    cookiecutter: float
    copy: float
    memory: float


def make_course(folder: Path, groups: int) -> Path:
    """Write a course with `groups` groups of three into the new folder `folder`."""
    folder.mkdir()
    write_text(folder / "course.toml", f'[course]\nname = "Benchmark"\n[projects]\ntemplate = "{TEMPLATE}"\n')
    with open_store(folder) as store, store.transaction("benchmark") as tx:
        for number in range(groups):
            group = add_group(tx, f"Team {number}")
            for one in "abc":
                name = f"Student {number} {one}"
                student = add_student(tx, NewStudent(name, f"s{number}{one}@example.org"))
                join_group(tx, student.id, group.id)
    return folder


def run_ours(course: Path) -> tuple[float, float]:
    """Make all repositories of a course; return the seconds and the peak memory in MB."""
    command = [sys.executable, "-m", "coursekit", "new-project", "--all", "--course", str(course)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status):
        raise SystemExit("coursekit new-project --all failed")
    return seconds, usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def make_template(finished: Path, folder: Path) -> Path:
    """Make an ordinary cookiecutter template of a finished repository's files; core_lib and notebooks are only copied."""
    context = {"slug": "team", "title": "Team", "_copy_without_render": ["core_lib", "*.ipynb", "*.yml"]}
    inside = folder / "{{cookiecutter.slug}}"
    shutil.copytree(finished, inside, ignore=shutil.ignore_patterns(".git"))
    write_text(folder / "cookiecutter.json", json.dumps(context))
    title = load_project(finished).title
    for name in ("README.md", "project.toml"):
        text = (inside / name).read_text(encoding="utf-8")
        write_text(inside / name, text.replace(title, "{{cookiecutter.title}}"))
    return folder


def run_cookiecutter(template: Path, folder: Path, number: int) -> float:
    """Make one repository with the command lines of cookiecutter and git; return the seconds."""
    target = folder / f"cut-{number}"
    values = [f"slug={target.name}", f"title=Team {number}"]
    start = time.perf_counter()
    for command, where in (
        ([sys.executable, "-m", "cookiecutter", str(template), "--no-input", *values], folder),
        (["git", "init", "--quiet", "--initial-branch=main"], target),
        ([*GIT, "add", "."], target),
        ([*GIT, "commit", "--quiet", "--message", "Start"], target),
    ):
        subprocess.run(command, cwd=where, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def run_copy(finished: Path, folder: Path, number: int) -> float:
    """Copy one repository; return the seconds."""
    start = time.perf_counter()
    subprocess.run(["cp", "-r", str(finished), str(folder / f"copy-{number}")], check=True)
    return time.perf_counter() - start


def measure(place: Path, groups: int, rounds: int, sample: int) -> tuple[list[Round], float, int]:
    """Take turns; return the rounds, the memory for a few groups in MB, and the number of files in a repository."""
    _, few = run_ours(make_course(place / "few", FEW))
    finished = place / "few" / "repositories" / "team-1"
    template = make_template(finished, place / "template")
    found = []
    for turn in range(rounds):
        here = place / str(turn)
        here.mkdir()
        course = make_course(here / "course", groups)
        part = range(sample // rounds)
        cut = [run_cookiecutter(template, here, number) for number in part]
        copied = [run_copy(finished, here, number) for number in range(min(groups, 50))]
        seconds, memory = run_ours(course)
        cut += [run_cookiecutter(template, here, number + len(part)) for number in part]
        copied += [run_copy(finished, here, number + 50) for number in range(min(groups, 50))]
        per = (seconds / groups, statistics.median(cut), statistics.median(copied))
        found.append(Round(*(1000 * one for one in per), memory))
        shutil.rmtree(here)
    files = sum(
        path.is_file() for path in finished.rglob("*") if ".git" not in path.relative_to(finished).parts
    )
    return found, few, files


def table(found: list[Round], few: float, files: int, groups: int, sample: int) -> str:
    """Write what was measured as Markdown."""

    def middle(values: list[float]) -> float:
        return statistics.median(values)

    ours = [one.ours for one in found]
    rows = [
        ("`coursekit new-project --all`", ours, [1.0] * len(found)),
        (
            "`cookiecutter`, `git init`, `git add`, `git commit`",
            [one.cookiecutter for one in found],
            [one.cookiecutter / one.ours for one in found],
        ),
        ("`cp -r` of a finished one", [one.copy for one in found], [one.copy / one.ours for one in found]),
    ]
    lines = [
        f"| {groups} groups, {files} files each | ms a repository | relative to coursekit |",
        "|---|---|---|",
        *(f"| {name} | {middle(times):.1f} | {middle(ratios):.2f} |" for name, times, ratios in rows),
        "",
        _words(found, few, groups, sample),
    ]
    return "\n".join(lines)


def _words(found: list[Round], few: float, groups: int, sample: int) -> str:
    copies = statistics.median(one.ours / one.copy for one in found)
    loops = statistics.median(one.cookiecutter / one.ours for one in found)
    return (
        f"Median of {plural(len(found), 'round')} on {os.cpu_count()} cores, {platform.system()}. The loop over "
        f"cookiecutter was measured on {2 * (sample // len(found)) * len(found)} repositories, not on all; coursekit's "
        f"time is the whole command's, start and course database included: {copies:.2f} times that of `cp -r`, and "
        f"{loops:.0f} times as fast as the loop. Peak memory: {few:.0f} MB for {FEW} groups, "
        f"{max(one.memory for one in found):.0f} MB for {groups}."
    )


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--groups", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--sample", type=int, default=10, help="repositories made with cookiecutter, before ours and after"
    )
    parser.add_argument(
        "--folder", type=Path, help="where to make them; by default the folder for temporary files"
    )
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    options = parser.parse_args()
    if options.sample < options.rounds:
        parser.error("expected a sample of at least one for each round")
    with tempfile.TemporaryDirectory(prefix="coursekit-benchmark-", dir=options.folder) as place:
        found, few, files = measure(Path(place), options.groups, options.rounds, options.sample)
    text = table(found, few, files, options.groups, options.sample)
    print(text)
    if options.write:
        readme = README.read_text(encoding="utf-8")
        before, after = readme.partition(BEGIN)[0], readme.partition(END)[2]
        write_text(README, f"{before}{BEGIN}\n{text}\n{END}{after}")


if __name__ == "__main__":
    main()
