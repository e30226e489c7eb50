"""Which requirements are looked at, and that every output says how many were not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coursekit.checker import check_path, load_profile
from coursekit.checker.formats import render
from coursekit.checker.selection import selected
from coursekit.errors import InputError
from tests.building import complete, write


def codes(select: list[str], ignore: list[str]) -> list[str]:
    return [requirement.code for requirement in selected(load_profile("opencampus-ml"), select, ignore)]


def test_codes_are_selected_and_ignored_by_their_beginnings() -> None:
    assert len(codes([], [])) == 31
    assert codes(["LIT"], []) == ["LIT201", "LIT202", "LIT203"]
    assert codes(["lit201, PRE60", "ENV"], ["PRE605,PRE604"]) == [
        "LIT201",
        "PRE601",
        "PRE602",
        "PRE603",
        "ENV701",
    ]
    assert len(codes([], ["DOC", "EDA301"])) == 22
    assert len(codes([" , "], [""])) == 31


@pytest.mark.parametrize(
    ("select", "ignore", "message", "hint"),
    [
        (["DCO"], [], "--select to hold beginnings of codes", "Did you mean 'DOC'?"),
        ([], ["DOC10,LIT999"], "--ignore to hold beginnings of codes", "Did you mean 'LIT'?"),
        (["???"], [], "found '???'", "'coursekit rules' lists"),
        (["DOC"], ["D"], "leave none", "coursekit rules --profile opencampus-ml"),
    ],
)
def test_wrong_beginnings_are_told_with_the_nearest(
    select: list[str], ignore: list[str], message: str, hint: str
) -> None:
    with pytest.raises(InputError) as caught:
        codes(select, ignore)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_what_is_not_selected_is_left_out_of_findings_and_exit_code(tmp_path: Path) -> None:
    write(tmp_path, {**complete(), "README.md": "# x"})
    assert check_path(tmp_path).exit_code == 1
    found = check_path(tmp_path, ignore=["DOC"])
    assert (found.exit_code, len(found.findings), found.not_selected) == (0, 23, 8)
    assert not any(finding.code.startswith("DOC") for finding in found.findings)


def test_a_rule_that_is_not_selected_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from coursekit.checker import all_rules

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(all_rules()["DOC101"]), "check", broken)
    assert check_path(write(tmp_path, complete()), select=["DOC102"]).problems == ()


def test_the_outputs_say_how_many_were_not_selected(tmp_path: Path) -> None:
    found = check_path(write(tmp_path, complete()), select=["LIT"])
    assert "not selected: 28" in render([found], "text")
    assert render([found, found], "table").endswith("\nnot selected: 28\n")
    assert "28 more were not looked at" in render([found], "markdown")
    assert "28 more were not looked at" in render([found], "html")
    assert json.loads(render([found], "json"))["summary"]["not_selected"] == 28
    assert json.loads(render([found], "sarif"))["runs"][0]["properties"]["notSelected"] == 28
    assert '<property name="not selected" value="28"' in render([found], "junit")
    german = check_path(tmp_path, select=["LIT"], language="de")
    assert "nicht ausgewählt: 28" in render([german], "text")
