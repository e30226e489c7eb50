"""Publishing a course: to folders with real git, and to hosts on loopback that behave like the real ones."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from coursekit.course.publish import Publishing, publish
from coursekit.errors import CoursekitError, InputError
from coursekit.store import open_store
from coursekit.store.access import list_access
from coursekit.store.people import change_student, list_students
from coursekit.store.records import NewRepository, NewStudent
from coursekit.store.repositories import add_repository, list_repositories
from tests.course.publishing import a_course, change, group_pushes, heads, move
from tests.hosts.github_site import GitHubSite, primary_limit, secondary_limit
from tests.hosts.gitlab_site import GitLabSite
from tests.hosts.serving import TOKEN, Answer, Clock

FOLDER = 'kind = "folder"\npath = "../bare"\nprefix = "dl-"'


def whats(done: Publishing, group: str | None = None) -> list[str]:
    return [step.what for step in done.steps if group in {None, step.group}]


def notes(done: Publishing) -> list[str]:
    return [f"{note.group}: {note.what}" for note in done.notes]


def on(site: GitHubSite | GitLabSite) -> str:
    if isinstance(site, GitHubSite):
        return f'kind = "github"\nnamespace = "{site.owner}"\napi = "{site.url}{site.api}"'
    return f'kind = "gitlab"\nnamespace = "{site.namespace}"\napi = "{site.url}"'


# --- a folder -------------------------------------------------------------------------------------------------


def test_repositories_are_made_and_pushed(tmp_path: Path) -> None:
    """With the branch that updates are merged from, and their address in the store beside the folder."""
    course = a_course(tmp_path / "c", FOLDER)
    done = publish(course)
    assert done.repositories.summary == "2 done, 0 skipped, 0 failed, of 2"
    bare = tmp_path / "bare/dl-birds.git"
    assert heads(bare) == heads(tmp_path / "c/repositories/birds")
    assert set(heads(bare)) == {"main", "coursekit/template"}
    with open_store(course.store) as store, store.read() as view:
        first, _ = list_repositories(view, history=True)
    assert (first.url, first.path, first.origin) == (bare.as_uri(), "repositories/birds", "made")


def test_again_changes_nothing_and_says_so(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", FOLDER)
    publish(course)
    before = {path: path.read_bytes() for path in (tmp_path / "bare").rglob("*") if path.is_file()}
    for again in (False, True):
        done = publish(course, again=again)
        assert done.steps == ()
        assert done.repositories.done == (2 if again else 0)
    assert {path: path.read_bytes() for path in (tmp_path / "bare").rglob("*") if path.is_file()} == before


def test_a_dry_run_says_what_a_run_does_and_does_nothing(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", FOLDER)
    said = publish(course, dry_run=True)
    assert not (tmp_path / "bare").exists()
    done = publish(course)
    told = [what.replace("create ", "created ").replace("push ", "pushed ") for what in whats(said)]
    assert told == whats(done)
    assert (said.repositories.done, said.repositories.of) == (2, 2)
    assert publish(course, dry_run=True).steps == ()


def test_only_the_groups_that_are_named(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", FOLDER)
    assert publish(course, ["leaves"]).repositories.summary == "1 done, 0 skipped, 0 failed, of 1"
    assert [path.name for path in (tmp_path / "bare").iterdir()] == ["dl-leaves.git"]
    with pytest.raises(InputError, match="none called 'leafs'") as caught:
        publish(course, ["leafs"])
    assert "Leaves" in caught.value.hint


def test_what_is_new_here_is_pushed_and_nothing_else_is_looked_at(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", FOLDER)
    publish(course)
    commit = change(tmp_path / "c/repositories/birds", "# More\n")
    done = publish(course)
    assert whats(done) == [f"pushed main at {commit[:10]}"]
    assert (done.repositories.done, done.repositories.skipped) == (1, 1)
    assert heads(tmp_path / "bare/dl-birds.git")["main"] == commit


def test_the_groups_work_is_never_overwritten(tmp_path: Path) -> None:
    """Whoever has pushed keeps it, also when something changed here meanwhile; that is no error."""
    course = a_course(tmp_path / "c", FOLDER)
    publish(course)
    bare = tmp_path / "bare/dl-birds.git"
    theirs = group_pushes(bare, heads(bare)["main"])
    change(tmp_path / "c/repositories/birds", "# Other\n")
    done = publish(course)
    assert heads(bare)["main"] == theirs
    assert notes(done) == ["Birds: main on the host has the group's work already; left as it is"]
    assert done.failed == 0


def test_somebody_elses_repository_is_left_alone(tmp_path: Path) -> None:
    first = a_course(tmp_path / "one", FOLDER)
    publish(first)
    other = a_course(tmp_path / "two", FOLDER, {"Birds": ("ada",), "Stars": ()})
    before = heads(tmp_path / "bare/dl-birds.git")
    for dry_run in (True, False):
        done = publish(other, dry_run=dry_run)
        [failure] = done.repositories.failures
        assert done.called(failure.key) == "Birds"
        assert "not this course's; it was left alone" in failure.reason
        assert done.repositories.done == 1
    assert heads(tmp_path / "bare/dl-birds.git") == before


def test_a_run_that_died_after_creating_knows_its_repository_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store does not know it yet; the description does."""
    from coursekit.course import publish as module

    course = a_course(tmp_path / "c", FOLDER)

    def dies(*args: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "push_branch", dies)
        with pytest.raises(KeyboardInterrupt):
            publish(course)
    assert heads(tmp_path / "bare/dl-birds.git") == {}
    done = publish(course)
    assert done.repositories.summary == "2 done, 0 skipped, 0 failed, of 2"
    assert not [what for what in whats(done, "Birds") if what.startswith("created")]
    assert set(heads(tmp_path / "bare/dl-birds.git")) == {"main", "coursekit/template"}


def test_hooks_in_the_folder_are_not_run(tmp_path: Path) -> None:
    """Others may write to a shared folder, and a push would run what they put there in our name."""
    course = a_course(tmp_path / "c", FOLDER)
    publish(course)
    for name in ("pre-receive", "update", "post-receive", "post-update"):
        hook = tmp_path / "bare/dl-birds.git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        hook.chmod(0o755)
    commit = change(tmp_path / "c/repositories/birds", "# More\n")
    publish(course)
    assert heads(tmp_path / "bare/dl-birds.git")["main"] == commit
    assert not (tmp_path / "ran").exists()


def test_groups_with_a_repository_of_their_own_are_left_alone(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", FOLDER)
    with open_store(course.store) as store, store.transaction("test") as tx:
        repository = NewRepository(1, url="https://git.example.org/ours.git", origin="linked")
        add_repository(tx, repository, replace=True)
    done = publish(course)
    assert done.repositories.summary == "1 done, 0 skipped, 0 failed, of 1"
    assert "linked, at https://git.example.org/ours.git" in notes(done)[0]


def test_a_group_without_a_repository_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", FOLDER)
    (tmp_path / "c/repositories/birds").rename(tmp_path / "c/repositories/elsewhere")
    done = publish(course)
    [failure] = done.repositories.failures
    assert "new-project --all" in failure.reason
    assert done.repositories.done == 1


def test_a_repository_that_is_elsewhere_is_not_made_twice(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", FOLDER)
    publish(course)
    text = (tmp_path / "c/course.toml").read_text().replace("../bare", "../other")
    (tmp_path / "c/course.toml").write_text(text)
    from coursekit.config import load_course

    done = publish(load_course(tmp_path / "c"))
    assert done.repositories.failed == 2
    assert "published already, at file://" in done.repositories.failures[0].reason


def test_without_a_host_the_next_step_is_said(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", 'kind = "git-hub"\nnamespace = "x"')
    with pytest.raises(InputError, match="folder, github, gitlab, ssh") as caught:
        publish(course)
    assert "github" in caught.value.hint
    (tmp_path / "c/course.toml").write_text('[course]\nname = "DL"\n')
    from coursekit.config import load_course

    with pytest.raises(InputError, match=r"no table \[host\]") as caught:
        publish(load_course(tmp_path / "c"))
    assert 'kind = "github"' in caught.value.hint


# --- GitHub and GitLab ----------------------------------------------------------------------------------------


def test_github_from_nothing(tmp_path: Path, github: GitHubSite) -> None:
    """Private repositories, members invited (who belongs to the organization is in at once), and nothing twice."""
    course = a_course(tmp_path / "c", on(github))
    said = publish(course, dry_run=True)
    assert github.writes == []
    assert whats(said, "Birds")[-2:] == ["let in ada (Ada Lovelace)", "let in alan (Alan Turing)"]
    done = publish(course)
    assert done.repositories.summary == "2 done, 0 skipped, 0 failed, of 2"
    assert done.access
    assert done.access.summary == "3 done, 0 skipped, 0 failed, of 3"
    birds = github.repos["birds"]
    assert birds.private
    assert set(birds.invited) == {"ada", "alan"}
    assert github.repos["leaves"].people == {"teacher": "admin", "grace": "push"}
    assert "let in grace (Grace Hopper)" in whats(done, "Leaves")
    assert "Birds: invited, and not accepted yet: ada (Ada Lovelace), alan (Alan Turing)" in notes(done)
    assert heads(tmp_path / "served/dl-course/birds.git") == heads(tmp_path / "c/repositories/birds")
    asked = len(github.asked)
    done = publish(course)
    assert done.steps == ()
    assert len(github.asked) == asked, "what is done is not even asked for"
    writes = len(github.writes)
    done = publish(course, again=True)
    assert done.steps == ()
    assert len(github.writes) == writes


def test_gitlab_from_nothing(tmp_path: Path, gitlab: GitLabSite) -> None:
    """Developers, who may push to the main branch, but not by force."""
    course = a_course(tmp_path / "c", on(gitlab))
    publish(course, dry_run=True)
    assert gitlab.writes == []
    done = publish(course)
    assert done.failed == 0
    birds = gitlab.named("birds")
    assert (birds.visibility, birds.people) == ("private", {1: 50, 2: 30, 3: 30})
    assert birds.protected == {"main": 30}
    assert heads(tmp_path / "served/courses/dl/birds.git") == heads(tmp_path / "c/repositories/birds")
    writes = len(gitlab.writes)
    assert publish(course).steps == publish(course, again=True).steps == ()
    assert len(gitlab.writes) == writes


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_access_follows_the_groups(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    """Who moves gets into the new repository and out of the old one; teachers and helpers stay."""
    site = request.getfixturevalue(kind)
    course = a_course(tmp_path / "c", on(site))
    publish(course)

    def people(name: str) -> set[str]:
        if isinstance(site, GitHubSite):
            return set(site.repos[name].people) | set(site.repos[name].invited)
        return {site.users[number] for number in site.named(name).people}

    if isinstance(site, GitHubSite):
        site.accept(site.repos["birds"], "ada")
        site.repos["birds"].people["helper"] = "push"
    else:
        site.named("birds").people[5] = 30
    move(course, "ada", "Leaves")
    move(course, "alan", None)
    said = publish(course, dry_run=True)
    assert people("birds") == {"teacher", "ada", "alan", "helper"}
    done = publish(course)
    assert sorted(whats(done, "Birds")) == ["removed ada (Ada Lovelace)", "removed alan (Alan Turing)"]
    assert sorted(whats(said, "Birds")) == ["remove ada (Ada Lovelace)", "remove alan (Alan Turing)"]
    assert people("birds") == {"teacher", "helper"}
    assert people("leaves") == {"teacher", "grace", "ada"}
    assert publish(course).steps == ()
    move(course, "ada", "Birds")
    publish(course)
    assert people("birds") == {"teacher", "helper", "ada"}
    assert people("leaves") == {"teacher", "grace"}


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_teachers_keep_their_access(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    """Also one who once was in a group, or whose rights somebody raised by hand."""
    site = request.getfixturevalue(kind)
    course = a_course(tmp_path / "c", on(site), {"Birds": ("ada", "teacher")})
    publish(course)
    if isinstance(site, GitHubSite):
        site.accept(site.repos["birds"], "ada")
        site.repos["birds"].people["ada"] = "maintain"
    else:
        site.named("birds").people[2] = 40
    move(course, "ada", None)
    move(course, "teacher", None)
    done = publish(course)
    assert whats(done) == []
    assert len([note for note in notes(done) if "left alone" in note]) == 2
    if isinstance(site, GitHubSite):
        assert site.repos["birds"].people == {"teacher": "admin", "ada": "maintain"}
    else:
        assert site.named("birds").people == {1: 50, 2: 40}


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_accounts_that_are_missing_or_wrong(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    """Without an account: said. With one that nobody has: said, and tried again. A corrected one replaces it."""
    site = request.getfixturevalue(kind)
    course = a_course(tmp_path / "c", on(site), {"Birds": ("adaa", "none", "helper")})
    said = publish(course, dry_run=True)
    done = publish(course)
    for one in (said, done):
        assert one.access
        assert one.access.failed == 1
        assert "no such account on the host: adaa (adaa)" in "".join(notes(one))
        assert "without an account in the roster: Emmy Noether" in "".join(notes(one))
    assert "adaa" not in done.access.failures[0].reason, (
        "the reason is kept in the store, where no names stand"
    )
    assert done.repositories.done == 1, "the repository is published all the same"
    with open_store(course.store) as store, store.transaction("test") as tx:
        for student in list_students(tx):
            if student.account == "adaa":
                change_student(tx, student.id, NewStudent(student.name, student.email, "ada"))
            if student.account == "helper":
                change_student(tx, student.id, NewStudent(student.name, student.email, "alan"))
    done = publish(course)
    assert sorted(whats(done))[-1] == "removed helper (helper)"
    with open_store(course.store) as store, store.read() as view:
        assert sorted(row.account for row in list_access(view)) == ["ada", "alan"]
    if isinstance(site, GitHubSite):
        assert set(site.repos["birds"].invited) == {"ada", "alan"}
    assert publish(course).steps == ()


def test_an_invitation_that_ran_out_is_sent_again(tmp_path: Path, github: GitHubSite) -> None:
    course = a_course(tmp_path / "c", on(github))
    publish(course)
    github.invite(github.repos["birds"], "ada", expired=True)
    assert whats(publish(course, again=True)) == ["invited ada (Ada Lovelace)"]
    assert not github.repos["birds"].invited["ada"]["expired"]


def test_many_collaborators_come_in_pages(tmp_path: Path, github: GitHubSite) -> None:
    course = a_course(tmp_path / "c", on(github), {"Birds": ("ada",)})
    github.page = 2
    publish(course)
    birds = github.repos["birds"]
    birds.invited.clear()
    birds.people |= {f"helper{n}": "push" for n in range(4)} | {"ada": "push"}
    assert publish(course, again=True).steps == ()


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_somebody_elses_project_on_a_host_is_left_alone(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    site = request.getfixturevalue(kind)
    site.add("birds", "Our holidays")
    course = a_course(tmp_path / "c", on(site))
    said = publish(course, dry_run=True)
    done = publish(course)
    for one in (said, done):
        assert [one.called(failure.key) for failure in one.repositories.failures] == ["Birds"]
        assert one.access
        assert one.access.of == 1
    assert len([write for write in site.writes if "birds" in write or "/1/" in write]) == 0


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


def test_a_push_to_a_host_leaves_the_groups_work(tmp_path: Path, github: GitHubSite) -> None:
    course = a_course(tmp_path / "c", on(github), {"Birds": ()})
    publish(course)
    bare = tmp_path / "served/dl-course/birds.git"
    theirs = group_pushes(bare, heads(bare)["main"])
    change(tmp_path / "c/repositories/birds", "# Other\n")
    done = publish(course)
    assert "has the group's work" in notes(done)[0]
    assert heads(bare)["main"] == theirs


def test_a_repositorys_own_configuration_does_not_count(tmp_path: Path, github: GitHubSite) -> None:
    """It could send the push, and the token, elsewhere, or run something."""
    course = a_course(tmp_path / "c", on(github), {"Birds": ()})
    folder = tmp_path / "c/repositories/birds"
    with (folder / ".git/config").open("a") as file:
        file.write(
            f'[url "file://{tmp_path}/elsewhere"]\n\tinsteadOf = http://127.0.0.1\n'
            f'[core]\n\thooksPath = {tmp_path}/hooks\n[credential]\n\thelper = "!touch {tmp_path}/ran"\n'
            "[http]\n\tproxy = http://127.0.0.1:1\n"
        )
    hook = tmp_path / "hooks/pre-push"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    assert publish(course).failed == 0
    assert heads(tmp_path / "served/dl-course/birds.git") == heads(folder)
    assert not (tmp_path / "ran").exists()


def test_a_renamed_repository_is_followed(tmp_path: Path, github: GitHubSite) -> None:
    """A group that was renamed in the course keeps its repository's name."""
    from coursekit.store.schema import groups

    course = a_course(tmp_path / "c", on(github), {"Birds": ()})
    publish(course)
    with open_store(course.store) as store, store.transaction("test") as tx:
        tx.execute(groups.update().values(name="Fish", name_key="fish"))
    assert publish(course, again=True).steps == ()
    assert list(github.repos) == ["birds"]
