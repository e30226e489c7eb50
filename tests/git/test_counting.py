"""Counting one of many repositories: its branches, and which milestone a folder belongs to."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pygit2
import pytest

from coursekit.git.counting import CountTask, area_of, count_task
from coursekit.git.tips import branch_tips, digest, git_folder
from coursekit.work import Counted, Done
from tests.git.histories import ADA, History

COURSE = (
    "literature-review",
    "dataset-characteristics",
    "baseline-model",
    "model",
    "presentation",
    "deployment",
)


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "group.git")


@pytest.mark.parametrize(
    ("path", "milestone"),
    [
        ("0_LiteratureReview/README.md", "literature-review"),
        ("1_EDA/a.ipynb", "dataset-characteristics"),
        ("2_FEA_baseline/a.py", "baseline-model"),
        ("3_Model/deep/er/a.py", "model"),
        ("Models/a.py", "model"),
        ("4_Presentation/README.md", "presentation"),
        ("5_Deployment/app.py", "deployment"),
        ("README.md", "other"),
        ("model", "other"),
        ("src/a.py", "other"),
        ("CoverImage/a.md", "other"),
    ],
)
def test_a_folder_belongs_to_the_milestone_of_its_name(path: str, milestone: str) -> None:
    assert area_of(COURSE)(path) == milestone


def test_without_such_a_milestone_it_belongs_to_none() -> None:
    assert area_of(("presentation",))("3_Model/a.py") == "other"
    many = area_of(COURSE)
    assert {many(f"{number}_x/a.md") for number in range(20_000)} == {"other"}


def test_a_repository_without_a_commit_is_one_in_which_nothing_was_done(
    history: History, tmp_path: Path
) -> None:
    """Not one of which nothing is known."""
    assert count_task(CountTask(history.folder, (), COURSE, "")) == Counted((), 0, None)
    assert count_task(CountTask(tmp_path, (), COURSE, "")) is None


@pytest.mark.parametrize("name", ["refs/heads/master", "refs/heads/work"])
def test_a_head_that_leads_nowhere_does_not_hide_the_work(history: History, name: str) -> None:
    history.commit(ADA, {"3_Model/a.md": "1"}, ref=name)
    found = count_task(CountTask(history.folder, (), COURSE, "Europe/Berlin"))
    assert found is not None
    (author,) = found.authors
    assert author.weeks == {"2025-W41": {"": Done(1, 1), "model": Done(1, 1)}}


# -- where branches stand -------------------------------------------------------------------------


def test_branches_are_read_as_git_keeps_them(history: History) -> None:
    first = str(history.commit(ADA, {"a.md": "1"}))
    history.git.references.create("refs/heads/old/one", first)
    history.git.references.create("refs/tags/v1", first)
    subprocess.run(["git", "-C", str(history.folder), "pack-refs", "--all"], check=True)
    packed = branch_tips(history.folder)
    second = str(history.commit(ADA, {"a.md": "2"}))
    loose = branch_tips(history.folder)
    assert packed == {"HEAD": first, "refs/heads/main": first, "refs/heads/old/one": first}
    assert loose == {"HEAD": second, "refs/heads/main": second, "refs/heads/old/one": first}
    assert digest(packed) != digest(loose)
    history.git.set_head(pygit2.Oid(hex=first))
    assert (branch_tips(history.folder) or {})["HEAD"] == first


def test_a_work_tree_has_its_repository_inside(tmp_path: Path) -> None:
    history = History(tmp_path / "group", bare=False)
    oid = str(history.commit(ADA, {"a.md": "1"}))
    assert branch_tips(history.folder) == {"HEAD": oid, "refs/heads/main": oid}
    assert git_folder(tmp_path) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_nothing_is_waited_for(history: History) -> None:
    history.commit(ADA, {"a.md": "1"})
    for name in ("packed-refs", "refs/heads/main"):
        (history.folder / name).unlink(missing_ok=True)
        os.mkfifo(history.folder / name)
        assert branch_tips(history.folder) is None
        (history.folder / name).unlink()
    (history.folder / "refs/heads/link").symlink_to("/etc/passwd")
    assert branch_tips(history.folder) is None


def test_more_branches_than_any_group_has_are_left_alone(history: History) -> None:
    history.commit(ADA, {"a.md": "1"})
    for number in range(1_100):
        (history.folder / f"refs/heads/b{number}").write_text("x")
    assert branch_tips(history.folder) is None
