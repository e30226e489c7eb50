"""Counting the groups' repositories: what has changed, in processes that may die, once."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from coursekit.config import Course, parse_course
from coursekit.course.activity import count_activity
from coursekit.git.counting import CountTask, count_task
from coursekit.jobs import Progress
from coursekit.store import open_store
from coursekit.store.activity import list_activity
from coursekit.store.people import add_group, add_student, join_group
from coursekit.store.records import NewRepository, NewStudent
from coursekit.store.repositories import add_repository, present_repository
from coursekit.tracking.activity import Activity, activities
from coursekit.work import Counted, Done
from tests.git.histories import ADA, ALAN, History

NAMES = ("bees", "cats", "dogs", "owls")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Bees have a clone, cats a folder, dogs an empty clone, and of the owls nothing is here."""
    found = parse_course(b'[course]\nname = "Deep Learning"\ntime_zone = "Europe/Berlin"\n', folder=tmp_path)
    with open_store(found.store) as store, store.transaction("test") as tx:
        for number, name in enumerate(NAMES, start=1):
            add_group(tx, name)
            if name != "cats":
                add_repository(tx, NewRepository(number, url=f"https://git.example.org/{name}.git"))
        for number, person in enumerate((ADA, ALAN), start=1):
            join_group(tx, add_student(tx, NewStudent(*person)).id, number)
    bees(found).commit(ADA, {"3_Model/a.md": "one\ntwo\n", "0_LiteratureReview/a.md": "three\n"})
    History(tmp_path / "repositories" / "cats", bare=False).commit(ALAN, {"a.md": "1"})
    History(tmp_path / "clones" / "dogs.git")
    return found


def bees(course: Course) -> History:
    return History(course.folder / "clones" / "bees.git")


def seen(course: Course) -> dict[str, Activity]:
    with open_store(course.store) as store, store.read() as view:
        return dict(zip(NAMES, activities(course, view).values(), strict=True))


def test_every_group_with_work_here_is_counted(course: Course) -> None:
    shown: list[Progress] = []
    done = count_activity(course, jobs=2, progress=shown.append)
    assert (done.summary, done.without_work) == ("3 done, 0 unchanged, 0 failed, of 3", 1)
    assert (shown[-1].done, shown[-1].of) == (3, 3)
    found = seen(course)
    assert found["bees"].members[0].done.milestones == {
        "": Done(1, 3),
        "literature-review": Done(1, 1),
        "model": Done(1, 2),
    }
    assert list(found["bees"].members[0].done.weeks) == ["2025-W41"]
    assert found["cats"].members[0].done.total == Done(1, 1)
    assert (found["dogs"].commits, found["dogs"].last_at) == (0, None)
    assert found["dogs"].counted_at is not None, "an empty repository is one in which nobody has started"
    assert found["owls"].counted_at is None
    with open_store(course.store) as store, store.read() as view:
        cats = present_repository(view, 2)
    assert cats is not None
    assert cats.path == "repositories/cats"


def test_only_what_has_changed_is_counted_again(course: Course) -> None:
    count_activity(course, jobs=1)
    again = count_activity(course, work=never)
    assert again.summary == "0 done, 3 unchanged, 0 failed, of 3"
    history = bees(course)
    history.commit(
        ADA, {"a.md": "more"}, message="An idea", ref="refs/heads/idea", parents=[history.git.head.target]
    )
    assert count_activity(course, jobs=1).summary == "1 done, 2 unchanged, 0 failed, of 3"
    assert seen(course)["bees"].notes == {"beside": 1}
    assert (
        count_activity(course, ["cats"], again=True, jobs=1).summary == "1 done, 0 unchanged, 0 failed, of 1"
    )


def test_other_milestones_count_everything_again(course: Course) -> None:
    count_activity(course, jobs=1)
    toml = b'[course]\nname = "x"\n[[check.milestones]]\nname = "survey"\n'
    other = parse_course(toml, folder=course.folder)
    assert count_activity(other, jobs=1).done == 3


def never(task: CountTask) -> Counted | None:
    raise AssertionError(task)


def hanging(task: CountTask) -> Counted | None:
    if task.path.name == "bees.git":
        time.sleep(600)
    return count_task(task)


def dying(task: CountTask) -> Counted | None:
    if task.path.name == "bees.git":
        os._exit(9)
    return count_task(task)


def eating(task: CountTask) -> Counted | None:
    if task.path.name == "bees.git":
        bytearray(8_000_000_000)
    return count_task(task)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("work", "timeout", "why"),
    [
        (hanging, 10, "took longer than 10 seconds"),
        (dying, 60, "its process died"),
        (eating, 60, "more memory"),
    ],
)
def test_one_that_hangs_or_dies_is_named_and_not_tried_until_it_changes(
    course: Course, work: Any, timeout: float, why: str
) -> None:
    count_activity(course, ["cats", "dogs"], jobs=1)
    done = count_activity(course, jobs=1, timeout=timeout, work=work)
    assert (done.done, done.unchanged) == (0, 2)
    ((group, reason),) = done.failed
    assert group == "bees"
    assert why in reason
    found = seen(course)["bees"]
    assert (found.counted_at, found.notes, found.not_started) == (None, {"failed": 1}, ())
    assert count_activity(course, work=never).unchanged == 3
    bees(course).commit(ADA, {"b.md": "1"})
    assert count_activity(course, jobs=1).done == 1
    assert seen(course)["bees"].counted_at is not None


def test_while_another_run_counts_nothing_is_done_twice(course: Course) -> None:
    from coursekit.course.activity import JOB
    from coursekit.jobs.lock import hold

    with open_store(course.store) as store, hold(store, JOB, "count", again=False, fresh=True):
        done = count_activity(course, work=never)
    assert done.busy
    assert seen(course)["bees"].counted_at is None


def test_a_repository_that_only_pretends_is_told_apart(course: Course) -> None:
    (course.folder / "repositories" / "owls").mkdir()
    (course.folder / "repositories" / "owls" / ".git").write_text("gitdir: /etc\n")
    assert count_activity(course, jobs=1).done == 4
    assert seen(course)["owls"].notes == {"none": 1}
    assert seen(course)["owls"].counted_at is None


def test_names_in_the_store_stand_in_one_place(course: Course) -> None:
    """So that they can be erased; jobs and the audit have none."""
    count_activity(course, jobs=1)
    with open_store(course.store) as store, store.read() as view:
        assert [one.name for one in list_activity(view)[1].authors] == ["Ada Lovelace"]
    data = (course.folder / "course.db").read_bytes()
    assert data.count(b'"name":"Ada Lovelace"') == 1
