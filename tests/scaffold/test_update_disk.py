"""An update and the disk: filters, modes, line ends, links, and no room."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pygit2
import pytest

from coursekit.errors import CoursekitError, InputError
from coursekit.scaffold.update import update_project
from tests.building import write
from tests.scaffold.updated import DENSE, README, clean, p, text
from tests.scaffold.updating import (  # fmt: skip
    Kit,
    changed,
    commit,
    git,
)

__all__ = ["p"]


@pytest.mark.parametrize("touched", [False, True])
def test_files_of_a_filter_that_is_not_run(kit: Kit, p: Path, touched: bool) -> None:
    """Git LFS keeps other bytes in the work tree than in git; only the filter, a command, could tell the difference."""
    git(p, "config", "filter.lfs.clean", "sed s/big/small/")
    commit(p, {".gitattributes": "*.dat filter=lfs\n", "a.dat": "big\n", "core_lib/b.dat": "big\n"})
    os.utime(p / "a.dat", (1, 1))
    kit.version(2, core={"dense.py": DENSE + "# fixed\n", **({"b.dat": "x\n"} if touched else {})})
    assert git(p, "show", "HEAD:a.dat") == "small"
    if touched:
        os.utime(p / "core_lib/b.dat", (1, 1))
        assert update_project(p, dry_run=True).conflicts == ("core_lib/b.dat",)
        with pytest.raises(InputError, match=r"1 file changed: core_lib/b\.dat"):
            update_project(p)
    else:
        assert update_project(p).outcome == "merged"
    assert text(p, "a.dat") == "big\n"


@pytest.mark.skipif(sys.platform == "win32", reason="modes")
def test_modes_stay(kit: Kit, p: Path) -> None:
    (p / "tools" / "old.py").chmod(0o755)
    commit(p, {})
    kit.version(2, own={"tools/old.py": "new\n"})
    update_project(p)
    assert (p / "tools" / "old.py").stat().st_mode & 0o111
    assert clean(p)


def test_line_ends_of_windows(kit: Kit, p: Path) -> None:
    """A work tree with CRLF (autocrlf, without our .gitattributes) stays one, in changed, new and conflicting files."""
    commit(p, {".gitattributes": None})
    git(p, "config", "core.autocrlf", "true")
    for name in git(p, "ls-files").splitlines():
        (p / name).unlink()
    git(p, "checkout", "-q", "--", ".")
    assert b"\r\n" in (p / "README.md").read_bytes()
    commit(p, {"README.md": text(p, "README.md").replace("line 3\r\n", "ours\r\n")})
    kit.version(2, common={"README.md": changed(README, ("line 3\n", "theirs\n"), ("line 15\n", "15\n"))}, own={"new.py": "new\n"})  # fmt: skip
    assert update_project(p).conflicts == ("README.md",)
    assert "\r\n15\r\n" in text(p, "README.md")
    assert "<<<<<<< yours\r\nours\r\n" in text(p, "README.md")
    assert text(p, "new.py") == "new\r\n"
    git(p, "merge", "--abort")
    assert clean(p)


def test_line_ends_of_windows_in_the_commit(kit: Kit, p: Path) -> None:
    """A file that was committed with CRLF is merged by its lines all the same, and keeps them."""
    commit(p, {".gitattributes": "* -text\n"})
    commit(p, {"README.md": text(p, "README.md").replace("\n", "\r\n").replace("line 3\r\n", "ours\r\n")})
    kit.version(2, common={"README.md": changed(README, ("line 15\n", "15\n"))})
    assert update_project(p).outcome == "merged"
    assert "\r\nours\r\n" in text(p, "README.md")
    assert "\r\n15\r\n" in text(p, "README.md")


def test_texts_in_another_encoding_are_merged(kit: Kit, p: Path) -> None:
    commit(p, {"README.md": (p / "README.md").read_bytes().replace(b"line 3\n", b"\xe4\n")})
    kit.version(2, common={"README.md": changed(README, ("line 3\n", "theirs\n"))})
    assert update_project(p).conflicts == ("README.md",)
    assert b"<<<<<<< yours\n\xe4\n=======" in (p / "README.md").read_bytes()


@pytest.mark.parametrize("kind", ["folder", "link", "file"])
def test_something_else_of_that_name_stays(kit: Kit, p: Path, kind: str) -> None:
    name = "new/x.py" if kind == "file" else "new"
    if kind == "folder":
        commit(p, {"new/mine.txt": "mine\n"})
    elif kind == "link":
        (p / "new").symlink_to("README.md")
        commit(p, {})
    else:
        commit(p, {"new": "mine\n"})
    kit.version(2, own={name: "theirs\n"})
    done = update_project(p)
    assert done.outcome == "merged"
    assert [kept.path for kept in done.kept] == ["new"]
    assert clean(p)
    assert text(p, "new/mine.txt" if kind == "folder" else "new").strip() in {"mine", text(p, "README.md").strip()}  # fmt: skip


def test_nothing_of_the_repositorys_configuration_runs(kit: Kit, p: Path, tmp_path: Path) -> None:
    ran = tmp_path / "RAN"
    touch = f"touch {ran}"
    for key in (
        "core.fsmonitor", "core.sshCommand", "core.editor", "core.pager", "merge.evil.driver", "diff.external",
        "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.command", "gpg.program",
    ):  # fmt: skip
        git(p, "config", key, touch)
    hooks = p / ".git" / "hooks"
    for hook in ("pre-commit", "post-commit", "post-merge", "pre-merge-commit", "post-checkout", "commit-msg",
                 "reference-transaction", "post-index-change", "prepare-commit-msg"):  # fmt: skip
        write(hooks, {hook: f"#!/bin/sh\n{touch}\n"})
        (hooks / hook).chmod(0o755)
    git_files = pygit2.Repository(p)
    write(p, {".gitattributes": "* merge=evil diff=evil filter=evil\n", "README.md": text(p, "README.md").replace("line 3\n", "ours\n")})  # fmt: skip
    index = git_files.index
    index.add_all()
    index.write()
    me = pygit2.Signature("A", "a@example.org")
    git_files.create_commit("HEAD", me, me, "plant", index.write_tree(), [git_files.head.target])
    ran.unlink(missing_ok=True)
    kit.version(
        2, common={"README.md": changed(README, ("line 3\n", "theirs\n"))}, core={"dense.py": DENSE + "#\n"}
    )
    assert update_project(p, dry_run=True).conflicts == ("README.md",)
    assert update_project(p).conflicts == ("README.md",)
    assert not ran.exists()


def test_a_repository_that_leads_elsewhere_is_refused(kit: Kit, p: Path, tmp_path: Path) -> None:
    kit.version(2, core={"dense.py": DENSE + "# fixed\n"})
    (tmp_path / "home").mkdir()
    git(p, "config", "core.worktree", str(tmp_path / "home"))
    with pytest.raises(InputError, match="configuration puts them into"):
        update_project(p)
    git(p.parent, "config", "--file", str(p / ".git/config"), "--unset", "core.worktree")
    write(p / ".git" / "objects" / "info", {"alternates": str(tmp_path)})
    with pytest.raises(InputError, match="borrows objects"):
        update_project(p)
    assert not list((tmp_path / "home").iterdir())


def test_a_full_disk_puts_everything_back(kit: Kit, p: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from coursekit.git import worktree

    kit.version(2, core={"dense.py": DENSE + "# fixed\n"}, own={"new.py": "x\n"})
    real, count = worktree._write_file, iter(range(100))

    def fail(*args: object) -> None:
        if next(count) == 2:
            raise OSError(28, "No space left on device")
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(worktree, "_write_file", fail)
    with pytest.raises(CoursekitError, match=r"No space left on device.*as it was before"):
        update_project(p)
    assert clean(p)
    assert not (p / ".git" / "MERGE_HEAD").exists()
    assert update_project(p).outcome == "merged"
