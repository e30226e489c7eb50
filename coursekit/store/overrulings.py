"""What instructors decided about single findings, whatever checks find."""

from __future__ import annotations

import sqlalchemy as sa

from coursekit.errors import InputError
from coursekit.store.records import NewOverruling, Overruling
from coursekit.store.schema import groups, overrulings
from coursekit.store.transaction import Reader, Transaction


def add_overruling(tx: Transaction, new: NewOverruling, *, reason: str | None = None) -> Overruling:
    """Record a decision; one about the same requirement that was there before is withdrawn.

    Parameters
    ----------
    tx : Transaction
    new : NewOverruling
    reason : str, optional
        For the audit; the decision's own by default.

    Raises
    ------
    InputError
        When there is no such group.
    """
    if not tx.first(sa.select(groups.c.id).where(groups.c.id == new.group_id)):
        raise InputError(
            f"expected a group of the course, found no number {new.group_id}", "List the groups."
        )
    before = present_overrulings(tx).get(new.group_id, {}).get(new.code)
    if before is not None:
        _withdraw(tx, before, reason or new.reason)
    row_id = tx.insert(
        overrulings,
        group_id=new.group_id,
        code=new.code,
        status=new.status,
        reason=new.reason,
        set_at=tx.now,
    )
    old = before.status if before else None
    tx.audit("add", "overrulings", row_id, "status", old, new.status, reason or new.reason)
    found = tx.first(sa.select(overrulings).where(overrulings.c.id == row_id))
    assert found is not None
    return _to_overruling(found)


def withdraw_overruling(
    tx: Transaction, group_id: int, code: str, *, reason: str | None = None
) -> Overruling | None:
    """Take a decision back, so that what checks find counts again; None when there is none."""
    before = present_overrulings(tx).get(group_id, {}).get(code)
    if before is not None:
        _withdraw(tx, before, reason)
    return before


def present_overrulings(view: Reader) -> dict[int, dict[str, Overruling]]:
    """Give the decisions that count, by group id and code; groups without any are not in it."""
    found: dict[int, dict[str, Overruling]] = {}
    statement = sa.select(overrulings).where(overrulings.c.withdrawn_at.is_(None)).order_by(overrulings.c.id)
    for row in view.all(statement):
        found.setdefault(row.group_id, {})[row.code] = _to_overruling(row)
    return found


def list_overrulings(view: Reader, *, group_id: int | None = None) -> list[Overruling]:
    """Give all decisions, of one group or of all, also those that were withdrawn, the oldest first."""
    statement = sa.select(overrulings).order_by(overrulings.c.id)
    if group_id is not None:
        statement = statement.where(overrulings.c.group_id == group_id)
    return [_to_overruling(row) for row in view.all(statement)]


def _withdraw(tx: Transaction, before: Overruling, reason: str | None) -> None:
    tx.execute(overrulings.update().where(overrulings.c.id == before.id).values(withdrawn_at=tx.now))
    tx.audit("withdraw", "overrulings", before.id, "withdrawn_at", None, tx.now, reason)


def _to_overruling(row: sa.Row[tuple[object, ...]]) -> Overruling:
    return Overruling(
        id=row.id,
        group_id=row.group_id,
        code=row.code,
        status=row.status,
        reason=row.reason,
        set_at=row.set_at,
        withdrawn_at=row.withdrawn_at,
    )
