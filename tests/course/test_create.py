"""A repository for every group: all of them, each once, whatever happens in between."""

from __future__ import annotations

import errno
import multiprocessing
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coursekit.config import Course, load_course, load_project
from coursekit.course.create import Creation, create_repositories
from coursekit.course.places import group_places
from coursekit.errors import InputError
from coursekit.jobs import JobItem, plan_job
from coursekit.model import Member
from coursekit.scaffold import new_project
from coursekit.store import open_store
from coursekit.store.people import add_group, add_student, join_group
from coursekit.store.records import NewRepository, NewStudent
from coursekit.store.repositories import add_repository, list_repositories

COURSE = """\
[course]
name = "Deep Learning"
[groups]
max_size = 2
[projects]
template = "blank"
"""
NAMES = ("Team A", "team b!", "李 明", "Größe {{ x }}", "con")


def make_course(folder: Path, groups: dict[str, int]) -> Course:
    """Write a course whose groups have so many members."""
    folder.mkdir(parents=True)
    (folder / "course.toml").write_text(COURSE, encoding="utf-8")
    course = load_course(folder)
    with open_store(course.store) as store, store.transaction("test") as tx:
        for name, size in groups.items():
            group = add_group(tx, name)
            for number in range(size):
                student = NewStudent(
                    f"{name} {number}", f"{group.id}.{number}@example.org", f"a{group.id}-{number}"
                )
                join_group(tx, add_student(tx, student).id, group.id)
    return course


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_course(tmp_path / "course", dict.fromkeys(NAMES, 2))


def outcomes(creation: Creation) -> dict[str, str]:
    return {one.group: one.outcome for one in creation.groups}


def registered(course: Course) -> dict[int, str | None]:
    with open_store(course.store) as store, store.read() as view:
        assert len(list_repositories(view)) == len(list_repositories(view, history=True))
        return {one.group_id: one.path for one in list_repositories(view)}


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def test_every_group_gets_its_repository(course: Course) -> None:
    creation = create_repositories(course)
    assert outcomes(creation) == dict.fromkeys(NAMES, "made")
    paths = [f"repositories/{name}" for name in ("team-a", "team-b", "li-ming", "groesse-x", "con-group")]
    assert [one.path for one in creation.groups] == paths == list(registered(course).values())
    for name, path in zip(NAMES, paths, strict=True):
        project = load_project(course.folder / path)
        assert (project.title, project.group, project.course) == (name, name, "Deep Learning")
        assert [one.name for one in project.members] == [f"{name} 0", f"{name} 1"]
        assert project.members[0].account.startswith("a")
        assert git(course.folder / path, "status", "--porcelain") == ""
        assert git(course.folder / path, "fsck", "--strict") == ""
        assert git(course.folder / path, "rev-list", "--all", "--count") == "1\n"
    assert {path.name for path in (course.folder / "repositories").iterdir()} == {
        Path(one).name for one in paths
    }


def test_they_are_as_the_single_command_makes_them(course: Course, tmp_path: Path) -> None:
    create_repositories(course)
    made = course.folder / "repositories" / "team-a"
    project = load_project(made)
    alone = tmp_path / "alone"
    new_project(alone, "Team A", project.members, "", "blank", course=course, group="Team A")
    assert git(alone, "rev-parse", "HEAD^{tree}") == git(made, "rev-parse", "HEAD^{tree}")
    assert git(alone, "log", "--format=%B") == git(made, "log", "--format=%B")
    assert git(alone, "ls-files", "--stage") == git(made, "ls-files", "--stage")


def test_a_second_run_makes_only_what_is_new(course: Course) -> None:
    create_repositories(course)
    made = course.folder / "repositories" / "team-a"
    (made / "README.md").write_text("ours now")
    before = git(made, "rev-parse", "HEAD")
    with open_store(course.store) as store, store.transaction("test") as tx:
        join_group(tx, add_student(tx, NewStudent("Late")).id, add_group(tx, "Late").id)
    assert outcomes(create_repositories(course)) == {**dict.fromkeys(NAMES, "there"), "Late": "made"}
    assert (made / "README.md").read_text() == "ours now"
    assert git(made, "rev-parse", "HEAD") == before


def test_who_has_one_or_is_nobody_is_left_out(course: Course) -> None:
    with open_store(course.store) as store, store.transaction("test") as tx:
        own, host = add_group(tx, "own"), add_group(tx, "on the host")
        add_group(tx, "nobody")
        for group in (own, host):
            join_group(tx, add_student(tx, NewStudent(group.name)).id, group.id)
        add_repository(tx, NewRepository(own.id, "https://git.example.org/a/b", origin="linked"))
        add_repository(tx, NewRepository(host.id, "https://git.example.org/a/c", "repositories/moved"))
    creation = create_repositories(course)
    assert outcomes(creation) == {
        **dict.fromkeys(NAMES, "made"),
        "own": "linked",
        "on the host": "there",
        "nobody": "nobody",
    }
    assert creation.counts == {"made": len(NAMES), "linked": 1, "there": 1, "nobody": 1}


def test_a_dry_run_says_what_a_run_would_do_and_writes_nothing(course: Course) -> None:
    taken = course.folder / "repositories" / "team-b"
    taken.mkdir(parents=True)
    (taken / "mine.txt").touch()
    with open_store(course.store) as store, store.transaction("test") as tx:
        big = add_group(tx, "too many")
        for number in range(3):
            join_group(tx, add_student(tx, NewStudent(f"S{number}")).id, big.id)
    before = sorted(course.folder.rglob("*"))
    planned = create_repositories(course, dry_run=True)
    assert sorted(course.folder.rglob("*")) == before
    done = create_repositories(course)
    assert planned.groups == done.groups
    assert outcomes(done)["too many"] == "failed"
    assert "at most 2 members" in done.groups[-1].reason


def test_what_somebody_else_put_there_is_left_alone(course: Course, tmp_path: Path) -> None:
    """Another group's repository too, one without a group, a file and a link."""
    folder = course.folder / "repositories"
    new_project(folder / "team-a", "Mine", [Member("M")], "x", "blank", group="Team B")
    new_project(folder / "team-b", "Mine", [Member("M")], "x", "blank")
    (folder / "li-ming").write_text("a file")
    new_project(tmp_path / "away", "Mine", [Member("M")], "x", "blank", group="Größe {{ x }}")
    (folder / "groesse-x").symlink_to(tmp_path / "away", target_is_directory=True)
    new_project(folder / "con-group", "Mine", [Member("M")], "x", "blank", group="con", git=False)
    before = {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}
    creation = create_repositories(course)
    assert set(outcomes(creation).values()) == {"failed"}
    assert all("not made for this group" in one.reason for one in creation.groups)
    assert {path: path.lstat().st_mtime_ns for path in folder.rglob("*")} == before
    assert registered(course) == {}


def test_one_that_a_killed_run_had_made_is_only_registered(course: Course) -> None:
    folder = course.folder / "repositories" / "team-a"
    new_project(folder, "Team A", [Member("M")], "x", "blank", group="Team A", course=course)
    before = git(folder, "rev-parse", "HEAD")
    creation = create_repositories(course)
    assert outcomes(creation)["Team A"] == "registered"
    assert git(folder, "rev-parse", "HEAD") == before
    assert len(registered(course)) == len(NAMES)


def test_one_that_was_deleted_before_it_was_published_is_made_again(course: Course) -> None:
    from coursekit.files import remove_folder

    for _ in range(2):
        create_repositories(course)
        remove_folder(course.folder / "repositories")
        assert set(outcomes(create_repositories(course)).values()) == {"made"}
        remove_folder(course.folder / "repositories" / "team-a")
        assert outcomes(create_repositories(course)) == {**dict.fromkeys(NAMES, "there"), "Team A": "made"}
    assert len(registered(course)) == len(NAMES)


def test_a_full_disk_costs_nothing_but_the_time(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    from coursekit import files

    real, written = files.write_new, 0

    def until_full(folder: Path, new: dict[str, bytes]) -> None:
        nonlocal written
        written += folder.name != ".git"
        if written > 2:
            real(folder, dict(list(new.items())[:20]))
            raise OSError(errno.ENOSPC, "No space left on device")
        real(folder, new)

    monkeypatch.setattr("coursekit.git.create.write_new", until_full)
    creation = create_repositories(course)
    assert creation.counts == {"made": 2, "failed": 3}
    assert {one.reason for one in creation.groups} == {"", "could not be written: No space left on device"}
    assert len(list((course.folder / "repositories").iterdir())) == 2, "nothing half-made is left"
    monkeypatch.undo()
    assert create_repositories(course).counts == {"there": 2, "made": 3}


def test_a_folder_that_cannot_be_written_is_said(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.mkdir

    def refuse(path: Path, *args: object, **kwargs: object) -> None:
        if path.name == "repositories":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        real(path, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(PermissionError, match="repositories"):
        create_repositories(course)
    assert registered(course) == {}


def test_without_a_template_or_groups_it_says_so(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course", {})
    with pytest.raises(InputError, match="expected groups"):
        create_repositories(course)
    (course.folder / "course.toml").write_text("[course]\nname = 'DL'\n")
    with pytest.raises(InputError, match="expected a template"):
        create_repositories(load_course(course.folder))


# ---------------------------------------------------------------- kill -9

GROUPS = 24


def run(folder: Path) -> None:
    create_repositories(load_course(folder))


def look(course: Course) -> tuple[int, int]:
    """Return how many repositories are registered, and how many items were cut short; check that each is whole."""
    with open_store(course.store) as store, store.read() as view:
        places = group_places(course, view)
    with open_store(course.store) as store:
        plan = plan_job(store, "new-project", [JobItem(f"group:{place.group.id}", 0) for place in places])
    kept = registered(course)
    for place in places:
        if place.folder.exists():
            assert git(place.folder, "status", "--porcelain") == "", "it is there whole or not at all"
        assert place.folder.exists() or place.group.id not in kept
    return len(kept), [item.action for item in plan].count("complete")


def kill_runs(tmp_path: Path, times: int) -> None:
    course = make_course(tmp_path / "course", {f"Team {number}": 2 for number in range(GROUPS)})
    folder = course.folder / "repositories"
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["coursekit.course.create", "cookiecutter.generate", __name__])
    chance, before, cut_short = random.Random(1), 0, 0
    for _ in range(times):
        process = context.Process(target=run, args=(course.folder,))
        process.start()
        end = time.monotonic() + 30
        # Well into the work, also on a slow machine.
        while process.is_alive() and len(registered(course)) == before and time.monotonic() < end:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.03))
        process.kill()
        process.join()
        now, open_items = look(course)
        assert now >= before, "what is done is kept"
        before, cut_short = now, cut_short + open_items
    assert before, "it got somewhere between the kills"
    assert cut_short, "it was hit in the middle of a repository"
    creation = create_repositories(course)
    counts = creation.counts
    assert counts["there"] == before
    assert counts["made"] + counts["registered"] == GROUPS - before
    assert look(course) == (GROUPS, 0)
    assert len(list(folder.iterdir())) == GROUPS, "nothing else is left"
    assert create_repositories(course).counts == {"there": GROUPS}


killed = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and fork servers are POSIX's")


@pytest.mark.slow
@killed
def test_killed_at_random_points(tmp_path: Path) -> None:
    kill_runs(tmp_path, 5)


@killed
@pytest.mark.slow
def test_killed_at_random_points_many_times(tmp_path: Path) -> None:
    kill_runs(tmp_path, 20)
