"""What was counted of the repositories, as the store keeps and forgets it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from coursekit.store import Store, open_store
from coursekit.store.activity import list_activity, list_basis, record_activity, rewritten
from coursekit.store.fetches import record_fetch
from coursekit.store.history import list_audit
from coursekit.store.people import add_group, add_student
from coursekit.store.records import FetchEvent, NewActivity, NewFetch, NewRepository, NewStudent
from coursekit.store.repositories import add_repository
from coursekit.store.tombstones import add_tombstones
from coursekit.work import Author, Done

AT = datetime(2026, 10, 5, 12, tzinfo=UTC)
ADA = Author("Ada Löve\ud800lace \x00", "ada@example.org", 1, AT, AT, {"2026-W41": {"": Done(2, 30)}})
ALAN = Author("Alan", "", 0, None, None, {"": {"": Done(1, 4), "model": Done(1, 4)}})


@pytest.fixture
def store(target: str) -> Iterator[Store]:
    with open_store(target) as opened:
        yield opened


def made(store: Store, name: str = "One") -> tuple[int, int]:
    with store.transaction("test") as tx:
        group = add_group(tx, name).id
        return group, add_repository(tx, NewRepository(group, url=f"https://git.example.org/{name}.git")).id


def test_the_newest_count_takes_the_place_of_the_one_before(store: Store) -> None:
    """It is no manual change, so the audit has nothing of it."""
    group, repository = made(store)
    with store.transaction("fetch") as tx:
        before = len(list_audit(tx))
        record_activity(tx, NewActivity(repository, "a" * 40, "x", 1, None, True, (ALAN,), {"undated": 1}))
        record_activity(tx, NewActivity(repository, "b" * 40, "y", 3, AT, False, (ALAN,), {"shallow": 1}))
    with store.read() as view:
        (found,) = list_activity(view).values()
        assert list_activity(view).keys() == {group}
        assert list_basis(view) == {repository: ("b" * 40, "y")}
        assert len(list_audit(view)) == before
    assert (found.commits, found.last_at, found.whole, found.notes) == (3, AT, False, {"shallow": 1})
    assert found.authors == (ALAN,)
    assert found.authors[0].total == Done(1, 4)


def test_names_that_no_database_takes_are_kept_as_text(store: Store) -> None:
    group, repository = made(store)
    with store.transaction("fetch") as tx:
        record_activity(tx, NewActivity(repository, "a" * 40, "x", 2, AT, True, (ADA,)))
    with store.read() as view:
        (author,) = list_activity(view)[group].authors
    assert author.name == "Ada Löve?lace \ufffd"
    assert author.weeks == ADA.weeks


def test_who_was_erased_is_a_number_also_when_it_is_counted_again(store: Store) -> None:
    """The repository still has the name; another student of the same name keeps it."""
    group, repository = made(store)
    with store.transaction("privacy erase") as tx:
        gone = add_student(tx, NewStudent("Somebody"))
        add_student(tx, NewStudent("Alan"))
        add_tombstones(tx, gone.id, {"name": [ADA.name, "Alan"], "email": ["Ada@example.org"]})
        record_activity(tx, NewActivity(repository, "a" * 40, "x", 3, AT, True, (ADA, ALAN)))
        authors = list_activity(tx)[group].authors
    assert [(one.name, one.email, one.total.lines) for one in authors] == [
        (f"Student {gone.id} (erased)", "", 30),
        ("Alan", "", 4),
    ]


def test_fetches_that_found_a_rewritten_history_are_counted(store: Store) -> None:
    _, one = made(store)
    _, two = made(store, "Two")
    with store.transaction("fetch") as tx:
        record_fetch(
            tx, NewFetch(one, "updated", "main", "a" * 40, AT, 1, (FetchEvent("rewritten", "main"),))
        )
        record_fetch(tx, NewFetch(one, "updated", "main", "b" * 40, AT, 1, (FetchEvent("deleted", "x"),)))
        record_fetch(tx, NewFetch(two, "updated", "main", "b" * 40, AT, 1, (FetchEvent("ignored", "1"),)))
    with store.read() as view:
        assert rewritten(view) == {one: 2}
