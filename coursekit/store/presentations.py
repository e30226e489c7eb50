"""When each group presents."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from coursekit.errors import InputError
from coursekit.store.records import Presentation
from coursekit.store.schema import groups, presentations
from coursekit.store.transaction import Reader, Transaction


def list_presentations(view: Reader, *, withdrawn: bool = False) -> list[Presentation]:
    """Give when the groups present, the earliest first.

    Parameters
    ----------
    view : Reader
    withdrawn : bool, optional
        Also of groups that lost their slot and have no other.
    """
    statement = sa.select(presentations).order_by(presentations.c.starts_at, presentations.c.id)
    if not withdrawn:
        statement = statement.where(presentations.c.withdrawn_at.is_(None))
    return [_to_presentation(row) for row in view.all(statement)]


def set_presentations(
    tx: Transaction, slots: Mapping[int, tuple[datetime, datetime] | None], *, reason: str | None = None
) -> int:
    """Give groups their slots, and return for how many that changed something.

    Parameters
    ----------
    tx : Transaction
    slots : mapping
        Start and end by group id, or None for a group that is to have none. Other groups keep theirs.
    reason : str, optional
        For the audit.

    Raises
    ------
    InputError
        When there is no such group.
    """
    known = {row.id for row in tx.all(sa.select(groups.c.id))}
    present = {one.group_id: one for one in list_presentations(tx, withdrawn=True)}
    changed = 0
    for group_id, slot in slots.items():
        if group_id not in known:
            raise InputError(
                f"expected a group of the course, found no number {group_id}", "List the groups."
            )
        before = present.get(group_id)
        if before is None:
            changed += slot is not None
            if slot is not None:
                _add(tx, group_id, slot, reason)
        else:
            changed += _change(tx, before, slot, reason)
    return changed


def _add(tx: Transaction, group_id: int, slot: tuple[datetime, datetime], reason: str | None) -> None:
    row_id = tx.insert(
        presentations,
        group_id=group_id,
        uid=f"{uuid.uuid4()}@coursekit",
        starts_at=slot[0],
        ends_at=slot[1],
        sequence=0,
        changed_at=tx.now,
    )
    tx.audit("add", "presentations", row_id, "group_id", None, group_id, reason)
    tx.audit("change", "presentations", row_id, "starts_at", None, slot[0], reason)


def _change(
    tx: Transaction, before: Presentation, slot: tuple[datetime, datetime] | None, reason: str | None
) -> bool:
    now: dict[str, datetime | None] = {"withdrawn_at": None if slot else before.withdrawn_at or tx.now}
    if slot:
        now |= {"starts_at": slot[0], "ends_at": slot[1]}
    different = {key: value for key, value in now.items() if getattr(before, key) != value}
    if not different:
        return False
    tx.execute(
        presentations.update()
        .where(presentations.c.id == before.id)
        .values(sequence=before.sequence + 1, changed_at=tx.now, **different)
    )
    for key, value in different.items():
        tx.audit("change", "presentations", before.id, key, getattr(before, key), value, reason)
    return True


def _to_presentation(row: sa.Row[tuple[object, ...]]) -> Presentation:
    return Presentation(
        id=row.id,
        group_id=row.group_id,
        uid=row.uid,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        sequence=row.sequence,
        changed_at=row.changed_at,
        withdrawn_at=row.withdrawn_at,
    )
