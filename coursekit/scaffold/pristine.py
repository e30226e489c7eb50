"""The pristine rendering: what coursekit wrote before the group touched anything, kept as commits of their own.

Such a commit is recognized by a trailer in its message and by its tree: all its files but `project.toml`, whose
`[template]` table states the tree's id. Never by its position: a shallow clone's first commit, a squashed one
(which quotes the trailer) and a merged branch all look like it and hold the group's work. Taken for the base of
a merge, they would make the group's own lines look like the template's, and an update would remove them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from coursekit import __version__
from coursekit.git import tree_id
from coursekit.model import Project

#: The branch that keeps the pristine renderings, one commit after the other.
BRANCH = "coursekit/template"
#: The file that is merged by its keys; no tree id counts it, since it states that id.
FACTS = "project.toml"
TRAILER = "Coursekit-Tree"

_TRAILER = re.compile(rf"^{TRAILER}: ([0-9a-f]{{40}})[ \t\r]*$", re.MULTILINE)


def pristine_tree(files: Mapping[str, bytes]) -> str:
    """Return the id of the tree of a rendering's files, without `project.toml`."""
    return tree_id({path: data for path, data in files.items() if path != FACTS})


def pristine_message(project: Project, subject: str = "") -> str:
    """Return the message of a pristine commit; its trailers say what the files were made from.

    Parameters
    ----------
    project : Project
        With its template, the versions and the tree.
    subject : str, optional
        The first line, where it is not the start of the project.
    """
    return (
        f"{subject or f'Start from the template {project.template}'}\n\n"
        f"Made by coursekit {__version__}.\n\n"
        f"Coursekit-Template: {project.template} {project.template_version}\n"
        f"Coursekit-Core: {project.core_version}\n"
        f"{TRAILER}: {project.template_tree}\n"
    )


def trailers(message: str) -> set[str]:
    """Return the tree ids that a commit's message states; a squashed commit's may quote several."""
    return set(_TRAILER.findall(message))
