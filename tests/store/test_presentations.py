"""When groups present: identifiers stay, sequences go up, and the audit says what moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from coursekit.errors import InputError
from coursekit.store import Store, open_store
from coursekit.store.history import list_audit
from coursekit.store.people import add_group
from coursekit.store.presentations import list_presentations, set_presentations

AT = datetime(2027, 1, 20, 17, tzinfo=UTC)


def slot(number: int) -> tuple[datetime, datetime]:
    return AT + timedelta(minutes=25 * number), AT + timedelta(minutes=25 * number + 20)


def groups(store: Store) -> list[int]:
    with store.transaction("test") as tx:
        return [add_group(tx, name).id for name in ("Bees of Ada Lovelace", "Birds")]


def put(store: Store, slots: dict[int, tuple[datetime, datetime] | None]) -> int:
    with store.transaction("schedule") as tx:
        return set_presentations(tx, slots, reason="train is late")


def test_slots_on_every_kind_of_database(target: str) -> None:
    with open_store(target) as store:
        one, other = groups(store)
        assert put(store, {one: slot(1), other: slot(0)}) == 2
        with store.read() as view:
            first = list_presentations(view)
        assert [(found.group_id, found.starts_at, found.ends_at, found.sequence) for found in first] == [
            (other, *slot(0), 0),
            (one, *slot(1), 0),
        ]
        assert put(store, {one: slot(0), other: slot(1)}) == 2
        with store.read() as view:
            second = list_presentations(view)
        assert [found.group_id for found in second] == [one, other]
        assert {found.uid for found in second} == {found.uid for found in first}
        assert {found.sequence for found in second} == {1}


def test_the_same_slot_again_changes_nothing(store: Store) -> None:
    one, _ = groups(store)
    put(store, {one: slot(0)})
    with store.read() as view:
        before = list_presentations(view)
    assert put(store, {one: slot(0)}) == 0
    with store.read() as view:
        assert list_presentations(view) == before


def test_a_lost_slot_stays_known_until_there_is_another(store: Store) -> None:
    one, other = groups(store)
    assert put(store, {one: slot(0), other: None}) == 1
    assert put(store, {one: None}) == 1
    assert put(store, {one: None}) == 0
    with store.read() as view:
        assert list_presentations(view) == []
        (gone,) = list_presentations(view, withdrawn=True)
    assert (gone.sequence, gone.withdrawn_at is not None) == (1, True)
    put(store, {one: slot(0)})
    with store.read() as view:
        (back,) = list_presentations(view)
    assert (back.uid, back.sequence, back.withdrawn_at) == (gone.uid, 2, None)


def test_the_audit_holds_times_and_no_names(store: Store) -> None:
    one, _ = groups(store)
    put(store, {one: slot(0)})
    put(store, {one: slot(1)})
    with store.read() as view:
        entries = list_audit(view, table="presentations")
    assert {(entry.field, entry.old, entry.new) for entry in entries} >= {
        ("group_id", None, str(one)),
        ("starts_at", slot(0)[0].isoformat(), slot(1)[0].isoformat()),
    }
    assert all(entry.command == "schedule" for entry in entries)
    assert "Ada" not in repr(entries)


def test_a_group_that_is_not_there(store: Store) -> None:
    with pytest.raises(InputError, match="no number 99"):
        put(store, {99: slot(0)})
