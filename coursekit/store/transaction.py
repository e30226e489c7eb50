"""Reading and writing: every write happens inside one transaction, and leaves an audit.

The audit says who changed what, when and by which command. It outlives the people it is about, so it holds
ids and never names: only columns that the schema marks as audited may have their values recorded, the
command may hold no arguments, and names are taken out of reasons.
"""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from coursekit.store import schema
from coursekit.store.redact import without_names

T = TypeVar("T")
AuditedValue = int | float | bool | datetime | date | str | None

_COMMAND = re.compile(r"[a-z][a-z0-9-]*( [a-z][a-z0-9-]*){0,2}")
_ACTION = re.compile(r"[a-z]{1,20}")
_LONGEST_REASON = 1000
_SHORTEST_NUMBER = 5


class Reader:
    """A consistent view of the store; the queries take it as their first argument."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._known: dict[str, Sequence[Any]] = {}

    def once(self, name: str, ask: Callable[[], Sequence[T]]) -> list[T]:
        """Give what `ask` gives, which is asked once for each name: what is looked at does not change meanwhile."""
        if name not in self._known:
            self._known[name] = ask()
        return list(self._known[name])

    def all(self, statement: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        """Give all rows of a query."""
        return self._connection.execute(statement).all()

    def first(self, statement: sa.Select[Any]) -> sa.Row[Any] | None:
        """Give the first row of a query, or None."""
        return self._connection.execute(statement).first()


class Transaction(Reader):
    """One command's changes: all of them, or none.

    Made by `coursekit.store.database.Store.transaction`.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction that the store ends.
    command : str
        What is typed, without arguments: ``"roster import"``.
    """

    def __init__(self, connection: sa.Connection, command: str) -> None:
        if not _COMMAND.fullmatch(command):
            raise ValueError(f"a command is its words without arguments, found {command!r}")
        super().__init__(connection)
        self.command = command
        self.now = datetime.now(UTC)
        self._entries: list[dict[str, Any]] = []
        self._people: list[tuple[int, str, str | None]] | None = None

    def once(self, name: str, ask: Callable[[], Sequence[T]]) -> list[T]:
        """Ask each time, as this very transaction may have changed it."""
        del name
        return list(ask())

    def insert(self, table: sa.Table, **values: Any) -> int:
        """Add a row to a table that has an ``id``, and give the id."""
        result = self._connection.execute(table.insert().values(**values).returning(table.c.id))
        return int(result.scalar_one())

    def insert_many(self, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
        """Add rows that have the same columns."""
        if rows:
            self._connection.execute(table.insert(), rows)

    def execute(self, statement: sa.Update | sa.Delete) -> int:
        """Change or remove rows, and give how many."""
        return self._connection.execute(statement).rowcount

    def audit(
        self,
        action: str,
        table: str,
        row_id: int,
        field: str | None = None,
        old: AuditedValue = None,
        new: AuditedValue = None,
        reason: str | None = None,
    ) -> None:
        """Record a change of one row, to be kept when this transaction is.

        Parameters
        ----------
        action : str
            One lower-case word: ``"add"``, ``"change"``, ``"remove"``.
        table, row_id
            The row; a table of the schema.
        field : str, optional
            The column that was changed.
        old, new
            Its values, only for columns marked ``AUDITED`` in the schema.
        reason : str, optional
            What the instructor gave; students' names are replaced by their ids.

        Raises
        ------
        ValueError
            When the audit would hold what it must not: a mistake in the calling code.
        """
        if not _ACTION.fullmatch(action):
            raise ValueError(f"an audit's action is one lower-case word, found {action!r}")
        if isinstance(row_id, bool) or not isinstance(row_id, int):
            raise ValueError(f"an audit names a row by its number, found {row_id!r}")
        audited = schema.is_audited(table, "id" if field is None else field)
        if (old is not None or new is not None) and (field is None or not audited):
            raise ValueError(
                f"the values of {table}.{field} may not stand in the audit; "
                "only columns marked AUDITED in coursekit/store/schema.py may"
            )
        column = None if field is None else schema.metadata.tables[table].c[field]
        self._entries.append(
            {
                "at": self.now,
                "actor": actor(),
                "command": self.command,
                "action": action,
                "table_name": table,
                "row_id": row_id,
                "field": field,
                "old": _as_text(column, old),
                "new": _as_text(column, new),
                "reason": None if reason is None else self._without_names(reason),
            }
        )
        if table == "students":
            self._people = None

    def flush(self) -> None:
        """Write the audit; the store calls it before it commits."""
        if any(entry["table_name"] == "students" for entry in self._entries):
            # They may have come, or got their names, after a reason was recorded.
            for entry in self._entries:
                if entry["reason"] is not None:
                    entry["reason"] = self._without_names(entry["reason"])
        self.insert_many(schema.audit, self._entries)
        self._entries = []

    def _without_names(self, reason: str) -> str:
        if self._people is None:
            columns = schema.students.c
            found = self.all(sa.select(columns.id, columns.name, columns.account, columns.id_number))
            self._people = [(row.id, row.name, row.account) for row in found]
            # A short number is more often a count of something.
            self._people += [
                (row.id, row.id_number, None)
                for row in found
                if row.id_number and len(row.id_number) >= _SHORTEST_NUMBER
            ]
        return without_names(reason[:_LONGEST_REASON], self._people)


def actor() -> str:
    """Give the operating system's name for who runs this.

    Returns
    -------
    str
        From the user database where there is one: environment variables can say anything.
    """
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        pass
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        # A container may run under a number that has no name.
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def _as_text(column: sa.Column[Any] | None, value: AuditedValue) -> str | None:
    if column is None or value is None:
        return None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"expected a timezone-aware moment, found {value!r}")
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        # Only a fixed set of words is text that may stand here.
        if not isinstance(column.type, sa.Enum) or value not in column.type.enums:
            raise ValueError(f"{value!r} is no value of {column.table.name}.{column.name}")
        return value
    return str(value)
