"""What an update would do to one repository, worked out beside it: nothing of the repository is changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import pygit2

from coursekit.config import Course, parse_project
from coursekit.errors import InputError
from coursekit.git.commits import author_of
from coursekit.git.worktree import Change, merge_commit
from coursekit.model import Project
from coursekit.scaffold.base import Base, find_base, message_of, write_files
from coursekit.scaffold.facts import ANSWERS, merge_facts, usable_answers, with_course
from coursekit.scaffold.kit import complete_project
from coursekit.scaffold.merge import Conflict, Entry, Kept, Merged, changed_paths, merge
from coursekit.scaffold.pristine import FACTS, pristine_message, trailers
from coursekit.scaffold.releases import Releases
from coursekit.scaffold.remote import get_template
from coursekit.templates import Template, all_templates, core_files, core_version
from coursekit.text import one_line


@dataclass(frozen=True)
class Newest:
    """What repositories are brought up to: coursekit's templates and core_lib, or an instructor's own template.

    Attributes
    ----------
    own : Template or None
        The instructor's own template, for projects that were made from it.
    forced : bool
        Whether it is for all others, too.
    course : Course or None
        What its course says of a project now becomes the project's answers.
    """

    own: Template | None = None
    forced: bool = False
    course: Course | None = None
    core: Mapping[str, bytes] = dataclasses.field(default_factory=core_files)
    core_version: str = dataclasses.field(default_factory=core_version)
    templates: Mapping[str, Template] = dataclasses.field(
        default_factory=lambda: {template.name: template for template in all_templates()}
    )
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    releases: Releases = dataclasses.field(default_factory=lambda: Releases())

    def template(self, project: Project) -> Template:
        """Return the template that a project is made of, as it is now.

        The name comes from the group's file, so that it is never taken for a path.

        Raises
        ------
        InputError
            If it is unknown.
        """
        if not project.template:
            raise InputError(
                "expected a project that was made by coursekit, but [template] in its project.toml names none",
                "Only repositories made by  coursekit new-project  can be updated.",
            )
        if self.own is not None and (self.forced or self.own.name == project.template):
            return self.own
        found = self.templates.get(project.template)
        if found is None:
            raise InputError(
                f"expected one of the templates {', '.join(self.templates)}, but this project was made from "
                f"{one_line(project.template, 60)!r}",
                "An instructor's own template is given by its path:  --template ./my-template",
            )
        return found

    def version(self, template: Template) -> str:
        """Return a template's version, computed once."""
        if template.name not in self.versions:
            self.versions[template.name] = template.version()
        return self.versions[template.name]

    def core_for(self, template: Template) -> tuple[Mapping[str, bytes], str]:
        """Return the files and the version of the core_lib that a template's projects carry, if they do."""
        return (self.core, self.core_version) if template.core else ({}, "")

    def behind(self, project: Project) -> bool:
        """Whether a project has an older template or core_lib."""
        template = self.template(project)
        newest = (self.version(template), self.core_for(template)[1])
        return (project.template_version, project.core_version) != newest


def newest(template: str = "", course: Course | None = None) -> Newest:
    """Read what repositories are brought up to.

    Parameters
    ----------
    template : str, optional
        A template's name, or the path to an instructor's own.
    course : Course, optional
        Also names one.
    """
    name = template or (course.template if course else "")
    found = get_template(name) if name else None
    ours = {one.folder for one in all_templates()}
    own = found if found and (template or found.folder not in ours) else None
    return Newest(own=own, forced=bool(template), course=course)


@dataclass(frozen=True)
class Plan:
    """What an update would do.

    Attributes
    ----------
    before, after : Project
        What `project.toml` said, and what it will say of template and versions.
    base : Base or None
        What the project began with; None where it is up to date.
    tree : pygit2.Oid or None
        The group's files afterwards; those with conflicts hold both sides.
    changes : tuple of Change
        What becomes of the files.
    conflicts, kept
        Where both changed the same lines; what stays as the group has it.
    answers : tuple of str
        The names of the answers that the group has changed since.
    """

    before: Project
    after: Project
    base: Base | None = None
    tree: pygit2.Oid | None = None
    pristine: pygit2.Oid | None = None
    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    kept: tuple[Kept, ...] = ()
    answers: tuple[str, ...] = ()

    @property
    def up_to_date(self) -> bool:
        """Whether there is nothing to do."""
        return self.tree is None

    @property
    def message(self) -> str:
        """What the merge's commit says."""
        lines = [
            f"Bring in the template {one_line(self.after.template, 60)} {self.after.template_version}"
            + (f" and core_lib {self.after.core_version}" if self.after.core_version else ""),
            "",
            "Merged by coursekit update, from what the project began with"
            + (": rendered again, as its commit is gone." if self.base and not self.base.commit else "."),
        ]
        if self.kept:
            lines += ["", "Left as the group has it, although the template changed it:"]
            lines += [f"- {one_line(one.path)}: {one.why}" for one in self.kept]
        return "\n".join(lines) + "\n"


def project_at(head: pygit2.Commit) -> tuple[Project, bytes, int]:
    """Return what `project.toml` says in a commit, the file, and its mode.

    Raises
    ------
    InputError
        If there is none, or it cannot be read.
    """
    try:
        blob = head.tree[FACTS]
    except KeyError:
        blob = None
    if not isinstance(blob, pygit2.Blob):
        raise InputError(
            "expected a project.toml in the last commit, but there is none",
            "Only repositories made by  coursekit new-project  can be updated. If the file was removed, bring it back:  "
            "git log --diff-filter=D -- project.toml  shows when.",
        )
    return parse_project(blob.data), blob.data, int(blob.filemode or pygit2.enums.FileMode.BLOB)


def plan_update(
    git: pygit2.Repository, scratch: pygit2.Repository, head: pygit2.Commit, newest: Newest
) -> Plan:
    """Work out an update of the commit `head`.

    Parameters
    ----------
    git : pygit2.Repository
        It is read; only a shallow one gets the rest of its history.
    scratch : pygit2.Repository
        Sees the objects of `git`, and is where new ones are written.
    head : pygit2.Commit
    newest : Newest

    Raises
    ------
    NoBaseError
        If nobody knows what the project began with.
    InputError
        If the group's `project.toml` or the template cannot be used.
    """
    before, facts, mode = project_at(head)
    template = newest.template(before)
    core, core_version = newest.core_for(template)
    asked = dataclasses.replace(
        with_course(before, newest.course) if newest.course else before,
        template=template.name,
        template_version=newest.version(template),
        core_version=core_version,
    )
    answered = usable_answers(asked)
    after, files = complete_project(answered, template, core)
    if not newest.behind(before) and after.template_tree == before.template_tree:
        return Plan(before, after)
    base = find_base(git, scratch, head, before, newest.own, newest.releases)
    if answered != (again := usable_answers(asked, base.project)):
        after, files = complete_project(again, template, core)
    pristine = write_files(scratch, files)
    then, now = without_facts(scratch, base.tree), without_facts(scratch, pristine)
    if then == now and not newest.behind(before):
        return Plan(before, after)
    answers = tuple(name for name in ANSWERS if getattr(base.project, name) != getattr(after, name))
    ours = without_facts(scratch, head.tree_id)
    if answers:
        merged = _merge_in_two_steps(scratch, base, after, template, newest, then, ours, now)
    else:
        merged = merge(scratch, then, ours, now)
    try:
        base_facts = scratch[base.tree][FACTS].data  # type: ignore[index]
    except KeyError:
        base_facts = b""
    text = merge_facts(facts, after, files[FACTS], base.project, base_facts)
    tree = _with_facts(scratch, merged.tree, scratch.create_blob(text), mode)
    return Plan(
        before, after, base, tree, pristine, _changes(scratch, head.tree_id, tree, merged),
        merged.conflicts, merged.kept, answers,
    )  # fmt: skip


def _merge_in_two_steps(
    scratch: pygit2.Repository,
    base: Base,
    after: Project,
    template: Template,
    newest: Newest,
    then: pygit2.Oid,
    ours: pygit2.Oid,
    now: pygit2.Oid,
) -> Merged:
    """Merge what the template changed first, rendered with the old answers, and then what the answers changed.

    The group said both, the answer and what it wrote into the files, so that its text stands where they differ:
    a description in README.md makes no conflict with another one in `project.toml`.
    """
    old = {name: getattr(base.project, name) for name in ANSWERS}
    _, files = complete_project(dataclasses.replace(after, **old), template, newest.core_for(template)[0])
    middle = without_facts(scratch, write_files(scratch, files))
    merged = merge(scratch, then, ours, middle)
    tree = merge(scratch, middle, merged.tree, now, prefer_ours=True).tree
    return dataclasses.replace(merged, tree=tree)


def without_facts(git: pygit2.Repository, tree: pygit2.Oid) -> pygit2.Oid:
    """Return a tree without its `project.toml`."""
    found = git[tree]
    assert isinstance(found, pygit2.Tree)
    builder = git.TreeBuilder(found)
    if FACTS in found:
        builder.remove(FACTS)
    return builder.write()


def _with_facts(git: pygit2.Repository, tree: pygit2.Oid, facts: pygit2.Oid, mode: int) -> pygit2.Oid:
    found = git[tree]
    assert isinstance(found, pygit2.Tree)
    builder = git.TreeBuilder(found)
    builder.insert(FACTS, facts, pygit2.enums.FileMode(mode))
    return builder.write()


def _changes(git: pygit2.Repository, old: pygit2.Oid, new: pygit2.Oid, merged: Merged) -> tuple[Change, ...]:
    conflicts = {conflict.path: conflict for conflict in merged.conflicts}

    def pair(entry: Entry | None) -> tuple[pygit2.Oid, int] | None:
        return (entry.id, entry.mode) if entry else None

    return tuple(
        Change(
            path,
            pair(before),
            pair(after),
            tuple(map(pair, (one.base, one.ours, one.theirs))) if (one := conflicts.get(path)) else (),
        )
        for path, before, after in changed_paths(git, old, new)
    )


def pristine_commit(scratch: pygit2.Repository, plan: Plan, tip: pygit2.Commit | None) -> pygit2.Oid:
    """Return the commit of the new rendering, made on top of the base's.

    Parameters
    ----------
    scratch : pygit2.Repository
    plan : Plan
    tip : pygit2.Commit or None
        Where the branch with the renderings is: an earlier attempt may have made the commit already.
    """
    assert plan.base
    assert plan.pristine
    if tip and tip.tree_id == plan.pristine and plan.after.template_tree in trailers(message_of(tip)):
        return tip.id
    parent = plan.base.commit
    author = author_of(scratch)
    if parent is None:
        message = pristine_message(
            plan.base.project, f"Render the template {plan.base.project.template} as the project began"
        )
        parent = scratch.create_commit(None, author, author, message, plan.base.tree, [])
    message = pristine_message(plan.after, f"Update to the template {plan.after.template}")
    return scratch.create_commit(None, author, author, message, plan.pristine, [parent])


def finished_merge(
    scratch: pygit2.Repository, plan: Plan, head: pygit2.Oid, theirs: pygit2.Oid
) -> pygit2.Oid:
    """Make the merge's commit; only for a plan without conflicts."""
    assert plan.tree
    return merge_commit(scratch, plan.tree, [head, theirs], plan.message)
