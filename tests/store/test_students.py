"""Students as rosters bring them: numbers, sections, who dropped out and came back; on both kinds of database."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursekit.errors import InputError
from coursekit.store import Store, open_store, people, schema
from coursekit.store.history import list_audit
from coursekit.store.records import NewStudent

ANNA = NewStudent("Anna", "a@example.org", "annab", "s123456", "4711", "Tuesday")


@pytest.fixture
def store(target: str) -> Iterator[Store]:
    with open_store(target) as opened:
        yield opened


def test_everything_that_a_roster_says_is_kept(store: Store) -> None:
    with store.transaction("roster import") as tx:
        added = people.add_student(tx, ANNA)
    with store.read() as view:
        assert people.list_students(view) == [added]
    values = {field.name: getattr(added, field.name) for field in dataclasses.fields(NewStudent)}
    assert NewStudent(**values) == ANNA
    assert added.left_at is None


@pytest.mark.parametrize(
    ("second", "what"),
    [
        (NewStudent("Ben", id_number=" S123456"), "ID number"),
        (NewStudent("Ben", account_id="4711 "), "account number"),
    ],
)
def test_numbers_belong_to_one_student(store: Store, second: NewStudent, what: str) -> None:
    with store.transaction("roster import") as tx:
        people.add_student(tx, ANNA)
        with pytest.raises(InputError, match=f"each {what} once"):
            people.add_student(tx, second)
        people.add_student(tx, NewStudent("Ben", id_number="s999999", account_id="4712"))


def test_a_change_is_stored_and_audited_without_what_was_written(store: Store) -> None:
    with store.transaction("roster import") as tx:
        anna = people.add_student(tx, ANNA)
    with store.transaction("roster change") as tx:
        changed = people.change_student(
            tx, anna.id, dataclasses.replace(ANNA, name="Anna Berg", email="ANNA@example.org", section=None)
        )
        assert people.change_student(tx, anna.id, changed) == changed
    with store.read() as view:
        assert people.list_students(view) == [changed]
        entries = [entry for entry in list_audit(view, table="students") if entry.action == "change"]
    assert (changed.name, changed.email, changed.section) == ("Anna Berg", "ANNA@example.org", None)
    assert [entry.field for entry in entries] == ["name", "email", "section"]
    assert {(entry.old, entry.new) for entry in entries} == {(None, None)}


def test_a_change_takes_nothing_of_another_student(store: Store) -> None:
    with store.transaction("roster change") as tx:
        people.add_student(tx, ANNA)
        ben = people.add_student(tx, NewStudent("Ben", "b@example.org"))
        with pytest.raises(InputError, match="another student"):
            people.change_student(tx, ben.id, NewStudent("Ben", "A@example.org"))
        with pytest.raises(InputError, match="no number 99"):
            people.change_student(tx, 99, ANNA)
        # Another case of the own address is no conflict, and frees nothing.
        people.change_student(tx, ben.id, NewStudent("Ben", "B@example.org"))
        with pytest.raises(InputError, match="another student"):
            people.add_student(tx, NewStudent("Carl", "b@example.org"))


def test_who_drops_out_leaves_the_group_and_stays_known(store: Store) -> None:
    with store.transaction("roster import") as tx:
        anna, group = people.add_student(tx, ANNA), people.add_group(tx, "One")
        people.join_group(tx, anna.id, group.id)
    with store.transaction("roster drop") as tx:
        left = people.drop_student(tx, anna.id, reason="Anna (s123456) moved away")
        assert people.drop_student(tx, anna.id) == left
        with pytest.raises(InputError, match="dropped out"):
            people.join_group(tx, anna.id, group.id)
    with store.read() as view:
        assert people.list_students(view) == []
        assert people.list_students(view, left=True) == [left]
        assert people.members(view) == {group.id: []}
        (membership,) = people.list_memberships(view, history=True)
        entries = list_audit(view, table="students", row_id=anna.id)
    assert membership.left_at == left.left_at is not None
    assert [(entry.field, entry.reason) for entry in entries if entry.action == "change"] == [
        ("left_at", "[student 1] ([student 1]) moved away")
    ]


def test_who_comes_back_is_the_same_student(store: Store) -> None:
    with store.transaction("roster import") as tx:
        anna, group = people.add_student(tx, ANNA), people.add_group(tx, "One")
        people.join_group(tx, anna.id, group.id)
    with store.transaction("roster drop") as tx:
        people.drop_student(tx, anna.id)
    with store.transaction("roster import") as tx:
        assert people.return_student(tx, anna.id) == anna
        assert people.return_student(tx, anna.id) == anna
        people.join_group(tx, anna.id, group.id)
        assert len(people.list_memberships(tx, history=True)) == 2


def test_nobody_drops_out_before_joining(store: Store) -> None:
    with store.transaction("roster import") as tx:
        anna, group = people.add_student(tx, ANNA), people.add_group(tx, "One")
        people.join_group(tx, anna.id, group.id)
        with pytest.raises(InputError, match="a moment after"):
            people.drop_student(tx, anna.id, at=tx.now - timedelta(days=1))
        assert people.list_students(tx) == [anna]
        with pytest.raises(InputError, match="no number 99"):
            people.drop_student(tx, 99)
        with pytest.raises(InputError, match="no number 99"):
            people.return_student(tx, 99)


def test_students_of_an_older_database_take_part(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr(schema, "HEAD", "0003")
        with open_store(target) as store, store._engine.begin() as connection:
            columns = "name, email, email_key, added_at"
            for name in ("Anna", "Ben"):
                address = f"{name}@example.org"
                statement = (
                    f"INSERT INTO students ({columns}) VALUES (:name, :email, :key, '2026-04-01 10:00:00')"
                )
                values = {"name": name, "email": address, "key": address.lower()}
                connection.execute(sa.text(statement), values)
    with open_store(target) as store, store.transaction("roster import") as tx:
        anna, _ = people.list_students(tx)
        assert anna == dataclasses.replace(anna, name="Anna", id_number=None, section=None, left_at=None)
        people.change_student(tx, anna.id, ANNA)
        people.drop_student(tx, anna.id)
        assert [student.name for student in people.list_students(tx)] == ["Ben"]
