"""`coursekit init` as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from coursekit import cli
from coursekit.config import load_course
from tests.cli.running import run


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "Europe/Berlin")
    return tmp_path


def ask(monkeypatch: pytest.MonkeyPatch, *arguments: str, answers: list[str]) -> Result:
    monkeypatch.setattr("coursekit.cli.init._can_ask", lambda: True)
    return CliRunner().invoke(cli.root, ["init", *arguments], input="".join(f"{one}\n" for one in answers))


def test_what_it_says(here: Path, monkeypatch: pytest.MonkeyPatch, snapshot) -> None:
    ran = run(monkeypatch, "init", "my course", "--name", "Deep Learning")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == snapshot
    assert load_course(here / "my course").time_zone == "Europe/Berlin"
    again = run(monkeypatch, "init", "my course", "--name", "Deep Learning")
    assert again.code == 2
    assert again.err == snapshot


def test_in_this_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, "init", "--name", "DL", "--language", "de", "--max-group-size", "2")
    assert ran.code == 0
    assert "lies in this folder" in ran.out
    assert "cd " not in ran.out
    assert (load_course(here).language, load_course(here).max_group_size) == ("de", 2)


def test_without_a_terminal_the_name_is_needed(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, "init")
    assert ran.code == 2
    assert "--name" in ran.err
    assert list(here.iterdir()) == []


def test_what_is_not_said_is_asked_for(here: Path, monkeypatch: pytest.MonkeyPatch, snapshot) -> None:
    answers = ["", "Deep Learning", "SoSe 2026", "fr", "de", "Europe/Berln", "", "0", "x", "3"]
    result = ask(monkeypatch, "dl", answers=answers)
    assert result.exit_code == 0, result.output
    assert result.stderr == snapshot
    course = load_course(here / "dl")
    assert (course.name, course.semester, course.language) == ("Deep Learning", "SoSe 2026", "de")
    assert (course.time_zone, course.max_group_size) == ("Europe/Berlin", 3)


def test_what_is_said_is_not_asked_for(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = ask(
        monkeypatch,
        *(
            "dl",
            "--name",
            "DL",
            "--semester",
            "",
            "--language",
            "en",
            "--time-zone",
            "UTC",
            "--max-group-size",
            "4",
        ),
        answers=[],
    )
    assert result.exit_code == 0, result.output
    assert result.stderr == ""


def test_stopping_half_way_writes_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(monkeypatch, "dl", answers=["DL"]).exit_code == 1
    assert list(here.iterdir()) == []
