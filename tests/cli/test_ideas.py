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
