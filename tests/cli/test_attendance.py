"""`coursekit attendance` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from coursekit import cli
from coursekit.config import load_course
from coursekit.store import open_store
from coursekit.store.people import add_student
from coursekit.store.records import NewStudent
from tests.cli.running import Ran, run

COURSE = """
[course]
name = "Deep Learning"
time_zone = "Europe/Berlin"

[attendance]
missed_sessions_allowed = 0

[[sessions]]
date = 2026-04-15
start = 18:00:00
end = 20:00:00
topic = "Start"

[[sessions]]
date = 2026-04-22
start = 18:00:00
end = 20:00:00
"""
ZOOM = """\
Topic,ID,Host,Duration (minutes),Start time,End time,Participants
DL,85,Dr. Vera Leit,140,"04/15/2026 05:50:00 PM","04/15/2026 08:10:00 PM",6

Name (original name),Email,Join time,Leave time,Duration (minutes),Guest,Recording disclaimer response,In waiting room
Dr. Vera Leit,host@example.org,"04/15/2026 05:50:00 PM","04/15/2026 08:10:00 PM",140,No,OK,No
Anna Berg,anna@example.org,"04/15/2026 05:58:00 PM","04/15/2026 07:00:00 PM",62,No,OK,No
Anna Berg,anna@example.org,"04/15/2026 05:57:00 PM","04/15/2026 05:58:00 PM",1,No,,Yes
Annas iPhone,,"04/15/2026 06:50:00 PM","04/15/2026 07:20:00 PM",30,Yes,OK,No
"GROSS, JUERGEN",,"04/15/2026 06:05:00 PM","04/15/2026 08:05:00 PM",120,Yes,OK,No
Jonny (Jonas Mueler),,"04/15/2026 06:05:00 PM","04/15/2026 08:05:00 PM",120,Yes,OK,No
Ali Can,,"04/15/2026 06:05:00 PM","04/15/2026 06:35:00 PM",30,Yes,OK,No
\x1b[31mRed,,"04/14/2026 06:05:00 PM","04/14/2026 06:35:00 PM",30,Yes,OK,No
"""
STUDENTS = {
    "Anna Berg": "anna@example.org",
    "Jürgen Groß": "jg@example.org",
    "Jonas Müller": "jm@example.org",
    "Ali Can": "ali1@example.org",
    "Ali  Can": "ali2@example.org",
    "=Eva Formel": "eva@example.org",
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "course.toml").write_text(COURSE)
    (tmp_path / "zoom.csv").write_text(ZOOM, encoding="utf-8-sig")
    with open_store(load_course(tmp_path).store) as store, store.transaction("roster import") as tx:
        for name, email in STUDENTS.items():
            add_student(tx, NewStudent(name, email))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def type_(here: Path, monkeypatch: pytest.MonkeyPatch):
    def type_(*arguments: str) -> Ran:
        return run(monkeypatch, "attendance", *arguments)

    return type_


def test_an_import_shows_every_match_and_every_row_that_has_none(type_, snapshot) -> None:
    dry = type_("import", "zoom.csv", "--dry-run")
    assert (dry.code, dry.out) == (0, snapshot)
    assert (
        type_("import", "zoom.csv").out.splitlines()[-1]
        == "Stored: 1 list, 6 rows. 3 participants not matched."
    )
    assert type_("import", "zoom.csv").out.splitlines()[-1] == "Nothing to store: the course has all of it."


def test_json_says_everything(type_) -> None:
    found = json.loads(type_("import", "zoom.csv", "--session", "1", "--format", "json").out)
    assert (found["stored"], found["students"]) == (True, 6)
    (session,) = found["sessions"]
    (listed,) = session["lists"]
    assert (session["session"], session["attended"], listed["format"]) == (1, 3, "Zoom")
    by_line = {one["lines"][0]: one for one in listed["participants"]}
    assert (by_line[10]["student"], by_line[10]["how"], by_line[10]["score"]) == ("Jonas Müller", "fuzzy", 96)
    assert (by_line[8]["how"], by_line[8]["seconds"]) == ("none", 1800)
    assert [one["student"] for one in by_line[8]["candidates"]] == ["Anna Berg"]
    assert [one["line"] for one in listed["left_out"]] == [7, 12]


def test_the_queue_is_shown_settled_and_empty(type_, snapshot) -> None:
    type_("import", "zoom.csv")
    assert type_("review").out == snapshot
    assert [one["name"] for one in json.loads(type_("review", "--format", "json").out)] == [
        "Dr. Vera Leit",
        "Annas iPhone",
        "Ali Can",
    ]
    settled = type_(
        *(
            "review",
            "--as",
            "annas iphone",
            "Anna Berg",
            "--nobody",
            "Dr. Vera Leit",
            "--as",
            "Ali Can",
            "ali2@example.org",
        )
    )
    assert (settled.code, settled.out) == (0, snapshot)
    assert "Nothing waits: every participant" in type_("review").out
    assert type_("review", "--forget", "Ali Can").out == snapshot
    assert type_("review", "--as", "Nobody", "Anna Berg").code == 2


def test_a_terminal_is_asked_about_each_name(here: Path, type_, monkeypatch: pytest.MonkeyPatch) -> None:
    type_("import", "zoom.csv")
    monkeypatch.setattr("coursekit.cli._attendance_review._can_ask", lambda: True)
    asked = CliRunner().invoke(cli.root, ["attendance", "review"], input="n\nwho?\n1\n\n")
    assert asked.exit_code == 0
    assert "Dr. Vera Leit <host@example.org> is nobody of the course." in asked.output
    assert "'who?' is none" in asked.output
    assert "Annas iPhone is Anna Berg <anna@example.org>." in asked.output
    assert "1 name left to settle." in asked.output
    stopped = CliRunner().invoke(cli.root, ["attendance", "review"], input="q\n")
    assert "1  Ali Can <ali1@example.org> (100)" in stopped.output


def test_a_terminal_is_asked_for_an_unclear_session(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "totals.csv").write_text(
        "Name (original name),Email,Total duration (minutes),Guest\nAnna Berg,,90,No\n"
    )
    monkeypatch.setattr("coursekit.cli.attendance._can_ask", lambda: True)
    asked = CliRunner().invoke(cli.root, ["attendance", "import", "totals.csv"], input="2\n")
    assert asked.exit_code == 0
    assert "2: session 2 (2026-04-22, 18:00–20:00)" in asked.output
    assert "Session 2: 1 of 6 students attended." in asked.output


def test_marks_for_those_in_the_room(here: Path, type_, snapshot) -> None:
    type_("import", "zoom.csv")
    (here / "room.txt").write_text("# in the room\njg@example.org\n\nJonas Müller\n")
    marked = type_("mark", "--session", "2", "Anna Berg", "--from", "room.txt", "--reason", "in the room")
    assert (marked.code, marked.out) == (0, snapshot)
    cleared = type_("mark", "--session", "2", "Anna Berg", "--clear", "--reason", "mistaken")
    assert cleared.out.splitlines()[0] == "Anna Berg: attended → by the lists"
    refused = type_("mark", "--session", "2", "Anna Berg")
    assert refused.code == 2
    assert "expected a reason" in refused.err
    assert (
        type_("mark", "--session", "2").err.splitlines()[0]
        == "Error: expected a reason for marking attendance by hand, but found none"
    )


def test_the_list_in_its_forms(type_, snapshot) -> None:
    type_("import", "zoom.csv")
    type_("mark", "--session", "2", "Anna Berg", "--reason", "in the room")
    assert type_("list").out == snapshot(name="all")
    assert type_("list", "--over", "--anonymous").out == snapshot(name="over")
    assert type_("list", "--session", "2").out == snapshot(name="session")
    assert type_("list", "--format", "csv").out == snapshot(name="csv")
    assert type_("list", "--session", "1", "--format", "csv").out == snapshot(name="session csv")
    found = json.loads(type_("list", "--format", "json").out)
    assert found["students"][0]["attended"] == [1, 2]
    assert found["sessions"][0]["unclear"] == 3
    one = json.loads(type_("list", "--session", "2026-04-22", "--format", "json").out)
    assert [student["state"] for student in one["students"]] == ["attended", None, None, None, None, None]
    assert type_("list", "--session", "1", "--over").code == 2


def test_a_list_is_taken_back(type_) -> None:
    type_("import", "zoom.csv")
    assert type_("withdraw", "--session", "1").code == 2
    done = type_("withdraw", "--session", "1", "--reason", "wrong file")
    assert done.out.splitlines()[0] == "zoom.csv counts no longer."
    assert "No list was read of sessions 1, 2." in type_("list").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "missing.csv"),
        ("import", "course.toml"),
        ("import", "zoom.csv", "--session", "7"),
        ("import", "zoom.csv", "--session", "2"),
        ("import", "zoom.csv", "--map", "name"),
        ("import", "zoom.csv", "--map", "name=Nobody"),
        ("import", "zoom.csv", "--time-zone", "Mars"),
        ("withdraw", "--session", "2", "--reason", "x"),
    ],
)
def test_wrong_input_is_told_without_a_traceback(type_, arguments: tuple[str, ...]) -> None:
    ran = type_(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: expected ")
    assert "Traceback" not in ran.err
