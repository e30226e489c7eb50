from __future__ import annotations

import getpass
import multiprocessing
import os
import threading
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from coursekit.store import Store, open_store, people, schema, transaction
from coursekit.store.history import list_audit
from coursekit.store.records import AuditEntry, NewStudent


def audit_of(store: Store) -> list[AuditEntry]:
    with store.read() as view:
        return list_audit(view)


def test_what_raises_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.transaction("roster import") as tx:
            student = people.add_student(tx, NewStudent("Anna"))
            group = people.add_group(tx, "One")
            people.join_group(tx, student.id, group.id)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.read() as view:
        assert people.list_students(view) == []
        assert people.list_groups(view) == []
        assert people.list_memberships(view, history=True) == []
    assert audit_of(store) == []


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_what_interrupts_leaves_nothing(store: Store, kind: type[BaseException]) -> None:
    def interrupt() -> None:
        with store.transaction("roster import") as tx:
            people.add_student(tx, NewStudent("Anna"))
            raise kind

    with pytest.raises(kind):
        interrupt()
    with store.read() as view:
        assert people.list_students(view) == []


def test_the_store_is_usable_after_an_exception(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction("roster import"):
        1 / 0  # noqa: B018
    with store.transaction("roster import") as tx:
        people.add_student(tx, NewStudent("Anna"))
    with store.read() as view:
        assert len(people.list_students(view)) == 1


def test_transactions_do_not_nest(store: Store) -> None:
    """The inner one would wait for the outer one until it gives up."""
    with (
        store.transaction("roster import"),
        pytest.raises(RuntimeError, match="open in this thread"),
        store.transaction("roster import"),
    ):
        pass
    with store.transaction("roster import"):
        pass


def test_a_mistake_in_the_code_is_not_blamed_on_the_database(store: Store) -> None:
    with pytest.raises(sa.exc.IntegrityError), store.transaction("roster import") as tx:
        tx.insert(schema.memberships, student_id=7, group_id=7, joined_at=tx.now)


def test_ids_of_removed_rows_are_not_given_again(store: Store) -> None:
    """The audit keeps ids, which must not come to mean somebody else."""
    with store.transaction("roster import") as tx:
        first = people.add_student(tx, NewStudent("Anna"))
        assert tx.execute(schema.students.delete()) == 1
        second = people.add_student(tx, NewStudent("Ben"))
    assert second.id > first.id


def test_a_reader_sees_one_state_while_others_write(store: Store) -> None:
    with store.read() as view:
        assert people.list_students(view) == []
        with store.transaction("roster import") as tx:
            people.add_student(tx, NewStudent("Anna"))
        assert people.list_students(view) == []
    with store.read() as view:
        assert len(people.list_students(view)) == 1


def test_the_audit_says_who_what_when_and_by_which_command(store: Store) -> None:
    before = datetime.now(UTC)
    with store.transaction("groups move") as tx:
        tx.audit("change", "memberships", 7, "left_at", None, tx.now, "moved to another city")
        tx.audit("change", "memberships", 8, "group_id", 1, 2)
        tx.audit("change", "repositories", 9, "origin", "made", "linked")
        tx.audit("change", "students", 3, "name")
    entries = audit_of(store)
    assert [(entry.table, entry.row_id, entry.field, entry.old) for entry in entries] == [
        ("memberships", 7, "left_at", None),
        ("memberships", 8, "group_id", "1"),
        ("repositories", 9, "origin", "made"),
        ("students", 3, "name", None),
    ]
    assert {entry.command for entry in entries} == {"groups move"}
    assert {entry.actor for entry in entries} == {transaction.actor()}
    assert {entry.action for entry in entries} == {"change"}
    assert before <= entries[0].at <= datetime.now(UTC)
    assert entries[0].new == tx.now.isoformat()
    assert [entry.reason for entry in entries] == ["moved to another city", None, None, None]
    with store.read() as view:
        assert [entry.id for entry in list_audit(view, table="memberships", row_id=8)] == [entries[1].id]


@pytest.mark.parametrize(
    ("table", "field", "value"),
    [
        ("students", "name", "Anna Berg"),
        ("students", "email", "anna@example.org"),
        ("students", "account", "annab"),
        ("students", "name_key", "x"),
        ("groups", "name", "Anna and Ben"),
        ("repositories", "url", "https://example.org/annab/project"),
        ("repositories", "origin", "Anna"),
        ("memberships", "group_id", "Anna"),
        ("memberships", "left_at", datetime(2026, 1, 1)),
        ("pets", "name", "x"),
        ("memberships", None, 3),
    ],
)
def test_no_name_gets_into_the_audit(store: Store, table: str, field: str | None, value: Any) -> None:
    with store.transaction("roster import") as tx:
        for old, new in ((value, None), (None, value)):
            with pytest.raises(ValueError):  # noqa: PT011 - the message differs
                tx.audit("change", table, 1, field, old, new)
    assert audit_of(store) == []


@pytest.mark.parametrize(
    "command", ["", "roster import anna.csv", "Roster", "roster  import", "a b c d", "/home/anna", "roster\n"]
)
def test_a_command_holds_no_arguments(store: Store, command: str) -> None:
    with pytest.raises(ValueError, match="without arguments"), store.transaction(command):
        pass


@pytest.mark.parametrize("action", ["", "Anna", "add student", "x" * 21])
def test_an_action_is_one_word(store: Store, action: str) -> None:
    with pytest.raises(ValueError, match="one lower-case word"), store.transaction("roster import") as tx:
        tx.audit(action, "students", 1)


@pytest.mark.parametrize("row_id", ["Anna", True, None, 1.0])
def test_a_row_is_named_by_its_number(store: Store, row_id: Any) -> None:
    with pytest.raises(ValueError, match="by its number"), store.transaction("roster import") as tx:
        tx.audit("add", "students", row_id)


def test_a_reason_loses_the_names_of_students(store: Store) -> None:
    with store.transaction("roster import") as tx:
        anna = people.add_student(tx, NewStudent("Anna Berg", "anna@example.org", "annab"))
    with store.transaction("groups move") as tx:
        tx.audit(
            "change", "memberships", 1, "left_at", None, tx.now, "anna berg (annab, anna@example.org) is ill"
        )
        tx.audit("change", "memberships", 2, "left_at", None, tx.now, "with Anna and Ben")
        ben = people.add_student(tx, NewStudent("Ben Cole"))
        tx.audit("change", "memberships", 3, "left_at", None, tx.now, "with Ben")
    reasons = [entry.reason for entry in audit_of(store) if entry.reason]
    one, two = f"[student {anna.id}]", f"[student {ben.id}]"
    assert reasons == [f"{one} ({one}, [address]) is ill", f"with {one} and {two}", f"with {two}"]


def test_a_reason_loses_a_name_that_comes_later_in_the_same_command(store: Store) -> None:
    with store.transaction("roster import") as tx:
        tx.audit("add", "groups", 1, reason="asked for by Zoe")
        zoe = people.add_student(tx, NewStudent("Zoe Young"))
    assert audit_of(store)[0].reason == f"asked for by [student {zoe.id}]"


def test_values_in_the_audit_read_the_same_everywhere() -> None:
    left_at, group_id = schema.memberships.c.left_at, schema.memberships.c.group_id
    noon = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert transaction._as_text(left_at, noon) == "2026-03-01T10:00:00+00:00"
    assert transaction._as_text(left_at, date(2026, 3, 1)) == "2026-03-01"
    assert transaction._as_text(group_id, 3) == "3"
    assert transaction._as_text(group_id, None) is None


def test_who_runs_this(monkeypatch: pytest.MonkeyPatch) -> None:
    assert transaction.actor()
    if hasattr(os, "getuid"):
        import pwd

        monkeypatch.setenv("LOGNAME", "somebody-else")
        assert transaction.actor() != "somebody-else"

        def unknown(uid: int) -> None:
            raise KeyError(uid)

        monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr(getpass, "getuser", lambda: "from the environment")
    assert transaction.actor() == "from the environment"

    def nobody() -> str:
        raise OSError("no such user")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert transaction.actor()


def count_up(folder: Path, times: int) -> None:
    with open_store(folder) as store:
        for _ in range(times):
            with store.transaction("roster import") as tx:
                # Read, then write: two at once must not read the same.
                number = len(people.list_students(tx))
                people.add_student(tx, NewStudent(f"Student {number}"))


def test_two_commands_at_once(tmp_path: Path) -> None:
    """Neither fails, nor undoes what the other wrote; both make the database."""
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=count_up, args=(tmp_path, 40)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    with open_store(tmp_path) as store, store.read() as view:
        names = {student.name for student in people.list_students(view)}
    assert names == {f"Student {number}" for number in range(80)}


def test_threads_take_turns(store: Store) -> None:
    def write(start: int) -> None:
        for number in range(start, start + 20):
            with store.transaction("roster import") as tx:
                people.add_student(tx, NewStudent(f"Student {number}"))

    threads = [threading.Thread(target=write, args=(start,)) for start in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as view:
        assert len(people.list_students(view)) == 60
