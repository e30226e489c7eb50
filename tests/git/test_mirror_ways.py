"""How a clone is reached and taken over, and what moves meanwhile."""

from __future__ import annotations

import base64
import os
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pygit2
import pytest

from coursekit.errors import InputError
from coursekit.git import environment, mirror
from coursekit.git.mirror import fetch_mirror
from coursekit.git.reasons import FetchError
from coursekit.git.refs import read_refs, write_refs
from coursekit.submission import open_submission
from tests.git.mirroring import clone, fetch, host, snapshot, work
from tests.git.serving import Host, Work, git

__all__ = ["clone", "host", "work"]


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
