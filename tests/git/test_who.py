"""Whose commits they are: matched by what the roster has, joined by what they share, never guessed."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.git.who import Identity, Person, Settled, Whose, attribute, identifies

ADA = Person(1, "Ada Lovelace", "ada@example.org", "countess", "4711")
MUELLER = Person(2, "Jörg Müller-Lüdenscheidt", "jm@example.org")
ANNA = Person(3, "Anna Berg", "anna.berg@example.org")
ANNA_TOO = Person(4, "Anna Lena Tal", "tal@example.org")
PEOPLE = (ADA, MUELLER, ANNA, ANNA_TOO)


def whose(*identities: tuple[str, str]) -> dict[tuple[str, str], tuple[int | None, str]]:
    found = attribute([Identity(*one) for one in identities], PEOPLE)
    return {(one.name, one.email): (group.key, group.how) for group in found for one in group.identities}


@pytest.mark.parametrize(
    ("name", "email", "key", "how"),
    [
        ("?", "ada@example.org", 1, "email"),
        ("?", "12+countess@users.noreply.github.com", 1, "account"),
        ("?", "countess@users.noreply.github.com", 1, "account"),
        ("?", "4711+renamed@users.noreply.github.com", 1, "account"),
        ("?", "12-countess@users.noreply.gitlab.example.com", 1, "account"),
        ("?", "countess@noreply.codeberg.org", 1, "account"),
        ("lovelace ADA", "", 1, "name"),
        ("adalovelace", "", 1, "name"),
        ("Countess", "", 1, "name"),
        ("Joerg Mueller Luedenscheidt", "", 2, "name"),
        ("Jorg Muller", "", 2, "name"),
        ("Jörg", "x@example.com", 2, "name"),
        ("j", "joerg.mueller.luedenscheidt@example.com", 2, "name"),
        ("Anna", "", None, "none"),
        ("Anna Lena", "", 4, "name"),
        ("Anna Lena Maria Tal", "", 4, "name"),
        ("Ad", "", None, "none"),
        ("Alan", "alan@example.org", None, "none"),
        ("", "", None, "none"),
        ("🦆", "noreply@github.com", None, "none"),
    ],
)
def test_how_one_is_matched(name: str, email: str, key: int | None, how: str) -> None:
    assert whose((name, email)) == {(name, email): (key, how)}


def test_an_address_of_one_and_the_name_of_another_are_left_open() -> None:
    (found,) = attribute([Identity("Anna Berg", "ada@example.org")], PEOPLE)
    assert (found.key, found.open, found.maybe) == (None, True, (1, 3))


def test_what_shares_a_name_or_an_address_is_one_person() -> None:
    found = whose(("Ada Lovelace", "a@example.com"), ("al", "a@example.com"), ("AL", "b@example.com"))
    assert {key for key, _ in found.values()} == {1}
    assert found["AL", "b@example.com"] == (1, "same")


def test_the_address_of_a_shared_computer_joins_nobody() -> None:
    lab = "lab@example.edu"
    found = whose(("Ada Lovelace", lab), ("Jörg Müller", lab), ("lab", lab))
    assert found == {
        ("Ada Lovelace", lab): (1, "name"),
        ("Jörg Müller", lab): (2, "name"),
        ("lab", lab): (None, "none"),
    }


@pytest.mark.parametrize(
    "email",
    ["", "noreply@github.com", "root@localhost", "ada@MacBook.local", "ada@pc.(none)", "ada", "x@fritz.lan"],
)
def test_addresses_that_belong_to_nobody(email: str) -> None:
    assert not identifies(email)
    assert len(attribute([Identity("x", email), Identity("y", email)], ())) == 2


def test_what_was_settled_goes_first_and_spreads() -> None:
    def settled(one: Identity, shared: bool) -> Settled | None:
        assert not shared
        return {"al": Settled(3), "bot": Settled(None)}.get(one.name)

    identities = [
        Identity("al", "ada@example.org"),
        Identity("al2", "ada@example.org"),
        Identity("bot", "b@x.org"),
    ]
    found = {one.identities: one for one in attribute(identities, PEOPLE, settled)}
    assert found[identities[0],] == Whose((identities[0],), 3, "settled")
    assert found[identities[2],].key is None
    assert not found[identities[2],].open
    # The roster says that the address is Ada's, the settlement next to it that it is Anna's.
    assert found[identities[1],].key == 1


NAMES = ("Ada Lovelace", "ada", "Lovelace, Ada", "Anna", "anna berg", "Jörg", "x", "y", "", "🦆")
EMAILS = (
    "ada@example.org",
    "jm@example.org",
    "a@b.c",
    "d@e.f",
    "",
    "noreply@github.com",
    "1+countess@users.noreply.github.com",
)
IDENTITIES = st.lists(
    st.builds(Identity, st.sampled_from(NAMES) | st.text(max_size=5), st.sampled_from(EMAILS)), max_size=12
)


@given(IDENTITIES, st.randoms(use_true_random=False))
def test_the_order_makes_no_difference(identities: list[Identity], rng: random.Random) -> None:
    def result(items: list[Identity]) -> set[tuple[frozenset[Identity], int | None, str]]:
        return {(frozenset(one.identities), one.key, one.how) for one in attribute(items, PEOPLE)}

    before = result(identities)
    rng.shuffle(identities)
    assert result(identities) == before


@given(IDENTITIES)
def test_every_identity_is_attributed_once(identities: list[Identity]) -> None:
    found = [one for group in attribute(identities, PEOPLE) for one in group.identities]
    assert sorted(found, key=repr) == sorted(set(identities), key=repr)
