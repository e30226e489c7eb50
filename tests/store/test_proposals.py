"""Decisions about proposals: the newest counts, the history stays, and the audit holds no comment."""

from __future__ import annotations

import pytest

from coursekit.errors import InputError
from coursekit.store import Store, people
from coursekit.store.history import list_audit
from coursekit.store.proposals import add_decision, latest_decisions, list_decisions
from coursekit.store.records import NewProposalDecision


def test_the_newest_decision_counts_and_the_others_stay(store: Store) -> None:
    with store.transaction("groups proposal") as tx:
        one, two = people.add_group(tx, "One"), people.add_group(tx, "Two")
        back = add_decision(tx, NewProposalDecision(one.id, "sent_back", "a", "Which data, Anna?"))
        other = add_decision(tx, NewProposalDecision(two.id, "accepted", "x"))
        good = add_decision(tx, NewProposalDecision(one.id, "accepted", "b"))
    with store.read() as view:
        assert latest_decisions(view) == {one.id: good, two.id: other}
        assert list_decisions(view, group_id=one.id) == [back, good]
        assert back.comment == "Which data, Anna?"


def test_the_audit_holds_the_decision_and_not_the_comment(store: Store) -> None:
    with store.transaction("groups proposal") as tx:
        one = people.add_group(tx, "One")
        add_decision(tx, NewProposalDecision(one.id, "sent_back", "a", "Which data, Anna?"))
        add_decision(tx, NewProposalDecision(one.id, "accepted", "b"))
    with store.read() as view:
        entries = list_audit(view, table="proposal_decisions")
    assert [(entry.old, entry.new) for entry in entries] == [(None, "sent_back"), ("sent_back", "accepted")]
    assert "Anna" not in repr(entries)


def test_a_decision_needs_its_group(store: Store) -> None:
    with pytest.raises(InputError, match="no number 7"), store.transaction("groups proposal") as tx:
        add_decision(tx, NewProposalDecision(7, "accepted", "a"))


def test_a_group_gets_another_name(store: Store) -> None:
    with store.transaction("groups rename") as tx:
        one, two = people.add_group(tx, "One"), people.add_group(tx, "Two")
        renamed = people.rename_group(tx, one.id, " ONE ", reason="their wish")
        assert (renamed.id, renamed.name, renamed.added_at) == (one.id, "ONE", one.added_at)
        assert people.rename_group(tx, one.id, "ONE") == renamed
        with pytest.raises(InputError, match="a group 'Two'"):
            people.rename_group(tx, one.id, "\uff54wo")
        with pytest.raises(InputError, match="no number 9"):
            people.rename_group(tx, 9, "Nine")
    with store.read() as view:
        assert people.list_groups(view) == [renamed, two]
        [entry] = [one for one in list_audit(view, table="groups") if one.action == "change"]
        assert (entry.field, entry.old, entry.new, entry.reason) == ("name", None, None, "their wish")
