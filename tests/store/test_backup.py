"""Backups and their restoring, from and into both kinds of database."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from coursekit.errors import InputError, StoreError
from coursekit.store import Store, migrate, open_store, people, schema, sqlite_file
from coursekit.store import backup as module
from coursekit.store.backup import list_backups, verify, write_backup
from coursekit.store.copying import count_rows, counter, to_file
from coursekit.store.history import list_audit
from coursekit.store.records import NewStudent
from coursekit.store.restore import restore


def fill(store: Store, names: str = "Ada Alan Grace") -> None:
    with store.transaction("roster import") as tx:
        group = people.add_group(tx, names)
        for name in names.split():
            student = people.add_student(tx, NewStudent(name, f"{name}@example.org"))
            people.join_group(tx, student.id, group.id)


def names_in(target: str | Path) -> list[str]:
    with open_store(target) as store, store.read() as view:
        return [student.name for student in people.list_students(view)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "elsewhere"
    made.mkdir()
    return made


@pytest.fixture
def saved(folder: Path) -> Path:
    """A backup of a course on SQLite."""
    course = folder / "first"
    course.mkdir()
    with open_store(course) as store:
        fill(store)
        write_backup(store, folder / "saved.db")
    return folder / "saved.db"


def test_a_backup_is_what_was_there(target: str, folder: Path) -> None:
    """As a SQLite file, which knows itself, has the same rows and goes on counting ids where the course was."""
    with open_store(target) as store:
        fill(store)
        with store.transaction("roster drop") as tx:
            last = people.add_student(tx, NewStudent("Gone"))
            tx.execute(schema.students.delete().where(schema.students.c.id == last.id))
        rows = write_backup(store, folder / "b.db")
        with store.read() as view:
            # It cannot know of itself.
            assert count_rows(view._connection) == rows | {"backups": 1}
            (noted,) = list_backups(view)
    assert (noted.path, noted.here) == (folder / "b.db", True)
    assert verify(folder / "b.db") == rows
    assert rows["students"] == 3
    assert [path.name for path in folder.iterdir()] == ["b.db"]
    with open_store(f"sqlite:///{folder / 'b.db'}") as copy, copy.transaction("roster add") as tx:
        assert people.add_student(tx, NewStudent("Next")).id == last.id + 1
        assert [one.name for one in people.list_students(tx)] == ["Ada", "Alan", "Grace", "Next"]
        moment = people.list_students(tx)[0].added_at
        assert abs((datetime.now(UTC) - moment).total_seconds()) < 600


def test_restored_into_either_kind(target: str, saved: Path, folder: Path) -> None:
    """All rows, with their ids; what was there lies beside, and ids that were given are not given again."""
    with open_store(target) as store:
        fill(store, "Linus Ken Dennis Brian")
        with store.read() as view:
            before = count_rows(view._connection)
    done = restore(target, saved, folder / "kept.db")
    assert done is not None
    assert names_in(target) == ["Ada", "Alan", "Grace"]
    assert (done.version, done.kept, done.erased) == (schema.HEAD, folder / "kept.db", 0)
    assert done.rows["memberships"] == 3
    assert verify(folder / "kept.db")["students"] == before["students"] == 4
    with open_store(target) as store, store.transaction("roster add") as tx:
        assert people.add_student(tx, NewStudent("Next")).id == 5
        assert [entry.action for entry in list_audit(tx, table="backups")] == ["restore"]
        assert {one.path for one in list_backups(tx)} == {saved, folder / "kept.db"}
    # And back again, from the copy that was kept.
    restore(target, folder / "kept.db", folder / "again.db")
    assert names_in(target) == ["Linus", "Ken", "Dennis", "Brian"]


def test_restored_where_nothing_is(target: str, saved: Path, folder: Path) -> None:
    done = restore(target, saved, folder / "kept.db")
    assert done is not None
    assert done.kept is None
    assert not (folder / "kept.db").exists()
    assert names_in(target) == ["Ada", "Alan", "Grace"]


def test_what_goes_wrong_in_restoring_changes_nothing(
    target: str, saved: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(target) as store:
        fill(store, "Linus")

    def fail(*args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("coursekit.store.restore._settle", fail)
    with pytest.raises(ZeroDivisionError):
        restore(target, saved, folder / "kept.db")
    assert names_in(target) == ["Linus"]


def test_asked_before_and_looked_at_within(target: str, saved: Path, folder: Path) -> None:
    with open_store(target) as store:
        fill(store, "Linus")
    seen = []
    assert restore(target, saved, folder / "k.db", confirm=lambda rows: bool(seen.append(rows))) is None
    assert seen[0]["students"] == 3

    def busy(view: object) -> None:
        raise InputError("expected no command at work")

    with pytest.raises(InputError, match="at work"):
        restore(target, saved, folder / "k.db", check=busy)
    assert names_in(target) == ["Linus"]
    assert not (folder / "k.db").exists()


def older(path: Path, version: str = "0007") -> None:
    """A course's database as an older coursekit made it."""
    from coursekit.store.database import sqlite_engine

    engine = sqlite_engine(path)
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        migrate.upgrade(connection, version)
        connection.exec_driver_sql(
            "INSERT INTO students (id, name, added_at) VALUES (7, 'Old', '2025-01-02 03:04:05.000000')"
        )
    engine.dispose()


@pytest.mark.parametrize("version", ["0001", "0004", "0007"])
def test_an_older_backup_is_upgraded_and_stays_as_it_is(target: str, folder: Path, version: str) -> None:
    older(folder / "old.db", version)
    before = (folder / "old.db").read_bytes()
    done = restore(target, folder / "old.db", folder / "kept.db")
    assert done is not None
    assert done.version == version
    assert names_in(target) == ["Old"]
    assert (folder / "old.db").read_bytes() == before


def test_an_older_database_on_a_server_is_copied_at_its_version(url: str, folder: Path) -> None:
    """So that the copy is of before an upgrade."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        migrate.upgrade(connection, "0006")
        connection.exec_driver_sql(
            "INSERT INTO students (name, added_at) VALUES ('Old', '2025-01-02 03:04:05+02')"
        )
    with engine.begin() as connection:
        to_file(connection, "0006", folder / "copy.db")
    engine.dispose()
    assert sqlite_file.look(folder / "copy.db") == "0006"
    with open_store(f"sqlite:///{folder / 'copy.db'}") as store, store.read() as view:
        (student,) = people.list_students(view)
        assert student.added_at == datetime(2025, 1, 2, 1, 4, 5, tzinfo=UTC)
        assert counter(view._connection, "students") == 1


def spoiled(saved: Path, how: str) -> None:
    if how == "newer":
        with closing(sqlite3.connect(saved)) as other, other:
            other.execute("UPDATE alembic_version SET version_num = '9999'")
    elif how == "other program":
        saved.unlink()
        with closing(sqlite3.connect(saved)) as other, other:
            other.execute("CREATE TABLE notes (text)")
    elif how == "no database":
        saved.write_text("name,email\n")
    elif how == "empty":
        saved.write_bytes(b"")
    elif how == "cut":
        saved.write_bytes(saved.read_bytes()[:9000])
    else:
        with closing(sqlite3.connect(saved)) as other, other:
            other.execute("UPDATE memberships SET student_id = 99 WHERE id = 1")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("newer", "version 9999"),
        ("other program", "another program"),
        ("no database", "another kind of file"),
        ("empty", "found none"),
        ("cut", "damaged"),
        ("links", "damaged"),
    ],
)
def test_a_backup_that_cannot_be_used(target: str, saved: Path, folder: Path, how: str, said: str) -> None:
    with open_store(target) as store:
        fill(store, "Linus")
    spoiled(saved, how)
    before = saved.read_bytes()
    with pytest.raises((InputError, StoreError), match=said) as caught:
        restore(target, saved, folder / "kept.db")
    assert "nothing was changed" in str(caught.value)
    assert names_in(target) == ["Linus"]
    assert saved.read_bytes() == before
    assert not (folder / "kept.db").exists()


def test_a_damaged_database_is_kept_and_replaced(saved: Path, folder: Path, tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        fill(store, "Linus")
    broken = (tmp_path / "course.db").read_bytes()[:9000]
    (tmp_path / "course.db").write_bytes(broken)
    (tmp_path / "course.db-wal").write_bytes(b"a log")
    done = restore(str(tmp_path), saved, folder / "kept.db")
    assert done is not None
    assert names_in(tmp_path) == ["Ada", "Alan", "Grace"]
    assert (folder / "kept.db").read_bytes() == broken
    assert (folder / "kept.db-wal").read_bytes() == b"a log"


@pytest.mark.parametrize("how", ["newer", "other program", "no database"])
def test_what_is_not_the_course_s_is_not_replaced(
    saved: Path, folder: Path, tmp_path: Path, how: str
) -> None:
    shutil.copy(saved, tmp_path / "course.db")
    spoiled(tmp_path / "course.db", how)
    before = (tmp_path / "course.db").read_bytes()
    with pytest.raises(StoreError):
        restore(str(tmp_path), saved, folder / "kept.db")
    assert (tmp_path / "course.db").read_bytes() == before


def test_a_backup_that_is_not_sound_gets_no_name(
    target: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "b.db").write_text("the one before")
    monkeypatch.setattr(sqlite_file, "problems", lambda path: ["row 3 missing from index"])
    with open_store(target) as store, pytest.raises(StoreError, match="row 3"):
        write_backup(store, folder / "b.db")
    assert [path.name for path in folder.iterdir()] == ["b.db"]
    assert (folder / "b.db").read_text() == "the one before"


def test_a_full_disk(target: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.sqlite_file, "settle", full)
    with open_store(target) as store, pytest.raises(StoreError, match="No space left"):
        write_backup(store, folder / "b.db")
    assert not list(folder.iterdir())


@pytest.mark.slow
def test_others_write_meanwhile(target: str, folder: Path) -> None:
    """A backup holds whole transactions only."""
    stop = threading.Event()
    with open_store(target) as store:

        def write() -> None:
            while not stop.is_set():
                with store.transaction("roster import") as tx:
                    for _ in range(5):
                        people.add_student(tx, NewStudent("x"))

        writer = threading.Thread(target=write)
        writer.start()
        counts = [write_backup(store, folder / f"{number}.db")["students"] for number in range(3)]
        stop.set()
        writer.join()
    assert all(count % 5 == 0 for count in counts)
    assert counts == sorted(counts)


def test_what_is_no_longer_running_is_not_waited_for(target: str, saved: Path, folder: Path) -> None:
    with open_store(f"sqlite:///{saved}") as store, store.transaction("check") as tx:
        tx.insert(schema.jobs, name="check", started_at=tx.now, owner="x", owner_host="h", owner_pid=1)
    restore(target, saved, folder / "kept.db")
    with open_store(target) as store, store.read() as view:
        assert view.all(sa.select(schema.jobs.c.owner)) == [(None,)]
