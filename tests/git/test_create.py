"""New repositories from files at hand: complete, independent, and as git itself would leave them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pygit2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.errors import InputError
from coursekit.git import make_repository, pack_shared

FILES = {
    "README.md": b"# Ours\n",
    ".gitattributes": b"* text=auto eol=lf\n",
    ".gitignore": b"*.log\n",
    "kept.log": b"ignored by git, but ours\n",
    "core/a.py": b"a = 1\n",
    "core/deep/b.py": b"",
    "core/deep/pixel.bin": bytes(range(256)) * 40,
    "mixed/same.txt": b"same\n",
    "mixed/Größe.txt": b"other\n",
}
OTHERS = {"README.md", "mixed/Größe.txt"}
SAME = FILES.keys() - OTHERS


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def make(folder: Path, **kwargs: object) -> Path:
    folder.mkdir()
    make_repository(folder, FILES, "Begin\n", **kwargs)
    return folder


@pytest.fixture(params=["loose", "shared"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    shared = pack_shared(FILES, SAME, tmp_path) if request.param == "shared" else None
    return make(tmp_path / "made", shared=shared, branches=["coursekit/template"])


def test_git_finds_nothing_to_say_about_it(made: Path) -> None:
    assert git(made, "fsck", "--strict", "--no-dangling") == ""
    assert git(made, "fsck", "--strict") == "", "nothing in it is unused"
    assert git(made, "status", "--porcelain", "--ignored") == ""
    assert set(git(made, "-c", "core.quotePath=false", "ls-files").splitlines()) == FILES.keys()
    assert {path: (made / path).read_bytes() for path in FILES} == FILES
    heads = git(made, "for-each-ref", "--format=%(refname) %(objectname)").split()
    assert heads[::2] == ["refs/heads/coursekit/template", "refs/heads/main"]
    assert heads[1] == heads[3] == git(made, "rev-parse", "HEAD").strip()


def test_the_index_is_the_one_that_git_would_write(made: Path) -> None:
    """So a status need not read a single file."""
    ours = git(made, "ls-files", "--debug", "--stage")
    (made / ".git" / "index").unlink()
    git(made, "reset", "--quiet")
    assert git(made, "ls-files", "--debug", "--stage") == ours


def test_it_can_be_cloned_and_gone_on_with(made: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--no-local", str(made), "clone")
    assert (tmp_path / "clone" / "core" / "deep" / "pixel.bin").read_bytes() == FILES["core/deep/pixel.bin"]
    (made / "README.md").write_bytes(b"# Changed\n")
    assert git(made, "status", "--porcelain") == " M README.md\n"
    git(made, "-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "--quiet", "--all", "-m", "On")
    git(made, "gc", "--quiet", "--prune=now")
    assert git(made, "fsck", "--strict") == ""


def test_it_is_independent_of_all_others(tmp_path: Path) -> None:
    """No hard links and no borrowed objects: one repository can be deleted, moved or damaged alone."""
    shared = pack_shared(FILES, SAME, tmp_path)
    one, two = make(tmp_path / "one", shared=shared), make(tmp_path / "two", shared=shared)
    for path in one.rglob("*"):
        assert path.is_dir() or path.stat().st_nlink == 1
    assert not (one / ".git" / "objects" / "info" / "alternates").exists()
    assert git(one, "rev-parse", "HEAD^{tree}") == git(two, "rev-parse", "HEAD^{tree}")


def test_nothing_of_one_repository_comes_into_another(tmp_path: Path) -> None:
    shared = pack_shared({**FILES, "README.md": b"of another group"}, SAME, tmp_path)
    made = make(tmp_path / "made", shared=shared)
    other = str(pygit2.hash(b"of another group"))
    assert other not in git(made, "cat-file", "--batch-all-objects", "--batch-check")


def test_what_is_shared_is_left_aside_where_it_does_not_fit(tmp_path: Path) -> None:
    shared = pack_shared({**FILES, "core/a.py": b"a = 2\n"}, SAME, tmp_path)
    made = make(tmp_path / "made", shared=shared)
    assert not list((made / ".git" / "objects" / "pack").iterdir())
    assert git(made, "show", "HEAD:core/a.py") == "a = 1\n"
    assert git(made, "fsck", "--strict") == ""


@pytest.mark.parametrize(
    "path",
    [".git", ".git/config", "sub/.GIT/hooks/x", "git~1/x", "../x", "/x", "a/../b", "", "a//b", "a/", "a\0b"],
)
def test_a_path_that_git_would_run_or_leave_is_refused_before_anything_is_written(
    tmp_path: Path, path
) -> None:
    (tmp_path / "made").mkdir()
    with pytest.raises(InputError, match="stand in a git repository"):
        make_repository(tmp_path / "made", {"a.txt": b"", path: b"x"}, "Begin\n")
    assert [one.name for one in tmp_path.rglob("*")] == ["made"]


def test_configuration_counts_only_for_the_name(home: Path, tmp_path: Path) -> None:
    hooks = home / "hooks"
    hooks.mkdir()
    (hooks / "post-commit").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    (hooks / "post-commit").chmod(0o755)
    (home / "attributes").write_text("* filter=trap\n")
    (home / ".gitconfig").write_text(
        f"[user]\nname = Ada\nemail = ada@example.org\n[core]\nhooksPath = {hooks}\nautocrlf = true\n"
        f"attributesFile = {home}/attributes\n[init]\ntemplateDir = {home}\n"
        f'[filter "trap"]\nclean = touch {tmp_path}/ran; cat\nrequired = true\n'
    )
    made = make(tmp_path / "made")
    assert not (tmp_path / "ran").exists()
    repository = pygit2.Repository(made)
    assert repository.head.peel(pygit2.Commit).author.name == "Ada"
    assert {path: repository.revparse_single(f"HEAD:{path}").data for path in FILES} == FILES


def test_a_broken_configuration_is_said_so(home: Path, tmp_path: Path) -> None:
    (home / ".gitconfig").write_text("[user\n")
    with pytest.raises(InputError, match=r"expected git to be ready.*\.gitconfig"):
        make(tmp_path / "made")


parts = st.text("aB.-_ \u00e9\u674e\U0001f469", min_size=1, max_size=6).filter(lambda part: part.strip(". "))
paths = st.lists(parts, min_size=1, max_size=3).map(lambda some: "x" + "/x".join(some))


@given(st.dictionaries(paths, st.tuples(st.binary(max_size=40), st.booleans()), min_size=1, max_size=8))
@settings(max_examples=25, deadline=None)
def test_any_files_make_the_tree_that_git_makes(tmp_path_factory: pytest.TempPathFactory, drawn) -> None:
    """Whatever the files are called, and whichever of them are shared."""
    folded = {path.casefold() for path in drawn}
    inside = any(other != path and other.startswith(path + "/") for path in folded for other in folded)
    if inside or len(folded) < len(drawn):
        return
    files = {path: data for path, (data, _) in drawn.items()}
    shared = pack_shared(
        files, {path for path, (_, same) in drawn.items() if same}, tmp_path_factory.getbasetemp()
    )
    folder = tmp_path_factory.mktemp("any")
    make_repository(folder, files, "Begin\n", shared=shared)
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "fsck", "--strict") == ""
    git(folder, "-c", "core.autocrlf=false", "add", "--all", "--force", "--renormalize", ".")
    assert git(folder, "write-tree") == git(folder, "rev-parse", "HEAD^{tree}")


@pytest.mark.skipif(os.name == "nt", reason="no such permissions")
def test_the_files_have_the_users_usual_permissions(made: Path) -> None:
    (made / "new").write_text("")
    assert (made / "README.md").stat().st_mode == (made / "new").stat().st_mode
