"""For a wiki or an issue of the instructors: the table of all groups, then those that were asked for, or what changed."""

from __future__ import annotations

from collections.abc import Iterator

from coursekit.model import Level
from coursekit.text import foreign_markdown
from coursekit.tracking.activity import NO_GRADE
from coursekit.tracking.formats import Look
from coursekit.tracking.formats._words import (
    STATUS,
    VERDICTS,
    WORDS,
    change_words,
    deadline_words,
    freshness,
    headline,
    history_words,
    last,
    legend,
    milestones_of,
    now_words,
    share,
    sign,
    then_words,
)
from coursekit.tracking.overview import Tracked
from coursekit.tracking.standing import GroupState
from coursekit.tracking.when import days_ago, shown

_MOST_HISTORY = 12


def render(tracked: Tracked, look: Look) -> str:
    """Return Markdown in which no name is markup."""
    del look
    title = " · ".join(part for part in (tracked.course, tracked.semester) if part)
    lines = [f"# {_safe(title)}", "", f"{_safe(headline(tracked))}. {_safe(freshness(tracked))}", ""]
    if tracked.groups:
        lines += [*_table(tracked), ""]
    if tracked.since is not None:
        lines += _changes(tracked)
    for group in tracked.groups:
        if group.id in tracked.details:
            lines += _detail(tracked, group)
    for why, command in tracked.next_steps:
        lines.append(f"- {_safe(why)}: `{command}`")
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(tracked: Tracked) -> Iterator[str]:
    heads = ["Group", "Members", *(_safe(name) for name, _ in tracked.milestones)]
    heads += ["Last commit", "Required open", "Advised open", "Attendance", "Verdict", "What first"]
    yield _row(heads)
    yield _row(["---"] * len(heads))
    for group in tracked.groups:
        states = (f"{sign(one)} {WORDS[one.state]}" for one in milestones_of(tracked, group))
        needs = "; ".join(_safe(one.text) for one in group.needs) or "–"
        yield _row(
            [
                _safe(group.name),
                str(len(group.members)),
                *(_safe(state) for state in states),
                last(group, tracked.now),
                _safe(" ".join(group.required_open)) or "–",
                str(group.advised_open),
                share(group),
                VERDICTS[group.verdict] or "–",
                needs,
            ]
        )
    yield ""
    for mark, meaning, _ in legend(tracked):
        yield f"- {_safe(mark)} {meaning}"


def _changes(tracked: Tracked) -> Iterator[str]:
    assert tracked.since is not None
    yield f"## Since {shown(tracked.since, tracked.zone)}"
    yield ""
    for group in tracked.groups:
        lines = list(change_words(tracked, tracked.changes[group.id]))
        if lines:
            yield f"- {_safe(group.name)}"
            yield from (f"  - {_safe(line)}" for line in lines)
    if not any(tracked.changes.values()):
        yield "Nothing changed."
    yield ""


def _detail(tracked: Tracked, group: GroupState) -> Iterator[str]:
    detail = tracked.details[group.id]
    yield f"## {_safe(group.name)}"
    yield ""
    for one in milestones_of(tracked, group):
        then = then_words(tracked, one)
        parts = [WORDS[one.state], f"due: {deadline_words(tracked, one)}"]
        parts += [f"at the deadline: {then}"] if then else []
        yield f"- {_safe(one.name)}: {_safe('; '.join([*parts, f'now: {now_words(one)}']))}"
    yield ""
    for member in group.members:
        parts = []
        if member.attended + member.missed:
            parts.append(f"attended {member.attended} of {member.attended + member.missed} sessions")
        if member.started is False:
            parts.append("no commit yet")
        elif member.started:
            ago = f", last {days_ago(member.last_at, tracked.now)}" if member.last_at else ""
            parts.append(f"{member.commits} commits, {member.lines} lines{ago}")
        yield f"- {_safe(member.name)}: {'; '.join(parts) or 'nothing known'}"
    if any(one.started is not None for one in group.members):
        yield ""
        yield NO_GRADE
    if detail.findings:
        yield ""
        for finding in detail.findings:
            must = "required" if finding.level is Level.REQUIRED else "advised"
            hint = f" → {_safe(finding.hint)}" if finding.hint else ""
            text = f"{_safe(finding.title)} ({must}, {STATUS[finding.status]})"
            message = _safe(tracked.names.text(finding.message), 400)
            yield f"- `{finding.code}` {text}: {message}{hint}"
    history = list(history_words(tracked, detail))[:_MOST_HISTORY]
    if history:
        yield ""
        yield from (f"- {shown(at, tracked.zone)}: {_safe(text)}" for at, text in history)
    yield ""


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _safe(text: str, width: int = 0) -> str:
    return foreign_markdown(text, width)
