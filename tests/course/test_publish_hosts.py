"""Publishing to GitHub and GitLab: repositories, and who may work on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.course.publish import publish
from coursekit.store import open_store
from coursekit.store.access import list_access
from coursekit.store.people import change_student, list_students
from coursekit.store.records import NewStudent
from tests.course.published import notes, on, whats
from tests.course.publishing import a_course, change, group_pushes, heads, move
from tests.hosts.github_site import GitHubSite
from tests.hosts.gitlab_site import GitLabSite


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
