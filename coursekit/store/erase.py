"""Takes a student out of the course's database, and out of the backups of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from coursekit.errors import StoreError
from coursekit.files import remove_leftovers, temporary_folder
from coursekit.store import schema, sqlite_file
from coursekit.store.database import sqlite_engine
from coursekit.store.identity import Identity
from coursekit.store.personal import Cell, present_columns, read_identity, take_out
from coursekit.store.tombstones import add_tombstones
from coursekit.store.transaction import Transaction


def erase_student(
    tx: Transaction, student_id: int, identity: Identity, *, reason: str, tombstone: bool = True
) -> list[Cell]:
    """Take a student out of the course's database; the rows stay for the counts and name nobody.

    Parameters
    ----------
    tx : Transaction
    student_id : int
    identity : Identity
        All that the student is called, here and in the backups.
    reason : str
        For the audit; the student's name is taken out of it.
    tombstone : bool, optional
        Whether to keep hashes by which later imports recognize the student; see `coursekit.store.tombstones`.

    Returns
    -------
    list of Cell
        What was changed.
    """
    present = present_columns(tx._connection)
    cells = take_out(tx._connection, present, identity, tx.now)
    if tombstone:
        add_tombstones(
            tx,
            student_id,
            {
                "name": identity.names | identity.nicknames,
                "email": identity.emails,
                "account": identity.accounts,
                "id_number": identity.id_numbers,
                "account_id": identity.account_ids,
            },
        )
    reason = identity.takes_out(reason, near=True)
    tx.audit("erase", "students", student_id, "erased_at", None, tx.now, reason)
    return cells


def identity_in_file(path: Path, student_id: int, added_at: datetime) -> Identity | None:
    """Give what a student is called in a backup, or None where it does not hold the student.

    Raises
    ------
    StoreError
        When the file cannot be read, is damaged, or of a newer version.
    """
    if sqlite_file.look(path) is None:
        return None
    engine = sqlite_engine(path)
    try:
        with engine.connect() as connection:
            present = present_columns(connection)
            if not _is_there(connection, student_id, added_at):
                return None
            return read_identity(connection, present, student_id)
    except sa.exc.DatabaseError as error:
        raise StoreError(
            f"expected to read the backup {path}, found: {error.orig or error}",
            "Permit reading and writing there, or remove the file yourself.",
        ) from error
    finally:
        engine.dispose()


def _is_there(connection: sa.Connection, student_id: int, added_at: datetime) -> bool:
    columns = schema.students.c
    same = sa.and_(columns.id == student_id, columns.added_at == added_at)
    return connection.execute(sa.select(columns.id).where(same)).first() is not None


def erase_from_file(path: Path, student_id: int, added_at: datetime, identity: Identity) -> int:
    """Take a student out of a backup, in one step: killed at any point it is as before, or done.

    Parameters
    ----------
    path : Path
        A SQLite database of this version or an older one, which stays at its version.
    student_id, added_at
        Which student: the same number alone may be one of another course.
    identity : Identity
        What is known of the student elsewhere.

    Returns
    -------
    int
        How many values were taken out; 0 when nothing of the student was in it, and the file is untouched.

    Raises
    ------
    StoreError
        When the file cannot be read or written, is damaged, or of a newer version.
    """
    if sqlite_file.look(path) is None:
        raise StoreError(f"expected a backup at {path}, found none", "Give the file where it lies now.")
    try:
        remove_leftovers(path.parent)
        with temporary_folder(path.parent, path.name) as folder:
            copy = folder / "backup.db"
            sqlite_file.copy_file(path, copy)
            changed = _erase_within(copy, student_id, added_at, identity)
            if changed:
                wrong = sqlite_file.problems(copy)
                if wrong:
                    raise sqlite_file.damaged(path, wrong[0])
                for end in ("-wal", "-shm"):
                    # It would be taken for the new file's.
                    path.with_name(path.name + end).unlink(missing_ok=True)
                sqlite_file.settle(copy, path)
    except (OSError, sqlite3.Error, sa.exc.DatabaseError) as error:
        raise StoreError(
            f"expected to take a student out of the backup {path}, found: {error}",
            "Permit writing there, free some space, or remove the file yourself.",
        ) from error
    return changed


def _erase_within(copy: Path, student_id: int, added_at: datetime, identity: Identity) -> int:
    engine = sqlite_engine(copy)
    try:
        with engine.connect().execution_options(writing=True) as connection, connection.begin():
            if not _is_there(connection, student_id, added_at):
                return 0
            present = present_columns(connection)
            known = identity | read_identity(connection, present, student_id)
            changed = len(take_out(connection, present, known, datetime.now(added_at.tzinfo)))
    finally:
        engine.dispose()
    if changed:
        with closing(sqlite3.connect(copy, isolation_level=None)) as raw:
            raw.execute("VACUUM")
    return changed
