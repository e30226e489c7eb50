"""The demo: a whole course in a new folder, made by the commands' own functions."""

from __future__ import annotations

from pathlib import Path

import pygit2
import pytest

from coursekit.checker.formats import render
from coursekit.config import load_course
from coursekit.course import demo as demo_module
from coursekit.course.check_all import check_all
from coursekit.course.demo import FINISHED, Demo, build_demo, free_folder
from coursekit.course.enroll import import_roster
from coursekit.errors import InputError
from coursekit.store import open_store
from coursekit.store.attendance import unclear_rows
from coursekit.store.checks import newest_checks
from coursekit.store.people import list_groups, list_students, members
from coursekit.tracking.attendance import attendances
from coursekit.tracking.attendance.run import import_attendance
from tests.cli.running import run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return build_demo(tmp_path_factory.mktemp("demo") / "course")


def test_the_finished_group_meets_everything_that_is_judged(demo: Demo) -> None:
    finished = demo.checks[0]
    assert finished.name == FINISHED
    assert [f.code for f in finished.findings if f.status == "not_met"] == []
    assert (finished.judged, finished.problems) == (31, ())


def test_the_groups_are_in_different_states(demo: Demo) -> None:
    missing = [len(check.blocking) for check in demo.checks]
    assert missing[0] == 0
    assert len(set(missing)) == len(missing)


def test_the_store_holds_what_the_roster_says(demo: Demo) -> None:
    rows = (demo.folder / "roster.csv").read_text(encoding="utf-8").splitlines()[1:]
    with open_store(demo.folder) as store, store.read() as view:
        assert len(list_students(view)) == len(rows)
        assert [group.name for group in list_groups(view)] == [path.name for path in demo.groups]
        assert sum(map(len, members(view).values())) == len(rows)
        assert [len(check.findings) for check in newest_checks(view)] == [31] * 4
    assert check_all(load_course(demo.folder)).unchanged == 4


def test_one_meeting_is_read_and_the_other_waits(demo: Demo) -> None:
    """Names are typed as people type them; one is not clear, and is left for the instructor."""
    course = load_course(demo.folder)
    with open_store(demo.folder) as store, store.read() as view:
        found = attendances(course, view)
        assert sorted(len(one.attended) for one in found.values()) == [0, 0] + [1] * 10
        assert {len(one.unknown) for one in found.values()} == {1}
        assert sum(unclear_rows(view).values()) == 1
    imported = import_attendance(course, [demo.participants], dry_run=True)
    assert imported.attended == {2: 9}


def test_importing_its_roster_changes_nothing(demo: Demo) -> None:
    plan = import_roster(load_course(demo.folder), demo.folder / "roster.csv").plan
    assert (plan.changes, plan.rejected, plan.warnings, plan.missing) == (False, (), (), ())


def test_the_deck_lies_where_the_demo_says(demo: Demo) -> None:
    assert {path.suffix for path in demo.presentation} >= {".html", ".pdf"}
    assert all(path.is_file() and path.is_relative_to(demo.groups[0]) for path in demo.presentation)


def test_every_repository_has_its_work_committed(demo: Demo) -> None:
    for path in demo.groups:
        repository = pygit2.Repository(str(path))
        ignored = pygit2.enums.FileStatus.IGNORED
        assert [name for name, state in repository.status().items() if state != ignored] == []


def test_deleting_a_readme_and_checking_again_changes_the_table(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run(monkeypatch, "check", *demo.groups).out
    assert before == render(demo.checks, "table")
    readme = demo.groups[1] / "README.md"
    kept = readme.read_bytes()
    readme.unlink()
    try:
        after = run(monkeypatch, "check", *demo.groups).out
    finally:
        readme.write_bytes(kept)
    rows = zip(before.splitlines()[2:], after.splitlines()[2:], strict=True)
    changed = [one.split() != other.split() for one, other in rows]
    assert changed == [False, True, False, False]


def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="already something"):
        build_demo(tmp_path / "x")
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["mine.txt"]


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise InputError("no")

    monkeypatch.setattr(demo_module, "build_report", fail)
    with pytest.raises(InputError, match="no"):
        build_demo(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_running_it_twice_takes_the_next_name(tmp_path: Path) -> None:
    assert free_folder(tmp_path).name == "coursekit-demo"
    (tmp_path / "coursekit-demo").mkdir()
    (tmp_path / "coursekit-demo-2").touch()
    assert free_folder(tmp_path).name == "coursekit-demo-3"


def test_the_readme_shows_what_the_command_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Line by line: the README is what was run."""
    monkeypatch.chdir(tmp_path)
    ran = run(monkeypatch, "demo")
    assert ran.code == 0
    shown = (ROOT / "README.md").read_text(encoding="utf-8")
    printed = ran.out.replace("coursekit check ", ".venv/bin/coursekit check ")
    for command in ("report", "track", "ideas", "new-project"):
        printed = printed.replace(f"  coursekit {command}", f"  .venv/bin/coursekit {command}")
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    assert [
        " ".join(line.split()) for line in lines if " ".join(line.split()) not in " ".join(shown.split())
    ] == []
