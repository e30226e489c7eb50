from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql, sqlite

from coursekit.store import Store, columns, migrate, schema

DIALECTS = {"sqlite": sqlite.dialect, "postgresql": postgresql.dialect}


def test_the_migrations_make_the_tables_that_the_code_uses(store: Store) -> None:
    with store._engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, schema.metadata) == []


def test_the_migrations_make_the_constraints_that_the_code_names(store: Store) -> None:
    """Alembic compares no CHECK constraints, AUTOINCREMENT and conditions of indexes; the SQL shows them."""
    other = sa.create_engine("sqlite://")
    schema.metadata.create_all(other)

    def parts(engine: sa.Engine) -> dict[str, list[str]]:
        with engine.connect() as connection:
            rows = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL "
                "AND name NOT LIKE 'alembic%' AND name NOT LIKE 'sqlite%'"
            ).all()
        # In any order: whether a constraint is named before another one, or a column came later, means nothing.
        return {name: sorted(pieces(sql)) for name, sql in rows}

    migrated, named = parts(store._engine), parts(other)
    assert migrated.keys() == named.keys()
    for name, lines in named.items():
        assert migrated[name] == lines, name


def pieces(sql: str) -> list[str]:
    """Split at the commas between columns and constraints, which are not within brackets of their own."""
    found, depth = [""], 0
    for char in sql:
        depth += (char == "(") - (char == ")")
        if (char == "(" and depth == 1) or (char == ")" and depth == 0) or (char == "," and depth == 1):
            found.append("")
        else:
            found[-1] += char
    return [re.sub(r"\s+", " ", piece).strip() for piece in found]


def test_the_code_knows_the_newest_migration() -> None:
    script = ScriptDirectory(str(migrate.MIGRATIONS))
    assert script.get_current_head() == schema.HEAD
    assert all(migrate.is_version(step.revision) for step in script.walk_revisions())


def test_only_closed_types_are_audited() -> None:
    for table in schema.metadata.tables.values():
        for column in table.c:
            if column.info.get("audited"):
                assert schema.is_audited(table.name, column.name), f"{table}.{column.name} may hold a name"


def test_every_text_says_what_it_may_hold_of_a_person() -> None:
    """A new table cannot be forgotten when somebody is erased."""
    words = {one["privacy"] for one in (columns.PERSON, columns.FREE, columns.PLAIN)}
    for table in schema.metadata.tables.values():
        for column in table.c:
            kind = getattr(column.type, "impl_instance", column.type)
            if not isinstance(kind, columns.CLOSED_TYPES):
                said = f"{table}.{column.name} needs info=PERSON, FREE or PLAIN"
                assert column.info.get("privacy") in words, said


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("students", "name"),
        ("students", "email"),
        ("students", "account"),
        ("groups", "name"),
        ("repositories", "url"),
        ("repositories", "path"),
    ],
)
def test_what_may_hold_a_name_is_not_audited(table: str, column: str) -> None:
    assert not schema.is_audited(table, column)


def test_free_text_is_not_audited_even_when_the_schema_says_so() -> None:
    column = sa.Column("nickname", columns.CleanText, info=columns.AUDITED)
    table = sa.Table("pets", schema.metadata, column)
    try:
        assert not schema.is_audited("pets", "nickname")
    finally:
        schema.metadata.remove(table)


@pytest.mark.parametrize(("table", "column"), [("pets", "id"), ("students", "age")])
def test_what_is_not_there_is_not_audited(table: str, column: str) -> None:
    with pytest.raises(ValueError, match="no column"):
        schema.is_audited(table, column)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_moments_come_back_in_utc(dialect: str) -> None:
    kind, language = columns.UtcDateTime(), DIALECTS[dialect]()
    noon = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    stored = kind.process_bind_param(noon, language)
    assert stored is not None
    assert kind.process_result_value(stored, language) == noon
    assert kind.process_result_value(stored, language).tzinfo is UTC  # type: ignore[union-attr]
    assert kind.process_bind_param(None, language) is None
    assert kind.process_result_value(None, language) is None
    with pytest.raises(ValueError, match="timezone-aware"):
        kind.process_bind_param(noon.replace(tzinfo=None), language)
