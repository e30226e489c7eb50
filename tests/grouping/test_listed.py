"""Lists of groups: one a line or a table; who is unclear is said with the line, and the others count."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.errors import InputError
from coursekit.grouping import GroupList, People, Person, read_groups

PEOPLE = People(
    [
        Person(1, "Ada Lovelace", "ada@example.org", "ada"),
        Person(2, "Alan Turing", "alan@example.org"),
        Person(3, "Grace Hopper", "grace@example.org"),
        Person(4, "Jürgen Groß", "jg@example.org"),
    ]
)


def read(text: str | bytes) -> GroupList:
    return read_groups(text if isinstance(text, bytes) else text.encode(), "groups.txt", PEOPLE)


def as_ids(found: GroupList) -> dict[str, list[int]]:
    return {group.name: [one.id for one in group.members] for group in found.groups}


@pytest.mark.parametrize(
    "text",
    [
        "Bees: Ada Lovelace, alan@example.org\nBirds: grace@example.org; Jürgen Groß\n",
        "# ours\n\nBees : ada;Alan Turing\r\nBirds:Hopper, Grace; Groß, Jürgen",
        "group,email\nBees,ada@example.org\nBees,alan@example.org\nBirds,grace@example.org\nBirds,jg@example.org\n",
        ("Name;E-Mail;Gruppe\nA;ada@example.org;Bees\nB;alan@example.org;Bees\n"
        "Grace Hopper;;Birds\nJürgen Groß;;birds\n"),
        "Team\tMember 1\tMember 2\nBees\tada\tAlan Turing\nBirds\tGrace Hopper\tJürgen Groß\n",
        "group,members\nBees,\"ada, Alan Turing\"\nBirds,Grace Hopper; Jürgen Groß\n",
        "\ufeffgroup,student\nBees,ada\nBees,alan@example.org\nBirds,Grace Hopper\nBirds,\"Groß, Jürgen\"\n",
    ],
)  # fmt: skip
def test_the_same_groups_in_every_form(text: str) -> None:
    assert as_ids(read(text)) == {"Bees": [1, 2], "Birds": [3, 4]}
    assert read(text).unclear == ()


def test_latin_1_is_recognized() -> None:
    assert as_ids(read("Bees: Jürgen Groß\n".encode("cp1252"))) == {"Bees": [4]}


def test_who_is_unclear_is_left_aside_with_the_line() -> None:
    found = read("Bees: Ada Lovelac, Alan Turing\nno colon\n: nobody\n\nBirds: Nobody At All\n")
    assert as_ids(found) == {"Bees": [2], "Birds": []}
    assert [(one.line, "mean 'Ada Lovelace'" in one.hint) for one in found.unclear] == [
        (1, True),
        (2, False),
        (3, False),
        (5, False),
    ]
    assert [group.line for group in found.groups] == [1, 5]


def test_a_student_in_two_groups_counts_in_neither() -> None:
    found = read("Bees: ada, Alan Turing\nBirds: Ada Lovelace, grace@example.org\n")
    assert as_ids(found) == {"Bees": [2], "Birds": [3]}
    [one] = found.unclear
    assert (one.line, "'Bees' too (line 1)" in one.message) == (2, True)


def test_a_student_twice_in_one_group_is_there_once() -> None:
    assert as_ids(read("Bees: ada, Ada Lovelace\nbees: ada@example.org")) == {"Bees": [1]}


def test_rows_without_a_group_or_with_an_open_quote_are_said() -> None:
    found = read('group,email\n,ada@example.org\nBees,"alan@example.org\nBees,grace@example.org\n')
    assert as_ids(found) == {"Bees": [3]}
    assert [one.line for one in found.unclear] == [2, 3]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("# nothing\n", "found none"),
        ("group,size\nBees,3\n", "a column for the members"),
        (b"PK\x03\x04rest", "spreadsheet"),
    ],
)
def test_what_is_no_such_list_is_refused(text: str | bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(text)


@given(st.text(st.characters(), max_size=200))
@settings(max_examples=150, deadline=None)
def test_whatever_the_text_only_our_own_error(text: str) -> None:
    try:
        found = read(text.encode("utf-8", "replace"))
    except InputError:
        return
    placed = [one.id for group in found.groups for one in group.members]
    assert len(placed) == len(set(placed))
