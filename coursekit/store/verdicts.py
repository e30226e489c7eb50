"""What instructors decided about the groups' projects."""

from __future__ import annotations

import sqlalchemy as sa

from coursekit.errors import InputError
from coursekit.store.records import NewVerdict, Verdict
from coursekit.store.schema import groups, verdicts
from coursekit.store.transaction import Reader, Transaction


def add_verdict(tx: Transaction, verdict: NewVerdict, *, reason: str | None = None) -> Verdict:
    """Record a verdict; earlier ones stay as the history.

    Parameters
    ----------
    tx : Transaction
    verdict : NewVerdict
    reason : str, optional
        Why an earlier verdict is changed, for the audit.

    Raises
    ------
    InputError
        When there is no such group.
    """
    if not tx.first(sa.select(groups.c.id).where(groups.c.id == verdict.group_id)):
        raise InputError(
            f"expected a group of the course, found no number {verdict.group_id}", "List the groups."
        )
    before = latest_verdicts(tx).get(verdict.group_id)
    row_id = tx.insert(
        verdicts,
        group_id=verdict.group_id,
        decision=verdict.decision,
        comment=verdict.comment,
        commit_hash=verdict.commit,
        accepted=" ".join(verdict.accepted),
        given_at=tx.now,
    )
    tx.audit(
        "add", "verdicts", row_id, "decision", before.decision if before else None, verdict.decision, reason
    )
    found = tx.first(sa.select(verdicts).where(verdicts.c.id == row_id))
    assert found is not None
    return _to_verdict(found)


def latest_verdicts(view: Reader) -> dict[int, Verdict]:
    """Give the verdict that counts, by group id; groups without one are not in it."""
    newest = sa.select(sa.func.max(verdicts.c.id)).group_by(verdicts.c.group_id)
    rows = view.all(sa.select(verdicts).where(verdicts.c.id.in_(newest)))
    return {row.group_id: _to_verdict(row) for row in rows}


def list_verdicts(view: Reader, *, group_id: int | None = None) -> list[Verdict]:
    """Give all verdicts, of one group or of all, the oldest first."""
    statement = sa.select(verdicts).order_by(verdicts.c.id)
    if group_id is not None:
        statement = statement.where(verdicts.c.group_id == group_id)
    return [_to_verdict(row) for row in view.all(statement)]


def _to_verdict(row: sa.Row[tuple[object, ...]]) -> Verdict:
    return Verdict(
        id=row.id,
        group_id=row.group_id,
        decision=row.decision,
        comment=row.comment,
        commit=row.commit_hash,
        accepted=tuple(row.accepted.split()),
        given_at=row.given_at,
    )
