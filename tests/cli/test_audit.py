"""`coursekit audit` as it is typed, and what it prints."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from coursekit.store import open_store
from coursekit.store.people import add_group, add_student, join_group
from coursekit.store.records import NewStudent
from tests.cli.running import Ran, run


@pytest.fixture
def audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    (tmp_path / "course.toml").write_text(
        '[course]\nname = "DL"\ntime_zone = "Europe/Berlin"\n', encoding="utf-8"
    )
    with open_store(tmp_path) as store, store.transaction("groups import") as tx:
        student = add_student(tx, NewStudent("=Evil\x1b[31m"))
        join_group(tx, student.id, add_group(tx, "Bees").id, reason="\x1b[2J=cmd()")
    monkeypatch.chdir(tmp_path)

    def audit(*args: str) -> Ran:
        return run(monkeypatch, "audit", *args)

    return audit


def shown(text: str) -> str:
    """The output without what differs from run to run."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "2026-06-24 18:00", text)
    return re.sub(
        r"(?m)^(2026-06-24 18:00  )\S+ *",
        r"\1ada  ",
        re.sub(r"(?m)^─+$", "─", re.sub(r"who +", "who  ", text)),
    )


def test_the_table(audit, snapshot) -> None:  # type: ignore[no-untyped-def]
    ran = audit()
    assert (ran.code, ran.err) == (0, "")
    assert "\x1b" not in ran.out
    assert shown(ran.out) == snapshot


def test_formats_for_programs(audit) -> None:  # type: ignore[no-untyped-def]
    changes = json.loads(audit("--format", "json").out)
    assert [one["what"] for one in changes] == ["students", "groups", "memberships"]
    rows = list(csv.DictReader(io.StringIO(audit("--format", "csv").out)))
    assert [row["what"] for row in rows] == ["students", "groups", "memberships"]
    assert rows[0]["about"].startswith("'=Evil")


def test_only_a_part(audit) -> None:  # type: ignore[no-untyped-def]
    assert audit("--since", "7d").out.endswith("3 changes\n")
    assert audit("bees", "--command", "groups import").out.endswith("2 changes\n")
    assert "Student 1" in audit("--anonymous").out


def test_wrong_input(audit) -> None:  # type: ignore[no-untyped-def]
    ran = audit("Wasps")
    assert ran.code == 2
    assert "expected a group or a student of the course, found none called 'Wasps'" in ran.err
    assert "expected a moment that has passed" in audit("--since", "2100-01-01").err
    assert audit("--since", "whenever").code == 2
