"""One HTML file for people: nothing is loaded, nothing runs; light and dark, on a screen and on paper."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.checker.engine import Check
from coursekit.checker.formats._shared import typed_parts
from coursekit.checker.formats._words import FOOT, HEADINGS, HOW, UNREAD, WHERE, code_to_explain, opening
from coursekit.checker.formats.text import places_by_file
from coursekit.checker.severity import Severity, by_severity
from coursekit.model import Finding, Problem, Status, Text
from coursekit.text import one_line, printable

_HERE = Path(__file__).resolve().parent
_WORDS = {
    "title": Text("What is still missing", "Was noch fehlt"),
    "titles": Text("{n} submissions", "{n} Abgaben"),
    "overview": Text("Overview", "Übersicht"),
    "back": Text("back to the overview", "zurück zur Übersicht"),
    "group": Text("Group", "Gruppe"),
    "met": Text("Met", "Erfüllt"),
    "not_met": Text("Not met", "Nicht erfüllt"),
    "not_judged": Text("Not judged", "Nicht beurteilt"),
    "waived": Text("Waived", "Erlassen"),
    "open": Text("Required and open", "Verlangt und offen"),
    "nothing": Text("nothing", "nichts"),
    "required": Text("required", "verlangt"),
    "advised": Text("advised", "empfohlen"),
    "milestone": Text("milestone", "Meilenstein"),
    "profile": Text("Requirements", "Anforderungen"),
    "problems": Text("unreadable files", "unlesbare Dateien"),
}


@dataclass(frozen=True, slots=True)
class _Section:
    name: str
    heading: str
    findings: Sequence[Finding] = ()
    problems: Sequence[Problem] = ()


def render(checks: Sequence[Check]) -> str:
    """Return the page; for several submissions with an overview that leads to each."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    language = checks[0].language if checks else "en"
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Everything that is shown goes through here: escapes what is hidden, then Jinja what is markup.
        finalize=lambda value: (
            printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
        ),
    )
    environment.filters["line"] = one_line
    environment.filters["places"] = lambda finding: places_by_file(finding.locations, language)
    environment.filters["typed"] = typed_parts
    style = (_HERE / "style.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return (
        environment.get_template("page.html.j2")
        .render(
            checks=checks,
            language=language,
            style=Markup(style),  # noqa: S704 - our own file
            digest=digest,
            words={key: text.in_(language) for key, text in _WORDS.items()},
            heading=(_WORDS["title"] if len(checks) == 1 else _WORDS["titles"].format(n=len(checks))).in_(
                language
            ),
            sections=_sections,
            opening=opening,
            where=WHERE.in_(language),
            how=HOW.in_(language),
            foot=lambda check: _code(FOOT.format(code=code_to_explain(check)).in_(language)),
            level=lambda finding: _WORDS[finding.level.value].in_(language),
            count=lambda check, name: check.count(Status(name)),
        )
        .rstrip()
        + "\n"
    )


def _sections(check: Check) -> Iterable[_Section]:
    for severity, findings in by_severity(check.findings).items():
        if severity is Severity.WARNING and check.problems:
            # A damaged file is to be mended before the advice: there may be more in it.
            yield _Section("unread", UNREAD.in_(check.language), problems=check.problems)
        if findings:
            yield _Section(severity.value, HEADINGS[severity].in_(check.language), findings)


def _code(text: str) -> list[tuple[str, bool]]:
    return [(part, number % 2 == 1) for number, part in enumerate(text.split("`")) if part]
