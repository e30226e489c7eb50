"""Groups and members change: store and project.toml follow, the history stays, and nothing of a group's is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pygit2
import pytest

from coursekit.config import Course, load_course, load_project, update_project
from coursekit.course.groups import (
    add_course_group,
    follow_members,
    leave_course_group,
    link_repository,
    list_course_groups,
    move_student,
    rename_course_group,
    sync_members,
)
from coursekit.course.groups.follow import merged
from coursekit.errors import InputError
from coursekit.git import commit_all
from coursekit.model import Member
from coursekit.store import open_store
from coursekit.store.history import list_audit
from coursekit.store.people import list_memberships


def members(course: Course) -> dict[str, list[str]]:
    overview = list_course_groups(course)
    groups = {group.name: [one.name.split()[0] for one in group.members] for group in overview.groups}
    return {**groups, "": [one.name.split()[0] for one in overview.without]}


def test_a_student_moves_and_the_history_stays(course: Course, bees: Path) -> None:
    moved = move_student(course, "ada@example.org", "birds", reason="Ada lives nearer")
    assert (moved.before, moved.after, moved.changed) == ("Bees", "Birds", True)
    assert members(course) == {"Bees": ["Alan"], "Birds": ["Grace", "Ada"], "": ["Emmy", "Kurt", "Sofia"]}
    with open_store(course.store) as store, store.read() as view:
        assert len(list_memberships(view, history=True)) == 4
        reasons = {entry.reason for entry in list_audit(view, table="memberships")}
    assert "[student 1] lives nearer" in reasons
    [bee] = moved.followed
    assert (bee.group, bee.path, bee.joined, bee.left) == (
        "Bees",
        bees / "project.toml",
        (),
        ("Ada Lovelace",),
    )
    assert [one.name for one in load_project(bees).members] == ["Alan Turing"]


def test_a_late_joiner_is_written_after_the_others_and_nothing_else_changes(
    course: Course, bees: Path
) -> None:
    """Also where the file holds changes that are not committed."""
    path = bees / "project.toml"
    mine = path.read_text("utf-8").replace('question = ""', 'question = "Which bee?"  # ours')
    mine = mine.replace('email = "alan@example.org"', 'email = "alan@private.example"\naccount = "alan"')
    path.write_text(mine, encoding="utf-8")
    head = pygit2.Repository(bees).head.target
    move_student(course, "Emmy Noether", "Bees")
    text = path.read_text("utf-8")
    assert 'question = "Which bee?"  # ours' in text
    project = load_project(bees)
    assert project.members == (
        Member("Ada Lovelace", "ada@example.org"),
        Member("Alan Turing", "alan@private.example", "alan"),
        Member("Emmy Noether", "emmy@example.org"),
    )
    assert pygit2.Repository(bees).head.target == head
    assert text == update_project(mine, members=project.members)


def test_moving_again_changes_nothing_and_completes_what_was_cut_short(course: Course, bees: Path) -> None:
    before = (bees / "project.toml").read_text("utf-8")
    move_student(course, "Ada Lovelace", "Birds")
    (bees / "project.toml").write_text(before, encoding="utf-8")  # as if killed before it was written
    assert move_student(course, "Emmy Noether", "Bees").followed[0].left == ("Ada Lovelace",)
    again = move_student(course, "Emmy Noether", "Bees")
    assert (again.changed, again.followed) == (False, ())


def test_where_the_group_has_pushed_since_nothing_is_written(course: Course, bees: Path) -> None:
    clone = course.folder / "clones" / "bees.git"
    pygit2.clone_repository(str(bees), str(clone), bare=True)
    assert move_student(course, "Emmy Noether", "Bees").followed[0].path is not None
    commit_all(bees, "Emmy is with us")
    # The clone is behind what is here: that is no push of theirs.
    assert leave_course_group(course, "Emmy Noether").followed[0].path is not None
    commit_all(bees, "Emmy has left")
    # Somebody pushes from elsewhere.
    other = course.folder.parent / "theirs"
    pygit2.clone_repository(str(clone), str(other))
    (other / "new.txt").write_text("x")
    commit_all(other, "Work of ours")
    shutil.rmtree(clone)
    pygit2.clone_repository(str(other), str(clone), bare=True)
    before = (bees / "project.toml").read_bytes()
    [followed] = move_student(course, "Kurt Gödel", "Bees").followed
    assert followed.path is None
    assert "pushed since" in followed.note
    assert (bees / "project.toml").read_bytes() == before
    assert members(course)["Bees"] == ["Ada", "Alan", "Kurt"]


def test_what_cannot_be_written_is_said_and_the_store_follows_all_the_same(
    course: Course, bees: Path
) -> None:
    path = bees / "project.toml"
    for spoil, note in (
        (lambda: path.write_text("broken ["), "cannot be read as TOML"),
        (lambda: path.write_bytes(b"[project]\ntitle = '\xff'"), "UTF-8"),
        (path.unlink, "found none"),
        (lambda: path.symlink_to(course.folder / "course.toml"), "found none"),
        (lambda: shutil.rmtree(bees), "not on this machine"),
    ):
        spoil()  # type: ignore[operator]
        [followed] = follow_members(course)
        assert (followed.path, note in followed.note) == (None, True), followed.note
    assert move_student(course, "Emmy Noether", "Bees").changed
    assert (course.folder / "course.toml").read_text("utf-8").startswith("[course]")


def test_a_repository_of_the_groups_own_is_left_alone(course: Course, bees: Path) -> None:
    own = course.folder / "theirs"
    bees.rename(own)
    link_repository(course, "Bees", str(own), replace=True)
    before = (own / "project.toml").read_bytes()
    link_repository(course, "Birds", "https://git.example.org/birds")
    [bee, bird] = move_student(course, "Ada Lovelace", "Birds").followed
    assert "its repository is its own" in bee.note
    assert "its repository is its own" in bird.note
    assert (own / "project.toml").read_bytes() == before


def test_guests_stay_and_people_are_recognized(course: Course) -> None:
    with open_store(course.store) as store, store.read() as view:
        from coursekit.store.people import list_students

        ada, alan, grace, *_ = everybody = list_students(view)
    before = (
        Member("A. Lovelace", "ADA@example.org"),
        Member("A Guest"),
        Member("Grace Hopper"),
        Member("ada lovelace"),
    )
    assert merged(before, [ada, alan], everybody) == (
        before[0],
        Member("A Guest"),
        Member("Alan Turing", "alan@example.org"),
    )
    assert merged((), [grace], everybody) == (Member("Grace Hopper", "grace@example.org"),)


def test_sync_writes_what_differs_for_all_or_some(course: Course, bees: Path) -> None:
    path = bees / "project.toml"
    path.write_text(update_project(path.read_text("utf-8"), members=()), encoding="utf-8")
    before = path.read_bytes()
    assert sync_members(course, ["birds"]) == []
    [one] = sync_members(course, dry_run=True)
    assert one.joined == ("Ada Lovelace", "Alan Turing")
    assert path.read_bytes() == before
    assert sync_members(course) == [one]
    assert sync_members(course) == []
    with pytest.raises(InputError, match="'Bee' is none"):
        sync_members(course, ["Bee"])


def test_a_full_group_takes_more_only_with_a_reason(course: Course) -> None:
    move_student(course, "Emmy Noether", "Bees")
    with pytest.raises(InputError, match="'Bees' would have 4") as caught:
        move_student(course, "Kurt Gödel", "Bees")
    assert "--force" in caught.value.hint
    with pytest.raises(InputError, match="expected a reason"):
        move_student(course, "Kurt Gödel", "Bees", force=True)
    assert move_student(course, "Kurt Gödel", "Bees", force=True, reason="they live together").changed
    assert len(members(course)["Bees"]) == 4


def test_who_or_what_is_not_there_is_said_with_the_nearest(course: Course) -> None:
    with pytest.raises(InputError) as student:
        move_student(course, "Ada Lovelac", "Birds")
    with pytest.raises(InputError) as group:
        move_student(course, "Ada Lovelace", "Bird")
    with pytest.raises(InputError, match="is in none"):
        leave_course_group(course, "Emmy Noether")
    assert "Ada Lovelace" in student.value.hint
    assert "Birds" in group.value.hint
    assert members(course)["Bees"] == ["Ada", "Alan"]


def test_groups_are_added_with_a_warning_for_one_folder(course: Course) -> None:
    assert add_course_group(course, "Bats")[1] == ""
    assert "make the same folder name 'bees'" in add_course_group(course, "Bees!")[1]
    for name, message in (("BEES", "a group 'Bees'"), ("a\x1b[31m", "control characters"), (" ", "a name")):
        with pytest.raises(InputError, match=message):
            add_course_group(course, name)


def test_a_renamed_group_keeps_its_folder_and_its_clone(course: Course, bees: Path) -> None:
    clones = course.folder / "clones"
    for name in ("bees.git", "birds.git"):
        (clones / name).mkdir(parents=True)
    renamed = rename_course_group(course, "bees", "Wasps", reason="a mistake")
    assert (renamed.before, renamed.after) == ("Bees", "Wasps")
    assert sorted(path.name for path in clones.iterdir()) == ["birds.git", "wasps.git"]
    assert [group.folder for group in list_course_groups(course).groups] == ["wasps", "birds"]
    assert load_project(bees).group == "Wasps"
    assert any("stays" in note for note in renamed.notes)
    assert "[[waivers]]" in " ".join(rename_course_group(course, "Birds", "Gulls").notes)
    assert rename_course_group(course, "Gulls", "GULLS").after == "GULLS"


def test_what_the_overview_says(course: Course, bees: Path) -> None:
    overview = list_course_groups(course)
    assert overview.students == 6
    assert [(one.name, overview.is_odd(one)) for one in overview.groups] == [("Bees", False), ("Birds", True)]
    assert [one.repository and one.repository.path for one in overview.groups] == ["repositories/bees", None]
    assert load_course(course.folder).milestones[0].name == "proposal"
