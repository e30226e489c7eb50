"""`coursekit ideas` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from coursekit import cli
from coursekit.errors import InputError


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.root, ["ideas", *arguments])


def test_a_search(snapshot) -> None:
    result = run("chinese")
    assert result.exit_code == 0
    assert result.stdout == snapshot


def test_templates(snapshot) -> None:
    assert run("--kind", "template", "image").stdout == snapshot


def test_everything_is_listed() -> None:
    lines = run().stdout
    assert "Age from Face" in lines
    assert "new-project --template blank" in lines


def test_nothing_found_says_so_and_suggests() -> None:
    result = run("imgaes")
    assert result.exit_code == 0
    assert "Nothing found" in result.stdout
    assert "'images'" in result.stdout
    assert "Tags are:" in run("qqqqq").stdout


def test_json() -> None:
    result = json.loads(run("--format", "json", "--course", "dlfs", "--semester", "WiSe2122").stdout)
    assert result["found"] == len(result["ideas"]) == 6
    assert {idea["semester"] for idea in result["ideas"]} == {"WiSe 2021/22"}
    assert json.loads(run("--format", "json", "qqqqq").stdout)["ideas"] == []


def test_unpacking_what_is_not_there(tmp_path: Path) -> None:
    result = run("--unpack", "age-from-face", str(tmp_path / "x"))
    assert isinstance(result.exception, InputError)
    assert "only the entry" in str(result.exception)


@pytest.mark.parametrize("arguments", [("--kind", "nonsense"), ("--nonsense",)])
def test_wrong_usage(arguments) -> None:
    assert run(*arguments).exit_code == 2


OFFER = """\
[course]
name = "DL"

[[ideas]]
title = "Whose bee is it?"
description = "Tell bees by their \\u001b[31mwings."
tags = ["images"]
data = "BeeWings, https://example.org/bees"
license = "CC BY 4.0"
contact = "Ada, Tuesdays"
"""


def test_what_the_course_offers_is_listed_in_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot
) -> None:
    (tmp_path / "course.toml").write_text(OFFER, encoding="utf-8")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert run("bee").stdout == snapshot
    [idea] = json.loads(run("--kind", "topic", "--format", "json").stdout)["ideas"]
    assert (idea["license"], idea["contact"]) == ("CC BY 4.0", "Ada, Tuesdays")


def test_a_course_is_named_by_its_folder(tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_text(OFFER, encoding="utf-8")
    for place in (tmp_path, tmp_path / "course.toml"):
        assert "Whose bee is it?" in run("--course", str(place)).stdout
    assert "Whose bee is it?" not in run().stdout


def test_a_broken_course_does_not_stop_the_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who looks for an idea can do nothing about the course's file."""
    (tmp_path / "course.toml").write_text("[course", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    result = run("chinese")
    assert result.exit_code == 0
    assert "1 of" in result.stdout
    assert "course.toml" in result.stderr
    assert isinstance(run("--course", str(tmp_path)).exception, InputError)
