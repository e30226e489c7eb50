"""Whom a name in a meeting stands for: found whatever its spelling, never guessed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.store.aliases import alias_key
from coursekit.store.records import Alias, Student
from coursekit.tracking.attendance.assign import Seen, assign
from coursekit.tracking.attendance.match import Matcher
from coursekit.tracking.attendance.names import forms, keys, roster_form
from coursekit.tracking.attendance.spans import Span

NOW = dt.datetime(2026, 10, 14, 16, tzinfo=dt.UTC)
NAMES = (
    *(
        "Anna Berg",
        "Ben Kurz",
        "Jürgen Groß",
        "Christina Hoffmann",
        "Anna Lena Kurz",
        "Jonas Müller",
        "Li Wu",
    ),
    *(
        "Daniel Weber",
        "Zoë Ångström",
        "Ali Can",
        "Ali Can",
        "Cher",
        "Maximilian Schneider",
        "王小明",
        "Conor O'Brien",
    ),
    "Mac Miller",
)


def people(*names: str) -> list[Student]:
    return [Student(name, f"s{n}@example.org", id=n, added_at=NOW) for n, name in enumerate(names, start=1)]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(people(*NAMES), {})


@pytest.mark.parametrize(
    ("shown", "student"),
    [
        ("ANNA BERG", "Anna Berg"),
        ("Berg, Anna", "Anna Berg"),
        ("berg anna", "Anna Berg"),
        ("Anni (Berg, Anna)", "Anna Berg"),
        ("Anna (Anni) Berg", "Anna Berg"),
        ('Anna "Anni" Berg', "Anna Berg"),
        ("Anna Berg (she/her)", "Anna Berg"),
        ("Anna Berg (Host)", "Anna Berg"),
        ("Dr. Anna Berg, M.Sc.", "Anna Berg"),
        ("Anna Berg | Gruppe 3", "Anna Berg"),
        ("Gruppe 3 - Anna Berg", "Anna Berg"),
        ("anna.berg_2", "Anna Berg"),
        ("anna.berg@private.example.com", "Anna Berg"),
        ("iPhone von Anna Berg", "Anna Berg"),
        ("Anna Berg's iPad Pro", "Anna Berg"),
        ("Anna Bergs MacBook Air", "Anna Berg"),
        ("Anna Berg - iPad", "Anna Berg"),
        ("GROSS, JUERGEN", "Jürgen Groß"),
        ("Jurgen Gross", "Jürgen Groß"),
        ("Ju\u0308rgen Groß", "Jürgen Groß"),
        ("Zoe Angstrom", "Zoë Ångström"),
        ("conor obrien", "Conor O'Brien"),
        ("Conor O’Brien", "Conor O'Brien"),
        ("王小明", "王小明"),
        ("Cher", "Cher"),
        ("Mac Miller", "Mac Miller"),
    ],
)
def test_a_name_in_another_spelling(matcher: Matcher, shown: str, student: str) -> None:
    found = matcher.find(shown, None)
    assert found.student is not None
    assert (found.student.name, found.how, found.score) == (student, "name", 100)


@pytest.mark.parametrize(
    ("shown", "student", "least"),
    [
        ("Jonas Mueler", "Jonas Müller", 95),
        ("Maximillian Schneider", "Maximilian Schneider", 95),
        ("Christina Hofmann", "Christina Hoffmann", 95),
        ("Anna Kurz", "Anna Lena Kurz", 95),
        ("Zoe Angstroem", "Zoë Ångström", 92),
    ],
)
def test_a_similar_name(matcher: Matcher, shown: str, student: str, least: int) -> None:
    found = matcher.find(shown, None)
    assert found.student is not None
    assert found.score is not None
    assert (found.student.name, found.how) == (student, "fuzzy")
    assert least <= found.score < 100


@pytest.mark.parametrize(
    ("shown", "why", "perhaps"),
    [
        ("Ali Can", "2 students are called so", ["Ali Can", "Ali Can"]),
        ("Anna Berg & Ben Kurz", "it may be several students", ["Anna Berg", "Ben Kurz"]),
        ("Christine Hoffmann", "a word ends otherwise", ["Christina Hoffmann"]),
        ("Daniela Weber", "a word ends otherwise", ["Daniel Weber"]),
        ("Annas iPhone", "only a little alike", ["Anna Berg", "Anna Lena Kurz"]),
        ("Anna K.", "only a little alike", ["Anna Lena Kurz"]),
        ("Li Wa", "only a little alike", ["Li Wu"]),
        ("王小朋", "only a little alike", ["王小明"]),
        ("Cher Lloyd", "", []),
        ("Xavier Quint", "no student's name is like it", []),
        ("iPhone", "no name in it", []),
        ("Galaxy S21", "no name in it", []),
        ("12345", "no name in it", []),
    ],
)
def test_what_is_not_clear_is_not_guessed(matcher: Matcher, shown: str, why: str, perhaps: list[str]) -> None:
    found = matcher.find(shown, "somebody@private.example.com")
    assert (found.student, found.how) == (None, "none")
    assert why in found.why
    assert [one.student.name for one in found.candidates][: len(perhaps)] == perhaps


def test_two_similar_students_are_not_told_apart() -> None:
    found = Matcher(people("Katharina Schmidt", "Katarina Schmidt"), {}).find("Kattarina Schmidt", None)
    assert (found.student, found.why) == (None, "several names are alike")


def test_the_address_goes_before_the_name_and_what_was_settled_before_both() -> None:
    ada, alan = people("Ada Lovelace", "Alan Turing")
    assert Matcher([ada, alan], {}).find("Ada Lovelace", "S2@example.org").student is alan

    def alias(name: str, email: str | None, student: Student | None) -> dict[str, Alias]:
        key = alias_key(name, email)
        student_id = student.id if student else None
        values = {"name": name, "email": email, "key": key, "student_id": student_id, "settled_at": NOW}
        return {key: Alias(id=1, kind="meeting", **values)}

    borrowed = Matcher([ada, alan], alias("x", "s2@example.org", ada)).find("Alan Turing", "s2@example.org")
    assert (borrowed.student, borrowed.how) == (ada, "alias")
    nobody = Matcher([ada, alan], alias("Ada Lovelace", None, None))
    assert (nobody.find("ada lovelace", None).student, nobody.find("ada lovelace", None).how) == (
        None,
        "alias",
    )
    # An address that the roster knows says more than a name that was settled.
    assert nobody.find("Ada Lovelace", "s1@example.org").student is ada


name_words = st.lists(
    st.text(st.characters(codec="utf-8", categories=["Ll"]), min_size=2, max_size=8), min_size=2, max_size=3
)


@given(name_words, st.randoms(use_true_random=False))
def test_order_case_and_accents_mean_nothing(words: list[str], random) -> None:  # type: ignore[no-untyped-def]
    name = " ".join(words)
    turned = list(words)
    random.shuffle(turned)
    assert keys(roster_form(name)) == keys(roster_form(" ".join(turned)))
    if name.upper().casefold() == name.casefold():
        assert keys(roster_form(name)) == keys(roster_form(name.upper()))
    (student,) = people(name)
    found = Matcher([student], {}).find(" ".join(turned), None)
    if roster_form(name) in forms(name):
        assert found.student is student


@given(st.text(max_size=60), st.none() | st.text(max_size=20))
def test_any_name_is_matched_or_not(shown: str, email: str | None) -> None:
    found = Matcher(people(*NAMES), {}).find(shown, email)
    assert (found.student is None) == (found.how == "none")
    assert found.why or found.student


def minutes(start: int, end: int) -> Span:
    return NOW + dt.timedelta(minutes=start), NOW + dt.timedelta(minutes=end)


def test_two_people_at_once_are_not_one_student() -> None:
    """The one whom an address proves stays; a namesake with another address waits."""
    students = people("Anna Berg", "Maximilian Schneider")
    rows = [
        Seen("Anna Berg", "s1@example.org", minutes(0, 60), "line 2"),
        Seen("Anna Berg", "other@example.com", minutes(30, 90), "line 3"),
        Seen("Maximilian Schneider", None, minutes(0, 60), "line 4"),
        Seen("Maximillian Schneider", None, minutes(0, 60), "line 5"),
    ]
    found = assign(rows, Matcher(students, {}))
    assert [one.how for one in found] == ["email", "none", "name", "none"]
    assert found[1].why == "line 2 is there at the same time, with another e-mail address"
    assert found[3].why == "line 4 is there at the same time, with another name"
    assert [one.student.name for one in found[1].candidates] == ["Anna Berg"]


def test_a_second_device_or_another_time_is_the_same_person() -> None:
    rows = [
        Seen("Anna Berg", "s1@example.org", minutes(0, 60), "line 2"),
        Seen("iPhone von Anna Berg", None, minutes(0, 60), "line 3"),
        Seen("Anna Berg", "other@example.com", minutes(60, 90), "line 4"),
    ]
    found = assign(rows, Matcher(people("Anna Berg"), {}))
    assert [one.how for one in found] == ["email", "name", "name"]


def test_two_unknown_addresses_of_one_name_wait_both() -> None:
    rows = [Seen("Anna Berg", f"{n}@example.com", None, f"line {n}") for n in (2, 3)]
    found = assign(rows, Matcher(people("Anna Berg"), {}))
    assert [one.how for one in found] == ["none", "none"]
