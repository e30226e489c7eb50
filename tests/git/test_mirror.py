"""A bare clone follows its repository, whatever happens to it on the host."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from coursekit.git import mirror
from coursekit.git.changes import Event
from coursekit.git.reasons import FetchError
from coursekit.git.refs import read_head, read_refs
from coursekit.submission import open_submission
from tests.git.mirroring import clone, fetch, host, snapshot, work
from tests.git.serving import Host, Work, git, serving

__all__ = ["clone", "host", "work"]


def test_the_first_time_everything_comes(work: Work, host: Host, clone: Path) -> None:
    work.commit("one")
    work.git("tag", "v1")
    work.git("push", "-q", "origin", "v1", "HEAD:refs/pull/7/head")
    head = work.commit("two", date="2026-03-01T12:00:00+02:00")
    fetched = fetch(f"{host.url}/one.git", clone)
    assert (fetched.state, fetched.branch, fetched.commit, fetched.commits) == ("new", "main", head, 2)
    assert str(fetched.committed_at) == "2026-03-01 10:00:00+00:00"
    assert fetched.events == ()
    assert set(read_refs(clone)) == {"refs/heads/main", "refs/tags/v1"}
    assert not (clone / "hooks").exists()
    assert not (clone / "FETCH_HEAD").exists()
    assert open_submission(clone).text("README.md") == "two"


def test_nothing_new_is_one_question_and_no_change(work: Work, host: Host, clone: Path) -> None:
    head = work.commit()
    fetch(f"{host.url}/one.git", clone)
    host.requests.clear()
    before = snapshot(clone)
    fetched = fetch(f"{host.url}/one.git", clone)
    assert (fetched.state, fetched.commit, fetched.commits, fetched.events) == ("unchanged", head, 0, ())
    assert all("git-upload-pack" in request for request in host.requests)
    assert not any("/one.git/objects" in request for request in host.requests)
    assert snapshot(clone) == before


def test_new_commits_come(work: Work, host: Host, clone: Path) -> None:
    work.commit("one")
    fetch(f"{host.url}/one.git", clone)
    work.commit("two")
    head = work.commit("three")
    fetched = fetch(f"{host.url}/one.git", clone)
    assert (fetched.state, fetched.commit, fetched.commits, fetched.events) == ("updated", head, 2, ())


@pytest.mark.parametrize("over", ["http", "file"])
def test_large_files_are_left_out_and_seen_by_name(work: Work, host: Host, clone: Path, over: str) -> None:
    (work.tree / "edge.bin").write_bytes(os.urandom(10_000_000))
    (work.tree / "model.bin").write_bytes(os.urandom(10_000_001))
    work.commit("# Digits")
    fetch(f"{host.url}/one.git" if over == "http" else work.file, clone)
    submission = open_submission(clone)
    assert submission.files["model.bin"].size is None
    assert submission.files["edge.bin"].size == 10_000_000
    assert mirror.folder_size(clone) < 11_000_000
    with pytest.raises(Exception, match="left out of the clone"):
        submission.read("model.bin", 20_000_000)
    work.commit("# Digits, again")
    assert fetch(f"{host.url}/one.git" if over == "http" else work.file, clone).commits == 1


def test_a_host_that_cannot_leave_files_out(tmp_path: Path, clone: Path) -> None:
    work = Work(tmp_path / "other", filters=False)
    (work.tree / "model.bin").write_bytes(os.urandom(10_000_001))
    work.commit()
    fetch(work.file, clone)
    assert open_submission(clone).files["model.bin"].size == 10_000_001
    with serving(tmp_path / "other") as host:
        again = clone.with_name("two.git")
        assert fetch(f"{host.url}/one.git", again).state == "new"


def test_a_host_that_only_has_files(work: Work, host: Host, clone: Path) -> None:
    """With the settings of a partial clone, git would start process upon process."""
    work.commit("one")
    git(work.bare, "update-server-info")
    host.only_files = True
    assert fetch(f"{host.url}/one.git", clone).state == "new"
    head = work.commit("two")
    git(work.bare, "update-server-info")
    assert fetch(f"{host.url}/one.git", clone).commit == head
    assert open_submission(clone).text("README.md") == "two"
    assert "promisor" not in (clone / "config").read_text()


def test_an_empty_repository(work: Work, host: Host, clone: Path) -> None:
    """It is one, and work in it comes later."""
    for _ in range(2):
        fetched = fetch(f"{host.url}/one.git", clone)
        assert (fetched.state, fetched.branch, fetched.commit, fetched.branches) == ("empty", "", None, 0)
    work.commit()
    assert fetch(f"{host.url}/one.git", clone).state == "updated"


def test_a_forced_push_keeps_the_old_work(work: Work, host: Host, clone: Path) -> None:
    first = work.commit("one")
    old = work.commit("two")
    fetch(f"{host.url}/one.git", clone)
    work.git("reset", "-q", "--hard", first)
    new = work.commit("other")
    fetched = fetch(f"{host.url}/one.git", clone)
    kept = f"refs/coursekit/old/heads/main/{old[:12]}"
    assert fetched.events == (Event("rewritten", "main", old, new, kept),)
    assert (fetched.state, fetched.commit) == ("updated", new)
    assert read_refs(clone)[kept] == old
    assert open_submission(clone, old).text("README.md") == "two"
    work.commit("more")
    fetch(f"{host.url}/one.git", clone)
    assert read_refs(clone)[kept] == old
    assert git(clone, "fsck") == ""


def test_a_branch_set_back_loses_nothing_that_another_has(work: Work, host: Host, clone: Path) -> None:
    first = work.commit("one")
    old = work.commit("two")
    work.git("push", "-q", "origin", "HEAD:backup")
    fetch(f"{host.url}/one.git", clone)
    work.git("push", "-q", "--force", "origin", f"{first}:main")
    assert fetch(f"{host.url}/one.git", clone).events == (Event("rewritten", "main", old, first),)


def test_deleted_branches_merged_or_not(work: Work, host: Host, clone: Path) -> None:
    work.commit("one")
    work.git("push", "-q", "origin", "HEAD:merged")
    work.git("checkout", "-q", "-b", "lost")
    lost = work.commit("two")
    fetch(f"{host.url}/one.git", clone)
    merged = read_refs(clone)["refs/heads/merged"]
    work.git("push", "-q", "origin", ":merged", ":lost")
    events = fetch(f"{host.url}/one.git", clone).events
    assert set(events) == {
        Event("deleted", "merged", merged),
        Event("deleted", "lost", lost, kept=f"refs/coursekit/old/heads/lost/{lost[:12]}"),
    }
    assert open_submission(clone, lost).text("README.md") == "two"


def test_everything_deleted_is_empty_and_kept(work: Work, host: Host, clone: Path) -> None:
    head = work.commit("one")
    fetch(f"{host.url}/one.git", clone)
    git(work.bare, "update-ref", "-d", "refs/heads/main")
    fetched = fetch(f"{host.url}/one.git", clone)
    kept = f"refs/coursekit/old/heads/main/{head[:12]}"
    assert (fetched.state, fetched.commit) == ("empty", None)
    assert fetched.events == (Event("deleted", "main", head, kept=kept),)
    assert open_submission(clone, kept).text("README.md") == "one"


def test_a_renamed_default_branch(work: Work, host: Host, clone: Path) -> None:
    head = work.commit("one")
    fetch(f"{host.url}/one.git", clone)
    git(work.bare, "branch", "-m", "main", "trunk")
    fetched = fetch(f"{host.url}/one.git", clone)
    assert fetched.events == (Event("default-branch", "", "main", "trunk"), Event("deleted", "main", head))
    assert (fetched.branch, fetched.commit, read_head(clone)) == ("trunk", head, "refs/heads/trunk")
    assert open_submission(clone).text("README.md") == "one"


def test_a_head_that_leads_nowhere(work: Work, host: Host, clone: Path) -> None:
    head = work.commit("one")
    git(work.bare, "symbolic-ref", "HEAD", "refs/heads/gone")
    fetched = fetch(f"{host.url}/one.git", clone)
    assert (fetched.branch, fetched.commit) == ("main", head)
    assert fetched.events == (Event("no-default", "", "", "main"),)
    git(work.bare, "branch", "-m", "main", "work")
    assert fetch(f"{host.url}/one.git", clone).branch == "work"


def test_a_head_that_is_no_branch(work: Work, host: Host, clone: Path) -> None:
    old = work.commit("one")
    git(work.bare, "update-ref", "--no-deref", "HEAD", old)
    git(work.bare, "update-ref", "-d", "refs/heads/main")
    work.git("checkout", "-q", "--orphan", "side")
    work.commit("two")
    fetched = fetch(f"{host.url}/one.git", clone)
    assert (fetched.branch, fetched.commit) == ("", old)
    assert open_submission(clone).text("README.md") == "one"
    assert fetch(f"{host.url}/one.git", clone).state == "unchanged"


def test_another_address(work: Work, host: Host, clone: Path) -> None:
    """The group moved: the clone follows, and what only the old repository had is kept."""
    head = work.commit("one")
    fetch(f"{host.url}/one.git", clone)
    other = Work(work.bare.parent, "two.git")
    new = other.commit("elsewhere")
    fetched = fetch(f"{host.url}/two.git", clone)
    kept = f"refs/coursekit/old/heads/main/{head[:12]}"
    assert fetched.events == (
        Event("address", "", f"{host.url}/one.git", f"{host.url}/two.git"),
        Event("rewritten", "main", head, new, kept),
    )
    assert open_submission(clone).text("README.md") == "elsewhere"
    assert fetch(f"{host.url}/two.git", clone).events == ()


def test_another_address_of_the_same_repository(work: Work, host: Host, clone: Path) -> None:
    work.commit("one")
    fetch(f"{host.url}/one.git", clone)
    fetched = fetch(work.file, clone)
    assert (fetched.state, fetched.commits) == ("updated", 0)
    assert fetched.events == (Event("address", "", f"{host.url}/one.git", work.file),)


def test_another_address_that_cannot_be_fetched_changes_nothing(work: Work, host: Host, clone: Path) -> None:
    work.commit("one")
    fetch(f"{host.url}/one.git", clone)
    before = snapshot(clone)
    with pytest.raises(FetchError, match="not found"):
        fetch(f"{host.url}/nothing.git", clone)
    assert {name: data for name, data in snapshot(clone).items() if not name.endswith("/config")} == {
        name: data for name, data in before.items() if not name.endswith("/config")
    }
    moved = fetch(work.file, clone)
    assert moved.events[0] == Event("address", "", f"{host.url}/one.git", work.file)
