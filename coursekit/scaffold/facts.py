"""`project.toml` in an update: the answers that a rendering is made of, and merging the file by its keys."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from coursekit.config import Course, parse_project, update_project
from coursekit.errors import InputError
from coursekit.model import Project
from coursekit.scaffold.people import (
    clean_description,
    clean_members,
    clean_name,
    clean_repository,
    clean_title,
)
from coursekit.tomlread import parse

#: What a template may use of a project; where one of these changes, the rendering does.
ANSWERS = (
    *("title", "description", "task", "repository", "members"),
    *("course", "semester", "group", "coursekit_source"),
)
_TEMPLATE = ("template", "template_version", "core_version", "template_tree", "coursekit_source")
_COURSE = ("course", "semester", "language", "profile", "milestones")

_CLEAN: dict[str, Callable[[Any], Any]] = {
    "title": clean_title,
    "description": clean_description,
    "task": lambda text: clean_name(text) if text.strip() else "",
    "repository": lambda text: clean_repository(text.strip()),
    "group": lambda text: clean_name(text) if text.strip() else "",
    "members": clean_members,
}


def usable_answers(project: Project, before: Project | None = None) -> Project:
    """Return the project with answers that a template may be filled with.

    A group edits `project.toml` by hand, so that anything may stand in it. What `new-project` would have refused
    stays as it was `before`, or is left out.
    """
    changes: dict[str, Any] = {}
    for name, clean in _CLEAN.items():
        try:
            changes[name] = clean(getattr(project, name))
        except InputError:
            if before is not None:
                changes[name] = getattr(before, name)
            elif name in {"repository", "description", "task", "group"}:
                changes[name] = ""
    return dataclasses.replace(project, **changes)


def with_course(project: Project, course: Course) -> Project:
    """Return the project with what its course says of it now."""
    said = {name: getattr(course, "name" if name == "course" else name) for name in _COURSE}
    source = course.coursekit_source or project.coursekit_source
    return dataclasses.replace(project, **said, coursekit_source=source)


def merge_facts(ours: bytes, new: Project, new_text: bytes, base: Project | None, base_text: bytes) -> bytes:
    """Merge `project.toml` by its keys, so that comments, order and the group's values stay.

    Parameters
    ----------
    ours : bytes
        The group's file.
    new : Project
        The project as it is rendered now; its versions and tree are taken over.
    new_text : bytes
        The same as a file; tables that are new in it are added.
    base : Project or None
        What stood in the file when it was rendered before. What the course said then and the group left alone
        becomes what the course says now.
    base_text : bytes
        The same as a file; a table in it that the group removed stays removed.
    """
    windows = b"\r\n" in ours
    text = ours.decode("utf-8-sig").replace("\r\n", "\n")
    mine, here, there = (set(parse(data, "project.toml").values) for data in (ours, new_text, base_text))
    added = sorted(here - mine - there)
    changes: dict[str, Any] = {name: getattr(new, name) for name in _TEMPLATE}
    if base is not None:
        present = parse_project(ours)
        changes |= {
            name: getattr(new, name)
            for name in _COURSE
            if getattr(present, name) == getattr(base, name) != getattr(new, name)
        }
    text = update_project(text, **changes)
    for name in added:
        text = text.rstrip("\n") + "\n\n" + _table_text(new_text.decode("utf-8"), name)
    return text.replace("\n", "\r\n").encode("utf-8") if windows else text.encode("utf-8")


def _table_text(text: str, name: str) -> str:
    """Return a table as it stands in the file, with its comments."""
    lines = text.splitlines(keepends=True)
    start = next(n for n, line in enumerate(lines) if line.startswith(f"[{name}]"))
    stop = next((n for n in range(start + 1, len(lines)) if lines[n].startswith("[")), len(lines))
    return "".join(lines[start:stop]).rstrip("\n") + "\n"
