"""For other programs; `track.schema.json` describes it, and it only grows."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from coursekit import __version__
from coursekit.store.outcomes import Change
from coursekit.tracking.changes import Changes
from coursekit.tracking.formats import Look
from coursekit.tracking.formats._words import milestones_of
from coursekit.tracking.milestones import MilestoneState, Seen
from coursekit.tracking.overview import Detail, Tracked
from coursekit.tracking.standing import GroupState


def schema() -> str:
    """Return the JSON schema."""
    return (Path(__file__).parent / "track.schema.json").read_text(encoding="utf-8")


def render(tracked: Tracked, look: Look) -> str:
    """Return one JSON object."""
    del look
    result = {
        "tool": "coursekit",
        "version": __version__,
        "course": tracked.course,
        "semester": tracked.semester,
        "time_zone": tracked.zone_name,
        "now": _at(tracked, tracked.now),
        "fetched_at": _at(tracked, tracked.fetched_at),
        "checked_at": _at(tracked, tracked.checked_at),
        "since": _at(tracked, tracked.since),
        "sessions": tracked.sessions,
        "missed_sessions_allowed": tracked.allowed,
        "groups_in_course": tracked.of,
        "students_without_group": tracked.without_group,
        "next_steps": [{"why": why, "command": command} for why, command in tracked.next_steps],
        "milestones": [
            {"name": name, "deadline": _at(tracked, deadline)} for name, deadline in tracked.milestones
        ],
        "groups": [_group(tracked, group) for group in tracked.groups],
    }
    return json.dumps(result, ensure_ascii=False, indent=2) + "\n"


def _group(tracked: Tracked, group: GroupState) -> dict[str, Any]:
    changes, detail = tracked.changes.get(group.id), tracked.details.get(group.id)
    found: dict[str, Any] = {
        "id": group.id,
        "name": group.name,
        "needs": [{"kind": one.kind, "text": one.text, "urgent": one.is_urgent} for one in group.needs],
        "milestones": [_milestone(tracked, one) for one in milestones_of(tracked, group)],
        "required_open": list(group.required_open),
        "required_later": list(group.required_later),
        "not_judged": list(group.unclear),
        "advised_open": group.advised_open,
        "commits": group.commits,
        "last_commit_at": _at(tracked, group.last_at),
        "unknown_authors": group.unsettled,
        "has_repository": group.has_repository,
        "fetched_at": _at(tracked, group.fetched_at),
        "fetch_failed": group.fetch_failed or None,
        "checked_at": _at(tracked, group.checked_at),
        "proposal": group.proposal or None,
        "verdict": group.verdict or None,
        "verdict_at": _at(tracked, group.verdict_at),
        "presents_at": _at(tracked, group.presents_at),
        "events": [
            {
                "at": _at(tracked, at),
                "kind": event.kind,
                "name": tracked.names.text(event.name),
                "kept": bool(event.kept),
            }
            for at, event in group.events
        ],
        "members": [
            {
                "id": one.id,
                "name": one.name,
                "attended": one.attended,
                "missed": one.missed,
                "unknown": one.unknown,
                "missed_too_often": one.too_often,
                "commits": one.commits,
                "lines": one.lines,
                "last_commit_at": _at(tracked, one.last_at),
                "started": one.started,
            }
            for one in group.members
        ],
    }
    if changes is not None:
        found["changes"] = _changes(tracked, changes)
    if detail is not None:
        found["detail"] = _detail(tracked, detail)
    return found


def _milestone(tracked: Tracked, one: MilestoneState) -> dict[str, Any]:
    return {
        "name": one.name,
        "state": one.state.value,
        "deadline": _at(tracked, one.deadline),
        "course_deadline": _at(tracked, one.course_deadline),
        "extended": one.extended,
        "at_deadline": _seen(tracked, one.then),
        "now": _seen(tracked, one.now),
    }


def _seen(tracked: Tracked, seen: Seen | None) -> dict[str, Any] | None:
    if seen is None:
        return None
    return {
        "outcome": seen.outcome.value,
        "commit": seen.commit,
        "checked_at": _at(tracked, seen.checked_at),
        "first_fetched_at": _at(tracked, seen.seen_at),
        "commits_dated_in_time_that_came_later": seen.beside,
        "required": seen.tally.required,
        "required_open": seen.tally.required_open,
        "required_not_judged": seen.tally.unclear,
        "advised": seen.tally.advised,
        "advised_open": seen.tally.advised_open,
    }


def _changes(tracked: Tracked, changes: Changes) -> dict[str, Any]:
    def requirement(one: Change) -> dict[str, str]:
        return {
            "code": one.code,
            "title": one.title,
            "level": one.level.value,
            "before": one.before.value,
            "now": one.now.value,
        }

    return {
        "first_checked": changes.first_checked,
        "milestones_reached": list(changes.reached),
        "newly_met": [requirement(one) for one in changes.newly_met],
        "newly_not_met": [requirement(one) for one in changes.newly_open],
        "commits_fetched": changes.commits,
        "events": [
            {
                "at": _at(tracked, at),
                "kind": event.kind,
                "name": tracked.names.text(event.name),
                "kept": bool(event.kept),
            }
            for at, event in changes.events
        ],
        "deadlines_extended": list(changes.extended),
        "verdicts": list(changes.verdicts),
        "joined": changes.joined,
        "left": changes.left,
    }


def _detail(tracked: Tracked, detail: Detail) -> dict[str, Any]:
    names = tracked.names
    return {
        "repository": detail.where or None,
        "commit": detail.commit or None,
        "met": detail.met,
        "findings": [
            {
                "code": one.code,
                "title": one.title,
                "status": one.status.value,
                "level": one.level.value,
                "milestone": one.milestone,
                "message": names.text(one.message),
                "hint": one.hint,
            }
            for one in detail.findings
        ],
        "checks": [
            {
                "checked_at": _at(tracked, one.checked_at),
                "commit": one.commit,
                "met": one.met,
                "required_open": one.required_open,
                "advised_open": one.advised_open,
            }
            for one in detail.runs
        ],
        "fetches": [
            {"at": _at(tracked, one.fetched_at), "state": one.state, "commits": one.commits}
            for one in detail.fetches
        ],
        "extensions": [
            {
                "milestone": one.milestone,
                "due": _at(tracked, one.due_at),
                "reason": names.text(one.reason),
                "withdrawn_at": _at(tracked, one.withdrawn_at),
            }
            for one in detail.extensions
        ],
        "proposals": [
            {
                "decision": one.decision,
                "at": _at(tracked, one.decided_at),
                "comment": names.text(one.comment or ""),
            }
            for one in detail.proposals
        ],
        "verdicts": [
            {
                "decision": one.decision,
                "at": _at(tracked, one.given_at),
                "comment": names.text(one.comment or ""),
            }
            for one in detail.verdicts
        ],
    }


def _at(tracked: Tracked, moment: dt.datetime | None) -> str | None:
    return moment.astimezone(tracked.zone).isoformat(timespec="seconds") if moment else None
