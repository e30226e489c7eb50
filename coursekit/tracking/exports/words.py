"""What students read in an export, in the course's language."""

from __future__ import annotations

from coursekit.model import Level, Status, Text
from coursekit.text import one_line, plural
from coursekit.tracking.exports.export import GroupResult, LeftOut, Outcome, Result

_PROJECT: dict[Outcome, Text] = {
    "passed": Text("Project: passed.", "Projekt: bestanden."),
    "failed": Text("Project: not passed.", "Projekt: nicht bestanden."),
    "open": Text("Project: not decided yet.", "Projekt: noch nicht entschieden."),
}
_NO_GROUP = Text("In no group.", "In keiner Gruppe.")
_POINTS = Text("Required and met: {points} of {possible}.", "Verlangt und erfüllt: {points} von {possible}.")
_MISSING = Text("Not met: {codes}.", "Nicht erfüllt: {codes}.")
_SESSIONS = Text(
    "Sessions attended: {attended} of {sessions}.", "Besuchte Termine: {attended} von {sessions}."
)


def feedback_lines(result: Result, language: str) -> list[str]:
    """Return what a student is told: the project, what it lacks, the sessions, and the instructor's comment.

    Only titles of requirements and the instructor's words are in it, nothing that a group wrote.
    """
    lines = _of_project(result.group, language)
    if result.attendance_known:
        lines.append(_SESSIONS.format(attended=result.attended, sessions=result.sessions).in_(language))
    return lines + _comment(result.group)


def group_lines(group: GroupResult, language: str) -> list[str]:
    """Return what all members of a group are told."""
    return _of_project(group, language) + _comment(group)


def _comment(group: GroupResult | None) -> list[str]:
    lines = group.comment.splitlines() if group else []
    return [line.strip() for line in lines if line.strip()]


def _of_project(group: GroupResult | None, language: str) -> list[str]:
    if group is None:
        return [_NO_GROUP.in_(language)]
    lines = [_PROJECT[group.project].in_(language)]
    if group.points is not None:
        lines.append(_POINTS.format(points=group.points, possible=group.possible).in_(language))
    missing = [
        f"{one.code} {one.title}"
        for one in group.findings
        if one.level is Level.REQUIRED and one.status is Status.NOT_MET
    ]
    if missing:
        lines.append(_MISSING.format(codes="; ".join(missing)).in_(language))
    return lines


def named(result: Result) -> str:
    """Return how a student is called in what an instructor is told."""
    return one_line(result.student.name, 60)


def without_group(results: tuple[Result, ...]) -> list[str]:
    """Return a note that lists who is in no group, if anybody is."""
    names = [named(one) for one in results if one.group is None]
    return [f"{plural(len(names), 'student')} in no group: {', '.join(names)}"] if names else []


def dropped_out(results: tuple[Result, ...]) -> list[LeftOut]:
    """Return those who no longer take part."""
    return [LeftOut(named(one), "dropped out") for one in results if one.student.left_at is not None]


def unknown_sessions(results: tuple[Result, ...]) -> list[str]:
    """Return a note that says about which sessions nothing is known, if there are any."""
    numbers = sorted({number for one in results for number in one.unknown})
    if not numbers:
        return []
    word = "session" if len(numbers) == 1 else "sessions"
    who = sum(bool(one.unknown) for one in results)
    return [
        f"no information about {word} {', '.join(map(str, numbers))} for {plural(who, 'student')}; they count as missed"
    ]


def undecided(results: tuple[Result, ...]) -> list[str]:
    """Return a note that says, group by group, why a project is not decided yet."""
    groups = {one.group.id: one.group for one in results if one.group and one.group.project == "open"}
    return [
        f"no project grade yet: {one_line(one.name, 60)}: {'; '.join(one.reasons)}" for one in groups.values()
    ]
