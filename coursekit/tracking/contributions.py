"""Contributions of one group, put into words and tables for people."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from coursekit.text import columns, one_line, plural
from coursekit.tracking.activity import NO_GRADE, TOGETHER, Activity, Contribution
from coursekit.tracking.anonymous import Names
from coursekit.tracking.when import days_ago, shown
from coursekit.work import ALL, FAILED, NONE, OTHER, UNDATED, Done

_BARS = "▁▂▃▄▅▆▇█"
_MOST_WEEKS = 30
_WIDTH = 40
_LINE = 110

# What the notes of `coursekit.git.shares` mean.
_NOTES = {
    NONE: "The repository has no history that can be read; nothing is known of who did what.",
    FAILED: "The repository could not be counted within its limits of time and memory; nothing is known of who did what.",
    "shallow": "The history is cut off: older commits were never fetched, and are not counted.",
    "unreadable": "{commits} or branches are missing or damaged, and are not counted in full.",
    "left-out": "{files} {are} not in the clone, mostly because of their size; their lines are not counted.",
    "too-large": "The lines of {times} {things} are not counted: too large, or too many files at once.",
    "too-many": "{commits} older than the newest 5,000 are not counted.",
    "authors": "{authors} beyond the 200 most frequent are not told apart.",
    "clock": "{commits} {have} an author's date that cannot be (in the future, or before git): the committer's was taken, or "
    "none.",
    "squashed": "{commits} {look} like merge requests that the git host squashed into one: who did what in them is known "
    "only from their co-author lines.",
    "recommitted": "{commits} {were} brought into the history by somebody else than the author (a rebase, a patch); they "
    "count for the author.",
    "beside": "{commits} {are} only on other branches than the default one; they count too.",
    "rewritten": "{fetches} found that a branch was rewritten or deleted: what is gone from it is not counted, and dates "
    "may be new.",
}


def say_notes(notes: Mapping[str, int]) -> list[str]:
    """Put into words what one must know to read the numbers.

    Parameters
    ----------
    notes : mapping of str to int
        As `Activity.notes` has them.
    """
    said = []
    for key, text in _NOTES.items():
        if times := notes.get(key, 0):
            one = times == 1
            said.append(
                text.format(
                    commits=plural(times, "commit"),
                    files=plural(times, "file"),
                    authors=plural(times, "author"),
                    times=times,
                    things="file or commit" if one else "files or commits",
                    fetches=plural(times, "fetch", "fetches"),
                    are="is" if one else "are",
                    have="has" if one else "have",
                    were="was" if one else "were",
                    look="looks" if one else "look",
                )
            )
    return said


def contribution_lines(
    activity: Activity,
    names: Names,
    milestones: Sequence[str],
    *,
    zone: dt.tzinfo,
    now: dt.datetime,
    evidence: bool = True,
) -> list[str]:
    """Show who did how much in a group: tables of the members, by milestone and over the weeks.

    Parameters
    ----------
    activity : Activity
    names : Names
        What to call people; where it is anonymous, what git calls them is left out too.
    milestones : sequence of str
        In their order.
    zone : tzinfo
    now : datetime
    evidence : bool, optional
        Whether to end with what the numbers are, and are not; else the caller shows `evidence_lines`.
    """
    notes = say_notes(activity.notes)
    if activity.counted_at is None:
        return notes or ["Nothing was counted yet; 'coursekit fetch' brings the repository and counts."]
    people = _people(activity, names)
    weeks = _weeks([done for _, done in people], now, zone)
    head = (
        "member",
        "commits",
        "together",
        "lines",
        "last commit",
        f"commits by week, {weeks[0]} to {weeks[-1]}",
    )
    rows = [
        (
            name,
            _number(done.commits),
            _number(done.together),
            _number(done.lines),
            _last(done, zone, now),
            _bars(done, weeks),
        )
        for name, done in people
    ]
    lines = columns([head, *rows])
    areas = [ALL, *milestones, OTHER]
    parts = [(name, done.milestones) for name, done in people if done.started]
    used = [area for area in areas if area and any(area in of for _, of in parts)]
    if used:
        table = [["commits / lines in", *(name for name, _ in parts)]]
        table += [[_called(area), *(_pair(of.get(area)) for _, of in parts)] for area in used]
        lines += ["", *columns(table)]
    asleep = [names.student(one) for one in activity.not_started]
    if asleep:
        perhaps = ", or not known by their names in git" if activity.unsettled else ""
        lines += ["", f"Has not started{perhaps}: " + ", ".join(one_line(name, _WIDTH) for name in asleep)]
    if activity.unsettled:
        lines += ["", *_unsettled(activity, names)]
    if notes:
        lines += ["", *(line for note in notes for line in textwrap.wrap(note, _LINE))]
    return [*lines, "", *evidence_lines()] if evidence else lines


def evidence_lines() -> list[str]:
    """Say what the numbers are, and are not."""
    return textwrap.wrap(f"{NO_GRADE} {TOGETHER}", _LINE)


def contribution_dict(activity: Activity, names: Names) -> dict[str, Any]:
    """Give the form for other programs, without what git calls people where the names are anonymous."""
    return {
        "group": names.group(activity.group_id),
        "evidence": f"{NO_GRADE} {TOGETHER}",
        "counted_at": _iso(activity.counted_at),
        "commits": activity.commits,
        "last_at": _iso(activity.last_at),
        "members": [
            {
                "student": names.student(one.student_id),
                "present": one.present,
                "has_not_started": one.has_not_started if activity.counted_at else None,
                **_done_dict(one.done),
            }
            for one in activity.members
        ],
        "others": _done_dict(activity.others),
        "unsettled": [
            {
                "identities": []
                if names.anonymous
                else [{"name": who.name, "email": who.email} for who in one.identities],
                **_done_dict(one.done),
            }
            for one in activity.unsettled
        ],
        "notes": dict(activity.notes),
    }


def _people(activity: Activity, names: Names) -> list[tuple[str, Contribution]]:
    found = []
    for one in activity.members:
        name = one_line(names.student(one.student_id), _WIDTH)
        found.append((name if one.present else f"{name} (not in the group)", one.done))
    unsettled = [one.done for one in activity.unsettled]
    for label, parts in (("not known whose", unsettled), ("nobody of the course", [activity.others])):
        weeks: dict[str, dict[str, Done]] = {}
        for done in parts:
            for week, areas in done.weeks.items():
                into = weeks.setdefault(week, {})
                for area, more in areas.items():
                    into[area] = into.get(area, Done()) + more
        if weeks:
            lasts = [done.last_at for done in parts if done.last_at]
            together = sum(done.together for done in parts)
            found.append((label, Contribution(weeks, together, None, max(lasts, default=None))))
    return found


def _unsettled(activity: Activity, names: Names) -> list[str]:
    if names.anonymous:
        return [f"{plural(len(activity.unsettled), 'name')} in git could not be matched to a student."]
    lines = ["Not known whose these are; 'coursekit identities' settles it once:"]
    for one in activity.unsettled:
        who = ", ".join(f"{each.name} <{each.email}>" for each in one.identities[:3])
        lines.append(f"  {one_line(who, 100)}  {plural(one.done.commits, 'commit')}")
    return lines


def _weeks(done: Sequence[Contribution], now: dt.datetime, zone: dt.tzinfo) -> list[str]:
    """Give the weeks from the first commit to now, at most so many that they fit."""
    known = sorted({week for one in done for week in one.weeks if week != UNDATED})
    day = now.astimezone(zone).date()
    found: list[str] = []
    while len(found) < _MOST_WEEKS:
        year, week, _ = day.isocalendar()
        found.append(f"{year}-W{week:02}")
        if not known or found[-1] <= known[0]:
            break
        day -= dt.timedelta(days=7)
    return found[::-1]


def _bars(done: Contribution, weeks: Sequence[str]) -> str:
    counts = [done.weeks.get(week, {}).get(ALL, Done()).commits for week in weeks]
    most = max(counts, default=0)
    # Each row by its own scale: it shows when somebody worked, the number beside it how much.
    return "".join("·" if not one else _BARS[(one * len(_BARS) - 1) // most] for one in counts)


def _last(done: Contribution, zone: dt.tzinfo, now: dt.datetime) -> str:
    if not done.started:
        return "–"
    if done.last_at is None:
        return "no date"
    return f"{shown(done.last_at, zone)[:10]} ({days_ago(done.last_at, now)})"


def _called(area: str) -> str:
    return "no milestone's folder" if area == OTHER else one_line(area, _WIDTH)


def _number(number: int) -> str:
    return f"{number:,}" if number else "–"


def _pair(done: Done | None) -> str:
    return f"{done.commits:,} / {done.lines:,}" if done else "–"


def _done_dict(done: Contribution) -> dict[str, Any]:
    return {
        "commits": done.commits,
        "together": done.together,
        "lines": done.lines,
        "first_at": _iso(done.first_at),
        "last_at": _iso(done.last_at),
        "milestones": {
            area: {"commits": part.commits, "lines": part.lines}
            for area, part in sorted(done.milestones.items())
            if area != ALL
        },
        "weeks": {
            week or "undated": {"commits": areas[ALL].commits, "lines": areas[ALL].lines}
            for week, areas in sorted(done.weeks.items())
            if ALL in areas
        },
    }


def _iso(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None
