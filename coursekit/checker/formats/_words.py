"""The words for groups that the Markdown and the HTML share."""

from __future__ import annotations

import re

from coursekit.checker.engine import Check
from coursekit.checker.severity import Severity, by_urgency
from coursekit.model import Status, Text

HEADINGS = {
    Severity.ERROR: Text("To do first", "Zuerst"),
    Severity.WARNING: Text("What would make it better", "Was es besser macht"),
    Severity.NOTE: Text("For later: not due yet", "Für später: noch nicht fällig"),
    Severity.SKIPPED: Text("What could not be judged", "Was sich nicht beurteilen ließ"),
    Severity.WAIVED: Text("What you were excused from", "Was euch erlassen wurde"),
    Severity.MET: Text("What is already there", "Was schon da ist"),
}
UNREAD = Text("Files that could not be read", "Dateien, die sich nicht lesen ließen")
_SUMMARY = Text("{met} of {all} requirements are met.", "{met} von {all} Anforderungen sind erfüllt.")
_BLOCKING = (
    Text(
        "One that is required is still open; it comes first below.",
        "Eine verlangte ist noch offen; sie steht unten zuerst.",
    ),
    Text(
        "{n} that are required are still open; they come first below.",
        "{n} verlangte sind noch offen; sie stehen unten zuerst.",
    ),
)
_ADVICE = Text(
    "Everything that is required by now is there, well done! The rest below is advice.",
    "Alles, was bis jetzt verlangt ist, ist da, gut gemacht! Was unten steht, ist ein Rat.",
)
_FINE = Text(
    "Everything that was judged is there, well done!", "Alles, was beurteilt wurde, ist da, gut gemacht!"
)
_UNSELECTED = Text("{n} more were not looked at.", "{n} weitere wurden nicht angesehen.")
WHERE = Text("Where", "Wo")
HOW = Text("What to do", "Was zu tun ist")
FOOT = Text(
    "The command `coursekit check` says the same on your computer, and `coursekit rules {code}` explains a requirement.",
    "Der Befehl `coursekit check --lang de` sagt auf eurem Rechner dasselbe, und "
    "`coursekit rules {code} --lang de` erklärt eine Anforderung.",
)


def opening(check: Check) -> str:
    """Say how far the group is, what is still open, and well done where it is."""
    blocking = len(check.blocking)
    more = f" {_UNSELECTED.format(n=check.not_selected).in_(check.language)}" if check.not_selected else ""
    text = _SUMMARY.format(met=check.count(Status.MET), all=len(check.findings)).in_(check.language)
    if blocking:
        return f"{text} {_BLOCKING[blocking > 1].format(n=blocking).in_(check.language)}{more}"
    advice = _ADVICE if check.count(Status.NOT_MET) or check.problems else _FINE
    return f"{text} {advice.in_(check.language)}{more}"


def code_to_explain(check: Check) -> str:
    """Return a code to explain, the most urgent one."""
    codes = (finding.code for finding in by_urgency(check.findings))
    return next((code for code in codes if re.fullmatch(r"\w{1,20}", code)), "DOC101")
