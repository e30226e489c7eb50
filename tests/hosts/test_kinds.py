"""What the kinds of hosts do beyond what publishing a course shows."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from coursekit.config import HostSettings
from coursekit.hosts import Account, HostError, UnknownAccountError, open_host
from coursekit.hosts.patience import Refused
from tests.hosts.github_site import GitHubSite
from tests.hosts.gitlab_site import GitLabSite
from tests.hosts.serving import Answer


def test_a_users_own_account_is_a_namespace(tmp_path: Path, github: GitHubSite) -> None:
    github.me = github.owner = "teacher"
    host = open_host(
        HostSettings("github", namespace="Teacher", api=f"{github.url}{github.api}", visibility="public"),
        tmp_path,
    )
    host.begin()
    host.create("birds", "About")
    assert github.writes == ["POST /user/repos"]
    assert not github.repos["birds"].private


def test_a_gitlab_users_own_account(tmp_path: Path, gitlab: GitLabSite) -> None:
    host = open_host(HostSettings("gitlab", namespace="teacher", api=f"{gitlab.url}/api/v4"), tmp_path)
    host.begin()
    assert not [asked for asked in gitlab.asked if "groups" in asked.path]
    assert host.address("birds") == f"{gitlab.url}/teacher/birds.git"


def test_internal_repositories(tmp_path: Path, github: GitHubSite) -> None:
    settings = HostSettings(
        "github", namespace=github.owner, api=f"{github.url}{github.api}", visibility="internal"
    )
    host = open_host(settings, tmp_path)
    host.begin()
    host.create("birds", "About\x1b[31m" + "x" * 400)
    [asked] = [one for one in github.asked if one.method == "POST"]
    assert asked.data["visibility"] == "internal"
    assert github.repos["birds"].description.startswith("About\\x1b[31m")


@pytest.mark.parametrize("status", [500, 403])
def test_what_a_host_refuses_is_not_taken_for_absent(tmp_path: Path, github: GitHubSite, status: int) -> None:
    """Only a clear no means that there is none."""
    host = open_host(
        HostSettings("github", namespace=github.owner, api=f"{github.url}{github.api}"), tmp_path
    )
    github.fail(9, "GET", f"/orgs/{github.owner}", lambda: Answer(status, {"message": "No"}))
    with pytest.raises(HostError):
        host.begin()
    github.faults.clear()
    host.begin()
    github.fail(20, "GET", "/birds", lambda: Answer(status, {"message": "No"}))
    github.fail(20, "GET", "/ada", lambda: Answer(status, {"message": "No"}))
    github.fail(20, "DELETE", "/ada", lambda: Answer(status, {"message": "No"}))
    with pytest.raises(Refused):
        host.find("birds")
    with pytest.raises(Refused):
        host.knows("ada")
    remote = host.create("leaves", "About")
    with pytest.raises(Refused):
        host.revoke(remote, Account("ada", "member"))
    assert not host.knows("../user")
    with pytest.raises(UnknownAccountError):
        host.grant(remote, "../user")


def test_an_invitation_that_was_withdrawn_meanwhile(tmp_path: Path, github: GitHubSite) -> None:
    host = open_host(
        HostSettings("github", namespace=github.owner, api=f"{github.url}{github.api}"), tmp_path
    )
    host.begin()
    host.revoke(host.create("birds", "About"), Account("ada", "invited", handle=99))
    assert github.writes[-1].startswith("DELETE")


def test_gitlab_members_who_are_gone_or_inherited(tmp_path: Path, gitlab: GitLabSite) -> None:
    host = open_host(HostSettings("gitlab", namespace=gitlab.namespace, api=gitlab.url), tmp_path)
    host.begin()
    remote = host.create("birds", "About")
    host.revoke(remote, Account("ada", "member", handle=2))
    inherited = {
        "message": {"access_level": ["should be greater than or equal to Owner inherited membership"]}
    }
    gitlab.fail(1, "POST", "/members", lambda: Answer(400, inherited))
    assert host.grant(remote, "ada") == "member"
    assert host.grant(remote, "alan") == host.grant(remote, "alan") == "member"
    gitlab.fail(1, "POST", "/members", lambda: Answer(400, {"message": "Other"}))
    with pytest.raises(Refused, match="400: Other"):
        host.grant(remote, "grace")
    gitlab.fail(1, "DELETE", "/members/3", lambda: Answer(403, {"message": "No"}))
    with pytest.raises(Refused, match="403"):
        host.revoke(remote, Account("alan", "member", handle=3))


def test_gitlabs_main_branch(tmp_path: Path, gitlab: GitLabSite) -> None:
    """Opened for members once; how an instructor set it otherwise stays where members may push."""
    host = open_host(HostSettings("gitlab", namespace=gitlab.namespace, api=gitlab.url), tmp_path)
    host.begin()
    remote = host.create("birds", "About")
    birds = gitlab.named("birds")
    for before, after in ((40, 30), (30, 30), (0, 30), (None, 30)):
        birds.protected = {} if before is None else {"main": before}
        host.let_members_push(remote, "main")
        assert birds.protected == {"main": after}
    gitlab.fail(1, "GET", "/main", lambda: Answer(403, {"message": "No"}))
    with pytest.raises(Refused, match="403"):
        host.let_members_push(remote, "main")
    gitlab.fail(1, "GET", "%2Fleaves", lambda: Answer(403, {"message": "No"}))
    with pytest.raises(Refused, match="403"):
        host.find("leaves")
    gitlab.fail(1, "POST", "/projects", lambda: Answer(422, {"message": "No"}))
    with pytest.raises(Refused, match="422"):
        host.create("leaves", "About")


def test_an_address_that_redirects(tmp_path: Path, gitlab: GitLabSite) -> None:
    host = open_host(HostSettings("gitlab", namespace=gitlab.namespace, api=gitlab.url), tmp_path)
    host.begin()
    where = {"Location": f"{gitlab.url}/api/v4/user"}
    gitlab.fail(1, "POST", "/projects", lambda: Answer(301, {}, where))
    with pytest.raises(Refused, match="another address"):
        host.create("birds", "About")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "bare").write_text("a file")
    host = open_host(HostSettings("folder", path="bare"), tmp_path)
    with pytest.raises(HostError, match="expected to make a repository in"):
        host.create("birds", "About")
    assert host.find("birds") is None


def test_a_folder_without_a_description_is_not_ours(tmp_path: Path) -> None:
    host = open_host(HostSettings("folder", path="bare"), tmp_path)
    (tmp_path / "bare/birds.git").mkdir(parents=True)
    found = host.find("birds")
    assert found
    assert found.about == ""
    made = host.create("leaves", "About")
    mode = (tmp_path / "bare/leaves.git").stat().st_mode
    assert stat.S_IMODE(mode) == stat.S_IMODE((tmp_path / "bare").stat().st_mode)
    assert host.find("leaves") == made
