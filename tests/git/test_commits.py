"""The first commit: everything is in it, and nothing of anybody's configuration is run."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pygit2
import pytest

from coursekit.errors import InputError
from coursekit.git import branch_message, commit_all, first_commit


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def make(folder: Path) -> Path:
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "a.txt").write_text("a\n", newline="\n")
    (folder / ".gitattributes").write_text("* text=auto eol=lf\n", newline="\n")
    (folder / ".gitignore").write_text("*.log\n", newline="\n")
    (folder / "kept.log").write_text("x\n", newline="\n")
    return folder


def test_everything_is_in_one_commit_on_main(tmp_path: Path, home: Path) -> None:
    (home / ".gitconfig").write_text('[user]\nname = "Ada O\'Brien"\nemail = ada@example.org\n')
    folder = make(tmp_path / "p")
    commit = first_commit(folder, "Begin\n")
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "rev-parse", "HEAD", "refs/heads/main").split() == [commit, commit]
    assert git(folder, "ls-files").split() == [".gitattributes", ".gitignore", "kept.log", "sub/a.txt"]
    assert git(folder, "log", "--format=%an %ae %s").strip() == "Ada O'Brien ada@example.org Begin"
    assert git(folder, "fsck", "--strict") == ""


@pytest.mark.parametrize("config", ["", "[user]\nname =\nemail =\n"])
def test_without_an_identity_coursekit_is_the_author(tmp_path: Path, home: Path, config: str) -> None:
    (home / ".gitconfig").write_text(config)
    folder = make(tmp_path / "p")
    first_commit(folder, "Begin\n")
    author = pygit2.Repository(folder).head.peel(pygit2.Commit).author
    assert (author.name, author.email) == ("coursekit", "coursekit@localhost")


def test_a_broken_configuration_is_said_so(tmp_path: Path, home: Path) -> None:
    (home / ".gitconfig").write_text("[user\n")
    with pytest.raises(InputError, match=r"expected git to be ready.*\.gitconfig"):
        first_commit(make(tmp_path / "p"), "Begin\n")


def test_nothing_of_the_users_configuration_is_run(tmp_path: Path, home: Path) -> None:
    hooks = home / "hooks"
    hooks.mkdir()
    trap = f"touch {tmp_path}/ran\n"
    for name in ("pre-commit", "commit-msg", "post-commit", "prepare-commit-msg"):
        (hooks / name).write_text(f"#!/bin/sh\n{trap}")
        (hooks / name).chmod(0o755)
    template = home / "template" / "hooks"
    template.mkdir(parents=True)
    (template / "post-commit").write_text(f"#!/bin/sh\n{trap}")
    (home / "ignore").write_text("*.txt\n")
    (home / "attributes").write_text("* filter=trap\n")
    (home / ".gitconfig").write_text(
        f"[core]\nhooksPath = {hooks}\nexcludesFile = {home}/ignore\nattributesFile = {home}/attributes\n"
        f"fsmonitor = touch {tmp_path}/ran\nautocrlf = true\n[init]\ntemplateDir = {home}/template\n"
        f'defaultBranch = other\n[filter "trap"]\nclean = touch {tmp_path}/ran; cat\nrequired = true\n'
    )
    folder = make(tmp_path / "p")
    first_commit(folder, "Begin\n")
    assert not (tmp_path / "ran").exists()
    assert not (folder / ".git" / "hooks" / "post-commit").exists()
    repository = pygit2.Repository(folder)
    assert repository.head.shorthand == "main"
    assert repository.revparse_single("HEAD:sub/a.txt").data == b"a\n"


def test_the_next_commit_holds_what_changed_and_leaves_out_what_is_ignored(
    home: Path, tmp_path: Path
) -> None:
    folder = make(tmp_path / "project")
    first = first_commit(folder, "Start")
    (folder / "sub" / "a.txt").unlink()
    (folder / "new.txt").write_text("new\n", newline="\n")
    (folder / "other.log").write_text("x\n", newline="\n")
    second = commit_all(folder, "Go on")
    assert git(folder, "log", "--format=%H").split() == [second, first]
    assert set(git(folder, "ls-files").split()) == {".gitattributes", ".gitignore", "kept.log", "new.txt"}
    assert git(folder, "status", "--short") == ""


def test_committing_needs_a_repository(home: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a git repository"):
        commit_all(tmp_path, "x")


def test_a_folder_within_a_repository_is_none_itself(home: Path, tmp_path: Path) -> None:
    """A course kept in git holds folders that are not: nothing is committed to the repository above."""
    folder = make(tmp_path / "project")
    first_commit(folder, "Start")
    assert branch_message(folder, "main") == "Start"
    assert branch_message(folder, "other") is None
    assert branch_message(folder / "sub", "main") is None
    with pytest.raises(InputError, match="expected a git repository"):
        commit_all(folder / "sub", "x")
