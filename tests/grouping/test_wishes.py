"""Wishes: read in any usual form of table; mistakes are said with the line, and the rest counts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.errors import InputError
from coursekit.grouping import People, Person, Wish, WishList, read_wishes

PEOPLE = People(Person(n, name, f"{name.split()[0].lower()}@example.org") for n, name in enumerate(
    ["Ada Lovelace", "Alan Turing", "Grace Hopper", "Emmy Noether"], start=1
))  # fmt: skip
TOPICS = ("Whose bee is it?", "Birds, by their songs")


def read(text: str) -> WishList:
    return read_wishes(text.encode(), "wishes.csv", PEOPLE, TOPICS)


@pytest.mark.parametrize(
    "text",
    [
        (
            "student;with;topics;not with\nAda Lovelace;Alan Turing, grace@example.org;"
            "Birds, by their songs;Emmy Noether\n"
        ),
        (
            "Timestamp,E-Mail,Name,Partner 1,Partner 2,Thema 1,Nicht mit\n"
            '2026,ada@example.org,A. L.,Alan Turing,Grace Hopper,"Birds, by their songs",emmy@example.org\n'
        ),
        "name\tpeople\tideas\tavoid\nLovelace, Ada\tAlan Turing; Grace Hopper\tbirds, BY their songs\tNoether, Emmy\n",
    ],
)
def test_the_same_wishes_in_every_form(text: str) -> None:
    found = read(text)
    assert found.wishes == {1: Wish((2, 3), (4,), ("Birds, by their songs",))}
    assert found.unclear == ()


def test_topics_keep_their_order_and_others_count_with_a_word() -> None:
    found = read("student;topics\nAda Lovelace;whose bee is it?, Bats ,Whose bee\nAlan Turing;bats\n")
    assert found.wishes[1].topics == ("Whose bee is it?", "Bats")
    assert found.wishes[2].topics == ("Bats",)
    assert [(one.line, "'Bats' is none of the topics" in one.message) for one in found.unclear] == [(2, True)]


def test_without_topics_of_the_course_any_topic_is_fine() -> None:
    found = read_wishes(b"student,topics\nAda Lovelace,bees\n", "w", PEOPLE)
    assert (found.wishes[1].topics, found.unclear) == (("bees",), ())


def test_unknown_people_are_said_and_the_others_count() -> None:
    found = read("student;with\nAda Lovelace;Alan Turin, Grace Hopper\nNobody;Ada Lovelace\n;Ada Lovelace\n")
    assert found.wishes == {1: Wish((3,))}
    assert [one.line for one in found.unclear] == [2, 3, 4]
    assert "Alan Turing" in found.unclear[0].hint


def test_contradictions_are_said() -> None:
    found = read(
        "student;with;not with\n"
        "Ada Lovelace;Alan Turing, Ada Lovelace;Alan Turing\n"
        "Alan Turing;Grace Hopper;\n"
        "Grace Hopper;;Alan Turing\n"
    )
    assert found.wishes == {1: Wish((), (2,)), 2: Wish((3,)), 3: Wish((), (2,))}
    said = [(one.line, one.message) for one in found.unclear]
    assert [line for line, _ in said] == [2, 2, 3]
    assert "wants to work with Alan Turing and not to" in said[1][1]
    assert "Grace Hopper, who does not want to (line 4)" in said[2][1]


def test_a_later_row_takes_the_place_of_an_earlier_one() -> None:
    """Forms are sent twice."""
    found = read("student;with\nAda Lovelace;Alan Turing\nada@example.org;Grace Hopper\n")
    assert found.wishes == {1: Wish((3,))}
    assert [one.line for one in found.unclear] == [2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("colour;size\nred;3\n", "line 1: expected a column called student"),
        ("\nstudent;size\nAda;3\n", "line 2: expected a column called with"),
    ],
)
def test_a_table_without_wishes_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(text)


@given(st.text(st.sampled_from('student;with\nAdaLovelace ",|x\x1b'), max_size=80))
@settings(max_examples=150, deadline=None)
def test_whatever_the_rows_only_our_own_error(rows: str) -> None:
    found = read("student;with;topics;not with\n" + rows)
    for one in found.unclear:
        assert "\x1b" not in one.message
