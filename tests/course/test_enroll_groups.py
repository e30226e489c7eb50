"""A roster's groups: their size, their names, their repositories."""

from __future__ import annotations

import pytest

from coursekit.config import Course, load_project
from coursekit.course.enroll import (
    add_to_roster,
    drop_from_roster,
)
from coursekit.store import open_store
from coursekit.store.people import list_groups
from coursekit.store.records import NewRepository
from coursekit.store.repositories import add_repository, list_repositories
from tests.course.enrolling import Importer, bring, course, empty, imported, messages, roster

__all__ = ["bring", "course", "empty"]


# Groups


def test_a_group_over_the_limit(course: Course, bring: Importer) -> None:
    text = "name,email,group\n" + "".join(f"S{n},s{n}@x,Birds\n" for n in range(5))
    plan = bring(text)
    assert [line for line, _ in messages(plan.warnings)] == [5, 6]
    assert (
        "at most 3 members in a group (max_size in course.toml), but 'Birds' is full"
        in plan.warnings[0].message
    )
    assert [group for _, group in roster(course)] == ["Birds"] * 3 + [None] * 2
    assert not bring(text).changes


def test_full_groups_can_swap_members(course: Course, bring: Importer) -> None:
    rows = [(f"S{n}", f"s{n}@x", "Birds" if n < 3 else "Trees") for n in range(6)]
    bring("name,email,group\n" + "".join(",".join(row) + "\n" for row in rows))
    plan = bring("name,email,group\nS0,s0@x,Trees\nS5,s5@x,Birds\n")
    assert plan.warnings == ()
    assert dict(roster(course)) == {
        "S0": "Trees",
        "S1": "Birds",
        "S2": "Birds",
        "S3": "Trees",
        "S4": "Trees",
        "S5": "Birds",
    }


def test_who_finds_no_room_stays_and_so_may_take_anothers(course: Course, bring: Importer) -> None:
    rows = [(f"S{n}", f"s{n}@x", "Birds" if n < 3 else "Trees") for n in range(6)]
    bring("name,email,group\n" + "".join(",".join(row) + "\n" for row in rows))
    # Trees is full, so S0 stays in Birds, which then has no room for the new one.
    plan = bring("name,email,group\nS0,s0@x,Trees\nNew,new@x,Birds\n")
    assert [line for line, _ in messages(plan.warnings)] == [2, 3]
    assert (dict(roster(course))["S0"], dict(roster(course))["New"]) == ("Birds", None)


def test_who_drops_out_makes_room(course: Course, bring: Importer) -> None:
    bring("name,email,group\nA,a@x,G\nB,b@x,G\nC,c@x,G\n")
    plan = bring("name,email,group\nA,a@x,G\nB,b@x,G\nD,d@x,G\n", drop_missing=True)
    assert plan.warnings == ()
    assert roster(course) == [("A", "G"), ("B", "G"), ("D", "G")]


@pytest.mark.parametrize("second", ["BIRDS", "ｂｉｒｄｓ", "birds"])
def test_a_group_is_the_same_however_it_is_written(course: Course, bring: Importer, second: str) -> None:
    plan = bring(f"name,email,group\nA,a@x,Birds\nB,b@x,{second}\nC,c@x,{second}\n")
    assert plan.new_groups == ("Birds",)
    assert messages(plan.warnings) == [(3, f"the group {second!r} is taken for 'Birds'")]
    assert not bring(f"name,email,group\nA,a@x,Birds\nB,b@x,{second}\n").changes


def test_names_that_make_one_folder_are_told(course: Course, bring: Importer) -> None:
    plan = bring("name,email,group\nA,a@x,Team Ä!\nB,b@x,team-ae\n")
    assert plan.new_groups == ("Team Ä!", "team-ae")
    ((line, message),) = messages(plan.warnings)
    assert line == 3
    assert "'Team Ä!' and 'team-ae' would lie in one folder 'team-ae'" in message
    assert len(bring("name,email,group\nC,c@x,team_ae\n").warnings) == 1


# Repositories


def test_repositories_belong_to_groups(course: Course, bring: Importer) -> None:
    head = "name,email,group,repository\n"
    plan = bring(
        head + "A,a@x,Birds,https://h.org/g/birds\n"
        "B,b@x,Birds,https://h.org/g/birds.git\n"
        "C,c@x,Birds,https://h.org/g/other\n"
        "D,d@x,Trees,https://h.org/g/Birds\n"
        "E,e@x,,https://h.org/g/nobody\n"
    )
    assert [(link.group, link.url) for link in plan.links] == [("Birds", "https://h.org/g/birds")]
    assert messages(plan.warnings) == [
        (4, "the group has the repository https://h.org/g/birds in line 2"),
        (5, "the repository https://h.org/g/Birds belongs to the group 'Birds'; it is left out"),
        (
            6,
            "the repository https://h.org/g/nobody belongs to no group, as the row names none; it is left out",
        ),
    ]
    assert not bring(head + "A,a@x,,https://h.org/g/birds.git\n").changes
    plan = bring(head + "A,a@x,,https://h.org/g/moved\n")
    assert [(link.group, link.before, link.url) for link in plan.links] == [
        ("Birds", "https://h.org/g/birds", "https://h.org/g/moved")
    ]
    with open_store(course.store) as store, store.read() as view:
        assert len(list_repositories(view, history=True)) == 2


def test_a_repository_that_was_made_is_not_replaced(course: Course, bring: Importer) -> None:
    bring("name,group\nAda,Birds\n")
    with open_store(course.store) as store, store.transaction("new-project") as tx:
        (group,) = list_groups(tx)
        add_repository(tx, NewRepository(group.id, url="https://h.org/g/b", path="repositories/birds"))
    text = "name,group,repository\nAda,Birds,{}\n"
    assert not bring(text.format("https://h.org/g/b.git")).warnings
    plan = bring(text.format("https://h.org/x/y"))
    assert "groups link" in plan.warnings[0].message
    assert not plan.changes


# The groups' folders


def test_project_toml_follows_the_members(course: Course) -> None:
    imported(course, "name,email,group\nAda,ada@x,Birds\nBen,ben@x,Birds\nCleo,cleo@x,Trees\n")
    files = {}
    with open_store(course.store) as store, store.transaction("new-project") as tx:
        for group in list_groups(tx):
            path = f"repositories/{group.name.lower()}"
            add_repository(tx, NewRepository(group.id, path=path))
            files[group.name] = course.folder / path / "project.toml"
            files[group.name].parent.mkdir(parents=True)
            files[group.name].write_text('[project]\ntitle = "T"\n', encoding="utf-8")

    def inside(group: str) -> list[str]:
        return [member.name for member in load_project(files[group]).members]

    add_to_roster(course, {"name": "Dan", "email": "dan@x", "group": "Birds"})
    assert inside("Birds") == ["Ada", "Ben", "Dan"]
    _, followed = drop_from_roster(course, "ben@x")
    assert [one.left for one in followed] == [("Ben",)]
    assert inside("Birds") == ["Ada", "Dan"]
    result = imported(course, "name,email,group\nAda,ada@x,Trees\nDan,dan@x,\n", drop_missing=True)
    assert {one.group for one in result.followed} == {"Birds", "Trees"}
    assert (inside("Birds"), inside("Trees")) == (["Dan"], ["Ada"])
