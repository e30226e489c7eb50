from __future__ import annotations

import pytest

from coursekit.errors import InputError
from coursekit.store import Store, open_store
from coursekit.store.aliases import alias_key, list_aliases, settle_alias
from coursekit.store.history import list_audit
from coursekit.store.people import add_student
from coursekit.store.records import NewStudent


@pytest.fixture
def store(target: str):  # type: ignore[no-untyped-def]
    with open_store(target) as opened:
        yield opened


def test_an_address_goes_before_a_name_and_case_and_spaces_mean_nothing() -> None:
    assert alias_key("Ada", " Ada@Example.org ") == alias_key("A. L.", "ada@example.org")
    assert alias_key("Ada  Lovelace ") == alias_key("ADA LOVELACE", "") != alias_key("Ada")


def test_an_alias_is_settled_once_and_can_be_corrected(store: Store) -> None:
    """The audit keeps whom it stood for before, as ids."""
    with store.transaction("attendance review") as tx:
        ada, alan = add_student(tx, NewStudent("Ada")), add_student(tx, NewStudent("Alan"))
        first = settle_alias(tx, "meeting", "iPhone von A.", None, ada.id)
        settle_alias(tx, "git", "iPhone von A.", None, None)
    with store.transaction("attendance review") as tx:
        assert settle_alias(tx, "meeting", "iPhone  von a.", "", alan.id, reason="not Ada").id == first.id
        settle_alias(tx, "meeting", "iPhone von A.", None, alan.id)
    with store.read() as view:
        assert [one.student_id for one in list_aliases(view, "meeting").values()] == [alan.id]
        assert [one.student_id for one in list_aliases(view, "git").values()] == [None]
        changes = [entry for entry in list_audit(view, table="aliases") if entry.action == "change"]
    assert [(one.old, one.new, one.reason) for one in changes] == [
        (str(ada.id), str(alan.id), f"not [student {ada.id}]")
    ]


def test_an_alias_of_nobody_on_the_roster_is_refused(store: Store) -> None:
    with pytest.raises(InputError, match="found no number 7"), store.transaction("attendance review") as tx:
        settle_alias(tx, "meeting", "Ada", None, 7)
