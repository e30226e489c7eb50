"""A roster goes into the store: whom a row is about, what changes, and that nothing else does."""

from __future__ import annotations

import csv
import dataclasses
import io
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursekit.config import Course
from coursekit.course.enroll import (
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
from coursekit.store.records import NewStudent
from coursekit.store.repositories import list_repositories
from tests.course.enrolling import Importer, bring, changed, course, course_in, empty, imported, roster

__all__ = ["bring", "course", "empty"]


EXAMPLES = 25


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
