"""Judges a submission against a profile: every requirement gets its finding."""

from __future__ import annotations

import datetime as dt
import fnmatch
import traceback
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from coursekit import __version__
from coursekit.checker.profile import Profile, Requirement, load_profile
from coursekit.checker.rule import Outcome, Parameters, not_judged
from coursekit.checker.selection import selected
from coursekit.errors import CoursekitError, InputError
from coursekit.model import Finding, Level, Milestone, Problem, Status, Text, Waiver
from coursekit.submission import Submission, open_submission
from coursekit.submission.view import FOLDERS
from coursekit.text import nearest

NO_RULE = Text(
    "coursekit has no rule for this requirement yet; look yourself",
    "coursekit hat für diese Anforderung noch keine Regel; bitte selbst ansehen",
)

NOTHING: Parameters = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Check:
    """All findings for one submission.

    Attributes
    ----------
    problems : tuple of Problem
        Files that could not be read as what they claim to be; the findings may be incomplete.
    not_selected : int
        How many requirements of the profile were left out by ``--select`` and ``--ignore``.
    unruled : int
        The number of requirements that have no rule.
    """

    path: str
    name: str
    profile: str
    language: str
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...] = ()
    not_selected: int = 0
    unruled: int = 0

    def count(self, status: Status) -> int:
        """Return the number of findings of one status."""
        return sum(finding.status is status for finding in self.findings)

    @property
    def judged(self) -> int:
        """The number of requirements that were judged."""
        return len(self.findings) - self.count(Status.NOT_JUDGED)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """What is required and due, and not met."""
        return tuple(finding for finding in self.findings if finding.blocks)

    @property
    def exit_code(self) -> int:
        """0 fine, 1 something required and due is not met, 2 a file could not be read."""
        return 2 if self.problems else 1 if self.blocking else 0

    def as_dict(self) -> dict[str, Any]:
        """Return the stable form that ``--format json`` prints."""
        return {
            "tool": "coursekit",
            "version": __version__,
            "profile": self.profile,
            "path": self.path,
            "findings": [_finding_dict(finding) for finding in self.findings],
            "summary": {
                "requirements": len(self.findings),
                "judged": self.judged,
                "with_rule": len(self.findings) - self.unruled,
                **{status.value: self.count(status) for status in Status},
                "required_not_met": len(self.blocking),
                "not_selected": self.not_selected,
                "problems": [_problem_dict(problem, self.language) for problem in self.problems],
            },
        }


def _problem_dict(problem: Problem, language: str) -> dict[str, str]:
    return {
        "path": problem.path,
        "message": problem.message.in_(language),
        "hint": problem.hint.in_(language),
    }


def _finding_dict(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "title": finding.title,
        "status": finding.status.value,
        "level": finding.level.value,
        "milestone": finding.milestone,
        "due": finding.due,
        "message": finding.message,
        "hint": finding.hint,
        "locations": [{"path": p.path, "line": p.line, "cell": p.cell} for p in finding.locations],
    }


def check_path(
    path: Path,
    *,
    profile: str | None = None,
    revision: str | None = None,
    milestone: str | None = None,
    waivers: Sequence[Waiver] = (),
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    language: str = "en",
    now: dt.datetime | None = None,
    due: Collection[str] | None = None,
    parameters: Parameters = NOTHING,
) -> Check:
    """Open what lies at `path` and check it; see `open_submission` and `check`."""
    submission = open_submission(path, revision)
    chosen = profile or (submission.project.profile if submission.project else "") or "opencampus-ml"
    if profile is None and chosen.endswith(".toml"):
        # A group must not choose the file that judges it.
        chosen = "opencampus-ml"
    return check(
        submission,
        load_profile(chosen),
        path=str(path),
        milestone=milestone,
        waivers=waivers,
        select=select,
        ignore=ignore,
        language=language,
        now=now,
        due=due,
        parameters=parameters,
    )


def check(
    submission: Submission,
    profile: Profile,
    *,
    path: str = "",
    milestone: str | None = None,
    waivers: Iterable[Waiver] = (),
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    language: str = "en",
    now: dt.datetime | None = None,
    due: Collection[str] | None = None,
    parameters: Parameters = NOTHING,
) -> Check:
    """Judge every requirement of `profile`.

    Parameters
    ----------
    submission : Submission
        The group's work.
    profile : Profile
        The requirements.
    milestone : str, optional
        What is due: all that belongs to this milestone or an earlier one. By default, what the
        deadlines in the group's `project.toml` say; without any, everything.
    waivers : iterable of Waiver
        What instructors excused the group from.
    select, ignore : iterable of str
        Which requirements are looked at, by the beginnings of their codes; see `selection.selected`.
    language : str
        ``en`` or ``de``.
    now : datetime, optional
        When the deadlines are compared.
    due : collection of str, optional
        The milestones that are due, whatever the group's `project.toml` says of them.
    parameters : mapping
        What the course says of rules' parameters, as `course_parameters` gives it.

    Raises
    ------
    InputError
        If there is no such milestone, or no code begins as selected.
    """
    if milestone is not None:
        due = milestones_until(profile, milestone)
    requirements = selected(profile, select, ignore)
    _read_all(submission)
    if due is None:
        stated = submission.project.milestones if submission.project else ()
        due = due_milestones(profile, stated, now or dt.datetime.now(dt.UTC))
    granted = [
        w
        for w in waivers
        if w.group in {None, submission.name, submission.project and submission.project.group}
    ]
    asked = {w.code: w.reason for w in submission.project.waivers_asked} if submission.project else {}
    findings = []
    for requirement in requirements:
        outcome = _outcome(submission, requirement, parameters.get(requirement.code, {}))
        findings.append(
            _finding(requirement, outcome, requirement.milestone in due, granted, asked, language)
        )
    unruled = sum(requirement.rule is None for requirement in requirements)
    return Check(
        path,
        submission.name,
        profile.name,
        language,
        tuple(findings),
        submission.problems,
        len(profile.requirements) - len(requirements),
        unruled,
    )


def _read_all(submission: Submission) -> None:
    """Read what people write by hand, so that a damaged file is told even where no rule asks for it."""
    submission.project  # noqa: B018 - reading notes the problems
    for key in FOLDERS:
        submission.notebooks(key)
        for folder in submission.milestone_folders(key):
            submission.readme(folder)


def milestones_until(profile: Profile, milestone: str) -> frozenset[str]:
    """Return a milestone of the profile and all before it.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if milestone not in profile.milestones:
        close = nearest(milestone, list(profile.milestones))
        raise InputError(
            f"expected one of the milestones {', '.join(profile.milestones)}, found {milestone!r}",
            f"Did you mean {close!r}?" if close else "Name one of them.",
        )
    return frozenset(profile.milestones[: profile.milestones.index(milestone) + 1])


def due_milestones(profile: Profile, stated: Iterable[Milestone], now: dt.datetime) -> frozenset[str]:
    """Return the profile's milestones whose deadline has passed, or for which none is stated."""
    deadlines = {milestone.name: milestone.deadline for milestone in stated}
    return frozenset(
        name for name in profile.milestones if (deadline := deadlines.get(name)) is None or deadline <= now
    )


def _outcome(submission: Submission, requirement: Requirement, stated: Mapping[str, Any]) -> Outcome:
    rule = requirement.rule
    if rule is None:
        return not_judged(NO_RULE)
    try:
        return rule.check(submission, {**rule.parameters, **requirement.parameters, **stated})
    except (CoursekitError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - one rule's bug must not end the check of a course
        where = traceback.extract_tb(error.__traceback__)[-1]
        bug = f"{type(error).__name__} in {where.name}, line {where.lineno}"
        text = Text(f"the rule failed: {bug}", f"die Regel ist gescheitert: {bug}")
        hint = Text(
            "This is a bug in coursekit; please report it. The other rules were checked.",
            "Das ist ein Fehler in coursekit; bitte meldet ihn. Die anderen Regeln wurden geprüft.",
        )
        submission.note(rule.code, text, hint)
        return not_judged(text)


def _finding(
    requirement: Requirement,
    outcome: Outcome,
    due: bool,
    waivers: Iterable[Waiver],
    asked: dict[str, str],
    language: str,
) -> Finding:
    rule = requirement.rule
    status, message = outcome.status, outcome.message.in_(language)
    hint = rule.hint.in_(language) if rule and status is Status.NOT_MET else ""
    waiver = next((w for w in waivers if fnmatch.fnmatchcase(requirement.code, w.code)), None)
    if waiver and status is not Status.MET:
        reason = Text("waived: {reason} ({found})", "erlassen: {reason} ({found})")
        message = reason.format(reason=waiver.reason, found=message).in_(language)
        status, hint = Status.WAIVED, ""
    elif requirement.code in asked and status is Status.NOT_MET:
        note = Text(" – a waiver was asked for: {reason}", " – ein Erlass wurde erbeten: {reason}")
        message += note.format(reason=asked[requirement.code]).in_(language)
    return Finding(
        requirement.code,
        title_of(requirement, language),
        status,
        Level(requirement.level),
        requirement.milestone,
        due,
        message,
        hint,
        outcome.locations,
    )


def title_of(requirement: Requirement, language: str) -> str:
    """Return what a requirement is called: by the profile, else by its rule."""
    title = requirement.title.get(language) or requirement.title.get("en", "")
    return title or (requirement.rule.title.in_(language) if requirement.rule else requirement.code)
