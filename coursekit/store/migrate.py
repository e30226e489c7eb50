"""Brings a database to the schema that this code knows, in the caller's transaction.

Alembic is driven from here and needs no ``alembic.ini`` and no ``env.py``: the steps lie in the package,
so they are found in a checkout and in a wheel alike.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit.store import schema

if TYPE_CHECKING:
    import sqlalchemy as sa

# Where the steps lie; a test puts a later one beside them.
MIGRATIONS = Path(__file__).parent / "migrations"

# The table in which Alembic keeps the version.
VERSION_TABLE = "alembic_version"


def is_version(text: object) -> bool:
    """Whether this can be the version of a coursekit schema: four digits."""
    return isinstance(text, str) and re.fullmatch("[0-9]{4}", text) is not None


def is_newer(version: str) -> bool:
    """Whether a schema's version comes from a later coursekit."""
    return int(version) > int(schema.HEAD)


def upgrade(connection: sa.Connection, version: str | None = None) -> None:
    """Run the steps that are missing, without committing.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction that the caller ends: all steps take effect, or none.
    version : str, optional
        At which to stop; the newest by default.
    """
    # Alembic takes a fifth of a second to import, and is needed once in a database's life.
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(MIGRATIONS))

    def steps(revision: Any, context: MigrationContext) -> Any:
        del context
        return script._upgrade_revs(version or schema.HEAD, revision)

    context = MigrationContext.configure(
        connection,
        # SQLite's DDL is transactional once Python's driver no longer begins on its own; see database.py.
        opts={"fn": steps, "transactional_ddl": True, "version_table": VERSION_TABLE},
    )
    with Operations.context(context):
        context.run_migrations()
