"""A newer template and core_lib for every group of the course, which can be stopped at any point and run again.

Where `fetch` keeps a bare clone, the merge is made in it, and pushed as a branch for a pull request only when that is
asked for; a branch that is there already is left alone, since the group may have gone on working on it. Where there
is only a folder that `new-project` made here, that is updated.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pygit2

from coursekit.config import Course
from coursekit.course.places import Place, group_places
from coursekit.errors import CoursekitError, InputError
from coursekit.git.address import PROTOCOLS, check_address
from coursekit.git.opening import open_repository
from coursekit.git.push import Target, push_branch
from coursekit.git.scratch import scratch_of
from coursekit.jobs import JobItem, Progress, run_job, why
from coursekit.scaffold.base import NoBaseError
from coursekit.scaffold.plan import Newest, Plan, newest, plan_update
from coursekit.scaffold.pristine import BRANCH
from coursekit.scaffold.update import branch_name, leave_as_branch, update_project
from coursekit.store import open_store

COMMAND = "update"
_PUSHERS = 4
# Only pushes go on side by side: baking a template changes the process's folder for a moment.
_MERGING = threading.Lock()
# In a clone, branches of ours stand where no fetch brings or removes any.
_REFS = "refs/"

#: up to date: nothing to do. pushed: the branch is on the host. waiting: it was there already, and waits for the group.
#: merged: without a conflict, but not pushed, as nobody asked. updated: the folder here is. conflicts: both changed the
#: same lines, and nothing was done. no base: nobody knows what the project began with. nothing: no repository is here.
#: earlier: a run that was cut off had done it.
Outcome = Literal[
    "up to date", "pushed", "waiting", "merged", "updated", "conflicts", "no base", "nothing", "earlier", "failed"
]  # fmt: skip
_FAILED = ("conflicts", "no base", "failed")


@dataclass(frozen=True, slots=True)
class GroupUpdate:
    """What became of one group's repository, or in a dry run would.

    Attributes
    ----------
    group : str
    outcome : Outcome
    branch : str
        The one that was made.
    files : tuple of str
        Those that change; of conflicts, those with conflicts.
    kept : tuple of str
        What stays as the group has it although the template changed it.
    reason : str
        Why not.
    """

    group: str
    outcome: Outcome
    branch: str = ""
    files: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Updates:
    """What a run did for each group of the course."""

    groups: tuple[GroupUpdate, ...]
    dry_run: bool

    @property
    def counts(self) -> Mapping[str, int]:
        """How many groups had each outcome; together they are all groups."""
        return Counter(one.outcome for one in self.groups)

    @property
    def complete(self) -> bool:
        """Whether nothing is left that somebody has to see to."""
        return not any(one.outcome in _FAILED for one in self.groups)


class _NotUpdatedError(CoursekitError):
    """A group that is tried again by the next run."""


def update_all(
    course: Course,
    *,
    template: str = "",
    push: bool = False,
    dry_run: bool = False,
    progress: Callable[[Progress], object] | None = None,
) -> Updates:
    """Bring the newest template and core_lib to every group.

    Parameters
    ----------
    course : Course
    template : str, optional
        A template's name, or the path to an instructor's own, for all groups.
    push : bool, optional
        Push the branches to the groups' repositories.
    dry_run : bool, optional
        Say what would happen, and change nothing.
    progress : callable, optional
        As for `coursekit.jobs.run_job`.

    Raises
    ------
    InputError
        If the course has no groups, or the template is unknown.
    """
    course = replace(course, folder=course.folder.resolve())
    target = newest(template, course)
    with open_store(course.store, create=False) as store:
        with store.read() as view:
            places = group_places(course, view)
        if not places:
            raise InputError(
                "expected groups in the course, found none",
                "Make them with  coursekit groups  or from a column of the roster.",
            )
        found: dict[int, GroupUpdate] = {}

        def work(item: JobItem[Place]) -> None:
            done = _update(course, item.value, target, push=push, dry_run=dry_run)
            found[item.value.group.id] = done
            if done.outcome in _FAILED:
                raise _NotUpdatedError(done.reason or done.outcome)

        items = [JobItem(f"group:{place.group.id}", place, _version(place)) for place in places]
        if dry_run:
            for item in items:
                found[item.value.group.id] = _update(course, item.value, target, push=push, dry_run=True)
        else:
            name = f"{COMMAND} push" if push else COMMAND
            run_job(
                store, name, items, work, command=COMMAND, again=True, progress=progress,
                workers=_PUSHERS if push else 1,
            )  # fmt: skip
    groups = (
        found.get(place.group.id, GroupUpdate(place.group.name, "earlier", reason="done by an earlier run"))
        for place in places
    )
    return Updates(tuple(groups), dry_run)


def _version(place: Place) -> str:
    """Say which state of the group's work an update is for."""
    try:
        git = open_repository(place.work) if place.work else None
        return str(git.head.target) if git else ""
    except (InputError, pygit2.GitError):
        return ""


def _update(course: Course, place: Place, target: Newest, *, push: bool, dry_run: bool) -> GroupUpdate:
    name = place.group.name
    try:
        if place.clone.is_dir():
            return _in_clone(course, place, target, push=push, dry_run=dry_run)
        if place.folder.is_dir():
            with _MERGING:
                return _in_folder(name, place.folder, target, dry_run=dry_run)
    except NoBaseError as error:
        return GroupUpdate(name, "no base", reason=why(error))
    except (CoursekitError, OSError, pygit2.GitError, KeyError) as error:
        return GroupUpdate(name, "failed", reason=why(error))
    return GroupUpdate(
        name, "nothing", reason="no repository of theirs is on this machine: coursekit fetch --all gets it"
    )


def _in_clone(course: Course, place: Place, target: Newest, *, push: bool, dry_run: bool) -> GroupUpdate:
    with _MERGING:
        git = open_repository(place.clone)
        try:
            with scratch_of(git) as scratch:
                head = git.head.peel(pygit2.Commit)
                plan = plan_update(git, scratch, head, target)
                made = _told(place.group.name, plan)
                if made.outcome != "merged" or dry_run:
                    return made
                if f"refs/heads/{made.branch}" in git.references:
                    return replace(made, outcome="waiting")
                branch, commit, theirs = leave_as_branch(git, scratch, head, plan, refs=_REFS)
        finally:
            git.free()
    if not push:
        return made
    to = _target(course, place)
    # The rendering first: when this is cut off after it, the next run goes on with the branch.
    push_branch(place.clone, to, BRANCH, str(theirs))
    there = push_branch(place.clone, to, branch, str(commit))
    return replace(made, outcome="pushed" if there else "waiting")


def _in_folder(name: str, folder: Path, target: Newest, *, dry_run: bool) -> GroupUpdate:
    would = update_project(folder, target=target, dry_run=True)
    kept = tuple(one.path for one in would.kept)
    if would.outcome == "up to date":
        return GroupUpdate(name, "up to date")
    if would.conflicts:
        return GroupUpdate(name, "conflicts", files=would.conflicts, kept=kept)
    if not dry_run:
        update_project(folder, target=target)
    return GroupUpdate(name, "updated", files=(*would.added, *would.changed, *would.removed), kept=kept)


def _told(name: str, plan: Plan) -> GroupUpdate:
    if plan.up_to_date:
        return GroupUpdate(name, "up to date")
    kept = tuple(one.path for one in plan.kept)
    if plan.conflicts:
        return GroupUpdate(name, "conflicts", files=tuple(one.path for one in plan.conflicts), kept=kept)
    return GroupUpdate(name, "merged", branch_name(plan), tuple(one.path for one in plan.changes), kept)


def _target(course: Course, place: Place) -> Target:
    """Return where a group's branch is pushed to: its repository's address, with the user's own way to log in."""
    url = place.repository.url if place.repository else None
    if not url:
        raise InputError(
            "expected the address of the group's repository to push to, but none is registered",
            "Register it:  coursekit groups link GROUP ADDRESS",
        )
    if course.host is not None and course.host.kind == "folder" and url.startswith("file://"):
        path = Path(url2pathname(urlsplit(url).path)).resolve()
        root = (course.folder / Path(course.host.path).expanduser()).resolve()
        if path.parent == root:
            return Target(str(path), "file")
    address = check_address(url, protocols=PROTOCOLS)
    return Target(address, "https" if address.startswith("https://") else "ssh")
