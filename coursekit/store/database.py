"""Opens the course's database, and hands out transactions."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa

from coursekit.errors import StoreError
from coursekit.store import migrate, schema, sqlite_file
from coursekit.store.transaction import Reader, Transaction

FILE_NAME = "course.db"

# Where a database is stated; config/course.py reads it.
_STATED = "it stands as `database` in course.toml, or in COURSEKIT_DATABASE"

# How long a command waits for another one that is writing.
BUSY_SECONDS = 30.0

# Any number that other programs in the same PostgreSQL database will not take: "ckit".
_ADVISORY_LOCK = 0x636B6974

# What the calling code did wrong, not the database: queries look before they write.
_MISTAKES = (sa.exc.IntegrityError, sa.exc.ProgrammingError, sa.exc.DataError, sa.exc.NotSupportedError)


class Store:
    """The course's database; made by `open_store`, closed by ``with`` or `close`.

    Any thread may open a transaction; only one writes at a time, the others wait.

    Attributes
    ----------
    path : Path or None
        The file; None for a server.
    backup : Path or None
        The copy that was made before the schema was changed by this opening.
    found : str or None
        The version of the schema that was found; None when the database was made by this opening.
    """

    def __init__(
        self, engine: sa.Engine, path: Path | None, backup: Path | None = None, found: str | None = None
    ) -> None:
        self._engine = engine
        self._inside = threading.local()
        self.path = path
        self.backup = backup
        self.found = found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def name(self) -> str:
        """What to call the database in messages; holds no password."""
        return str(self.path) if self.path else self._engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def transaction(self, command: str) -> Iterator[Transaction]:
        """Write: everything inside the ``with`` is kept when it ends, and nothing when it raises.

        Parameters
        ----------
        command : str
            The command for the audit, without arguments: ``"roster import"``.

        Yields
        ------
        Transaction

        Raises
        ------
        StoreError
            When the database is locked for too long, cannot be written, or is damaged.
        """
        with self._once(), self._connected(writing=True) as connection, connection.begin():
            transaction = Transaction(connection, command)
            yield transaction
            transaction.flush()

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """Read one consistent state, whatever others write meanwhile.

        Yields
        ------
        Reader
        """
        with self._connected(writing=False) as connection, connection.begin():
            yield Reader(connection)

    @contextmanager
    def _once(self) -> Iterator[None]:
        # A second writing transaction in the same thread would wait for the first one for ever.
        if getattr(self._inside, "writing", False):
            raise RuntimeError("a transaction is open in this thread already; hand it on instead")
        self._inside.writing = True
        try:
            yield
        finally:
            self._inside.writing = False

    @contextmanager
    def _connected(self, *, writing: bool) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect() as connection:
                options = {"writing": writing}
                if self.path is None and not writing:
                    options["isolation_level"] = "REPEATABLE READ"  # type: ignore[assignment]
                yield connection.execution_options(**options)
        except _MISTAKES:
            raise
        except sa.exc.DatabaseError as error:
            raise _explained(self.name, error.orig or error) from error


def open_store(target: str | Path, *, create: bool = True, upgrade: bool = True) -> Store:
    """Open a course's store, making or upgrading its schema.

    An existing SQLite database is copied beside itself before its schema is changed.

    Parameters
    ----------
    target : str or Path
        The course folder, or a database URL: ``postgresql+psycopg://…``, ``sqlite:///path``.
    create : bool, optional
        Whether to make the database when there is none.
    upgrade : bool, optional
        Whether to bring an older schema up to date. Without it the queries may not be used: only what looks at
        the tables that there are.

    Returns
    -------
    Store

    Raises
    ------
    StoreError
        When it is not a database, is damaged, is another program's, has a newer schema, or cannot be read or
        written. It is left alone.
    """
    place = locate(target)
    opening = _open_file if isinstance(place, Path) else _open_server
    return opening(place, create=create, upgrade=upgrade)  # type: ignore[arg-type]


def locate(target: str | Path) -> Path | sa.URL:
    """Give the file that `open_store` opens, or the address of the server.

    Raises
    ------
    StoreError
        When it is neither.
    """
    text = str(target)
    if "://" not in text:
        return Path(target) / FILE_NAME
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        # The text is not repeated: it may hold a password.
        raise StoreError(
            "expected a database URL, found something that cannot be read as one",
            f"Write it like postgresql+psycopg://user@host/database; {_STATED}.",
        ) from None
    if url.drivername in ("sqlite", "sqlite+pysqlite"):
        if url.database in (None, "", ":memory:"):
            raise StoreError(
                "expected a database that lasts, found one in memory",
                "Write the file's path: sqlite:///course.db for one in the present folder.",
            )
        return Path(str(url.database))
    if url.drivername != "postgresql+psycopg":
        raise StoreError(
            f"expected a database URL of kind postgresql+psycopg or sqlite, found {url.drivername}",
            f"Correct it; {_STATED}.",
        )
    return url


def _open_file(path: Path, *, create: bool, upgrade: bool) -> Store:
    if not path.parent.is_dir():
        raise StoreError(
            f"expected the folder {path.parent} for the course's database, found none",
            "Give an existing folder, or make one with `coursekit init`.",
        )
    version = sqlite_file.look(path)
    if version is None and not create:
        raise StoreError(
            f"expected the course's database at {path}, found none",
            "Make one with `coursekit init`, or go to the course's folder.",
        )
    upgrade = (upgrade or version is None) and version != schema.HEAD
    backup = sqlite_file.back_up(path, version) if upgrade and version is not None else None
    try:
        _turn_on_wal(path)
    except sqlite3.Error as error:
        raise _explained(str(path), error) from error
    store = Store(sqlite_engine(path), path, backup, version)
    return _prepared(store, upgrade=upgrade)


def sqlite_engine(path: Path) -> sa.Engine:
    """Make what connects to a SQLite file, in the way that the store needs."""
    url = sa.URL.create("sqlite+pysqlite", database=str(path))
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    sa.event.listen(engine, "connect", _set_up_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open_server(url: sa.URL, *, create: bool, upgrade: bool) -> Store:
    try:
        engine = sa.create_engine(url, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise StoreError(
            f"expected the PostgreSQL driver psycopg, found none ({error.name})",
            'Install it: pip install "psycopg[binary]".',
        ) from error
    sa.event.listen(engine, "begin", _begin_postgresql)
    store = Store(engine, None)
    try:
        version = _server_version(store, create=create)
    except BaseException:
        store.close()
        raise
    store.found = version
    return _prepared(store, upgrade=(upgrade or version is None) and version != schema.HEAD)


def _server_version(store: Store, *, create: bool) -> str | None:
    with store._connected(writing=False) as connection:
        tables = set(sa.inspect(connection).get_table_names())
        found = [""]
        if migrate.VERSION_TABLE in tables:
            version = sa.column("version_num", sa.String)
            query = sa.select(version).select_from(sa.table(migrate.VERSION_TABLE))
            found = list(connection.scalars(query)) or [""]
    if not tables and create:
        return None
    if not tables:
        raise StoreError(
            f"expected a course's database at {store.name}, found an empty one",
            "Make one with `coursekit init`.",
        )
    if len(found) != 1 or not migrate.is_version(found[0]):
        raise StoreError(
            f"expected a course's database at {store.name}, found another program's", "Give another database."
        )
    if migrate.is_newer(found[0]):
        raise StoreError(
            f"expected a database of version {schema.HEAD} or older at {store.name}, found version {found[0]}",
            "Update coursekit; nothing was changed.",
        )
    return found[0]


def _prepared(store: Store, *, upgrade: bool) -> Store:
    try:
        if upgrade:
            with store._connected(writing=True) as connection, connection.begin():
                # Another command may have made the step while this one waited; then nothing is left to do.
                migrate.upgrade(connection)
    except BaseException:
        store.close()
        raise
    return store


def _turn_on_wal(path: Path) -> None:
    # SQLite does not wait for others when it changes the journal mode, so this does.
    end = time.monotonic() + BUSY_SECONDS
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                # Writes nothing, but fails where nothing can be written: better now than in mid-command.
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > end:
                    raise
                time.sleep(0.02)


def _set_up_sqlite(connection: Any, record: object) -> None:
    del record
    # Python's driver would begin transactions on its own, late, and end them before DDL.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    # What was acknowledged survives a power cut too; in WAL mode NORMAL would not promise that.
    connection.execute("PRAGMA synchronous = FULL")
    # What is removed or replaced is overwritten in the file.
    connection.execute("PRAGMA secure_delete = ON")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A writer takes the lock at once: begun as a reader, it could find that it may not write in the middle.
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _begin_postgresql(connection: sa.Connection) -> None:
    # One writer at a time, as with SQLite, so that looking before writing is enough in the queries.
    if connection.get_execution_options().get("writing"):
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))


def _explained(name: str, error: BaseException) -> StoreError:
    text = str(error).strip()
    lowered = text.lower()
    if "locked" in lowered:
        return StoreError(
            f"expected to write to {name}, found that another command has been writing for "
            f"{BUSY_SECONDS:.0f} seconds",
            "Wait until it ends, then run this again; nothing was changed.",
        )
    if "disk is full" in lowered or "no space left" in lowered:
        return StoreError(
            f"expected room for {name}, found the disk full", "Free some space, then run this again."
        )
    if "readonly" in lowered or "unable to open" in lowered or "attempt to write" in lowered:
        return StoreError(
            f"expected to write to {name}, found that this is not permitted ({text})",
            "Permit writing in the folder and to the file, or use a copy of the course folder.",
        )
    if "malformed" in lowered or "not a database" in lowered:
        return sqlite_file.damaged(Path(name), text)
    return StoreError(
        f"expected to use the database {name}, found: {text}", "Look at the message, then run this again."
    )
