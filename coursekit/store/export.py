"""Gives every table as rows of plain values, for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import sqlalchemy as sa

from coursekit.store import schema
from coursekit.store.transaction import Reader

Value = str | int | float | bool | None
_CHUNK = 1000


def table_names() -> list[str]:
    """Give the names of all tables, those that others refer to first."""
    return [table.name for table in schema.metadata.sorted_tables]


def column_names(table: str) -> list[str]:
    """Give the names of a table's columns."""
    return list(schema.metadata.tables[table].c.keys())


def table_rows(view: Reader, table: str) -> Iterator[list[tuple[Value, ...]]]:
    """Give all rows of a table, some at a time; moments are in UTC, as ISO 8601 writes them."""
    found = schema.metadata.tables[table]
    statement = sa.select(found).order_by(*found.primary_key)
    result = view._connection.execute(statement, execution_options={"yield_per": _CHUNK})
    for chunk in result.partitions():
        yield [tuple(_plain(value) for value in row) for row in chunk]


def _plain(value: object) -> Value:
    if isinstance(value, datetime | date):
        return value.isoformat()
    assert value is None or isinstance(value, str | int | float)
    return value
