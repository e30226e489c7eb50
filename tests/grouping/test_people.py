"""Students are found by what people write; nothing is guessed."""

from __future__ import annotations

import pytest

from coursekit.errors import InputError
from coursekit.grouping import People, Person

PEOPLE = People(
    [
        Person(1, "Ada Lovelace", "ada@example.org", "ada-l"),
        Person(2, "Jürgen Groß", "jg@example.org"),
        Person(3, "Anna Berg", "anna.b@example.org"),
        Person(4, "Anna Berg", "berg@example.org", "aberg"),
        Person(5, "李 明", "", "liming"),
        Person(6, "Smith, Jones and Co"),
    ]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ada@example.org", 1),
        (" ADA-L ", 1),
        ("ada  lovelace", 1),
        ("Lovelace, Ada", 1),
        ("Ada Lovelace <ada@example.org>", 1),
        ("Somebody Else <ada@example.org>", 1),
        ("Ju\u0308rgen Groß", 2),
        ("JÜRGEN GROSS", 2),
        ("Anna Berg <berg@example.org>", 4),
        ("aberg", 4),
        ("李 明", 5),
        ("Smith, Jones and Co", 6),
    ],
)
def test_a_student_is_found_however_it_is_written(text: str, found: int) -> None:
    assert PEOPLE.find(text).id == found
    assert PEOPLE.knows(text)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("Ada Lovelac", "'Ada Lovelac' is none", "Did you mean 'Ada Lovelace'?"),
        ("ada@exmaple.org", "is none", "ada@example.org"),
        ("Anna Berg", "2 are called 'Anna Berg': anna.b@example.org, berg@example.org", "e-mail address"),
        ("Ada", "is none", "Ada Lovelace"),
        ("Qqqq", "is none", "spelled as on the roster"),
        ("\x1b[31mEve", r"\x1b[31mEve", ""),
        ("", "'' is none", ""),
    ],
)
def test_who_is_unclear_is_said_with_the_nearest(text: str, message: str, hint: str) -> None:
    assert not PEOPLE.knows(text)
    with pytest.raises(InputError) as caught:
        PEOPLE.find(text)
    assert message in caught.value.message.replace("\\\\", "\\")
    assert hint in caught.value.hint
    assert "\x1b" not in str(caught.value)


def test_without_students_the_roster_is_asked_for() -> None:
    with pytest.raises(InputError) as caught:
        People([]).find("Ada")
    assert "roster import" in caught.value.hint
