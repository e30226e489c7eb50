"""Results without a store, and students with the names that break things."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from coursekit.config import Course
from coursekit.model import Finding, Level, Status
from coursekit.store.records import Student
from coursekit.tracking.exports import Data, GroupResult, Made, Result, find_export

MOMENT = dt.datetime(2026, 11, 22, 18, 0, 30, 5, tzinfo=dt.UTC)


def student(number: int, name: str, **known: Any) -> Student:
    """Make a student."""
    values: dict[str, Any] = {
        "email": f"s{number}@example.org",
        "account": f"acc{number}",
        "id_number": f"10{number}",
    }
    return Student(id=number, name=name, added_at=MOMENT, **(values | known))


def finding(code: str, status: Status, level: Level = Level.REQUIRED) -> Finding:
    """Make a finding; its message is a group's, and must be handed on nowhere."""
    return Finding(
        code, f"Title of {code}", status, level, None, True, "=cmd|' /C calc'!A0 written by a group", ""
    )


FINDINGS = (
    finding("DOC101", Status.MET),
    finding("DOC102", Status.WAIVED),
    finding("DOC103", Status.NOT_MET),
    finding("DOC104", Status.NOT_JUDGED),
    finding("EDA301", Status.NOT_MET, Level.ADVISED),
)


def group(number: int, name: str, **known: Any) -> GroupResult:
    """Make a group with two of four points."""
    values: dict[str, Any] = {"points": 2, "possible": 4, "findings": FINDINGS, "folder": f"group-{number}"}
    return GroupResult(number, name, **(values | known))


def result(one: Student, of: GroupResult | None, **known: Any) -> Result:
    """Make a result: seven of eight sessions."""
    values: dict[str, Any] = {
        "course": of.project if of else "open",
        "attended": 7,
        "sessions": 8,
        "attendance": "passed",
    }
    return Result(one, of, **(values | known))


def data(results: Sequence[Result], language: str = "en") -> Data:
    """Gather results, with the groups that are in them."""
    groups: dict[int, GroupResult] = {}
    for one in results:
        if one.group:
            before = groups.get(one.group.id, one.group)
            groups[one.group.id] = replace(before, members=(*before.members, one.student))
    return Data(Course("Deep Learning", language=language), tuple(results), tuple(groups.values()), MOMENT)


def a_course(language: str = "en") -> Data:
    """Three groups in all states, somebody in none, somebody without anything, and somebody who left."""
    passed = group(
        1,
        "Birds",
        project="passed",
        points=4,
        comment='Well done: 3 < 5 & "so" on \\\n\n  =1+1  ',
        decided_at=MOMENT,
    )
    failed = group(2, "=cmd|' /C calc'!A0", project="failed", comment="")
    waiting = group(3, "Leaves; =1+1", reasons=("no verdict yet: coursekit verdict GROUP pass",))
    return data(
        [
            result(student(1, "Ada Lovelace"), passed),
            result(
                student(2, '=HYPERLINK("http://x")', email="ALAN@example.org"),
                passed,
                attended=2,
                course="failed",
            ),
            result(student(3, "+49 431 1234"), failed),
            result(student(4, "-", id_number=None), failed),
            result(student(5, "@x \\", account=None), waiting),
            result(student(6, "\tZoë O'Hara, \u202ejk\x1b[31m"), waiting, sessions=8, unknown=(3, 4)),
            result(student(7, "Grace Hopper"), None),
            result(student(8, "No Body", email=None, account=None, id_number=None), passed),
            result(student(9, "Hostile", email="=1+1@example.org", id_number="-7", account="+acc"), passed),
            result(student(10, "Gone", left_at=MOMENT), None, course="failed", attendance="failed"),
        ],
        language,
    )


def make(name: str, of: Data, **options: Any) -> Made:
    """Make an export with its defaults."""
    export = find_export(name)
    given = {option.name.replace("-", "_"): option.default for option in export.options}
    return export.make(of, given | options, ())
