"""Verdicts, overrulings and certificates: the newest counts, the history stays, the audit holds no free text."""

from __future__ import annotations

import pytest

from coursekit.errors import InputError
from coursekit.store import Store, open_store, people
from coursekit.store.certificates import (
    add_certificate,
    find_certificate,
    list_certificates,
    withdraw_certificate,
)
from coursekit.store.history import list_audit
from coursekit.store.overrulings import (
    add_overruling,
    list_overrulings,
    present_overrulings,
    withdraw_overruling,
)
from coursekit.store.records import NewCertificate, NewOverruling, NewStudent, NewVerdict
from coursekit.store.verdicts import add_verdict, latest_verdicts, list_verdicts


def test_the_newest_verdict_counts_and_the_others_stay(target: str) -> None:
    with open_store(target) as store:
        with store.transaction("verdict") as tx:
            one, two = people.add_group(tx, "One"), people.add_group(tx, "Two")
            people.add_student(tx, NewStudent("Anna Schmidt"))
            back = add_verdict(tx, NewVerdict(one.id, "send_back", "Which data, Anna?", "a" * 40))
            fail = add_verdict(tx, NewVerdict(two.id, "fail"))
            good = add_verdict(
                tx,
                NewVerdict(one.id, "pass", commit="b" * 40, accepted=("DOC101", "LIT201")),
                reason="Anna Schmidt mended it",
            )
        with store.read() as view:
            assert latest_verdicts(view) == {one.id: good, two.id: fail}
            assert list_verdicts(view, group_id=one.id) == [back, good]
            assert list_verdicts(view) == [back, fail, good]
            assert good.accepted == ("DOC101", "LIT201")
            assert back.accepted == ()
            entries = list_audit(view, table="verdicts")
        assert [(entry.old, entry.new) for entry in entries] == [
            (None, "send_back"),
            (None, "fail"),
            ("send_back", "pass"),
        ]
        assert entries[-1].reason is not None
        assert "mended it" in entries[-1].reason
        assert "Anna" not in repr(entries)


def test_the_newest_overruling_counts_until_it_is_withdrawn(target: str) -> None:
    with open_store(target) as store:
        with store.transaction("verdict overrule") as tx:
            one = people.add_group(tx, "One")
            first = add_overruling(tx, NewOverruling(one.id, "DOC107", "met", "it is in the slides"))
            other = add_overruling(tx, NewOverruling(one.id, "LIT201", "not_met", "invented sources"))
            second = add_overruling(tx, NewOverruling(one.id, "DOC107", "not_met", "it is not"))
            assert present_overrulings(tx) == {one.id: {"DOC107": second, "LIT201": other}}
            taken = withdraw_overruling(tx, one.id, "DOC107", reason="a mistake")
            assert taken == second
            assert withdraw_overruling(tx, one.id, "DOC107") is None
            assert withdraw_overruling(tx, 99, "DOC107") is None
        with store.read() as view:
            assert present_overrulings(view) == {one.id: {"LIT201": other}}
            kept = list_overrulings(view, group_id=one.id)
            assert [(row.id, row.withdrawn_at is None) for row in kept] == [
                (first.id, False),
                (other.id, True),
                (second.id, False),
            ]
            entries = list_audit(view, table="overrulings")
        actions = [(entry.action, entry.row_id, entry.old, entry.new) for entry in entries]
        assert [one[:2] for one in actions] == [
            ("add", first.id),
            ("add", other.id),
            ("withdraw", first.id),
            ("add", second.id),
            ("withdraw", second.id),
        ]
        assert actions[3][2:] == ("met", "not_met")
        assert entries[-1].reason == "a mistake"


def test_a_certificate_is_known_by_its_code_also_when_it_is_withdrawn(target: str) -> None:
    with open_store(target) as store:
        with store.transaction("certificates build") as tx:
            ada = people.add_student(tx, NewStudent("Ada"))
            new = NewCertificate(ada.id, "achievement", "ABCD-EFGH-JKMN", '{"student":"Ada"}', "ada.pdf")
            given = add_certificate(tx, new)
            with pytest.raises(InputError, match="twice"):
                add_certificate(tx, new)
        with store.transaction("certificates withdraw") as tx:
            withdraw_certificate(tx, given.id, reason="copied")
            withdraw_certificate(tx, given.id, reason="once more")
        with store.read() as view:
            found = find_certificate(view, "ABCD-EFGH-JKMN")
            assert found is not None
            assert found.statement == '{"student":"Ada"}'
            assert found.withdrawn_at is not None
            assert find_certificate(view, "ABCD") is None
            assert list_certificates(view) == list_certificates(view, student_id=ada.id) == [found]
            entries = list_audit(view, table="certificates")
        assert (entries[0].action, entries[0].new) == ("add", "achievement")
        assert [entry.reason for entry in entries] == [None, "copied"]


def test_all_need_whom_they_are_about(store: Store) -> None:
    with store.transaction("verdict") as tx:
        with pytest.raises(InputError, match="no number 7"):
            add_verdict(tx, NewVerdict(7, "pass"))
        with pytest.raises(InputError, match="no number 7"):
            add_overruling(tx, NewOverruling(7, "DOC107", "met", "why"))
        with pytest.raises(InputError, match="no number 7"):
            add_certificate(tx, NewCertificate(7, "attendance", "A", "{}", "a.pdf"))
