"""`coursekit report`: what it prints, exit codes, JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.building import write
from tests.cli.running import run
from tests.report import EPOCH, digits, project


@pytest.fixture(autouse=True)
def _epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)


def test_it_says_what_it_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: object) -> None:
    files = {name: content for name, content in digits().items() if not name.startswith("0_")}
    monkeypatch.chdir(project(tmp_path, files))
    ran = run(monkeypatch, "report")
    assert (ran.code, ran.err) == (0, "")
    # Sizes depend on the versions of the libraries that write the files.
    shown = "\n".join(line.split("  (")[0] for line in ran.out.splitlines())
    assert shown == snapshot


def test_options_and_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project(tmp_path / "g", digits())
    ran = run(
        monkeypatch,
        "report",
        root,
        "--to",
        "html",
        "--output",
        tmp_path / "o",
        "--lang",
        "de",
        "--final",
        "--format",
        "json",
    )
    assert (ran.code, ran.err) == (0, "")
    found = json.loads(ran.out)
    assert (found["language"], found["final"], found["linked"]) == ("de", True, None)
    assert [file["format"] for file in found["files"]] == ["html"]


def test_bad_input_is_told_on_standard_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project(tmp_path, {**digits(), "3_Model/broken.ipynb": "{"})
    ran = run(monkeypatch, "report", root)
    assert (ran.code, ran.out) == (2, "")
    assert "broken.ipynb" in ran.err
    assert "--force" in ran.err
    forced = run(monkeypatch, "report", root, "--force")
    assert forced.code == 0
    assert "broken.ipynb" in forced.err
    for arguments in (
        ["report", tmp_path / "none"],
        ["report", root, "--to", "odp"],
        ["report", "--lang", "fr"],
    ):
        ran = run(monkeypatch, *arguments)
        assert (ran.code, ran.out) == (2, "")
        assert "Traceback" not in ran.err


def test_help_has_an_example(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, "report", "--help")
    assert ran.code == 0
    assert "coursekit report groups/07" in ran.out


def test_lint_writes_nothing_and_its_exit_code_says_whether_to_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(tmp_path, digits())
    before = sorted(root.rglob("*"))
    ran = run(monkeypatch, "report", root, "--lint")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[0].endswith("· 17 slides, 15:00 min")
    late = run(monkeypatch, "report", root, "--lint", "--minutes", "10", "--format", "json", "--lang", "de")
    assert late.code == 1
    found = json.loads(late.out)
    assert [f["message"] for f in found["findings"] if f["code"] == "SLD402"] == [
        "15 Minuten geplant, 10 erlaubt"
    ]
    assert sorted(root.rglob("*")) == before
    assert run(monkeypatch, "report", tmp_path / "none", "--lint").code == 2


def test_cover_says_what_it_made_or_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {name: content for name, content in digits().items() if not name.startswith("CoverImage")}
    monkeypatch.chdir(project(tmp_path / "g", files))
    made = run(monkeypatch, "report", "--cover")
    assert (made.code, made.err) == (0, "")
    assert [line.split("  (")[0] for line in made.out.splitlines()] == [
        "Reading handwritten digits: cover image of 1600 × 900 pixels",
        "  created    CoverImage/cover_image.png",
        "  shown in   README.md",
    ]
    (tmp_path / "g/CoverImage/cover_image.png").write_bytes(digits()["CoverImage/cover.png"])  # type: ignore[arg-type]
    kept = json.loads(run(monkeypatch, "report", "--cover", "--format", "json").out)
    assert kept["cover"]["state"] == "kept"
    assert "it is kept" in run(monkeypatch, "report", "--cover").out
    assert run(monkeypatch, "report", "--cover", "--lint").code == 2


def test_all_groups_of_a_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from coursekit.store import open_store
    from coursekit.store.people import add_group

    (tmp_path / "course.toml").write_text('[course]\nname = "DL"\n', encoding="utf-8")
    with open_store(tmp_path) as store, store.transaction("test") as tx:
        add_group(tx, "bees\x1b[31m")
        add_group(tx, "cats")
    write(
        tmp_path / "repositories" / "bees-31m", {"README.md": "# Bees\n\n## Description\n\nWe count bees.\n"}
    )
    monkeypatch.chdir(tmp_path)
    dry = run(monkeypatch, "report", "--all", "--dry-run")
    assert dry.code == 0
    assert "1 to build, 1 without a repository here, of 2 groups" in dry.out
    assert dry.out.endswith("Nothing was written.\n")
    ran = run(monkeypatch, "report", "--all", "--to", "html")
    assert ran.code == 0
    assert "1 built, 1 without a repository here, of 2 groups" in ran.out
    assert "1 of 1 decks" in ran.err
    assert "cats: no repository of theirs is on this machine" in ran.err
    assert "\x1b" not in ran.out + ran.err
    (tmp_path / "repositories" / "bees-31m" / "README.md").unlink()
    failed = run(monkeypatch, "report", "--all", "--to", "html", "--format", "json", "--course", tmp_path)
    assert failed.code == 1
    result = json.loads(failed.out)
    assert result["counts"] == {"failed": 1, "nothing": 1, "of": 2}
    assert "expected a group's repository" in result["groups"][0]["reason"]


@pytest.mark.parametrize(
    ("words", "message"),
    [(("--all", "x"), "expected --all without a path"), (("--all", "--lint"), "expected --all without"),
     (("--dry-run",), "only with --all")],
)  # fmt: skip
def test_options_that_do_not_go_together(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], message: str
) -> None:
    ran = run(monkeypatch, "report", *words)
    assert ran.code == 2
    assert message in ran.err
