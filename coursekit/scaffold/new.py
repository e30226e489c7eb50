"""Makes one project: checks what was asked for, bakes the template, adds core_lib, and makes the first commit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.config import Course, render_project
from coursekit.errors import InputError
from coursekit.files import folder_in_one_step, write_new
from coursekit.git import make_repository
from coursekit.model import Member, Project
from coursekit.scaffold.bake import render
from coursekit.scaffold.escape import Value
from coursekit.scaffold.people import (
    clean_description,
    clean_members,
    clean_name,
    clean_repository,
    clean_title,
)
from coursekit.scaffold.pristine import BRANCH, FACTS, pristine_message, pristine_tree
from coursekit.templates import Template, core_files, core_version, find_template
from coursekit.text import slug


@dataclass(frozen=True, slots=True)
class Created:
    """A project that was made (or, in a dry run, would be)."""

    folder: Path
    project: Project
    template: Template
    files: tuple[str, ...]
    commit: str = ""


def new_project(
    target: Path,
    title: str,
    members: Sequence[Member],
    task: str,
    template: str,
    *,
    course: Course | None = None,
    description: str = "",
    repository: str = "",
    group: str = "",
    base: Project | None = None,
    git: bool = True,
    dry_run: bool = False,
) -> Created:
    """Make a group's repository in the folder `target`, all of it or nothing.

    Parameters
    ----------
    target : Path
        A folder that does not exist yet, or is empty.
    title : str
    members : sequence of Member
    task : str
        The task type, such as ``image classification``; empty means the template's first one.
    template : str
        A template's name, or the path to a cookiecutter template.
    course : Course, optional
        States the group size, milestones, profile, and where the workflow installs coursekit from.
    description, repository, group : str, optional
    base : Project, optional
        Facts that are kept where nothing else is said (from a `project.toml`).
    git : bool, optional
        Whether to make a git repository with a first commit.
    dry_run : bool, optional
        Check everything and write nothing.

    Raises
    ------
    InputError
        If something was asked for that cannot be done; nothing is written then.
    """
    found = find_template(template)
    project = dataclasses.replace(
        base or Project(title=""),
        title=clean_title(title),
        members=clean_members(members, course.max_group_size if course else None),
        task=clean_name(task) if task.strip() else next(iter(found.tasks), ""),
        description=clean_description(description),
        repository=clean_repository(repository.strip()),
        group=clean_name(group) if group.strip() else "",
        template=found.name,
        template_version=found.version(),
        core_version=core_version(),
    )
    if course:
        project = dataclasses.replace(
            project,
            course=course.name,
            semester=course.semester,
            language=course.language,
            profile=course.profile,
            milestones=course.milestones,
            coursekit_source=course.coursekit_source,
        )
    project, files = complete_project(project, found)
    refuse_taken(target)
    created = Created(target, project, found, tuple(sorted(files)))
    if dry_run:
        return created
    with folder_in_one_step(target) as folder:
        if git:
            commit = make_repository(folder, files, pristine_message(project), branches=[BRANCH])
        else:
            write_new(folder, files)
            commit = ""
    return dataclasses.replace(created, commit=commit)


def complete_project(
    project: Project, template: Template, core: Mapping[str, bytes] | None = None
) -> tuple[Project, dict[str, bytes]]:
    """Return every file of a project as the template makes it, by its path, and the project with their tree's id.

    Parameters
    ----------
    project : Project
    template : Template
    core : mapping, optional
        The files of another core_lib than today's.
    """
    values = project_values(project)
    files = {**render(template, values).fill(values), **(core_files() if core is None else core)}
    project = dataclasses.replace(project, template_tree=pristine_tree(files))
    return project, {**files, FACTS: render_project(project).encode("utf-8")}


def project_values(project: Project) -> dict[str, Value]:
    """Return the values that a template may use."""
    return {
        "title": project.title,
        "slug": slug(project.title),
        "description": project.description,
        "task": project.task,
        "repository": project.repository,
        "members": [member.name for member in project.members],
        "course": project.course,
        "semester": project.semester,
        "group": project.group,
        "coursekit_source": project.coursekit_source,
    }


def refuse_taken(target: Path) -> None:
    """Refuse a target that is not a new or empty folder.

    Raises
    ------
    InputError
        If something is there already.
    """
    if target.is_symlink() or (target.exists() and not (target.is_dir() and not any(target.iterdir()))):
        raise InputError(
            f"expected a folder that does not exist yet, but there is already something at {target}",
            "Choose another folder with  --output OTHER-FOLDER ; nothing was changed.",
        )
