"""A roster goes into the store: whom a row is about, what changes, and that nothing else does."""

from __future__ import annotations

import csv
import dataclasses
import io
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursekit.config import Course, load_project
from coursekit.course.enroll import (
    Imported,
    Plan,
    add_to_roster,
    change_on_roster,
    drop_from_roster,
    find_student,
    import_roster,
    list_roster,
)
from coursekit.course.enroll.people import csv_of_roster
from coursekit.errors import InputError, StoreError
from coursekit.store import open_store
from coursekit.store.history import list_audit
from coursekit.store.people import add_student, list_groups, list_memberships
from coursekit.store.records import NewRepository, NewStudent
from coursekit.store.repositories import add_repository, list_repositories

EXAMPLES = 25
Importer = Callable[..., Plan]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database to begin with: making one takes longer than a test."""
    folder = tmp_path_factory.mktemp("empty")
    open_store(folder).close()
    return folder / "course.db"


def course_in(folder: Path, empty: Path, most: int) -> Course:
    folder.mkdir(exist_ok=True)
    shutil.copy(empty, folder)
    return Course("DL", max_group_size=most, folder=folder)


@pytest.fixture
def course(tmp_path: Path, empty: Path) -> Course:
    return course_in(tmp_path / "course", empty, 3)


@pytest.fixture
def bring(course: Course) -> Importer:
    """Import a roster's text, and give what was planned."""

    def bring(text: str, **options: object) -> Plan:
        return imported(course, text, **options).plan

    return bring


def imported(course: Course, text: str, **options: object) -> Imported:
    path = course.folder / "roster.csv"
    path.write_text(text, encoding="utf-8")
    return import_roster(course, path, **options)  # type: ignore[arg-type]


def roster(course: Course) -> list[tuple[str, str | None]]:
    return [(one.student.name, one.group) for one in list_roster(course)]


def changed(plan: Plan) -> dict[str, tuple[tuple[str, str, str], ...]]:
    return {change.values.name: change.fields for change in plan.of("changed")}


def messages(remarks: object) -> list[tuple[int, str]]:
    return [(remark.line, remark.message) for remark in remarks]  # type: ignore[attr-defined]


FULL = (
    "name,email,group,repository\n"
    "Ada,ada@x,Birds,https://git.example.org/g/birds\n"
    "Ben,ben@x,Birds,\n"
    "Cleo,cleo@x,,\n"
    "Dan,dan@x,Trees,\n"
)


def test_students_groups_and_repositories_are_made(course: Course, bring: Importer) -> None:
    plan = bring(FULL)
    assert (len(plan.of("new")), plan.new_groups) == (4, ("Birds", "Trees"))
    assert roster(course) == [("Ada", "Birds"), ("Ben", "Birds"), ("Cleo", None), ("Dan", "Trees")]
    with open_store(course.store) as store, store.read() as view:
        (repository,) = list_repositories(view)
        commands = {entry.command for entry in list_audit(view)}
    assert (repository.url, repository.origin) == ("https://git.example.org/g/birds", "linked")
    assert commands == {"roster import"}


def test_the_same_file_again_changes_nothing(course: Course, bring: Importer) -> None:
    bring(FULL)
    with open_store(course.store) as store, store.read() as view:
        before = list_audit(view)
    again = imported(course, FULL)
    assert not again.stored
    assert not again.plan.changes
    assert len(again.plan.of("unchanged")) == 4
    with open_store(course.store) as store, store.read() as view:
        assert list_audit(view) == before


def test_a_changed_file_shows_the_difference(course: Course, bring: Importer) -> None:
    bring(FULL)
    plan = bring(
        "name,email,account,group\nAda Lovelace,ADA@x,adal,Trees\nBen,ben@x,,\nCleo,cleo@x,,Birds\nEve,eve@x,,Bees\n"
    )
    assert changed(plan) == {
        "Ada Lovelace": (
            ("name", "Ada", "Ada Lovelace"),
            ("e-mail", "ada@x", "ADA@x"),
            ("account", "", "adal"),
        ),
        "Cleo": (),
    }
    groups = {change.values.name: change.group for change in plan.students if change.group}
    assert {name: (group.before, group.name) for name, group in groups.items()} == {
        "Ada Lovelace": ("Birds", "Trees"),
        "Cleo": (None, "Birds"),
        "Eve": (None, "Bees"),
    }
    assert [(student.name, why) for student, why in plan.missing] == [("Dan", "not in the file")]
    assert dict(roster(course)) == {
        "Ada Lovelace": "Trees",
        "Ben": "Birds",
        "Cleo": "Birds",
        "Dan": "Trees",
        "Eve": "Bees",
    }
    with open_store(course.store) as store, store.read() as view:
        assert len(list_memberships(view, history=True)) == 6


def test_an_empty_cell_takes_nothing_away(course: Course, bring: Importer) -> None:
    bring("name,email,account,id number,section,group\nAda,ada@x,adal,s1,A,Birds\n")
    plan = bring("name,email,account,id number,section,group\nAda,ada@x,,,,\n")
    assert not plan.changes
    assert [row.group for row in list_roster(course)] == ["Birds"]


def test_missing_students_drop_out_only_when_told(course: Course, bring: Importer) -> None:
    bring(FULL)
    short = "name,email\nAda,ada@x\nBen,ben@x\nCleo,cleo@x\n"
    assert not bring(short).changes
    assert len(roster(course)) == 4
    plan = bring(short, drop_missing=True)
    assert [student.name for student, _ in plan.missing] == ["Dan"]
    assert [name for name, _ in roster(course)] == ["Ada", "Ben", "Cleo"]
    assert not bring(short, drop_missing=True).changes
    with open_store(course.store) as store, store.read() as view:
        assert [group.name for group in list_groups(view)] == ["Birds", "Trees"]


def test_who_is_in_the_file_again_takes_part_again(course: Course, bring: Importer) -> None:
    bring(FULL)
    drop_from_roster(course, "dan@x", reason="moved")
    plan = bring(FULL)
    (change,) = plan.of("changed")
    assert (change.values.name, change.returns) == ("Dan", True)
    assert ("Dan", "Trees") in roster(course)


def test_who_aborted_is_missing_with_the_reason(course: Course, bring: Importer) -> None:
    head = "first name,last name,e-mail,status\n"
    bring(head + "Ada,A,ada@x,CONFIRMED\nBen,B,ben@x,CONFIRMED\n")
    plan = bring(head + "Ada,A,ada@x,CONFIRMED\nBen,B,ben@x,ABORTED\n", drop_missing=True)
    assert [(one.name, why) for one, why in plan.missing] == [("Ben B", "line 3: the status is 'ABORTED'")]
    assert roster(course) == [("Ada A", None)]


def test_nobody_drops_out_because_of_a_row_that_cannot_be_read(course: Course, bring: Importer) -> None:
    bring(FULL)
    with pytest.raises(InputError, match=r"1 row cannot be used; the first in line 3: expected an e-mail"):
        bring("name,email\nAda,ada@x\nBen,ben(at)x\n", drop_missing=True)
    assert len(roster(course)) == 4


def test_a_dry_run_stores_nothing_and_makes_no_database(tmp_path: Path) -> None:
    course = Course("DL", folder=tmp_path)
    result = imported(course, FULL, dry_run=True)
    assert (result.stored, len(result.plan.of("new"))) == (False, 4)
    assert [path.name for path in course.folder.iterdir()] == ["roster.csv"]
    imported(course, FULL)
    assert not imported(course, "name\nEve\n", dry_run=True).stored
    assert len(roster(course)) == 4


def test_nothing_is_stored_when_the_answer_is_no(course: Course) -> None:
    shown: list[Plan] = []

    def no(plan: Plan) -> bool:
        shown.append(plan)
        return False

    result = imported(course, FULL, confirm=no)
    assert (result.stored, shown) == (False, [result.plan])
    assert roster(course) == []


def test_what_was_shown_is_what_is_stored(course: Course) -> None:
    """Another command may write while the question stands there."""

    def meanwhile(plan: Plan) -> bool:
        add_to_roster(course, {"name": "Ada", "email": "ada@x"})
        return True

    with pytest.raises(InputError, match="another command changed it"):
        imported(course, FULL, confirm=meanwhile)
    assert roster(course) == [("Ada", None)]


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


# Trouble


def test_any_roster_can_be_imported_twice(tmp_path: Path, empty: Path) -> None:
    """The second time changes nothing, whatever the first one made of it."""
    cell = st.sampled_from(["", "Ada", "ada", "Ben", "ß", "SS", "=1", "a@x", "A@x", "b@x", "x y", "1", "01"])
    rows = st.lists(st.tuples(cell, cell, cell, cell, cell, cell), min_size=1, max_size=8)
    count = 0

    @settings(
        max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(st.lists(rows, min_size=1, max_size=3))
    def twice(files: list[list[tuple[str, ...]]]) -> None:
        nonlocal count
        count += 1
        course = course_in(tmp_path / str(count), empty, 2)
        for file in files:
            text = io.StringIO()
            writer = csv.writer(text)
            writer.writerow(("name", "email", "account", "github id", "id number", "group"))
            writer.writerows(file)
            try:
                first = imported(course, text.getvalue())
            except InputError as error:
                assert "expected rows" in error.message
                continue
            again = imported(course, text.getvalue()).plan
            stored = len(list_roster(course))
            # A place that became free in the meantime may be taken.
            assert [change.kind for change in again.students if change.fields] == []
            assert again.of("new") == []
            assert stored >= len(first.plan.students) - len(first.plan.of("unchanged"))
            sizes = [one.group for one in list_roster(course) if one.group]
            assert all(sizes.count(group) <= 2 for group in sizes)

    twice()


def test_the_list_as_csv_makes_the_same_course(
    course: Course, bring: Importer, tmp_path: Path, empty: Path
) -> None:
    bring(
        "name,email,github,github id,id number,section,group,repository\n"
        "=cmd|x,a@x,adal,4711,s1,-A,+G,https://h.org/g/d\nBen,b@x,,,,,=G,\nCleo,c@x,,,,,,\n"
    )
    drop_from_roster(course, "c@x")
    text = csv_of_roster(list_roster(course, left=True))
    assert "\n'=cmd|x,a@x,adal,s1,'-A,'+G," in text
    other = course_in(tmp_path / "other", empty, 3)
    imported(other, text)

    def people(course: Course) -> list[tuple[object, ...]]:
        return [
            (dataclasses.replace(one.student, id=0, added_at=now), one.group, one.repository)
            for one in list_roster(course)
        ]

    now = datetime.now(UTC)
    assert people(other) == people(course)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of folders work otherwise on Windows")
def test_a_folder_that_may_not_be_written(empty: Path) -> None:
    # Not below pytest's own folder, into which only its owner comes: permissions mean nothing to root.
    with tempfile.TemporaryDirectory() as name:
        course = course_in(Path(name), empty, 3)
        imported(course, FULL)
        (course.folder / "roster.csv").write_text("name\nEve\n", encoding="utf-8")
        course.folder.chmod(0o555)
        for file in course.folder.iterdir():
            file.chmod(0o444)
        if os.geteuid() == 0:
            os.seteuid(65534)
        try:
            with pytest.raises(StoreError, match="not permitted"):
                import_roster(course, course.folder / "roster.csv")
        finally:
            if os.getuid() == 0:
                os.seteuid(0)
            course.folder.chmod(0o755)
            for file in course.folder.iterdir():
                file.chmod(0o644)
        assert len(roster(course)) == 4


def test_a_failure_in_the_middle_stores_nothing(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    from coursekit.course.enroll import run

    def full(*_: object, **__: object) -> None:
        raise StoreError("expected room, found the disk full")

    monkeypatch.setattr(run, "add_repository", full)
    with pytest.raises(StoreError):
        imported(course, FULL)
    assert roster(course) == []
    with open_store(course.store) as store, store.read() as view:
        assert list_groups(view) == []


# By hand


def test_who_joins_late_is_added_and_who_left_comes_back(course: Course, bring: Importer) -> None:
    bring(FULL)
    plan = add_to_roster(course, {"name": "Eve", "email": "eve@x", "group": "birds"}).plan
    assert plan.of("new")[0].group is not None
    assert ("Eve", "Birds") in roster(course)
    with pytest.raises(InputError, match="Eve is on the roster already"):
        add_to_roster(course, {"name": "Eve"})
    with pytest.raises(InputError, match="an e-mail address"):
        add_to_roster(course, {"name": "Fay", "email": "fay"})
    drop_from_roster(course, "Eve")
    assert add_to_roster(course, {"name": "Eve"}).plan.students[0].returns
    assert ("Eve", None) in roster(course)
    bring("name,email\nAnna,a@x\nAnna,b@x\n")
    with pytest.raises(InputError, match="2 students are called Anna"):
        add_to_roster(course, {"name": "Anna"})


def test_a_student_is_changed_by_hand(course: Course, bring: Importer) -> None:
    bring(FULL)
    before, after = change_on_roster(course, "ben@x", {"name": "Benjamin", "email": "", "account": "@benm"})
    assert (before.name, after.name, after.email, after.account) == ("Ben", "Benjamin", None, "benm")
    with pytest.raises(InputError, match="another student"):
        change_on_roster(course, "Benjamin", {"email": "ada@x"})
    with pytest.raises(InputError, match="expected a name"):
        change_on_roster(course, "Benjamin", {"name": ""})


def test_a_student_is_found_by_what_people_type(course: Course) -> None:
    with open_store(course.store) as store, store.transaction("roster add") as tx:
        ada = add_student(tx, NewStudent("Ada Lovelace", "ada@x", "adal", "S1"))
        for text in ("ADA@x", "adal", "s1", "ada lovelace", "Lovelace, Ada"):
            assert find_student(tx, text) == ada
        add_student(tx, NewStudent("Ada Lovelace", "other@x"))
        with pytest.raises(InputError, match="2 are called"):
            find_student(tx, "Ada Lovelace")
        with pytest.raises(InputError) as caught:
            find_student(tx, "Ada Lovelac")
        assert "Ada Lovelace" in caught.value.hint
        for text in ("", " "):
            with pytest.raises(InputError):
                find_student(tx, text)
