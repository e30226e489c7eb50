"""What students are called elsewhere, as instructors settled it."""

from __future__ import annotations

import sqlalchemy as sa

from coursekit.errors import InputError
from coursekit.store.people import comparable
from coursekit.store.records import Alias, AliasKind
from coursekit.store.schema import aliases, students
from coursekit.store.transaction import Reader, Transaction


def alias_key(name: str, email: str | None = None) -> str:
    """Give what two aliases of the same person share: the e-mail address if there is one, else the name."""
    address = comparable(email or "")
    return f"email {address}" if address else f"name {' '.join(comparable(name).split())}"


def list_aliases(view: Reader, kind: AliasKind) -> dict[str, Alias]:
    """Give all aliases of a kind by their key; see `alias_key`."""
    rows = view.all(sa.select(aliases).where(aliases.c.kind == kind).order_by(aliases.c.id))
    return {row.key: _to_alias(row) for row in rows}


def settle_alias(
    tx: Transaction,
    kind: AliasKind,
    name: str,
    email: str | None,
    student_id: int | None,
    *,
    reason: str | None = None,
) -> Alias:
    """Remember whom a name or an e-mail address stands for; an earlier decision about it is replaced.

    Parameters
    ----------
    tx : Transaction
    kind : {"meeting", "git"}
        Where it is used.
    name : str
    email : str or None
        Goes before the name.
    student_id : int or None
        None for nobody of the course.
    reason : str, optional
        For the audit.

    Raises
    ------
    InputError
        When there is no such student.
    """
    if student_id is not None and not tx.first(sa.select(students.c.id).where(students.c.id == student_id)):
        raise InputError(
            f"expected a student in the roster, found no number {student_id}", "List the students."
        )
    key = alias_key(name, email)
    before = tx.first(sa.select(aliases).where(aliases.c.kind == kind, aliases.c.key == key))
    if before is not None:
        if before.student_id != student_id:
            values = {"student_id": student_id, "settled_at": tx.now}
            tx.execute(aliases.update().where(aliases.c.id == before.id).values(**values))
            tx.audit("change", "aliases", before.id, "student_id", before.student_id, student_id, reason)
        row_id = before.id
    else:
        row_id = tx.insert(
            aliases,
            kind=kind,
            name=name,
            email=(email or "").strip() or None,
            key=key,
            student_id=student_id,
            settled_at=tx.now,
        )
        tx.audit("add", "aliases", row_id, "student_id", None, student_id, reason)
    found = tx.first(sa.select(aliases).where(aliases.c.id == row_id))
    assert found is not None
    return _to_alias(found)


def forget_alias(tx: Transaction, alias: Alias, *, reason: str | None = None) -> None:
    """Forget whom a name or an e-mail address stands for, as if it had never been settled."""
    tx.execute(aliases.delete().where(aliases.c.id == alias.id))
    tx.audit("remove", "aliases", alias.id, "student_id", alias.student_id, None, reason)


def _to_alias(row: sa.Row[tuple[object, ...]]) -> Alias:
    return Alias(
        id=row.id,
        kind=row.kind,
        name=row.name,
        email=row.email,
        key=row.key,
        student_id=row.student_id,
        settled_at=row.settled_at,
    )
