"""The certificates that were given out."""

from __future__ import annotations

import sqlalchemy as sa

from coursekit.errors import InputError
from coursekit.store.records import Certificate, NewCertificate
from coursekit.store.schema import certificates, students
from coursekit.store.transaction import Reader, Transaction


def add_certificate(tx: Transaction, new: NewCertificate, *, reason: str | None = None) -> Certificate:
    """Record a certificate.

    Raises
    ------
    InputError
        When there is no such student, or the code was given before.
    """
    if not tx.first(sa.select(students.c.id).where(students.c.id == new.student_id)):
        raise InputError(
            f"expected a student in the roster, found no number {new.student_id}", "List the students."
        )
    if find_certificate(tx, new.code) is not None:
        raise InputError(
            f"expected a code of its own for each certificate, found {new.code} twice", "Run it again."
        )
    row_id = tx.insert(
        certificates,
        student_id=new.student_id,
        kind=new.kind,
        code=new.code,
        statement=new.statement,
        file=new.file,
        issued_at=tx.now,
    )
    tx.audit("add", "certificates", row_id, "kind", None, new.kind, reason)
    found = tx.first(sa.select(certificates).where(certificates.c.id == row_id))
    assert found is not None
    return _to_certificate(found)


def withdraw_certificate(tx: Transaction, certificate_id: int, *, reason: str | None = None) -> None:
    """Note that a certificate is valid no longer; what it stated stays known."""
    valid = certificates.c.id == certificate_id, certificates.c.withdrawn_at.is_(None)
    if tx.execute(certificates.update().where(*valid).values(withdrawn_at=tx.now)):
        tx.audit("withdraw", "certificates", certificate_id, "withdrawn_at", None, tx.now, reason)


def find_certificate(view: Reader, code: str) -> Certificate | None:
    """Give the certificate of this code, also one that was withdrawn, or None."""
    row = view.first(sa.select(certificates).where(certificates.c.code == code))
    return None if row is None else _to_certificate(row)


def list_certificates(view: Reader, *, student_id: int | None = None) -> list[Certificate]:
    """Give all certificates, of one student or of all, also those that were withdrawn, the oldest first."""
    statement = sa.select(certificates).order_by(certificates.c.id)
    if student_id is not None:
        statement = statement.where(certificates.c.student_id == student_id)
    return [_to_certificate(row) for row in view.all(statement)]


def _to_certificate(row: sa.Row[tuple[object, ...]]) -> Certificate:
    return Certificate(
        id=row.id,
        student_id=row.student_id,
        kind=row.kind,
        code=row.code,
        statement=row.statement,
        file=row.file,
        issued_at=row.issued_at,
        withdrawn_at=row.withdrawn_at,
    )
