"""Who did how much in each group: identities are matched to students, and what is not known is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from coursekit.config import Course, parse_course
from coursekit.store import Store, open_store
from coursekit.store.activity import record_activity
from coursekit.store.aliases import settle_alias
from coursekit.store.fetches import record_fetch
from coursekit.store.people import add_group, add_student, join_group, leave_group
from coursekit.store.records import FetchEvent, NewActivity, NewFetch, NewRepository, NewStudent
from coursekit.store.repositories import add_repository
from coursekit.tracking.activity import Activity, activities
from coursekit.work import Author, Done

NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
STUDENTS = (
    NewStudent("Ada Lovelace", "ada@example.org", "countess", account_id="4711"),
    NewStudent("Alan Turing", "alan@example.org"),
    NewStudent("Grace Hopper", "grace@example.org"),
    NewStudent("Emmy Noether", "emmy@example.org"),
)
ADA, ALAN, GRACE, EMMY = 1, 2, 3, 4


def author(name: str, email: str = "", days: int = 1, commits: int = 1, lines: int = 10) -> Author:
    at = NOW - dt.timedelta(days=days)
    done = Done(commits, lines)
    return Author(name, email, 0, at, at, {f"2026-W{44 - days // 7}": {"": done, "model": done}})


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return parse_course(b'[course]\nname = "Deep Learning"\n', folder=tmp_path)


@pytest.fixture
def store(course: Course) -> Iterator[Store]:
    """A group of Ada, Alan and Grace, who left; Emmy is in another one."""
    with open_store(course.store) as opened:
        with opened.transaction("test") as tx:
            for student in STUDENTS:
                add_student(tx, student)
            for number, name in enumerate(("One", "Two"), start=1):
                assert add_group(tx, name).id == number
                add_repository(tx, NewRepository(number, url=f"https://git.example.org/{number}.git"))
            for key in (ADA, ALAN, GRACE):
                join_group(tx, key, 1)
            join_group(tx, EMMY, 2)
            leave_group(tx, GRACE)
        yield opened


def counted(store: Store, course: Course, *authors: Author, **notes: int) -> Activity:
    commits = sum(one.total.commits for one in authors)
    last = max((one.last_at for one in authors if one.last_at), default=None)
    with store.transaction("fetch") as tx:
        record_activity(tx, NewActivity(1, "a" * 40, "x", commits, last, True, authors, notes))
    with store.read() as view:
        return activities(course, view)[1]


def commits(found: Activity) -> dict[int, int]:
    return {one.student_id: one.done.commits for one in found.members}


def test_before_anything_is_counted_nobody_has_failed_to_start(store: Store, course: Course) -> None:
    with store.read() as view:
        found = activities(course, view)
    assert [one.student_id for one in found[1].members] == [ADA, ALAN]
    assert found[1].counted_at is None
    assert found[1].not_started == found[1].idle_members(7, NOW) == ()
    assert not found[1].idle(7, NOW)


def test_members_are_found_by_address_account_and_name(store: Store, course: Course) -> None:
    found = counted(
        store,
        course,
        author("x", "ada@example.org"),
        author("y", "999+countess@users.noreply.github.com"),
        author("z", "4711+renamed@users.noreply.github.com"),
        author("Turing, Alan", "private@example.com", days=9, commits=3),
    )
    assert commits(found) == {ADA: 3, ALAN: 3}
    assert not found.unsettled
    assert {one.identity.name: one.how for one in found.settled} == {
        "x": "email",
        "y": "account",
        "z": "account",
        "Turing, Alan": "name",
    }
    assert found.members[0].done.milestones == {"": Done(3, 30), "model": Done(3, 30)}
    assert found.members[1].done.idle_days(NOW) == 9
    assert found.idle_members(7, NOW) == (ALAN,)


def test_who_has_no_commit_has_not_started(store: Store, course: Course) -> None:
    found = counted(store, course, author("Ada Lovelace", days=20))
    assert found.not_started == (ALAN,)
    assert found.idle(14, NOW)
    assert not found.idle(21, NOW)
    assert found.idle_members(21, NOW) == (ALAN,)


def test_who_left_and_who_came_to_help_are_no_members(store: Store, course: Course) -> None:
    """What they did is theirs; it does not vanish, and they do not count as members who sleep."""
    found = counted(store, course, author("Grace Hopper"), author("E", "emmy@example.org", commits=2))
    assert commits(found) == {ADA: 0, ALAN: 0, GRACE: 1, EMMY: 2}
    assert [one.student_id for one in found.members if one.present] == [ADA, ALAN]
    assert found.not_started == (ADA, ALAN)


def test_what_is_not_known_waits_for_the_instructor_and_is_remembered(store: Store, course: Course) -> None:
    strangers = author("al", "al@laptop.example"), author("tutor", "tutor@example.org", commits=5)
    found = counted(store, course, *strangers, author("al", "other@example.com"))
    assert [(one.identities[0].name, len(one.identities), one.done.commits) for one in found.unsettled] == [
        ("tutor", 1, 5),
        ("al", 2, 2),
    ]
    with store.transaction("identities") as tx:
        settle_alias(tx, "git", "al", "al@laptop.example", ALAN)
        settle_alias(tx, "git", "tutor", "tutor@example.org", None)
        found = activities(course, tx)[1]
    assert not found.unsettled
    assert commits(found) == {ADA: 0, ALAN: 2}
    assert found.others.commits == 5


def test_an_erased_author_is_asked_about_no_more(store: Store, course: Course) -> None:
    found = counted(store, course, author("", ""), author("Ada Lovelace"))
    assert not found.unsettled
    assert (found.others.commits, commits(found)[ADA]) == (1, 1)


def test_a_rewritten_history_is_told(store: Store, course: Course) -> None:
    event = FetchEvent("rewritten", "main", "a" * 40, "b" * 40)
    with store.transaction("fetch") as tx:
        record_fetch(tx, NewFetch(1, "updated", "main", "b" * 40, NOW, 1, (event,)))
    assert counted(store, course, author("Ada"), shallow=1).notes == {"shallow": 1, "rewritten": 1}
