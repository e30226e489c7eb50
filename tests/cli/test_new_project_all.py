"""`coursekit new-project --all` as it is typed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from coursekit.config import load_course
from coursekit.store import open_store
from coursekit.store.people import add_group, add_student, join_group
from coursekit.store.records import NewRepository, NewStudent
from coursekit.store.repositories import add_repository
from tests.cli.running import Ran, run


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course with two groups to make, one without members, one with a repository of its own, one that is too big."""
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "course.toml").write_text(
        '[course]\nname = "DL"\n[groups]\nmax_size = 2\n[projects]\ntemplate = "blank"\n'
    )
    with open_store(folder) as store, store.transaction("test") as tx:
        for name, size in (("Team A", 2), ("Team\x1b[31m B", 1), ("Nobody", 0), ("Own", 1), ("Too many", 3)):
            group = add_group(tx, name)
            for number in range(size):
                join_group(tx, add_student(tx, NewStudent(f"{group.id} {number}")).id, group.id)
            if name == "Own":
                add_repository(tx, NewRepository(group.id, "https://git.example.org/a/b", origin="linked"))
    monkeypatch.chdir(folder)
    return folder


def tidy(ran: Ran, folder: Path) -> str:
    text = f"exit code {ran.code}\n--- standard output\n{ran.out}--- standard error\n{ran.err}"
    return text.replace(str(folder.resolve()), "/course").replace(str(folder), "/course")


def test_what_it_says(course: Path, monkeypatch: pytest.MonkeyPatch, snapshot) -> None:
    assert tidy(run(monkeypatch, "new-project", "--all", "--dry-run"), course) == snapshot(name="dry run")
    assert [path.name for path in course.iterdir() if path.is_dir()] == []
    assert tidy(run(monkeypatch, "new-project", "--all"), course) == snapshot(name="first")
    assert tidy(run(monkeypatch, "new-project", "--all"), course) == snapshot(name="again")


def test_json(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, "new-project", "--all", "--format", "json")
    result = json.loads(ran.out)
    assert ran.code == 2, "one failed"
    assert result["counts"] == {"made": 1, "nobody": 1, "linked": 1, "failed": 2, "of": 5}
    assert [one["outcome"] for one in result["groups"]] == ["made", "failed", "nobody", "linked", "failed"]
    assert result["groups"][0]["path"] == "repositories/team-a"
    assert (course / "repositories" / "team-a" / "project.toml").is_file()


def test_template_task_and_course_may_be_given(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run(
        monkeypatch,
        *("new-project", "--all", "--course", "course", "--template", "image-classification", "--task", "X"),
    )
    text = (course / "repositories" / "team-a" / "project.toml").read_text()
    assert 'task = "X"' in text
    assert 'name = "image-classification"' in text


def test_what_belongs_to_one_project_is_refused(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, "new-project", "--all", "--title", "T", "--member", "Ada", "--no-git")
    assert ran.code == 2
    assert "expected no --title, --member, --no-git beside --all" in ran.err
    assert not (course / "repositories").exists()


def test_outside_a_course_it_says_where_to_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(monkeypatch, "new-project", "--all", "--dry-run")
    assert ran.code == 2
    assert "no course.toml" in ran.err
    assert not list(tmp_path.iterdir())


def test_without_a_store_it_says_what_to_do(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in course.glob("course.db*"):
        file.unlink()
    ran = run(monkeypatch, "new-project", "--all", "--dry-run")
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert re.search(r"course\.db", ran.err)
    assert not load_course(course).folder.joinpath("course.db").exists()


def test_progress_in_a_terminal_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    from coursekit.cli import _progress
    from coursekit.jobs import Progress

    monkeypatch.setattr(_progress, "SECONDS", 0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    show = _progress.show_progress("repositories")
    for number in range(4):
        show(Progress(number, 0, 0, 3))
    assert capsys.readouterr().err == (
        "\r… 0 of 3 repositories\r… 1 of 3 repositories\r… 2 of 3 repositories\r… 3 of 3 repositories\n"
    ).replace("\r", "\r\x1b[K")
