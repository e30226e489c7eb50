"""`coursekit feedback`, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.course.publishing import a_course


def test_it_is_shown_first_and_sent_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_course(tmp_path / "c", 'kind = "folder"\npath = "../bare"')
    monkeypatch.chdir(tmp_path / "c")
    ran = run(monkeypatch, "feedback", "--all")
    assert ran.code == 0
    assert "Birds: a new file, " in ran.out
    assert "  │ ## Birds" in ran.out
    assert ran.out.endswith(
        "2 new, 0 updated, 0 unchanged, 0 failed, of 2 groups\nNothing was written; say --send to do it.\n"
    )
    assert not (tmp_path / "c/feedback").exists()
    ran = run(monkeypatch, "feedback", "birds", "--send")
    assert "1 new, 0 updated, 0 unchanged, 0 failed, of 1 group\n" in ran.out
    assert "│" not in ran.out
    found = json.loads(run(monkeypatch, "feedback", "--all", "--format", "json").out)
    assert found["counts"] == {"new": 1, "updated": 0, "unchanged": 1, "done_before": 0, "failed": 0, "of": 2}
    (tmp_path / "c/feedback/leaves.md").write_text("mine")
    ran = run(monkeypatch, "feedback", "--all", "--send")
    assert ran.code == 2
    assert "Error: Leaves: there is something at" in ran.err
    assert "0 new, 0 updated, 1 unchanged, 1 failed, of 2 groups" in ran.out


@pytest.mark.parametrize("arguments", [(), ("--all", "birds")])
def test_whom_it_is_for_must_be_said(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_course(tmp_path / "c", 'kind = "folder"\npath = "../bare"')
    ran = run(monkeypatch, "feedback", *arguments, "--course", tmp_path / "c")
    assert ran.code == 2
    assert "--all" in ran.err
