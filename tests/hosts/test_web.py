"""Where a token may be sent."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from coursekit.config import HostSettings
from coursekit.errors import CoursekitError, InputError, MissingExtraError
from coursekit.hosts import HostError, host_kinds, open_host
from coursekit.hosts.secret import Secret
from coursekit.hosts.web import check_api, check_clone_address, target, web_address


def test_only_encrypted_but_on_this_machine() -> None:
    assert check_api("https://git.example.org/api/v3/") == "https://git.example.org/api/v3"
    assert check_api("http://127.0.0.1:8000") == "http://127.0.0.1:8000"
    assert check_api("http://[::1]:8000/x") == "http://[::1]:8000/x"
    assert web_address("https://api.github.com") == "https://github.com"
    assert web_address("https://git.example.org/api/v3") == "https://git.example.org"


@pytest.mark.parametrize(
    "api",
    [
        "http://git.example.org", "http://127.0.0.1.example.org", "ftp://git.example.org", "git.example.org",
        "https://ada:pw@git.example.org", "https://", "https://x:y", "https://x?y", "http://10.0.0.1", "https://[x",
    ],
)  # fmt: skip
def test_what_is_refused(api: str) -> None:
    with pytest.raises(InputError, match="begins with https://") as caught:
        check_api(api)
    assert "ada:pw" not in str(caught.value)


def test_a_host_does_not_send_the_token_elsewhere() -> None:
    web = "https://git.example.org"
    assert check_clone_address("https://Git.example.org/g/x.git", web) == "https://Git.example.org/g/x.git"
    for url in (
        "https://evil.example.org/g/x.git",
        "http://git.example.org/g/x.git",
        "https://u@git.example.org/g",
    ):
        with pytest.raises(HostError, match="but the host names"):
            check_clone_address(url, web)


def test_certificates_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    found = target("https://git.example.org/g/x.git", Secret("abcdefgh12345678"), "oauth2")
    assert found.settings["http.https://git.example.org/.sslVerify"] == "true"
    assert "Basic" not in repr(found)
    monkeypatch.setenv("GIT_SSL_NO_VERIFY", "")
    with pytest.raises(HostError, match="GIT_SSL_NO_VERIFY is set"):
        target("https://git.example.org/g/x.git", Secret("abcdefgh12345678"), "oauth2")


@pytest.mark.parametrize(("kind", "module"), [("github", "github"), ("gitlab", "gitlab")])
def test_without_the_extra_it_is_said_what_to_install(
    kind: str, module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match="found none") as caught:
        open_host(HostSettings(kind, namespace="x"), tmp_path)
    assert f"[{kind}]" in caught.value.hint


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (HostSettings("folder"), "the key 'path'"),
        (HostSettings("ssh"), "the key 'address'"),
        (HostSettings("github"), "the key 'namespace'"),
        (HostSettings("folder", path="x", api="https://x"), "no key 'api'"),
        (HostSettings("github", namespace="a/b"), "found 'a/b'"),
        (HostSettings("gitlab", namespace="a//b"), "found 'a//b'"),
        (HostSettings("ssh", address="https://x/y"), "https:// is not allowed"),
        (HostSettings("ssh", address="git@xy:~ada/y"), "found '~ada/y'"),
        (HostSettings("githab", namespace="x"), "out of folder, github, gitlab, ssh"),
    ],
)
def test_settings_that_a_kind_does_not_understand(settings: HostSettings, said: str, tmp_path: Path) -> None:
    with pytest.raises(CoursekitError, match=said):
        open_host(settings, tmp_path)
    assert host_kinds() == ["folder", "github", "gitlab", "ssh"]


def test_an_address_leads_back_to_its_name_on_this_host_alone(tmp_path: Path) -> None:
    """Groups register addresses too, and what is no name would lead elsewhere."""
    host = open_host(HostSettings("folder", path="bare"), tmp_path)
    assert host.name_of(host.address("birds-2")) == "birds-2"
    base = host.address("x").removesuffix("x.git")
    for url in (
        f"{base}.git",
        f"{base}...git",
        f"{base}a/b.git",
        f"{base}a?b.git",
        f"{base}-x.git",
        "https://x/y.git",
    ):
        assert host.name_of(url) is None
