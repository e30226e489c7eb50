"""For a terminal: a table of all groups, or some in detail, or what changed, as wide as the terminal is."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from coursekit.model import Finding, Level, Status
from coursekit.text import cut, one_line, plural, printable, width
from coursekit.tracking.activity import NO_GRADE
from coursekit.tracking.formats import Look
from coursekit.tracking.formats._words import (
    PROPOSALS,
    STATUS,
    TONES,
    VERDICTS,
    WORDS,
    attendance,
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
from coursekit.tracking.overview import Detail, Tracked
from coursekit.tracking.standing import GroupState
from coursekit.tracking.when import days_ago, shown

_ANSI = {"good": "32", "warning": "33", "bad": "31", "quiet": "2", "strong": "1"}
# What the last column has at least; narrower than this, other columns go.
_LEAST = 26
_LONGEST_NAME, _SHORT_NAME, _SHORTEST_NAME = 28, 16, 10
_MOST_HISTORY = 12
# The optional columns, the first to go on a narrow screen first.
_OPTIONAL = ("presents", "members", "verdict", "there", "open")


def render(tracked: Tracked, look: Look) -> str:
    """Return the text."""
    if tracked.since is not None:
        lines = list(_changes(tracked, look))
    elif tracked.details:
        lines = [line for group in tracked.groups for line in _detail(tracked, group, look)]
    else:
        lines = list(_table(tracked, look))
    lines += _steps(tracked, look)
    return "\n".join(lines) + "\n"


def _table(tracked: Tracked, look: Look) -> Iterator[str]:
    if tracked.groups:
        columns, room = _fitting(tracked, look)
        yield from _rows(tracked, columns, room, look)
        yield ""
        yield from _legend(tracked, columns, look)
    yield from _wrapped("", headline(tracked), look)
    if tracked.groups:
        yield from _wrapped("", freshness(tracked), look)


def _fitting(tracked: Tracked, look: Look) -> tuple[dict[str, list[str]], int]:
    """Return the columns for which there is room, and how many places the last one has."""
    columns = _columns(tracked)
    widths = {name: max(map(width, cells)) for name, cells in columns.items()}
    room = look.width - sum(widths.values()) - 2 * len(widths)
    for least, optional in ((_SHORT_NAME, _OPTIONAL), (_SHORTEST_NAME, ())):
        if room < _LEAST and widths["group"] > least:
            longest = max(least, widths["group"] - (_LEAST - room))
            columns["group"] = [cut(name, longest) for name in columns["group"]]
            room += widths["group"] - longest
            widths["group"] = longest
        for name in optional:
            if room < _LEAST and name in columns:
                room += widths.pop(name) + 2
                del columns[name]
    return columns, max(room, 12)


def _rows(tracked: Tracked, columns: dict[str, list[str]], room: int, look: Look) -> Iterator[str]:
    left = list(columns)
    widths = {name: max(map(width, cells)) for name, cells in columns.items()}
    needs = [_first(group, room) for group in tracked.groups]
    for row in range(len(tracked.groups) + 1):
        cells = []
        for name in left:
            cell = columns[name][row]
            gap = " " * (widths[name] - width(cell))
            if name == "milestones" and row:
                cell = _painted_signs(tracked, tracked.groups[row - 1], look)
            cells.append(gap + cell if name in ("members", "last", "open", "there") else cell + gap)
        need = needs[row - 1] if row else "what first"
        if row and tracked.groups[row - 1].needs:
            need = _paint(need, _need_tone(tracked.groups[row - 1]), look)
        yield "  ".join([*cells, need]).rstrip()
        if not row:
            yield "─" * min(
                look.width, sum(widths.values()) + 2 * len(left) + max(map(width, [*needs, need]))
            )


def _columns(tracked: Tracked) -> dict[str, list[str]]:
    groups = tracked.groups
    found = {
        "group": ["group", *(cut(one_line(group.name), _LONGEST_NAME) for group in groups)],
        "members": ["members", *(str(len(group.members)) for group in groups)],
        "milestones": [" ".join(str(at + 1) for at in range(len(tracked.milestones)))],
        "last": ["commit", *(last(group, tracked.now) for group in groups)],
        "open": ["open", *(_open(group) for group in groups)],
    }
    found["milestones"] += [
        " ".join(
            sign(one) + " " * (len(str(at + 1)) - 1) for at, one in enumerate(milestones_of(tracked, group))
        )
        for group in groups
    ]
    if tracked.sessions:
        found["there"] = ["there", *(share(group) for group in groups)]
    if any(group.presents_at for group in groups):
        found["presents"] = ["presents"]
        for group in groups:
            slot = group.presents_at.astimezone(tracked.zone) if group.presents_at else None
            found["presents"].append(f"{slot:%m-%d %H:%M}" if slot else "–")
    if any(group.verdict for group in groups):
        found["verdict"] = ["verdict", *(VERDICTS[group.verdict] or "–" for group in groups)]
    return found


def _open(group: GroupState) -> str:
    if group.checked_at is None:
        return "–"
    return f"{len(group.required_open)} + {group.advised_open}"


def _painted_signs(tracked: Tracked, group: GroupState, look: Look) -> str:
    signs = []
    for at, one in enumerate(milestones_of(tracked, group)):
        signs.append(_paint(sign(one), TONES[one.state], look) + " " * (len(str(at + 1)) - 1))
    return " ".join(signs)


def _first(group: GroupState, room: int) -> str:
    if not group.needs:
        return "–"
    more = f" (+{len(group.needs) - 1})" if len(group.needs) > 1 else ""
    return cut(one_line(group.needs[0].text), max(room - len(more), 8)) + more


def _need_tone(group: GroupState) -> str:
    first = group.needs[0]
    return (
        "bad"
        if first.kind in ("overdue", "lost", "fetch-failed")
        else "warning"
        if first.is_urgent
        else "quiet"
    )


def _legend(tracked: Tracked, columns: dict[str, list[str]], look: Look) -> Iterator[str]:
    named = []
    for at, (name, deadline) in enumerate(tracked.milestones):
        due = f" ({shown(deadline, tracked.zone)})" if deadline else ""
        named.append(f"{at + 1} {one_line(name, 40)}{due}")
    yield from _flow(named, look)
    signs = [f"{mark} {meaning}" for mark, meaning, _ in legend(tracked)]
    yield from _flow(signs, look)
    what = ["commit: how long ago the last one was"]
    if "open" in columns:
        what.append("open: required and due + advised, not met")
    if "there" in columns:
        mark = f" (! somebody missed more than {tracked.allowed})" if tracked.allowed is not None else ""
        what.append(f"there: sessions attended, of {plural(tracked.sessions, 'session')} so far{mark}")
    yield from _flow(what, look)


def _flow(parts: Sequence[str], look: Look) -> Iterator[str]:
    """Give parts side by side, none of them broken."""
    line = ""
    for part in parts:
        if line and width(line) + width(part) + 3 > look.width:
            yield line
            line = ""
        line += ("   " if line else "") + part
    if line:
        yield line


def _steps(tracked: Tracked, look: Look) -> Iterator[str]:
    for why, command in tracked.next_steps:
        yield from _wrapped("→ ", f"{why}: {command}", look)


def _changes(tracked: Tracked, look: Look) -> Iterator[str]:
    assert tracked.since is not None
    yield _paint(f"Since {shown(tracked.since, tracked.zone)} ({tracked.zone_name})", "strong", look)
    quiet = []
    for group in tracked.groups:
        changes = tracked.changes[group.id]
        if not changes:
            quiet.append(one_line(group.name, _LONGEST_NAME))
            continue
        yield ""
        yield _paint(one_line(group.name, look.width), "strong", look)
        for line in change_words(tracked, changes):
            yield from _wrapped("  ", line, look)
    yield ""
    if quiet:
        yield from _wrapped("", f"Nothing changed in {plural(len(quiet), 'group')}: {', '.join(quiet)}", look)
    yield from _wrapped("", headline(tracked), look)
    yield from _wrapped("", freshness(tracked), look)


def _detail(tracked: Tracked, group: GroupState, look: Look) -> Iterator[str]:
    detail = tracked.details[group.id]
    yield _paint(one_line(group.name, look.width), "strong", look)
    yield from _about(tracked, group, detail, look)
    for title, lines in (
        ("What first", [need.text for need in group.needs]),
        ("Milestones", list(_milestone_lines(tracked, group))),
        ("Members", list(_member_lines(tracked, group))),
    ):
        if lines:
            yield ""
            yield _paint(title, "strong", look)
            for line in lines:
                yield from _wrapped("  ", line, look)
    if group.members and any(one.started is not None for one in group.members):
        yield from _wrapped("  ", NO_GRADE, look)
    if detail.findings:
        yield ""
        yield _paint(f"Open requirements ({detail.met} are met)", "strong", look)
        for finding in sorted(detail.findings, key=_order):
            yield from _finding(tracked, finding, group, look)
    history = [f"{shown(at, tracked.zone)}  {text}" for at, text in history_words(tracked, detail)]
    if history:
        yield ""
        yield _paint("History, the newest first", "strong", look)
        for line in history[:_MOST_HISTORY]:
            yield from _wrapped("  ", line, look)
        if len(history) > _MOST_HISTORY:
            yield f"  and {len(history) - _MOST_HISTORY} before"
    yield ""
    if group is tracked.groups[-1]:
        yield from _wrapped("", freshness(tracked), look)


def _about(tracked: Tracked, group: GroupState, detail: Detail, look: Look) -> Iterator[str]:
    facts = []
    if detail.where:
        facts.append(one_line(detail.where, 200))
    if group.last_at:
        facts.append(
            f"last commit {days_ago(group.last_at, tracked.now)}, {shown(group.last_at, tracked.zone)}"
        )
    if group.checked_at:
        of = f" at {detail.commit[:12]}" if detail.commit else ""
        facts.append(f"checked {shown(group.checked_at, tracked.zone)}{of}")
    if group.proposal:
        facts.append(f"proposal {PROPOSALS[group.proposal]}")
    facts.append(f"verdict: {VERDICTS[group.verdict] or 'none yet'}")
    if group.presents_at:
        facts.append(f"presents {shown(group.presents_at, tracked.zone)}")
    for fact in facts:
        yield from _wrapped("  ", fact, look)


def _milestone_lines(tracked: Tracked, group: GroupState) -> Iterator[str]:
    for one in milestones_of(tracked, group):
        then = then_words(tracked, one)
        yield (
            f"{sign(one)} {one_line(one.name, 40)}: {WORDS[one.state]}; due {deadline_words(tracked, one)}; "
            + (f"at the deadline: {then}; " if then else "")
            + f"now: {now_words(one)}"
        ).replace("due no deadline", "no deadline")


def _member_lines(tracked: Tracked, group: GroupState) -> Iterator[str]:
    for one in group.members:
        parts = []
        if tracked.sessions:
            known = one.attended + one.missed
            there = (
                f"attended {one.attended} of {plural(known, 'session')}" if known else "attendance not known"
            )
            parts.append(there + (" – more missed than allowed" if one.too_often else ""))
            if known and one.unknown:
                parts.append(f"nothing known of {one.unknown}")
        if one.started is False:
            parts.append("no commit yet")
        elif one.started:
            ago = f", last {days_ago(one.last_at, tracked.now)}" if one.last_at else ""
            parts.append(f"{plural(one.commits, 'commit')}, {plural(one.lines, 'line')}{ago}")
        yield f"{one_line(one.name, 60)}: {'; '.join(parts) or 'nothing known'}"
    found = attendance(group)
    if found:
        yield f"Together: {found[0]} of {found[1]} attendances"


def _order(finding: Finding) -> tuple[bool, bool, bool]:
    return finding.status is Status.WAIVED, finding.level is not Level.REQUIRED, not finding.due


def _finding(tracked: Tracked, finding: Finding, group: GroupState, look: Look) -> Iterator[str]:
    later = ", not due yet" if finding.code in group.required_later or not finding.due else ""
    what = f"{one_line(finding.code, 40)} {one_line(finding.title, 60)} ({finding.level.value}, {STATUS[finding.status]}{later})"
    yield from _wrapped("  ", what, look)
    yield from _wrapped("    ", one_line(tracked.names.text(finding.message), 400), look)
    if finding.hint:
        yield from _wrapped("    → ", one_line(finding.hint, 400), look)


def _wrapped(start: str, text: str, look: Look) -> Sequence[str]:
    return textwrap.wrap(
        printable(text),
        max(look.width, 40),
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_on_hyphens=False,
        replace_whitespace=False,
    )


def _paint(text: str, tone: str, look: Look) -> str:
    return f"\x1b[{_ANSI[tone]}m{text}\x1b[0m" if look.colors and text.strip() else text
