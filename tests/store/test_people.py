from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursekit.errors import InputError
from coursekit.store import Store, Transaction, open_store, people
from coursekit.store.history import list_audit
from coursekit.store.records import Group, NewStudent, Student

NAMES = [
    "O'Brien",
    'Robert"); DROP TABLE students;--',
    "李",
    "Zoë 🦊",
    "two\nlines",
    "{{ x }}",
    "../../x",
    "%s %(x)s :x",
    "\u202eevil",
]


def one_of_each(tx: Transaction) -> tuple[Student, Group]:
    return people.add_student(tx, NewStudent("Anna")), people.add_group(tx, "One")


@pytest.mark.parametrize("name", NAMES)
def test_names_stay_as_they_are(store: Store, name: str) -> None:
    with store.transaction("roster import") as tx:
        student, group = people.add_student(tx, NewStudent(name)), people.add_group(tx, name)
    with store.read() as view:
        assert people.list_students(view) == [student]
        assert people.list_groups(view) == [group]
        assert people.find_group(view, name) == group
    assert student.name == group.name == name


def test_any_name(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:

        @settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
        @given(st.text(st.characters(categories=None), min_size=1))
        def stored(name: str) -> None:
            with store.transaction("roster import") as tx:
                try:
                    student = people.add_student(tx, NewStudent(name))
                except InputError:
                    assert not name.strip()
                    return
            expected = name.strip().replace("\0", "\ufffd").encode("utf-8", "replace").decode()
            assert student.name == expected

        stored()


def test_a_student_is_frozen_and_has_an_id(store: Store) -> None:
    with store.transaction("roster import") as tx:
        student = people.add_student(tx, NewStudent(" Anna ", " a@example.org ", ""))
    assert (student.name, student.email, student.account) == ("Anna", "a@example.org", None)
    assert student.added_at == tx.now
    with pytest.raises(dataclasses.FrozenInstanceError):
        student.name = "Ben"  # type: ignore[misc]


@pytest.mark.parametrize(
    "second",
    [
        NewStudent("Ben", email="A@Example.org"),
        NewStudent("Ben", email=" a@example.org"),
        NewStudent("Ben", account="ANNAB"),
    ],
)
def test_one_address_for_two_students(store: Store, second: NewStudent) -> None:
    """The row is refused, and the import goes on."""
    with store.transaction("roster import") as tx:
        people.add_student(tx, NewStudent("Anna", "a@example.org", "annab"))
        with pytest.raises(InputError, match="another student"):
            people.add_student(tx, second)
        people.add_student(tx, NewStudent("Carl"))
    with store.read() as view:
        assert [student.name for student in people.list_students(view)] == ["Anna", "Carl"]


def test_many_students_without_addresses(store: Store) -> None:
    with store.transaction("roster import") as tx:
        for name in ("Anna", "Anna"):
            people.add_student(tx, NewStudent(name, email="", account=None))
    with store.read() as view:
        assert len(people.list_students(view)) == 2


@pytest.mark.parametrize("name", ["", " ", "\n"])
def test_no_name(store: Store, name: str) -> None:
    with store.transaction("roster import") as tx:
        with pytest.raises(InputError, match="found none"):
            people.add_student(tx, NewStudent(name))
        with pytest.raises(InputError, match="found none"):
            people.add_group(tx, name)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Gruppe Ä", "gruppe ä"),
        ("Gruppe \u00c4", "gruppe A\u0308"),
        ("Straße", "STRASSE"),
        ("one", " one "),
        ("fi", "\ufb01"),
    ],
)
def test_two_groups_that_would_share_a_folder(store: Store, first: str, second: str) -> None:
    with store.transaction("groups add") as tx:
        group = people.add_group(tx, first)
        with pytest.raises(InputError, match="of its own"):
            people.add_group(tx, second)
        assert people.find_group(tx, second) == group
        assert people.find_group(tx, "another") is None


def test_who_moves_is_in_one_group_and_was_in_another(store: Store) -> None:
    with store.transaction("groups form") as tx:
        student, one = one_of_each(tx)
        two = people.add_group(tx, "Two")
        people.join_group(tx, student.id, one.id)
    with store.transaction("groups move") as tx:
        people.join_group(tx, student.id, two.id, reason="wish")
    with store.read() as view:
        assert people.members(view) == {one.id: [], two.id: [student]}
        present = people.list_memberships(view)
        first, second = people.list_memberships(view, history=True)
        audit = list_audit(view, table="memberships")
    assert present == [second]
    assert (first.group_id, first.left_at) == (one.id, second.joined_at)
    assert [(entry.action, entry.reason) for entry in audit] == [
        ("add", None),
        ("change", "wish"),
        ("add", "wish"),
    ]


def test_joining_the_same_group_again_changes_nothing(store: Store) -> None:
    with store.transaction("groups form") as tx:
        student, one = one_of_each(tx)
        first = people.join_group(tx, student.id, one.id)
        assert people.join_group(tx, student.id, one.id) == first
        assert people.list_memberships(tx, history=True) == [first]


def test_leaving_keeps_the_past(store: Store) -> None:
    monday = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with store.transaction("groups form") as tx:
        student, one = one_of_each(tx)
        assert people.leave_group(tx, student.id) is None
        people.join_group(tx, student.id, one.id, at=monday)
        ended = people.leave_group(tx, student.id, at=monday + timedelta(days=7), reason="dropped out")
        assert ended is not None
        assert people.members(tx) == {one.id: []}
        assert people.list_memberships(tx) == []
        assert people.list_memberships(tx, at=monday) == [ended]
        assert people.list_memberships(tx, at=monday + timedelta(days=6)) == [ended]
        assert people.list_memberships(tx, at=monday + timedelta(days=7)) == []
        assert people.list_memberships(tx, at=monday - timedelta(days=1)) == []
        again = people.join_group(tx, student.id, one.id)
        assert again.id != ended.id


def test_nobody_leaves_before_joining(store: Store) -> None:
    with store.transaction("groups form") as tx:
        student, one = one_of_each(tx)
        people.join_group(tx, student.id, one.id)
        with pytest.raises(InputError, match="a moment after"):
            people.leave_group(tx, student.id, at=tx.now - timedelta(days=1))


def test_who_and_what_must_be_there(store: Store) -> None:
    with store.transaction("groups form") as tx:
        student, one = one_of_each(tx)
        with pytest.raises(InputError, match="no number 99"):
            people.join_group(tx, 99, one.id)
        with pytest.raises(InputError, match="no number 99"):
            people.join_group(tx, student.id, 99)
