"""What exports are made of, and how they are found."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from coursekit.config import parse_course
from coursekit.errors import InputError
from coursekit.store import open_store
from coursekit.store.checks import record_check
from coursekit.store.people import add_group, add_student, drop_student, join_group
from coursekit.store.records import NewCheckRun, NewRepository, NewStudent, NewVerdict
from coursekit.store.repositories import add_repository
from coursekit.store.verdicts import add_verdict
from coursekit.tracking import exports
from coursekit.tracking.exports import export_names, find_export
from coursekit.tracking.exports.export import Export, Made
from coursekit.tracking.exports.kinds import moodle_gradebook
from coursekit.tracking.exports.results import read_data
from tests.tracking.exports.making import FINDINGS

COURSE = b"""
[course]
name = "Deep Learning"
time_zone = "UTC"
[attendance]
missed_sessions_allowed = 1
[[sessions]]
date = 2026-10-14
start = 18:00:00
end = 20:00:00
"""
MET = tuple(one for one in FINDINGS if one.code in {"DOC101", "DOC102", "DOC104", "EDA301"})


def test_all_are_found() -> None:
    assert {"classroom50", "moodle-gradebook", "moodle-worksheet", "platform"} <= set(export_names())
    for name in export_names():
        export = find_export(name)
        assert export.title.endswith(".")
        assert export.output.startswith("exports/")
        names = [option.name for option in export.options]
        assert len(set(names)) == len(names)
        assert not {"output", "force", "dry-run", "course", "anonymous"} & set(names)


def test_an_unknown_one_names_the_nearest() -> None:
    with pytest.raises(InputError, match="found 'modle-gradebook'") as raised:
        find_export("modle-gradebook")
    assert raised.value.hint == "Did you mean 'moodle-gradebook'?"
    with pytest.raises(InputError):
        find_export("../__init__")


def test_plugins_bring_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Export("Mine.", "", lambda *_: Made({}, (), ""))

    class Point:
        name = "mine"

        def load(self) -> object:
            return type("module", (), {"EXPORT": mine})

    monkeypatch.setattr(
        exports, "entry_points", lambda group: [Point()] if group == "coursekit.exports" else []
    )
    assert "mine" in export_names()
    assert find_export("mine") is mine
    assert find_export("moodle-gradebook") is moodle_gradebook.EXPORT


def test_results_are_what_the_courses_rule_says(tmp_path: Path) -> None:
    course = parse_course(COURSE, folder=tmp_path)
    with open_store(course.store) as store, store.transaction("test") as tx:
        groups = [add_group(tx, name) for name in ("passed", "failed", "waiting", "never")]
        people = [add_student(tx, NewStudent(f"Student {at}")) for at in range(6)]
        for at, group in enumerate(groups):
            join_group(tx, people[at].id, group.id)
            repository = add_repository(tx, NewRepository(group.id, url=f"https://x.example.org/{at}"))
            if at < 3:
                findings = MET if at == 0 else FINDINGS
                record_check(tx, NewCheckRun(repository.id, "opencampus-ml", "1", findings, commit=f"c{at}"))
        drop_student(tx, people[5].id)
        empty = add_group(tx, "empty")
        add_verdict(tx, NewVerdict(groups[0].id, "pass", comment="good", commit="c0", accepted=("DOC104",)))
        add_verdict(tx, NewVerdict(groups[1].id, "fail", commit="c1"))
        found = read_data(
            course,
            tx,
            folders={group.id: f"f{group.id}" for group in groups},
            now=dt.datetime(2026, 12, 1, tzinfo=dt.UTC),
        )
    assert [(one.name, one.project, one.points, one.possible) for one in found.groups] == [
        # What could not be judged was accepted with the verdict.
        ("passed", "passed", 3, 3),
        ("failed", "failed", 2, 4),
        ("waiting", "open", 2, 4),
        ("never", "open", None, None),
        ("empty", "open", None, None),
    ]
    assert (found.groups[4].id, found.groups[4].members) == (empty.id, ())
    first = found.groups[0]
    assert (first.folder, first.url, first.commit, first.comment) == (
        f"f{first.id}",
        "https://x.example.org/0",
        "c0",
        "good",
    )
    assert [one.name for one in first.members] == ["Student 0"]
    assert any("never checked" in reason for reason in found.groups[3].reasons)
    # Of the one session nothing is known, and one may be missed.
    assert [
        (one.course, one.attendance, one.attended, one.sessions, one.unknown) for one in found.results
    ] == [
        ("passed", "passed", 0, 1, (1,)),
        ("failed", "passed", 0, 1, (1,)),
        ("open", "passed", 0, 1, (1,)),
        ("open", "passed", 0, 1, (1,)),
        ("open", "passed", 0, 1, (1,)),
        ("failed", "failed", 0, 1, (1,)),
    ]
    assert [one.student.name for one in found.taking_part] == [f"Student {at}" for at in range(5)]
    assert found.results[4].project == "open"
