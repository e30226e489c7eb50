"""Hosts on loopback, and a time that passes only when somebody sleeps; test modules import what they use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coursekit.hosts import patience
from tests.hosts.github_site import GitHubSite
from tests.hosts.gitlab_site import GitLabSite
from tests.hosts.serving import TOKEN, Clock, serve


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Nobody really waits."""
    found = Clock()
    monkeypatch.setattr(patience, "time", found)
    return found


@pytest.fixture(autouse=True)
def no_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "GITHUB_TOKEN",
        "GH_TOKEN",
        "GITLAB_TOKEN",
        "GH_ENTERPRISE_TOKEN",
        "GITHUB_ENTERPRISE_TOKEN",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def github(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubSite]:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    site = GitHubSite(tmp_path / "served", clock)
    with serve(site):
        yield site


@pytest.fixture
def gitlab(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitLabSite]:
    monkeypatch.setenv("GITLAB_TOKEN", TOKEN)
    site = GitLabSite(tmp_path / "served", clock)
    with serve(site):
        yield site
