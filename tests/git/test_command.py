"""Git is called in one way: nobody is asked, and nothing leads elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from coursekit.git import command, environment
from coursekit.git.command import find_git, run_git
from coursekit.git.environment import git_environment
from coursekit.git.errors import (
    GitError,
    GitFailedError,
    GitMissingError,
    GitOutputError,
    GitTimeoutError,
    last_line,
    without_secrets,
)

posix = pytest.mark.skipif(sys.platform == "win32", reason="programs are shell scripts here")


@pytest.fixture(autouse=True)
def _fresh_memory() -> Iterator[None]:
    environment.user_settings.cache_clear()
    command._version.cache_clear()
    yield
    environment.user_settings.cache_clear()
    command._version.cache_clear()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user with a configuration."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "xdg"))
    monkeypatch.delenv("GIT_CONFIG_GLOBAL", raising=False)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return folder


def bare(path: Path) -> Path:
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(path)], check=True)
    return path


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_it_runs_in_a_repository(tmp_path: Path, home: Path) -> None:
    clone = bare(tmp_path / "a.git")
    written = run_git("hash-object", "-w", "--stdin", git_dir=clone, stdin=b"hello")
    assert written.text == "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0"
    assert run_git("cat-file", "blob", written.text, git_dir=clone).stdout == b"hello"


def test_an_error_tells_what_git_said(tmp_path: Path, home: Path) -> None:
    with pytest.raises(GitFailedError, match="not a git repository") as caught:
        run_git("rev-parse", "HEAD", git_dir=tmp_path / "nowhere")
    assert caught.value.code == 128
    assert run_git("rev-parse", "HEAD", git_dir=tmp_path / "nowhere", codes=(0, 128)).code == 128


def test_terminal_escapes_in_an_error_are_shown_not_sent(tmp_path: Path, home: Path) -> None:
    with pytest.raises(GitFailedError) as caught:
        run_git("rev-parse", "a\u202eb", git_dir=bare(tmp_path / "a.git"))
    assert "a\\u202eb" in caught.value.message
    assert last_line("remote: \x1b]0;owned\x07\nerror: 1\nfatal: \x1b[2J\nremote: bye") == "\\x1b[2J"
    assert last_line("remote: \x1b]0;owned\x07\n\n") == "remote: \\x1b]0;owned\\x07"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("unable to access 'https://ada:secret@host/x.git/'", "unable to access 'https://host/x.git/'"),
        ("https://ghp_token@host/x", "https://host/x"),
        ("https://host/x and ada@example.org", "https://host/x and ada@example.org"),
        ("ssh://git@host/x https://a:b@c/d", "ssh://host/x https://c/d"),
    ],
)
def test_credentials_are_taken_out(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


@posix
def test_no_repository_of_the_environment_counts(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook or an alias that calls coursekit hands git's own variables on."""
    monkeypatch.setenv("GIT_DIR", str(bare(tmp_path / "other.git")))
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.bare'='maybe'")
    monkeypatch.setenv("GIT_TRACE", "1")
    with pytest.raises(GitFailedError, match="not a git repository"):
        run_git("rev-parse", "--git-dir", cwd=tmp_path)


@posix
def test_of_the_users_configuration_only_what_reaches_hosts_counts(home: Path) -> None:
    (home / "included").write_text("[http]\n\tproxy = http://proxy.example.org:3128\n")
    (home / ".gitconfig").write_text(
        """
[credential]
    helper =
    helper = store --file=/x
[credential "https://git.example.org"]
    username = ada
[http "https://git.example.org"]
    sslCAInfo = /ca.pem
    followRedirects = true
[url "git@git.example.org:"]
    insteadOf = https://git.example.org/
[core]
    hooksPath = /evil
    sshCommand = ssh -i /key
    fsmonitor = /evil
[init]
    templateDir = /evil
[fetch]
    prune = true
[include]
    path = included
[user]
    name = Ada
""",
        encoding="utf-8",
    )
    env = git_environment(find_git(), allow=("https", "ssh"))
    count = int(env["GIT_CONFIG_COUNT"])
    keys = [(env[f"GIT_CONFIG_KEY_{n}"], env[f"GIT_CONFIG_VALUE_{n}"]) for n in range(count)]
    assert [value for key, value in keys if key == "credential.helper"] == ["", "store --file=/x"]
    taken = dict(keys)
    assert taken["credential.https://git.example.org.username"] == "ada"
    assert taken["http.https://git.example.org.sslcainfo"] == "/ca.pem"
    assert taken["http.proxy"] == "http://proxy.example.org:3128"
    assert taken["url.git@git.example.org:.insteadof"] == "https://git.example.org/"
    assert taken["user.name"] == "Ada"
    assert taken["core.hooksPath"] == os.devnull
    assert taken["http.followRedirects"] == "false"
    assert not {"init.templatedir", "fetch.prune", "core.hookspath"} & taken.keys()
    assert not any("git.example.org.followredirects" in key for key in taken)
    assert env["GIT_SSH_COMMAND"].startswith("ssh -i /key -oBatchMode=yes")
    assert env["GIT_CONFIG_GLOBAL"] == os.devnull


@posix
def test_the_users_credential_helper_is_asked(tmp_path: Path, home: Path) -> None:
    """And git really takes its settings from where they are handed on."""
    helper = program(tmp_path / "helper", "echo username=ada; echo password=secret")
    (home / ".gitconfig").write_text(f"[credential]\n\thelper = {helper}\n")
    filled = run_git("credential", "fill", stdin=b"protocol=https\nhost=git.example.org\n\n")
    assert "password=secret" in filled.text


@posix
def test_nobody_is_asked_for_a_password(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asker = program(tmp_path / "ask", f"touch {tmp_path / 'asked'}; echo secret")
    for name in ("GIT_ASKPASS", "SSH_ASKPASS"):
        monkeypatch.setenv(name, str(asker))
    (home / ".gitconfig").write_text(f"[core]\n\taskPass = {asker}\n")
    with pytest.raises(GitFailedError, match="terminal prompts disabled"):
        run_git("credential", "fill", stdin=b"protocol=https\nhost=git.example.org\n\n", timeout=20)
    assert not (tmp_path / "asked").exists()


@posix
@pytest.mark.parametrize(
    ("address", "allow"),
    [
        ("ext::sh -c 'touch asked'", ("https", "ssh")),
        ("file:///tmp/x.git", ("https", "ssh")),
        ("https://127.0.0.1:1/x", ()),
        ("git://127.0.0.1:1/x", ("https", "ssh")),
    ],
)
def test_protocols_that_nobody_asked_for_are_refused(
    tmp_path: Path, home: Path, address: str, allow: tuple[str, ...]
) -> None:
    with pytest.raises(GitFailedError, match="not allowed"):
        run_git("ls-remote", "--", address, allow=allow, cwd=tmp_path)
    assert not (tmp_path / "asked").exists()


@posix
def test_an_address_rewritten_to_a_program_is_refused(tmp_path: Path, home: Path) -> None:
    (home / ".gitconfig").write_text(
        '[url "ext::sh -c "]\n\tinsteadOf = https://\n[protocol]\n\tallow = always\n'
    )
    with pytest.raises(GitFailedError, match="'ext' not allowed"):
        run_git("ls-remote", "--", "https://touch asked", allow=("https",), cwd=tmp_path)


@posix
def test_hooks_are_not_run(tmp_path: Path, home: Path) -> None:
    clone = bare(tmp_path / "a.git")
    program(clone / "hooks/reference-transaction", f"touch {tmp_path / 'ran'}")
    (home / ".gitconfig").write_text(f"[core]\n\thooksPath = {clone / 'hooks'}\n")
    tree = run_git("mktree", git_dir=clone).text
    who = {
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@x",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@x",
    }
    made = run_git("commit-tree", "-m", "x", tree, git_dir=clone, env=who).text
    for isolated in (True, False):
        run_git("update-ref", f"refs/heads/{isolated}", made, git_dir=clone, isolated=isolated)
    assert not (tmp_path / "ran").exists()


@posix
def test_in_the_users_own_work_tree_his_line_ends_count(tmp_path: Path, home: Path) -> None:
    (home / ".gitconfig").write_text("[core]\n\tautocrlf = true\n")
    bare(tmp_path / "a.git")
    asked = ("config", "--default", "unset", "core.autocrlf")
    assert run_git(*asked, git_dir=tmp_path / "a.git").text == "unset"
    assert run_git(*asked, git_dir=tmp_path / "a.git", isolated=False).text == "true"


def test_settings_for_one_call_stand_in_no_argument(tmp_path: Path, home: Path) -> None:
    asked = run_git(
        "config", "http.extraHeader", cwd=tmp_path, settings={"http.extraHeader": "Authorization: Bearer x"}
    )
    assert asked.text == "Authorization: Bearer x"


@posix
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("ssh -p 22", "ssh -p 22 -oBatchMode=yes"),
        ("/usr/bin/ssh", "/usr/bin/ssh -oBatchMode=yes"),
        ("plink -batch", "plink -batch"),
        ("'unclosed", "'unclosed"),
    ],
)
def test_ssh_is_told_to_ask_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, given: str, expected: str
) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", given)
    found = git_environment(find_git())["GIT_SSH_COMMAND"]
    assert found.partition(" -oConnectTimeout")[0] == expected


def test_a_program_for_ssh_is_left_as_it_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_SSH", "/usr/bin/tortoiseplink")
    assert "GIT_SSH_COMMAND" not in git_environment(find_git())


@posix
def test_time_and_output_are_limited(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = program(tmp_path / "bin/git", "[ $2 = sleep ] && sleep 600; [ $2 = flood ] && yes; true").parent
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(command, "find_git", lambda: str(folder / "git"))
    with pytest.raises(GitTimeoutError, match="within 1 seconds"):
        run_git("sleep", timeout=1)
    with pytest.raises(GitOutputError, match="at most 1,000 bytes"):
        run_git("flood", max_output=1000)


@posix
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("git version 2.17.1", "2.32 or newer, found 2.17.1"),
        ("bash: nothing", "to say which version"),
    ],
)
def test_a_git_that_is_too_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, expected: str
) -> None:
    monkeypatch.setenv("PATH", str(program(tmp_path / "git", f"echo '{said}'").parent))
    with pytest.raises(GitMissingError, match=expected) as caught:
        run_git("version")
    assert "git-scm.com" in caught.value.hint


@posix
def test_a_command_can_ask_for_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = program(tmp_path / "git", "echo 'git version 2.34.1 (Apple Git-1)'").parent
    monkeypatch.setenv("PATH", str(folder))
    assert find_git() == str(folder / "git")
    with pytest.raises(GitMissingError, match=r"2\.38 or newer, found 2\.34\.1"):
        find_git((2, 38))


def test_no_git_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitMissingError, match="found none"):
        run_git("version")


@pytest.mark.parametrize("isolated", [True, False])
def test_a_configuration_that_cannot_be_read_is_said(home: Path, isolated: bool) -> None:
    (home / ".gitconfig").write_text("[broken")
    with pytest.raises(GitError, match=r"bad config line .*gitconfig"):
        run_git("version", isolated=isolated)
