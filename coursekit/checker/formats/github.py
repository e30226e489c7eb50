"""Annotations in a workflow on GitHub: a workflow command a line, shown at the file's line.

GitHub shows ten errors and ten warnings of a step; the most urgent come first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from coursekit.checker.engine import Check
from coursekit.checker.formats._shared import below, first_place, told
from coursekit.checker.severity import Severity, by_urgency, severity
from coursekit.text import one_line, printable

_COMMANDS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "notice",
    Severity.SKIPPED: "notice",
    Severity.WAIVED: "notice",
}


def render(checks: Sequence[Check]) -> str:
    """Return a line for each finding that is not met, not judged or waived, and for each file that could not be read."""
    return "".join(f"{line}\n" for check in checks for line in _lines(check))


def _lines(check: Check) -> Iterator[str]:
    for problem in check.problems:
        text = f"{problem.message.in_(check.language)}\n→ {problem.hint.in_(check.language)}"
        yield _command("error", {"file": below(check, problem.path), "title": problem.path}, text)
    for finding in by_urgency(check.findings):
        command = _COMMANDS.get(severity(finding))
        if command is None:
            continue
        path, line = first_place(finding)
        properties = {"file": below(check, path), "title": f"{finding.code} {finding.title}"}
        if line is not None:
            properties["line"] = str(line)
        yield _command(command, properties, told(check, finding))


def _command(name: str, properties: Mapping[str, str], message: str) -> str:
    pairs = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {pairs}::{_data(printable(message, multiline=True))}"


def _data(text: str) -> str:
    """Escape a message as the runner reads it; without it, a line break would begin a command of the group's."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(one_line(text, 300)).replace(":", "%3A").replace(",", "%2C")
