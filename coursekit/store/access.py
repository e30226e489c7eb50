"""Whom the tool gave access to a repository on the git host, and from whom it took it again.

Only what stands here may be taken away: teachers and helpers who were added by hand never do.
"""

from __future__ import annotations

import sqlalchemy as sa

from coursekit.store.people import comparable
from coursekit.store.records import Access
from coursekit.store.schema import access
from coursekit.store.transaction import Reader, Transaction


def list_access(view: Reader, *, history: bool = False) -> list[Access]:
    """Give who has access through the tool.

    Parameters
    ----------
    view : Reader
    history : bool, optional
        Also what was taken away.
    """
    statement = sa.select(access).order_by(access.c.id)
    if not history:
        statement = statement.where(access.c.revoked_at.is_(None))
    return [_to_access(row) for row in view.all(statement)]


def note_access(tx: Transaction, repository_id: int, student_id: int, account: str) -> Access:
    """Note that a student's account has access now; the same again changes nothing."""
    for present in _open(tx, repository_id, student_id):
        if comparable(present.account) == comparable(account):
            return present
    row_id = tx.insert(
        access, repository_id=repository_id, student_id=student_id, account=account, granted_at=tx.now
    )
    tx.audit("add", "access", row_id, "student_id", None, student_id)
    return _open(tx, repository_id, student_id)[-1]


def end_access(tx: Transaction, repository_id: int, student_id: int, *, keep: str | None = None) -> int:
    """Note that a student's accounts no longer have access.

    Parameters
    ----------
    tx : Transaction
    repository_id, student_id : int
    keep : str, optional
        The account that still has it.

    Returns
    -------
    int
        How many had it until now.
    """
    ended = 0
    for present in _open(tx, repository_id, student_id):
        if keep is not None and comparable(present.account) == comparable(keep):
            continue
        tx.execute(access.update().where(access.c.id == present.id).values(revoked_at=tx.now))
        tx.audit("change", "access", present.id, "revoked_at", None, tx.now)
        ended += 1
    return ended


def _open(view: Reader, repository_id: int, student_id: int) -> list[Access]:
    statement = (
        sa.select(access)
        .where(
            access.c.repository_id == repository_id,
            access.c.student_id == student_id,
            access.c.revoked_at.is_(None),
        )
        .order_by(access.c.id)
    )
    return [_to_access(row) for row in view.all(statement)]


def _to_access(row: sa.Row[tuple[object, ...]]) -> Access:
    return Access(
        id=row.id,
        repository_id=row.repository_id,
        student_id=row.student_id,
        account=row.account,
        granted_at=row.granted_at,
        revoked_at=row.revoked_at,
    )
