"""A course as its instructor types it, from the roster to the certificates, the exports and an erased student."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.running import Ran, run

ROSTER = """\
Vorname;Nachname;E-Mail-Adresse;Gruppe
Adele;Example;adele@example.org;Birds
Alan;Muster;alan@example.org;Birds
Grace;Probe;grace@example.org;Leaves
Zoë;O'Beispiel;;Leaves
Jürgen;Groß;jg@example.org;
"""
SESSIONS = "".join(
    f"[[sessions]]\ndate = {day}\nstart = 18:00:00\nend = 20:00:00\n\n"
    for day in ("2026-11-04", "2026-11-11")
)
ZOOM = """\
Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest
Adele Example,adele@example.org,11/04/2026 05:55:00 PM,11/04/2026 08:01:00 PM,126,No
Muster Alan,,11/04/2026 06:00:00 PM,11/04/2026 07:30:00 PM,90,Yes
iPhone,,11/04/2026 06:00:00 PM,11/04/2026 08:00:00 PM,120,Yes
"""
WORKSHEET = """\
Identifier,"Full name","Email address",Grade,"Maximum Grade","Last modified (grade)","Feedback comments"
Participant 1,Adele Example,adele@example.org,,100.00,-,
Participant 2,Alan Muster,alan@example.org,,100.00,-,
Participant 3,Grace Probe,grace@example.org,,100.00,-,
"""


@pytest.mark.slow
def test_a_course_from_the_roster_to_the_certificates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kit(*args: str, code: int = 0) -> Ran:
        ran = run(monkeypatch, *args)
        assert ran.code == code, (args, ran.out, ran.err)
        assert "Traceback" not in ran.err
        return ran

    monkeypatch.chdir(tmp_path)
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    kit("init", "dl", "--name", "Deep Learning", "--semester", "SoSe 2026", "--time-zone", "Europe/Berlin")
    monkeypatch.chdir(tmp_path / "dl")
    text = Path("course.toml").read_text(encoding="utf-8")
    text = text.replace("[attendance]\n", SESSIONS + "[attendance]\n", 1)
    Path("course.toml").write_text(
        text.replace("missed_sessions_allowed = 2", "missed_sessions_allowed = 0"), encoding="utf-8"
    )
    for name, content in (("zoom.csv", ZOOM), ("sheet.csv", WORKSHEET)):
        Path(name).write_text(content, encoding="utf-8")
    kit("roster", "import", "../roster.csv", "--yes")
    kit("new-project", "--all", "--template", "blank")
    kit("check", "--all", code=1)

    # Attendance: a list, a name to settle, and marks for those in the room.
    assert "1 participant not matched" in kit("attendance", "import", "zoom.csv").out
    kit("attendance", "import", "zoom.csv", "--session", "2", code=2)
    kit("attendance", "review", "--as", "iPhone", "grace@example.org")
    people = ("adele@example.org", "alan@example.org")
    assert "--reason" in kit("attendance", "mark", "--session", "2", *people, code=2).err
    kit("attendance", "mark", "--session", "2", *people, "--reason", "in the room")
    listed = list(csv.DictReader(io.StringIO(kit("attendance", "list", "--format", "csv").out)))
    assert [row["too many"] for row in listed] == ["no", "no", "yes", "yes", "yes"]

    # Progress, and verdicts.
    kit("contributions")
    assert {row["group"] for row in csv.DictReader(io.StringIO(kit("track", "--format", "csv").out))} == {
        "Birds",
        "Leaves",
    }
    assert "Birds" not in kit("track", "--anonymous").out
    shown = json.loads(kit("verdict", "list", "--format", "json").out)["groups"][0]
    kit("verdict", "Birds", "pass", code=2)
    for code in shown["not_met"]:
        kit("verdict", "overrule", "Birds", code, "met", "--reason", "was shown")
    accepted = [word for code in shown["not_judged"] for word in ("--accept", code)]
    kit("verdict", "Birds", "pass", *accepted, "--comment", "Well done")

    # Certificates.
    assert (
        "2 get a certificate of attendance, 2 one of achievement, of 5 students"
        in kit("certificates", "--check").out
    )
    assert "4 made, 0 unchanged, 0 failed, of 4 certificates" in kit("certificates", "build").out
    kit("certificates", "verify", "certificates/adele-example-achievement.pdf")

    # Exports say the same.
    written = kit("export", "moodle-gradebook")
    assert "4 written, 1 left out, of 5 students" in written.out
    rows = list(csv.DictReader(io.StringIO(Path("exports/moodle-gradebook.csv").read_text(encoding="utf-8"))))
    assert [(row["Project"], row["Attendance"], row["Course"]) for row in rows] == [
        ("100", "2", "100"),
        ("100", "2", "100"),
        ("-", "1", "-"),
        ("-", "0", "0"),
    ]
    assert rows[0]["Feedback"].endswith("Well done")
    assert (
        "2 filled, 0 unchanged, 1 left as they are, of 3 rows"
        in kit("export", "moodle-worksheet", "--worksheet", "sheet.csv").out
    )
    assert "no consent" in kit("export", "platform").out
    kit("export", "classroom50", "--classroom", "dl", "--assignment", "project", code=2)

    # Somebody asks to be erased, and is in no export made afterwards.
    assert "Adele" in kit("privacy", "report", "adele@example.org").out
    kit("privacy", "erase", "adele@example.org", "--yes", "--reason", "asked for")
    written = kit("export", "moodle-gradebook", "--force")
    assert "3 written, 1 left out, of 4 students" in written.out
    assert "Adele" not in written.out + Path("exports/moodle-gradebook.csv").read_text(encoding="utf-8")
    assert "Adele" not in kit("audit").out
    kit("db", "status")
