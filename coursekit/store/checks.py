"""What checks found, over time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursekit.errors import InputError
from coursekit.model import Finding, Level, Location, Problem, Status, Text
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
        content=run.content,
        basis=run.basis,
        # Escapes of JSON keep names that are no valid text.
        read_files=json.dumps(run.read) if run.read else None,
        problems=json.dumps([asdict(problem) for problem in run.problems]) if run.problems else None,
        unruled=run.unruled,
        as_of=run.as_of,
        seen_at=run.seen_at,
        beside=run.beside,
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
            "locations": json.dumps(
                [{"path": clean(at.path), "line": at.line, "cell": at.cell} for at in finding.locations]
            ),
        }
        for position, finding in enumerate(run.findings)
    ]
    tx.insert_many(findings, rows)
    known = {field.name: getattr(run, field.name) for field in fields(NewCheckRun)}
    return CheckRun(id=run_id, group_id=owner.group_id, checked_at=tx.now, **known)


def newest_checks(view: Reader, as_of: datetime | None = None) -> list[CheckRun]:
    """Give each group's newest check of its present repository, by group.

    Groups that were never checked are missing.

    Parameters
    ----------
    view : Reader
    as_of : datetime, optional
        The moment whose state was checked, such as a deadline; by default the present state.
    """
    same = check_runs.c.as_of.is_(None) if as_of is None else check_runs.c.as_of == as_of
    newest = sa.select(sa.func.max(check_runs.c.id)).where(same).group_by(check_runs.c.repository_id)
    statement = (
        sa.select(check_runs, repositories.c.group_id)
        .join_from(check_runs, repositories)
        .where(check_runs.c.id.in_(newest), repositories.c.replaced_at.is_(None))
        .order_by(repositories.c.group_id)
    )
    return _with_findings(view, view.all(statement))


def list_checks(view: Reader, group_id: int) -> list[CheckRun]:
    """Give all checks of a group, also of repositories that were replaced, the oldest first.

    Those of the state at an earlier moment are not among them.
    """
    statement = (
        sa.select(check_runs, repositories.c.group_id)
        .join_from(check_runs, repositories)
        .where(repositories.c.group_id == group_id, check_runs.c.as_of.is_(None))
        .order_by(check_runs.c.id)
    )
    return _with_findings(view, view.all(statement))


def newest_check(view: Reader, group_id: int) -> CheckRun | None:
    """Give one group's newest check of its present repository's present state, or None."""
    statement = (
        sa.select(check_runs, repositories.c.group_id)
        .join_from(check_runs, repositories)
        .where(
            repositories.c.group_id == group_id,
            repositories.c.replaced_at.is_(None),
            check_runs.c.as_of.is_(None),
        )
        .order_by(check_runs.c.id.desc())
        .limit(1)
    )
    return next(iter(_with_findings(view, view.all(statement))), None)


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
            content=run.content,
            basis=run.basis,
            read=tuple(json.loads(run.read_files or "[]")),
            problems=tuple(_to_problem(problem) for problem in json.loads(run.problems or "[]")),
            unruled=run.unruled or 0,
            as_of=run.as_of,
            seen_at=run.seen_at,
            beside=run.beside or 0,
        )
        for run in runs
    ]


def _to_problem(stored: dict[str, Any]) -> Problem:
    return Problem(stored["path"], Text(**stored["message"]), Text(**stored["hint"]))


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
