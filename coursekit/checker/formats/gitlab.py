"""GitLab's code quality report: what a merge request shows, as JSON."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from coursekit.checker.engine import Check
from coursekit.checker.formats._shared import below, first_place, summary_line
from coursekit.checker.severity import Severity, by_urgency, severity
from coursekit.text import one_line

_SEVERITIES = {
    Severity.ERROR: "blocker",
    Severity.WARNING: "minor",
    Severity.NOTE: "info",
    Severity.SKIPPED: "info",
    Severity.WAIVED: "info",
}


def render(checks: Sequence[Check]) -> str:
    """Return a list with an entry for each finding that is not met, not judged or waived, and each unreadable file."""
    seen: Counter[tuple[str, ...]] = Counter()
    entries = []
    for check in checks:
        for key, entry in _entries(check):
            # Neither lines nor words go into it: a finding stays the same one while its file is edited.
            seen[key] += 1
            whole = "\0".join(("coursekit", *key, str(seen[key])))
            entry["fingerprint"] = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()
            entries.append(entry)
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"


def _entries(check: Check) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    for problem in check.problems:
        text = f"{problem.message.in_(check.language)} {problem.hint.in_(check.language)}"
        yield (
            (check.name, "unreadable", problem.path),
            _entry(check, "unreadable", "major", text, problem.path, None),
        )
    for finding in by_urgency(check.findings):
        level = _SEVERITIES.get(severity(finding))
        if level is not None:
            text = f"{finding.title} – {summary_line(finding)}. {finding.hint}"
            path, line = first_place(finding)
            yield (check.name, finding.code), _entry(check, finding.code, level, text, path, line)


def _entry(check: Check, name: str, level: str, text: str, path: str, line: int | None) -> dict[str, Any]:
    return {
        "description": one_line(text, 1_000) or name,
        "check_name": one_line(name, 100),
        "severity": level,
        "location": {
            "path": re.sub(r"^(\./+)+", "", one_line(below(check, path))),
            "lines": {"begin": line or 1},
        },
    }
