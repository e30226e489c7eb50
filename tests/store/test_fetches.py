"""What fetches brought, over time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from coursekit.errors import InputError
from coursekit.store import Store
from coursekit.store.fetches import list_fetches, newest_fetches, record_fetch
from coursekit.store.history import list_audit
from coursekit.store.people import add_group
from coursekit.store.records import FetchEvent, NewFetch, NewRepository
from coursekit.store.repositories import add_repository


@pytest.fixture
def one(store: Store) -> int:
    with store.transaction("test") as tx:
        group = add_group(tx, "One")
        return add_repository(tx, NewRepository(group.id, url="https://git.example.org/one.git")).id


def record(store: Store, fetch: NewFetch) -> datetime:
    with store.transaction("fetch") as tx:
        return record_fetch(tx, fetch).fetched_at


def test_each_fetch_that_found_something_is_kept(store: Store, one: int) -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    event = FetchEvent("rewritten", "main", "a" * 40, "b" * 40, "refs/coursekit/old/heads/main/aaaaaaaaaaaa")
    found = [
        NewFetch(one, "new", "main", "a" * 40, at, 7),
        NewFetch(one, "updated", "main", "b" * 40, at, 2, (event,)),
        NewFetch(one, "empty", events=(FetchEvent("deleted", "main", "b" * 40),)),
    ]
    for fetch in found:
        record(store, fetch)
    with store.read() as view:
        kept = list_fetches(view, one)
        assert newest_fetches(view) == {one: kept[-1]}
        assert [
            NewFetch(**{name: getattr(fetch, name) for name in NewFetch.__slots__}) for fetch in kept
        ] == found
        assert list_audit(view, table="repositories", row_id=one)[1:] == []


def test_the_same_again_only_moves_the_time_on(store: Store, one: int) -> None:
    commit = NewFetch(one, "updated", "main", "a" * 40, commits=2)
    rest = replace(commit, state="unchanged", commits=0)
    times = [record(store, fetch) for fetch in (commit, rest, rest, rest)]
    with store.read() as view:
        assert [(fetch.state, fetch.fetched_at) for fetch in list_fetches(view, one)] == [
            ("updated", times[0]),
            ("unchanged", times[3]),
        ]
    failed = NewFetch(one, "failed", reason="not found")
    record(store, failed)
    record(store, failed)
    record(store, replace(failed, reason="too large" * 1000))
    record(store, rest)
    with store.read() as view:
        kept = list_fetches(view, one)
    assert [fetch.state for fetch in kept] == ["updated", "unchanged", "failed", "failed", "unchanged"]
    assert len(kept[3].reason or "") == 1000


def test_the_newest_that_did_not_fail(store: Store, one: int) -> None:
    record(store, NewFetch(one, "new", "main", "a" * 40))
    record(store, NewFetch(one, "failed", reason="not found"))
    with store.read() as view:
        assert newest_fetches(view)[one].state == "failed"
        assert newest_fetches(view, successful=True)[one].commit == "a" * 40


def test_a_repository_that_is_not_there(store: Store) -> None:
    with pytest.raises(InputError, match="no number 99"):
        record(store, NewFetch(99, "new"))
