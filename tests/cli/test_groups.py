"""`coursekit groups` as it is typed, and what it prints."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from coursekit.cli import groups as groups_module
from coursekit.store import open_store
from coursekit.store.people import add_student
from coursekit.store.records import NewStudent
from tests.cli.running import Ran, run

NAMES = ("Ada Lovelace", "Alan Turing", "Grace Hopper", "李 明", "Evil\x1b[31m", "=cmd()")


class Course:
    """A course folder that the commands run in."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._patch = folder, monkeypatch

    def __call__(self, *args: str | Path) -> Ran:
        return run(self._patch, "groups", *args)

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    (tmp_path / "course.toml").write_text(
        '[course]\nname = "DL"\n[groups]\nmin_size = 2\nmax_size = 3\n', encoding="utf-8"
    )
    with open_store(tmp_path) as store, store.transaction("roster import") as tx:
        for number, name in enumerate(NAMES):
            add_student(tx, NewStudent(name, f"s{number}@example.org"))
    monkeypatch.chdir(tmp_path)
    return Course(tmp_path, monkeypatch)


def test_an_empty_course_says_what_to_do(course: Course) -> None:
    ran = course("list")
    assert (ran.code, ran.err) == (0, "")
    assert "0 groups, 6 students, 6 in no group" in ran.out
    assert "groups form" in ran.out
    assert "\x1b" not in ran.out


def test_the_list(course: Course, snapshot) -> None:
    course.file("groups.txt", "Bees: Ada Lovelace, Alan Turing\nBirds: s3@example.org\n")
    course("import", "groups.txt")
    course("link", "Birds", "https://git.example.org/birds")
    ran = course("list")
    assert ran.out == snapshot
    listed = json.loads(course("list", "--format", "json").out)
    assert [group["size"] for group in listed["groups"]] == [2, 1]
    assert listed["groups"][1]["origin"] == "linked"
    assert len(listed["without_group"]) == 3
    rows = list(csv.DictReader(io.StringIO(course("list", "--format", "csv").out)))
    assert [row["group"] for row in rows] == ["Bees", "Bees", "Birds", "", "", ""]
    assert rows[-1]["name"] == "'=cmd()"


def test_an_import_with_mistakes(course: Course, snapshot) -> None:
    course.file("groups.txt", "Bees: Ada Lovelac, Alan Turing\nBirds: Grace Hopper\nno colon\n")
    ran = course("import", "groups.txt", "--dry-run")
    assert (ran.code, ran.out, ran.err) == snapshot
    assert "0 groups" in course("list").out
    result = json.loads(course("import", "groups.txt", "--format", "json").out)
    assert (result["made"], len(result["joined"]), len(result["unclear"])) == (["Bees", "Birds"], 2, 2)
    assert course("import", "nothing.txt").code == 2


def test_groups_are_formed_and_shown_before(course: Course, snapshot) -> None:
    course.file(
        "wishes.csv",
        "student;with;topics;not with\n"
        "s0@example.org;Alan Turing;Bees;\nAlan Turing;Ada Lovelace;Bees;Grace Hopper\nGrace Hopper;;Bats;\n"
        "s3@example.org;Nobody;;\n",
    )
    dry = course("form", "wishes.csv", "--dry-run")
    assert (dry.code, dry.out, dry.err) == snapshot
    asked = course("form", "wishes.csv")
    assert (asked.code, "--yes" in asked.err) == (2, True)
    assert "0 groups" in course("list").out
    stored = course("form", "wishes.csv", "--yes", "--format", "json")
    result = json.loads(stored.out)
    assert (result["stored"], result["people"]) == (True, {"wished": 2, "met": 2})
    assert "2 groups, 6 students, 0 in no group" in course("list").out
    assert course("form", "--yes").code == 2


def test_groups_by_lot_and_as_csv(course: Course) -> None:
    ran = course("form", "--dry-run", "--seed", "1", "--min-size", "3")
    assert "Drawn by lot" in ran.out
    rows = list(csv.DictReader(io.StringIO(course("form", "--dry-run", "--format", "csv").out)))
    assert len(rows) == 6
    assert {row["group"] for row in rows} == {"Group 01", "Group 02"}
    impossible = course("form", "--min-size", "4", "--max-size", "5")
    assert (impossible.code, "2 groups of at least 4 need 8" in impossible.err) == (2, True)


def test_what_cannot_be_helped_is_named(course: Course) -> None:
    course.file(
        "wishes.csv",
        "student;with;not with\n"
        + "".join(
            f"s{n}@example.org;;s{(n + 1) % 6}@example.org, s{(n + 2) % 6}@example.org\n" for n in range(6)
        )
        + "s0@example.org;s3@example.org;s1@example.org\n",
    )
    ran = course("form", "wishes.csv", "--dry-run", "--min-size", "3", "--max-size", "3")
    assert "could not be kept" in ran.out
    assert "\x1b" not in ran.out + ran.err


def test_one_student_and_one_group_at_a_time(course: Course) -> None:
    assert course("add", "Bees").out == "Made the group Bees.\n"
    assert "same folder" in course("add", "Bees!").err
    assert course("move", "Ada Lovelace", "Bees").out == "Put Ada Lovelace into Bees.\n"
    assert "already" in course("move", "Ada Lovelace", "Bees").out
    moved = course("move", "Ada Lovelace", "bees!", "--reason", "x")
    assert moved.out == "Moved Ada Lovelace from Bees to Bees!.\n"
    assert "coursekit publish" in moved.err
    assert course("leave", "Ada Lovelace").out == "Took Ada Lovelace out of Bees!.\n"
    assert course("rename", "Bees!", "Bats").out == "Renamed Bees! to Bats.\n"
    wrong = course("move", "Ada Lovelac", "Bats")
    assert (wrong.code, "Did you mean 'Ada Lovelace'?" in wrong.err) == (2, True)


def test_a_repository_is_linked(course: Course) -> None:
    course("add", "Bees")
    assert "is https://git.example.org/a" in course("link", "Bees", "https://git.example.org/a").out
    assert "already" in course("link", "Bees", "https://git.example.org/a").out
    refused = course("link", "Bees", "https://git.example.org/b")
    assert (refused.code, "--replace" in refused.err) == (2, True)
    assert "takes the place" in course("link", "Bees", "https://git.example.org/b", "--replace").out


def test_project_toml_follows(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    course("add", "Bees")
    for name in ("Ada Lovelace", "Alan Turing"):
        course("move", name, "Bees")
    made = run(monkeypatch, "new-project", "--all", "--template", "blank", "--task", "regression")
    assert made.code == 0, made.err
    moved = course("leave", "Alan Turing")
    assert "Wrote repositories/bees/project.toml: - Alan Turing" in moved.err.replace("\\", "/")
    assert "Nothing was committed" in moved.err
    assert course("sync").out == "0 written, 0 left as they are.\n"
    (course.folder / "repositories" / "bees" / "project.toml").unlink()
    assert "left as it is" in course("sync", "bees").err
    assert course("sync", "--dry-run").out == "0 to write, 1 left as they are.\n"


def test_a_proposal_is_shown_and_decided(course: Course, snapshot) -> None:
    course("add", "Bees")
    own = course.folder / "own"
    own.mkdir()
    (own / "project.toml").write_text(
        '[project]\ntitle = "Bees"\n[proposal]\nquestion = "Which\\u001b[31m bee?"\n', encoding="utf-8"
    )
    course("link", "Bees", own)
    assert course("proposal", "Bees").out == snapshot
    assert course("proposal", "Bees", "--accept").code == 2
    assert "sent back: Which data?" in course("proposal", "Bees", "--send-back", "Which data?").out
    done = json.loads(
        course("proposal", "Bees", "--accept", "--force", "--comment", "fine", "--format", "json").out
    )
    assert (done["state"], [one["decision"] for one in done["decisions"]]) == (
        "accepted",
        ["sent_back", "accepted"],
    )
    assert "accepted" in course("list").out
    for wrong in (("--accept", "--send-back", "x"), ("--comment", "x")):
        assert course("proposal", "Bees", *wrong).code == 2


def test_every_subcommand_has_help_with_an_example(course: Course) -> None:
    names = sorted(groups_module.command.commands)
    assert names == ["add", "form", "import", "leave", "link", "list", "move", "proposal", "rename", "sync"]
    for name in names:
        assert "coursekit groups" in course(name, "--help").out


def test_many_mistakes_are_counted(course: Course) -> None:
    course.file("groups.txt", "no colon\n" * 60)
    ran = course("import", "groups.txt")
    assert (ran.code, "and 20 more" in ran.err, "60 entries left aside" in ran.out) == (2, True, True)


def test_it_is_said_when_the_solver_had_too_little_time(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    from coursekit.grouping import solve

    monkeypatch.setattr(solve, "_choose", lambda *args, **options: ([], solve._TOO_LATE))
    course.file("wishes.csv", "student;with\nAda Lovelace;Alan Turing\n")
    assert "stopped for its time" in course("form", "wishes.csv", "--dry-run").out
