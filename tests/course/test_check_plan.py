"""A dry run of `check --all` says what a run does, and neither judges nor writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coursekit.course.check_all import check_all
from coursekit.course.check_plan import plan_check_all
from coursekit.errors import InputError
from tests.building import complete, write
from tests.cli.running import run
from tests.course.checking import a_clone, a_course

README = {"README.md": "# Title\n"}
WHEN = '\n[check]\n[[check.milestones]]\nname = "data"\ndeadline = 2026-05-01T18:00:00\n'


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_says_what_a_run_does_and_writes_nothing(tmp_path: Path) -> None:
    groups = {"birds": complete(), "leaves": README, "none": None, "empty": {"x": "1"}}
    course = a_course(tmp_path, groups)
    before = contents(tmp_path)
    plan = plan_check_all(course)
    assert contents(tmp_path) == before
    assert [(name, will) for name, will, _ in plan.groups] == [
        ("birds", "check"),
        ("leaves", "check"),
        ("none", "without work"),
        ("empty", "unreadable"),
    ]
    assert plan.groups[3][2].startswith("expected a group's repository at")
    assert plan.summary == "2 to check, 0 unchanged, 1 cannot be read, 1 without work, of 4 groups"
    assert plan.exit_code == check_all(course).exit_code == 2
    assert plan_check_all(course).count("unchanged") == 2
    write(tmp_path / "repositories/birds", {"README.md": "# Other\n"})
    plan = plan_check_all(course)
    assert (plan.count("check"), plan.count("unchanged")) == (1, 1)
    assert check_all(course).summary.startswith("1 done, 1 unchanged, 1 failed")
    assert plan_check_all(course, again=True).count("check") == 2
    assert plan_check_all(course, language="de").count("check") == 2


def test_clones_and_states_at_deadlines(tmp_path: Path) -> None:
    course = a_course(tmp_path, {"birds": None, "folder": README}, WHEN)
    a_clone(tmp_path, "birds", ("2026-04-01T12:00", "# One"), ("2026-06-01T12:00", "# Two"))
    plan = plan_check_all(course)
    assert plan.summary == (
        "2 to check, 0 unchanged, 0 cannot be read, of 2 groups; states at deadlines of 1 group to look at"
    )
    assert plan.exit_code == 0
    check_all(course)
    # What was judged is looked at once more, and then known.
    assert check_all(course).at_deadlines.judged == 0
    assert plan_check_all(course).summary == "0 to check, 2 unchanged, 0 cannot be read, of 2 groups"
    plan = plan_check_all(course, as_of="data")
    assert [will for _, will, _ in plan.groups] == ["unchanged", "unreadable"]
    a_clone(tmp_path, "birds", ("2026-06-02T12:00", "# Three"))
    assert [will for _, will, _ in plan_check_all(course).groups] == ["check", "unchanged"]


def test_no_groups(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected groups in the course"):
        plan_check_all(a_course(tmp_path, {}))


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_course(tmp_path, {"birds": README, "empty": {"x": "1"}})
    ran = run(monkeypatch, "check", "--all", "--dry-run", "--course", tmp_path)
    assert ran.code == 2
    birds, empty = ran.out.splitlines()
    assert birds == "birds: to check"
    assert empty.startswith("empty: cannot be read (expected a group's repository at")
    assert ran.err.endswith(
        "1 to check, 0 unchanged, 1 cannot be read, of 2 groups\nNothing was checked or written.\n"
    )
    ran = run(monkeypatch, "check", "--all", "--dry-run", "--course", tmp_path, "--format", "json")
    told = json.loads(ran.out)
    assert told["groups"][0] == {"group": "birds", "will": "check", "reason": ""}
    assert told["counts"] == {"check": 1, "unchanged": 0, "unreadable": 1, "without work": 0, "of": 2}
    assert run(monkeypatch, "check", "--dry-run").code == 2
    assert run(monkeypatch, "check", "--all", "--dry-run", "--format", "html").code == 2
