"""Puts a backup in the place of the course's database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from coursekit.errors import InputError, StoreError
from coursekit.files import temporary_folder
from coursekit.store import schema, sqlite_file
from coursekit.store.backup import ANOTHER, note_backup, verify
from coursekit.store.copying import copy_rows, empty, to_file
from coursekit.store.database import Store, locate, open_store
from coursekit.store.personal import present_columns, read_identity, take_out
from coursekit.store.transaction import Reader, Transaction


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of a restore.

    Attributes
    ----------
    version : str
        Of the backup's schema.
    rows : dict of str to int
        How many there are now, by table.
    kept : Path or None
        The copy of what was there before; None when there was nothing.
    erased : int
        How many students were taken out of it again, because they were erased after it was made.
    """

    version: str
    rows: dict[str, int]
    kept: Path | None
    erased: int


def restore(
    target: str | Path,
    file: Path,
    kept: Path,
    *,
    confirm: Callable[[dict[str, int]], bool] | None = None,
    check: Callable[[Reader], object] | None = None,
) -> Restored | None:
    """Put a backup in the place of the course's database: all of it, or, when anything fails, nothing.

    Parameters
    ----------
    target : str or Path
        What `open_store` takes.
    file : Path
        The backup; it may be older, and is left as it is.
    kept : Path
        Where to put a copy of what is there now.
    confirm : callable, optional
        Gets the rows of the backup by table, and says whether to go on.
    check : callable, optional
        Called in the transaction, before anything is changed; it may raise.

    Returns
    -------
    Restored or None
        None when the answer was no.

    Raises
    ------
    InputError, StoreError
        When the backup is missing, damaged, newer, or no course's; or the present database is a newer one, or
        not the course's. Nothing is changed.
    """
    try:
        version = sqlite_file.look(file)
    except StoreError as error:
        raise StoreError(error.message, ANOTHER) from error
    if version is None:
        raise InputError(f"expected a backup of a course at {file}, found none", ANOTHER)
    with temporary_folder(kept.parent, "restore") as folder:
        copy = folder / "backup.db"
        try:
            sqlite_file.copy_file(file, copy)
            rows = verify(copy)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"expected to read the backup {file}, found: {error}",
                "Make room in the course's folder, or give another backup; nothing was changed.",
            ) from error
        if confirm and not confirm(rows):
            return None
        with open_store(f"sqlite:///{copy.as_posix()}") as source:
            damaged = _damaged(target)
            if damaged is None:
                with open_store(target) as store:
                    return _replace(store, source, file, kept, version, check)
            return _replace_damaged(damaged, source, folder, file, kept, version)


def _replace(
    store: Store,
    source: Store,
    file: Path,
    kept: Path,
    version: str,
    check: Callable[[Reader], object] | None,
) -> Restored:
    with store.transaction("db restore") as tx:
        if check:
            check(tx)
        connection = tx._connection
        copied = None
        if store.found is not None:
            copied = kept
            # Nobody else writes now, so the copy is all that is replaced.
            if store.path is not None:
                sqlite_file.copy_file(store.path, kept)
            else:
                to_file(connection, schema.HEAD, kept)
        erased = _erase_again(connection, source, tx.now)
        noted, stones = ([*tx.all(sa.select(table))] for table in (schema.backups, schema.tombstones))
        empty(connection)
        with source.read() as view:
            rows = copy_rows(view._connection, connection)
        known = {(row.host, row.path) for row in tx.all(sa.select(schema.backups))}
        for row in noted:
            if (row.host, row.path) not in known:
                tx.insert(schema.backups, made_at=row.made_at, host=row.host, path=row.path)
        tx.execute(schema.tombstones.delete().where(schema.tombstones.c.student_id.in_(erased)))
        tx.insert_many(schema.tombstones, [_values(row) for row in stones if row.student_id in erased])
        _settle(tx, file, copied)
    return Restored(version, rows, copied, len(erased))


def _values(row: sa.Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name != "id"}


def _settle(tx: Transaction, file: Path, kept: Path | None) -> None:
    """Note where backups lie that hold the same people, and that nothing is running any more."""
    note_backup(tx, file)
    idle = {"owner": None, "owner_host": None, "owner_pid": None, "beat_at": None}
    tx.execute(schema.jobs.update().values(**idle))
    if kept is not None:
        tx.audit("restore", "backups", note_backup(tx, kept))


def _erase_again(connection: sa.Connection, source: Store, at: datetime) -> set[int]:
    """Take out of a backup who was erased from the course after it was made, and give their ids."""
    columns = schema.students.c
    gone = connection.execute(
        sa.select(columns.id, columns.added_at).where(columns.erased_at.is_not(None))
    ).all()
    found = set()
    with source.transaction("privacy erase") as tx:
        for row in gone:
            # The same number alone may be another course's student.
            same = sa.and_(columns.id == row.id, columns.added_at == row.added_at)
            if tx.first(sa.select(columns.id).where(same, columns.erased_at.is_(None))) is not None:
                present = present_columns(tx._connection)
                take_out(tx._connection, present, read_identity(tx._connection, present, row.id), at)
                found.add(row.id)
    return found


def _damaged(target: str | Path) -> Path | None:
    """Give the course's file when it is a damaged database; one of another program or version raises."""
    path = locate(target)
    if not isinstance(path, Path):
        return None
    try:
        sqlite_file.look(path)
    except sqlite_file.DamagedError:
        return path
    return path if path.exists() and _unsound(path) else None


def _unsound(path: Path) -> bool:
    try:
        return bool(sqlite_file.problems(path, 1))
    except sqlite3.OperationalError:
        return False


def _replace_damaged(
    path: Path, source: Store, folder: Path, file: Path, kept: Path, version: str
) -> Restored:
    """Keep the damaged file as it is, and put a new one in its place."""
    fresh = folder / "new.db"
    log = path.with_name(f"{path.name}-wal")
    with open_store(f"sqlite:///{fresh.as_posix()}") as store, store.transaction("db restore") as tx:
        with source.read() as view:
            rows = copy_rows(view._connection, tx._connection)
        _settle(tx, file, kept)
    for name in (path, log):
        if name.exists():
            partial = folder / name.name
            partial.write_bytes(name.read_bytes())
            sqlite_file.settle(partial, kept.with_name(kept.name + name.name.removeprefix(path.name)))
    # A log that is left would be taken for the new file's. Without it the old one is as damaged as before.
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    with closing(sqlite3.connect(fresh)) as ready:
        ready.execute("PRAGMA journal_mode = DELETE")
    sqlite_file.settle(fresh, path)
    return Restored(version, rows, kept, 0)
