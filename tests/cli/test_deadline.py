"""`coursekit deadline` as it is typed: who has more time, in which time zone, and what cannot be."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from coursekit.cli import _reason
from coursekit.config import load_course
from coursekit.store import open_store
from coursekit.store.history import list_audit
from coursekit.store.people import add_group, add_student
from coursekit.store.records import NewStudent
from tests.cli.running import Ran, run

TOML = """
[course]
name = "DL"
time_zone = "Europe/Berlin"

[[check.milestones]]
name = "data"
deadline = 2026-05-06T18:00:00

[[check.milestones]]
name = "model"
deadline = 2999-06-03T18:00:00

[[check.milestones]]
name = "extra"
"""
WHY = ("--reason", "Ada Lovelace was ill")


class Kit:
    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._patch = folder, monkeypatch

    def __call__(self, *args: str) -> Ran:
        return run(self._patch, "deadline", *args)


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kit:
    (tmp_path / "course.toml").write_text(TOML, encoding="utf-8")
    with open_store(tmp_path) as store, store.transaction("test") as tx:
        for name in ("Bees", "=Birds\x1b[31m"):
            add_group(tx, name)
        add_student(tx, NewStudent("Ada Lovelace"))
    monkeypatch.chdir(tmp_path)
    return Kit(tmp_path, monkeypatch)


def test_more_time_for_a_group(kit: Kit) -> None:
    ran = kit("extend", "bees", "model", "--until", "2999-06-30", *WHY)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "Bees: model is due 2999-06-30 23:59 (Europe/Berlin)\nbefore: 2999-06-03 18:00\n"
    again = kit("extend", "bees", "model", "--until", "2999-06-30")
    assert again.err == "That was its deadline before; nothing was recorded.\n"
    more = kit("extend", "bees", "Model", "--until", "2999-07-01 12:00", *WHY)
    assert more.out == "Bees: model is due 2999-07-01 12:00 (Europe/Berlin)\nbefore: 2999-06-30 23:59\n"
    back = kit("withdraw", "bees", "model", "--reason", "a mistake")
    assert back.out == (
        "Bees: model is due 2999-06-03 18:00 (Europe/Berlin), as for all\nbefore: 2999-07-01 12:00\n"
    )
    with open_store(load_course(kit.folder).store) as store, store.read() as view:
        told = [(one.action, one.old, one.new, one.reason) for one in list_audit(view, table="extensions")]
    assert told == [
        ("add", "2999-06-03T16:00:00+00:00", "2999-06-30T21:59:59+00:00", "[student 1] was ill"),
        ("add", "2999-06-30T21:59:59+00:00", "2999-07-01T10:00:00+00:00", "[student 1] was ill"),
        ("remove", "2999-07-01T10:00:00+00:00", "2999-06-03T16:00:00+00:00", "a mistake"),
    ]


def test_a_deadline_that_has_passed_is_told(kit: Kit) -> None:
    ran = kit("extend", "bees", "data", "--until", "2026-05-13", *WHY)
    assert ran.code == 0
    assert ran.err == (
        "Note that this moment has passed already.\n"
        "Next:  coursekit check --all , so that what counts is checked.\n"
    )


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (
            ("bees", "data", "--until", "2026-05-06 18:00"),
            "after the course's own (2026-05-06 18:00, Europe/Berlin)",
        ),
        (("bees", "data", "--until", "2025-05-13"), "found 2025-05-13 23:59"),
        (("bees", "data", "--until", "2026-02-30"), "expected a date that the calendar has"),
        (("bees", "modl", "--until", "2999-07-01"), "Did you mean 'model'?"),
        (("bees", "extra", "--until", "2999-07-01"), "expected a milestone with a deadline"),
        (("bes", "model", "--until", "2999-07-01"), "Did you mean 'Bees'?"),
        (("bees", "model", "--until", "2999-07-01", "--reason", " "), "expected a reason"),
    ],
)
def test_what_cannot_be(kit: Kit, args: tuple[str, ...], says: str) -> None:
    ran = kit("extend", *args, *(() if "--reason" in args else WHY))
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert "No group has a deadline of its own" in kit("list").out


def test_the_reason_is_asked_for_in_a_terminal_and_demanded_elsewhere(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = kit("extend", "bees", "model", "--until", "2999-06-30")
    assert ran.code == 2
    assert "--reason" in ran.err
    asked = []
    monkeypatch.setattr("coursekit.cli.deadline.ask_reason", lambda text: asked.append(text) or "was ill")
    assert _reason.ask_reason("?") is None
    assert kit("extend", "bees", "model", "--until", "2999-06-30").code == 0
    assert asked == ["Why does Bees get another deadline? "]


def test_withdrawing_what_is_not_there(kit: Kit) -> None:
    ran = kit("withdraw", "bees", "model", *WHY)
    assert ran.code == 2
    assert "expected a deadline of its own" in ran.err
    kit("extend", "bees", "model", "--until", "2999-06-30", *WHY)
    assert "It has one for: model." in kit("withdraw", "bees", "data", *WHY).err


def test_a_milestone_that_is_no_more_can_be_withdrawn(kit: Kit) -> None:
    kit("extend", "bees", "model", "--until", "2999-06-30", *WHY)
    (kit.folder / "course.toml").write_text(TOML.replace('"model"', '"network"'), encoding="utf-8")
    assert "does not count" in kit("list").out
    ran = kit("withdraw", "bees", "model", *WHY)
    assert ran.out == "Bees: model has no deadline, as for all\nbefore: 2999-06-30 23:59\n"


def test_listing(kit: Kit, snapshot) -> None:
    assert kit("list").out == "No group has a deadline of its own; those of all stand in course.toml.\n"
    kit("extend", "=birds\x1b[31m", "data", "--until", "2026-05-13", "--reason", "=1+1 for Ada Lovelace")
    kit("extend", "bees", "model", "--until", "2999-06-30", *WHY)
    kit("extend", "bees", "model", "--until", "2999-07-30", *WHY)
    kit("extend", "bees", "data", "--until", "2026-05-20", *WHY)
    assert kit("list").out == snapshot(name="text")
    assert kit("list", "--history").out == snapshot(name="history")
    assert kit("list", "--anonymous").out == snapshot(name="anonymous")
    plain = json.loads(kit("list", "--format", "json").out)
    assert plain["time_zone"] == "Europe/Berlin"
    assert [one["group"] for one in plain["deadlines"]] == ["=Birds\x1b[31m", "Bees", "Bees"]
    first = plain["deadlines"][0]
    assert (first["due"], first["counts"]) == ("2026-05-13T23:59:59+02:00", True)
    rows = list(csv.reader(io.StringIO(kit("list", "--format", "csv").out)))
    assert rows[1][0] == "'=Birds\\x1b[31m"
    assert rows[1][4] == "'=1+1 for Ada Lovelace"
    assert len(rows) == 4
