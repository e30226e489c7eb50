"""Who gets which certificate, by the course's rule, and exactly why not.

What is not certain does not count: a student without it is not eligible, and the reason says what to do. Reasons name
no person and no group, so that they can be shown in class.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from coursekit.config import Course
from coursekit.model import Finding, Level, Status
from coursekit.store import Reader
from coursekit.store.attendance import unclear_rows
from coursekit.store.checks import newest_checks
from coursekit.store.fetches import newest_fetches
from coursekit.store.people import list_groups, list_memberships, list_students
from coursekit.store.records import CheckRun, Group, Overruling, Student, Verdict
from coursekit.store.verdicts import latest_verdicts
from coursekit.text import plural
from coursekit.tracking.attendance import Attendance, attendances
from coursekit.tracking.overruled import apply_overrulings, overrulings_by_group

_ENOUGH = (Status.MET, Status.WAIVED)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether something is reached, and why not.

    Attributes
    ----------
    ok : bool
    reasons : tuple of str
        Why not, each with what to do where there is something to do; empty if and only if it is reached.
    final : bool
        Whether nothing that is still to come can change it: False where sessions are still to come, or somebody has
        yet to check, to look or to decide.
    """

    ok: bool
    reasons: tuple[str, ...] = ()
    final: bool = True


@dataclass(frozen=True, slots=True)
class ProjectState:
    """What a group's project lacks for being approved.

    Attributes
    ----------
    standing : Standing
        Whether it is approved.
    run : CheckRun or None
        The newest check of the present state.
    findings : tuple of Finding
        Of that check, with what an instructor decided instead.
    verdict : Verdict or None
        The newest.
    unmet, unjudged : tuple of str
        The codes of required ones that bar approval: not met; not judged and not settled by an instructor.
    accepted : tuple of str
        Required ones that are not judged, and that the instructor accepted with a verdict on this very state.
    overruled : tuple of str
        Required ones whose status an instructor decided.
    advised : tuple of str
        Advised ones that are not met; they bar nothing.
    notes : tuple of str
        What an instructor should know.
    unusable : str
        Why the newest check says nothing about the project, if so.
    """

    standing: Standing
    run: CheckRun | None = None
    findings: tuple[Finding, ...] = ()
    verdict: Verdict | None = None
    unmet: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    overruled: tuple[str, ...] = ()
    advised: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unusable: str = ""


@dataclass(frozen=True, slots=True)
class Eligibility:
    """What a student gets, and why not the rest.

    Attributes
    ----------
    student : Student
    group : Group or None
        The present one.
    attendance : Attendance
    to_come : int
        How many sessions have not ended yet.
    project : ProjectState or None
        The group's; None for who is in no group.
    certificate : Standing
        Whether the student gets the certificate of attendance.
    achievement : Standing
        Whether the student gets the certificate of achievement, and the ECTS points with it.
    notes : tuple of str
        What an instructor should know.
    """

    student: Student
    group: Group | None
    attendance: Attendance
    to_come: int
    project: ProjectState | None
    certificate: Standing
    achievement: Standing
    notes: tuple[str, ...] = ()


def eligibilities(course: Course, view: Reader, *, now: dt.datetime | None = None) -> list[Eligibility]:
    """Give what every student gets, by the order of the roster; also those who dropped out, who get nothing.

    Parameters
    ----------
    course : Course
    view : Reader
    now : datetime, optional
        Sessions that end later are still to come.
    """
    now = now or dt.datetime.now(dt.UTC)
    to_come = sum(session.end > now for session in course.sessions)
    groups = {group.id: group for group in list_groups(view)}
    present, ever = _groups_of(view)
    projects = project_states(course, view)
    there = attendances(course, view, now=now)
    unclear = unclear_rows(view)
    unmatched = {session.number for session in course.sessions if session.key in unclear}
    found = []
    for student in list_students(view, left=True):
        if student.erased_at is not None:
            continue
        group = groups.get(present.get(student.id, 0))
        others = [one for one in ever.get(student.id, ()) if group is not None and one != group.id]
        notes = ["was in another group before"] if others else []
        attendance = there.get(student.id, Attendance())
        project = projects[group.id] if group else None
        certificate = attendance_standing(
            course, attendance, to_come, left=student.left_at is not None, unmatched=unmatched
        )
        # A course without a rule about attendance certifies none, and bars nobody by it.
        bar = certificate if student.left_at or course.missed_sessions_allowed is not None else Standing(True)
        achievement = achievement_standing(bar, project.standing if project else None)
        found.append(
            Eligibility(
                student,
                group,
                attendance,
                to_come,
                project,
                certificate,
                achievement,
                (*notes, *(project.notes if project else ())),
            )
        )
    return found


def attendance_standing(
    course: Course,
    attendance: Attendance,
    to_come: int,
    *,
    left: bool = False,
    unmatched: Collection[int] = (),
) -> Standing:
    """Say whether somebody gets the certificate of attendance.

    Sessions to come count as if they would be missed, so that nobody is promised what may still be lost.

    Parameters
    ----------
    course : Course
    attendance : Attendance
        So far.
    to_come : int
        How many sessions have not ended yet.
    left : bool, optional
        Whether the student dropped out.
    unmatched : collection of int, optional
        The sessions in whose lists somebody stands of whom nobody has said who it is: it may be this student.
    """
    if left:
        return Standing(False, ("dropped out",))
    allowed = course.missed_sessions_allowed
    if allowed is None:
        why = "course.toml has no rule about attendance ([attendance] missed_sessions_allowed), so that none is certified"
        return Standing(False, (why,))
    if not course.sessions:
        why = "course.toml lists no sessions ([[sessions]]), so that nobody is known to have attended"
        return Standing(False, (why,), final=False)
    away, unknown = attendance.away, len(attendance.unknown)
    if away + to_come <= allowed:
        return Standing(True)
    missed = f"{plural(away, 'session')} missed"
    if unknown:
        # The same students may be known to have been there once the lists are imported.
        told = "no information about" if unknown == away else f"of these no information about {unknown}:"
        missed += f" ({told} {_numbers(attendance.unknown)})"
    if away <= allowed:
        return Standing(
            False, (f"so far {missed}, {allowed} allowed, {plural(to_come, 'session')} to come",), final=False
        )
    hint = "; import their lists, or mark who was there: coursekit attendance" if unknown else ""
    perhaps = tuple(number for number in attendance.missed if number in unmatched)
    if perhaps:
        hint += (
            f"; not everybody in the lists of {_numbers(perhaps)} is matched yet: coursekit attendance review"
        )
    final = away - unknown - len(perhaps) > allowed
    return Standing(False, (f"{missed}, {allowed} allowed{hint}",), final=final)


def achievement_standing(certificate: Standing, project: Standing | None) -> Standing:
    """Say whether somebody gets the certificate of achievement, from attendance and the group's project.

    Parameters
    ----------
    certificate : Standing
        Of attendance.
    project : Standing or None
        None for who is in no group.
    """
    parts = [certificate, project or Standing(False, ("is in no group",), final=False)]
    reasons = tuple(reason for part in parts for reason in part.reasons)
    if not certificate.ok and certificate.reasons == ("dropped out",):
        return certificate
    lost = any(not part.ok and part.final for part in parts)
    ok = all(part.ok for part in parts)
    return Standing(ok, reasons, final=ok or lost)


def project_states(course: Course, view: Reader) -> dict[int, ProjectState]:
    """Give what every group's project lacks for being approved, by the group's id."""
    runs = {run.group_id: run for run in newest_checks(view)}
    fetched = newest_fetches(view, successful=True)
    verdicts, overrulings = latest_verdicts(view), overrulings_by_group(view)
    asked = _asked_profile(course)
    found = {}
    for group in list_groups(view):
        run = runs.get(group.id)
        fetch = fetched.get(run.repository_id) if run else None
        found[group.id] = project_state(
            run,
            verdicts.get(group.id),
            overrulings.get(group.id),
            profile=asked,
            fetched=fetch.commit if fetch else None,
        )
    return found


def project_state(
    run: CheckRun | None,
    verdict: Verdict | None,
    overrulings: Mapping[str, Overruling] | None = None,
    *,
    profile: str | None = None,
    fetched: str | None = None,
) -> ProjectState:
    """Say what a project lacks for being approved.

    Parameters
    ----------
    run : CheckRun or None
        The newest check.
    verdict : Verdict or None
        The newest.
    overrulings : mapping, optional
        The group's, by the requirement's code.
    profile : str, optional
        The name of the course's requirement profile; a check by another one approves nothing.
    fetched : str, optional
        The newest commit that is known.
    """
    findings = apply_overrulings(run.findings, overrulings) if run else ()
    same = run is not None and verdict is not None and is_of(verdict, run)
    required = [one for one in findings if one.level is Level.REQUIRED]
    unmet = _codes(required, Status.NOT_MET)
    open_ = _codes(required, Status.NOT_JUDGED)
    passed = verdict is not None and verdict.decision == "pass"
    accepted = tuple(code for code in open_ if passed and same and verdict and code in verdict.accepted)
    unjudged = tuple(code for code in open_ if code not in accepted)
    unusable = _unusable(run, profile)
    reasons = [unusable] if unusable else []
    if unmet:
        reasons.append(f"required and not met: {' '.join(unmet)}")
    if unjudged:
        reasons.append(
            f"not judged, look yourself: {' '.join(unjudged)} (coursekit verdict GROUP pass --accept CODE)"
        )
    if verdict is None:
        reasons.append("no verdict yet: coursekit verdict GROUP pass")
    elif not passed:
        reasons.append("the verdict is fail" if verdict.decision == "fail" else "the project was sent back")
    notes = []
    if run is not None and verdict is not None and not same:
        notes.append("the verdict was given on another state than the newest check is of")
    if run is not None and run.commit and fetched and fetched != run.commit:
        notes.append("something newer was fetched than was checked: coursekit check --all")
    decided = tuple(one.code for one in required if overrulings and one.code in overrulings)
    if decided:
        notes.append(f"decided by the instructor: {' '.join(decided)}")
    failed = verdict is not None and verdict.decision == "fail"
    return ProjectState(
        Standing(not reasons, tuple(reasons), final=not reasons or failed),
        run,
        findings,
        verdict,
        unmet,
        unjudged,
        accepted,
        decided,
        _codes([one for one in findings if one.level is Level.ADVISED], Status.NOT_MET),
        tuple(notes),
        unusable,
    )


def _unusable(run: CheckRun | None, profile: str | None) -> str:
    """Return why a check says nothing about the project, if so."""
    if run is None:
        return "was never checked: coursekit check --all"
    if profile is not None and run.profile != profile:
        return f"was last checked by the profile {run.profile}, not by the course's ({profile}): coursekit check --all"
    return "" if run.findings else "was asked for nothing by the newest check: coursekit check --all --again"


def is_of(verdict: Verdict, run: CheckRun) -> bool:
    """Whether a verdict was given on what a check is of."""
    if verdict.commit is None and run.commit is None:
        # Of a folder without git a new check is kept only when something has changed.
        return run.checked_at <= verdict.given_at
    return verdict.commit == run.commit


def _codes(findings: list[Finding], status: Status) -> tuple[str, ...]:
    return tuple(one.code for one in findings if one.status is status)


def _numbers(sessions: tuple[int, ...]) -> str:
    word = "session" if len(sessions) == 1 else "sessions"
    return f"{word} {', '.join(str(one) for one in sessions)}"


def _groups_of(view: Reader) -> tuple[dict[int, int], dict[int, set[int]]]:
    """Return each student's present group, and all that he or she ever was in."""
    present: dict[int, int] = {}
    ever: dict[int, set[int]] = {}
    for membership in list_memberships(view, history=True):
        ever.setdefault(membership.student_id, set()).add(membership.group_id)
        if membership.left_at is None:
            present[membership.student_id] = membership.group_id
    return present, ever


def _asked_profile(course: Course) -> str:
    """Return the name of the course's profile; its path, which no check has, when the file cannot be read."""
    if not course.profile.endswith(".toml"):
        return course.profile
    try:
        name = tomllib.loads((course.folder / course.profile).read_text("utf-8")).get("name")
    except (OSError, ValueError):
        name = None
    return name if isinstance(name, str) else course.profile
