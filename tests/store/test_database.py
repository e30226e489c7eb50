from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from coursekit.errors import StoreError
from coursekit.store import Store, database, migrate, open_store, people, schema, sqlite_file
from coursekit.store.records import NewStudent

# The schema as it is, and the version that a later coursekit would bring.
NOW, NEXT = schema.HEAD, f"{int(schema.HEAD) + 1:04}"

LATER = textwrap.dedent(
    """
    import sqlalchemy as sa
    from alembic import op

    revision = "{next}"
    down_revision = "{now}"

    def upgrade():
        op.add_column("students", sa.Column("nickname", sa.Text))
        {more}
    """
)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refused(target: Path | str) -> str:
    """The message with which opening is refused, after a look that nothing in the folder changed."""
    folder = Path(target)
    before = contents(folder)
    with pytest.raises(StoreError) as caught:
        open_store(folder)
    assert contents(folder) == before
    assert caught.value.message.startswith("expected")
    assert "found" in caught.value.message
    assert caught.value.hint
    return caught.value.message


def a_database(folder: Path) -> Path:
    with open_store(folder) as store, store.transaction("roster import") as tx:
        for number in range(200):
            people.add_student(tx, NewStudent(f"Student {number}", f"s{number}@example.org"))
    return folder / "course.db"


def test_a_new_database_is_in_the_course_folder(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        assert store.path == tmp_path / "course.db"
        assert store.name == str(tmp_path / "course.db")
        assert store.backup is None
    assert [path.name for path in tmp_path.iterdir()] == ["course.db"]


def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    a_database(tmp_path)
    with open_store(tmp_path) as store, store.read() as view:
        assert len(people.list_students(view)) == 200


def test_the_settings_that_keep_data(store: Store) -> None:
    with store.read() as view:
        asked = {
            name: view._connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert asked == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 30000}


def test_a_url_of_a_file(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{(tmp_path / 'other.db').as_posix()}") as store:
        assert store.path == tmp_path / "other.db"
    assert (tmp_path / "other.db").exists()


@pytest.mark.parametrize("name", ["with 100% and ?x=1#y", "Überkurs 'quoted' 李"])
def test_a_folder_with_a_difficult_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    a_database(folder)
    with open_store(folder, create=False) as store, store.read() as view:
        assert len(people.list_students(view)) == 200


def test_a_file_that_a_killed_first_command_left_empty(tmp_path: Path) -> None:
    (tmp_path / "course.db").touch()
    with open_store(tmp_path) as store, store.read() as view:
        assert people.list_students(view) == []


def test_without_a_folder(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="found none"):
        open_store(tmp_path / "missing")
    assert not list(tmp_path.iterdir())


def test_without_a_database_when_none_shall_be_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="coursekit init"):
        open_store(tmp_path, create=False)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("data", [b"name,email\nAnna,a@example.org\n", b"SQLite", b"\0" * 5000])
def test_a_file_that_is_not_a_database(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "course.db").write_bytes(data)
    assert "another kind of file" in refused(tmp_path)


def test_a_folder_in_the_place_of_the_database(tmp_path: Path) -> None:
    (tmp_path / "course.db").mkdir()
    with pytest.raises(StoreError, match="cannot be read"):
        open_store(tmp_path)


def test_a_database_of_another_program(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "course.db")) as other, other:
        other.execute("CREATE TABLE notes (text)")
    assert "another program" in refused(tmp_path)


@pytest.mark.parametrize("version", ["ae1027a6acf", "12", ""])
def test_a_database_of_another_program_with_the_same_migration_tool(tmp_path: Path, version: str) -> None:
    path = a_database(tmp_path)
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE alembic_version SET version_num = ?", [version])
    assert "another program" in refused(tmp_path)


def test_a_database_of_a_newer_coursekit(tmp_path: Path) -> None:
    path = a_database(tmp_path)
    with closing(sqlite3.connect(path)) as newer, newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "version 9999" in refused(tmp_path)


@pytest.mark.parametrize("damage", ["page size", "cut", "schema", "rows"])
def test_a_damaged_database(tmp_path: Path, damage: str) -> None:
    path = a_database(tmp_path)
    data = bytearray(path.read_bytes())
    page = int.from_bytes(data[16:18], "big")
    if damage == "page size":
        data[16:18] = b"\x00\x07"
    elif damage == "cut":
        del data[2 * page :]
    elif damage == "schema":
        data[100:400] = os.urandom(300)
    else:
        data[page:] = os.urandom(len(data) - page)
    path.write_bytes(data)
    assert "damaged" in refused(tmp_path)


def test_a_damaged_database_that_a_killed_command_left(tmp_path: Path) -> None:
    """Beside it lies a write-ahead log, so that a second look would say nothing new."""
    path = a_database(tmp_path)
    data = bytearray(path.read_bytes())
    data[100:400] = os.urandom(300)
    path.write_bytes(data)
    path.with_name("course.db-wal").touch()
    with pytest.raises(StoreError, match="damaged"):
        open_store(tmp_path)
    assert path.read_bytes() == data


def test_damage_that_shows_only_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_file, "_CHECKED_SIZE", 0)
    path = a_database(tmp_path)
    data = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as look:
        root = look.execute("SELECT rootpage FROM sqlite_master WHERE name = 'students'").fetchone()[0]
    page = int.from_bytes(data[16:18], "big")
    data[(root - 1) * page : root * page] = os.urandom(page)
    path.write_bytes(data)
    with (
        open_store(tmp_path) as store,
        pytest.raises(StoreError, match="damaged"),
        store.read() as view,
    ):
        people.list_students(view)


def test_a_write_ahead_log_of_a_killed_command_is_taken_over(tmp_path: Path) -> None:
    a_database(tmp_path)
    copy = tmp_path / "copy"
    copy.mkdir()
    with open_store(tmp_path) as store:
        with store.transaction("roster import") as tx:
            people.add_student(tx, NewStudent("Last"))
        for name in ("course.db", "course.db-wal"):
            shutil.copy(tmp_path / name, copy / name)
    with open_store(copy) as store, store.read() as view:
        assert people.list_students(view)[-1].name == "Last"


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    # pytest's own folders are closed to other users.
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    folder.chmod(0o777)
    shutil.rmtree(folder)


def test_a_folder_that_may_not_be_written(shared_folder: Path, ordinary_user: None) -> None:
    full, empty = shared_folder / "full", shared_folder / "empty"
    full.mkdir()
    empty.mkdir()
    path = a_database(full)
    path.chmod(0o444)
    before = path.read_bytes()
    for folder in (full, empty):
        folder.chmod(0o555)
        with pytest.raises(StoreError, match=r"not permitted") as caught:
            open_store(folder)
        assert "Permit writing" in caught.value.hint
        folder.chmod(0o755)
    assert path.read_bytes() == before
    assert not list(empty.iterdir())


def test_a_database_that_may_not_be_read(shared_folder: Path, ordinary_user: None) -> None:
    a_database(shared_folder).chmod(0)
    with pytest.raises(StoreError, match="cannot be read"):
        open_store(shared_folder)


def later_steps(folder: Path, monkeypatch: pytest.MonkeyPatch, more: str = "") -> None:
    shutil.copytree(migrate.MIGRATIONS, folder)
    (folder / "versions" / f"m{NEXT}_later.py").write_text(LATER.format(now=NOW, next=NEXT, more=more))
    monkeypatch.setattr(migrate, "MIGRATIONS", folder)
    monkeypatch.setattr(schema, "HEAD", NEXT)


def columns(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as look:
        return {row[1] for row in look.execute("PRAGMA table_info(students)")}


def test_an_older_database_is_copied_and_upgraded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = tmp_path / "course"
    course.mkdir()
    path = a_database(course)
    later_steps(tmp_path / "steps", monkeypatch)
    with open_store(course) as store:
        assert store.backup is not None
        assert store.backup.parent == course
        assert store.backup.name.startswith(f"course-backup-{NOW}-")
        with store.read() as view:
            assert len(people.list_students(view)) == 200
    assert "nickname" in columns(path)
    assert "nickname" not in columns(store.backup)
    assert len(list(course.iterdir())) == 2

    with open_store(course) as store:
        assert store.backup is None


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = tmp_path / "course"
    course.mkdir()
    path = a_database(course)
    later_steps(tmp_path / "steps", monkeypatch, more='raise RuntimeError("half-way")')
    with pytest.raises(RuntimeError, match="half-way"):
        open_store(course)
    assert "nickname" not in columns(path)
    assert sqlite_file.look(path) == NOW


def test_no_upgrade_without_a_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = a_database(tmp_path)
    monkeypatch.setattr(schema, "HEAD", NEXT)

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "No space left" in refused(tmp_path)
    assert sqlite_file.look(path) == NOW


def test_a_full_disk(store: Store) -> None:
    def small(connection: sqlite3.Connection, *rest: object) -> None:
        connection.execute("PRAGMA max_page_count = 40")

    store.close()
    sa.event.listen(store._engine, "connect", small)
    with pytest.raises(StoreError, match="disk full"), store.transaction("roster import") as tx:
        people.add_student(tx, NewStudent("x" * 1_000_000))
    with store.read() as view:
        assert people.list_students(view) == []


def test_a_database_that_another_program_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)
    with open_store(tmp_path) as store, closing(sqlite3.connect(tmp_path / "course.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another command"), store.transaction("roster import"):
            pass
        with pytest.raises(StoreError, match="another command"):
            open_store(tmp_path)
        with store.read() as view:  # readers do not wait
            assert people.list_students(view) == []


def test_opening_waits_until_another_program_is_ready(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    other = sqlite3.connect(tmp_path / "course.db", check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, other.rollback).start()
    open_store(tmp_path).close()
    other.close()


def test_any_other_trouble_of_the_database(store: Store) -> None:
    with pytest.raises(StoreError, match="no such table"), store.read() as view:
        view.all(sa.select(sa.table("missing", sa.column("x"))))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://root:secret@host/x", "found mysql"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("postgresql+psycopg://root:secret@host:port/x", "cannot be read"),
    ],
)
def test_a_url_that_cannot_be_used(url: str, said: str) -> None:
    with pytest.raises(StoreError, match=said) as caught:
        open_store(url)
    assert "secret" not in str(caught.value)


def test_a_server_without_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*args: object, **kwargs: object) -> None:
        raise ModuleNotFoundError("No module named 'psycopg'", name="psycopg")

    monkeypatch.setattr(sa, "create_engine", missing)
    with pytest.raises(StoreError, match="psycopg") as caught:
        open_store("postgresql+psycopg://someone:secret@host/x")
    assert "secret" not in str(caught.value)


def test_nothing_of_sqlalchemy_is_loaded_by_importing_coursekit() -> None:
    code = "import coursekit, sys; print([name for name in ('sqlalchemy', 'alembic') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_opening_a_database_that_is_up_to_date_does_not_load_the_migrations(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    code = f"from coursekit.store import open_store; open_store({str(tmp_path)!r}).close(); import sys; "
    code += "print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
