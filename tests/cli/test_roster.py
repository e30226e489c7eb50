"""`coursekit roster` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from coursekit import cli
from coursekit.course.init import init_course
from tests.cli.running import Ran, run

ROSTER = """\
Vorname;Nachname;ID-Nummer;E-Mail-Adresse;Gruppe;Letzter Zugriff
Jürgen;Groß;s1;j.gross@example.org;Birds;heute
Ada;Lovelace;s2;ada(at)example.org;Birds;heute
Zoë;=cmd|' /C calc'!A0;s3;zoe@example.org;birds;gestern
Noa;Peters;s4;j.gross@example.org;;nie
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    init_course(tmp_path, "DL")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "roster.csv").write_bytes(ROSTER.encode("cp1252"))
    return tmp_path


@pytest.fixture
def type_(here: Path, monkeypatch: pytest.MonkeyPatch):
    def type_(*arguments: str) -> Ran:
        return run(monkeypatch, "roster", *arguments)

    return type_


def test_an_import_shows_what_it_understood(type_, snapshot) -> None:
    first = type_("import", "roster.csv", "--dry-run")
    assert first.code == 2
    assert first.out == snapshot
    assert "No students yet" in type_("list").out
    assert type_("import", "roster.csv").out.splitlines()[-1].startswith("Stored: 2 new")
    again = type_("import", "roster.csv")
    assert again.out == snapshot


def test_a_difference(type_, here: Path, snapshot) -> None:
    type_("import", "roster.csv")
    (here / "new.csv").write_text(
        "name,email,github,group,repository\n"
        "Jürgen Groß-Berg,j.gross@example.org,jgb,Trees,https://git.example.org/g/trees\n"
        "Mia Neu,mia@example.org,,Trees,\n"
    )
    ran = type_("import", "new.csv", "--drop-missing")
    assert (ran.code, ran.out) == (0, snapshot)
    assert type_("list", "--all").out == snapshot
    plan = json.loads(type_("import", "new.csv", "--format", "json").out)
    assert (plan["stored"], plan["new"], plan["unchanged"]) == (False, [], 2)


def test_json_says_everything(type_) -> None:
    ran = type_("import", "roster.csv", "--format", "json")
    assert ran.code == 2
    found = json.loads(ran.out)
    assert found["stored"] is True
    assert (found["format"], found["encoding"], found["separated_by"]) == ("Moodle", "cp1252", "semicolons")
    assert found["columns"]["ID number"] == "ID-Nummer"
    assert [one["line"] for one in found["new"]] == [2, 4]
    assert [one["line"] for one in found["rejected"]] == [3, 5]
    assert found["new"][0]["changes"]["e-mail"] == {"before": None, "after": "j.gross@example.org"}


def test_a_terminal_is_asked(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coursekit.cli.roster._can_ask", lambda: True)

    def typed(answer: str, *options: str):
        return CliRunner().invoke(cli.root, ["roster", "import", "roster.csv", *options], input=answer)

    refused = typed("n\n")
    assert "New (2)" in refused.stdout
    assert refused.stdout.endswith("Nothing was stored. 2 rows could not be used.\n")
    assert "Store this? [y/N]" in refused.stderr
    as_json = typed("n\n", "--format", "json")
    assert json.loads(as_json.stdout)["stored"] is False
    assert "New (2)" in as_json.stderr
    agreed = typed("y\n")
    assert agreed.stdout.count("New (2)") == 1
    assert "Stored: 2 new" in agreed.stdout
    # Nothing to store, so nothing to ask.
    assert typed("").stdout.endswith("Nothing new to store. 2 rows could not be used.\n")


def test_yes_asks_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coursekit.cli.roster._can_ask", lambda: True)
    result = CliRunner().invoke(cli.root, ["roster", "import", "roster.csv", "--yes"])
    assert "Stored: 2 new" in result.stdout
    assert result.stderr == ""


def test_the_list_in_every_format(type_, snapshot) -> None:
    assert "coursekit roster import" in type_("list").out
    type_("import", "roster.csv")
    assert type_("list").out == snapshot
    assert type_("list", "--format", "csv").out == snapshot
    students = json.loads(type_("list", "--format", "json").out)["students"]
    assert [one["group"] for one in students] == ["Birds", "Birds"]


def test_many_rows_are_counted(type_, here: Path) -> None:
    (here / "many.csv").write_text("name\n" + "".join(f"Student {n}\n" for n in range(50)))
    out = type_("import", "many.csv").out
    assert "  Student 19\n  … and 30 more; --format json lists all" in out


def test_by_hand(type_) -> None:
    type_("import", "roster.csv")
    out = type_("add", "Eve Neu", "--email", "eve@example.org", "--group", "BIRDS").out
    assert out == "Eve Neu takes part, in the group Birds.\n"
    assert type_("change", "eve@example.org", "--name", "Eve Alt", "--account", "eve").out == (
        "Eve Alt: name Eve Neu → Eve Alt\nEve Alt: account none → eve\n"
    )
    assert type_("change", "eve", "--account", "eve").out == "Nothing to change for Eve Alt.\n"
    assert type_("drop", "s1", "--reason", "Jürgen Groß moved").code == 0
    assert "Jürgen" not in type_("list").out
    assert "dropped out" in type_("list", "--all").out
    again = type_("add", "Jürgen Groß")
    assert again.out == "Jürgen Groß takes part again.\n"


def test_over_the_limit_by_hand(type_) -> None:
    for number in range(5):
        ran = type_("add", f"Student {number}", "--group", "Birds")
    assert ran.out == "Student 4 takes part.\n"
    assert "'Birds' is full" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import", "nothing.csv"], "found nothing"),
        (["import", "roster.xlsx"], "save or download it as CSV"),
        (["import", "roster.csv", "--map", "name"], "expected FIELD=COLUMN"),
        (["import", "roster.csv", "--map", "name=Nmae"], "it is not there"),
        (["import", "roster.csv", "--drop-missing"], "2 rows cannot be used"),
        (["import", "roster.csv", "--course", "elsewhere"], "course.toml"),
        (["drop", "nobody"], "expected a student of the course"),
        (["change", "nobody"], "expected something to change"),
        (["add", ""], "expected a name"),
    ],
)
def test_what_is_said_about_bad_input(type_, here: Path, arguments: list[str], said: str) -> None:
    (here / "roster.xlsx").write_bytes(b"PK\x03\x04 and so on")
    ran = type_(*arguments)
    assert ran.code == 2
    assert ran.err.startswith("Error: ")
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_nothing_of_a_roster_reaches_the_terminal_as_it_is(type_, here: Path) -> None:
    (here / "evil.csv").write_bytes(
        b"name,email,group,\x1b[31mcolumn\x07\n"
        b"\x1b]0;title\x07Ada,a@x,\x1b[2J\xe2\x80\xaeG,\nB\x9bn,b\x1b@x,,\n\xe2\x80\xaeC,c@x,\xe2\x80\x8bH,\n"
    )
    for arguments in (["import", "evil.csv"], ["list"], ["list", "--format", "csv"], ["drop", "\x1b[31m"]):
        ran = type_(*arguments)
        shown = ran.out + ran.err
        assert not [char for char in shown if not char.isprintable() and char != "\n"]


@pytest.mark.parametrize("name", ["import", "list", "add", "change", "drop"])
def test_every_command_has_help_with_an_example(type_, name: str) -> None:
    ran = type_(name, "--help")
    assert ran.code == 0
    assert f"coursekit roster {name} " in ran.out
