"""For people, one submission after the other: what is met in one line, the rest as findings."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from coursekit.checker.engine import NO_RULE, Check
from coursekit.checker.severity import by_urgency
from coursekit.model import Finding, Level, Location, Status, Text
from coursekit.text import one_line, printable

WIDTH = 100

_WORDS = {
    "required": Text("required", "verlangt"),
    "advised": Text("advised", "empfohlen"),
    "not due": Text("not due yet", "noch nicht fällig"),
    "cell": Text("cell", "Zelle"),
    "cells": Text("cells", "Zellen"),
    "line": Text("line", "Zeile"),
    "met": Text("met", "erfüllt"),
    "not judged": Text("not judged", "nicht beurteilt"),
    "waived": Text("waived", "erlassen"),
    "unread": Text("could not be read as it should", "nicht lesbar, wie es sein sollte"),
    "fine": Text("Everything that was judged is met.", "Alles, was beurteilt wurde, ist erfüllt."),
    "summary": Text(
        "{met} met, {not_met} not met ({required} of them required and due), {waived} waived; "
        "judged {judged} of {all} requirements",
        "{met} erfüllt, {not_met} nicht erfüllt ({required} davon verlangt und fällig), {waived} erlassen; "
        "beurteilt {judged} von {all} Anforderungen",
    ),
    "unselected": Text("not selected: {n}", "nicht ausgewählt: {n}"),
    "unruled": Text(
        "{n} have no rule yet; look at them yourself: {codes}",
        "{n} haben noch keine Regel; bitte selbst ansehen: {codes}",
    ),
}


def render(checks: Sequence[Check]) -> str:
    """Return the findings as text of at most 100 columns."""
    return "\n".join("\n".join(_lines(check)) + "\n" for check in checks)


def _lines(check: Check) -> Iterator[str]:
    language = check.language

    def word(key: str, **values: object) -> str:
        return _WORDS[key].format(**values).in_(language)

    yield f"{one_line(check.name, 70)} · {one_line(check.profile, 40)}"
    met = [finding.code for finding in check.findings if finding.status is Status.MET]
    if met:
        yield from _wrapped(f"✓ {word('met')}: ", " ".join(met))
    unruled = [f.code for f in check.findings if f.message == NO_RULE.in_(language)]
    for finding in by_urgency(check.findings):
        if finding.status is not Status.MET and finding.code not in unruled:
            yield ""
            yield from _finding(finding, language)
    for problem in check.problems:
        yield ""
        yield f"! {one_line(problem.path, 70)}: {word('unread')}"
        yield from _wrapped("    ", problem.message.in_(language))
        yield from _wrapped("    → ", problem.hint.in_(language))
    yield ""
    yield from _wrapped(
        "",
        word(
            "summary",
            met=len(met),
            not_met=check.count(Status.NOT_MET),
            required=len(check.blocking),
            waived=check.count(Status.WAIVED),
            judged=check.judged,
            all=len(check.findings),
        )
        + (f"; {word('unruled', n=len(unruled), codes=_ranges(unruled))}" if unruled else ""),
    )
    if check.not_selected:
        yield word("unselected", n=check.not_selected)


def _finding(finding: Finding, language: str) -> Iterator[str]:
    mark = {Status.NOT_MET: "✗", Status.NOT_JUDGED: "?", Status.WAIVED: "–"}.get(finding.status, "✓")
    notes = [_WORDS["required" if finding.level is Level.REQUIRED else "advised"].in_(language)]
    if finding.status is Status.NOT_JUDGED:
        notes.append(_WORDS["not judged"].in_(language))
    if finding.status is Status.WAIVED:
        notes.append(_WORDS["waived"].in_(language))
    if not finding.due:
        notes.append(_WORDS["not due"].in_(language))
    yield f"{mark} {one_line(finding.code, 40)} {one_line(finding.title, 60)} ({', '.join(notes)})"
    if finding.locations:
        yield from _wrapped("    ", places(finding.locations, language))
    yield from _wrapped("    ", finding.message)
    if finding.hint:
        yield from _wrapped("    → ", finding.hint)


def places(locations: Sequence[Location], language: str = "en", most: int = 6) -> str:
    """Return all places, each file named once: ``README.md:3, README.md:8; x.ipynb, cells 4, 6``."""
    return "; ".join(places_by_file(locations, language, most))


def places_by_file(locations: Sequence[Location], language: str = "en", most: int = 6) -> list[str]:
    """Return a text for each file, with at most so many places in all."""
    by_path: dict[str, list[Location]] = {}
    for location in locations[:most]:
        by_path.setdefault(location.path, []).append(location)
    texts = []
    for path, group in by_path.items():
        if len(group) > 1 and all(one.cell is not None and one.line is None for one in group):
            cells = ", ".join(str(one.cell) for one in group)
            texts.append(f"{one_line(path, 80)}, {_WORDS['cells'].in_(language)} {cells}")
        else:
            texts.append(", ".join(place(one, language) for one in group))
    if len(locations) > most:
        texts[-1] += ", …"
    return texts


def place(location: Location, language: str = "en") -> str:
    """Return ``README.md:12`` or ``x.ipynb, cell 3, line 2``."""
    path = one_line(location.path, 80)
    if location.cell is None:
        return path if location.line is None else f"{path}:{location.line}"
    text = f"{path}, {_WORDS['cell'].in_(language)} {location.cell}"
    return text if location.line is None else f"{text}, {_WORDS['line'].in_(language)} {location.line}"


def _wrapped(start: str, text: str) -> list[str]:
    return textwrap.wrap(
        printable(text, multiline=True),
        WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _ranges(codes: Sequence[str]) -> str:
    """Return ``LIT201–203, REP801`` for codes in order."""
    groups: list[list[str]] = []
    for code in codes:
        last = groups[-1][-1] if groups else ""
        if (
            last[:3] == code[:3]
            and last[3:].isdigit()
            and code[3:].isdigit()
            and int(code[3:]) == int(last[3:]) + 1
        ):
            groups[-1].append(code)
        else:
            groups.append([code])
    return ", ".join(group[0] if len(group) == 1 else f"{group[0]}–{group[-1][3:]}" for group in groups)
