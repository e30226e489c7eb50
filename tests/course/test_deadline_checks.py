"""What a repository held at each deadline of its group is checked once, and again where the answer may be another."""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pygit2
import pytest

from coursekit.checker.worker import Done, Task, check_tasks
from coursekit.config import Course, load_course
from coursekit.course.check_all import CheckedCourse, check_all
from coursekit.course.checking import Judging
from coursekit.course.deadline_checks import check_deadlines
from coursekit.course.places import group_places
from coursekit.git import first_commit
from coursekit.store import open_store
from coursekit.store.checks import newest_checks
from coursekit.store.extensions import set_extension
from coursekit.store.fetches import record_fetch
from coursekit.store.outcomes import NewestRun, newest_runs
from coursekit.store.records import NewFetch
from coursekit.store.schema import fetches
from coursekit.tracking.milestones import MilestoneState, State, deadlines, milestone_states
from tests.course.checking import a_clone, a_course
from tests.store.conftest import server, target, url

__all__ = ["server", "target", "url"]

OWN = """name = "own"
title = "Own"
milestones = ["data", "model"]
[[requirements]]
code = "OWN901"
title = { en = "Words" }
level = "required"
milestone = "data"
requires = { kind = "words", file = "README.md", least = 3 }
"""
TOML = """
[check]
profile = "own.toml"
[[check.milestones]]
name = "data"
deadline = 2026-05-01T18:00:00
[[check.milestones]]
name = "model"
deadline = 2999-05-01T18:00:00
"""
DEADLINE = datetime(2026, 5, 1, 18, tzinfo=UTC)
FULL = "# Title\n\nThese are enough words.\n"
POOR = "# Title\n"


def own_course(folder: Path, *groups: str, database: str = "") -> Course:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "own.toml").write_text(OWN, encoding="utf-8")
    return a_course(folder, dict.fromkeys(groups), TOML, database)


def runs(course: Course) -> dict[str, list[NewestRun]]:
    with open_store(course.store) as store, store.read() as view:
        names = {place.group.id: place.group.name for place in group_places(course, view)}
        found: dict[str, list[NewestRun]] = {}
        for run in newest_runs(view):
            if run.as_of is not None:
                found.setdefault(names[run.group_id], []).append(run)
    return found


def state(course: Course, group: int = 1) -> MilestoneState:
    with open_store(course.store) as store, store.read() as view:
        return milestone_states(course, view)[group][0]


def judged(found: CheckedCourse) -> int:
    return found.at_deadlines.judged


def saw(course: Course, at: datetime, commit: str | None, repository: int = 1) -> None:
    """Record that a fetch found a commit at a moment."""
    with open_store(course.store) as store, store.transaction("fetch") as tx:
        found = record_fetch(tx, NewFetch(repository, "updated" if commit else "empty", "main", commit))
        tx.execute(fetches.update().where(fetches.c.id == found.id).values(fetched_at=at))


def test_the_last_commit_before_a_deadline_is_judged_once(tmp_path: Path, target: str) -> None:
    course = own_course(tmp_path / "c", "good", "late", "never", "folder", database=target)
    first, last = a_clone(tmp_path / "c", "good", ("2026-04-01T12:00", FULL), ("2026-06-01T12:00", POOR))
    a_clone(tmp_path / "c", "late", ("2026-04-01T12:00", POOR), ("2026-06-01T12:00", FULL))
    a_clone(tmp_path / "c", "never", ("2026-06-01T12:00", POOR))
    (tmp_path / "c/repositories/folder").mkdir(parents=True)
    (tmp_path / "c/repositories/folder/README.md").write_text(FULL, encoding="utf-8")
    found = check_all(course)
    assert judged(found) == 3
    assert found.summary == "4 done, 0 unchanged, 0 failed, of 4 groups; 3 states at deadlines judged"
    assert {name: [one.commit for one in kept] for name, kept in runs(course).items()} == {
        "good": [first],
        "late": [runs(course)["late"][0].commit],
        "never": [None],
    }
    assert [state(course, group).state for group in (1, 2, 3, 4)] == [
        State.LOST,
        State.LATE,
        State.OVERDUE,
        State.MET_NOW,
    ], "a folder without history can only say what there is now"
    assert first != last
    again = check_all(course)
    assert judged(again) == 0
    assert "deadlines" not in again.summary
    assert judged(check_all(course, again=True)) == 3


def test_what_comes_later_changes_nothing_that_is_kept(tmp_path: Path) -> None:
    course = own_course(tmp_path, "birds")
    first, *_ = a_clone(tmp_path, "birds", ("2026-04-01T12:00", FULL))
    assert judged(check_all(course)) == 1
    a_clone(tmp_path, "birds", ("2026-06-01T12:00", POOR))
    assert judged(check_all(course)) == 0
    assert [one.commit for one in runs(course)["birds"]] == [first]
    a_clone(tmp_path, "birds", ("2026-04-02T12:00", FULL + "More.\n"))
    assert judged(check_all(course)) == 1, "a commit that is dated before the deadline"


def test_an_extension_is_another_deadline_and_moves_what_is_due(tmp_path: Path) -> None:
    course = own_course(tmp_path, "birds", "leaves")
    for name in ("birds", "leaves"):
        a_clone(tmp_path, name, ("2026-04-01T12:00", POOR), ("2026-05-03T12:00", FULL))
    check_all(course)
    assert state(course).state is State.LATE
    with open_store(course.store) as store, store.transaction("deadline extend") as tx:
        due = DEADLINE + timedelta(days=3)
        set_extension(tx, 1, "data", due, before=DEADLINE, reason="ill")
    assert judged(check_all(course)) == 1
    assert (state(course, 1).state, state(course, 2).state) == (State.MET, State.LATE)
    with open_store(course.store) as store, store.transaction("deadline extend") as tx:
        set_extension(tx, 1, "data", datetime(2998, 1, 1, tzinfo=UTC), before=due, reason="still ill")
    found = check_all(course)
    assert [check.findings[0].due for check in found.checks] == [False, True]
    assert (state(course, 1).state, state(course, 1).then) == (State.MET, None)


def test_other_rules_judge_it_again(tmp_path: Path) -> None:
    course = own_course(tmp_path, "birds")
    a_clone(tmp_path, "birds", ("2026-04-01T12:00", FULL))
    check_all(course)
    assert state(course).state is State.MET
    (tmp_path / "own.toml").write_text(OWN.replace("least = 3", "least = 300"), encoding="utf-8")
    assert judged(check_all(course)) == 1
    assert state(course).state is State.OVERDUE
    later = TOML.replace("2026-05-01T18:00:00", "2026-05-02T18:00:00")
    text = (tmp_path / "course.toml").read_text(encoding="utf-8").replace(TOML, later)
    (tmp_path / "course.toml").write_text(text, encoding="utf-8")
    course = load_course(tmp_path)
    assert state(course).then is None
    assert judged(check_all(course)) == 1
    assert state(course).then is not None


def test_looking_with_another_profile_or_language_keeps_what_is_there(tmp_path: Path) -> None:
    course = own_course(tmp_path, "birds")
    a_clone(tmp_path, "birds", ("2026-04-01T12:00", FULL))
    assert judged(check_all(course, profile="opencampus-ml")) == 0
    assert judged(check_all(course, language="de")) == 0
    assert judged(check_all(course, language="en")) == 1


def test_history_that_is_rewritten_after_a_fetch_changes_nothing(tmp_path: Path) -> None:
    """The fetch after the deadline holds what was there, and the clone keeps it."""
    course = own_course(tmp_path, "birds")
    (handed_in,) = a_clone(tmp_path, "birds", ("2026-04-01T12:00", POOR))
    saw(course, DEADLINE + timedelta(days=1), handed_in)
    git = pygit2.Repository(tmp_path / "clones/birds.git")
    git.references.create("refs/coursekit/old/heads/main/x", handed_in)
    git.references.delete("refs/heads/main")
    (forged,) = a_clone(tmp_path, "birds", ("2026-04-02T12:00", FULL))
    saw(course, DEADLINE + timedelta(days=7), forged)
    check_all(course)
    (run,) = runs(course)["birds"]
    assert (run.commit, run.beside) == (handed_in, 1)
    assert state(course).state is State.LATE
    assert state(course).seen_late, "no fetch before the deadline held it"


def test_a_commit_that_was_back_dated_after_a_fetch_does_not_count(tmp_path: Path) -> None:
    course = own_course(tmp_path, "birds")
    first, second = a_clone(tmp_path, "birds", ("2026-04-01T12:00", POOR), ("2026-05-02T12:00", POOR + "x"))
    saw(course, DEADLINE - timedelta(days=1), first)
    saw(course, DEADLINE + timedelta(days=1), second)
    (forged,) = a_clone(tmp_path, "birds", ("2026-04-20T12:00", FULL))
    saw(course, DEADLINE + timedelta(days=8), forged)
    check_all(course)
    (run,) = runs(course)["birds"]
    assert (run.commit, run.beside, run.seen_at) == (first, 1, DEADLINE - timedelta(days=1))
    assert not state(course).seen_late


def test_a_host_that_was_empty_after_the_deadline(tmp_path: Path) -> None:
    course = own_course(tmp_path, "birds")
    saw(course, DEADLINE + timedelta(hours=1), None)
    (forged,) = a_clone(tmp_path, "birds", ("2026-04-20T12:00", FULL))
    saw(course, DEADLINE + timedelta(days=8), forged)
    check_all(course)
    assert (state(course).state, runs(course)["birds"][0].commit) == (State.LATE, None)


def test_a_fetch_in_between_is_asked_and_the_answer_kept(tmp_path: Path) -> None:
    course = own_course(tmp_path, "birds")
    (first,) = a_clone(tmp_path, "birds", ("2026-04-01T12:00", FULL))
    check_all(course)
    assert runs(course)["birds"][0].seen_at is None
    saw(course, DEADLINE + timedelta(days=1), first)
    assert judged(check_all(course)) == 1, "now it is known when it was first seen"
    saw(course, DEADLINE + timedelta(days=2), first)
    assert judged(check_all(course)) == 0
    assert state(course).seen_late


def test_a_repository_that_new_project_made_is_asked_too(tmp_path: Path) -> None:
    course = own_course(tmp_path, "birds")
    folder = tmp_path / "repositories/birds"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text(FULL, encoding="utf-8")
    first_commit(folder, "work")
    assert judged(check_all(course)) == 1
    assert state(course).state is State.LATE, "the commit is of now"
    assert judged(check_all(course)) == 0


def dies(tasks: tuple[Task, ...]) -> tuple[Done, ...]:
    if tasks[0].name == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    return check_tasks(tasks)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
def test_a_process_that_dies_costs_its_group_alone_and_is_tried_again(tmp_path: Path) -> None:
    course = own_course(tmp_path, "dies", "birds")
    for name in ("dies", "birds"):
        a_clone(tmp_path, name, ("2026-04-01T12:00", FULL))
    with open_store(course.store) as store:
        with store.read() as view:
            own, places = deadlines(course, view), group_places(course, view)
        judging = Judging(course, deadlines=own)
        found = check_deadlines(store, judging, places, own, work=dies)
        assert found.judged == 1
        assert found.failures == (("dies", "its process died (signal 9)"),)
        assert check_deadlines(store, judging, places, own).judged == 1
        with store.read() as view:
            assert newest_checks(view) == [], "the present state is another matter"


def test_a_damaged_clone_is_tried_again_each_time(tmp_path: Path) -> None:
    course = own_course(tmp_path, "birds")
    a_clone(tmp_path, "birds", ("2026-04-01T12:00", FULL))
    for path in sorted((tmp_path / "clones/birds.git/objects").rglob("*"), reverse=True):
        if path.is_file():
            path.unlink()
    check_all(course)
    assert state(course).state is State.UNCLEAR
    assert judged(check_all(course)) == 1
