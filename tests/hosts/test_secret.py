"""Where tokens come from, and that they do not show themselves."""

from __future__ import annotations

import copy
import os
import pickle
import sys
from pathlib import Path

import pytest

from coursekit.errors import CoursekitError
from coursekit.hosts.secret import Secret, find_token

TOKEN = "abcdefgh12345678"
GH = ("gh", "auth", "token", "--hostname", "git.example.org")


def test_it_does_not_show_itself() -> None:
    secret = Secret(TOKEN)
    assert TOKEN not in f"{secret} {secret!r} {[secret]}"
    for copied in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError):
            copied(secret)
    header = secret.basic("oauth2")
    assert header.startswith("Authorization: Basic ")
    assert secret.hide(f"{header} {TOKEN}", "oauth2") == "Authorization: Basic … …"


def test_the_first_variable_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRST", "")
    monkeypatch.setenv("SECOND", f" {TOKEN}\n")
    assert find_token(("FIRST", "SECOND"), GH, "x", "y").reveal() == TOKEN


@pytest.mark.parametrize(
    "value", ["short", "two words here", f"{TOKEN}\nX-Evil: 1", "tökentökentöken", "x" * 2000]
)
def test_what_can_be_no_token_is_refused_and_not_repeated(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRST", value)
    with pytest.raises(CoursekitError, match="the variable FIRST") as caught:
        find_token(("FIRST",), GH, "x", "y")
    assert value not in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for the program")
def test_the_hosts_own_tool_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "gh"
    program.write_text(f'#!/bin/sh\ntest "$*" = "auth token --hostname git.example.org" && echo {TOKEN}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert find_token(("UNSET_TOKEN",), GH, "x", "y").reveal() == TOKEN
    with pytest.raises(
        CoursekitError, match="found none in UNSET_TOKEN, nor with 'gh auth status'"
    ) as caught:
        find_token(("UNSET_TOKEN",), ("gh", "auth", "status"), "x", "y")
    assert "gh auth login" in caught.value.hint
