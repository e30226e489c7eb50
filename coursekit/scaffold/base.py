"""Finding what a project looked like before the group touched it: the base of every update.

Looked for are, in this order, the pristine commit itself, wherever it can be reached; the same in the rest of the
history, where the clone is shallow; the versions that `project.toml` names, rendered again. A wrong base
would take the group's lines for the template's, so where none of these is there, nothing is done.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pygit2

from coursekit.config import parse_project
from coursekit.errors import CoursekitError, InputError
from coursekit.git import tree_id_without
from coursekit.git.deepen import deepen
from coursekit.model import Project
from coursekit.scaffold.facts import usable_answers
from coursekit.scaffold.kit import complete_project
from coursekit.scaffold.pristine import BRANCH, FACTS, trailers
from coursekit.scaffold.releases import Releases
from coursekit.templates import Template

_TREE = re.compile(r"[0-9a-f]{40}")
# So many versions of project.toml are tried for the answers that a project began with.
_MOST_VERSIONS = 50


class NoBaseError(CoursekitError):
    """Nobody knows any more what the template gave the group."""


@dataclass(frozen=True, slots=True)
class Base:
    """What coursekit wrote, before the group's work.

    Attributes
    ----------
    tree : pygit2.Oid
        With its `project.toml`.
    commit : pygit2.Oid or None
        The pristine commit; None where it was rendered again.
    project : Project
        The answers that it was rendered with.
    exact : bool
        Whether it is, byte for byte, what the project began with. Where a rendering differs, its lines are no
        line of the group's either, so nothing of theirs is taken for the template's.
    """

    tree: pygit2.Oid
    commit: pygit2.Oid | None
    project: Project
    exact: bool = True


def find_base(
    git: pygit2.Repository,
    scratch: pygit2.Repository,
    head: pygit2.Commit,
    project: Project,
    own: Template | None,
    releases: Releases,
) -> Base:
    """Find the base of an update.

    Parameters
    ----------
    git : pygit2.Repository
        A shallow one may be given the rest of its history.
    scratch : pygit2.Repository
        Where a rendering is written to.
    head : pygit2.Commit
        The group's work.
    project : Project
        What its `project.toml` says.
    own : Template or None
        The template that the update is made with; the base, where it is of the same version.
    releases : Releases
        The archive.

    Raises
    ------
    NoBaseError
        If there is none; with what was looked for.
    """
    if not project.template or not project.template_version:
        raise NoBaseError(
            "expected a project that was made by coursekit, but [template] in its project.toml names none",
            "Only repositories made by  coursekit new-project  can be updated.",
        )
    wanted = project.template_tree if _TREE.fullmatch(project.template_tree) else ""
    found = find_pristine(git, head, wanted) if wanted else None
    if found is None and git.is_shallow and wanted:
        git = deepen(git)
        found = find_pristine(git, head, wanted)
    if found is not None:
        return Base(found.tree_id, found.id, _project_in(found) or project)
    return _rendered_again(git, scratch, head, project, wanted, own, releases)


def find_pristine(git: pygit2.Repository, head: pygit2.Commit, wanted: str) -> pygit2.Commit | None:
    """Return the commit that states the tree `wanted` in its trailer, and has it."""
    starts = [head.id]
    for name in git.references:
        if name.startswith("refs/") and name.endswith(f"/{BRANCH}"):
            # One that leads nowhere, or to something else, is none of ours.
            with contextlib.suppress(KeyError, ValueError, pygit2.GitError):
                starts.append(git.references[name].peel(pygit2.Commit).id)
    walker = git.walk(None, pygit2.enums.SortMode.NONE)
    for start in starts:
        walker.push(start)
    for commit in walker:
        # A squashed commit quotes the trailer, and an amended one keeps it: the tree decides.
        if wanted in trailers(message_of(commit)) and _tree_of(git, commit) == wanted:
            return commit
    return None


def message_of(commit: pygit2.Commit) -> str:
    """Return a commit's message, whatever encoding it claims to have."""
    return commit.raw_message.decode("utf-8", "replace")


def _tree_of(git: pygit2.Repository, commit: pygit2.Commit) -> str:
    return tree_id_without(git[commit.tree_id].read_raw(), FACTS)


def _project_in(commit: pygit2.Commit) -> Project | None:
    try:
        blob = commit.tree[FACTS]
        return parse_project(blob.data) if isinstance(blob, pygit2.Blob) else None
    except (KeyError, InputError):
        return None


def _rendered_again(
    git: pygit2.Repository,
    scratch: pygit2.Repository,
    head: pygit2.Commit,
    project: Project,
    wanted: str,
    own: Template | None,
    releases: Releases,
) -> Base:
    template = releases.template(project.template, project.template_version)
    if template is None and own is not None and own.version() == project.template_version:
        template = own
    core = releases.core(project.core_version)
    if template is None or core is None:
        missing = (
            f"the template {project.template!r} in version {project.template_version}"
            if template is None
            else f"core_lib in version {project.core_version or '(none stated)'}"
        )
        known = ", ".join(releases.names) or "none yet"
        raise NoBaseError(
            f"expected to find what this project began with, but no commit that can be reached here has it, and "
            f"{missing} is not among the released versions that coursekit carries ({known})",
            f"Fetch the whole history and the branch {BRANCH} if it is on your git host, or install the version of "
            "coursekit that knows it.",
        )
    rendered: tuple[Project, dict[str, bytes]] | None = None
    for answers in _answers(git, head, project):
        made = complete_project(answers, template, core)
        exact = made[0].template_tree == wanted
        if rendered is None or exact:
            rendered = made
        if exact:
            break
    assert rendered is not None
    return Base(
        write_files(scratch, rendered[1]), None, rendered[0], exact=rendered[0].template_tree == wanted
    )


def _answers(git: pygit2.Repository, head: pygit2.Commit, project: Project) -> Iterator[Project]:
    """Give the answers as they are now, and then as they once were: one of them is what the project began with."""
    versions = {name: getattr(project, name) for name in ("template", "template_version", "core_version")}
    seen: set[pygit2.Oid] = set()
    yield usable_answers(project)
    for commit in git.walk(head.id, pygit2.enums.SortMode.NONE):
        try:
            blob = commit.tree[FACTS]
        except KeyError:
            continue
        if blob.id in seen:
            continue
        seen.add(blob.id)
        if len(seen) > _MOST_VERSIONS:
            return
        then = _project_in(commit)
        if then is not None:
            yield usable_answers(dataclasses.replace(then, **versions))


def write_files(git: pygit2.Repository, files: dict[str, bytes]) -> pygit2.Oid:
    """Write files as a tree into a repository's objects."""
    index = pygit2.Index()
    for path, data in files.items():
        index.add(pygit2.IndexEntry(path, git.create_blob(data), pygit2.enums.FileMode.BLOB))
    return index.write_tree(git)
