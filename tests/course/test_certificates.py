"""Making certificates: nothing is given out twice, replaced in silence, or lost when a run is cut off."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coursekit.config import Course, load_course
from coursekit.course.certificates import (
    Built,
    build_certificates,
    list_given,
    preview,
    withdraw,
    write_template,
)
from coursekit.course.certificates import build as module
from coursekit.errors import InputError
from coursekit.store import open_store
from coursekit.store.certificates import list_certificates
from coursekit.store.history import list_audit
from coursekit.store.people import change_student, drop_student
from coursekit.store.records import NewStudent
from coursekit.tracking.certificates.keys import PRIVATE, PUBLIC, load_public
from coursekit.tracking.certificates.seal import seal_of
from tests.course.certifying import SESSIONS, TITLE, TOML, a_course

FILES = [
    "certificates/ada-lovelace-achievement.pdf",
    "certificates/ada-lovelace-attendance.pdf",
    "certificates/kurt-attendance.pdf",
    "certificates/zoe-o-hara-achievement.pdf",
    "certificates/zoe-o-hara-attendance.pdf",
]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return a_course(tmp_path / "c")


def files(course: Course) -> dict[str, bytes]:
    return {
        f"certificates/{path.name}": path.read_bytes()
        for path in sorted((course.folder / "certificates").glob("*"))
    }


def did(built: Built) -> dict[str, str]:
    return {one.file: one.action for one in built.entries}


def retitled(course: Course, title: str) -> None:
    (course.folder / "repositories" / "bees" / "project.toml").write_text(
        f'[project]\ntitle = "{title}"\n', "utf-8"
    )


def test_everybody_who_gets_one_has_it_and_a_second_run_changes_nothing(course: Course) -> None:
    built = build_certificates(course)
    assert sorted(did(built)) == FILES
    assert set(did(built).values()) == {"new"}
    assert (built.of, built.failures, built.exit_code) == (5, (), 0)
    assert [one.student.name for one in built.refused] == ["Emmy"]
    assert {one.project for one in built.entries if one.kind == "achievement"} == {TITLE}
    made = files(course)
    key = load_public(course.folder / PUBLIC)
    given = {one.certificate.file: one.certificate.code for one in list_given(course)}
    assert {name: seal_of(data, key) for name, data in made.items()} == given
    again = build_certificates(course)
    assert set(did(again).values()) == {"unchanged"}
    assert files(course) == made


def test_a_dry_run_makes_nothing_not_even_a_key(course: Course) -> None:
    built = build_certificates(course, dry_run=True)
    assert set(did(built).values()) == {"new"}
    assert {one.code for one in built.entries} == {""}
    assert not (course.folder / PRIVATE).exists()
    assert not (course.folder / "certificates").exists()
    assert list_given(course) == []


def test_a_lost_file_comes_back_byte_for_byte(course: Course) -> None:
    """And what a killed run left beside it is removed."""
    build_certificates(course)
    made = files(course)
    (course.folder / "certificates" / ".coursekit-left.tmp").write_text("half a certificate")
    (course.folder / "certificates/kurt-attendance.pdf").unlink()
    assert not list_given(course)[-1].there
    assert did(build_certificates(course))["certificates/kurt-attendance.pdf"] == "again"
    assert files(course) == made


def test_what_was_given_out_is_never_replaced_in_silence(course: Course) -> None:
    build_certificates(course)
    made = files(course)
    retitled(course, "Another title")
    built = build_certificates(course)
    assert did(built)["certificates/ada-lovelace-achievement.pdf"] == "differs"
    assert (built.count("differs"), built.count("unchanged"), built.exit_code) == (2, 3, 1)
    assert next(one.changed for one in built.entries if one.action == "differs") == ("project",)
    assert files(course) == made
    forced = build_certificates(course, ["Ada Lovelace"], force=True)
    assert did(forced) == {
        "certificates/ada-lovelace-attendance.pdf": "unchanged",
        "certificates/ada-lovelace-achievement.pdf": "replaced",
    }
    assert (
        files(course)["certificates/ada-lovelace-achievement.pdf"]
        != made["certificates/ada-lovelace-achievement.pdf"]
    )
    assert (
        files(course)["certificates/zoe-o-hara-achievement.pdf"]
        == made["certificates/zoe-o-hara-achievement.pdf"]
    )
    with open_store(course.store) as store, store.read() as view:
        old, new = (one for one in list_certificates(view, student_id=1) if one.kind == "achievement")
        audit = [one for one in list_audit(view, table="certificates") if one.action == "withdraw"]
    assert (old.withdrawn_at is None, new.withdrawn_at is None) == (False, True)
    assert [one.reason for one in audit] == ["replaced; changed: project"]
    assert (
        did(build_certificates(course, ["Ada Lovelace"]))["certificates/ada-lovelace-achievement.pdf"]
        == "unchanged"
    )


def test_a_corrected_name_keeps_its_file_and_asks_for_a_decision(course: Course) -> None:
    build_certificates(course)
    with open_store(course.store) as store, store.transaction("test") as tx:
        change_student(tx, 3, NewStudent("Kurt Gödel"))
    [kept] = build_certificates(course, ["Kurt Gödel"]).entries
    assert (kept.action, kept.file, kept.changed) == (
        "differs",
        "certificates/kurt-attendance.pdf",
        ("student",),
    )


def test_the_date_of_making_makes_no_other_certificate(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    from coursekit.course.certificates import plan

    (course.folder / "course.toml").write_text(TOML.replace("date = 2026-07-15\n", "") + SESSIONS, "utf-8")
    course = load_course(course.folder)
    build_certificates(course)
    made = files(course)
    monkeypatch.setattr(plan, "today", lambda course: __import__("datetime").date(2027, 1, 1))
    (course.folder / "certificates/kurt-attendance.pdf").unlink()
    assert build_certificates(course).count("unchanged") == 4
    assert files(course) == made


def test_withdrawn_ones_come_back_only_for_students_who_are_named(course: Course) -> None:
    build_certificates(course)
    with pytest.raises(InputError, match="expected a reason"):
        withdraw(course, "Ada Lovelace")
    taken = withdraw(course, "Ada Lovelace", kinds=["achievement"], reason="copied from Zoë O'Hara")
    assert [one.certificate.kind for one in taken] == ["achievement"]
    assert "certificates/ada-lovelace-achievement.pdf" not in files(course)
    built = build_certificates(course, force=True)
    assert did(built)["certificates/ada-lovelace-achievement.pdf"] == "withdrawn"
    assert built.exit_code == 1
    assert (
        did(build_certificates(course, ["Ada Lovelace"]))["certificates/ada-lovelace-achievement.pdf"]
        == "withdrawn"
    )
    assert (
        did(build_certificates(course, ["Ada Lovelace"], force=True))[
            "certificates/ada-lovelace-achievement.pdf"
        ]
        == "new"
    )
    with open_store(course.store) as store, store.read() as view:
        [entry] = [one for one in list_audit(view, table="certificates") if one.action == "withdraw"]
    assert entry.reason is not None
    assert "copied from" in entry.reason
    assert "Zo" not in entry.reason
    with pytest.raises(InputError, match="expected a valid certificate of 'Emmy'"):
        withdraw(course, "Emmy", reason="x")


def test_who_dropped_out_can_still_lose_a_certificate_and_gets_none(course: Course) -> None:
    build_certificates(course)
    with open_store(course.store) as store, store.transaction("test") as tx:
        drop_student(tx, 3)
    assert build_certificates(course, ["Kurt"]).exit_code == 1
    assert len(withdraw(course, "Kurt", reason="left")) == 1


def test_files_of_others_stay(course: Course) -> None:
    folder = course.folder / "certificates"
    folder.mkdir()
    (folder / "kurt-attendance.pdf").write_text("mine")
    (folder / "ada-lovelace-attendance.pdf").symlink_to(folder / "kurt-attendance.pdf")
    built = build_certificates(course)
    assert (
        did(built)["certificates/kurt-attendance.pdf"]
        == did(built)["certificates/ada-lovelace-attendance.pdf"]
        == "blocked"
    )
    assert (built.count("new"), built.exit_code) == (3, 2)
    assert (folder / "kurt-attendance.pdf").read_text() == "mine"
    forced = build_certificates(course, force=True)
    assert did(forced)["certificates/kurt-attendance.pdf"] == "new"
    assert forced.failures[0][0] == "certificates/ada-lovelace-attendance.pdf"
    assert "expected no link" in forced.failures[0][1]
    # One that was changed since is not overwritten either, nor removed when it is withdrawn.
    with (folder / "kurt-attendance.pdf").open("ab") as file:
        file.write(b"\nnotes")
    assert did(build_certificates(course))["certificates/kurt-attendance.pdf"] == "blocked"
    [taken] = withdraw(course, "Kurt", reason="x")
    assert "is not as it was made, and was left there" in taken.note
    assert (folder / "kurt-attendance.pdf").exists()


def test_two_of_the_same_name_get_files_of_their_own(course: Course) -> None:
    with open_store(course.store) as store, store.transaction("test") as tx:
        change_student(tx, 2, NewStudent("ada  LOVELACE"))
    names = sorted(did(build_certificates(course)))
    assert names == [
        "certificates/ada-lovelace-2-achievement.pdf",
        "certificates/ada-lovelace-2-attendance.pdf",
        "certificates/ada-lovelace-achievement.pdf",
        "certificates/ada-lovelace-attendance.pdf",
        "certificates/kurt-attendance.pdf",
    ]


def test_a_run_that_is_cut_off_goes_on(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also between the file and the end of its transaction, where the store does not know the file."""
    count = 0

    def write_and_die(path: Path, data: bytes) -> None:
        nonlocal count
        count += 1
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        if count == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_bytes", write_and_die)
        with pytest.raises(KeyboardInterrupt):
            build_certificates(course)
    assert (len(list_given(course)), len(files(course))) == (2, 3)
    built = build_certificates(course)
    assert (built.count("unchanged"), built.count("new"), built.failures) == (2, 3, ())
    key = load_public(course.folder / PUBLIC)
    assert {one.certificate.code for one in list_given(course)} == {
        seal_of(one, key) for one in files(course).values()
    }


def test_a_project_without_a_title_has_the_groups_name_and_a_note(course: Course) -> None:
    (course.folder / "repositories" / "bees" / "project.toml").unlink()
    built = build_certificates(course, dry_run=True, kinds=["achievement"])
    assert {(one.project, one.note) for one in built.entries} == {
        ("bees", "project.toml has no title; it is the group's name")
    }


def test_one_that_cannot_be_made_costs_no_other(course: Course) -> None:
    with open_store(course.store) as store, store.transaction("test") as tx:
        change_student(tx, 3, NewStudent("Kurt \U0001bc00"))
    built = build_certificates(course)
    assert (built.count("new"), len(built.failures), built.of, built.exit_code) == (4, 1, 5, 2)
    assert "U+1BC00" in built.failures[0][1]
    assert len(list_given(course)) == 4


def test_a_broken_template_makes_nothing(course: Course) -> None:
    write_template(course)
    with pytest.raises(InputError, match="it was left alone"):
        write_template(course)
    path = course.folder / "certificate.typ"
    path.write_text(path.read_text("utf-8") + "\n#oops()\n", "utf-8")
    with pytest.raises(InputError, match=r"certificate\.typ, line \d+: unknown variable: oops"):
        build_certificates(course)
    assert list_given(course) == []
    write_template(course, force=True)
    assert build_certificates(course).count("new") == 5


def test_a_sample_is_marked_and_overwrites_only_samples(course: Course) -> None:
    target = course.folder / "sample.pdf"
    one = preview(course, target, "achievement").read_bytes()
    assert preview(course, target, "attendance").read_bytes() != one
    target.write_bytes(b"%PDF-1.7 mine")
    with pytest.raises(InputError, match="it was left alone"):
        preview(course, target, "achievement")
    assert preview(course, target, "achievement", force=True).read_bytes() == one
    assert not (course.folder / PRIVATE).exists()


def test_a_lost_key_stops_before_anything_is_made(course: Course) -> None:
    build_certificates(course, ["Kurt"])
    for name in (PRIVATE, PUBLIC):
        (course.folder / name).rename(course.folder / f"{name}.away")
    with pytest.raises(InputError, match="Put it back"):
        build_certificates(course)
    assert len(files(course)) == 1


def test_what_another_run_made_meanwhile_is_not_made_twice(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = module.run_job

    def late(*args: object, **options: object) -> object:
        with monkeypatch.context() as patch:
            patch.setattr(module, "run_job", before)
            build_certificates(course, ["Kurt"])
        return before(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "run_job", late)
    built = build_certificates(course)
    assert [file for file, _ in built.failures] == ["certificates/kurt-attendance.pdf"]
    assert "another command did" in built.failures[0][1]
    assert len(list_given(course)) == 5


@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", more=60)
    command = [sys.executable, "-m", "coursekit", "certificates", "build", "--course", str(course.folder)]
    picked = random.Random(7)
    for _ in range(8):
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(picked.uniform(0.6, 2.2))
        running.kill()
        running.wait()
        with open_store(course.store) as store, store.read() as view:
            known = list_certificates(view)
        assert len({(one.student_id, one.kind) for one in known}) == len(known)
        if known:
            key = load_public(course.folder / PUBLIC)
            assert all(seal_of((course.folder / one.file).read_bytes(), key) == one.code for one in known)
    built = build_certificates(course)
    assert (built.count("new", "unchanged"), built.failures) == (65, ())
    assert {one.certificate.file for one in list_given(course)} <= set(files(course))
