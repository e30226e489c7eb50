"""What projects are made of: their facts, their files, their first commit; for one project or for a thousand."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from coursekit.config import Course, load_project, render_project
from coursekit.errors import InputError
from coursekit.files import folder_in_one_step, write_new
from coursekit.git import Shared, branch_message, make_repository, pack_shared
from coursekit.model import Member, Project
from coursekit.scaffold.bake import render, variant
from coursekit.scaffold.escape import Value
from coursekit.scaffold.people import (
    clean_description,
    clean_members,
    clean_name,
    clean_repository,
    clean_title,
)
from coursekit.scaffold.pristine import BRANCH, FACTS, pristine_message, pristine_tree, trailers
from coursekit.templates import Template, core_files, core_version
from coursekit.text import slug


class Kit:
    """A template and what is added to it, read once, to make any number of projects from.

    Parameters
    ----------
    template : Template
    course : Course, optional
        States the group size, milestones, profile, and where the workflow installs coursekit from.
    many : bool, optional
        Whether many projects are made: what they have in common is then packed once.
    """

    def __init__(self, template: Template, course: Course | None = None, *, many: bool = False) -> None:
        self.template = template
        self.course = course
        self.version = template.version()
        self.core = core_files() if template.core else {}
        self.core_version = core_version() if template.core else ""
        self._many = many
        self._shared: dict[frozenset[str], Shared] = {}

    def state(
        self,
        title: str,
        members: Sequence[Member],
        task: str = "",
        *,
        description: str = "",
        repository: str = "",
        group: str = "",
        base: Project | None = None,
    ) -> Project:
        """Return a project's facts, tidied; see `new_project` for the parameters.

        Raises
        ------
        InputError
            If something was asked for that cannot be done.
        """
        course = self.course
        project = dataclasses.replace(
            base or Project(title=""),
            title=clean_title(title),
            members=clean_members(members, course.max_group_size if course else None),
            task=clean_name(task) if task.strip() else next(iter(self.template.tasks), ""),
            description=clean_description(description),
            repository=clean_repository(repository.strip()),
            group=clean_name(group) if group.strip() else "",
            template=self.template.name,
            template_version=self.version,
            core_version=self.core_version,
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
        return project

    def complete(self, project: Project) -> tuple[Project, dict[str, bytes]]:
        """Return every file of a project, by its path, and the project with their tree's id."""
        return complete_project(project, self.template, self.core)

    def write(
        self,
        target: Path,
        project: Project,
        files: Mapping[str, bytes],
        *,
        git: bool = True,
        tidy: bool = True,
    ) -> str:
        """Write what `complete` gave to the new folder `target`, all of it or nothing, and return the commit's id.

        Parameters
        ----------
        target : Path
            A folder that does not exist yet, or is empty.
        project : Project
        files : mapping of str to bytes
        git : bool, optional
            Whether to make a git repository with a first commit.
        tidy : bool, optional
            As for `folder_in_one_step`.
        """
        shared = self._share(project, files, target.parent) if git and self._many else None
        with folder_in_one_step(target, tidy=tidy) as folder:
            if git:
                return make_repository(
                    folder, files, pristine_message(project), branches=[BRANCH], shared=shared
                )
            write_new(folder, files)
            return ""

    def _share(self, project: Project, files: Mapping[str, bytes], place: Path) -> Shared:
        values = project_values(project)
        key = variant(values)
        if key not in self._shared:
            own = render(self.template, values).own | {FACTS}
            place.mkdir(parents=True, exist_ok=True)
            self._shared[key] = pack_shared(files, files.keys() - own, place)
        return self._shared[key]


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
    if core is None:
        core = core_files() if template.core else {}
    files = {**render(template, values).fill(values), **core}
    project = dataclasses.replace(project, template_tree=pristine_tree(files))
    return project, {**files, FACTS: render_project(project).encode("utf-8")}


def is_made_for(folder: Path, group: str) -> bool:
    """Whether a folder is a repository that was made here for this group: whole, whatever was added since."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    try:
        project = load_project(folder)
    except (InputError, OSError):
        return False
    message = branch_message(folder, BRANCH)
    return (
        project.group == clean_name(group)
        and message is not None
        and project.template_tree in trailers(message)
    )


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
