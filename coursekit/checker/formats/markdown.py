"""For the group, as an issue, a comment or a file on its git host: kind, and what to do first comes first.

Nothing that a group wrote works in it: no markup, link, mention or command (see `foreign_markdown`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from coursekit.checker.engine import Check
from coursekit.checker.formats._shared import typed_parts
from coursekit.checker.formats._words import FOOT, HEADINGS, HOW, UNREAD, WHERE, code_to_explain, opening
from coursekit.checker.formats.text import places_by_file
from coursekit.checker.severity import Severity, by_severity
from coursekit.model import Finding, Problem, Status, Text
from coursekit.text import code_span, foreign_markdown

#: Git hosts refuse a longer text of an issue or a comment (GitHub: 65,536 characters).
LIMIT = 65_536
_ROOM = 600  # for the sentence that names what does not fit
_LONGEST = 1_000  # of one message; the rest would help nobody

_MORE = Text(
    "There is more than fits here: {codes}. The command `coursekit check` shows all of it.",
    "Hier passt nicht alles hin; es fehlen: {codes}. Der Befehl `coursekit check --lang de` zeigt alles.",
)
_TABLE = Text(
    "| Group | Met | Not met | Required and open |",
    "| Gruppe | Erfüllt | Nicht erfüllt | Verlangt und offen |",
)
_NOTHING = Text("nothing", "nichts")


def render(checks: Sequence[Check]) -> str:
    """Return a text for one group, or for several an overview with each group's text below it."""
    if len(checks) == 1:
        return issue(checks[0])
    return "\n".join([_overview(checks), *(issue(check) for check in checks)]) if checks else ""


def issue(check: Check, *, first: str = "", limit: int = LIMIT) -> str:
    """Return a group's findings as the text of an issue or a comment.

    Parameters
    ----------
    check : Check
        The group's findings.
    first : str
        Markdown that comes before all others, such as what changed since last time. What a group wrote
        must have gone through `coursekit.text.foreign_markdown`.
    limit : int
        The most characters; what is least urgent is left out and named by its code.

    Returns
    -------
    str
        Markdown without HTML, ending in a line break.
    """
    language = check.language
    foot = FOOT.format(code=code_to_explain(check)).in_(language)
    parts = [f"## {foreign_markdown(check.name, 200) or '?'}", first.strip(), opening(check)]
    parts = [part for part in parts if part]
    used = sum(len(part) + 2 for part in [*parts, foot])
    left_out: list[str] = []
    for heading, entries in _sections(check):
        shown = f"### {heading.in_(language)}"
        for code, entry in entries:
            text = f"{shown}\n\n{entry}" if shown else entry
            # Room for naming what is left out is kept free.
            if left_out or used + len(text) + 2 > limit - _ROOM:
                left_out.append(code)
                continue
            used += len(text) + 2
            parts.append(text)
            shown = ""
    if left_out:
        parts.append(_MORE.format(codes=_names(left_out)).in_(language))
    return "\n\n".join([*parts, foot]) + "\n"


def _sections(check: Check) -> Iterator[tuple[Text, list[tuple[str, str]]]]:
    """Give each heading with its entries, and the name that an entry is left out by."""
    language = check.language
    groups = by_severity(check.findings)
    for severity in (Severity.ERROR, Severity.WARNING, Severity.NOTE):
        if severity is Severity.WARNING and check.problems:
            # A damaged file is to be mended before the advice: there may be more in it.
            yield UNREAD, [(problem.path, _problem(problem, language)) for problem in check.problems]
        yield HEADINGS[severity], [(f.code, _finding(f, language)) for f in groups[severity]]
    for severity in (Severity.SKIPPED, Severity.WAIVED):
        yield HEADINGS[severity], [(f.code, f"- {_title(f)}: {_said(f.message)}") for f in groups[severity]]
    if met := groups[Severity.MET]:
        titles = ", ".join(foreign_markdown(f.title or f.code, 100) for f in met)
        yield HEADINGS[Severity.MET], [(met[0].code, f"✓ {titles}")]


def _finding(finding: Finding, language: str) -> str:
    lines = [f"- {_title(finding)}: {_said(finding.message)}"]
    if finding.locations:
        where = ", ".join(code_span(text) for text in places_by_file(finding.locations, language))
        lines.append(f"  - {WHERE.in_(language)}: {where}")
    if hint := _ours(finding.hint):
        lines.append(f"  - {HOW.in_(language)}: {hint}")
    return "\n".join(lines)


def _problem(problem: Problem, language: str) -> str:
    lines = [f"- {code_span(problem.path[:200]) or '?'}: {_said(problem.message.in_(language))}"]
    if hint := _ours(problem.hint.in_(language)):
        lines.append(f"  - {hint}")
    return "\n".join(lines)


def _title(finding: Finding) -> str:
    return f"**{foreign_markdown(finding.title, 100) or '?'}** ({foreign_markdown(finding.code, 40)})"


def _said(message: str) -> str:
    return foreign_markdown(message, _LONGEST)


def _ours(hint: str) -> str:
    """Return a hint; what stands in quotes there is to be typed."""
    text = ""
    for part, typed in typed_parts(hint):
        after = code_span(part) if typed else foreign_markdown(part)
        if not typed:
            after = " " * part.startswith(" ") + after + " " * part.endswith(" ")
        text += " " * (text.endswith("`") and after.startswith("`")) + after
    return text


def _names(codes: Sequence[str]) -> str:
    shown: list[str] = []
    for code in codes[:10]:
        # A code of backticks alone gets many around it: what counts is the length of what is shown.
        name = code_span(code[:40])
        if sum(map(len, shown)) + len(name) > _ROOM // 2:
            break
        shown.append(name)
    rest = len(codes) - len(shown)
    return ", ".join(shown) + (f" + {rest}" if rest else "")


def _overview(checks: Sequence[Check]) -> str:
    language = checks[0].language
    lines = [_TABLE.in_(language), "|---|--:|--:|---|"]
    for check in checks:
        codes = ", ".join(code_span(f.code[:40]) for f in check.blocking[:12]) or _NOTHING.in_(language)
        more = f" + {len(check.blocking) - 12}" if len(check.blocking) > 12 else ""
        # In a table a bar ends the cell, in code too.
        name = re.sub(r"(?<!\\)\|", r"\\|", foreign_markdown(check.name, 80))
        lines.append(
            f"| {name} | {check.count(Status.MET)} | {check.count(Status.NOT_MET)} | {codes}{more} |"
        )
    return "\n".join(lines) + "\n"
