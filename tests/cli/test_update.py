"""`coursekit update`: what it prints, and its exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.course.test_update_all import Made, conflicting, newer
from tests.scaffold.updating import COMMON, CORE, FOLDER, PICTURE, Kit, changed, commit, project

README, DENSE = str(COMMON[f"{FOLDER}/README.md"]), str(CORE["dense.py"])


@pytest.fixture
def p(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    kit = Kit(tmp_path / "kit", monkeypatch)
    folder = project(tmp_path / "p")
    readme = (folder / "README.md").read_text()
    commit(
        folder, {"Cover/cover.png": PICTURE + b"ours", "README.md": changed(readme, ("line 3\n", "ours\n"))}
    )
    kit.version(
        2, common={"README.md": changed(README, ("line 3\n", "theirs\n"))},
        own={"Cover/cover.png": PICTURE + b"two", "new.py": "x\n", "tools/old.py": None},
        core={"dense.py": DENSE + "# fixed\n"},
    )  # fmt: skip
    return folder


def without_hashes(text: str) -> str:
    return re.sub(r"\b[0-9a-f]{7}(?:[0-9a-f]{5})?\b", "…", text)


def test_check(p: Path, monkeypatch: pytest.MonkeyPatch, snapshot) -> None:
    ran = run(monkeypatch, "update", p, "--check")
    assert (ran.code, without_hashes(ran.out)) == (1, snapshot)
    ran = run(monkeypatch, "update", p, "--check", "--format", "json")
    assert ran.code == 1
    found = json.loads(ran.out)
    assert found["behind"] is True
    assert found["template"]["version"] != found["template"]["newest"]
    ran = run(monkeypatch, "update", p, "--check", "--branch")
    assert ran.code == 2


def test_a_dry_run(p: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, "update", p, "--dry-run")
    assert ran.code == 0
    assert "+++ b/new.py" in ran.out
    assert "1 file would have conflicts" in ran.out
    assert ran.out.endswith("Nothing was changed.\n")


def test_conflicts(p: Path, monkeypatch: pytest.MonkeyPatch, snapshot) -> None:
    ran = run(monkeypatch, "update", p)
    assert (ran.code, without_hashes(ran.out)) == (1, snapshot)
    ran = run(monkeypatch, "update", p)
    assert (ran.code, ran.err.splitlines()[0]) == (2, "Error: expected no merge or other operation under way in this repository, but there is one")  # fmt: skip


def agreed(p: Path) -> None:
    readme = (p / "README.md").read_text()
    commit(p, {"README.md": changed(readme, ("ours\n", "line 3\n"))})


def test_a_clean_merge_and_then_nothing_more(p: Path, monkeypatch: pytest.MonkeyPatch, snapshot) -> None:
    agreed(p)
    ran = run(monkeypatch, "update", p)
    assert (ran.code, without_hashes(ran.out)) == (0, snapshot)
    ran = run(monkeypatch, "update", p)
    assert (ran.code, without_hashes(ran.out)) == (0, "Up to date: template blank …, core_lib ….\n")
    assert run(monkeypatch, "update", p, "--check").code == 0


def test_json(p: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agreed(p)
    found = json.loads(run(monkeypatch, "update", p, "--dry-run", "--format", "json").out)
    assert (found["outcome"], found["commit"], found["added"]) == ("merged", None, ["new.py"])
    assert "diff --git" in found["diff"]
    found = json.loads(run(monkeypatch, "update", p, "--format", "json").out)
    assert (found["outcome"], found["removed"], found["diff"]) == ("merged", ["tools/old.py"], None)
    assert found["kept"][0]["path"] == "Cover/cover.png"


def test_a_branch(p: Path, monkeypatch: pytest.MonkeyPatch, snapshot) -> None:
    ran = run(monkeypatch, "update", p, "--branch")
    assert ran.code == 2
    assert "both sides changed the same lines in README.md" in ran.err
    agreed(p)
    ran = run(monkeypatch, "update", p, "--branch")
    assert (ran.code, without_hashes(ran.out)) == (0, snapshot)


def test_all_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot) -> None:
    kit = Kit(tmp_path / "kit", monkeypatch)
    made = Made(tmp_path / "course")
    made.group("a")
    made.group("b", conflicting())
    made.group("c", {"tools/old.py": None}, kind="folder")
    made.group("d", kind="nothing")
    newer(kit)
    kit.version(
        3, common={"README.md": changed(README, ("line 3\n", "theirs\n"))}, own={"tools/old.py": "new\n"}
    )
    monkeypatch.chdir(made.course.folder)
    ran = run(monkeypatch, "update", "--all", "--dry-run")
    assert (ran.code, without_hashes(ran.out)) == (1, snapshot)
    ran = run(monkeypatch, "update", "--all", "--format", "json", "--push")
    assert ran.code == 1
    found = json.loads(ran.out)
    assert found["counts"] == {"pushed": 1, "conflicts": 1, "updated": 1, "nothing": 1, "of": 4}
    assert found["groups"][2]["kept"] == ["tools/old.py"]
    ran = run(monkeypatch, "update", "--all")
    assert (ran.code, without_hashes(ran.out)) == (1, snapshot)


@pytest.mark.parametrize("args", [["--all", "x"], ["--all", "--check"], ["--push"], ["--course", "x"]])
def test_what_does_not_go_together(monkeypatch: pytest.MonkeyPatch, args: list[str]) -> None:
    assert run(monkeypatch, "update", *args).code == 2
