"""A list of groups goes into the store in one transaction: what is clear, and nobody twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.config import Course, load_project
from coursekit.course.groups import Imported, import_groups
from coursekit.course.groups.change import move_student
from coursekit.errors import InputError
from tests.course.groups.test_change import members

START = {"Bees": ["Ada", "Alan"], "Birds": ["Grace"], "": ["Emmy", "Kurt", "Sofia"]}


def load(course: Course, text: str, **options: object) -> Imported:
    file = course.folder / "groups.txt"
    file.write_text(text, encoding="utf-8")
    return import_groups(course, file, **options)  # type: ignore[arg-type]


def test_groups_and_members_come_and_again_nothing_changes(course: Course) -> None:
    text = "Bats: Emmy Noether, kurt@example.org\nBirds: Grace Hopper, Sofia Kovalevskaya\n"
    first = load(course, text, dry_run=True)
    assert members(course) == START
    assert load(course, text) == first
    assert (first.made, len(first.joined), first.there, first.unclear) == (("Bats",), 3, 1, ())
    assert members(course) == {
        "Bees": ["Ada", "Alan"],
        "Birds": ["Grace", "Sofia"],
        "Bats": ["Emmy", "Kurt"],
        "": [],
    }
    again = load(course, text)
    assert (again.made, again.joined, again.there) == ((), (), 4)


def test_what_is_unclear_is_left_aside_and_the_rest_goes_in(course: Course) -> None:
    found = load(
        course, "Bats: Emmy Noether, Kurt Godel\nBirds: ada@example.org\nEvil\x1b[31m: Sofia Kovalevskaya\n"
    )
    assert [one.line for one in found.unclear] == [1, 2, 3]
    assert "Kurt Gödel" in found.unclear[0].hint
    assert "is in 'Bees'" in found.unclear[1].message
    assert "control characters" in found.unclear[2].message
    assert "\x1b" not in repr(found)
    assert members(course)["Bats"] == ["Emmy"]
    assert members(course)["Bees"] == ["Ada", "Alan"]


def test_students_move_only_when_told_and_project_toml_follows(course: Course, bees: Path) -> None:
    found = load(course, "Birds: Ada Lovelace\n", move=True)
    assert (found.joined[0].before, found.joined[0].group) == ("Bees", "Birds")
    assert [one.name for one in load_project(bees).members] == ["Alan Turing"]
    assert found.followed[0].left == ("Ada Lovelace",)


def test_a_group_over_the_limit_is_left_out_unless_there_is_a_reason(course: Course) -> None:
    text = "Bees: Emmy Noether, Kurt Gödel\nBirds: Sofia Kovalevskaya\n"
    found = load(course, text)
    [one] = found.unclear
    assert (one.line, "'Bees' would have 4" in one.message) == (1, True)
    assert members(course) == {**START, "Birds": ["Grace", "Sofia"], "": ["Emmy", "Kurt"]}
    with pytest.raises(InputError, match="expected a reason"):
        load(course, text, force=True)
    assert len(load(course, text, force=True, reason="small rooms").joined) == 2


def test_two_full_groups_may_swap(course: Course) -> None:
    move_student(course, "Emmy Noether", "Bees")
    for name in ("Kurt Gödel", "Sofia Kovalevskaya"):
        move_student(course, name, "Birds")
    found = load(course, "Bees: Grace Hopper\nBirds: Ada Lovelace\n", move=True)
    assert (len(found.joined), found.unclear) == (2, ())
    # Who is refused takes no room elsewhere, and makes none.
    found = load(course, "Bees: Ada Lovelace, Kurt Gödel\nBirds: Emmy Noether\n", move=True)
    assert sum(map(len, members(course).values())) == 6
    assert max(map(len, members(course).values())) == 3
    assert len(found.unclear) == 2


def test_names_that_make_one_folder_are_warned_of(course: Course) -> None:
    found = load(course, "Team A!:\nteam-a:\nbees!:\n")
    assert found.made == ("Team A!", "team-a", "bees!")
    assert ["'team-a'" in found.warnings[0], "'bees'" in found.warnings[1]] == [True, True]


def test_without_a_file_it_is_said(course: Course) -> None:
    with pytest.raises(InputError, match="found a folder"):
        import_groups(course, course.folder)
    with pytest.raises(InputError, match="found nothing"):
        import_groups(course, course.folder / "x")


def test_a_group_of_which_nobody_is_understood_is_not_made(course: Course) -> None:
    """A wrong file must not leave groups behind."""
    found = load(course, "Bats: Nobody, Somebody\nOwls: Nobody, Emmy Noether\nCats:\n")
    assert (found.made, len(found.unclear)) == (("Owls", "Cats"), 3)
