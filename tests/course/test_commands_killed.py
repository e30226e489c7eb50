"""Any command that writes, killed at any step: the database is sound, holds what was there, and a second run completes it.

A step is a statement to the database, or a change of a file; the process kills itself before the n-th.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import click
import pytest

from coursekit import cli
from coursekit.course.certificates import build_certificates
from coursekit.course.database import back_up
from coursekit.store import open_store, sqlite_file
from coursekit.store.copying import count_rows
from tests.course.certifying import TOML, a_course

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and fork servers are POSIX's")

ZOOM = "Name (Original Name),User Email,Total Duration (Minutes),Guest\n"
MODEL = '\n[check]\n[[check.milestones]]\nname = "model"\ndeadline = 2026-06-01T18:00:00\n'

# What each command is killed with. Those on the left of a dash write in one transaction: all or nothing.
AT_ONCE = {
    "roster import": ["more.csv", "--yes"],
    "roster add": ["New Person", "--email", "new@example.org"],
    "roster change": ["Kurt", "--account", "kurt"],
    "roster drop": ["Emmy", "--reason", "moved away"],
    "groups add": ["wasps"],
    "groups rename": ["birds", "finches"],
    "groups move": ["Kurt", "bees", "--reason", "asked"],
    "groups leave": ["Kurt", "--reason", "asked"],
    "groups link": ["birds", "https://git.example.org/birds", "--replace", "--reason", "moved"],
    "groups import": ["groups.csv", "--move", "--reason", "asked"],
    "attendance import": ["list.csv", "--session", "2"],
    "attendance mark": ["Emmy", "--session", "2", "--reason", "was in the room"],
    "attendance withdraw": ["--session", "1", "--reason", "wrong list"],
    "attendance review": ["--nobody", "Some Guest"],
    "deadline extend": ["bees", "model", "--until", "2026-06-30", "--reason", "ill"],
    "deadline withdraw": ["birds", "model", "--reason", "meant for the bees"],
    "verdict give": ["bees", "send-back", "--comment", "more", "--reason", "looked again"],
    "verdict overrule": ["bees", "DOC107", "not-met", "--reason", "no figure"],
    "certificates withdraw": ["Kurt", "--reason", "was ill"],
    "db restore": ["saved.db", "--yes"],
    "privacy erase": ["Kurt", "--reason", "asked", "--yes"],
}
# In several: what is done stays done, and a second run does the rest.
IN_STEPS = {
    "certificates build": [],
    "check": ["--all", "--jobs", "1"],
    "contributions": [],
    "feedback": ["--all", "--send", "--as", "file"],
    "db backup": ["out.db", "--force"],
    "db export": ["out"],
}
# Killed by tests of their own, as they need hosts or templates; or nothing of a course is written.
ELSEWHERE = {
    "demo": "makes a folder in one step",
    "fetch": "tests/course/test_fetch_all.py",
    "groups form": "one transaction, of what groups import does",
    "groups proposal": "one row in one transaction, as a verdict",
    "groups sync": "reads the database",
    "identities": "one transaction of aliases, as attendance review",
    "init": "tests/course/test_init.py",
    "new-project": "tests/course/test_create.py",
    "publish": "tests/course/test_publish_killed.py",
    "report": "tests/course/test_report_all.py",
    "schedule": "one transaction, as a deadline",
    "schedule move": "one transaction, as a deadline",
    "schedule swap": "one transaction, as a deadline",
    "schedule calendar": "reads the database",
    "update": "tests/course/test_update_all.py",
    "db upgrade": "tests/store/test_database.py",
}
READING = {
    "attendance list", "audit", "certificates list", "certificates preview", "certificates template",
    "certificates verify", "db status", "deadline list", "export classroom50", "export moodle-gradebook",
    "export moodle-worksheet", "export platform", "groups list", "ideas", "privacy report", "roster list",
    "rules", "schedule list", "track", "track show", "verdict list",
}  # fmt: skip


def leaves(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[str]:
    if isinstance(command, click.Group):
        for name in command.list_commands(None):  # type: ignore[arg-type]
            inner = command.get_command(None, name)  # type: ignore[arg-type]
            assert inner is not None
            yield from leaves(inner, (*words, name))
    else:
        yield " ".join(words)


def test_every_command_is_killed_somewhere_or_only_reads() -> None:
    """A new command that writes cannot be forgotten."""
    known = [*AT_ONCE, *IN_STEPS, *ELSEWHERE, *READING]
    assert len(known) == len(set(known))
    assert set(leaves(cli.root)) - set(known) == set()


def run(words: list[str], folder: Path, at: int, answers: Connection) -> None:
    """Run a command, die before the step `at`, or say how many there were."""
    import sqlalchemy as sa

    steps = 0

    def step(*_: object) -> None:
        nonlocal steps
        steps += 1
        if steps == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir") or (
            event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
        ):
            step()

    os.chdir(folder)
    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        sa.event.listen(sa.engine.Engine, name, step)
    sys.addaudithook(watch)
    sys.argv = ["coursekit", *words]
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115
    try:
        cli.main()
    except SystemExit as ended:
        answers.send((ended.code, steps))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed") / "course"
    course = a_course(folder, TOML + MODEL)
    (folder / "more.csv").write_text("name,email,group\nOne,1@example.org,birds\nTwo,2@example.org,ants\n")
    (folder / "groups.csv").write_text("name,group\nKurt,bees\nEmmy,ants\n")
    for name in ("list.csv", "first.csv"):
        (folder / name).write_text(f"{ZOOM}Kurt,,110,No\nSome Guest,,{len(name)},No\nEmmy,,90,No\n")
    build_certificates(course, kinds=("attendance",))
    birds = folder / "repositories" / "birds"
    birds.mkdir()
    (birds / "README.md").write_text("# Birds\n")
    for words in (
        ["check", "--all", "--jobs", "1"],
        ["attendance", "import", "first.csv", "--session", "1"],
        ["deadline", "extend", "birds", "model", "--until", "2026-07-01", "--reason", "ill"],
    ):
        assert killed(words, folder, 0) is not None, words
    back_up(course, folder / "saved.db")
    # So that there is something to check again.
    (birds / "README.md").write_text("# Birds that sing\n")
    return folder


def killed(words: list[str], folder: Path, at: int) -> tuple[int, int] | None:
    """Give the exit code and the number of steps, or None for a run that was killed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["coursekit.store", "coursekit.course.privacy", __name__])
    answers, tell = context.Pipe(duplex=False)
    process = context.Process(target=run, args=(words, folder, at, tell))
    process.start()
    tell.close()
    try:
        code, steps = answers.recv()
    except EOFError:
        process.join()
        return None
    process.join()
    return code or 0, steps


def state(folder: Path) -> dict[str, int]:
    assert sqlite_file.problems(folder / "course.db") == []
    with open_store(folder, create=False) as store, store.read() as view:
        return count_rows(view._connection)


def lasting(rows: dict[str, int]) -> dict[str, int]:
    return {name: n for name, n in rows.items() if name not in ("audit", "jobs", "job_items", "backups")}


def kill(base: Path, tmp_path: Path, name: str, times: int, chance: random.Random) -> int:
    words = [*name.split(), *(AT_ONCE | IN_STEPS)[name]]
    whole = tmp_path / "whole"
    shutil.copytree(base, whole)
    before = state(whole)
    ended = killed(words, whole, 0)
    assert ended is not None
    assert ended[0] in (0, 1), f"{name} works when it is not killed"
    after = state(whole)
    kills = 0
    for turn in range(times):
        folder = tmp_path / str(turn)
        shutil.copytree(base, folder)
        kills += killed(words, folder, chance.randint(1, ended[1])) is None
        found = state(folder)
        if name in AT_ONCE:
            for table, count in lasting(found).items():
                assert count in (before[table], after[table]), f"{name}: half of {table}"
            assert found["audit"] in (before["audit"], after["audit"])
        # Whether it says that it is done already, or does the rest.
        assert killed(words, folder, 0) is not None
        assert lasting(state(folder)) == lasting(after), name
        left = [path.name for path in folder.rglob(".coursekit-*.tmp") if path.parent != folder / "backups"]
        assert left == [], f"{name} tidies up"
        shutil.rmtree(folder)
    shutil.rmtree(whole)
    return kills


@pytest.mark.parametrize("name", ["roster import", "attendance import", "privacy erase"])
def test_killed_at_any_step(base: Path, tmp_path: Path, name: str) -> None:
    assert kill(base, tmp_path, name, 2, random.Random(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", [*AT_ONCE, *IN_STEPS])
def test_killed_at_any_step_often(base: Path, tmp_path: Path, name: str) -> None:
    """Over a hundred kills, all together."""
    assert kill(base, tmp_path, name, 6, random.Random(f"{name} often")) >= 4
