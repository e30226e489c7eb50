"""Brings a newer template and core_lib into one repository."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pygit2

from coursekit.config import load_project
from coursekit.errors import InputError
from coursekit.git.opening import open_repository, readable
from coursekit.git.scratch import carry_over, scratch_of
from coursekit.git.worktree import apply_merge, refuse_unready
from coursekit.model import Project
from coursekit.scaffold.base import message_of
from coursekit.scaffold.merge import Kept
from coursekit.scaffold.plan import (
    Newest,
    Plan,
    finished_merge,
    newest,
    plan_update,
    pristine_commit,
    project_at,
)
from coursekit.scaffold.pristine import BRANCH, FACTS, trailers
from coursekit.text import one_line

_HEADS = "refs/heads/"

Outcome = Literal["up to date", "merged", "conflicts", "branch"]


@dataclass(frozen=True, slots=True)
class Status:
    """Which versions a repository has, and which there are."""

    path: Path
    template: str
    template_version: str
    core_version: str
    newest_template: str
    newest_core: str

    @property
    def behind(self) -> bool:
        """Whether an update would bring something."""
        return (self.template_version, self.core_version) != (self.newest_template, self.newest_core)


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update did, or in a dry run would do.

    Attributes
    ----------
    added, changed, removed : tuple of str
        The files that it concerns.
    conflicts : tuple of str
        Files in which both sides changed the same lines.
    kept : tuple of Kept
        What stays as the group has it although the template changed it.
    answers : tuple of str
        Answers in project.toml that changed since, and were brought in, too.
    rendered_again : bool
        Whether the base was made from the archive, because its commit is gone.
    branch : str
        The branch that was made.
    commit : str
        The merge, where there is one.
    diff : str
        What changes, in a dry run.
    """

    path: Path
    outcome: Outcome
    before: Project
    after: Project
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()
    answers: tuple[str, ...] = ()
    rendered_again: bool = False
    branch: str = ""
    commit: str = ""
    diff: str = ""


def update_status(path: Path, template: str = "") -> Status:
    """Say whether a repository is behind; nothing is written.

    Parameters
    ----------
    path : Path
        A project's folder, or a bare repository.
    template : str, optional
        As for `update_project`.

    Raises
    ------
    InputError
        If that is no project that was made by coursekit, or its template is unknown.
    """
    with readable(path):
        is_folder = (path / FACTS).is_file()
        project = load_project(path) if is_folder else project_at(_head(open_repository(path)))[0]
    target = newest(template)
    found = target.template(project)
    return Status(
        path, project.template, project.template_version, project.core_version,
        target.version(found), target.core_for(found)[1],
    )  # fmt: skip


def update_project(
    path: Path,
    *,
    template: str = "",
    branch: bool = False,
    dry_run: bool = False,
    target: Newest | None = None,
) -> Updated:
    """Bring the newest template and core_lib into a repository's work tree.

    Parameters
    ----------
    path : Path
        The repository's folder; a bare one only with `branch`.
    template : str, optional
        A template's name, or the path to an instructor's own; by default the one that `project.toml` names.
    branch : bool, optional
        Leave the result as a branch, and the work tree as it is.
    dry_run : bool, optional
        Change nothing.
    target : Newest, optional
        In place of `template`: read once for many repositories.

    Raises
    ------
    NoBaseError
        If nobody knows any more what the project began with.
    InputError
        If something is not committed or under way, or it cannot be left as a branch because of conflicts; nothing
        was changed then.
    """
    with readable(path):
        return _update(path, template, target, branch=branch, dry_run=dry_run)


def _update(path: Path, template: str, target: Newest | None, *, branch: bool, dry_run: bool) -> Updated:
    git = open_repository(path)
    try:
        if git.is_bare and not (branch or dry_run):
            raise InputError(
                "expected a repository with files, but this one is bare",
                "Leave the update as a branch:  --branch",
            )
        if not git.is_bare and not branch:
            _end_finished_merge(git)
        head = _head(git)
        if not branch and git.head.shorthand == BRANCH and not git.is_bare:
            raise InputError(
                f"expected your own branch to be checked out, but it is {BRANCH}, which is coursekit's",
                "Switch to yours:  git switch main",
            )
        if not (branch or dry_run):
            refuse_unready(git)
        with scratch_of(git) as scratch:
            plan = plan_update(git, scratch, head, target or newest(template))
            if dry_run or plan.up_to_date:
                return _told(path, plan, diff=_diff(scratch, head, plan) if dry_run else "")
            if branch:
                name, commit, _ = leave_as_branch(git, scratch, head, plan)
                return _told(path, plan, branch=name, commit=str(commit))
            return _told(path, plan, commit=_apply(git, scratch, head, plan))
    finally:
        git.free()


def leave_as_branch(
    git: pygit2.Repository,
    scratch: pygit2.Repository,
    head: pygit2.Commit,
    plan: Plan,
    *,
    refs: str = _HEADS,
) -> tuple[str, pygit2.Oid, pygit2.Oid]:
    """Make a branch for a pull request; a second time it is the same one.

    Parameters
    ----------
    git, scratch, head, plan
        As in `plan_update`.
    refs : str, optional
        What stands before the names of branches; in an instructor's clone ``refs/``, where no fetch brings any.

    Returns
    -------
    str, pygit2.Oid, pygit2.Oid
        The branch's name and commit, and the commit of the new rendering.

    Raises
    ------
    InputError
        If there are conflicts, or the group has gone on working on that branch.
    """
    if plan.conflicts:
        listed = ", ".join(one_line(conflict.path, 80) for conflict in plan.conflicts)
        raise InputError(
            f"expected an update without conflicts to leave as a branch, but both sides changed the same lines in {listed}",
            "Run  coursekit update  in the work tree without --branch, and solve them there.",
        )
    name = branch_name(plan)
    theirs = pristine_commit(scratch, plan, _branch(git, BRANCH, refs))
    there = _branch(git, name, refs)
    if there is not None:
        if there.parent_ids and there.parent_ids[0] == head.id and there.tree_id == plan.tree:
            return name, there.id, there.parent_ids[1]
        # One of ours, from before the group went on, is made anew; on any other there is work of theirs.
        ours = len(there.parent_ids) == 2 and trailers(
            message_of(git[there.parent_ids[1]].peel(pygit2.Commit))
        )
        if not ours or not git.descendant_of(head.id, there.parent_ids[0]):
            raise InputError(
                f"expected no branch {name} with other work, but there is one",
                "Merge that branch or delete it, then run this again.",
            )
    commit = finished_merge(scratch, plan, head.id, theirs)
    carry_over(scratch, git, [theirs, commit])
    _set_branch(git, BRANCH, theirs, refs)
    _set_branch(git, name, commit, refs)
    return name, commit, theirs


def branch_name(plan: Plan) -> str:
    """Return the name of an update's branch: another one for each rendering, so that none is ever replaced."""
    return f"coursekit/update-{plan.after.template_tree[:7]}"


def _apply(git: pygit2.Repository, scratch: pygit2.Repository, head: pygit2.Commit, plan: Plan) -> str:
    refuse_unready(git, plan.changes)
    theirs = pristine_commit(scratch, plan, _branch(git, BRANCH))
    commit = None if plan.conflicts else finished_merge(scratch, plan, head.id, theirs)
    sides = [side[0] for change in plan.changes for side in change.conflict if side]
    assert plan.tree
    carry_over(scratch, git, [theirs, commit or plan.tree, *sides])
    _set_branch(git, BRANCH, theirs)
    apply_merge(git, plan.changes, theirs, plan.message, commit)
    return str(commit or "")


def _head(git: pygit2.Repository) -> pygit2.Commit:
    try:
        return git.head.peel(pygit2.Commit)
    except (pygit2.GitError, KeyError):
        raise InputError(
            "expected a commit in this repository, but there is none yet", "Commit your work first."
        ) from None


def _end_finished_merge(git: pygit2.Repository) -> None:
    """End a merge that an earlier update was cut off in after its commit was made."""
    file = Path(git.path) / "MERGE_HEAD"
    if git.state() == pygit2.enums.RepositoryState.MERGE and not git.head_is_unborn:
        theirs = file.read_text(encoding="ascii", errors="replace").split()
        if (
            len(theirs) == 1
            and theirs[0] in git
            and git.descendant_of(git.head.target, theirs[0])
            and not git.status(untracked_files="no")
        ):
            git.state_cleanup()


def _branch(git: pygit2.Repository, name: str, refs: str = _HEADS) -> pygit2.Commit | None:
    found = git.references.get(refs + name)
    return found.peel(pygit2.Commit) if found is not None else None


def _set_branch(git: pygit2.Repository, name: str, commit: pygit2.Oid, refs: str = _HEADS) -> None:
    try:
        git.references.create(refs + name, commit, force=True)
    except (pygit2.GitError, ValueError) as error:
        raise InputError(
            f"expected to be able to make the branch {name}, but {one_line(str(error), 200)}",
            "A branch called 'coursekit' is in its way: rename it.",
        ) from None


def _diff(scratch: pygit2.Repository, head: pygit2.Commit, plan: Plan) -> str:
    if plan.tree is None:
        return ""
    new, old = scratch[plan.tree], scratch[head.tree_id]
    assert isinstance(new, pygit2.Tree)
    assert isinstance(old, pygit2.Tree)
    return old.diff_to_tree(new).patch or ""


def _told(path: Path, plan: Plan, *, branch: str = "", commit: str = "", diff: str = "") -> Updated:
    outcome: Outcome = "up to date"
    if not plan.up_to_date:
        outcome = "branch" if branch else "conflicts" if plan.conflicts else "merged"

    def which(kind: Sequence[bool]) -> tuple[str, ...]:
        return tuple(one.path for one in plan.changes if [bool(one.old), bool(one.new)] == list(kind))

    return Updated(
        path, outcome, plan.before, plan.after,
        added=which([False, True]), changed=which([True, True]), removed=which([True, False]),
        conflicts=tuple(one.path for one in plan.conflicts), kept=plan.kept, answers=plan.answers,
        rendered_again=bool(plan.base and plan.base.commit is None), branch=branch, commit=commit, diff=diff,
    )  # fmt: skip
