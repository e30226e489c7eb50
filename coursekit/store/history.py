"""Reads the audit; `coursekit.store.transaction.Transaction.audit` writes it."""

from __future__ import annotations

import sqlalchemy as sa

from coursekit.store.records import AuditEntry
from coursekit.store.schema import audit
from coursekit.store.transaction import Reader


def list_audit(view: Reader, *, table: str | None = None, row_id: int | None = None) -> list[AuditEntry]:
    """Give who changed what, the oldest first.

    Parameters
    ----------
    view : Reader
    table : str, optional
        Only changes of this table.
    row_id : int, optional
        Only changes of this row.
    """
    statement = sa.select(audit).order_by(audit.c.id)
    if table is not None:
        statement = statement.where(audit.c.table_name == table)
    if row_id is not None:
        statement = statement.where(audit.c.row_id == row_id)
    return [
        AuditEntry(
            id=row.id,
            at=row.at,
            actor=row.actor,
            command=row.command,
            action=row.action,
            table=row.table_name,
            row_id=row.row_id,
            field=row.field,
            old=row.old,
            new=row.new,
            reason=row.reason,
        )
        for row in view.all(statement)
    ]
