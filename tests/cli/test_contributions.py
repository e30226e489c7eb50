"""`coursekit contributions` and `coursekit identities`, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from coursekit.cli import identities as identities_command
from coursekit.config import Course, parse_course
from coursekit.course.identities import Listed, identities
from coursekit.errors import InputError
from coursekit.store import open_store
from coursekit.store.people import add_group, add_student, join_group
from coursekit.store.records import NewRepository, NewStudent
from coursekit.store.repositories import add_repository
from tests.cli.running import run
from tests.git.histories import ADA, ALAN, History

TOML = '[course]\nname = "Deep Learning"\ntime_zone = "Europe/Berlin"\n'
AL = ("al", "al@laptop.example")
LAB = "lab@example.edu"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Ada and Alan are the bees, Grace is the cats."""
    (tmp_path / "course.toml").write_text(TOML)
    found = parse_course(TOML.encode(), folder=tmp_path)
    with open_store(found.store) as store, store.transaction("test") as tx:
        for number, name in enumerate(("bees", "cats"), start=1):
            add_group(tx, name)
            add_repository(tx, NewRepository(number, url=f"https://git.example.org/{name}.git"))
        for person, group in ((ADA, 1), (ALAN, 1), (("Grace Hopper", "grace@example.org"), 2)):
            join_group(tx, add_student(tx, NewStudent(*person)).id, group)
    bees, cats = (History(tmp_path / "clones" / f"{name}.git") for name in ("bees", "cats"))
    bees.commit(ADA, {"3_Model/a.md": "one\ntwo\n"})
    bees.commit(AL, {"3_Model/b.md": "three\n"})
    bees.commit(("tutor", "tutor@example.org"), {"a.md": "four\n"})
    for number, name in enumerate(("Ada Lovelace", "Alan Turing", "pc")):
        bees.commit((name, LAB), {"lab.md": f"{number}\n"})
    cats.commit(("pc", "root@localhost"), {"a.md": "five\n"})
    return found


def test_the_queue_is_settled_once(monkeypatch: pytest.MonkeyPatch, course: Course) -> None:
    monkeypatch.chdir(course.folder)
    ran = run(monkeypatch, "identities")
    assert ran.code == 0
    assert [line.split("  ")[0] for line in ran.out.splitlines()[2:]] == ["bees", "bees", "bees", "cats"]
    assert "4 names to settle" in ran.err
    settled = ("--as", "al <al@laptop.example>", "alan@example.org", "--nobody", "tutor@example.org")
    ran = run(monkeypatch, "identities", *settled)
    assert "bees: al <al@laptop.example> is Alan Turing" in ran.err
    assert "2 names to settle" in ran.err
    found = json.loads(run(monkeypatch, "contributions", "bees", "--format", "json").out)
    (bees,) = found["groups"]
    assert {one["student"]: one["commits"] for one in bees["members"]} == {
        "Ada Lovelace": 2,
        "Alan Turing": 2,
    }
    assert bees["others"]["commits"] == 1
    assert bees["members"][0]["milestones"] == {
        "model": {"commits": 1, "lines": 2},
        "other": {"commits": 1, "lines": 1},
    }


def test_a_name_at_a_shared_computer_is_settled_by_the_name_in_that_group(
    monkeypatch: pytest.MonkeyPatch, course: Course
) -> None:
    """Ada's and Alan's commits from there stay theirs, and the same name in another group is somebody else."""
    monkeypatch.chdir(course.folder)
    run(monkeypatch, "identities", "bees", "--as", f"pc <{LAB}>", "Ada Lovelace")
    listed = json.loads(run(monkeypatch, "identities", "--all", "--format", "json").out)["identities"]
    whose = {(one["group"], one["identities"][0]["name"]): one["student"] for one in listed}
    assert whose["bees", "pc"] == "Ada Lovelace"
    assert whose["bees", "Alan Turing"] == "Alan Turing"
    assert whose["cats", "pc"] is None


def test_a_wrong_name_settles_nothing(course: Course) -> None:
    for same, nobody, said in (
        (
            [("al@laptop.example", "Ada Lovelace"), ("nobody@x.org", "Ada Lovelace")],
            [],
            "no counted history has",
        ),
        ([("al@laptop.example", "Adda")], [], "is none"),
        ([], ["al <other@example.org>"], "no counted history has"),
    ):
        with pytest.raises(InputError, match=said):
            identities(course, same=same, nobody=nobody)
    assert len(identities(course).open) == 4


def test_asked_one_by_one_each_answer_is_kept(course: Course) -> None:
    asked: list[tuple[str, str]] = []
    answers = iter(["what?", "Alan Turing", "", "-", None])

    def ask(one: Listed, problem: str) -> str | None:
        asked.append((one.identities[0].name, problem[:30]))
        return next(answers)

    found = identities(course, ask=ask)
    assert [name for name, _ in asked] == ["al", "al", "pc", "tutor", "pc"]
    assert asked[1][1].startswith("expected a student")
    assert [(one.identities[0].name, one.student and one.student.name) for one in found.settled] == [
        ("al", "Alan Turing"),
        ("tutor", None),
    ]
    assert [(one.group, one.identities[0].name) for one in found.open] == [("bees", "pc"), ("cats", "pc")]


def test_a_suggestion_is_taken_by_its_number(course: Course) -> None:
    History(course.folder / "clones" / "cats.git").commit(("gracehoper", "g@example.com"), {"b.md": "x"})
    found = identities(course, ["cats"], ask=lambda one, _: "1" if one.maybe else "")
    assert [(one.identities[0].name, one.student and one.student.name) for one in found.settled] == [
        ("gracehoper", "Grace Hopper")
    ]


def test_without_a_terminal_nobody_is_asked(monkeypatch: pytest.MonkeyPatch, course: Course) -> None:
    monkeypatch.chdir(course.folder)
    ran = run(monkeypatch, "identities", "--ask")
    assert ran.code == 2
    assert "--as and --nobody" in ran.err


def test_what_is_asked_can_be_read_aloud(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], course: Course
) -> None:
    one = next(one for one in identities(course).open if one.identities[0].name == "al")
    monkeypatch.setattr(click, "prompt", lambda *_, **__: "q")
    assert identities_command._ask(one, "not \x1b that") is None
    said = capsys.readouterr().err
    assert "not \\x1b that\n\nbees: al <al@laptop.example>, 1 commit\n" in said


def test_contributions_name_nobody_where_others_look_on(
    monkeypatch: pytest.MonkeyPatch, course: Course
) -> None:
    monkeypatch.chdir(course.folder)
    ran = run(monkeypatch, "contributions", "--anonymous")
    assert ran.code == 0
    assert ran.out.startswith("Group 1\n")
    assert not [word for word in ("Ada", "Alan", "al@", "bees", "tutor") if word in ran.out]
    assert "never a grade" in ran.out


def test_a_group_that_cannot_be_counted_is_named(monkeypatch: pytest.MonkeyPatch, course: Course) -> None:
    monkeypatch.chdir(course.folder)
    assert run(monkeypatch, "contributions", "birds").code == 2
    monkeypatch.setattr("coursekit.course.contributions.count_activity", failing)
    ran = run(monkeypatch, "contributions", "bees")
    assert ran.code == 2
    assert "bees: took longer" in ran.err


def failing(*_: object, **__: object) -> object:
    from coursekit.course.activity import CountedCourse

    return CountedCourse(0, 0, (("bees", "took longer than 120 seconds"),), 1, 0)
