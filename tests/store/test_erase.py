"""Nothing of an erased student stays: not in any column, not in the bytes of the files, not in the backups."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from coursekit.errors import StoreError
from coursekit.store import Store, migrate, open_store, people, schema
from coursekit.store.backup import write_backup
from coursekit.store.copying import count_rows, scrub
from coursekit.store.database import sqlite_engine
from coursekit.store.erase import erase_from_file, erase_student, identity_in_file
from coursekit.store.history import list_audit
from coursekit.store.identity import Identity
from coursekit.store.personal import find_cells, own_rows, present_columns, read_identity
from coursekit.store.records import NewStudent, Student
from coursekit.store.restore import restore

NAME, EMAIL, ACCOUNT, NUMBER = "Zoë Quillfeather", "zq@example.org", "zquill", "88003311"
# In UTF-8, and as JSON escapes it.
SECRETS = ("zo\u00eb", "zo\\u00eb", "quillfeather", "zq@example", "zquill", "88003311")
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def a_value(column: sa.Column[Any], number: int) -> object:
    kind = getattr(column.type, "impl_instance", column.type)
    if isinstance(kind, sa.Enum):
        return kind.enums[0]
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.Integer):
        return number
    if isinstance(kind, sa.DateTime):
        return NOW
    if isinstance(kind, sa.Date):
        return date(2026, 5, 1)
    if column.info["privacy"] == "plain":
        return f"plain {number}"
    return f'["{number}", "said by Zo\\u00eb Quillfeather <{EMAIL}>, {ACCOUNT}"]'


def a_row_everywhere(store: Store, student: int, group: int) -> None:
    """A row in every table that names the student in every column that can, new tables as well."""
    with store.transaction("roster import") as tx:
        ids = {"students": student, "groups": group}
        for table in schema.metadata.sorted_tables:
            if table.name in ids or table.name == "memberships":
                continue
            values = {
                column.name: ids[next(iter(column.foreign_keys)).column.table.name]
                if column.foreign_keys
                else a_value(column, 1)
                for column in table.c
                if column.name not in ("id", "revoked_at", "replaced_at", "withdrawn_at")
            }
            if "id" in table.c:
                ids[table.name] = tx.insert(table, **values)
            else:
                tx.insert_many(table, [values])


def everything(store: Store) -> str:
    with store.read() as view:
        return "\n".join(
            str(value)
            for table in schema.metadata.sorted_tables
            for row in view.all(sa.select(table))
            for value in row
        ).casefold()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "backups"
    made.mkdir()
    return made


def a_course(store: Store) -> Student:
    with store.transaction("roster import") as tx:
        people.add_student(tx, NewStudent("Anna Will", "anna@example.org"))
        student = people.add_student(tx, NewStudent(NAME, EMAIL, ACCOUNT, NUMBER, "5551234", "A"))
        group = people.add_group(tx, "Quillfeather's Birds")
        other = people.add_group(tx, "[student 2]'s Birds")
        people.join_group(tx, student.id, group.id)
    a_row_everywhere(store, student.id, group.id)
    with store.transaction("groups add") as tx:
        # The parts of a name mean the student only where the student was.
        comment = {"decision": "accepted", "fingerprint": "x", "decided_at": tx.now}
        tx.insert(schema.proposal_decisions, group_id=group.id, comment="Zoë decides", **comment)
        tx.insert(schema.proposal_decisions, group_id=other.id, comment="Zoë the cat", **comment)
    return student


def identity(store: Store, student: Student) -> Identity:
    with store.read() as view:
        return read_identity(view._connection, present_columns(view._connection), student.id)


def erase(store: Store, student: Student) -> int:
    who = identity(store, student)
    with store.transaction("privacy erase") as tx:
        return len(erase_student(tx, student.id, who, reason=f"{NAME} wrote; Zoë moves"))


def test_in_every_column_and_counts_stay(target: str) -> None:
    with open_store(target) as store:
        student = a_course(store)
        before = everything(store)
        assert all(secret in before for secret in SECRETS)
        with store.read() as view:
            rows = count_rows(view._connection)
            own = dict(own_rows(view._connection, present_columns(view._connection), student.id))
        assert own.keys() >= {"students", "memberships", "aliases", "attendance", "access", "certificates"}
        assert erase(store, student) > 20
        after = everything(store)
        assert "zoë the cat" in after
        after = after.replace("zoë the cat", "")
        assert not [secret for secret in SECRETS if secret in after]
        assert "anna will" in after
        with store.read() as view:
            now = count_rows(view._connection)
            assert {name: now[name] for name in rows if name not in ("audit", "tombstones")} == {
                name: rows[name] for name in rows if name not in ("audit", "tombstones")
            }
            gone = next(one for one in people.list_students(view, left=True) if one.id == student.id)
            assert (gone.name, gone.email) == (f"Student {student.id} (erased)", None)
            assert gone.left_at == gone.erased_at is not None
            assert people.find_group(view, "[student 2]'s birds 1") is not None
            reasons = [entry.reason for entry in list_audit(view) if entry.action == "erase"]
            assert reasons == ["[student 2] wrote; [student 2] moves"]
            left = find_cells(view._connection, present_columns(view._connection), identity(store, student))
            assert [cell for cell in left if not cell.own] == []


def raw(folder: Path) -> bytes:
    found = b""
    for path in sorted(folder.rglob("*")):
        found += path.read_bytes() if path.is_file() else b""
    return found.lower()


def test_no_bytes_stay_in_the_files(tmp_path: Path, folder: Path) -> None:
    """Of the database, its write-ahead log, and a backup, in which an older name is as well."""
    with open_store(tmp_path) as store:
        student = a_course(store)
        with store.transaction("roster change") as tx:
            people.change_student(tx, student.id, NewStudent("Zoë Oldname", EMAIL, ACCOUNT))
        write_backup(store, folder / "b.db")
        with store.transaction("roster change") as tx:
            people.change_student(tx, student.id, NewStudent(NAME, EMAIL, ACCOUNT, NUMBER))
            tx.execute(schema.proposal_decisions.delete().where(schema.proposal_decisions.c.group_id == 2))
            tx.insert(schema.attendance_imports, day=date(2026, 5, 1), turn=2, source="by Zoë Oldname",
                      content="x", imported_at=tx.now)  # fmt: skip
        # Something that was removed before leaves its bytes too, unless the file is rewritten.
        who = identity(store, student)
        there = identity_in_file(folder / "b.db", student.id, student.added_at)
        assert there is not None
        assert erase_from_file(folder / "b.db", student.id, student.added_at, who | there)
        with store.transaction("privacy erase") as tx:
            erase_student(tx, student.id, who | there, reason="asked", tombstone=False)
            assert tx.all(sa.select(schema.tombstones).where(schema.tombstones.c.salt != "plain 1")) == []
        assert scrub(store)
        found = raw(tmp_path).replace("zoë the cat".encode(), b"")
        for secret in (*SECRETS, "oldname"):
            assert secret.encode() not in found, secret
    # Opened again, both are sound.
    restore(str(tmp_path), folder / "b.db", folder / "kept.db")


def test_a_reader_keeps_the_log_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coursekit.store.copying.BUSY_SECONDS", 0.1)
    with open_store(tmp_path) as store:
        student = a_course(store)
        with store.read() as view:
            view.all(sa.select(schema.students))
            erase(store, student)
            assert not scrub(store)
        assert scrub(store)
        assert b"quillfeather" not in raw(tmp_path)


@pytest.mark.parametrize("version", ["0001", "0003", "0005", "0007"])
def test_a_backup_of_an_older_version_stays_at_it(folder: Path, version: str) -> None:
    path = folder / "course-backup.db"
    engine = sqlite_engine(path)
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        migrate.upgrade(connection, version)
        there = present_columns(connection)
        values = {"id": 3, "name": NAME, "email": EMAIL, "account": ACCOUNT, "added_at": NOW}
        connection.execute(schema.students.insert().values(**values))
        connection.execute(schema.groups.insert().values(id=1, name="Birds", name_key="birds", added_at=NOW))
        connection.execute(schema.memberships.insert().values(student_id=3, group_id=1, joined_at=NOW))
        assert "tombstones" not in there
    engine.dispose()
    other = datetime(2025, 1, 1, tzinfo=UTC)
    before = path.read_bytes()
    assert erase_from_file(path, 3, other, Identity(3)) == 0  # another course's student of this number
    assert path.read_bytes() == before
    assert erase_from_file(path, 3, NOW, Identity(3)) == 3
    assert not [secret for secret in SECRETS if secret.encode() in raw(folder)]
    assert erase_from_file(path, 3, NOW, Identity(3)) == 0
    with closing(sqlite3.connect(path)) as look:
        assert look.execute("SELECT version_num FROM alembic_version").fetchone() == (version,)
        assert look.execute("SELECT name FROM students").fetchone() == ("Student 3 (erased)",)
        assert look.execute("SELECT count(*) FROM memberships WHERE left_at IS NOT NULL").fetchone() == (1,)


def test_a_backup_that_cannot_be_changed_is_left(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreError, match="found none"):
        erase_from_file(folder / "x.db", 1, NOW, Identity(1))
    course = folder / "course"
    course.mkdir()
    with open_store(course) as store:
        student = a_course(store)
        write_backup(store, folder / "b.db")
    before = (folder / "b.db").read_bytes()

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("coursekit.store.sqlite_file.settle", full)
    with pytest.raises(StoreError, match="No space left"):
        erase_from_file(folder / "b.db", student.id, student.added_at, Identity(student.id))
    assert (folder / "b.db").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["b.db", "course"]


def test_restoring_brings_nobody_back(target: str, folder: Path) -> None:
    """Not even from a backup that the tool could not reach: it knows who was erased."""
    with open_store(target) as store:
        student = a_course(store)
        write_backup(store, folder / "stick.db")
        erase(store, student)
        with store.read() as view:
            stones = len(view.all(sa.select(schema.tombstones)))
    done = restore(target, folder / "stick.db", folder / "kept.db")
    assert done is not None
    assert done.erased == 1
    with open_store(target) as store:
        left = everything(store).replace("zoë the cat", "")
        assert not [secret for secret in SECRETS if secret in left]
        with store.read() as view:
            assert len(view.all(sa.select(schema.tombstones))) == stones
