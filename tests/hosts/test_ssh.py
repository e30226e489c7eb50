"""Bare repositories behind ssh; a script that runs the command here stands in for ssh."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from coursekit.config import HostSettings
from coursekit.course.publish import publish
from coursekit.hosts import HostError, open_host
from tests.course.publishing import a_course, change, heads

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for ssh")

# It takes options and the login as ssh does, and starts in a home folder of its own.
SSH = """#!/bin/sh
printf '%s\\n' "$*" >> {log}
while :; do case "$1" in -p|-o) shift 2;; --) shift;; -*) shift;; *) break;; esac; done
test "$1" = git@git.example.org || {{ echo "ssh: no such host" >&2; exit 255; }}
shift
cd {home} && HOME={home} exec sh -c "$*"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "home of git"
    found.mkdir()
    program = tmp_path / "bin/ssh"
    program.parent.mkdir()
    program.write_text(SSH.format(log=tmp_path / "ssh.log", home=f"'{found}'"))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("GIT_SSH_COMMAND", raising=False)
    return found


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("git@git.example.org:courses/dl", "courses/dl"),
        ("ssh://git@git.example.org:2222/~/dl", "dl"),
    ],
)
def test_publishing_by_ssh(address: str, where: str, tmp_path: Path, home: Path) -> None:
    course = a_course(tmp_path / "c", f'kind = "ssh"\naddress = "{address}"')
    said = publish(course, dry_run=True)
    assert not list(home.iterdir())
    done = publish(course)
    assert done.repositories.failures == ()
    assert done.repositories.summary == "2 done, 0 skipped, 0 failed, of 2"
    assert len(said.steps) == len(done.steps)
    bare = home / where / "birds.git"
    assert heads(bare) == heads(tmp_path / "c/repositories/birds")
    assert not [path for path in (home / where).iterdir() if path.name.startswith(".")]
    commit = change(tmp_path / "c/repositories/birds", "# More\n")
    assert [step.what for step in publish(course).steps] == [f"pushed main at {commit[:10]}"]
    assert publish(course, again=True).steps == ()
    assert "-oBatchMode=yes" in (tmp_path / "ssh.log").read_text()


def test_what_stands_there_is_left_alone(tmp_path: Path, home: Path) -> None:
    (home / "dl/birds.git").mkdir(parents=True)
    course = a_course(tmp_path / "c", 'kind = "ssh"\naddress = "git@git.example.org:dl"')
    done = publish(course)
    assert [done.called(failure.key) for failure in done.repositories.failures] == ["Birds"]
    assert not list((home / "dl/birds.git").iterdir())


def test_a_machine_that_does_not_let_us_in(tmp_path: Path, home: Path) -> None:
    course = a_course(tmp_path / "c", 'kind = "ssh"\naddress = "git@other.example.org:dl"')
    with pytest.raises(HostError, match="no such host") as caught:
        publish(course)
    assert "ssh git@other.example.org" in caught.value.hint


def test_a_description_is_data(tmp_path: Path, home: Path) -> None:
    """A group's name may hold anything a shell would take for a command."""
    host = open_host(HostSettings("ssh", address="git@git.example.org:dl"), tmp_path)
    about = f"$(touch {tmp_path}/ran) `touch {tmp_path}/ran`'; touch {tmp_path}/ran; % \\n \""
    host.create("x", about)
    found = host.find("x")
    assert found
    assert found.about == about
    assert host.find("y") is None
    with pytest.raises(HostError, match="make a repository"):
        host.create("x", "again")
    assert not (tmp_path / "ran").exists()
