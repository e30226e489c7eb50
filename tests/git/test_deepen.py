"""Getting the rest of a shallow clone's history: from its own origin, by https or ssh alone, or not at all."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pygit2
import pytest

from coursekit.errors import InputError
from coursekit.git.deepen import deepen


def git(folder: Path, *args: str) -> str:
    return subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@b.c", *args],
        cwd=folder, capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip


@pytest.fixture
def shallow(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-qb", "main", "origin")
    for name in "abc":
        git(tmp_path / "origin", "commit", "-q", "--allow-empty", "-m", name)
    git(tmp_path, "clone", "-q", "--depth=1", (tmp_path / "origin").as_uri(), "shallow")
    return tmp_path / "shallow"


def refused(folder: Path, message: str) -> None:
    with pytest.raises(InputError, match=message):
        deepen(pygit2.Repository(str(folder)))
    assert git(folder, "rev-list", "--count", "HEAD") == "1"
    git(folder, "fsck", "--no-dangling")


def test_the_history_is_whole_afterwards(shallow: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coursekit.git.deepen.PROTOCOLS", ("file",))
    again = deepen(pygit2.Repository(str(shallow)))
    assert not again.is_shallow
    assert git(shallow, "log", "--format=%s").split() == ["c", "b", "a"]
    git(shallow, "fsck", "--no-dangling")


@pytest.mark.parametrize(
    "url", ["file:///x", "ext::sh -c touch% /tmp/x", "-ox", "/x/y", "http://example.org/x", "https://a:b@example.org/x"]
)  # fmt: skip
def test_addresses_that_git_is_not_given(shallow: Path, url: str) -> None:
    git(shallow, "config", "remote.origin.url", url)
    refused(shallow, "the rest is not fetched from its origin")


def test_without_an_origin(shallow: Path) -> None:
    git(shallow, "config", "--unset", "remote.origin.url")
    refused(shallow, "names no origin")


def test_an_origin_that_is_gone(shallow: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coursekit.git.deepen.PROTOCOLS", ("file",))
    (shallow.parent / "origin").rename(shallow.parent / "gone")
    refused(shallow, "cannot be fetched from")


def test_an_origin_whose_history_was_rewritten(shallow: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coursekit.git.deepen.PROTOCOLS", ("file",))
    origin = shallow.parent / "origin"
    git(origin, "checkout", "-q", "--orphan", "new")
    git(origin, "commit", "-q", "--allow-empty", "-m", "new")
    git(origin, "branch", "-D", "main")
    refused(shallow, "no longer has the commits")


def test_a_linked_work_tree(shallow: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coursekit.git.deepen.PROTOCOLS", ("file",))
    git(shallow, "worktree", "add", "-q", "../linked", "-b", "linked")
    deepen(pygit2.Repository(str(shallow.parent / "linked")))
    assert git(shallow, "rev-list", "--count", "HEAD") == "3"
