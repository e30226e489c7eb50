"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session", autouse=True)
def quick_stores() -> Iterator[None]:
    """Give a new SQLite database the tables that the steps made the first time, and do not wait for the disk.

    The steps take ten times as long. The tests of the store take them, and wait, themselves.
    """
    import sqlalchemy as sa

    from coursekit.store import database, migrate, schema

    upgrade, set_up, head, folder = migrate.upgrade, database._set_up_sqlite, schema.HEAD, migrate.MIGRATIONS
    made: list[str] = []

    def quickly(connection: sa.Connection, *version: str) -> None:
        tables = (
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY rowid"
        )
        is_new = connection.dialect.name == "sqlite" and not connection.exec_driver_sql(tables).first()
        if version or not is_new or (head, folder) != (schema.HEAD, migrate.MIGRATIONS):
            upgrade(connection, *version)
        elif made:
            for statement in made:
                connection.exec_driver_sql(statement)
        else:
            upgrade(connection)
            made.extend(row.sql for row in connection.exec_driver_sql(tables))
            made.append(f"INSERT INTO {migrate.VERSION_TABLE} VALUES ('{head}')")

    def without_waiting(connection: Any, record: object) -> None:
        set_up(connection, record)
        connection.execute("PRAGMA synchronous = OFF")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate, "upgrade", quickly)
        patch.setattr(database, "_set_up_sqlite", without_waiting)
        yield
