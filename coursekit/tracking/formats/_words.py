"""The words and signs that the formats share. Texts that may name people go through the names of what is tracked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from coursekit.model import Level, Status
from coursekit.store.records import Extension, FetchEvent
from coursekit.text import one_line, plural
from coursekit.tracking.changes import Changes
from coursekit.tracking.milestones import PROPOSAL, MilestoneState, Outcome, State
from coursekit.tracking.overview import Detail, Tracked
from coursekit.tracking.standing import GroupState
from coursekit.tracking.when import days_ago, shown

SIGNS = {
    State.MET: "✓",
    State.MET_NOW: "+",
    State.LATE: "L",
    State.OVERDUE: "✗",
    State.LOST: "↓",
    State.UNCLEAR: "?",
    State.SOON: "!",
    State.OPEN: "·",
    State.NO_DEADLINE: "○",
    State.NOT_CHECKED: "-",
}
WORDS = {
    State.MET: "met",
    State.MET_NOW: "met now",
    State.LATE: "late",
    State.OVERDUE: "overdue",
    State.LOST: "lost",
    State.UNCLEAR: "look yourself",
    State.SOON: "due soon",
    State.OPEN: "open",
    State.NO_DEADLINE: "not met",
    State.NOT_CHECKED: "not checked",
}
MEANINGS = {
    State.MET: "met",
    State.MET_NOW: "met now, unknown at the deadline",
    State.LATE: "met late",
    State.OVERDUE: "overdue",
    State.LOST: "met at the deadline, not now",
    State.UNCLEAR: "could not be judged, look yourself",
    State.SOON: "due within a week",
    State.OPEN: "due later",
    State.NO_DEADLINE: "not met, without a deadline",
    State.NOT_CHECKED: "not checked or not decided",
}
#: How a state is colored, in the order of how bad it is; the sign says the same.
TONES = {
    State.MET: "good",
    State.MET_NOW: "good",
    State.LATE: "warning",
    State.OVERDUE: "bad",
    State.LOST: "bad",
    State.UNCLEAR: "warning",
    State.SOON: "warning",
    State.OPEN: "quiet",
    State.NO_DEADLINE: "quiet",
    State.NOT_CHECKED: "quiet",
}
VERDICTS = {"": "", "pass": "pass", "fail": "fail", "send_back": "sent back"}
PROPOSALS = {"": "", "accepted": "accepted", "sent_back": "sent back"}
STATUS = {
    Status.MET: "met",
    Status.NOT_MET: "not met",
    Status.NOT_JUDGED: "not judged",
    Status.WAIVED: "waived",
}
_OUTCOMES = {Outcome.MET: "met", Outcome.NOT_MET: "not met", Outcome.UNCLEAR: "could not be judged"}
_EVENTS = {
    "rewritten": "{name} was rewritten (forced push)",
    "deleted": "{name} was deleted",
    "default-branch": "another default branch: {new}",
    "no-default": "the host names no default branch",
    "address": "another address",
    "ignored": "{name} names were left out that no branch may have",
}


def used(tracked: Tracked) -> list[State]:
    """Return the states that occur, in the order of the signs."""
    names = {name for name, _ in tracked.milestones}
    found = {one.state for group in tracked.groups for one in group.milestones if one.name in names}
    return [state for state in SIGNS if state in found]


# Where everything required is met, but advised ones are not: a template's own notebooks meet much of what is required.
PARTLY = "~"
PARTLY_MEANS = "met, with advised ones open"


def sign(one: MilestoneState) -> str:
    """Return the sign of a group's milestone."""
    return PARTLY if _partly(one) else SIGNS[one.state]


def legend(tracked: Tracked) -> list[tuple[str, str, str]]:
    """Return the sign, the meaning and the tone of all that occurs, in the order of the signs."""
    lines = [(SIGNS[state], MEANINGS[state], TONES[state]) for state in used(tracked)]
    shown_ones = [one for group in tracked.groups for one in milestones_of(tracked, group)]
    if not any(_partly(one) for one in shown_ones):
        return lines
    whole = [line for line in lines if line[0] != SIGNS[State.MET]]
    first = [line for line in lines if line not in whole and any(sign(one) == line[0] for one in shown_ones)]
    return [*first, (PARTLY, PARTLY_MEANS, TONES[State.MET]), *whole]


def _partly(one: MilestoneState) -> bool:
    return one.state is State.MET and one.now is not None and one.now.tally.advised_open > 0


def milestones_of(tracked: Tracked, group: GroupState) -> list[MilestoneState]:
    """Return those of a group that are shown."""
    names = {name for name, _ in tracked.milestones}
    return [one for one in group.milestones if one.name in names]


def attendance(group: GroupState) -> tuple[int, int] | None:
    """Return how many sessions its members attended, of those of which something is known; None for none."""
    attended = sum(one.attended for one in group.members)
    known = attended + sum(one.missed for one in group.members)
    return (attended, known) if known else None


def share(group: GroupState) -> str:
    """Return the attendance in percent, with a mark where somebody missed more than is allowed."""
    found = attendance(group)
    if found is None:
        return "–"
    return f"{100 * found[0] // found[1]} %" + (" !" if any(one.too_often for one in group.members) else "")


def last(group: GroupState, now: dt.datetime) -> str:
    """Say how long ago the last commit was."""
    if group.last_at is None:
        return "–"
    days = (now - group.last_at).days
    return "today" if days <= 0 else f"{days} d"


def headline(tracked: Tracked) -> str:
    """Return what is shown: how many groups, and by what they were chosen."""
    chosen = f" ({', '.join(tracked.filters)})" if tracked.filters else ""
    some = len(tracked.groups) != tracked.of
    count = f"{len(tracked.groups)} of {plural(tracked.of, 'group')}" if some else plural(tracked.of, "group")
    lonely = f"; {plural(tracked.without_group, 'student')} in no group" if tracked.without_group else ""
    return f"{count}{chosen}{lonely}"


def freshness(tracked: Tracked) -> str:
    """Say how old the state is."""
    parts = []
    for word, moment in (("fetched", tracked.fetched_at), ("checked", tracked.checked_at)):
        ago = f"{days_ago(moment, tracked.now)} ({shown(moment, tracked.zone)})" if moment else "never"
        parts.append(f"{word} {ago}")
    return f"{', '.join(parts).capitalize()}. Times: {tracked.zone_name}"


def deadline_words(tracked: Tracked, one: MilestoneState) -> str:
    """Return a milestone's deadline, and that it is the group's own."""
    if one.deadline is None:
        return "no deadline"
    own = ""
    if one.extended and one.course_deadline:
        own = f" (extended; for all {shown(one.course_deadline, tracked.zone)})"
    return f"{shown(one.deadline, tracked.zone)}{own}"


def then_words(tracked: Tracked, one: MilestoneState) -> str:
    """Say what there was at the deadline, and by which commit that is known."""
    if one.deadline is None or one.deadline > tracked.now or one.name == PROPOSAL:
        return ""
    if one.then is None:
        return "not known"
    words = _OUTCOMES[one.then.outcome]
    words += f", commit {one.then.commit[:12]}" if one.then.commit else ", nothing was there"
    if one.seen_late and one.then.seen_at:
        words += f", dated in time but first seen on {shown(one.then.seen_at, tracked.zone)}"
    if one.then.beside:
        words += f", {plural(one.then.beside, 'commit')} dated in time came into the branch later"
    return words


def now_words(one: MilestoneState) -> str:
    """Say what there is now."""
    if one.now is None:
        return "not decided" if one.name == PROPOSAL else "not checked"
    if one.now.run_id is None:
        return {Outcome.MET: "accepted"}.get(one.now.outcome, "sent back")
    tally = one.now.tally
    missing = [
        f"{tally.required_open} required" if tally.required_open else "",
        f"{tally.advised_open} advised" if tally.advised_open else "",
    ]
    missing = [part for part in missing if part]
    return _OUTCOMES[one.now.outcome] + (f" ({' and '.join(missing)} open)" if missing else "")


def event_words(tracked: Tracked, at: dt.datetime, event: FetchEvent) -> str:
    """Say what happened to a repository."""
    text = _EVENTS.get(event.kind, event.kind).format(
        name=tracked.names.text(event.name) or "it", new=tracked.names.text(event.new)
    )
    kept = "; what it was is kept" if event.kept else ""
    return f"{shown(at, tracked.zone)}: {one_line(text, 120)}{kept}"


def extension_words(tracked: Tracked, one: Extension) -> str:
    """Say until when a group has time, and why."""
    gone = " (withdrawn)" if one.withdrawn_at else ""
    reason = one_line(tracked.names.text(one.reason), 200)
    return f"{one.milestone} until {shown(one.due_at, tracked.zone)}{gone}: {reason}"


def history_words(tracked: Tracked, detail: Detail) -> Iterator[tuple[dt.datetime, str]]:
    """Give what happened in a group, the newest first: checks, fetches, decisions."""
    found: list[tuple[dt.datetime, str]] = []
    for run in detail.runs:
        commit = f" ({run.commit[:12]})" if run.commit else ""
        missing = f"{run.required_open} required and {run.advised_open} advised not met"
        found.append((run.checked_at, f"checked{commit}: {run.met} met, {missing}"))
    for fetch in detail.fetches:
        if fetch.state == "failed":
            why = one_line(tracked.names.text(fetch.reason or "for no reason that is known"), 200)
            found.append((fetch.fetched_at, f"could not be fetched: {why}"))
        elif fetch.commits:
            found.append((fetch.fetched_at, f"fetched {plural(fetch.commits, 'new commit')}"))
        for event in fetch.events:
            text = event_words(tracked, fetch.fetched_at, event).partition(": ")[2]
            found.append((fetch.fetched_at, text))
    for decision in detail.proposals:
        found.append(
            (
                decision.decided_at,
                f"proposal {PROPOSALS[decision.decision]}{_said(tracked, decision.comment)}",
            )
        )
    for verdict in detail.verdicts:
        found.append(
            (verdict.given_at, f"verdict: {VERDICTS[verdict.decision]}{_said(tracked, verdict.comment)}")
        )
    for one in detail.extensions:
        found.append((one.set_at, f"more time: {extension_words(tracked, one)}"))
    yield from sorted(found, key=lambda one: one[0], reverse=True)


def _said(tracked: Tracked, comment: str | None) -> str:
    return f" – {one_line(tracked.names.text(comment), 200)}" if comment else ""


def change_words(tracked: Tracked, changes: Changes) -> Iterator[str]:
    """Give what changed in a group, a line each."""
    if changes.reached:
        yield f"reached: {', '.join(changes.reached)}"
    if changes.first_checked:
        yield "checked for the first time"
    for word, some in (("now met", changes.newly_met), ("no longer met", changes.newly_open)):
        if some:
            codes = " ".join(one.code + ("!" if one.level is Level.REQUIRED else "") for one in some)
            yield f"{word}: {codes}"
    if changes.commits:
        yield f"{plural(changes.commits, 'commit')} fetched"
    for at, event in changes.events:
        yield event_words(tracked, at, event)
    if changes.extended:
        yield f"more time for: {', '.join(changes.extended)}"
    for verdict in changes.verdicts:
        yield f"verdict: {VERDICTS[verdict]}"
    if changes.joined or changes.left:
        parts = [
            f"{changes.joined} joined" if changes.joined else "",
            f"{changes.left} left" if changes.left else "",
        ]
        yield f"members: {', '.join(part for part in parts if part)}"
