"""What the tables' columns are made of.

Only portable types, so that SQLite and PostgreSQL get the same schema. Ids are never given twice
(AUTOINCREMENT), because the audit keeps the ids of rows that are gone.

A column is audited (its old and new values may stand in the audit) only when the schema says so with
``AUDITED``, and only a closed type may: a number, a moment, a boolean, one of a fixed set of words.
Free text may hold a person's name, which the audit must never keep.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from coursekit.text import clean

AUDITED = {"audited": True}

# What a text column may hold of a person, for `coursekit privacy`: who the row's student is; text in which anybody
# may be named; neither.
PERSON = {"privacy": "person"}
FREE = {"privacy": "free"}
PLAIN = {"privacy": "plain"}

CLOSED_TYPES = (sa.Integer, sa.Boolean, sa.DateTime, sa.Date, sa.Enum)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A timezone-aware moment, in UTC on the way in and out, also where the database has no zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"expected a timezone-aware moment, found {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CleanText(sa.types.TypeDecorator[str]):
    """Text without NUL and lone surrogates, which one database refuses and the other mangles."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        del dialect
        return None if value is None else clean(value)


def words(*words: str, name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=20)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def table(name: str, *items: sa.schema.SchemaItem) -> sa.Table:
    # `sqlite_autoincrement` needs the primary key in the table's own list, which `id` gives.
    kwargs: dict[str, Any] = {"sqlite_autoincrement": True}
    return sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True), *items, **kwargs)
