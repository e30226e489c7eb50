"""How much a finding weighs: the one place from which every format takes its levels and its order."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from coursekit.model import Finding, Level, Status


class Severity(StrEnum):
    """What a finding means to its reader, the most urgent first."""

    ERROR = "error"  # required, due and not met: it bars approval now
    WARNING = "warning"  # advised, due and not met
    NOTE = "note"  # not met, and not due yet
    SKIPPED = "skipped"  # not judged
    WAIVED = "waived"
    MET = "met"


_ORDER = list(Severity)


def severity(finding: Finding) -> Severity:
    """Return what a finding means to its reader."""
    if finding.status is not Status.NOT_MET:
        return {
            Status.MET: Severity.MET,
            Status.WAIVED: Severity.WAIVED,
            Status.NOT_JUDGED: Severity.SKIPPED,
        }[finding.status]
    if not finding.due:
        return Severity.NOTE
    return Severity.ERROR if finding.level is Level.REQUIRED else Severity.WARNING


def by_severity(findings: Iterable[Finding]) -> dict[Severity, list[Finding]]:
    """Return the findings of each severity, the most urgent first, in the profile's order within each."""
    groups: dict[Severity, list[Finding]] = {one: [] for one in _ORDER}
    for finding in findings:
        groups[severity(finding)].append(finding)
    return groups


def by_urgency(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings in the order in which a reader wants them."""
    return [finding for group in by_severity(findings).values() for finding in group]
