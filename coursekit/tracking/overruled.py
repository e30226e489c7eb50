"""Findings as they count: what a check found, and what an instructor decided instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from coursekit.model import Finding, Status, Text
from coursekit.store import Reader
from coursekit.store.overrulings import present_overrulings
from coursekit.store.records import Overruling

_MET = Text("counts as met, by the instructor's decision: {reason}", "gilt als erfüllt, nach Entscheidung der Lehrenden: {reason}")  # fmt: skip
_NOT_MET = Text("counts as not met, by the instructor's decision: {reason}", "gilt als nicht erfüllt, nach Entscheidung der Lehrenden: {reason}")  # fmt: skip


def overrulings_by_group(view: Reader) -> dict[int, dict[str, Overruling]]:
    """Give the decisions that count, by group id and the requirement's code; groups without any are not in it."""
    return present_overrulings(view)


def apply_overrulings(
    findings: Iterable[Finding], overrulings: Mapping[str, Overruling] | None, *, language: str = "en"
) -> tuple[Finding, ...]:
    """Give the findings with the statuses that an instructor decided; their messages say so, and why.

    Parameters
    ----------
    findings : iterable of Finding
    overrulings : mapping of str to Overruling, or None
        One group's, by the requirement's code; see `overrulings_by_group`.
    language : str, optional
        Of the messages.
    """
    known = overrulings or {}
    return tuple(
        _overruled(finding, known[finding.code], language) if finding.code in known else finding
        for finding in findings
    )


def _overruled(finding: Finding, overruling: Overruling, language: str) -> Finding:
    status = Status(overruling.status)
    if finding.status is status:
        return finding
    met = status is Status.MET
    message = (_MET if met else _NOT_MET).in_(language).format(reason=overruling.reason)
    return replace(finding, status=status, message=message, hint="" if met else finding.hint)
