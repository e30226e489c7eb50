"""Checks one of many submissions, in a process of its own that may die; imports no more than checking needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from coursekit.checker.content import commit_of, fingerprint, record, still
from coursekit.checker.engine import Check, check, check_path, title_of
from coursekit.checker.profile import Profile, load_profile
from coursekit.checker.rule import Parameters
from coursekit.errors import CoursekitError
from coursekit.model import NOTHING, Finding, Level, Problem, Status, Text, Waiver
from coursekit.pools import why
from coursekit.submission import Submission, open_submission
from coursekit.text import one_line

if TYPE_CHECKING:
    from coursekit.git.history import Before, Sighting

#: What a process may need at most: seconds for one submission, and bytes of addresses (files of git are mapped).
SECONDS = 180.0
MEMORY = 4_000_000_000

_UNREAD = Text("could not be read: {reason}", "konnte nicht gelesen werden: {reason}")
_HINT = Text(
    "Look at the repository by hand, mend what is wrong, and check it again.",
    "Seht euch das Repositorium selbst an, berichtigt, was falsch ist, und prüft es noch einmal.",
)


def preload() -> list[str]:
    """Name the modules that a process needs before its first submission."""
    from coursekit.checker import rules

    ours = [f"{rules.__name__}.{info.name}" for info in iter_modules(rules.__path__)]
    # What the rules load when they first need it, which nearly every submission does.
    return [__name__, *ours, "markdown_it", "linkify_it", "PIL.PngImagePlugin", "PIL.JpegImagePlugin"]


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be checked, and how.

    Attributes
    ----------
    due : tuple of str
        The milestones that are due.
    revision : str or None
        A commit; by default what lies there.
    as_of : datetime or None
        Read the last commit before this moment.
    sightings : tuple of Sighting
        What fetches found; see `coursekit.git.history.last_commit_before`.
    known : str or None
        The fingerprint of what was checked in the same way before, with the files of it that were read.
    parameters : mapping
        What the course says of rules' parameters.
    """

    path: Path
    name: str
    profile: str
    due: tuple[str, ...]
    waivers: tuple[Waiver, ...] = ()
    language: str = "en"
    revision: str | None = None
    as_of: dt.datetime | None = None
    known: str | None = None
    read: tuple[str, ...] = ()
    parameters: Parameters = field(default_factory=dict)
    sightings: tuple[Sighting, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a task: no `check` where nothing has changed.

    Attributes
    ----------
    content : str or None
        The fingerprint; None where nothing could be read, `NOTHING` where there was nothing at the moment.
    seen_at, beside
        Of what there was at a moment; see `coursekit.git.history.Before`.
    """

    check: Check | None
    content: str | None
    commit: str | None = None
    read: tuple[str, ...] = ()
    seen_at: dt.datetime | None = None
    beside: int = 0


def check_given(given: tuple[Path, Mapping[str, Any]]) -> Check:
    """Check one of several paths, with the options of `check_path`."""
    path, options = given
    return check_path(path, **options)


@lru_cache
def _profile(name: str) -> Profile:
    return load_profile(name)


def check_task(task: Task) -> Done:
    """Check a submission, unless it is what it was; what cannot be opened is told in its findings."""
    try:
        return _check(task)
    except CoursekitError as error:
        return Done(unread(task.path, task.name, _profile(task.profile), why(error), task.language), None)


def check_tasks(tasks: tuple[Task, ...]) -> tuple[Done, ...]:
    """Check one submission at several moments."""
    return tuple(check_task(task) for task in tasks)


class _DifferentError(Exception):
    """What is there is not what it was."""


def is_unchanged(task: Task) -> bool:
    """Whether a submission is what it was, so that `check_task` would not judge it.

    Raises
    ------
    CoursekitError
        If it cannot be opened.
    """
    try:
        return _check(task, _never).check is None
    except _DifferentError:
        return False


def _never(*_: object) -> Check:
    raise _DifferentError


def _check(task: Task, judge: Callable[[Submission, Task], Check] | None = None) -> Done:
    judge = judge or _judge
    if task.as_of is not None:
        return _check_moment(task, task.as_of, judge)
    submission = open_submission(task.path, task.revision)
    commit = commit_of(submission)
    recorded = None
    if commit is None:
        if task.known and still(submission, task.known, task.read):
            return Done(None, task.known, None, task.read)
        recorded = record(submission)
    elif task.known == commit:
        return Done(None, commit, commit)
    found = judge(submission, task)
    if recorded is None:
        return Done(found, commit, commit)
    content = fingerprint(submission, recorded.read_files)
    return Done(found, content, None, tuple(sorted(recorded.read_files)))


def _judge(submission: Submission, task: Task) -> Check:
    found = check(
        submission,
        _profile(task.profile),
        path=str(task.path),
        waivers=task.waivers,
        language=task.language,
        due=task.due,
        parameters=task.parameters,
    )
    return replace(found, name=task.name)


def _check_moment(task: Task, moment: dt.datetime, judge: Callable[[Submission, Task], Check]) -> Done:
    found = _commit_before(task.path, moment, task.sightings)
    if found is None:
        if task.known == NOTHING:
            return Done(None, NOTHING)
        reason = f"there is no commit from before {moment:%Y-%m-%d %H:%M %Z}"
        return Done(unread(task.path, task.name, _profile(task.profile), reason, task.language), NOTHING)
    seen = found.seen_at.isoformat() if found.seen_at else "-"
    content = f"{found.commit} {found.beside} {seen}"
    if task.known == content:
        return Done(None, content, found.commit, (), found.seen_at, found.beside)
    submission = open_submission(task.path, found.commit)
    return Done(judge(submission, task), content, found.commit, (), found.seen_at, found.beside)


def _commit_before(path: Path, moment: dt.datetime, sightings: tuple[Sighting, ...]) -> Before | None:
    from coursekit.git.history import last_commit_before

    if not (path / "HEAD").is_file() and not (path / ".git").is_dir():
        raise CoursekitError(
            f"expected the bare clone that fetch keeps, found only a folder at {one_line(str(path))}",
            "Only git knows what there was at a moment; 'coursekit fetch --all' brings it",
        )
    return last_commit_before(path, moment, sightings=sightings)


def unread(path: Path, name: str, profile: Profile, reason: str, language: str) -> Check:
    """Return the check of a submission that could not be read: nothing is judged, and the reason stands everywhere."""
    text = _UNREAD.format(reason=reason)
    findings = (
        Finding(
            requirement.code,
            title_of(requirement, language),
            Status.NOT_JUDGED,
            Level(requirement.level),
            requirement.milestone,
            True,
            text.in_(language),
            "",
        )
        for requirement in profile.requirements
    )
    unruled = sum(requirement.rule is None for requirement in profile.requirements)
    return Check(
        str(path), name, profile.name, language, tuple(findings), (Problem(".", text, _HINT),), 0, unruled
    )
