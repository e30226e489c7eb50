"""Other deadlines of single groups."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from coursekit.errors import InputError
from coursekit.store.records import Extension
from coursekit.store.schema import extensions, groups
from coursekit.store.transaction import Reader, Transaction


def set_extension(
    tx: Transaction, group_id: int, milestone: str, due_at: datetime, *, before: datetime | None, reason: str
) -> Extension:
    """Give a group another deadline for a milestone, in place of an earlier one.

    Parameters
    ----------
    tx : Transaction
    group_id : int
    milestone : str
        As `course.toml` names it.
    due_at : datetime
    before : datetime or None
        The deadline that counted so far, for the audit.
    reason : str
        For the audit too.

    Raises
    ------
    InputError
        When there is no such group, or no reason.
    """
    if not tx.first(sa.select(groups.c.id).where(groups.c.id == group_id)):
        raise InputError(f"expected a group of the course, found no number {group_id}", "List the groups.")
    reason = _reason(reason)
    present = present_extension(tx, group_id, milestone)
    if present is not None:
        if present.due_at == due_at:
            return present
        tx.execute(extensions.update().where(extensions.c.id == present.id).values(withdrawn_at=tx.now))
    row_id = tx.insert(
        extensions, group_id=group_id, milestone=milestone, due_at=due_at, reason=reason, set_at=tx.now
    )
    tx.audit("add", "extensions", row_id, "due_at", before, due_at, reason)
    found = tx.first(sa.select(extensions).where(extensions.c.id == row_id))
    assert found is not None
    return _to_extension(found)


def withdraw_extension(
    tx: Transaction, extension: Extension, *, now_due: datetime | None, reason: str
) -> None:
    """Let the course's own deadline count again, which is `now_due`."""
    reason = _reason(reason)
    tx.execute(extensions.update().where(extensions.c.id == extension.id).values(withdrawn_at=tx.now))
    tx.audit("remove", "extensions", extension.id, "due_at", extension.due_at, now_due, reason)


def list_extensions(view: Reader, *, history: bool = False) -> list[Extension]:
    """Give the deadlines that single groups have, in the order in which they were set.

    Parameters
    ----------
    view : Reader
    history : bool, optional
        Also those that were withdrawn, or replaced by another.
    """
    statement = sa.select(extensions).order_by(extensions.c.id)
    if not history:
        statement = statement.where(extensions.c.withdrawn_at.is_(None))
    return [_to_extension(row) for row in view.all(statement)]


def present_extension(view: Reader, group_id: int, milestone: str) -> Extension | None:
    """Give the extension that counts, or None."""
    statement = sa.select(extensions).where(
        extensions.c.group_id == group_id,
        extensions.c.milestone == milestone,
        extensions.c.withdrawn_at.is_(None),
    )
    row = view.first(statement.order_by(extensions.c.id.desc()))
    return None if row is None else _to_extension(row)


def _reason(reason: str) -> str:
    if not reason.strip():
        raise InputError("expected a reason for another deadline, found none", 'Give  --reason "why" .')
    return reason.strip()


def _to_extension(row: sa.Row[tuple[object, ...]]) -> Extension:
    return Extension(
        id=row.id,
        group_id=row.group_id,
        milestone=row.milestone,
        due_at=row.due_at,
        reason=row.reason,
        set_at=row.set_at,
        withdrawn_at=row.withdrawn_at,
    )
