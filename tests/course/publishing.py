"""A small course with repositories to publish."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pygit2

from coursekit.config import Course, load_course
from coursekit.git import commit_all, first_commit
from coursekit.store import open_store
from coursekit.store.people import add_group, add_student, find_group, join_group, leave_group, list_students
from coursekit.store.records import NewRepository, NewStudent, Student
from coursekit.store.repositories import add_repository

PEOPLE = {"Birds": ("ada", "alan"), "Leaves": ("grace",)}
NAMES = {"ada": "Ada Lovelace", "alan": "Alan Turing", "grace": "Grace Hopper", "none": "Emmy Noether"}


def a_course(folder: Path, host: str, people: Mapping[str, tuple[str, ...]] = PEOPLE) -> Course:
    """Make a course with a repository a group; accounts called ``none…`` are none."""
    folder.mkdir(parents=True, exist_ok=True)
    text = f'[course]\nname = "Deep Learning"\nlanguage = "en"\n\n[host]\n{host}\n'
    (folder / "course.toml").write_text(text, encoding="utf-8")
    course = load_course(folder)
    with open_store(course.store) as store, store.transaction("test") as tx:
        for name, accounts in people.items():
            group = add_group(tx, name)
            for account in accounts:
                known = None if account.startswith("none") else account
                person = NewStudent(NAMES.get(account, account), f"{account}@example.org", known)
                join_group(tx, add_student(tx, person).id, group.id)
            path = f"repositories/{name.lower()}"
            a_repository(folder / path, name)
            add_repository(tx, NewRepository(group.id, path=path))
    return course


def a_repository(folder: Path, title: str) -> str:
    folder.mkdir(parents=True)
    (folder / "README.md").write_text(f"# {title}\n", encoding="utf-8")
    commit = first_commit(folder, "Start")
    pygit2.Repository(str(folder)).references.create("refs/heads/coursekit/template", commit)
    return commit


def change(folder: Path, text: str) -> str:
    (folder / "README.md").write_text(text, encoding="utf-8")
    return commit_all(folder, "Change")


def move(course: Course, account: str, group: str | None) -> None:
    """Put a student into another group, or into none."""
    with open_store(course.store) as store, store.transaction("test") as tx:
        student = _student(list_students(tx), account)
        if group is None:
            leave_group(tx, student.id)
            return
        found = find_group(tx, group)
        assert found
        join_group(tx, student.id, found.id)


def _student(students: list[Student], account: str) -> Student:
    return next(one for one in students if one.account == account)


def heads(bare: Path) -> dict[str, str]:
    repository = pygit2.Repository(str(bare))
    return {name: str(repository.branches.local[name].target) for name in repository.branches.local}


def group_pushes(bare: Path, parent: str, branch: str = "main") -> str:
    """Add a commit on the host, as a group does that has begun to work."""
    repository = pygit2.Repository(str(bare))
    who = pygit2.Signature("A student", "student@example.org")
    builder = repository.TreeBuilder()
    builder.insert("work.md", repository.create_blob(b"ours"), pygit2.enums.FileMode.BLOB)
    ref = f"refs/heads/{branch}"
    return str(repository.create_commit(ref, who, who, "Work", builder.write(), [parent]))
