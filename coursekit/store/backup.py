"""Backups: a SQLite file each, whatever kind of database the course has, so that one is restored into the other too.

Where they were put is kept in the table ``backups``, so that who is erased from the course is erased from them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from coursekit.errors import StoreError
from coursekit.files import temporary_folder
from coursekit.processes import machine
from coursekit.store import schema, sqlite_file
from coursekit.store.copying import count_rows, to_file
from coursekit.store.database import Store, sqlite_engine
from coursekit.store.transaction import Reader, Transaction

ANOTHER = "Give another backup; nothing was changed."


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that the tool made, as it was noted.

    Attributes
    ----------
    here : bool
        Whether it was made on this machine, so that its path means something.
    """

    path: Path
    made_at: datetime
    here: bool


def write_backup(store: Store, target: Path, *, note: bool = True) -> dict[str, int]:
    """Copy the course's database to a file, as one consistent state, also while others write.

    Parameters
    ----------
    store : Store
    target : Path
        What is there is replaced once the copy has been looked over.
    note : bool, optional
        Whether to note where it lies; not for a database of an older version, which cannot hold that.

    Returns
    -------
    dict of str to int
        The rows of each table in the backup.

    Raises
    ------
    StoreError
        When it cannot be written, or the copy is not sound; what was at `target` is still there.
    """
    try:
        with temporary_folder(target.parent, target.name) as folder:
            partial = folder / "backup.db"
            _copy(store, partial)
            rows = verify(partial)
            if note:
                # Before the file gets its name: a backup that is noted and missing does no harm.
                with store.transaction("db backup") as tx:
                    note_backup(tx, target)
            sqlite_file.settle(partial, target)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"expected to write a backup to {target}, found: {getattr(error, 'strerror', None) or error}",
            "Free some space, permit writing there, or give another file; nothing was changed.",
        ) from error
    return rows


def _copy(store: Store, partial: Path) -> None:
    if store.path is not None:
        sqlite_file.copy_file(store.path, partial)
    else:
        with store.read() as view:
            to_file(view._connection, store.found or schema.HEAD, partial)


def verify(path: Path) -> dict[str, int]:
    """Open a SQLite database of a course, read every page, and count its rows.

    Raises
    ------
    StoreError
        When it is not sound, or not a course's.
    """
    if sqlite_file.look(path) is None:
        raise StoreError(f"expected a course's database in {path}, found an empty file", ANOTHER)
    wrong = sqlite_file.problems(path)
    if wrong:
        raise StoreError(f"expected a sound database in {path}, found a damaged one: {wrong[0]}", ANOTHER)
    engine = sqlite_engine(path)
    try:
        with engine.connect() as connection:
            return count_rows(connection)
    finally:
        engine.dispose()


def note_backup(tx: Transaction, path: Path) -> int:
    """Note where a backup lies."""
    path = path.resolve()
    tx.execute(
        schema.backups.delete().where(schema.backups.c.path == str(path), schema.backups.c.host == _machine())
    )
    return tx.insert(schema.backups, made_at=tx.now, host=_machine(), path=str(path))


def list_backups(view: Reader) -> list[Backup]:
    """Give the backups that were noted, the oldest first."""
    rows = view.all(sa.select(schema.backups).order_by(schema.backups.c.id))
    return [Backup(Path(row.path), row.made_at, row.host == _machine()) for row in rows]


def _machine() -> str:
    # Without the number of the container, whose folders are usually the machine's.
    return machine().partition(" ")[0]


def made_by_us(path: Path) -> Iterator[Path]:
    """Give the copies that lie beside a database by their names."""
    for pattern in (f"{path.stem}-backup-*{path.suffix}", f"{path.stem}-before-*{path.suffix}"):
        yield from sorted(path.parent.glob(pattern))


def stamp() -> str:
    """Give a moment for a file's name."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
