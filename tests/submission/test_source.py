"""Folders and commits give the same view, and nothing from outside."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pygit2
import pytest

from coursekit.errors import InputError
from coursekit.submission import open_submission
from coursekit.submission import source as source_module
from coursekit.submission import view as view_module
from coursekit.submission.source import (
    CommitSource,
    FolderSource,
    Kind,
    UnreadableError,
    list_tree,
)
from tests.building import write

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX links and special files")


def commit(root: Path) -> pygit2.Repository:
    repository = pygit2.init_repository(str(root))
    repository.index.add_all()
    repository.index.write()
    who = pygit2.Signature("A", "a@example.org", 1_700_000_000, 0)
    repository.create_commit("HEAD", who, who, "work", repository.index.write_tree(), [])
    return repository


def test_a_folder_and_its_commit_give_the_same_files(tmp_path: Path) -> None:
    write(tmp_path, {"README.md": "# x", "3_Model/ü b.txt": "y", "3_Model/deep/z.bin": b"\x00\x01"})
    commit(tmp_path)
    folder, bare = FolderSource(tmp_path), CommitSource(tmp_path)
    files = list_tree(folder).files
    assert {path: entry.size for path, entry in files.items()} == {
        path: entry.size for path, entry in list_tree(bare)[0].items()
    }
    assert all(folder.read(path, 100) == bare.read(path, 100) for path in files)


def test_a_bare_repository_is_read_without_a_checkout(tmp_path: Path) -> None:
    write(tmp_path / "work", {"README.md": "# Digits"})
    commit(tmp_path / "work")
    pygit2.clone_repository(str(tmp_path / "work"), str(tmp_path / "group.git"), bare=True)
    submission = open_submission(tmp_path / "group.git")
    assert submission.name == "group"
    assert list(submission.files) == ["README.md"]
    assert not (tmp_path / "group.git" / "README.md").exists()


def test_a_commit_that_is_not_there_is_said(tmp_path: Path) -> None:
    write(tmp_path, {"README.md": "# x"})
    commit(tmp_path)
    with pytest.raises(InputError, match="'week-9'"):
        open_submission(tmp_path, "week-9")


def test_an_empty_repository_is_said(tmp_path: Path) -> None:
    pygit2.init_repository(str(tmp_path / "empty.git"), bare=True)
    with pytest.raises(InputError, match="there is none"):
        open_submission(tmp_path / "empty.git")


def test_borrowed_objects_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "work", {"README.md": "# x"})
    commit(tmp_path / "work")
    (tmp_path / "work/.git/objects/info").mkdir(exist_ok=True)
    (tmp_path / "work/.git/objects/info/alternates").write_text(str(tmp_path))
    with pytest.raises(InputError, match="borrows objects"):
        CommitSource(tmp_path / "work")


def test_a_blob_that_was_left_out_of_the_clone_has_no_size(tmp_path: Path) -> None:
    write(tmp_path, {"README.md": "# x", "model.bin": b"weights"})
    repository = commit(tmp_path)
    oid = str(repository.head.peel(pygit2.Commit).tree["model.bin"].id)
    (tmp_path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    view = CommitSource(tmp_path)
    assert list_tree(view)[0]["model.bin"].size is None
    with pytest.raises(UnreadableError, match="left out"):
        view.read("model.bin", 100)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("nowhere", "found nothing"), ("file.txt", "found a file"), ("empty", "no README")],
)
def test_what_is_no_repository_is_said_with_the_next_step(tmp_path: Path, path: str, expected: str) -> None:
    (tmp_path / "file.txt").touch()
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=expected) as caught:
        open_submission(tmp_path / path)
    assert caught.value.hint


@posix
def test_links_lead_nowhere(tmp_path: Path) -> None:
    """Neither a link to a file, nor a folder behind a link, nor a hard link is read."""
    (tmp_path / "secret").write_text("secret")
    write(tmp_path / "repo", {"README.md": "# x"})
    (tmp_path / "repo/link").symlink_to(tmp_path / "secret")
    (tmp_path / "repo/folder").symlink_to(tmp_path)
    os.link(tmp_path / "secret", tmp_path / "repo/hard")
    view = FolderSource(tmp_path / "repo")
    files, others, _ = list_tree(view)
    assert set(files) == {"README.md", "hard"}
    assert {entry.path: entry.kind for entry in others} == {"link": Kind.LINK, "folder": Kind.LINK}
    for path in ("link", "folder/secret", "hard", "../secret"):
        with pytest.raises(UnreadableError):
            view.read(path, 100)


@posix
def test_special_files_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    view = FolderSource(tmp_path)
    assert [entry.kind for entry in view.entries()] == [Kind.SPECIAL]
    with pytest.raises(UnreadableError, match="not a regular file"):
        view.read("pipe", 100)


def test_on_systems_without_descriptors_the_resolved_path_is_checked(tmp_path: Path) -> None:
    write(tmp_path / "repo", {"a/b.txt": "b"})
    (tmp_path / "secret").write_text("secret")
    view = FolderSource(tmp_path / "repo")
    view._by_descriptor = False
    assert view.read("a/b.txt", 10) == b"b"
    with pytest.raises(UnreadableError):
        view.read("../secret", 10)


def test_a_file_over_its_limit_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"0.txt": "x" * 10})
    with pytest.raises(UnreadableError, match="10 bytes, more than the 3"):
        FolderSource(tmp_path).read("0.txt", 3)


def test_a_large_repository_is_read_until_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size alone is no reason to refuse it: what is not asked for costs nothing."""
    write(tmp_path, {"README.md": "# x", **{f"{n}.txt": "x" * 10 for n in range(5)}})
    monkeypatch.setattr(view_module, "MAX_TOTAL", 25)
    submission = open_submission(tmp_path)
    assert [submission.read(f"{n}.txt") for n in range(2)] == [b"x" * 10] * 2
    with pytest.raises(UnreadableError, match="were read already"):
        submission.read("2.txt")


def test_of_too_many_files_those_at_the_top_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The README is not lost behind a folder of ten thousand pictures that comes before it."""
    write(tmp_path, {"README.md": "# x", **{f"1_Data/images/{n}.txt": "x" for n in range(20)}})
    commit(tmp_path)
    monkeypatch.setattr(source_module, "MAX_FILES", 5)
    for revision in (None, "HEAD"):
        submission = open_submission(tmp_path, revision)
        assert "README.md" in submission.files
        assert len(submission.files) + len(submission.others) == 5
        assert "there are more" in submission.problems[0].message.en


def test_what_git_does_not_know_is_looked_at_only_so_far(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An environment or a data set that is not committed does not crowd out the work."""
    write(tmp_path, {"README.md": "# x", "data/own.csv": "1"})
    commit(tmp_path)
    write(tmp_path, {f".venv/lib/{n}.py": "x" for n in range(20)})
    write(tmp_path, {f"data/{n}.csv": "x" for n in range(20)})
    monkeypatch.setattr(source_module, "MAX_UNKNOWN", 4)
    tree = list_tree(FolderSource(tmp_path))
    assert tree.complete
    assert len([path for path in tree.files if path.startswith(".venv/")]) == 3
    assert len([path for path in tree.files if path.startswith("data/")]) == 21


def test_deep_folders_end_at_a_limit(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(70):
        deep = deep / "d"
    write(deep, {"x": "x"})
    commit(tmp_path)
    for view in (FolderSource(tmp_path), CommitSource(tmp_path)):
        files, others, _ = list_tree(view)
        assert not files
        assert any(entry.kind is Kind.UNREADABLE for entry in others)
