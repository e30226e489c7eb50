"""`coursekit rules`: the list, and one explained."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.cli.running import run


@pytest.mark.parametrize("language", ["en", "de"])
def test_one_is_explained(
    monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion, language: str
) -> None:
    ran = run(monkeypatch, "rules", "doc103", "--lang", language)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == snapshot


def test_the_list_has_a_line_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, "rules")
    assert "DOC103  required  presentation" in ran.out
    german = run(monkeypatch, "rules", "--profile", "opencampus-ml", "--lang", "de")
    assert len(german.out.splitlines()) == 31
    assert "verlangt" in german.out


def test_both_are_told_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = json.loads(run(monkeypatch, "rules", "--format", "json").out)
    one = json.loads(run(monkeypatch, "rules", "PRE605", "--format", "json").out)
    assert one in listed
    assert set(one) == {
        "code", "title", "profile", "level", "milestone", "what", "why", "hint", "example", "parameters"
    }  # fmt: skip
    assert one["parameters"][0] == {"name": "width", "default": 800, "value": 800}


def test_what_a_profile_sets_is_shown_beside_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "own\\u001b"\ntitle = "x"\nmilestones = ["a"]\n'
        '[[requirements]]\ncode = "DOC103"\nmilestone = "a"\nparameters = { words = 50 }\n'
        '[[requirements]]\ncode = "XYZ901"\nmilestone = "a"\n',
        encoding="utf-8",
    )
    ran = run(monkeypatch, "rules", "DOC103", "--profile", own)
    assert "words = 50  (by default 20)" in ran.out
    assert "own\\x1b: advised, for the milestone a" in ran.out
    assert "no rule for this" in run(monkeypatch, "rules", "XYZ901", "--profile", own).out
    assert "not asked for" in run(monkeypatch, "rules", "DOC101", "--profile", own).out


def test_a_wrong_code_is_told_with_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, "rules", "DOK103")
    assert (ran.code, ran.out) == (2, "")
    assert "Did you mean 'DOC103'?" in ran.err
