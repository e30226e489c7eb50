"""The same on PostgreSQL, where a server can be had; the issue on tracking makes all tests run on both."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from coursekit.errors import InputError, StoreError
from coursekit.jobs import JobItem, run_job
from coursekit.model import Finding, Level, Location, Status
from coursekit.store import checks, open_store, people, schema
from coursekit.store.history import list_audit
from coursekit.store.records import NewCheckRun, NewRepository, NewStudent
from coursekit.store.repositories import add_repository


def change(url: str, statement: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def test_a_course_on_a_server(url: str) -> None:
    finding = Finding(
        "DOC101", "a 'title' 🦊", Status.MET, Level.REQUIRED, None, True, "a\0b", "", (Location("x", 1),)
    )
    with open_store(url) as store, store.transaction("roster import") as tx:
        anna = people.add_student(tx, NewStudent("Anna O'Brien 李", "a@example.org"))
        with pytest.raises(InputError):
            people.add_student(tx, NewStudent("Ben", "A@example.org"))
        one, two = people.add_group(tx, "One"), people.add_group(tx, "Two")
        people.join_group(tx, anna.id, one.id)
        people.join_group(tx, anna.id, two.id, reason="Anna wished it")
        repository = add_repository(tx, NewRepository(two.id, path="two"))
        run = checks.record_check(tx, NewCheckRun(repository.id, "p", "1", (finding,)))
    with open_store(url, create=False) as store, store.read() as view:
        assert store.path is None
        assert people.members(view) == {one.id: [], two.id: [anna]}
        (found,) = checks.newest_checks(view)
        assert found.findings[0].message == "a\ufffdb"
        assert found.checked_at == run.checked_at
        assert f"[student {anna.id}] wished it" in {entry.reason for entry in list_audit(view)}


def test_a_job_on_a_server(url: str) -> None:
    with open_store(url) as store:
        items = [JobItem(f"group:{number}", number) for number in range(5)]
        assert run_job(store, "check", items, lambda item: item.value, workers=2).done == 5
        assert run_job(store, "check", items, lambda item: item.value).skipped == 5


def test_one_writer_at_a_time(url: str) -> None:
    with open_store(url) as store:

        def write() -> None:
            for _ in range(20):
                with store.transaction("roster import") as tx:
                    people.add_student(tx, NewStudent(f"Student {len(people.list_students(tx))}"))

        threads = [threading.Thread(target=write) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with store.read() as view:
            names = {student.name for student in people.list_students(view)}
    assert names == {f"Student {number}" for number in range(60)}


def test_what_raises_leaves_nothing(url: str) -> None:
    def fail() -> None:
        with store.transaction("roster import") as tx:
            people.add_student(tx, NewStudent("Anna"))
            raise ZeroDivisionError

    with open_store(url) as store:
        with pytest.raises(ZeroDivisionError):
            fail()
        with store.read() as view:
            assert people.list_students(view) == []


def test_the_migrations_make_the_tables_that_the_code_uses(url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with open_store(url) as store, store._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


def test_an_empty_database_when_none_shall_be_made(url: str) -> None:
    with pytest.raises(StoreError, match="an empty one"):
        open_store(url, create=False)


def test_a_database_of_a_newer_coursekit(url: str) -> None:
    open_store(url).close()
    change(url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="version 9999"):
        open_store(url)


def test_a_database_of_another_program(url: str) -> None:
    change(url, "CREATE TABLE notes (text text)")
    with pytest.raises(StoreError, match="another program"):
        open_store(url)


def test_a_server_that_does_not_answer() -> None:
    with pytest.raises(StoreError, match="expected to use the database") as caught:
        open_store("postgresql+psycopg://someone:secret@127.0.0.1:1/course?connect_timeout=2")
    assert "secret" not in str(caught.value)
