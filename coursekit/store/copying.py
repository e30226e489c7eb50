"""Copies all rows from one database to another, also from one kind to the other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from coursekit.store import migrate, schema
from coursekit.store.database import BUSY_SECONDS, Store, sqlite_engine

_CHUNK = 1000


def to_file(connection: sa.Connection, version: str, path: Path) -> None:
    """Write all rows into a new SQLite file of the same schema, as one consistent state.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction that sees one state.
    version : str
        Of its schema, which may be an older one.
    path : Path
        Of the new file.
    """
    engine = sqlite_engine(path)
    try:
        with engine.connect().execution_options(writing=True) as copy, copy.begin():
            migrate.upgrade(copy, version)
            copy_rows(connection, copy)
    finally:
        engine.dispose()


def copy_rows(source: sa.Connection, target: sa.Connection) -> dict[str, int]:
    """Add the rows of one database to another one of the same version, and give how many by table.

    Ids stay, and those that were given once are not given again.
    """
    there, here = _reflected(source), _reflected(target)
    zoned = target.dialect.name != "sqlite"
    rows = {}
    for table in schema.metadata.sorted_tables:
        name = table.name
        if name not in there:
            continue
        count = 0
        for chunk in _chunks(source, there[name]):
            target.execute(here[name].insert(), [_converted(row, zoned) for row in chunk])
            count += len(chunk)
        rows[name] = count
        if "id" in table.c:
            raise_counter(target, name, counter(source, name))
    return rows


def empty(target: sa.Connection) -> None:
    """Remove every row; the counters of ids stay."""
    for table in reversed(schema.metadata.sorted_tables):
        target.execute(table.delete())


def counter(connection: sa.Connection, table: str) -> int:
    """Give the last id that was given in a table."""
    if connection.dialect.name == "sqlite":
        statement = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name").bindparams(name=table)
        return int(connection.scalar(statement) or 0)
    sequence = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(table, "id")))
    last = sa.text("SELECT last_value FROM pg_sequences WHERE schemaname || '.' || sequencename = :name")
    return int(connection.scalar(last.bindparams(name=sequence)) or 0)


def raise_counter(connection: sa.Connection, table: str, last: int) -> None:
    """See to it that the next id in a table is above one that was given before."""
    last = max(last, counter(connection, table))
    if not last:
        return
    if connection.dialect.name == "sqlite":
        for statement in (
            "DELETE FROM sqlite_sequence WHERE name = :name",
            "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)",
        ):
            connection.execute(sa.text(statement), {"name": table, "last": last})
    else:
        sequence = sa.func.pg_get_serial_sequence(table, "id")
        connection.execute(sa.select(sa.func.setval(sequence, last, sa.true())))


def count_rows(connection: sa.Connection) -> dict[str, int]:
    """Give how many rows each of our tables has that there is."""
    there = set(sa.inspect(connection).get_table_names())
    return {
        name: int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)
        for name, table in schema.metadata.tables.items()
        if name in there
    }


def scrub(store: Store) -> bool:
    """Leave no bytes of what was removed or replaced in the database's files.

    Returns
    -------
    bool
        Whether that was possible now; another command that reads may keep the write-ahead log.
    """
    if store.path is None:
        with store._engine.connect() as connection:
            raw = connection.execution_options(isolation_level="AUTOCOMMIT")
            for name in count_rows(raw):
                raw.exec_driver_sql(f'VACUUM (FULL) "{name}"')
        return True
    # Past SQLAlchemy, which begins transactions, in which neither can run.
    try:
        with closing(sqlite3.connect(store.path, timeout=BUSY_SECONDS, isolation_level=None)) as raw_file:
            raw_file.execute("VACUUM")
            busy, *_ = raw_file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    return not busy


def _reflected(connection: sa.Connection) -> Mapping[str, sa.Table]:
    found = sa.MetaData()
    there = set(sa.inspect(connection).get_table_names())
    found.reflect(connection, only=[name for name in schema.metadata.tables if name in there])
    # In the order in which rows can refer to others.
    return {table.name: table for table in found.sorted_tables}


def _chunks(connection: sa.Connection, table: sa.Table) -> Iterator[list[dict[str, Any]]]:
    statement = sa.select(table).order_by(*table.primary_key)
    result = connection.execute(statement, execution_options={"yield_per": _CHUNK})
    for chunk in result.partitions():
        yield [dict(row._mapping) for row in chunk]


def _converted(row: dict[str, Any], zoned: bool) -> dict[str, Any]:
    """Give moments as the other kind of database has them: with a time zone, or in UTC without one."""
    return {
        name: _moment(value, zoned) if isinstance(value, datetime) else value for name, value in row.items()
    }


def _moment(value: datetime, zoned: bool) -> datetime:
    value = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return value if zoned else value.replace(tzinfo=None)
