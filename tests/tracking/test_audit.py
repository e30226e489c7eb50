from __future__ import annotations

import datetime as dt

import pytest

from coursekit.config import Course, parse_course
from coursekit.errors import InputError
from coursekit.store import Store, open_store
from coursekit.store.aliases import settle_alias
from coursekit.store.people import add_group, add_student, change_student, join_group
from coursekit.store.records import NewRepository, NewStudent
from coursekit.store.repositories import add_repository
from coursekit.store.schema import access, students
from coursekit.tracking.audit import Change, audit_trail

COURSE = parse_course(b'[course]\nname = "DL"\ntime_zone = "Europe/Berlin"\n')


def told(store: Store, course: Course = COURSE, **options: object) -> list[str]:
    with store.read() as view:
        found = audit_trail(course, view, **options)  # type: ignore[arg-type]
    return [
        f"{', '.join(one.about)} | {one.action} {one.what} | {one.old} → {one.new} | {one.reason}"
        for one in found
    ]


@pytest.fixture
def store(target: str):  # type: ignore[no-untyped-def]
    with open_store(target) as opened:
        with opened.transaction("roster import") as tx:
            ada, alan = (
                add_student(tx, NewStudent("Ada", "ada@example.org")),
                add_student(tx, NewStudent("Alan")),
            )
            bees = add_group(tx, "Bees")
        with opened.transaction("groups move") as tx:
            join_group(tx, ada.id, bees.id, reason="wants to work with Alan")
            change_student(tx, alan.id, NewStudent("Alan Turing"))
        with opened.transaction("attendance review") as tx:
            settle_alias(tx, "meeting", "A.", None, alan.id)
        with opened.transaction("publish") as tx:
            made = add_repository(tx, NewRepository(bees.id, path="repositories/bees"))
            row = tx.insert(
                access, repository_id=made.id, student_id=ada.id, account="ada", granted_at=tx.now
            )
            tx.audit("add", "access", row, "granted_at", None, dt.datetime(2026, 7, 1, 10, tzinfo=dt.UTC))
        yield opened


def test_changes_are_told_with_the_people_whom_they_are_about(store: Store) -> None:
    assert told(store, command="groups") == [
        "Bees, Ada | add memberships | None → Bees | wants to work with [student 2]",
        "Alan Turing | change students name | None → None | None",
    ]
    assert told(store, command="attendance") == ["Alan Turing | add aliases | None → Alan Turing | None"]


def test_moments_are_in_the_zone_of_the_course(store: Store) -> None:
    assert (
        told(store, command="publish")[-1]
        == "Bees, Ada | add access granted | None → 2026-07-01 12:00 | None"
    )


@pytest.mark.parametrize("about", ["Ada", "ADA@example.org", "student 1"])
def test_only_what_is_about_a_student(store: Store, about: str) -> None:
    assert [line.split(" | ")[1] for line in told(store, about=about)] == [
        "add students",
        "add memberships",
        "add access granted",
    ]


def test_only_what_is_about_a_group(store: Store) -> None:
    found = [line.split(" | ")[1] for line in told(store, about="bees")]
    assert found[0] == "add groups"
    assert {"add memberships", "add access granted"} <= set(found)


def test_nobody_called_so_is_an_error(store: Store) -> None:
    with pytest.raises(InputError, match="found none called 'Bes'") as error:
        told(store, about="Bes")
    assert "Did you mean 'Bees'?" in (error.value.hint or "")


def test_no_names_where_others_look_on(store: Store) -> None:
    everything = "\n".join(told(store, anonymous=True))
    assert "Group 1, Student 1 | add memberships | None → Group 1" in everything
    assert not [name for name in ("Ada", "Alan", "Bees") if name in everything]


def test_rows_that_are_gone_keep_their_number(store: Store) -> None:
    with store.transaction("privacy erase") as tx:
        tx.audit("remove", "students", 2)
        tx.execute(students.delete().where(students.c.id == 2))
    assert told(store, command="privacy") == ["Student 2 | remove students | None → None | None"]
    assert told(store, command="attendance") == ["number 1 | add aliases | None → Student 2 | None"]


def test_only_since_a_moment(store: Store) -> None:
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
    assert told(store, since=later) == []
    assert told(store, since=later - dt.timedelta(hours=1))


def test_a_change_for_json_has_everything() -> None:
    moment = dt.datetime(2026, 7, 1, 10, tzinfo=dt.UTC)
    change = Change(
        moment, "ada", "verdict", "add", ("Bees",), "verdicts decision", "fail", "pass", "looked again"
    )
    assert change.as_dict() == {
        "at": "2026-07-01T10:00:00+00:00",
        "actor": "ada",
        "command": "verdict",
        "action": "add",
        "about": ["Bees"],
        "what": "verdicts decision",
        "old": "fail",
        "new": "pass",
        "reason": "looked again",
    }
