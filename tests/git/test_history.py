"""What a branch was at a deadline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from coursekit.errors import InputError
from coursekit.git.history import Before, last_commit_before
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
