"""What checks found, over time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from coursekit.errors import InputError
from coursekit.model import Finding, Level, Location, Status
from coursekit.store.records import CheckRun, NewCheckRun
from coursekit.store.schema import check_runs, findings, repositories
from coursekit.store.transaction import Reader, Transaction
from coursekit.text import clean

# SQLite takes a limited number of values in one statement (999 in its older versions).
_AT_ONCE = 500


def record_check(tx: Transaction, run: NewCheckRun) -> CheckRun:
    """Keep a check and all its findings.

    It is no manual change and leaves no row in the audit: the run itself says when and what.

    Raises
    ------
    InputError
        When the repository is not in the store.
    ValueError
        When two findings have the same code: a mistake in the profile or a plugin.
    """
    codes = [finding.code for finding in run.findings]
    if len(set(codes)) != len(codes):
        twice = sorted({code for code in codes if codes.count(code) > 1})
        raise ValueError(f"expected one finding a requirement, found several of {', '.join(twice)}")
    owner = tx.first(sa.select(repositories.c.group_id).where(repositories.c.id == run.repository_id))
    if owner is None:
        raise InputError(
            f"expected a repository of the course, found no number {run.repository_id}",
            "Register the group's repository first.",
        )
    run_id = tx.insert(
        check_runs,
        repository_id=run.repository_id,
        commit_hash=run.commit,
        profile=run.profile,
        version=run.version,
        checked_at=tx.now,
    )
    rows = [
        {
            "run_id": run_id,
            "code": finding.code,
            "position": position,
            "title": finding.title,
            "status": finding.status.value,
            "level": finding.level.value,
            "milestone": finding.milestone,
            "due": finding.due,
            "message": finding.message,
            "hint": finding.hint,
            "locations": json.dumps([{**asdict(at), "path": clean(at.path)} for at in finding.locations]),
        }
        for position, finding in enumerate(run.findings)
    ]
    tx.insert_many(findings, rows)
    return CheckRun(
        id=run_id,
        repository_id=run.repository_id,
        group_id=owner.group_id,
        profile=run.profile,
        version=run.version,
        findings=run.findings,
        commit=run.commit,
        checked_at=tx.now,
    )


def newest_checks(view: Reader) -> list[CheckRun]:
    """Give each group's newest check of its present repository, by group.

    Groups that were never checked are missing.
    """
    newest = sa.select(sa.func.max(check_runs.c.id)).group_by(check_runs.c.repository_id)
    statement = (
        sa.select(check_runs, repositories.c.group_id)
        .join_from(check_runs, repositories)
        .where(check_runs.c.id.in_(newest), repositories.c.replaced_at.is_(None))
        .order_by(repositories.c.group_id)
    )
    return _with_findings(view, view.all(statement))


def list_checks(view: Reader, group_id: int) -> list[CheckRun]:
    """Give all checks of a group, also of repositories that were replaced, the oldest first."""
    statement = (
        sa.select(check_runs, repositories.c.group_id)
        .join_from(check_runs, repositories)
        .where(repositories.c.group_id == group_id)
        .order_by(check_runs.c.id)
    )
    return _with_findings(view, view.all(statement))


def _with_findings(view: Reader, runs: Sequence[sa.Row[tuple[object, ...]]]) -> list[CheckRun]:
    found: dict[int, list[Finding]] = {run.id: [] for run in runs}
    ids = list(found)
    for start in range(0, len(ids), _AT_ONCE):
        statement = (
            sa.select(findings)
            .where(findings.c.run_id.in_(ids[start : start + _AT_ONCE]))
            .order_by(findings.c.run_id, findings.c.position)
        )
        for row in view.all(statement):
            found[row.run_id].append(_to_finding(row))
    return [
        CheckRun(
            id=run.id,
            repository_id=run.repository_id,
            group_id=run.group_id,
            profile=run.profile,
            version=run.version,
            findings=tuple(found[run.id]),
            commit=run.commit_hash,
            checked_at=run.checked_at,
        )
        for run in runs
    ]


def _to_finding(row: sa.Row[tuple[object, ...]]) -> Finding:
    return Finding(
        code=row.code,
        title=row.title,
        status=Status(row.status),
        level=Level(row.level),
        milestone=row.milestone,
        due=row.due,
        message=row.message,
        hint=row.hint,
        locations=tuple(Location(**place) for place in json.loads(row.locations)),
    )
