"""`coursekit schedule` as it is typed, and what it prints."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path

import pytest

from coursekit.course import schedule as module
from tests.cli.running import Ran, run
from tests.course.test_schedule import TOML, make


class Frozen(dt.datetime):
    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
        return dt.datetime(2027, 1, 1, tzinfo=tz)


class Kit:
    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._patch = folder, monkeypatch

    def __call__(self, *args: str | Path) -> Ran:
        return run(self._patch, "schedule", *args)


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kit:
    make(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module.dt, "datetime", Frozen)
    return Kit(tmp_path, monkeypatch)


def test_the_plan_is_shown_and_not_stored(kit: Kit, snapshot) -> None:
    (kit.folder / "w.csv").write_text("group;wish;impossible\nbees;2027-01-27;\nbirds;;2027-01-20 18:00\n")
    ran = kit("--wishes", "w.csv", "--dry-run")
    assert ran.code == 0
    assert ran.err == "Nothing was stored.\n"
    assert ran.out == snapshot
    assert "0 of 4 groups with a slot" in kit("list").out


def test_it_asks_or_needs_yes(kit: Kit) -> None:
    ran = kit()
    assert ran.code == 2
    assert "expected --yes" in ran.err
    assert kit("--yes").code == 0
    assert "4 of 4 groups with a slot" in kit("list").out


def test_other_formats(kit: Kit) -> None:
    plan = json.loads(kit("--dry-run", "--format", "json").out)
    assert (plan["slots"], plan["free"], plan["without_slot"]) == (4, 0, [])
    rows = list(csv.reader(io.StringIO(kit("--yes", "--format", "csv").out)))
    assert rows[0] == ["group", "start", "end"]
    assert {row[0] for row in rows[1:]} == {"bees", "birds", "Bäume <b>", "'=cmd()"}
    listed = json.loads(kit("list", "--format", "json").out)["presentations"]
    assert [one["group"] for one in listed] == [one["group"] for one in plan["groups"]]
    assert listed[0]["start"] == "2027-01-20T18:00:00+01:00"
    assert kit("list", "--format", "csv").out.splitlines()[1:] == [
        f"{row[0]},{row[1]},{row[2]}" for row in rows[1:]
    ]


def test_a_group_without_a_slot_is_exit_code_1(kit: Kit) -> None:
    (kit.folder / "w.csv").write_text("group;impossible\nbees;2027-01-20,2027-01-27\n")
    ran = kit("--wishes", "w.csv", "--yes")
    assert ran.code == 1
    assert "No slot: bees: none of the free slots is possible for it" in ran.out
    assert "3 of 4 groups" in ran.out
    assert "1 of 4" not in kit("list").out
    assert "no slot" in kit("list").out


def test_by_hand(kit: Kit) -> None:
    kit("--yes")
    ran = kit("swap", "bees", "birds", "--reason", "asked")
    assert ran.code == 0
    assert ran.out.count("presents on 2027-01-2") == 2
    assert "presentations.ics, and 4 files for the groups" in ran.err
    assert kit("move", "bees", "2027-01-21").code == 2
    assert len(kit("calendar").out.splitlines()) == 5


def test_options_before_a_subcommand_are_refused(kit: Kit) -> None:
    ran = kit("--seed", "3", "move", "bees", "2027-01-20")
    assert ran.code == 2
    assert "Options come after the subcommand" in ran.err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('time_zone = "Europe/Berlin"\n', "", "expected the course's time zone"),
        ("sessions = [2027-01-20, 2027-01-27]", "sessions = [2027-01-21]", "line 13: presentations.sessions"),
        ("sessions = [2027-01-20, 2027-01-27]", 'sessions = ["2027-01-20"]', "expected a list of dates"),
        ("sessions = [2027-01-20, 2027-01-27]", "slot_minutes = 0", "at least 1"),
        ("sessions = [2027-01-20, 2027-01-27]", "slot_minutes = 9000", "at most 1440"),
        ("sessions = [2027-01-20, 2027-01-27]", "slots = 3", "expected a known key"),
        ("sessions = [2027-01-20, 2027-01-27]", "", "course.toml names none"),
        ("date = 2027-01-20", "date = 2026-01-20", "no session on 2027-01-20"),
    ],
)
def test_settings_that_are_wrong(kit: Kit, old: str, new: str, message: str) -> None:
    (kit.folder / "course.toml").write_text(TOML.replace(old, new, 1), encoding="utf-8")
    ran = kit("--dry-run")
    assert ran.code == 2
    assert message in ran.err
    assert "Traceback" not in ran.err
