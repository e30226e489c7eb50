"""`coursekit certificates` as it is typed, and what it prints."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from coursekit.config import Course
from tests.cli.running import Ran, run
from tests.course.certifying import a_course

CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
DATE = re.compile(r"2\d{3}-\d\d-\d\d")


class Kit:
    def __init__(self, course: Course, patch: pytest.MonkeyPatch) -> None:
        self.course, self._patch = course, patch

    def __call__(self, *args: str) -> Ran:
        return run(self._patch, "certificates", *args)


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kit:
    course = a_course(tmp_path / "c")
    monkeypatch.chdir(tmp_path / "c")
    return Kit(course, monkeypatch)


def steady(text: str) -> str:
    return DATE.sub("(date)", CODE.sub("(code)", text))


def test_who_gets_what_and_why_not(kit: Kit, snapshot) -> None:
    assert kit("--check").out == snapshot(name="text")
    hidden = kit("--check", "--anonymous")
    assert hidden.out == snapshot(name="anonymous")
    assert not re.search("Ada|Zo|Kurt|Emmy|bees|birds", hidden.out)
    plain = json.loads(kit("--check", "--format", "json").out)
    assert (plain["attendance"], plain["achievement"]) == (3, 2)
    told = plain["students"][3]["attendance"]
    assert (told["eligible"], told["final"]) == (False, False)
    assert told["reasons"][0].startswith(
        "3 sessions missed (no information about sessions 2, 3, 4), 1 allowed"
    )
    rows = list(csv.DictReader(io.StringIO(kit("--check", "--format", "csv").out)))
    assert [(row["student"], row["attendance"], row["achievement"]) for row in rows][2] == (
        "Kurt",
        "yes",
        "not yet",
    )


def test_from_building_to_withdrawing(kit: Kit, snapshot) -> None:
    assert steady(kit("build", "--dry-run").out) == snapshot(name="dry run")
    built = kit("build")
    assert built.code == 0
    assert steady(built.out) == snapshot(name="built")
    assert "Made the course's key" in built.err
    again = kit("build")
    assert again.out == "0 made, 5 unchanged, 0 failed, of 5 certificates; 1 student gets none\n"
    verified = kit("verify", "certificates/ada-lovelace-achievement.pdf")
    assert (verified.code, steady(verified.out)) == (0, snapshot(name="verified"))
    assert steady(kit("list").out) == snapshot(name="list")
    assert kit("withdraw", "Ada Lovelace").code == 2
    withdrawn = kit("withdraw", "Ada Lovelace", "--reason", "copied")
    assert steady(withdrawn.out).splitlines() == [
        "Withdrawn: attendance of Ada Lovelace, (code)",
        "Withdrawn: achievement of Ada Lovelace, (code)",
    ]
    code = CODE.search(withdrawn.out)
    assert code is not None
    answer = kit("verify", code[0], "0000-0000-0000", "--format", "json")
    assert answer.code == 1
    assert [one["answer"] for one in json.loads(answer.out)["certificates"]] == ["withdrawn", "unknown"]
    rest = kit("build")
    assert rest.code == 1
    assert "2 withdrawn before" in rest.out
    assert "build STUDENT --force" in rest.err
    assert (
        json.loads(kit("list", "--format", "json", "--anonymous").out)["certificates"][0]["student"]
        == "Student 1"
    )
    assert kit("list", "--format", "csv").out.startswith("student,kind,code")


def test_students_who_are_named_and_get_none_are_told_why(kit: Kit) -> None:
    ran = kit("build", "Emmy")
    assert ran.code == 1
    assert ran.out.startswith("Emmy: none: 3 sessions missed")
    assert kit("build", "Nobody").code == 2


def test_what_waits_for_a_decision_is_said(kit: Kit) -> None:
    kit("build")
    path = kit.course.folder / "course.toml"
    path.write_text(path.read_text("utf-8").replace("ects = 2.5", "ects = 5"), "utf-8")
    ran = kit("build", "--kind", "achievement")
    assert ran.code == 1
    assert "kept as it was given out, though it would say something else now (ects)" in ran.out
    assert "2 kept though different" in ran.out
    assert (
        json.loads(kit("build", "--force", "--format", "json").out)["certificates"][1]["action"] == "replaced"
    )


def test_somebody_with_the_public_key_needs_no_course(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit("build", "Kurt")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    file = str(kit.course.folder / "certificates" / "kurt-attendance.pdf")
    key = str(kit.course.folder / "certificate-key.pub.pem")
    assert kit("verify", file, "--key", key).code == 0
    assert "expected a course" in kit("verify", file).err


def test_a_template_and_a_sample(kit: Kit) -> None:
    assert kit("template").out.strip().endswith("certificate.typ")
    assert kit("template").code == 2
    assert kit("preview").out == "certificate-preview.pdf\n"
    assert kit("preview", "--kind", "attendance").code == 0
    (kit.course.folder / "certificate.typ").write_text("#broken(\n", "utf-8")
    assert "certificate.typ, line 1" in kit("preview").err


def test_without_anything_to_do_it_says_what_there_is(kit: Kit) -> None:
    assert "Say --check" in kit().err
    assert kit("--check", "build").code == 2
