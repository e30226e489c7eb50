from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.config import Course, load_course
from coursekit.model import Member
from coursekit.scaffold import new_project
from coursekit.store import open_store
from coursekit.store.people import add_group, add_student, join_group
from coursekit.store.records import NewRepository, NewStudent
from coursekit.store.repositories import add_repository

COURSE = """\
[course]
name = "Deep Learning"
time_zone = "Europe/Berlin"

[groups]
min_size = 2
max_size = 3

[[check.milestones]]
name = "proposal"
deadline = 2026-11-01

[[check.milestones]]
name = "literature-review"

[[ideas]]
title = "Bees"

[[waivers]]
code = "EDA302"
reason = "Sounds have no columns."
group = "Birds"
"""

NAMES = ("Ada Lovelace", "Alan Turing", "Grace Hopper", "Emmy Noether", "Kurt Gödel", "Sofia Kovalevskaya")


def address(name: str) -> str:
    return f"{name.split()[0].lower()}@example.org"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course with six students and the groups Bees (Ada, Alan) and Birds (Grace)."""
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "course.toml").write_text(COURSE, encoding="utf-8")
    course = load_course(folder)
    with open_store(course.store) as store, store.transaction("test") as tx:
        students = [add_student(tx, NewStudent(name, address(name))) for name in NAMES]
        for name, inside in (("Bees", students[:2]), ("Birds", students[2:3])):
            group = add_group(tx, name)
            for student in inside:
                join_group(tx, student.id, group.id)
    return course


@pytest.fixture
def bees(course: Course) -> Path:
    """The Bees' repository on this machine, made by coursekit."""
    folder = course.folder / "repositories" / "bees"
    people = [Member(name, address(name)) for name in NAMES[:2]]
    new_project(folder, "Whose bee is it?", people, "image classification", "blank", group="Bees")
    register(course, "Bees", path="repositories/bees")
    return folder


def register(course: Course, group: str, **where: str) -> None:
    from coursekit.store.people import find_group

    with open_store(course.store) as store, store.transaction("test") as tx:
        found = find_group(tx, group)
        assert found is not None
        add_repository(tx, NewRepository(found.id, **where))  # type: ignore[arg-type]
