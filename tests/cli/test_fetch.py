"""`coursekit fetch` and what it prints."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from coursekit.store import open_store
from coursekit.store.people import add_group
from coursekit.store.records import NewRepository
from coursekit.store.repositories import add_repository, set_address
from tests.cli.running import Ran, run
from tests.git.serving import Work, git

DAY = "2026-03-01T12:00:00+0000"


@pytest.fixture
def works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Work]:
    """A course whose groups' repositories lie in a folder."""
    (tmp_path / "course").mkdir()
    (tmp_path / "course/course.toml").write_text('[course]\nname = "DL"\ntime_zone = "Europe/Berlin"\n')
    monkeypatch.chdir(tmp_path / "course")
    works = {}
    with open_store(tmp_path / "course") as store, store.transaction("test") as tx:
        for name in ("Bird songs", "Leaf \u202eshapes", "bakery-sales", "wine"):
            work = works[name] = Work(tmp_path / "host", f"{len(works)}.git")
            if name != "wine":
                work.commit(f"# {name}", date=DAY)
            group = add_group(tx, name)
            add_repository(tx, NewRepository(group.id, url=work.file))
        add_group(tx, "newcomers")
    return works


def without_places(ran: Ran, tmp_path: Path) -> str:
    text = f"{ran.out}\n--- standard error, exit code {ran.code}\n{ran.err}"
    return text.replace(tmp_path.as_uri(), "file:///…").replace(str(tmp_path), "…")


def test_what_a_course_reads_every_week(
    works: dict[str, Work], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    """The first time, and after everything that can happen has happened."""
    seen = [without_places(run(monkeypatch, "fetch", "--dry-run", "--allow", "file"), tmp_path)]
    seen.append(
        without_places(run(monkeypatch, "fetch", "--all", "--allow", "file", "--jobs", "1"), tmp_path)
    )
    works["Bird songs"].git("reset", "-q", "--hard", "HEAD")
    git(works["Bird songs"].tree, "commit", "-q", "--amend", "-m", "other", date=DAY)
    works["Bird songs"].git("push", "-q", "--force", "origin", "main")
    git(works["bakery-sales"].bare, "branch", "-m", "main", "trunk")
    with open_store(tmp_path / "course") as store, store.transaction("test") as tx:
        set_address(tx, 2, "https://ada:secret@git.example.org/leaf.git", replace=True)
        set_address(tx, 4, works["Bird songs"].file, replace=True)
    seen.append(without_places(run(monkeypatch, "fetch", "--allow", "file", "--jobs", "1"), tmp_path))
    assert "secret" not in "".join(seen)
    assert "\u202e" not in "".join(seen)
    assert "\n\n\n".join(re.sub(r"\b[0-9a-f]{12}\b", "<commit>", text) for text in seen) == snapshot


def test_the_exit_code_and_the_form_for_programs(
    works: dict[str, Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = run(monkeypatch, "fetch", "wine", "Bird songs", "--format", "json")
    assert ran.code == 2
    form = json.loads(ran.out)
    assert form["counts"] == {"done": 0, "skipped": 0, "failed": 2, "of": 2, "without_address": 0}
    assert "file:// is not allowed" in form["groups"][0]["reason"]
    ran = run(monkeypatch, "fetch", "wine", "--format", "json", "--allow", "file")
    assert (ran.code, json.loads(ran.out)["groups"][0]["outcome"]) == (0, "empty")


def test_a_clone_is_checked_without_its_large_files(
    works: dict[str, Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that was left out is there by its name, and counts as larger than 10 MB."""
    work = works["Bird songs"]
    (work.tree / "model.bin").write_bytes(os.urandom(10_000_001))
    (work.tree / "4_Presentation").mkdir()
    (work.tree / "4_Presentation/slides.pdf").write_bytes(b"%PDF-1.7" + os.urandom(10_000_000))
    work.commit("# large")
    assert run(monkeypatch, "fetch", "bird songs", "--allow", "file").code == 0
    ran = run(monkeypatch, "check", "clones/bird-songs.git", "--format", "json")
    findings = {one["code"]: one for one in json.loads(ran.out)["findings"]}
    assert "model.bin (> 10 MB)" in findings["REP801"]["message"]
    assert findings["PRE601"]["status"] == "met"
    assert not list(Path("clones/bird-songs.git").glob("objects/pack/tmp*"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--all", "wine"], "either --all or groups"),
        (["--jobs", "0"], "--jobs"),
        (["--allow", "ext"], "--allow"),
        (["wein"], "Did you mean 'wine'?"),
        (["--course", "nowhere"], "nowhere"),
    ],
)
def test_wrong_use_is_said(
    works: dict[str, Work], monkeypatch: pytest.MonkeyPatch, options: list[str], said: str
) -> None:
    ran = run(monkeypatch, "fetch", *options)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err
