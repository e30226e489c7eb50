"""All groups' decks: unchanged ones are skipped, one that dies costs only itself, and no repository is written to."""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from coursekit.config import Course, load_course
from coursekit.course import decks as decks_module
from coursekit.course import report_all as module
from coursekit.course.day import refresh_page, write_page
from coursekit.course.decks import Order, content_key, is_complete, make_deck, read_made
from coursekit.course.report_all import Reports, report_all
from coursekit.course.schedule import move_group, plan_schedule, store_plan
from coursekit.errors import InputError
from coursekit.store import open_store
from coursekit.store.people import add_group, add_student, join_group, rename_group
from coursekit.store.records import NewRepository, NewStudent
from coursekit.store.repositories import add_repository
from tests.building import png
from tests.course.test_schedule import NOW, TOML
from tests.report import project

HOSTILE = "</script><script>alert(1)</script>"


def git(folder: Path, *words: str) -> str:
    environment = dict(os.environ, GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_SYSTEM=os.devnull)
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    ran = subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, env=environment)
    return ran.stdout.decode().strip()


def small(title: str) -> dict[str, str | bytes]:
    return {
        "README.md": f"# {title}\n\n## Description\n\nWe count bees.\n",
        "CoverImage/cover.png": png(64, 64),
    }


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Four groups: a folder, a bare clone, one without a repository here, and one with a hostile name."""
    root = tmp_path / "course"
    root.mkdir()
    (root / "course.toml").write_text(TOML, encoding="utf-8")
    project(root / "repositories" / "bees", small("Bees"))
    work = project(tmp_path / "work", small("Birds"))
    git(work, "init", "-q", "-b", "main")
    git(work, "add", "-A")
    git(work, "commit", "-qm", "Hand in")
    git(tmp_path, "clone", "-q", "--bare", str(work), str(root / "clones" / "birds.git"))
    project(root / "repositories" / "evil", small(HOSTILE))
    with open_store(root) as store, store.transaction("test") as tx:
        for number, name in enumerate(("bees", "birds", "cats", HOSTILE)):
            group = add_group(tx, name)
            student = add_student(
                tx, NewStudent(f"Student {number} {HOSTILE}" if number == 3 else f"Student {number}")
            )
            join_group(tx, student.id, group.id)
            if number != 2:
                path = ("repositories/bees", "repositories/birds", "", "repositories/evil")[number]
                add_repository(tx, NewRepository(group.id, path=path))
    return load_course(root)


def outcomes(reports: Reports) -> dict[str, str]:
    return {one.group: one.outcome for one in reports.groups}


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "course.db"
    }


def test_every_kind_of_outcome_and_what_is_written(course: Course) -> None:
    before = files(course.folder)
    dry = report_all(course, dry_run=True)
    assert outcomes(dry) == {
        "bees": "would build",
        "birds": "would build",
        "cats": "nothing",
        HOSTILE: "would build",
    }
    assert (files(course.folder), dry.page) == (before, None)
    seen: list[int] = []
    done = report_all(course, to="html", progress=lambda one: seen.append(one.done))
    assert outcomes(done) == {"bees": "built", "birds": "built", "cats": "nothing", HOSTILE: "built"}
    assert done.counts == {"built": 3, "nothing": 1}
    assert seen[-1] == 3
    assert done.complete
    after = files(course.folder)
    assert {name: after[name] for name in before} == before, "the groups' repositories are as they were"
    new = {name.replace("\\", "/") for name in after.keys() - before.keys()}
    slug = next(name.split("/")[1] for name in new if "script" in name)
    assert new == {"presentations.html"} | {
        f"presentations/{folder}/{name}" for folder in ("bees", "birds", slug) for name in ("deck.json", "presentation.html")
    }  # fmt: skip


def test_the_page(course: Course) -> None:
    page = report_all(course, to="html").page
    assert page == course.folder / "presentations.html"
    text = page.read_text("utf-8")
    body = text.partition("<main>")[2].partition("</main>")[0]
    assert text.count("<script>") == 1
    assert 'href="presentations/bees/presentation.html"' in body
    assert body.count("data:image/jpeg;base64,") == 3
    assert [body.index(name) for name in ("bees", "birds", "cats")] == sorted(
        body.index(name) for name in ("bees", "birds", "cats")
    )
    assert "no repository of theirs is on this machine" in body
    assert "Student 0" in body
    assert "<h2>" not in body
    for target in re.findall('href="([^"]*)"', body):
        assert (course.folder / target).is_file()


def test_what_is_unchanged_is_skipped(course: Course) -> None:
    report_all(course, to="html")
    before = files(course.folder)
    again = report_all(course, to="html")
    assert outcomes(again) == {
        "bees": "unchanged",
        "birds": "unchanged",
        "cats": "nothing",
        HOSTILE: "unchanged",
    }
    assert again.groups[0].slides == read_made(course.folder / "presentations" / "bees").slides > 0  # type: ignore[union-attr]
    assert files(course.folder) == before
    (course.folder / "repositories" / "bees" / "README.md").write_text("# Other\n\n## Description\n\nNew.\n")
    (course.folder / "presentations" / "birds" / "presentation.html").unlink()
    some = report_all(course, to="html")
    assert outcomes(some) == {"bees": "built", "birds": "built", "cats": "nothing", HOSTILE: "unchanged"}
    assert outcomes(report_all(course, to="html", final=True))["birds"] == "built", "other options"
    assert outcomes(report_all(course, to="html", final=True, force=True))["birds"] == "built"


def test_a_new_commit_is_another_state(course: Course, tmp_path: Path) -> None:
    clone = course.folder / "clones" / "birds.git"
    one = content_key(course, clone, {})
    assert content_key(course, clone, {}) == one != content_key(course, clone, {"to": "html"})
    dark = replace(course, report=replace(course.report, theme="dark"))
    assert content_key(dark, clone, {}) != one
    (tmp_path / "work" / "README.md").write_text("# New\n")
    git(tmp_path / "work", "commit", "-qam", "More")
    git(clone, "fetch", "-q", str(tmp_path / "work"), "main:main")
    assert content_key(course, clone, {}) != one


def _dies(order: Order) -> object:
    if order.folder.name == "bees":
        os._exit(9)
    return make_deck(order)


def _work_that_dies(item: object) -> None:
    _dies(item.value)  # type: ignore[attr-defined]


def test_one_that_dies_costs_only_itself(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_work", _work_that_dies)
    done = report_all(course, to="html")
    assert outcomes(done) == {"bees": "failed", "birds": "built", "cats": "nothing", HOSTILE: "built"}
    assert "its process died" in done.groups[0].reason
    assert not done.complete
    assert done.page
    assert "its process died" in done.page.read_text("utf-8")
    monkeypatch.undo()
    assert outcomes(report_all(course, to="html"))["bees"] == "built"


def test_a_repository_that_cannot_be_read_is_named(course: Course) -> None:
    (course.folder / "clones" / "birds.git" / "HEAD").write_text("garbage")
    done = report_all(course, to="html", workers=1)
    assert outcomes(done)["birds"] == "failed"
    assert outcomes(done)["bees"] == "built"


def _killed(course: Course) -> None:
    def stop(one: object) -> None:
        if one.done >= 1:  # type: ignore[attr-defined]
            os.kill(os.getpid(), signal.SIGKILL)

    report_all(course, to="html", workers=1, progress=stop)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_killed_and_run_again(course: Course) -> None:
    child = multiprocessing.get_context("spawn").Process(target=_killed, args=(course,))
    child.start()
    child.join(120)
    assert child.exitcode == -signal.SIGKILL
    done = report_all(course, to="html")
    assert sorted(outcomes(done).values()) in (
        ["built", "built", "nothing", "unchanged"],
        ["built", "nothing", "unchanged", "unchanged"],  # a worker finished one more before it was gone
    )


def test_the_schedule_gives_the_order_and_changes_the_page(course: Course) -> None:
    report_all(course, to="html")
    plan = plan_schedule(course, now=NOW)
    store_plan(course, plan)
    page = course.folder / "presentations.html"
    body = page.read_text("utf-8").partition("<main>")[2]
    assert [*re.findall("<h2>(.*?)</h2>", body)] == [
        "Wednesday, 20 January 2027",
        "Wednesday, 27 January 2027",
    ]
    assert re.findall("<time>(.*?)</time>", body) == ["18:00–18:20", "18:25–18:45"] * 2
    (last,) = {one for one, slot in plan.in_order if slot.start.date() == dt.date(2027, 1, 27)} & {
        plan.in_order[-1][0]
    }
    with open_store(course.store) as store, store.transaction("test") as tx:
        rename_group(tx, last, "renamed")
    longer = load_course(course.folder)
    (course.folder / "course.toml").write_text(
        TOML.replace("end = 18:45:00", "end = 19:30:00"), encoding="utf-8"
    )
    longer = load_course(course.folder)
    assert 'data-seconds="900"' in page.read_text("utf-8")
    move_group(longer, "renamed", "2027-01-27 18:50")
    assert "18:50–19:10" in page.read_text("utf-8")


def test_the_timer_gives_nobody_more_than_the_slot(course: Course) -> None:
    short = replace(course, presentations=replace(course.presentations, slot_minutes=10))
    assert 'data-seconds="600"' in write_page(short).read_text("utf-8")
    less = replace(course, report=replace(course.report, minutes=12))
    assert 'data-seconds="720"' in write_page(less).read_text("utf-8")


def test_a_page_that_was_edited_is_kept(course: Course) -> None:
    page = course.folder / "presentations.html"
    page.write_text("mine")
    with pytest.raises(InputError, match="it was changed since"):
        report_all(course, to="html")
    assert not (course.folder / "presentations").exists()
    refresh_page(course)
    assert page.read_text() == "mine"
    report_all(course, to="html", force=True)
    assert "mine" not in page.read_text()[:10]


def test_a_manifest_that_is_none_is_made_again(course: Course) -> None:
    report_all(course, to="html")
    folder = course.folder / "presentations" / "bees"
    made = read_made(folder)
    assert made
    assert is_complete(folder, made)
    for text in ("", "{", "[]", '{"key": 1}', "\udcff"):
        (folder / "deck.json").write_bytes(text.encode("utf-8", "surrogateescape"))
        assert read_made(folder) is None
    plain = json.loads((course.folder / "presentations" / "birds" / "deck.json").read_text("utf-8"))
    plain["files"][0]["name"] = "../../course.toml"
    (folder / "deck.json").write_text(json.dumps(plain))
    outside = read_made(folder)
    assert outside
    assert not is_complete(folder, outside)
    assert outcomes(report_all(course, to="html"))["bees"] == "built"


def test_wrong_input(course: Course, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one of the formats"):
        report_all(course, to="docx")
    with pytest.raises(InputError, match="theme"):
        report_all(course, theme="purple")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "course.toml").write_text('[course]\nname = "x"\n')
    with open_store(tmp_path / "empty"):
        pass
    with pytest.raises(InputError, match="expected groups"):
        report_all(load_course(tmp_path / "empty"))
    assert decks_module.NAME == "deck.json"
