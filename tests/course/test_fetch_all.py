"""Every group's repository is fetched or named with the reason."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

import coursekit
from coursekit.config import Course, parse_course
from coursekit.course import fetch_all as module
from coursekit.course.fetch_all import Fetching, GroupFetch, fetch_all
from coursekit.course.places import group_places
from coursekit.errors import CoursekitError, InputError
from coursekit.git.changes import Event
from coursekit.jobs import Progress
from coursekit.store import open_store
from coursekit.store.fetches import list_fetches, newest_fetches
from coursekit.store.people import add_group
from coursekit.store.records import NewRepository
from coursekit.store.repositories import add_repository, set_address
from coursekit.submission import open_submission
from tests.git.serving import Host, Work, serving

NAMES = ("Bird Songs", "Leaf Shapes", "Bakery")


class Class:
    """A course with groups, whose repositories lie on a host."""

    def __init__(self, root: Path, host: Host) -> None:
        self.root = root
        self.folder = root / "course"
        self.folder.mkdir()
        self.toml = '[course]\nname = "DL"\n'
        (self.folder / "course.toml").write_text(self.toml)
        self.host = host
        self.works: dict[str, Work] = {}
        self.ids: dict[str, int] = {}

    @property
    def course(self) -> Course:
        return parse_course(self.toml.encode(), folder=self.folder)

    def add(self, name: str, *, url: str | None = "", path: str | None = None) -> None:
        if url == "":
            work = self.works[name] = Work(self.root / "host", f"{name.lower().replace(' ', '-')}.git")
            work.commit(f"# {name}")
            url = f"{self.host.url}/{work.bare.name}"
        with open_store(self.folder) as store, store.transaction("test") as tx:
            group = add_group(tx, name)
            if url or path:
                self.ids[name] = add_repository(tx, NewRepository(group.id, url=url, path=path)).id

    def fetch(
        self, *groups: str, jobs: int = 2, allow: tuple[str, ...] = ("http",), **more: object
    ) -> Fetching:
        return fetch_all(self.course, groups, jobs=jobs, allow=allow, **more)  # type: ignore[arg-type]

    def clone(self, name: str) -> Path:
        with open_store(self.folder) as store, store.read() as view:
            return next(place.clone for place in group_places(self.course, view) if place.group.name == name)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    (tmp_path / "host").mkdir()
    with serving(tmp_path / "host") as running:
        yield running


@pytest.fixture
def dl(tmp_path: Path, host: Host) -> Class:
    made = Class(tmp_path, host)
    for name in NAMES:
        made.add(name)
    return made


def outcomes(done: Fetching) -> dict[str, str]:
    return {one.group: one.outcome for one in done.groups}


def test_all_come_and_the_store_knows(dl: Class) -> None:
    told: list[Progress] = []
    counted: list[Progress] = []
    done = dl.fetch(progress=lambda what: told.append if what == "repositories" else counted.append)
    assert outcomes(done) == dict.fromkeys(NAMES, "new")
    assert done.result.summary == "3 done, 0 skipped, 0 failed, of 3"
    assert [one.done for one in told] == [0, 1, 2, 3]
    assert counted[-1].done == 3, "who did how much is counted while it is fresh"
    for one in done.groups:
        work = dl.works[one.group]
        assert (one.commit, one.branch, one.commits) == (work.head, "main", 1)
        assert open_submission(dl.folder / one.clone).text("README.md") == f"# {one.group}"
    with open_store(dl.folder) as store, store.read() as view:
        kept = newest_fetches(view)
    assert {kept[dl.ids[name]].commit for name in NAMES} == {work.head for work in dl.works.values()}


def test_the_next_week_only_what_is_new_comes(dl: Class) -> None:
    dl.fetch()
    head = dl.works["Bakery"].commit("more")
    done = dl.fetch()
    assert outcomes(done) == {"Bird Songs": "unchanged", "Leaf Shapes": "unchanged", "Bakery": "updated"}
    assert done.groups[2].commit == head
    assert done.result.summary == "3 done, 0 skipped, 0 failed, of 3"


def test_one_that_cannot_be_fetched_is_named_and_the_rest_go_on(dl: Class) -> None:
    """Its clone of last week stays."""
    dl.fetch()
    head = dl.works["Bird Songs"].head
    dl.works["Bird Songs"].bare.rename(dl.root / "gone")
    dl.add("Wrong", url="ftp://example.org/x")
    dl.works["Bakery"].commit("more")
    done = dl.fetch()
    assert outcomes(done) == {
        "Bird Songs": "failed", "Leaf Shapes": "unchanged", "Bakery": "updated", "Wrong": "failed",
    }  # fmt: skip
    assert done.result.summary == "2 done, 0 skipped, 2 failed, of 4"
    birds, wrong = done.groups[0], done.groups[3]
    assert (birds.kind, wrong.kind) == ("not-found", "address")
    assert "not found" in birds.reason
    assert open_submission(dl.folder / birds.clone).source.commit.id.__str__() == head  # type: ignore[attr-defined]
    with open_store(dl.folder) as store, store.read() as view:
        assert newest_fetches(view)[dl.ids["Bird Songs"]].reason == birds.reason
        assert newest_fetches(view, successful=True)[dl.ids["Bird Songs"]].commit == head
    (dl.root / "gone").rename(dl.works["Bird Songs"].bare)
    assert outcomes(dl.fetch())["Bird Songs"] == "unchanged"


def test_groups_without_a_repository_are_named(dl: Class) -> None:
    dl.add("Nobody", url=None)
    dl.add("Here", url=None, path="repositories/here")
    done = dl.fetch()
    assert done.without_address == 2
    assert done.result.of == 3
    assert [one.reason.partition(";")[0] for one in done.groups[3:]] == [
        "no repository",
        "only on this machine, in repositories/here",
    ]


def test_named_groups_only(dl: Class) -> None:
    done = dl.fetch("bakery")
    assert outcomes(done) == {"Bakery": "new"}
    assert outcomes(dl.fetch("Bakery")) == {"Bakery": "unchanged"}
    with pytest.raises(InputError, match="'Bakry'") as caught:
        dl.fetch("Bakry")
    assert "Bakery" in caught.value.hint
    assert set(outcomes(dl.fetch()).values()) == {"new", "unchanged"}


def test_a_dry_run_asks_nobody_and_writes_nothing(dl: Class) -> None:
    dl.fetch("Bakery")
    dl.add("Wrong", url="https://-x/y")
    with open_store(dl.folder) as store, store.transaction("test") as tx:
        set_address(tx, dl.ids["Bakery"], f"{dl.host.url}/moved.git", replace=True)
    before = sorted(path for path in dl.folder.rglob("*") if path.suffix not in (".db-wal", ".db-shm"))
    dl.host.requests.clear()
    done = dl.fetch(dry_run=True)
    assert dl.host.requests == []
    assert (
        sorted(path for path in dl.folder.rglob("*") if path.suffix not in (".db-wal", ".db-shm")) == before
    )
    assert [(one.outcome, one.reason) for one in done.groups[:3]] == [
        ("would-fetch", "clone"), ("would-fetch", "clone"), ("would-fetch", "update"),
    ]  # fmt: skip
    assert [event.kind for event in done.groups[2].events] == ["address"]
    assert done.groups[3].outcome == "failed"
    assert done.result.summary == "3 done, 0 skipped, 1 failed, of 4"
    assert json.loads(json.dumps(done.as_dict()))["dry_run"] is True


def test_an_address_that_changed(dl: Class) -> None:
    dl.fetch()
    old = dl.works["Bakery"].head
    new = Work(dl.root / "host", "new-bakery.git").commit("elsewhere")
    with open_store(dl.folder) as store, store.transaction("test") as tx:
        set_address(tx, dl.ids["Bakery"], f"{dl.host.url}/new-bakery.git", replace=True)
    one = dl.fetch().groups[2]
    assert (one.outcome, one.commit) == ("updated", new)
    assert [event.kind for event in one.events] == ["address", "rewritten"]
    assert open_submission(dl.folder / one.clone, old).text("README.md") == "# Bakery"
    with open_store(dl.folder) as store, store.read() as view:
        kept = list_fetches(view, dl.ids["Bakery"])[-1]
    assert [event.kind for event in kept.events] == ["address", "rewritten"]
    assert "127.0.0.1" not in str(kept.events)


def test_a_group_that_was_renamed_keeps_its_clone(dl: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    dl.fetch()
    dl.clone("Bakery").rename(dl.folder / "clones/bread.git")
    (dl.folder / "clones/mine.git").mkdir()
    (dl.folder / "clones/mine.git/x").touch()
    done = dl.fetch()
    assert outcomes(done)["Bakery"] == "unchanged"
    assert not (dl.folder / "clones/bread.git").exists()
    assert (dl.folder / "clones/mine.git/x").exists()


def test_the_courses_own_folder_of_repositories_is_allowed(dl: Class) -> None:
    """Who publishes into a folder has asked for it; other folders are not read."""
    dl.toml += '[host]\nkind = "folder"\npath = "../host"\n'
    work, other = Work(dl.root / "host", "inside.git"), Work(dl.root / "other", "outside.git")
    work.commit()
    other.commit()
    dl.add("Inside", url=work.file)
    dl.add("Outside", url=other.file)
    done = dl.fetch("Inside", "Outside", allow=())
    assert outcomes(done) == {"Inside": "new", "Outside": "failed"}
    assert "file:// is not allowed" in done.groups[1].reason


def test_a_folder_that_cannot_be_made(dl: Class) -> None:
    (dl.folder / "clones").write_text("a file")
    done = dl.fetch()
    assert set(outcomes(done).values()) == {"failed"}
    assert "clones" in done.groups[0].reason


def test_what_a_run_of_today_did_is_kept_and_one_of_yesterday_is_not(
    dl: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that was cut short is completed; days later, everything is looked at again."""

    class PowerCut(BaseException):
        pass

    def cut(progress: Progress) -> None:
        if progress.done == 2:
            raise PowerCut

    with pytest.raises(PowerCut):
        dl.fetch(jobs=1, progress=lambda what: cut)
    assert dl.fetch(dry_run=True).result.summary == "1 done, 2 skipped, 0 failed, of 3"
    monkeypatch.setattr(module, "datetime", _Later)
    assert dl.fetch(dry_run=True).result.summary == "3 done, 0 skipped, 0 failed, of 3"
    monkeypatch.undo()
    done = dl.fetch(jobs=1)
    assert done.result.summary == "1 done, 2 skipped, 0 failed, of 3"
    assert list(outcomes(done).values()) == ["done-before", "done-before", "new"]
    assert [one.commit for one in done.groups] == [dl.works[name].head for name in NAMES]
    assert dl.fetch().result.summary == "3 done, 0 skipped, 0 failed, of 3"


class _Later(module.datetime):
    @classmethod
    def now(cls, tz: object = None) -> module.datetime:
        return module.datetime(2099, 1, 1, tzinfo=module.UTC)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_can_be_stopped_at_any_point(dl: Class, number: int) -> None:
    """Also while a host hangs: asked to stop, it stops the gits, too; killed, the next run goes on."""
    release, hanging = threading.Event(), threading.Event()

    def answer(handler: BaseHTTPRequestHandler) -> bool:
        if handler.path.startswith("/bakery"):
            hanging.set()
            release.wait(60)
        return False

    dl.host.answer = answer
    command = [
        sys.executable,
        "-m",
        "coursekit",
        "fetch",
        "--course",
        str(dl.folder),
        "--allow",
        "http",
        "--jobs",
        "2",
    ]
    run = subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": str(Path(coursekit.__file__).parents[1])},
        stderr=subprocess.PIPE,
    )
    assert hanging.wait(60)
    time.sleep(0.3)
    run.send_signal(number)
    _, said = run.communicate(timeout=20)
    if number == signal.SIGKILL:
        assert run.returncode == -number
    else:
        assert run.returncode == 130
        assert b"Stopped." in said
        gits = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        assert f"{dl.host.url}/bakery.git" not in gits
    release.set()
    dl.host.answer = lambda handler: False
    done = dl.fetch()
    assert (done.result.failed, done.result.of) == (0, 3)
    assert done.groups[2].outcome == "new"
    assert [path.name for path in (dl.folder / "clones").glob("*")] == [
        path.name for path in (dl.folder / "clones").glob("*.git")
    ]


def test_from_another_thread_it_works_as_well(dl: Class) -> None:
    """A dashboard has no say over signals."""
    found: list[Fetching] = []
    thread = threading.Thread(target=lambda: found.append(dl.fetch()))
    thread.start()
    thread.join()
    assert found[0].result.done == 3


def test_without_git_nothing_begins(dl: Class, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CoursekitError, match="the program git"):
        dl.fetch()
    assert not (dl.folder / "clones").exists()


def test_the_form_for_programs(dl: Class) -> None:
    dl.works["Bakery"].commit("# again", date="2026-03-01T12:00:00+0000")
    form = dl.fetch("Bakery").as_dict()
    assert form == {
        "dry_run": False,
        "groups": [
            {
                "group": "Bakery", "outcome": "new", "clone": "clones/bakery.git", "branch": "main",
                "commit": dl.works["Bakery"].head, "committed_at": "2026-03-01T12:00:00+00:00", "commits": 2,
                "events": [], "reason": None, "kind": None,
            }
        ],
        "counts": {"done": 1, "skipped": 0, "failed": 0, "of": 1, "without_address": 0},
        "not_counted": [],
    }  # fmt: skip
    assert isinstance(dl.fetch("Bakery").groups[0], GroupFetch)
    assert Event("deleted", "x").kept == ""
