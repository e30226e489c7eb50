"""Makes one project: checks what was asked for, bakes the template, adds core_lib, and makes the first commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.config import Course
from coursekit.errors import InputError
from coursekit.model import Member, Project
from coursekit.scaffold.kit import Kit
from coursekit.scaffold.remote import get_template
from coursekit.templates import Template


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
    template: str | Template,
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
    template : str or Template
        A template's name, the path to a cookiecutter template, or the address of its git repository.
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
    kit = Kit(get_template(template) if isinstance(template, str) else template, course)
    stated = kit.state(
        title, members, task, description=description, repository=repository, group=group, base=base
    )
    project, files = kit.complete(stated)
    refuse_taken(target)
    commit = "" if dry_run else kit.write(target, project, files, git=git)
    return Created(target, project, kit.template, tuple(sorted(files)), commit)


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
