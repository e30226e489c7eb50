from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from coursekit.errors import InputError
from coursekit.model import Finding, Level, Location, Status
from coursekit.store import Store, Transaction, checks, people
from coursekit.store.history import list_audit
from coursekit.store.records import NewCheckRun, NewRepository
from coursekit.store.repositories import add_repository

MET = Finding("DOC101", "A title", Status.MET, Level.REQUIRED, None, True, "found", "")
NOT_MET = Finding(
    "DOC102",
    "It says \"what\" & 'why' 🦊",
    Status.NOT_MET,
    Level.ADVISED,
    "5_Presentation",
    False,
    "nothing\nfound",
    "write it",
    (Location("0_Literature/Übersicht.md", 3), Location("a.ipynb", 1, 4), Location("README.md")),
)


def a_repository(tx: Transaction, name: str) -> int:
    group = people.add_group(tx, name)
    return add_repository(tx, NewRepository(group.id, path=name)).id


def test_a_check_comes_back_as_it_went_in(store: Store) -> None:
    with store.transaction("check") as tx:
        run = NewCheckRun(a_repository(tx, "one"), "opencampus-ml", "0.1.0", (NOT_MET, MET), commit="a" * 40)
        recorded = checks.record_check(tx, run)
    with store.read() as view:
        assert checks.newest_checks(view) == [recorded]
        assert list_audit(view, table="check_runs") == []
    assert recorded.findings == (NOT_MET, MET)
    assert recorded.commit == "a" * 40
    assert recorded.checked_at == tx.now


def test_the_newest_of_each_group(store: Store) -> None:
    with store.transaction("check") as tx:
        one, two, _ = (a_repository(tx, name) for name in ("one", "two", "never"))
        run = NewCheckRun(one, "opencampus-ml", "0.1.0", (NOT_MET,))
        first = checks.record_check(tx, run)
        second = checks.record_check(tx, dataclasses.replace(run, repository_id=two))
    with store.transaction("check") as tx:
        third = checks.record_check(tx, dataclasses.replace(run, findings=(MET,)))
    with store.read() as view:
        assert checks.newest_checks(view) == [third, second]
        assert checks.list_checks(view, third.group_id) == [first, third]


def test_a_check_of_a_repository_that_was_replaced_is_history(store: Store) -> None:
    with store.transaction("check") as tx:
        run = checks.record_check(tx, NewCheckRun(a_repository(tx, "one"), "p", "1"))
        add_repository(tx, NewRepository(run.group_id, path="other"), replace=True)
        assert checks.newest_checks(tx) == []
        assert checks.list_checks(tx, run.group_id) == [run]


def test_more_checks_than_fit_into_one_statement(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_AT_ONCE", 2)
    with store.transaction("check") as tx:
        runs = [
            checks.record_check(
                tx, NewCheckRun(a_repository(tx, f"group {number}"), "p", "1", (MET, NOT_MET))
            )
            for number in range(5)
        ]
    with store.read() as view:
        assert checks.newest_checks(view) == runs


def test_what_text_cannot_carry_is_replaced(store: Store) -> None:
    odd = dataclasses.replace(MET, message="a\0b\ud800", locations=(Location("x\udcff\0"),))
    with store.transaction("check") as tx:
        checks.record_check(tx, NewCheckRun(a_repository(tx, "one"), "p", "1", (odd,)))
    with store.read() as view:
        (run,) = checks.newest_checks(view)
    assert run.findings[0].message == "a\ufffdb?"
    assert run.findings[0].locations[0].path == "x?\ufffd"


def test_what_cannot_be_recorded(store: Store) -> None:
    with store.transaction("check") as tx:
        with pytest.raises(InputError, match="no number 99"):
            checks.record_check(tx, NewCheckRun(99, "p", "1"))
        with pytest.raises(ValueError, match="several of DOC101"):
            checks.record_check(tx, NewCheckRun(a_repository(tx, "one"), "p", "1", (MET, MET)))


def test_when_the_commit_at_a_moment_was_first_seen_is_kept(store: Store) -> None:
    moment = datetime(2026, 5, 1, 16, tzinfo=UTC)
    with store.transaction("check") as tx:
        run = NewCheckRun(a_repository(tx, "one"), "p", "1", as_of=moment, seen_at=moment, beside=2)
        recorded = checks.record_check(tx, run)
        assert checks.newest_checks(tx) == []
        assert checks.newest_checks(tx, moment) == [recorded]
    assert (recorded.seen_at, recorded.beside) == (moment, 2)
