"""`coursekit verdict` as it is typed, and what it prints."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from coursekit.config import load_course
from coursekit.course.feedback import feedback
from coursekit.model import Finding, Level, Status
from coursekit.store import open_store
from coursekit.store.checks import record_check
from coursekit.store.history import list_audit
from coursekit.store.people import add_group, add_student, join_group
from coursekit.store.records import NewCheckRun, NewRepository, NewStudent
from coursekit.store.repositories import add_repository
from coursekit.store.verdicts import list_verdicts
from tests.cli.running import Ran, run

COMMIT = "0123456789" * 4
DATES = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?")


class Kit:
    """A course with a group whose project has one requirement of each kind open, and one without a check."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        (folder / "course.toml").write_text('[course]\nname = "DL"\ntime_zone = "Europe/Berlin"\n', "utf-8")
        self.course, self._patch = load_course(folder), patch
        with open_store(self.course.store) as store, store.transaction("test") as tx:
            for number, name in enumerate(("bees", "Night Birds"), 1):
                group = add_group(tx, name)
                join_group(tx, add_student(tx, NewStudent(f"Ada {'Bee' * number}")).id, group.id)
                add_repository(tx, NewRepository(group.id, path=f"repositories/{name}"))
        self.check(DOC107=Status.NOT_MET, PRE602=Status.NOT_JUDGED)

    def check(self, commit: str | None = COMMIT, profile: str = "opencampus-ml", **statuses: Status) -> None:
        found = [
            Finding(
                code, f"Title of {code}", status, Level.REQUIRED, "model", True, f"found of {code}", "do it"
            )
            for code, status in statuses.items()
        ]
        found.append(Finding("EDA303", "Advice", Status.NOT_MET, Level.ADVISED, "model", True, "advice", ""))
        with open_store(self.course.store) as store, store.transaction("test") as tx:
            record_check(tx, NewCheckRun(1, profile, "1", tuple(found), commit=commit))

    def __call__(self, *args: str) -> Ran:
        return run(self._patch, "verdict", *args)


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kit:
    monkeypatch.chdir(tmp_path)
    return Kit(tmp_path, monkeypatch)


def undated(text: str) -> str:
    return DATES.sub("(date)", text)


def test_it_shows_what_a_verdict_would_be_based_on(kit: Kit, snapshot) -> None:
    assert undated(kit("bees").out) == snapshot
    assert kit("night birds").out.startswith("Night Birds: none yet\n\nIt was never checked")


def test_a_pass_is_refused_until_nothing_required_is_open(kit: Kit, snapshot) -> None:
    refused = kit("bees", "pass")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == snapshot(name="not met")
    assert kit("overrule", "bees", "doc107", "met", "--reason", "it is in the slides").code == 0
    refused = kit("bees", "pass")
    assert refused.err == snapshot(name="not judged")
    assert "DOC107 is not one" in kit("bees", "pass", "--accept", "DOC107").err
    passed = kit("bees", "pass", "--accept", "pre602", "--comment", "Well done")
    assert passed.code == 0
    assert undated(passed.out) == snapshot(name="passed")
    # A newer state: what was accepted by looking at the older one bars again.
    kit.check("b" * 40, DOC107=Status.NOT_MET, PRE602=Status.NOT_JUDGED)
    assert undated(kit("bees").out) == snapshot(name="newer")


def test_a_pass_needs_a_check_of_this_course(kit: Kit) -> None:
    assert (
        "expected a check to base a pass on, but 'Night Birds' was never checked"
        in kit("Night Birds", "pass").err
    )
    kit.check(profile="eduhub", DOC107=Status.MET)
    assert "was last checked by the profile eduhub" in kit("bees", "pass").err
    assert kit("bees", "fail").code == 0


def test_changing_a_verdict_needs_a_reason_and_keeps_the_old_one(kit: Kit) -> None:
    assert "expected a comment" in kit("bees", "send-back").err
    assert kit("bees", "send-back", "--comment", "Ada Bee: which data?").code == 0
    refused = kit("bees", "fail")
    assert refused.code == 2
    assert "expected a reason, as the verdict on 'bees' is changed from sent back" in refused.err
    assert "expected a reason" in kit("bees", "fail", "--reason", "  ").err
    assert kit("bees", "fail", "--reason", "Ada Bee never answered").code == 0
    same = kit("bees", "fail")
    assert (same.code, same.err) == (0, "This is what was decided before; nothing was recorded.\n")
    with open_store(kit.course.store) as store, store.read() as view:
        assert [one.decision for one in list_verdicts(view)] == ["send_back", "fail"]
        entries = list_audit(view, table="verdicts")
    assert [(one.old, one.new) for one in entries] == [(None, "send_back"), ("send_back", "fail")]
    assert "Ada" not in repr(entries)
    assert "never answered" in (entries[1].reason or "")


def test_in_a_terminal_it_asks_for_the_reason(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    import coursekit.cli.verdict as module

    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "they mended it"

    kit("bees", "fail")
    monkeypatch.setattr(module, "ask_reason", answer)
    assert kit("bees", "send-back", "--comment", "again").code == 0
    assert asked == ["Why? (the verdict on 'bees' is changed from fail)"]


def test_overruling_needs_a_reason_and_can_be_taken_back(kit: Kit) -> None:
    assert "expected a reason" in kit("overrule", "bees", "DOC107", "met").err
    assert "Did you mean DOC107?" in kit("overrule", "bees", "DOC10", "met", "--reason", "x").err
    assert "expected a check of 'Night Birds'" in kit("overrule", "Night Birds", "DOC107", "met").err
    assert "to take back, but there is none" in kit("overrule", "bees", "DOC107", "--withdraw").err
    assert kit("overrule", "bees", "PRE602", "not-met", "--reason", "it has 90 slides").code == 0
    shown = json.loads(kit("bees", "--format", "json").out)
    assert shown["not_met"] == ["DOC107", "PRE602"]
    assert shown["overruled"][0]["reason"] == "it has 90 slides"
    assert kit("overrule", "bees", "PRE602", "--withdraw", "--reason", "counted again").code == 0
    assert json.loads(kit("bees", "--format", "json").out)["not_judged"] == ["PRE602"]
    assert kit("overrule", "bees", "PRE602").code == 2
    assert kit("overrule", "bees", "PRE602", "met", "--withdraw").code == 2


def test_the_list_in_all_formats(kit: Kit, snapshot) -> None:
    kit("bees", "fail", "--comment", "=cmd, Ada Bee")
    assert undated(kit("list").out) == snapshot
    rows = list(csv.reader(io.StringIO(kit("list", "--format", "csv").out)))
    assert rows[1][0:2] + rows[1][4:] == ["bees", "fail", "DOC107 PRE602", "EDA303", "'=cmd, Ada Bee"]
    assert rows[2] == ["Night Birds", "", "", "", "", "", ""]
    plain = json.loads(kit("list", "--format", "json", "--anonymous").out)["groups"]
    assert [one["group"] for one in plain] == ["Group 1", "Group 2"]
    assert "Ada" not in json.dumps(plain)


def test_a_group_that_is_called_like_a_subcommand(kit: Kit) -> None:
    with open_store(kit.course.store) as store, store.transaction("test") as tx:
        add_group(tx, "list")
    assert kit("give", "list").out.startswith("list: none yet")
    assert kit().code == 2
    assert kit("bees", "--comment", "x").code == 2


def test_groups_are_told_what_was_sent_back_and_nothing_of_what_was_overruled(kit: Kit, snapshot) -> None:
    kit("overrule", "bees", "DOC107", "met", "--reason", "it is in the slides")
    kit("bees", "send-back", "--comment", "Say where *the* data come from.\n\nAnd @ada: under which licence?")
    assert undated(feedback(kit.course, ["bees"], way="file").sent[0].text) == snapshot
    kit("bees", "fail", "--reason", "no answer")
    assert "sent back" not in feedback(kit.course, ["bees"], way="file").sent[0].text
