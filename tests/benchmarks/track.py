"""How long `coursekit track` takes for a large course, from the store, the whole command with its start.

Run it with ``python -m tests.benchmarks.track`` (``--write`` to keep the table). The course is made up: 1,000 groups of 4,
14 sessions, 5 milestones, 31 requirements, 8 checks of the present state and one for each deadline that has passed, 12
fetches and the counted commits of every repository. The goal: all of it in under one second.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from coursekit.checker.profile import load_profile
from coursekit.config import Course, load_course
from coursekit.files import write_text
from coursekit.store import Transaction, open_store, schema
from coursekit.store.activity import record_activity
from coursekit.store.records import NewActivity
from coursekit.work import Author, Done

README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- track: begin -->", "<!-- track: end -->"
MEMBERS, SESSIONS, CHECKS, FETCHES, WEEKS = 4, 14, 8, 12, 12
STATUSES = ["met", "met", "met", "not_met", "not_judged"]
WORDS = "Some message of an ordinary length, as checks have it about what they found and where. "
VIEWS = (
    ("the table of all groups", ()),
    ("with `--anonymous --attention`", ("--anonymous", "--attention")),
    ("`--since 7d`", ("--since", "7d")),
    ("one group in detail", ("group 500",)),
    ("`--format json`", ("--format", "json")),
    ("`--format html`", ("--format", "html")),
    ("for comparison: `coursekit --version`, which only starts", None),
)


def make_course(folder: Path, groups: int) -> Course:
    """Write a course with so many groups, each with a term's history."""
    folder.mkdir()
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    profile = load_profile("opencampus-ml")
    deadlines = [now - dt.timedelta(days=70 - 20 * number) for number in range(len(profile.milestones))]
    text = '[course]\nname = "Benchmark"\ntime_zone = "Europe/Berlin"\n[attendance]\nmissed_sessions_allowed = 2\n'
    for name, deadline in zip(profile.milestones, deadlines, strict=True):
        text += f'[[check.milestones]]\nname = "{name}"\ndeadline = {deadline:%Y-%m-%dT%H:%M:%SZ}\n'
    for number in range(SESSIONS):
        day = (now - dt.timedelta(days=95 - 7 * number)).date()
        text += f"[[sessions]]\ndate = {day}\nstart = 18:00:00\nend = 20:00:00\n"
    write_text(folder / "course.toml", text)
    course = load_course(folder)
    with open_store(course.store) as store, store.transaction("benchmark") as tx:
        _people(tx, course, groups, now)
        _checks(tx, groups, now, deadlines)
        _work(tx, groups, now)
    return course


def _name(number: int) -> str:
    """Return a made-up name; names differ in length, as they do."""
    chance = random.Random(number)
    words = ("".join(chance.choices("abdeilmnorst", k=chance.randint(3, 10))) for _ in range(2))
    return " ".join(word.capitalize() for word in words)


def _people(tx: Transaction, course: Course, groups: int, now: dt.datetime) -> None:
    chance = random.Random(1)
    ids = range(1, groups + 1)
    tx.insert_many(
        schema.groups,
        [{"id": one, "name": f"Group {one}", "name_key": f"group {one}", "added_at": now} for one in ids],
    )
    people = range(1, MEMBERS * groups + 1)
    tx.insert_many(
        schema.students,
        [
            {
                "id": one,
                "name": _name(one),
                "email": f"s{one}@x.org",
                "email_key": f"s{one}@x.org",
                "added_at": now,
            }
            for one in people
        ],
    )
    tx.insert_many(
        schema.memberships,
        [{"student_id": one, "group_id": (one - 1) // MEMBERS + 1, "joined_at": now} for one in people],
    )
    tx.insert_many(
        schema.repositories,
        [
            {"id": one, "group_id": one, "url": f"https://x.org/{one}", "origin": "made", "added_at": now}
            for one in ids
        ],
    )
    keys = [session.key for session in course.sessions]
    tx.insert_many(
        schema.attendance_imports,
        [{"day": day, "turn": turn, "source": "x", "content": "x", "imported_at": now} for day, turn in keys],
    )
    rows = []
    for student in people:
        for day, turn in keys:
            seconds = chance.choice([7200, 7000, 6800, 300])
            rows.append(
                {"student_id": student, "day": day, "turn": turn, "seconds": seconds, "changed_at": now}
            )
    tx.insert_many(schema.attendance, rows)


def _checks(tx: Transaction, groups: int, now: dt.datetime, deadlines: Sequence[dt.datetime]) -> None:
    chance = random.Random(2)
    profile = load_profile("opencampus-ml")
    number = 0
    # Present states of eight weeks, then what there was at the deadlines.
    times: list[tuple[dt.datetime, dt.datetime | None]] = [
        (now - dt.timedelta(days=7 * (CHECKS - week)), None) for week in range(CHECKS)
    ]
    times += [(now, deadline) for deadline in deadlines if deadline <= now]
    for checked_at, as_of in times:
        runs: list[dict[str, Any]] = []
        found: list[dict[str, Any]] = []
        for group in range(1, groups + 1):
            number += 1
            runs.append(
                {
                    "id": number, "repository_id": group, "commit_hash": "a" * 40, "profile": profile.name,
                    "version": "1", "checked_at": checked_at, "content": "a" * 40, "basis": "b" * 64, "unruled": 0,
                    "as_of": as_of,
                }
            )  # fmt: skip
            found += [
                {
                    "run_id": number, "code": one.code, "position": at, "title": "A title of a requirement",
                    "status": chance.choice(STATUSES), "level": one.level, "milestone": one.milestone, "due": True,
                    "message": WORDS, "hint": WORDS, "locations": '[{"path": "README.md", "line": 3, "cell": null}]',
                }
                for at, one in enumerate(profile.requirements)
            ]  # fmt: skip
        tx.insert_many(schema.check_runs, runs)
        tx.insert_many(schema.findings, found)


def _work(tx: Transaction, groups: int, now: dt.datetime) -> None:
    areas = {"": Done(3, 120), "model": Done(2, 90), "baseline-model": Done(1, 30)}
    weeks = {f"2026-W{week:02}": areas for week in range(20, 20 + WEEKS)}
    for group in range(1, groups + 1):
        authors = tuple(
            Author(_name(one), f"s{one}@x.org", 0, now, now, weeks)
            for one in range(MEMBERS * (group - 1) + 1, MEMBERS * group + 1)
        )
        record_activity(tx, NewActivity(group, "a" * 40, "b", 36 * MEMBERS, now, True, authors))
    tx.insert_many(
        schema.fetches,
        [
            {
                "repository_id": group, "fetched_at": now - dt.timedelta(days=7 * (FETCHES - week)), "state": "updated",
                "branch": "main", "commit_hash": f"{week:040}", "committed_at": now, "commits": 5, "events": "[]",
            }
            for week in range(FETCHES)
            for group in range(1, groups + 1)
        ],
    )  # fmt: skip


def run(course: Course, arguments: Sequence[str] | None) -> tuple[float, float]:
    """Call the command once; return the seconds that passed, and those of the processor."""
    words = ["--version"] if arguments is None else ["track", "--course", str(course.folder), *arguments]
    command = [sys.executable, "-m", "coursekit", *words]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"coursekit {' '.join(words)} failed")
    return seconds, usage.ru_utime + usage.ru_stime


def table(course: Course, groups: int, rounds: int) -> Iterator[str]:
    """Measure every view in turns, and give the lines of the table."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name, _ in VIEWS}
    run(course, ())
    for _ in range(rounds):
        for name, arguments in VIEWS:
            found[name].append(run(course, arguments))
    yield f"| {groups:,} groups | seconds, median (smallest–largest) | of the processor |"
    yield "|---|---|---|"
    for name, values in found.items():
        seconds = [one for one, _ in values]
        middle = statistics.median(seconds)
        ours = statistics.median(one for _, one in values)
        yield f"| {name} | {middle:.2f} ({min(seconds):.2f}–{max(seconds):.2f}) | {ours:.2f} |"
    size = (course.folder / "course.db").stat().st_size / 1e6
    yield ""
    yield (
        f"{rounds} rounds in turns on {os.cpu_count()} cores, {platform.system()}, Python "
        f"{platform.python_version()}; the database has {size:.0f} MB and had been read before."
    )


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--groups", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="a folder for the course, made once and kept"
    )
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="coursekit-benchmark-") as place:
        folder = options.keep or Path(place) / "course"
        course = load_course(folder) if folder.is_dir() else make_course(folder, options.groups)
        text = "\n".join(table(course, options.groups, options.rounds))
    print(text)
    if options.write:
        readme = README.read_text(encoding="utf-8")
        before, after = readme.partition(BEGIN)[0], readme.partition(END)[2]
        write_text(README, f"{before}{BEGIN}\n{text}\n{END}{after}")


if __name__ == "__main__":
    main()
