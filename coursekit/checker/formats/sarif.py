"""SARIF 2.1.0, which code scanning on git hosts and editors read: a run a submission.

What is met has no result; the rules of the run say what was looked at. What could not be judged is for review,
and what was waived is there as suppressed, with the reason.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from coursekit import __version__
from coursekit.checker.engine import Check
from coursekit.checker.formats._shared import below, first_place, summary_line, told
from coursekit.checker.rule import all_rules
from coursekit.checker.severity import Severity, by_urgency, severity
from coursekit.model import Finding, Level, Location, Problem
from coursekit.text import clean, one_line, printable

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#: The kind of a result and its level; the standard wants the level "none" wherever the kind is not "fail".
_KINDS = {
    Severity.ERROR: ("fail", "error"),
    Severity.WARNING: ("fail", "warning"),
    Severity.NOTE: ("fail", "note"),
    Severity.SKIPPED: ("review", "none"),
    Severity.WAIVED: ("notApplicable", "none"),
}
_MOST_PLACES = 20


def render(checks: Sequence[Check]) -> str:
    """Return one log for all."""
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(check) for check in checks]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _run(check: Check) -> dict[str, Any]:
    codes = list(dict.fromkeys(finding.code for finding in check.findings))
    rules = {finding.code: _rule(check, finding) for finding in check.findings}
    return {
        "tool": {
            "driver": {
                "name": "coursekit",
                "semanticVersion": __version__,
                "rules": [rules[code] for code in codes],
            }
        },
        "language": check.language,
        "automationDetails": {"id": one_line(f"coursekit/{check.profile}/{check.name}", 300)},
        "invocations": [
            {
                "executionSuccessful": not check.problems,
                "toolExecutionNotifications": [_notification(check, problem) for problem in check.problems],
            }
        ],
        "properties": {"notSelected": check.not_selected},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(check, finding, codes.index(finding.code))
            for finding in by_urgency(check.findings)
            if severity(finding) in _KINDS
        ],
    }


def _rule(check: Check, finding: Finding) -> dict[str, Any]:
    rule = all_rules().get(finding.code)
    level = "error" if finding.level is Level.REQUIRED else "warning"
    descriptor: dict[str, Any] = {
        "id": one_line(finding.code, 100),
        "shortDescription": {"text": one_line(finding.title, 200)},
        "defaultConfiguration": {"level": level},
        "properties": {"milestone": one_line(finding.milestone or "", 100), "level": finding.level.value},
    }
    if rule:
        descriptor["fullDescription"] = {"text": rule.why.in_(check.language)}
        descriptor["help"] = {"text": rule.hint.in_(check.language)}
    return descriptor


def _result(check: Check, finding: Finding, index: int) -> dict[str, Any]:
    weight = severity(finding)
    kind, level = _KINDS[weight]
    locations = [_location(check, one) for one in finding.locations[:_MOST_PLACES]]
    path, _ = first_place(finding)
    result: dict[str, Any] = {
        "ruleId": one_line(finding.code, 100),
        "ruleIndex": index,
        "kind": kind,
        "level": level,
        "message": _message(told(check, finding)),
        # Code scanning shows nothing that has no place.
        "locations": locations or [_location(check, Location(path))],
        "partialFingerprints": {"requirement/v1": _hash(check.name, finding.code)},
        "properties": {"due": finding.due},
    }
    if weight is Severity.WAIVED:
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": summary_line(finding)}
        ]
    return result


def _location(check: Check, location: Location) -> dict[str, Any]:
    # A line within a notebook's cell is not the file's; hosts ask for a line, so it is the first.
    line = location.line if location.cell is None else None
    found: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(below(check, location.path))},
            "region": {"startLine": line or 1},
        }
    }
    if location.cell is not None:
        found["logicalLocations"] = [{"name": f"cell {location.cell}", "kind": "element"}]
    return found


def _notification(check: Check, problem: Problem) -> dict[str, Any]:
    text = f"{problem.message.in_(check.language)}\n→ {problem.hint.in_(check.language)}"
    return {
        "level": "error",
        "message": _message(text),
        "locations": [_location(check, Location(problem.path))],
    }


def _message(text: str) -> dict[str, str]:
    """Return a message; in SARIF a bracket followed by a parenthesis makes a link, and digits in braces a value."""
    text = printable(text, multiline=True).replace("](", "] (")
    return {"text": re.sub(r"\{(?=\d+\})", "{ ", text)}


def _uri(path: str) -> str:
    """Return a path as a relative reference; bytes that are no UTF-8 are kept."""
    try:
        return quote(path, errors="surrogateescape")
    except UnicodeEncodeError:
        return quote(clean(path))


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
