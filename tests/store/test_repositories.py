from __future__ import annotations

import pytest

from coursekit.errors import InputError
from coursekit.store import Store, people
from coursekit.store.history import list_audit
from coursekit.store.records import NewRepository
from coursekit.store.repositories import add_repository, list_repositories


def test_a_repository_is_registered_once(store: Store) -> None:
    with store.transaction("new-project") as tx:
        group = people.add_group(tx, "One")
        first = add_repository(tx, NewRepository(group.id, path="repositories/one"))
        assert add_repository(tx, NewRepository(group.id, path="repositories/one")) == first
    with store.read() as view:
        assert list_repositories(view) == [first]
    assert (first.group_id, first.path, first.url, first.origin) == (
        group.id,
        "repositories/one",
        None,
        "made",
    )


def test_one_takes_anothers_place_only_when_told(store: Store) -> None:
    with store.transaction("groups link") as tx:
        group = people.add_group(tx, "One")
        first = add_repository(tx, NewRepository(group.id, path="one"))
        linked = NewRepository(group.id, url="https://example.org/x", origin="linked")
        with pytest.raises(InputError, match="found one"):
            add_repository(tx, linked)
        second = add_repository(tx, linked, replace=True, reason="they made their own")
    with store.read() as view:
        assert list_repositories(view) == [second]
        old, new = list_repositories(view, history=True)
        reasons = [entry.reason for entry in list_audit(view, table="repositories")]
    assert (old.id, old.replaced_at, new) == (first.id, tx.now, second)
    assert reasons == [None, "they made their own", "they made their own"]
    assert second.origin == "linked"


def test_what_cannot_be_registered(store: Store) -> None:
    with store.transaction("groups link") as tx:
        group = people.add_group(tx, "One")
        with pytest.raises(InputError, match="found neither"):
            add_repository(tx, NewRepository(group.id))
        with pytest.raises(InputError, match="no number 99"):
            add_repository(tx, NewRepository(99, path="x"))
