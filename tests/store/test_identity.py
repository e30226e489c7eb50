from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from coursekit.store import open_store
from coursekit.store.identity import Identity, identity_from
from coursekit.store.people import add_student
from coursekit.store.records import NewStudent
from coursekit.store.schema import tombstones
from coursekit.store.tombstones import Tombstones, add_tombstones, list_tombstones

ADA = Identity(
    7,
    names=frozenset({"Anna-Lena Marie Müller"}),
    nicknames=frozenset({"Lenchen", "iPhone von Lena"}),
    emails=frozenset({"stu12345@uni.example"}),
    accounts=frozenset({"lenam"}),
    id_numbers=frozenset({"4711", "1177225"}),
    account_ids=frozenset({"5833"}),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anna-Lena Marie Müller was ill", "[student 7] was ill"),
        ("MÜLLER, ANNA-LENA MARIE", "[student 7]"),
        ("anna_lena_marie_mueller.ipynb", "[student 7].ipynb"),
        ("Anna Muller", "[student 7]"),
        ("https://git.example.org/annalenamariemueller/x", "https://git.example.org/[student 7]/x"),
        ("Anna-Lena Marie Mu\u0308ller", "[student 7]"),
        ("to stu12345@uni.example.", "to [student 7]."),
        ("stu12345 pushed", "[student 7] pushed"),
        ("@lenam, see #4711", "@[student 7], see #4711"),
        ("lenamore", "lenamore"),
        ("number 1177225", "number [student 7]"),
        ("lenchen", "[student 7]"),
        ("a Lenchen", "a Lenchen"),
        ("iphone von lena (2)", "[student 7] (2)"),
        ("Marie Curie", "Marie Curie"),
        ("Annabel Müllerin", "Annabel Müllerin"),
        ("", ""),
    ],
)
def test_what_names_a_person(text: str, expected: str) -> None:
    assert ADA.takes_out(text) == expected
    assert ADA.is_named(text) == (text != expected)


def test_parts_of_a_name_only_where_they_mean_the_person() -> None:
    said = "Lena did the plots; Marie Curie is cited; anna is a function"
    assert ADA.takes_out(said) == said
    assert (
        ADA.takes_out(said, near=True)
        == "[student 7] did the plots; [student 7] Curie is cited; anna is a function"
    )


def test_within_json() -> None:
    """Also where letters are escaped; what is no JSON is text; and an author keeps what is matched with the row."""
    value = {
        "authors": [{"name": "Anna Müller", "email": "stu12345@uni.example", "n": 1.5}],
        "lenam": ["x", None, True, "Zoë by Anna Müller"],
    }
    for escaped in (True, False):
        text = json.dumps(value, ensure_ascii=escaped)
        found = ADA.takes_out(text)
        assert json.loads(found) == {
            "authors": [{"name": "Student 7 (erased)", "email": "", "n": 1.5}],
            "[student 7]": ["x", None, True, "Zoë by [student 7]"],
        }
        assert ("\\u" in found) == escaped
    assert ADA.takes_out("[Anna Müller] {") == "[[student 7]] {"
    assert ADA.takes_out("[" * 100_000) == "[" * 100_000
    same = '{"a":   1}'
    assert ADA.takes_out(same) == same


words = st.text(st.characters(categories=("L",)), min_size=3, max_size=12)


@given(words, words, st.sampled_from([" ", "-", "_", ".", ", ", ""]), st.text(max_size=5))
def test_a_full_name_never_stays(first: str, last: str, between: str, around: str) -> None:
    person = Identity(1, names=frozenset({f"{first} {last}"}))
    for said in (f"{first}{between}{last}", f"{last}{between}{first}"):
        text = f"{around} {said} {around}"
        assert said not in person.takes_out(text)
        assert said not in json.loads(person.takes_out(json.dumps([text])))[0]


@given(st.text(), st.text(), st.text(), st.booleans())
def test_any_text_is_taken(text: str, name: str, account: str, near: bool) -> None:
    person = identity_from(1, [("students", "name", name), ("students", "account", account)])
    once = person.takes_out(text, near=near)
    assert isinstance(once, str)
    person.takes_out(json.dumps({name: [text]}), near=near)


def test_an_identity_is_collected_by_columns() -> None:
    said = [
        ("students", "name", "Ada"),
        ("students", "email_key", "ada@x"),
        ("students", "section", "A"),
        ("aliases", "name", "Adalein"),
        ("access", "account", "adal"),
        ("access", "account", "Student 1 (erased)"),
        ("students", "email", " "),
    ]
    assert identity_from(1, said) == Identity(
        1, frozenset({"Ada"}), frozenset({"Adalein"}), accounts=frozenset({"adal"})
    )
    assert Identity(1, emails=frozenset("a")) | Identity(2, emails=frozenset("b")) == Identity(
        1, emails=frozenset("ab")
    )


def test_tombstones(target: str) -> None:
    """Recognized however the name is turned; nothing of it can be read; nobody is where nobody was erased."""
    assert not Tombstones([])
    assert Tombstones([]).find(name="Ada") is None
    with open_store(target) as store, store.transaction("privacy erase") as tx:
        one, two = (add_student(tx, NewStudent(name)).id for name in ("x", "y"))
        called = {
            "name": ["Zoë Quill", ""],
            "email": ["Zoe@Example.org"],
            "account": ["zq"],
            "id_number": ["7"],
        }
        assert add_tombstones(tx, one, called) == 4  # type: ignore[arg-type]
        add_tombstones(tx, two, {"name": ["Zoë Quill"], "account_id": ["99"]})
        stones = list_tombstones(tx)
        rows = tx.all(sa.select(tombstones.c.hash, tombstones.c.salt))
    assert stones
    assert stones.find(name="quill, zoe") == one
    assert stones.find(email="zoe@example.org", name="Somebody") == one
    assert stones.find(account="ZQ") == one
    assert stones.find(account_id="99", name="Zoë Quill") == two
    assert stones.find(id_number="8", email="other@example.org") is None
    assert stones.find() is None
    assert len({salt for _, salt in rows}) == 2
    assert "zoe" not in str(rows).casefold()
