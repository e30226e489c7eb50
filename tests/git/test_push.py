"""Pushing without a word from the repository's configuration, and never by force."""

from __future__ import annotations

from pathlib import Path

import pygit2
import pytest

from coursekit.errors import InputError
from coursekit.git.errors import GitError
from coursekit.git.push import Standing, Target, local_branches, push_branch, remote_branches, standing
from tests.course.publishing import a_repository, change, group_pushes, heads


def bare(folder: Path) -> Target:
    pygit2.init_repository(folder, bare=True)
    return Target(str(folder), "file")


def test_how_branches_stand(tmp_path: Path) -> None:
    first = a_repository(tmp_path / "here", "One")
    target = bare(tmp_path / "there")
    assert remote_branches(target, ["main"]) == {}
    assert standing(tmp_path / "here", first, None) is Standing.NEW
    assert push_branch(tmp_path / "here", target, "main", first)
    assert remote_branches(target, ["main", "other"]) == {"main": first}
    assert standing(tmp_path / "here", first, first) is Standing.SAME
    second = change(tmp_path / "here", "Two")
    assert standing(tmp_path / "here", second, first) is Standing.BEHIND
    assert standing(tmp_path / "here", first, second) is Standing.MOVED_ON
    theirs = group_pushes(tmp_path / "there", first)
    assert standing(tmp_path / "here", second, theirs) is Standing.MOVED_ON
    assert not push_branch(tmp_path / "here", target, "main", second), "nothing is forced"
    assert heads(tmp_path / "there") == {"main": theirs}
    assert local_branches(tmp_path / "here", ["main", "gone"]) == {"main": second}


def test_only_a_repository_of_its_own_is_pushed(tmp_path: Path) -> None:
    """A file or a link in the place of .git, or borrowed objects, would push somebody else's work."""
    a_repository(tmp_path / "secret", "Secret")
    linked, pointing, borrowing = (tmp_path / name for name in ("linked", "pointing", "borrowing"))
    linked.mkdir()
    (linked / ".git").symlink_to(tmp_path / "secret/.git")
    pointing.mkdir()
    (pointing / ".git").write_text(f"gitdir: {tmp_path}/secret/.git\n")
    a_repository(borrowing, "B")
    info = borrowing / ".git/objects/info"
    info.mkdir(exist_ok=True)
    (info / "alternates").write_text(f"{tmp_path}/secret/.git/objects\n")
    (tmp_path / "broken/.git").mkdir(parents=True)
    for folder in (linked, pointing, borrowing, tmp_path / "broken", tmp_path / "none"):
        with pytest.raises(InputError, match="expected a git repository"):
            local_branches(folder, ["main"])


def test_a_folder_that_takes_nothing(tmp_path: Path) -> None:
    commit = a_repository(tmp_path / "here", "One")
    a_repository(tmp_path / "work", "A work tree, whose files a push would leave behind")
    with pytest.raises(GitError, match="expected to push to"):
        push_branch(tmp_path / "here", Target(str(tmp_path / "work"), "file"), "other", commit)
    with pytest.raises(GitError):
        remote_branches(Target("https://127.0.0.1:1/x.git", "https"), ["main"])
    with pytest.raises(GitError):
        push_branch(tmp_path / "here", Target("https://127.0.0.1:1/x.git", "https"), "main", commit)
