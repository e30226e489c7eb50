"""Groups by wishes: shown with how many are met, stored in one transaction, and only as shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.config import Course
from coursekit.course.groups import import_groups, move_student, propose_groups, store_groups
from coursekit.course.groups.change import add_course_group
from coursekit.errors import InputError
from tests.course.groups.test_change import members

WISHES = """\
student;with;topics;not with
Emmy Noether;Kurt Gödel, Ada Lovelace;Bees;
Kurt Gödel;Emmy Noether;Bees, Bats;Sofia Kovalevskaya
Sofia Kovalevskaya;Kurt Gödel;Bats;
Ada Lovelace;Sofia Kovalevskaya;;
Nobody;Ada Lovelace;;
"""


@pytest.fixture
def wishes(course: Course) -> Path:
    file = course.folder / "wishes.csv"
    file.write_text(WISHES, encoding="utf-8")
    return file


def test_students_without_a_group_are_placed_by_their_wishes(course: Course, wishes: Path) -> None:
    formation = propose_groups(course, wishes, min_size=1, max_size=2)
    assert formation.proved
    assert [formation.members(group)[0].name for group in formation.groups] == [
        "Emmy Noether",
        "Sofia Kovalevskaya",
    ]
    assert formation.names == ("Group 01", "Group 02")
    assert [group.topic for group in formation.groups] == ["Bees", "Bats"]
    # Wishes for somebody who has a group already are none that could be met here.
    assert (formation.people_met, formation.people_wished, formation.happy_with_people) == (2, 3, 2)
    assert [formation.topic_rank(one) for one in formation.with_topics] == [0, 0, 0]
    assert (formation.avoided, formation.avoided_together, formation.empty_handed) == (1, (), ())
    assert [one.line for one in formation.unclear] == [3, 4, 6]
    store_groups(course, formation)
    assert members(course)["Group 01"] == ["Emmy", "Kurt"]
    assert members(course)[""] == []


def test_what_cannot_be_helped_is_said(course: Course, wishes: Path) -> None:
    formation = propose_groups(course, wishes, min_size=3)
    [(one, other)] = formation.avoided_together
    assert (one.name, other.name) == ("Kurt Gödel", "Sofia Kovalevskaya")


def test_empty_handed_students_are_named(course: Course, wishes: Path) -> None:
    wishes.write_text(
        "student;with\nEmmy Noether;Kurt Gödel\nSofia Kovalevskaya;Emmy Noether\n", encoding="utf-8"
    )
    formation = propose_groups(course, wishes, min_size=1, max_size=2)
    assert len(formation.empty_handed) == 1


def test_without_wishes_the_groups_are_drawn_and_names_go_on(course: Course) -> None:
    add_course_group(course, "group 01")
    formation = propose_groups(course, seed=4, max_size=3)
    assert formation.names == ("Group 02",)
    assert propose_groups(course, seed=4, prefix="Team").names == ("Team 01",)
    assert formation.sizes == (2, 3)


def test_when_the_course_changed_meanwhile_nothing_is_stored(course: Course) -> None:
    formation = propose_groups(course)
    move_student(course, "Emmy Noether", "Birds")
    before = members(course)
    with pytest.raises(InputError, match="another command changed"):
        store_groups(course, formation)
    assert members(course) == before


def test_sizes_come_from_the_course_or_are_asked_for(course: Course) -> None:
    (course.folder / "course.toml").write_text('[course]\nname = "C"\n', encoding="utf-8")
    from coursekit.config import load_course

    bare = load_course(course.folder)
    with pytest.raises(InputError, match="a largest size") as caught:
        propose_groups(bare)
    assert "--max-size" in caught.value.hint
    assert propose_groups(bare, max_size=2).sizes == (1, 2)
    with pytest.raises(InputError, match="3 students can be divided"):
        propose_groups(bare, min_size=2, max_size=2)
    with pytest.raises(InputError, match="at least 4 students"):
        propose_groups(bare, min_size=4, max_size=5)


def test_a_form_may_be_exported_and_imported(course: Course, wishes: Path) -> None:
    """Its CSV is what `groups import` reads."""
    from coursekit.cli._groups_form import _csv

    formation = propose_groups(course, wishes, min_size=1, max_size=2)
    file = course.folder / "groups.csv"
    file.write_text(_csv(formation), encoding="utf-8")
    imported = import_groups(course, file)
    assert (len(imported.joined), imported.unclear) == (3, ())
