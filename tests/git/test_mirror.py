"""A bare clone follows its repository, whatever happens to it on the host."""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pygit2
import pytest

from coursekit.errors import InputError
from coursekit.git import environment, mirror
from coursekit.git.changes import Event, Fetched
from coursekit.git.mirror import Limits, fetch_mirror
from coursekit.git.reasons import FetchError
from coursekit.git.refs import read_head, read_refs, write_refs
from coursekit.submission import open_submission
from coursekit.submission.source import MAX_FILES, CommitSource, list_tree
from tests.git.serving import Host, Work, git, serving

LOCAL = ("http", "file")


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path / "host")


@pytest.fixture
def host(tmp_path: Path, work: Work) -> Iterator[Host]:
    with serving(tmp_path / "host") as running:
        yield running


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return tmp_path / "clones/one.git"


def fetch(address: str, clone: Path, **limits: float) -> Fetched:
    return fetch_mirror(address, clone, limits=Limits(**{"seconds": 60, **limits}), protocols=LOCAL)  # type: ignore[arg-type]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


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


def test_names_that_differ_in_case_or_are_folders(work: Work, host: Host, clone: Path) -> None:
    """They stand in one file, so that a disk that ignores case is no trouble."""
    one = work.commit("one")
    work.git("push", "-q", "origin", "HEAD:refs/heads/a")
    fetch(f"{host.url}/one.git", clone)
    work.git(
        "push",
        "-q",
        "origin",
        ":refs/heads/a",
        "HEAD:refs/heads/a/b",
        "HEAD:refs/heads/Main",
        "HEAD:refs/heads/ä",
    )
    fetched = fetch(f"{host.url}/one.git", clone)
    assert read_refs(clone) == dict.fromkeys(
        ("refs/heads/Main", "refs/heads/a/b", "refs/heads/main", "refs/heads/ä"), one
    )
    assert fetched.events == (Event("deleted", "a", one),)
    assert [path for path in (clone / "refs").rglob("*") if path.is_file()] == []
    assert git(clone, "for-each-ref", "--format=%(refname)").split() == sorted(
        read_refs(clone), key=str.encode
    )


def test_a_ref_of_another_command_stays(work: Work, host: Host, clone: Path) -> None:
    first = work.commit("one")
    fetch(f"{host.url}/one.git", clone)
    git(clone, "update-ref", "refs/coursekit/update", first)
    git(clone, "update-ref", "refs/heads/by/hand", first)
    head = work.commit("two")
    fetch(f"{host.url}/one.git", clone)
    assert read_refs(clone) == {"refs/heads/main": head, "refs/coursekit/update": first}
    assert git(clone, "rev-parse", "main", "refs/coursekit/update").split() == [head, first]
    assert [path.name for path in (clone / "refs").iterdir() if path.name != "heads"] == ["coursekit"]
    assert not (clone / "refs/heads/by").exists()


def test_what_somebody_wrote_into_the_clone_does_not_count(work: Work, host: Host, clone: Path) -> None:
    """Neither its configuration nor its hooks; and what a killed git left is removed."""
    work.commit("one")
    fetch(f"{host.url}/one.git", clone)
    planted = clone.parent / "ran"
    hook = clone / "hooks/reference-transaction"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\ntouch {planted}\n")
    hook.chmod(0o755)
    with (clone / "config").open("a") as config:
        config.write(f'[core]\n\tfsmonitor = touch {planted}\n\talternateRefsCommand = touch {planted}\n\tsshCommand = touch {planted}\n'
                     f'[remote "origin"]\n\tuploadpack = touch {planted};\n\tproxy = http://127.0.0.1:1\n')  # fmt: skip
    (clone / "objects/pack/tmp_pack_abc").write_bytes(b"half")
    (clone / "shallow.lock").touch()
    work.commit("two")
    assert fetch(f"{host.url}/one.git", clone).commits == 1
    assert not planted.exists()
    assert not (clone / "objects/pack/tmp_pack_abc").exists()
    assert "fsmonitor" not in (clone / "config").read_text()


def test_a_repository_with_traps_is_only_objects(work: Work, host: Host, clone: Path) -> None:
    """Submodules are not followed, links and attributes stand for nothing, and nothing is checked out."""
    (work.tree / ".gitmodules").write_text(
        '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c touch% /tmp/ran\n'
    )
    (work.tree / ".gitattributes").write_text("* filter=lfs diff=lfs merge=lfs\n")
    (work.tree / ".lfsconfig").write_text("[lfs]\n\turl = http://127.0.0.1:1\n")
    first = work.commit("one", push=False)
    git(work.tree, "update-index", "--add", "--cacheinfo", f"160000,{first},x")
    work.git("commit", "-qm", "submodule")
    work.git("push", "-q", "origin", "main")
    fetched = fetch(f"{host.url}/one.git", clone)
    assert fetched.state == "new"
    assert {path.name for path in clone.iterdir()} <= {
        "HEAD",
        "config",
        "objects",
        "packed-refs",
        "refs",
        "shallow",
    }
    assert all("/one.git/" in request for request in host.requests)
    assert ".gitmodules" in open_submission(clone).files


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_links_among_the_hosts_refs_are_no_matter(
    tmp_path: Path, work: Work, host: Host, clone: Path
) -> None:
    head = work.commit("one")
    (work.bare / "refs/heads/other").symlink_to("main")
    fetch(f"{host.url}/one.git", clone)
    assert read_refs(clone) == {"refs/heads/main": head, "refs/heads/other": head}


def test_a_branch_without_its_commit_is_damage_on_the_host(work: Work, host: Host, clone: Path) -> None:
    work.commit("one")
    fetch(f"{host.url}/one.git", clone)
    before = read_refs(clone)
    (work.bare / "refs/heads/broken").write_text("f" * 40 + "\n")
    with pytest.raises(FetchError) as caught:
        fetch(f"{host.url}/one.git", clone)
    assert caught.value.kind == "broken"
    assert read_refs(clone) == before


def test_objects_borrowed_on_the_host_are_not_followed(
    tmp_path: Path, work: Work, host: Host, clone: Path
) -> None:
    """A host that only has files names other places of objects: they are not asked."""
    work.commit("one")
    other = Work(tmp_path / "host", "other.git")
    (work.bare / "objects/info").mkdir(exist_ok=True)
    (work.bare / "objects/info/http-alternates").write_text(
        f"{host.url}/other.git/objects/\n/other.git/objects\n"
    )
    (work.bare / "objects/info/alternates").write_text(f"{other.bare}/objects\n")
    git(work.bare, "update-server-info")
    for path in (work.bare / "objects").glob("??/*"):
        path.unlink()
    host.only_files = True
    with pytest.raises(FetchError):
        fetch(f"{host.url}/one.git", clone)
    assert not any("other.git" in request for request in host.requests)
    assert not clone.exists()


def test_a_tree_of_ten_thousand_million_files_is_ten_objects(work: Work, host: Host, clone: Path) -> None:
    """It costs what its objects cost; the view of it has its own limits."""
    work.commit("# one")
    blob = git(work.tree, "hash-object", "-w", "--stdin", stdin=b"x")
    tree = git(work.tree, "mktree", stdin="".join(f"100644 blob {blob}\tf{n}\n" for n in range(10)).encode())
    for _ in range(9):
        tree = git(
            work.tree, "mktree", stdin="".join(f"040000 tree {tree}\td{n}\n" for n in range(10)).encode()
        )
    commit = git(work.tree, "commit-tree", "-m", "bomb", tree)
    work.git("push", "-q", "--force", "origin", f"{commit}:refs/heads/main")
    assert fetch(f"{host.url}/one.git", clone).commit == commit
    seen = list_tree(CommitSource(clone))
    assert len(seen.files) + len(seen.others) == MAX_FILES
    assert not seen.complete


@pytest.mark.skipif(sys.platform == "win32", reason="ssh is a shell script here")
def test_over_ssh_nobody_is_asked(
    tmp_path: Path, work: Work, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = work.commit("one")
    ssh = tmp_path / "bin/ssh"
    ssh.parent.mkdir()
    ssh.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/called\nwhile [ $# -gt 2 ]; do shift; done\ncd {work.bare.parent} && eval "$2"\n'
    )
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{ssh.parent}{os.pathsep}{os.environ['PATH']}")
    for name in ("GIT_SSH", "GIT_SSH_COMMAND"):
        monkeypatch.delenv(name, raising=False)
    (work.tree / "big.bin").write_bytes(os.urandom(10_000_001))
    head = work.commit("two")
    fetched = fetch_mirror("git@git.example.org:one.git", clone)
    assert (fetched.state, fetched.commit) == ("new", head)
    assert open_submission(clone).files["big.bin"].size is None
    called = (tmp_path / "called").read_text()
    assert "-oBatchMode=yes" in called
    assert "git@git.example.org git-upload-pack 'one.git'" in called


@pytest.mark.skipif(sys.platform == "win32", reason="the helper is a shell script here")
def test_the_users_credential_helper_logs_in(
    tmp_path: Path, work: Work, host: Host, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its password reaches the host, and neither the clone nor a message."""
    work.commit("one")
    good = "Basic " + base64.b64encode(b"ada:s3cret").decode()

    def answer(handler: BaseHTTPRequestHandler) -> bool:
        if handler.headers.get("Authorization") == good:
            return False
        handler.reply(401, b"", ("WWW-Authenticate", 'Basic realm="x"'))  # type: ignore[attr-defined]
        return True

    host.answer = answer
    config = tmp_path / "gitconfig"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    environment.user_settings.cache_clear()
    config.write_text("")
    with pytest.raises(FetchError, match="asks for a login"):
        fetch(f"{host.url}/one.git", clone)
    helper = tmp_path / "helper"
    helper.write_text("#!/bin/sh\necho username=ada\necho password=s3cret\n")
    helper.chmod(0o755)
    config.write_text(f'[credential "{host.url}"]\n\thelper = {helper}\n')
    environment.user_settings.cache_clear()
    assert fetch(f"{host.url}/one.git", clone).state == "new"
    assert not any(b"s3cret" in data for data in snapshot(clone).values())
    environment.user_settings.cache_clear()


def test_something_else_in_the_clones_place_is_left_alone(work: Work, clone: Path) -> None:
    work.commit("one")
    clone.mkdir(parents=True)
    (clone / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="found something else"):
        fetch(work.file, clone)
    git(clone, "init", "-q", ".")
    with pytest.raises(InputError, match="found something else"):
        fetch(work.file, clone)
    assert (clone / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("options", [[], ["--depth", "1"]])
def test_a_clone_made_by_hand_is_taken_over(
    tmp_path: Path, work: Work, clone: Path, options: list[str]
) -> None:
    """Also one that has only the last commit: the history comes."""
    first = work.commit("one")
    work.commit("two")
    clone.parent.mkdir()
    git(tmp_path, "clone", "-q", "--bare", *options, work.file, str(clone))
    head = work.commit("three")
    assert fetch(work.file, clone).commits >= 1
    assert read_refs(clone) == {"refs/heads/main": head}
    assert git(clone, "rev-list", "main").split()[-1] == first


def test_a_clone_that_borrows_objects_is_not_taken_over(tmp_path: Path, work: Work, clone: Path) -> None:
    work.commit("one")
    fetch(work.file, clone)
    (clone / "objects/info").mkdir(exist_ok=True)
    (clone / "objects/info/alternates").write_text(f"{tmp_path}\n")
    with pytest.raises(InputError, match="found something else"):
        fetch(work.file, clone)


def test_branches_that_move_meanwhile_are_asked_for_again(
    work: Work, host: Host, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.commit("one")
    work.git("push", "-q", "origin", "HEAD:side")
    ask = mirror.list_remote
    moves = iter([lambda: work.git("push", "-q", "origin", ":side"), lambda: work.commit("other")])

    def moving(*args: object, **more: object) -> object:
        found = ask(*args, **more)  # type: ignore[arg-type]
        next(moves, lambda: None)()
        return found

    monkeypatch.setattr(mirror, "list_remote", moving)
    fetched = fetch(f"{host.url}/one.git", clone)
    assert read_refs(clone) == {"refs/heads/main": work.head if fetched.commits == 2 else fetched.commit}


def test_branches_that_never_rest_are_given_up(
    work: Work, host: Host, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = work.commit("one")
    fetch(f"{host.url}/one.git", clone)
    work.commit("two")
    ask = mirror.list_remote

    def restless(*args: object, **more: object) -> object:
        git(work.bare, "update-ref", "refs/heads/side", head)
        found = ask(*args, **more)  # type: ignore[arg-type]
        git(work.bare, "update-ref", "-d", "refs/heads/side")
        return found

    monkeypatch.setattr(mirror, "list_remote", restless)
    with pytest.raises(FetchError, match="changed while"):
        fetch(f"{host.url}/one.git", clone)
    assert read_refs(clone) == {"refs/heads/main": head}


def test_the_packed_refs_are_locked_as_git_does(
    work: Work, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.commit("one")
    fetch(work.file, clone)
    lock = clone / "packed-refs.lock"
    lock.touch()
    monkeypatch.setattr("coursekit.git.refs._LOCK_SECONDS", 0.2)
    with pytest.raises(Exception, match="another program is at it"):
        write_refs(clone, read_refs(clone))
    os.utime(lock, (1, 1))
    write_refs(clone, read_refs(clone))
    assert not lock.exists()


def test_commits_of_impossible_times(work: Work, host: Host, clone: Path) -> None:
    work.commit("one", date="@0 +0000")
    tree = work.git("rev-parse", "HEAD^{tree}")
    text = f"tree {tree}\nauthor A <a> 99999999999999 +9999\ncommitter A <a> 99999999999999 +9999\n\nx\n"
    made = git(work.tree, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=text.encode())
    work.git("push", "-q", "--force", "origin", f"{made}:main")
    fetched = fetch(f"{host.url}/one.git", clone)
    assert fetched.committed_at is not None
    assert fetched.committed_at.year == 9999
    assert pygit2.Repository(str(clone)).head.target == pygit2.Oid(hex=made)
