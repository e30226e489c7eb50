"""What the formats share: where a finding lies, its text on its own, and what is to be typed in a hint."""

from __future__ import annotations

import re
from pathlib import PurePath

from coursekit.checker.engine import Check
from coursekit.checker.formats.text import places
from coursekit.checker.severity import Severity, severity
from coursekit.model import Finding, Location, Text
from coursekit.text import one_line, printable

#: Where something is shown that has no place of its own: every repository is asked for this file.
_README = Location("README.md")
_ADVISED = Text("advised", "empfohlen")
_NOT_DUE = Text("not due yet", "noch nicht fällig")
_NOT_JUDGED = Text("not judged", "nicht beurteilt")
_WAIVED = Text("waived", "erlassen")


def first_place(finding: Finding) -> tuple[str, int | None]:
    """Return the file to show a finding in, and the line in it; a line within a notebook's cell is none of the file."""
    location = finding.locations[0] if finding.locations else _README
    return location.path or _README.path, location.line if location.cell is None else None


def below(check: Check, path: str) -> str:
    """Return a file's path as seen from where the command was given, if that is above the submission."""
    folder = PurePath(check.path)
    if folder.is_absolute() or ".." in folder.parts or not folder.parts:
        return path
    return f"{folder.as_posix()}/{path}"


def state(check: Check, finding: Finding) -> str:
    """Say why a finding that is not met does not count as a failure."""
    word = {Severity.SKIPPED: _NOT_JUDGED, Severity.WAIVED: _WAIVED, Severity.NOTE: _NOT_DUE}
    return word.get(severity(finding), _ADVISED).in_(check.language)


def typed_parts(hint: str) -> list[tuple[str, bool]]:
    """Return a hint on one line in parts; what stands in quotes is to be typed, and comes without them."""
    parts = re.split(r"(?<!\w)'([^']+)'(?!\w)", one_line(hint))
    return [(part, number % 2 == 1) for number, part in enumerate(parts) if part]


def summary_line(finding: Finding) -> str:
    """Return what was found, on one line."""
    return one_line(finding.message, 1_000) or one_line(finding.title, 200)


def told(check: Check, finding: Finding) -> str:
    """Return what was found, where, and how to meet it, a line each."""
    lines = [one_line(finding.message, 1_000)]
    if finding.locations:
        lines.append(places(finding.locations, check.language))
    if finding.hint:
        lines.append("→ " + one_line(finding.hint, 1_000))
    return printable("\n".join(line for line in lines if line), multiline=True)
