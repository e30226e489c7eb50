"""Publishing a course: to folders with real git, and to hosts on loopback that behave like the real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.course.publish import publish
from coursekit.errors import InputError
from coursekit.store import open_store
from coursekit.store.records import NewRepository
from coursekit.store.repositories import add_repository, list_repositories
from tests.course.published import notes, whats
from tests.course.publishing import a_course, change, group_pushes, heads

FOLDER = 'kind = "folder"\npath = "../bare"\nprefix = "dl-"'


def test_repositories_are_made_and_pushed(tmp_path: Path) -> None:
    """With the branch that updates are merged from, and their address in the store beside the folder."""
    course = a_course(tmp_path / "c", FOLDER)
    done = publish(course)
    assert done.repositories.summary == "2 done, 0 skipped, 0 failed, of 2"
    bare = tmp_path / "bare/dl-birds.git"
    assert heads(bare) == heads(tmp_path / "c/repositories/birds")
    assert set(heads(bare)) == {"main", "coursekit/template"}
    with open_store(course.store) as store, store.read() as view:
        first, _ = list_repositories(view, history=True)
    assert (first.url, first.path, first.origin) == (bare.as_uri(), "repositories/birds", "made")


def test_again_changes_nothing_and_says_so(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", FOLDER)
    publish(course)
    before = {path: path.read_bytes() for path in (tmp_path / "bare").rglob("*") if path.is_file()}
    for again in (False, True):
        done = publish(course, again=again)
        assert done.steps == ()
        assert done.repositories.done == (2 if again else 0)
    assert {path: path.read_bytes() for path in (tmp_path / "bare").rglob("*") if path.is_file()} == before


def test_a_dry_run_says_what_a_run_does_and_does_nothing(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", FOLDER)
    said = publish(course, dry_run=True)
    assert not (tmp_path / "bare").exists()
    done = publish(course)
    told = [what.replace("create ", "created ").replace("push ", "pushed ") for what in whats(said)]
    assert told == whats(done)
    assert (said.repositories.done, said.repositories.of) == (2, 2)
    assert publish(course, dry_run=True).steps == ()


def test_only_the_groups_that_are_named(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", FOLDER)
    assert publish(course, ["leaves"]).repositories.summary == "1 done, 0 skipped, 0 failed, of 1"
    assert [path.name for path in (tmp_path / "bare").iterdir()] == ["dl-leaves.git"]
    with pytest.raises(InputError, match="none called 'leafs'") as caught:
        publish(course, ["leafs"])
    assert "Leaves" in caught.value.hint


def test_what_is_new_here_is_pushed_and_nothing_else_is_looked_at(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", FOLDER)
    publish(course)
    commit = change(tmp_path / "c/repositories/birds", "# More\n")
    done = publish(course)
    assert whats(done) == [f"pushed main at {commit[:10]}"]
    assert (done.repositories.done, done.repositories.skipped) == (1, 1)
    assert heads(tmp_path / "bare/dl-birds.git")["main"] == commit


def test_the_groups_work_is_never_overwritten(tmp_path: Path) -> None:
    """Whoever has pushed keeps it, also when something changed here meanwhile; that is no error."""
    course = a_course(tmp_path / "c", FOLDER)
    publish(course)
    bare = tmp_path / "bare/dl-birds.git"
    theirs = group_pushes(bare, heads(bare)["main"])
    change(tmp_path / "c/repositories/birds", "# Other\n")
    done = publish(course)
    assert heads(bare)["main"] == theirs
    assert notes(done) == ["Birds: main on the host has the group's work already; left as it is"]
    assert done.failed == 0


def test_somebody_elses_repository_is_left_alone(tmp_path: Path) -> None:
    first = a_course(tmp_path / "one", FOLDER)
    publish(first)
    other = a_course(tmp_path / "two", FOLDER, {"Birds": ("ada",), "Stars": ()})
    before = heads(tmp_path / "bare/dl-birds.git")
    for dry_run in (True, False):
        done = publish(other, dry_run=dry_run)
        [failure] = done.repositories.failures
        assert done.called(failure.key) == "Birds"
        assert "not this course's; it was left alone" in failure.reason
        assert done.repositories.done == 1
    assert heads(tmp_path / "bare/dl-birds.git") == before


def test_a_run_that_died_after_creating_knows_its_repository_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store does not know it yet; the description does."""
    from coursekit.course import publish as module

    course = a_course(tmp_path / "c", FOLDER)

    def dies(*args: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "push_branch", dies)
        with pytest.raises(KeyboardInterrupt):
            publish(course)
    assert heads(tmp_path / "bare/dl-birds.git") == {}
    done = publish(course)
    assert done.repositories.summary == "2 done, 0 skipped, 0 failed, of 2"
    assert not [what for what in whats(done, "Birds") if what.startswith("created")]
    assert set(heads(tmp_path / "bare/dl-birds.git")) == {"main", "coursekit/template"}


def test_hooks_in_the_folder_are_not_run(tmp_path: Path) -> None:
    """Others may write to a shared folder, and a push would run what they put there in our name."""
    course = a_course(tmp_path / "c", FOLDER)
    publish(course)
    for name in ("pre-receive", "update", "post-receive", "post-update"):
        hook = tmp_path / "bare/dl-birds.git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        hook.chmod(0o755)
    commit = change(tmp_path / "c/repositories/birds", "# More\n")
    publish(course)
    assert heads(tmp_path / "bare/dl-birds.git")["main"] == commit
    assert not (tmp_path / "ran").exists()


def test_groups_with_a_repository_of_their_own_are_left_alone(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", FOLDER)
    with open_store(course.store) as store, store.transaction("test") as tx:
        repository = NewRepository(1, url="https://git.example.org/ours.git", origin="linked")
        add_repository(tx, repository, replace=True)
    done = publish(course)
    assert done.repositories.summary == "1 done, 0 skipped, 0 failed, of 1"
    assert "linked, at https://git.example.org/ours.git" in notes(done)[0]


def test_a_group_without_a_repository_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", FOLDER)
    (tmp_path / "c/repositories/birds").rename(tmp_path / "c/repositories/elsewhere")
    done = publish(course)
    [failure] = done.repositories.failures
    assert "new-project --all" in failure.reason
    assert done.repositories.done == 1


def test_a_repository_that_is_elsewhere_is_not_made_twice(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", FOLDER)
    publish(course)
    text = (tmp_path / "c/course.toml").read_text().replace("../bare", "../other")
    (tmp_path / "c/course.toml").write_text(text)
    from coursekit.config import load_course

    done = publish(load_course(tmp_path / "c"))
    assert done.repositories.failed == 2
    assert "published already, at file://" in done.repositories.failures[0].reason


def test_without_a_host_the_next_step_is_said(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", 'kind = "git-hub"\nnamespace = "x"')
    with pytest.raises(InputError, match="folder, github, gitlab, ssh") as caught:
        publish(course)
    assert "github" in caught.value.hint
    (tmp_path / "c/course.toml").write_text('[course]\nname = "DL"\n')
    from coursekit.config import load_course

    with pytest.raises(InputError, match=r"no table \[host\]") as caught:
        publish(load_course(tmp_path / "c"))
    assert 'kind = "github"' in caught.value.hint
