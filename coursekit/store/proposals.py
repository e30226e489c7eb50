"""What instructors decided about the groups' proposals."""

from __future__ import annotations

import sqlalchemy as sa

from coursekit.errors import InputError
from coursekit.store.records import NewProposalDecision, ProposalDecision
from coursekit.store.schema import groups, proposal_decisions
from coursekit.store.transaction import Reader, Transaction


def add_decision(tx: Transaction, decision: NewProposalDecision) -> ProposalDecision:
    """Record a decision; earlier ones stay as the history.

    Raises
    ------
    InputError
        When there is no such group.
    """
    if not tx.first(sa.select(groups.c.id).where(groups.c.id == decision.group_id)):
        raise InputError(
            f"expected a group of the course, found no number {decision.group_id}", "List the groups."
        )
    before = latest_decisions(tx).get(decision.group_id)
    row_id = tx.insert(
        proposal_decisions,
        group_id=decision.group_id,
        decision=decision.decision,
        comment=decision.comment,
        fingerprint=decision.fingerprint,
        decided_at=tx.now,
    )
    old = before.decision if before else None
    tx.audit("add", "proposal_decisions", row_id, "decision", old, decision.decision)
    found = tx.first(sa.select(proposal_decisions).where(proposal_decisions.c.id == row_id))
    assert found is not None
    return _to_decision(found)


def latest_decisions(view: Reader) -> dict[int, ProposalDecision]:
    """Give the decision that counts, by group id; groups without one are not in it."""
    return {decision.group_id: decision for decision in list_decisions(view)}


def list_decisions(view: Reader, *, group_id: int | None = None) -> list[ProposalDecision]:
    """Give all decisions, of one group or of all, the oldest first."""
    statement = sa.select(proposal_decisions).order_by(proposal_decisions.c.id)
    if group_id is not None:
        statement = statement.where(proposal_decisions.c.group_id == group_id)
    return [_to_decision(row) for row in view.all(statement)]


def _to_decision(row: sa.Row[tuple[object, ...]]) -> ProposalDecision:
    return ProposalDecision(
        id=row.id,
        group_id=row.group_id,
        decision=row.decision,
        comment=row.comment,
        fingerprint=row.fingerprint,
        decided_at=row.decided_at,
    )
