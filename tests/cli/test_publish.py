"""`coursekit publish`, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.course.publishing import a_course, move


def test_a_course_is_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done goes to standard output with an exact count, the progress to standard error."""
    a_course(tmp_path / "c", 'kind = "folder"\npath = "../bare"')
    monkeypatch.chdir(tmp_path / "c")
    ran = run(monkeypatch, "publish", "--dry-run")
    assert ran.code == 0
    assert "Birds: create file://" in ran.out
    assert "2 to do, 0 skipped, 0 failed, of 2 repositories" in ran.out
    assert not (tmp_path / "bare").exists()
    ran = run(monkeypatch, "publish", "birds")
    assert ran.code == 0
    assert "1 done, 0 skipped, 0 failed, of 1 repository\n" in ran.out
    assert "… 1 of 1 repositories" in ran.err
    (tmp_path / "bare/leaves.git").mkdir()
    ran = run(monkeypatch, "publish", "--course", tmp_path / "c")
    assert ran.code == 2
    assert "0 done, 1 skipped, 1 failed, of 2 repositories" in ran.out
    assert "Error: Leaves: there is a repository at" in ran.err
    (tmp_path / "bare/leaves.git").rmdir()
    assert run(monkeypatch, "publish").code == 0
    ran = run(monkeypatch, "publish")
    assert "nothing: it is all there" in ran.out
    assert "0 done, 2 skipped, 0 failed, of 2 repositories" in ran.out
    found = json.loads(run(monkeypatch, "publish", "--again", "--dry-run", "--format", "json").out)
    assert (found["steps"], found["failures"]) == ([], [])
    assert found["counts"] == {"repositories": {"done": 2, "skipped": 0, "failed": 0, "of": 2}}


def test_members_are_counted_where_there_are_accounts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    site = request.getfixturevalue("github")
    host = f'kind = "github"\nnamespace = "{site.owner}"\napi = "{site.url}{site.api}"'
    course = a_course(tmp_path / "c", host, {"Birds": ("ada", "none")})
    ran = run(monkeypatch, "publish", "--course", tmp_path / "c")
    assert ran.code == 0
    assert "Birds: invited ada (Ada Lovelace)" in ran.out
    assert "Birds: without an account in the roster: Emmy Noether" in ran.out
    assert "1 done, 0 skipped, 0 failed, of 1 member or former one\n" in ran.out
    move(course, "ada", None)
    ran = run(monkeypatch, "publish", "--course", tmp_path / "c")
    assert "Birds: removed ada (Ada Lovelace)" in ran.out
