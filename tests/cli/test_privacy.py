"""`coursekit privacy`, as an instructor types it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from coursekit.cli import privacy
from coursekit.config import find_course
from coursekit.store import open_store, people, schema
from coursekit.store.access import end_access, note_access
from coursekit.store.attendance import list_presences
from coursekit.store.records import NewRepository, NewStudent
from coursekit.store.repositories import add_repository
from coursekit.tracking.attendance.review import rematch
from tests.cli.running import Ran, run

TOML = '[course]\nname = "Deep Learning"\n[[sessions]]\ndate = 2026-10-14\nstart = 18:00:00\nend = 20:00:00\n'
ROSTER = "name,email,group\nZoë Quillfeather,zq@example.org,Birds\nAlan Turing,alan@example.org,Birds\n"
SECRETS = ("quillfeather", "zq@example.org")


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "dl"
    folder.mkdir()
    (folder / "course.toml").write_text(TOML.replace("[[", 'time_zone = "UTC"\n[[', 1))
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    monkeypatch.chdir(folder)
    assert run(monkeypatch, "roster", "import", "roster.csv").code == 0
    with open_store(folder) as store, store.transaction("groups link") as tx:
        add_repository(tx, NewRepository(1, url="https://git.example.org/zoe-quillfeather/birds"))
        tx.insert(schema.attendance_imports, day=date(2026, 10, 14), turn=1,
                  source="Quillfeather, Zoe.csv", content="x", imported_at=tx.now)  # fmt: skip
    return folder


def in_database(folder: Path) -> bytes:
    names = [*folder.glob("*.db*"), *folder.glob("backups/*")]
    return b"".join(path.read_bytes() for path in names).lower()


def erased(monkeypatch: pytest.MonkeyPatch, *more: str) -> Ran:
    return run(monkeypatch, "privacy", "erase", "zq@example.org", "--yes", "--reason", "asked for", *more)


def test_report(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (course / "repositories" / "birds").mkdir(parents=True)
    (course / "notes.txt").write_text("Zoe Quillfeather asked for more time", encoding="utf-8")
    (course / "for Zoë Quillfeather.pdf").write_bytes(b"%PDF")
    run(monkeypatch, "db", "backup")
    ran = run(monkeypatch, "privacy", "report", "Quillfeather, Zoë")
    assert ran.code == 0
    for said in (
        "Zoë Quillfeather is student 1.",
        "email zq@example.org",
        "memberships (1 row)",
        "repositories 1, url: https://git.example.org/zoe-quillfeather/birds",
        "attendance_imports 1, source: Quillfeather, Zoe.csv",
        "roster import  add students 1",
        "roster.csv: its text",
        "notes.txt: its text",
        "for Zoë Quillfeather.pdf: its name",
        "the repository on the git host, of group 1",
        "backups/course-",
    ):
        assert said in ran.out, said
    found = json.loads(run(monkeypatch, "privacy", "report", "student 1", "--format", "json").out)
    assert found["student"] == {"id": 1, "name": "Zoë Quillfeather"}
    assert found["rows"]["memberships"][0]["group_id"] == 1
    assert {one["table"] for one in found["named"]} == {"repositories", "attendance_imports"}
    assert found["audit"][0]["command"] == "roster import"
    assert len(found["backups"]) == 1


def test_erase(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the database and the backups; what is left to people is listed; others stay."""
    assert run(monkeypatch, "db", "backup").code == 0
    assert run(monkeypatch, "db", "backup", "../stick.db").code == 0
    dry = run(monkeypatch, "privacy", "erase", "zq@example.org", "--dry-run")
    assert "would be taken out" in dry.out
    assert b"quillfeather" in in_database(course)
    ran = erased(monkeypatch)
    assert ran.code == 0, ran.err
    assert "Student 1 (erased): 5 values taken out of the database" in ran.out
    assert ran.out.count("values taken out\n") == 2
    assert "Birds: the address of the repository named the student" in ran.out
    assert "roster.csv: its text" in ran.out
    left = in_database(course) + (course.parent / "stick.db").read_bytes().lower()
    assert not [secret for secret in SECRETS if secret.encode() in left]
    assert b"alan turing" in left
    audit = run(monkeypatch, "audit").out
    assert "privacy erase" in audit
    assert "asked for" in audit
    assert "Quillfeather" not in audit


def test_a_later_import_does_not_bring_the_name_back(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    erased(monkeypatch)
    ran = run(monkeypatch, "roster", "import", "roster.csv")
    assert "line 2: student 1 was erased from this course; this row is not used" in ran.out
    (course / "bare.csv").write_text("name\nQUILLFEATHER Zoë\nNew Person\n", encoding="utf-8")
    ran = run(monkeypatch, "roster", "import", "bare.csv")
    assert "line 2: student 1 was erased" in ran.out
    listed = run(monkeypatch, "roster", "list", "--all").out
    assert "New Person" in listed
    assert "uillfeather" not in listed.casefold()
    # Another person of that name may come.
    (course / "other.csv").write_text("name,email\nZoë Quillfeather,other@example.org\n", encoding="utf-8")
    assert "1 new" in run(monkeypatch, "roster", "import", "other.csv").out


def test_who_is_added_by_hand_comes_back(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    erased(monkeypatch)
    assert run(monkeypatch, "roster", "add", "Zoë Quillfeather", "--email", "zq@example.org").code == 0
    assert "Zoë Quillfeather" in run(monkeypatch, "roster", "list").out


def test_without_tombstones(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    erased(monkeypatch, "--no-tombstone")
    assert "1 new" in run(monkeypatch, "roster", "import", "roster.csv").out


def test_again(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the number, as nobody has the name any more: what was not reached the first time is looked through then."""
    run(monkeypatch, "db", "backup", "../stick.db")
    stick = course.parent / "stick.db"
    stick.rename(course.parent / "away.db")
    ran = erased(monkeypatch)
    assert ran.code == 1
    assert "stick.db: LEFT AS IT IS, not there" in ran.out
    (course.parent / "away.db").rename(stick)
    ran = run(monkeypatch, "privacy", "erase", "Student 1", "--yes", "--reason", "asked for")
    assert ran.code == 0
    assert "who was erased before: 0 values" in ran.out
    assert "stick.db: 5 values taken out" in ran.out
    assert b"quillfeather" not in stick.read_bytes().lower()
    assert run(monkeypatch, "privacy", "erase", "student 99", "--yes", "--reason", "x").code == 2


def test_a_damaged_backup_is_named(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "db", "backup")
    (backup,) = (course / "backups").iterdir()
    backup.write_bytes(backup.read_bytes()[:9000])
    with open_store(course) as store, store.transaction("db backup") as tx:
        tx.insert(schema.backups, made_at=tx.now, host="another machine", path="/there/x.db")
    assert run(monkeypatch, "privacy", "report", "zq@example.org").code == 0
    ran = erased(monkeypatch)
    assert ran.code == 1
    assert f"{backup.name}: LEFT AS IT IS" in ran.out
    assert "/there/x.db: LEFT AS IT IS, on another machine" in ran.out


def test_a_file_about_the_student_alone_is_removed(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (course / "certificates").mkdir()
    mine = course / "certificates" / "x.pdf"
    mine.write_bytes(b"%PDF")
    (course.parent / "outside.pdf").write_bytes(b"%PDF")
    with open_store(course) as store, store.transaction("certificates build") as tx:
        for code, file in (("a", "certificates/x.pdf"), ("b", "../outside.pdf"), ("c", "")):
            values = {"kind": "attendance", "statement": '{"name": "x"}', "issued_at": tx.now}
            tx.insert(schema.certificates, student_id=1, code=code, file=file, **values)
    assert "x.pdf: would be removed" in run(monkeypatch, "privacy", "erase", "student 1", "--dry-run").out
    assert mine.exists()
    assert "x.pdf: was removed" in erased(monkeypatch).out
    assert not mine.exists()
    assert (course.parent / "outside.pdf").exists()


def give_access(folder: Path) -> None:
    with open_store(folder) as store, store.transaction("publish") as tx:
        note_access(tx, 1, 1, "zquill")


def test_access_first(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    give_access(course)
    ran = erased(monkeypatch)
    assert ran.code == 2
    assert "coursekit roster drop zq@example.org  and then  coursekit publish" in ran.err
    assert run(monkeypatch, "roster", "drop", "zq@example.org").code == 0
    assert "Type  coursekit publish ," in erased(monkeypatch).err
    with open_store(course) as store, store.transaction("publish") as tx:
        end_access(tx, 1, 1)
    assert erased(monkeypatch).code == 0
    assert b"zquill" not in in_database(course)


def test_access_and_force(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    give_access(course)
    assert erased(monkeypatch, "--force").code == 0


@pytest.mark.parametrize("answer", [True, False])
def test_it_asks(course: Path, monkeypatch: pytest.MonkeyPatch, answer: bool) -> None:
    words = ("privacy", "erase", "zq@example.org", "--reason", "asked for")
    ran = run(monkeypatch, *words)
    assert ran.code == 2
    assert "--yes" in ran.err
    monkeypatch.setattr(privacy, "_can_ask", lambda: True)
    monkeypatch.setattr("click.confirm", lambda *said, **more: answer)
    assert run(monkeypatch, *words).code == (0 if answer else 1)
    assert (b"quillfeather" in in_database(course)) == (not answer)


def test_a_reason_is_needed(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(monkeypatch, "privacy", "erase", "zq@example.org", "--yes")
    assert ran.code == 2
    assert "--reason" in ran.err


def test_what_a_reader_holds_is_said(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coursekit.course.privacy.scrub", lambda store: False)
    ran = erased(monkeypatch)
    assert ran.code == 1
    assert "run this again" in ran.out


def test_nobody_else_is_erased(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(course) as store, store.transaction("roster add") as tx:
        people.add_student(tx, NewStudent("Zoë Quill", "zoe@example.org"))
    erased(monkeypatch)
    listed = run(monkeypatch, "roster", "list").out
    assert "Zoë Quill " in listed
    assert "zoe@example.org" in listed


ZOOM = "Name (Original Name),User Email,Total Duration (Minutes),Guest\n"


def test_attendance_stays_and_a_later_list_counts_without_the_name(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when all lists are matched anew, and for somebody else who was erased."""

    def rows() -> list[tuple[str, int | None, int]]:
        with open_store(course) as store, store.read() as view:
            columns = schema.attendance_rows.c
            found = view.all(
                sa.select(columns.name, columns.student_id, columns.seconds).order_by(columns.id)
            )
            return [tuple(row) for row in found]  # type: ignore[misc]

    def attended() -> int:
        with open_store(course) as store, store.read() as view:
            return sum(one.student_id == 1 for one in list_presences(view))

    run(monkeypatch, "roster", "add", "Grace Hopper")
    first = ZOOM + "Zoe Quillfeather,,100,No\nAlan Turing,alan@example.org,100,No\n"
    (course / "first.csv").write_text(first, encoding="utf-8")
    ran = run(monkeypatch, "attendance", "import", "first.csv", "--session", "1")
    assert ran.code == 0, ran.err + ran.out
    assert attended() == 1
    erased(monkeypatch)
    assert run(monkeypatch, "privacy", "erase", "Alan Turing", "--yes", "--reason", "too").code == 0
    assert [row[1] for row in rows()] == [1, 2]
    assert attended() == 1
    with open_store(course) as store, store.transaction("attendance review") as tx:
        assert rematch(tx, find_course(course)) == (0, 0)
    assert [row[1] for row in rows()] == [1, 2]

    second = ZOOM + "QUILLFEATHER Zoë,,90,No\nAnybody,zq@example.org,5,No\n"
    (course / "first.csv").write_text(second, encoding="utf-8")
    ran = run(monkeypatch, "attendance", "import", "first.csv", "--session", "1", "--replace")
    assert ran.code == 0, ran.err + ran.out
    assert {row[:2] for row in rows()} == {("Student 1 (erased)", 1)}
    assert attended() == 1
    assert not [secret for secret in SECRETS if secret.encode() in in_database(course)]
