"""Deadlines of single groups: one counts, the history stays, and the audit holds what was due before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from coursekit.errors import InputError
from coursekit.store import Store, open_store
from coursekit.store.extensions import (
    list_extensions,
    present_extension,
    set_extension,
    withdraw_extension,
)
from coursekit.store.history import list_audit
from coursekit.store.people import add_group, add_student
from coursekit.store.records import NewStudent

COURSE = datetime(2026, 5, 6, 16, tzinfo=UTC)
WEEK = timedelta(days=7)


def test_an_extension_replaces_the_one_before_on_every_kind_of_database(target: str) -> None:
    with open_store(target) as store:
        with store.transaction("deadline extend") as tx:
            one, two = (add_group(tx, name).id for name in ("One", "Two"))
            first = set_extension(tx, one, "model", COURSE + WEEK, before=COURSE, reason=" ill ")
            other = set_extension(tx, two, "model", COURSE + WEEK, before=COURSE, reason="ill too")
            assert set_extension(tx, one, "model", COURSE + WEEK, before=COURSE, reason="again") == first
            second = set_extension(tx, one, "model", COURSE + 2 * WEEK, before=COURSE + WEEK, reason="still")
        with store.read() as view:
            assert list_extensions(view) == [other, second]
            assert present_extension(view, one, "model") == second
            assert present_extension(view, one, "data") is None
            assert [one.due_at for one in list_extensions(view, history=True)] == [
                COURSE + WEEK,
                COURSE + WEEK,
                COURSE + 2 * WEEK,
            ]
        assert (first.reason, first.due_at, first.withdrawn_at) == ("ill", COURSE + WEEK, None)
        with store.transaction("deadline withdraw") as tx:
            withdraw_extension(tx, second, now_due=COURSE, reason="well again")
            assert list_extensions(tx) == [other]


def test_the_audit_holds_old_and_new_and_no_names(store: Store) -> None:
    with store.transaction("deadline extend") as tx:
        one = add_group(tx, "One").id
        ada = add_student(tx, NewStudent("Ada Lovelace")).id
        set_extension(tx, one, "model", COURSE + WEEK, before=COURSE, reason="Ada Lovelace is ill")
        found = present_extension(tx, one, "model")
        assert found is not None
        withdraw_extension(tx, found, now_due=COURSE, reason="a mistake")
    with store.read() as view:
        entries = list_audit(view, table="extensions")
    later, course = ((COURSE + WEEK).isoformat(), COURSE.isoformat())
    assert [(one.action, one.field, one.old, one.new, one.reason) for one in entries] == [
        ("add", "due_at", course, later, f"[student {ada}] is ill"),
        ("remove", "due_at", later, course, "a mistake"),
    ]


def test_what_an_extension_needs(store: Store) -> None:
    with pytest.raises(InputError, match="no number 7"), store.transaction("deadline extend") as tx:
        set_extension(tx, 7, "model", COURSE, before=None, reason="x")
    with store.transaction("deadline extend") as tx:
        one = add_group(tx, "One").id
        with pytest.raises(InputError, match="expected a reason"):
            set_extension(tx, one, "model", COURSE, before=None, reason="  ")
