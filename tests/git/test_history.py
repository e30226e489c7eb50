"""What a branch was at a deadline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from coursekit.errors import InputError
from coursekit.git.history import Before, Sighting, last_commit_before, tip_of
from tests.git.serving import Work, git


def day(number: int) -> str:
    return f"2026-03-{number:02}T12:00:00+0000"


DEADLINE = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path / "host")


def test_the_last_one_that_is_not_too_late(work: Work) -> None:
    """The moment itself is in time; time zones count."""
    first = work.commit("one", date=day(1))
    second = work.commit("two", date="2026-03-10T14:00:00+0200")
    work.commit("three", date="2026-03-10T12:00:01+0000")
    assert last_commit_before(work.bare, DEADLINE) == Before(second, DEADLINE)
    berlin = DEADLINE.replace(tzinfo=timezone(timedelta(hours=1)))
    found = last_commit_before(work.bare, berlin)
    assert found is not None
    assert found.commit == first


def test_none_when_the_branch_is_younger_or_empty(work: Work) -> None:
    assert last_commit_before(work.bare, DEADLINE) is None
    work.commit("late", date=day(11))
    assert last_commit_before(work.bare, DEADLINE) is None


def test_what_was_merged_later_does_not_count(work: Work) -> None:
    """It is said that it is there."""
    main = work.commit("one", date=day(1))
    work.git("checkout", "-q", "-b", "side")
    work.commit("side", name="side.md", date=day(5))
    work.git("checkout", "-q", "main")
    git(work.tree, "merge", "-q", "--no-ff", "-m", "merge", "side", date=day(12))
    work.git("push", "-q", "origin", "main")
    assert last_commit_before(work.bare, DEADLINE) == Before(main, datetime(2026, 3, 1, 12, tzinfo=UTC), 1)


def test_a_merge_the_wrong_way_round_is_noticed(work: Work) -> None:
    """Bob's commit was the branch at the deadline; Ada pulled it into her own line afterwards."""
    work.commit("one", date=day(1))
    work.git("checkout", "-q", "-b", "bob")
    bob = work.commit("bob", name="bob.md", date=day(8))
    work.git("checkout", "-q", "main")
    ada = work.commit("ada", name="ada.md", date=day(9), push=False)
    git(work.tree, "merge", "-q", "--no-ff", "-m", "pull", "bob", date=day(12))
    work.git("push", "-q", "origin", "main")
    found = last_commit_before(work.bare, DEADLINE)
    assert found is not None
    assert (found.commit, found.beside) == (ada, 1)
    other = last_commit_before(work.bare, DEADLINE, revision="bob")
    assert other is not None
    assert other.commit == bob


def test_a_late_clock_in_between(work: Work) -> None:
    """A commit dated later than the one after it does not hide that one."""
    work.commit("one", date=day(1))
    work.commit("clock", date=day(20))
    third = work.commit("three", date=day(9))
    found = last_commit_before(work.bare, DEADLINE)
    assert found is not None
    assert found.commit == third


def test_an_amended_commit_counts_when_it_was_amended(work: Work) -> None:
    """The author's date stays as it was."""
    first = work.commit("one", date=day(1))
    work.commit("two", date=day(9))
    git(work.tree, "commit", "-q", "--amend", "--allow-empty", "-m", "better", "--date", day(9), date=day(12))
    work.git("push", "-q", "--force", "origin", "main")
    found = last_commit_before(work.bare, DEADLINE)
    assert found is not None
    assert found.commit == first


def test_what_cannot_be_asked(work: Work, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'week-9'"):
        last_commit_before(work.bare, DEADLINE, revision="week-9")
    with pytest.raises(InputError, match="nowhere"):
        last_commit_before(tmp_path / "nowhere", DEADLINE)
    with pytest.raises(ValueError, match="time zone"):
        last_commit_before(work.bare, DEADLINE.replace(tzinfo=None))


def seen(number: int, commit: str | None) -> Sighting:
    return Sighting(datetime(2026, 3, number, 12, tzinfo=UTC), commit)


def before(work: Work, *sightings: Sighting) -> Before | None:
    return last_commit_before(work.bare, DEADLINE, sightings=sightings)


def test_what_was_seen_before_the_moment_counts_whatever_its_clock_says(work: Work) -> None:
    work.commit("one", date=day(1))
    fast = work.commit("a clock that is a month fast", date="2026-04-08T12:00:00+0000")
    found = before(work, seen(9, fast))
    assert found is not None
    assert (found.commit, found.seen_at) == (fast, seen(9, fast).at)


def test_what_was_pulled_in_later_was_not_in_the_branch(work: Work) -> None:
    """A fetch saw Bob's commit in the branch; Ada's unpushed one is no state of it, though its date is in time."""
    work.commit("one", date=day(1))
    work.git("checkout", "-q", "-b", "bob")
    bob = work.commit("bob", name="bob.md", date=day(8))
    work.git("checkout", "-q", "main")
    work.commit("ada", name="ada.md", date=day(9), push=False)
    git(work.tree, "merge", "-q", "--no-ff", "-m", "pull", "bob", date=day(12))
    work.git("push", "-q", "origin", "main")
    found = before(work, seen(9, bob))
    assert found is not None
    assert (found.commit, found.beside) == (bob, 1)


def test_rewritten_between_two_fetches(work: Work) -> None:
    """What is dated after the fetch may have been there at the moment; what is older was replaced later."""
    work.commit("one", date=day(1))
    old = work.commit("two", date=day(8))
    work.git("push", "-q", "origin", "HEAD:refs/keep/old")
    work.git("reset", "-q", "--hard", "HEAD~1")
    new = work.commit("two, again", date=day(10), push=False)
    work.git("push", "-q", "-f", "origin", "main")
    found = before(work, seen(9, old), seen(11, new))
    assert found is not None
    assert (found.commit, found.seen_at) == (new, seen(11, new).at)
    work.git("reset", "-q", "--hard", "HEAD~1")
    late = work.commit("two, much later", date=day(15), push=False)
    work.git("push", "-q", "-f", "origin", "main")
    found = before(work, seen(9, old), seen(16, late))
    assert found is not None
    assert found.commit == old
    work.git("checkout", "-q", "--orphan", "other")
    fresh = work.commit("all anew", date=day(16), push=False)
    work.git("push", "-q", "-f", "origin", "other:main")
    found = before(work, seen(9, old), seen(17, fresh))
    assert found is not None
    assert found.commit == old


def test_sightings_of_commits_that_are_gone_are_passed_over(work: Work) -> None:
    one = work.commit("one", date=day(1))
    found = before(work, seen(9, "0" * 40), seen(11, "f" * 40))
    assert found == Before(one, datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert before(work, seen(11, None), seen(12, one)) is None


def test_the_tip_of_a_branch(work: Work, tmp_path: Path) -> None:
    assert tip_of(work.bare) is None
    one = work.commit("one", date=day(1))
    assert tip_of(work.bare) == tip_of(work.tree) == one
    assert tip_of(tmp_path) is None
