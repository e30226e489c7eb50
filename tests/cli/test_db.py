"""`coursekit db`, as an instructor types it."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from coursekit.cli import db
from coursekit.store import open_store, people, schema
from coursekit.store.records import NewStudent
from tests.cli.running import run
from tests.store.conftest import server, url
from tests.store.test_backup import fill, older

__all__ = ["server", "url"]

TOML = '[course]\nname = "Deep Learning"\n'


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "dl"
    folder.mkdir()
    (folder / "course.toml").write_text(TOML)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def filled(course: Path) -> Path:
    with open_store(course) as store:
        fill(store)
    return course


def names(folder: Path) -> list[str]:
    with open_store(folder) as store, store.read() as view:
        return [one.name for one in people.list_students(view)]


def test_status(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "db", "backup")
    ran = run(monkeypatch, "db", "status")
    assert ran.code == 0
    assert "course.db (stated by the default)" in ran.out
    assert f"version      {schema.HEAD} (the newest)" in ran.out
    assert "3 students, 1 group, 0 checks" in ran.out
    assert "sound        yes" in ran.out
    assert "none noted" not in ran.out
    found = json.loads(run(monkeypatch, "db", "status", "--format", "json").out)
    assert found["rows"]["students"] == 3
    assert found["last_backup"]


def test_status_of_a_damaged_one(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(filled / "course.db")) as other, other:
        other.execute("UPDATE memberships SET student_id = 99 WHERE id = 1")
    ran = run(monkeypatch, "db", "status")
    assert ran.code == 1
    assert "its students is missing" in ran.out
    assert "coursekit db restore FILE" in ran.out


def test_without_a_database(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for words in (("status",), ("upgrade",), ("backup",), ("export", "out")):
        ran = run(monkeypatch, "db", *words)
        assert (ran.code, ran.out) == (2, "")
        assert "found none" in ran.err
    assert not (course / "course.db").exists()


def test_upgrade_says_from_where_to_where(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older(course / "course.db")
    assert "this coursekit knows" in run(monkeypatch, "db", "status").out
    ran = run(monkeypatch, "db", "upgrade")
    assert f"was of version 0007, and is of version {schema.HEAD} now" in ran.out
    (copy,) = course.glob("course-backup-0007-*.db")
    assert copy.name in ran.out
    assert "already" in run(monkeypatch, "db", "upgrade").out


def test_upgrade_of_a_server_copies_it_first(course: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlalchemy as sa

    from coursekit.store import migrate

    engine = sa.create_engine(url)
    with engine.begin() as connection:
        migrate.upgrade(connection, "0007")
    engine.dispose()
    monkeypatch.setenv("COURSEKIT_DATABASE", url)
    ran = run(monkeypatch, "db", "upgrade")
    assert ran.code == 0, ran.err
    (copy,) = (course / "backups").glob(f"before-{schema.HEAD}-*.db")
    assert copy.name in ran.out
    assert "stated by COURSEKIT_DATABASE" in run(monkeypatch, "db", "status").out


def test_backup_and_restore(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, "db", "backup", "../saved.db")
    assert "3 students" in ran.out
    assert "read back and sound" in ran.out
    with open_store(filled) as store, store.transaction("roster add") as tx:
        people.add_student(tx, NewStudent("Late"))
    ran = run(monkeypatch, "db", "restore", "../saved.db")
    assert ran.code == 2
    assert "--yes" in ran.err
    assert "Late" in names(filled)
    ran = run(monkeypatch, "db", "restore", "../saved.db", "--yes")
    assert (ran.code, ran.err) == (0, "")
    assert names(filled) == ["Ada", "Alan", "Grace"]
    (kept,) = (filled / "backups").iterdir()
    assert kept.name in ran.out


@pytest.mark.parametrize("answer", [True, False])
def test_restore_asks(filled: Path, monkeypatch: pytest.MonkeyPatch, answer: bool) -> None:
    run(monkeypatch, "db", "backup", "saved.db")
    monkeypatch.setattr(db, "_can_ask", lambda: True)
    monkeypatch.setattr("click.confirm", lambda *words, **more: answer)
    ran = run(monkeypatch, "db", "restore", "saved.db")
    assert ran.code == (0 if answer else 1)
    assert ("Restored" if answer else "Nothing was changed.") in ran.out


def test_nothing_is_overwritten(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("mine.txt").write_text("mine")
    for words, said in [
        (("backup", "mine.txt"), "--force"),
        (("backup", "course.db", "--force"), "the course's database itself"),
        (("backup", ".", "--force"), "a folder"),
        (("backup", "missing/x.db"), "expected a folder"),
        (("restore", "course.db", "--yes"), "the course's database itself"),
        (("restore", "nothing.db", "--yes"), "found none"),
        (("export", "."), "does not exist yet"),
    ]:
        ran = run(monkeypatch, "db", *words)
        assert ran.code == 2, words
        assert said in ran.err, ran.err
    assert Path("mine.txt").read_text() == "mine"
    assert run(monkeypatch, "db", "backup", "mine.txt", "--force").code == 0
    assert Path("mine.txt").read_bytes()[:6] == b"SQLite"


def test_not_while_a_job_runs(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from coursekit.jobs.lock import hold

    run(monkeypatch, "db", "backup", "saved.db")
    with open_store(filled) as store, hold(store, "check", "check", again=False):
        ran = run(monkeypatch, "db", "restore", "saved.db", "--yes")
    assert ran.code == 2
    assert "found check (process" in ran.err


def test_export(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every table, with its ids; CSV is safe in a spreadsheet, JSON has everything as it is."""
    with open_store(filled) as store, store.transaction("roster add") as tx:
        people.add_student(tx, NewStudent("=cmd|'calc'!A1\nsecond line", section="Ä"))
    ran = run(monkeypatch, "db", "export", "csv")
    assert ran.code == 0
    assert f"{len(schema.metadata.tables)} tables" in ran.out
    assert run(monkeypatch, "db", "export", "json", "--format", "json").code == 0
    about = json.loads(Path("csv/export.json").read_text(encoding="utf-8"))
    assert about["schema"] == schema.HEAD
    assert about["rows"].keys() == schema.metadata.tables.keys()
    for table, count in about["rows"].items():
        with Path(f"csv/{table}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        found = json.loads(Path(f"json/{table}.json").read_text(encoding="utf-8"))
        assert len(rows) == len(found) == count
    students = json.loads(Path("json/students.json").read_text(encoding="utf-8"))
    assert students[3] | {"added_at": "", "id": 4} == dict.fromkeys(schema.students.c.keys()) | {
        "id": 4,
        "name": "=cmd|'calc'!A1\nsecond line",
        "section": "Ä",
        "added_at": "",
    }
    with Path("csv/students.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file))[3]["name"] == "'=cmd|'calc'!A1\\x0asecond line"


def test_the_environment_goes_before_course_toml(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    with open_store(tmp_path / "other") as store:
        fill(store, "Linus")
    assert "Linus" not in run(monkeypatch, "roster", "list").out
    monkeypatch.setenv("COURSEKIT_DATABASE", "../other/course.db")
    assert "Linus" in run(monkeypatch, "roster", "list").out
    assert "stated by COURSEKIT_DATABASE" in run(monkeypatch, "db", "status").out


def test_init_in_the_environment_s_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSEKIT_DATABASE", f"sqlite:///{(tmp_path / 'there.db').as_posix()}")
    assert run(monkeypatch, "init", tmp_path / "new", "--name", "x", "--time-zone", "UTC").code == 0
    assert (tmp_path / "there.db").exists()
    assert not (tmp_path / "new" / "course.db").exists()


@pytest.mark.parametrize(
    "database", ["mysql://me:secret@h/x", "postgresql+psycopg://me:secret@127.0.0.1:1/x?connect_timeout=1"]
)
def test_no_password_is_shown(course: Path, monkeypatch: pytest.MonkeyPatch, database: str) -> None:
    monkeypatch.setenv("COURSEKIT_DATABASE", database)
    for words in (("status",), ("backup",), ("upgrade",), ("export", "out")):
        ran = run(monkeypatch, "db", *words)
        assert ran.code == 2
        assert "secret" not in ran.out + ran.err
