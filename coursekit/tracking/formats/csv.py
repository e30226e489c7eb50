"""For spreadsheets: a row for each group, with a column for each milestone's state."""

from __future__ import annotations

import datetime as dt

from coursekit.csvwrite import csv_text
from coursekit.tracking.formats import Look
from coursekit.tracking.formats._words import attendance, change_words, milestones_of
from coursekit.tracking.overview import Tracked
from coursekit.tracking.standing import GroupState

_BEFORE = ["group", "members"]
_AFTER = [
    "last_commit", "commits", "members_without_commit", "required_open", "required_later", "not_judged", "advised_open",
    "attended", "attendance_known", "missed_too_often", "fetched", "fetch_failed", "checked", "proposal", "verdict",
    "presents", "what_first",
]  # fmt: skip


def render(tracked: Tracked, look: Look) -> str:
    """Return CSV with commas."""
    del look
    changes = ["changes"] if tracked.since else []
    rows: list[list[object]] = [[*_BEFORE, *(name for name, _ in tracked.milestones), *_AFTER, *changes]]
    rows += [_row(tracked, group) for group in tracked.groups]
    return csv_text(rows)


def _row(tracked: Tracked, group: GroupState) -> list[object]:
    attended, known = attendance(group) or ("", "")
    row: list[object] = [
        group.name,
        len(group.members),
        *(one.state.value for one in milestones_of(tracked, group)),
        _at(tracked, group.last_at),
        group.commits,
        sum(one.started is False for one in group.members),
        " ".join(group.required_open),
        " ".join(group.required_later),
        " ".join(group.unclear),
        group.advised_open,
        attended,
        known,
        sum(one.too_often for one in group.members),
        _at(tracked, group.fetched_at),
        group.fetch_failed,
        _at(tracked, group.checked_at),
        group.proposal,
        group.verdict,
        _at(tracked, group.presents_at),
        "; ".join(one.text for one in group.needs),
    ]
    if tracked.since:
        row.append("; ".join(change_words(tracked, tracked.changes[group.id])))
    return row


def _at(tracked: Tracked, moment: dt.datetime | None) -> str:
    return moment.astimezone(tracked.zone).isoformat(timespec="seconds") if moment else ""
