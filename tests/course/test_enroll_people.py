"""Whom a row of a roster is about."""

from __future__ import annotations

import pytest

from coursekit.config import Course
from tests.course.enrolling import Importer, bring, changed, course, empty, messages, roster

__all__ = ["bring", "course", "empty"]


# Whom a row is about


def test_accounts_come_later_and_are_renamed(course: Course, bring: Importer) -> None:
    """E-mail addresses come first, accounts when students know them; the account's number stays."""
    bring("name,email\nAda Lovelace,ada@x\n")
    plan = bring('identifier,github_username,github_id,name\nada@x,adal,4711,"ada <3"\n')
    assert changed(plan) == {"Ada Lovelace": (("account", "", "adal"), ("account number", "", "4711"))}
    plan = bring(
        "username,first_name,last_name,email,section,github_id,role\nada-lovelace,,,,,4711,student\n"
    )
    assert changed(plan) == {"Ada Lovelace": (("account", "adal", "ada-lovelace"),)}


def test_a_name_is_enough_where_it_means_only_one(course: Course, bring: Importer) -> None:
    bring("name,email\nAda,ada@x\nBen,ben@x\n")
    plan = bring("name,github\nADA,adal\n")
    assert changed(plan)["ADA"][-1] == ("account", "", "adal")
    plan = bring("name,email\nBen,ben@new\n")
    assert changed(plan) == {"Ben": (("e-mail", "ben@x", "ben@new"),)}
    assert len(roster(course)) == 2


def test_two_people_of_one_name_stay_two(course: Course, bring: Importer) -> None:
    bring("name,email\nAnna,a@x\nAnna,b@x\n")
    assert len(roster(course)) == 2
    plan = bring("name,email\nAnna,a@x\nAnna,b@x\nAnna,c@x\n")
    assert len(plan.of("new")) == 1
    plan = bring("name\nAnna\n")
    assert messages(plan.rejected) == [
        (2, "expected an e-mail address or a number, as 3 students are called Anna")
    ]


def test_another_number_is_another_person(course: Course, bring: Importer) -> None:
    bring("name,id number\nAnna,s1\n")
    assert len(bring("name,id number\nAnna,s2\n").of("new")) == 1


def test_a_row_that_is_about_two_students(course: Course, bring: Importer) -> None:
    bring("name,email,account\nAda,ada@x,adal\nBen,ben@x,benm\n")
    plan = bring("name,email,account\nAda,ada@x,benm\n")
    ((line, message),) = messages(plan.rejected)
    assert line == 2
    assert "the e-mail address is Ada's and the account is Ben's" in message
    assert not plan.changes
    # Neither is missing because of it.
    assert plan.missing == ()


def test_two_rows_about_one_student(course: Course, bring: Importer) -> None:
    bring("name,email,account\nAda,ada@x,adal\n")
    plan = bring("name,email,account\nAda,ada@x,\nAda L,,adal\n")
    assert messages(plan.rejected) == [(3, "expected each student once, but this is Ada as in line 2")]
    # The first row would take away by what the second finds the student.
    plan = bring("name,email,account\nAda,ada@new,adal\nAda L,ada@x,\n")
    assert messages(plan.rejected) == [
        (2, "expected one row about Ada, but line 3 may be, too"),
        (3, "expected each student once, but this is Ada as in line 2"),
    ]
    assert not plan.changes


@pytest.mark.parametrize(
    ("rows", "rejected", "warned"),
    [
        ("Ada,a@x,G\nBen,A@X,G\n", "expected each e-mail address once, but A@X is Ada's in line 2", ""),
        (
            "Ada,a@x,G\nAda,a@x,H\n",
            "expected one group for each student, but Ada is in 'H' here and in 'G'",
            "",
        ),
        ("Ada,a@x,\nAda,a@x,H\n", "but Ada is in 'H' here and in none in line 2", ""),
        ("Ada,a@x,G\nAda,a@x,g\n", "", "the e-mail address a@x is there already, in line 2"),
        ("Ada,,G\nAda,,G\n", "", "the name Ada is there already, in line 2"),
        ("Ada,a@x,G\nAda,,\n", "", "the name Ada is there already, in line 2"),
    ],
)
def test_one_student_twice_in_a_file(
    course: Course, bring: Importer, rows: str, rejected: str, warned: str
) -> None:
    plan = bring("name,email,group\n" + rows)
    assert [rejected in message for _, message in messages(plan.rejected)] == [True] * bool(rejected)
    assert [warned in message for _, message in messages(plan.warnings)][-1:] == [True] * bool(warned)
    assert roster(course)[0][0] == "Ada"
    assert len(roster(course)) == 1


def test_a_row_without_anything_unique_follows_one_that_has(course: Course, bring: Importer) -> None:
    """Else it would be a new student at each import."""
    plan = bring("name,email\nAda,\nAda,a@x\n")
    assert [line for line, _ in messages(plan.warnings)] == [2]
    assert len(roster(course)) == 1
    assert not bring("name,email\nAda,\nAda,a@x\n").changes


def test_who_has_no_name_is_called_by_what_there_is(course: Course, bring: Importer) -> None:
    plan = bring("username,first_name,last_name,email,section,github_id,role\nmq,,,,,1048,student\n")
    assert roster(course) == [("mq", None)]
    assert "called 'mq' until a roster says it" in plan.warnings[0].message
    plan = bring("name,account\nMarisol Quintero,mq\n")
    assert changed(plan) == {"Marisol Quintero": (("name", "mq", "Marisol Quintero"),)}
