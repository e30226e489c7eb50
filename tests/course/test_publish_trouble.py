"""Publishing to hosts that are slow, down, or refuse."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from coursekit.course.publish import publish
from coursekit.errors import CoursekitError
from tests.course.published import on
from tests.course.publishing import a_course
from tests.hosts.github_site import GitHubSite, primary_limit, secondary_limit
from tests.hosts.gitlab_site import GitLabSite
from tests.hosts.serving import TOKEN, Answer, Clock


def test_a_slow_host_is_waited_for_as_it_says(tmp_path: Path, github: GitHubSite, clock: Clock) -> None:
    """Secondary limits with and without a time, the primary limit: nobody asks before the time is over."""
    course = a_course(tmp_path / "c", on(github))

    def limited(answer: Answer, seconds: float) -> Answer:
        github.block(seconds)
        return answer

    github.fail(1, "POST", "/repos", lambda: limited(secondary_limit(90), 90))
    github.fail(1, "PUT", "/alan", lambda: limited(primary_limit(clock, 1800), 1800))
    github.fail(1, "PUT", "/ada", lambda: limited(secondary_limit(None), 60))
    said: list[str] = []
    done = publish(course, say=said.append)
    assert done.failed == 0
    assert github.too_early == 0
    assert len(said) == 3
    assert all("waiting until" in line and "what is done is kept" in line for line in said)
    assert [seconds for seconds in clock.slept if seconds > 5] == [90.0, 60.0, 1801.0]
    assert len(github.repos) == 2


def test_gitlabs_limit(tmp_path: Path, gitlab: GitLabSite, clock: Clock) -> None:
    course = a_course(tmp_path / "c", on(gitlab))

    def limited() -> Answer:
        gitlab.block(42)
        return Answer(429, {"message": "Retry later"}, {"Retry-After": "42"})

    gitlab.fail(1, "POST", "/projects", limited)
    assert publish(course).failed == 0
    assert gitlab.too_early == 0
    assert 42.0 in clock.slept


def test_a_new_repository_costs_few_calls(tmp_path: Path, github: GitHubSite) -> None:
    """Hosts answer some thousand an hour, and a course may have a thousand groups."""
    course = a_course(tmp_path / "c", on(github), {"Birds": ("ada", "alan")})
    publish(course)
    assert [f"{one.method} {one.path}" for one in github.asked] == [
        "GET /user", "GET /orgs/dl-course",
        "GET /repos/dl-course/birds", "POST /orgs/dl-course/repos",
        "PUT /repos/dl-course/birds/collaborators/ada", "PUT /repos/dl-course/birds/collaborators/alan",
    ]  # fmt: skip


def test_writing_calls_are_a_second_apart(tmp_path: Path, github: GitHubSite, clock: Clock) -> None:
    """Hosts count what is created in a minute."""
    course = a_course(tmp_path / "c", on(github))
    publish(course)
    assert sum(clock.slept) == pytest.approx(len(github.writes) - 1)


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_a_host_with_hiccups(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    """5xx once is outlived; an answer that was lost makes no second repository."""
    site = request.getfixturevalue(kind)
    course = a_course(tmp_path / "c", on(site))
    creates = "/orgs/dl-course/repos" if isinstance(site, GitHubSite) else "/projects"
    site.fail(2, "GET", "/user", lambda: Answer(502, {"message": "Bad gateway"}))
    site.fail(1, "POST", creates, lambda: Answer(504, {"message": "Gateway timeout"}), after=True)
    done = publish(course)
    assert done.repositories.summary == "2 done, 0 skipped, 0 failed, of 2"
    assert len(site.repos if isinstance(site, GitHubSite) else site.projects) == 2


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_a_host_that_does_not_answer(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One answer that takes too long is asked for again; one that never comes is said once."""
    site = request.getfixturevalue(kind)
    monkeypatch.setattr(f"coursekit.hosts.kinds.{kind}._TIMEOUT", 1)
    course = a_course(tmp_path / "c", on(site), {"Birds": ()})

    def slow() -> Answer:
        time.sleep(1.5)
        return Answer(500)

    site.fail(1, "GET", "/birds" if kind == "github" else "%2Fbirds", slow)
    assert publish(course).failed == 0
    dead = on(site).replace(site.url, "http://127.0.0.1:9")
    course = a_course(tmp_path / "d", dead)
    with pytest.raises(CoursekitError, match=r"expected 127\.0\.0\.1:9 to answer, but it did not, 6 times"):
        publish(course)


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_a_host_that_is_down_stops_nothing_but_itself(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    """One repository fails for good; the others go in, and the next run completes it."""
    site = request.getfixturevalue(kind)
    course = a_course(tmp_path / "c", on(site))
    creates = "/orgs/dl-course/repos" if isinstance(site, GitHubSite) else "/projects"
    site.fail(6, "POST", creates, lambda: Answer(503, {"message": "Down"}))
    done = publish(course)
    assert done.repositories.summary == "1 done, 0 skipped, 1 failed, of 2"
    assert "6 times (503: Down)" in done.repositories.failures[0].reason
    done = publish(course)
    assert done.repositories.summary == "1 done, 1 skipped, 0 failed, of 2"


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_a_wrong_token_is_one_error(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = request.getfixturevalue(kind)
    course = a_course(tmp_path / "c", on(site))
    wrong = "wrong-token-0123456789"
    monkeypatch.setenv(f"{kind.upper()}_TOKEN", wrong)
    with pytest.raises(CoursekitError, match=r"does not.*401") as caught:
        publish(course)
    assert wrong not in str(caught.value)
    assert len(site.asked) == 1
    monkeypatch.delenv(f"{kind.upper()}_TOKEN")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CoursekitError, match=rf"found none in .*{kind.upper()}_TOKEN"):
        publish(course)


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_a_namespace_that_is_not_there(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    site = request.getfixturevalue(kind)
    course = a_course(tmp_path / "c", on(site).replace("dl-course", "other").replace("courses/dl", "other"))
    with pytest.raises(CoursekitError, match=r"'other'.*'teacher'.*neither"):
        publish(course)


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_a_host_that_refuses(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    """403 without a word of limits is no reason to wait; what the host says is safe to print, without the token."""
    site = request.getfixturevalue(kind)
    course = a_course(tmp_path / "c", on(site))
    creates = "/orgs/dl-course/repos" if isinstance(site, GitHubSite) else "/projects"
    site.fail(2, "POST", creates, lambda: Answer(403, {"message": f"\x1b[31mNo {TOKEN} here"}))
    done = publish(course)
    reason = done.repositories.failures[0].reason
    assert "refuses (403: \\x1b[31mNo … here)" in reason
    assert TOKEN not in reason


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_the_token_stands_nowhere(
    tmp_path: Path,
    kind: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No file, store, configuration or argument list holds it, in any form, after a run with failures."""
    import base64
    import subprocess

    from coursekit.git import process

    site = request.getfixturevalue(kind)
    course = a_course(tmp_path / "c", on(site))
    site.fail(1, "GET", "/user", lambda: Answer(502, {"message": TOKEN}))
    site.fail(1, "POST", "/members", lambda: Answer(403, {"message": TOKEN}))
    site.fail(1, "PUT", "/ada", lambda: Answer(403, {"message": TOKEN}))
    arguments: list[str] = []
    popen = subprocess.Popen

    class Watched(popen):  # type: ignore[type-arg, misc]
        def __init__(self, args: list[str], *rest: object, **more: object) -> None:
            arguments.append(" ".join(map(str, args)))
            super().__init__(args, *rest, **more)

    monkeypatch.setattr(process.subprocess, "Popen", Watched)
    said: list[str] = []
    with caplog.at_level("DEBUG"):
        done = publish(course, say=said.append)
    assert len(caplog.records) > 10
    assert done.failed == 1
    assert any(" push " in line for line in arguments)
    forms = [
        TOKEN,
        *(base64.b64encode(f"{user}:{TOKEN}".encode()).decode() for user in ("x-access-token", "oauth2")),
    ]
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 20
    for form in forms:
        assert not [1 for data in written if form.encode() in data]
        assert form not in repr(done) + "".join(said) + "".join(arguments) + caplog.text
    assert os.environ[f"{kind.upper()}_TOKEN"] == TOKEN
