"""`coursekit track` as it is typed, in every format, and what it does with names that are markup, code or very long."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from pathlib import Path

import jsonschema
import pytest

from coursekit.cli import track as cli
from coursekit.config import load_course
from coursekit.course import track as module
from coursekit.text import width
from coursekit.tracking.formats import Look, render
from tests.cli.running import Ran, run
from tests.report.browser import needs_chromium, open_in_browser
from tests.tracking.groups import NOW, Group, all_states, make_course

EMPTY = '[course]\nname = "X"\n'


class Frozen(dt.datetime):
    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
        return NOW.astimezone(tz)


class Clock:
    """The module of dates, with a clock that stands still."""

    datetime = Frozen
    UTC = dt.UTC


class Kit:
    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._patch = folder, monkeypatch

    def __call__(self, *args: str, columns: int = 120) -> Ran:
        with self._patch.context() as patch:
            patch.setenv("COLUMNS", str(columns))
            return run(self._patch, "track", *args)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("track")
    all_states(folder)
    return folder


@pytest.fixture
def kit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Kit:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(module, "dt", Clock)
    return Kit(folder, monkeypatch)


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("--anonymous",),
        ("--late", "--milestone", "baseline-model"),
        ("--inactive", "14d"),
        ("--attention",),
        ("--since", "last week"),
        ("overdue owls", "late larks"),
        ("Extended eels", "Passed pandas", "--anonymous"),
        ("=EMPTY | <b>_x_</b>\x1b[31m",),
        ("bees",),
    ],
    ids=lambda args: " ".join(args).encode("ascii", "replace").decode().replace("\x1b", "") or "all",
)
def test_text(kit: Kit, snapshot, args: tuple[str, ...]) -> None:
    ran = kit(*args)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == snapshot
    assert "\x1b" not in ran.out


@pytest.mark.parametrize("columns", [200, 100, 80, 60, 40])
def test_it_is_as_wide_as_the_screen(kit: Kit, snapshot, columns: int) -> None:
    """Columns go, names are cut, and what comes first stays."""
    ran = kit(columns=columns)
    assert ran.out == snapshot
    if columns > 40:
        assert max(width(line) for line in ran.out.splitlines()) <= columns


def test_colors_only_add_to_what_is_there(folder: Path) -> None:
    for groups in ((), ("overdue owls",)):
        tracked = module.track(load_course(folder), groups, since=None, now=NOW)
        colored = render(tracked, "text", Look(120, colors=True))
        assert "\x1b[3" in colored or groups
        assert re.sub("\x1b\\[\\d+m", "", colored) == render(tracked, "text", Look(120))


def test_a_terminal_without_colors(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdout", Terminal())
    for name in ("NO_COLOR", "TERM", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "77")
    assert cli._screen() == (77, True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert cli._screen() == (77, False)
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert cli._screen() == (77, False)


@pytest.mark.parametrize("args", [(), ("overdue owls", "--since", "7d"), ("--anonymous",)], ids=" ".join)
def test_json_keeps_to_its_schema(kit: Kit, snapshot, args: tuple[str, ...]) -> None:
    schema = json.loads(kit("--schema").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    ran = kit("--format", "json", *args)
    found = json.loads(ran.out)
    jsonschema.Draft202012Validator(schema).validate(found)
    found["version"] = "x"
    assert found == snapshot
    known = set(schema["properties"]["groups"]["items"]["properties"])
    assert {key for group in found["groups"] for key in group} <= known


@pytest.mark.parametrize("args", [(), ("--since", "7d"), ("--anonymous", "--late")], ids=" ".join)
def test_csv(kit: Kit, snapshot, args: tuple[str, ...]) -> None:
    ran = kit("--format", "csv", *args)
    assert ran.out == snapshot
    rows = list(csv.reader(io.StringIO(ran.out)))
    assert len({len(row) for row in rows}) == 1
    assert not any(row[0].startswith("=") for row in rows)


@pytest.mark.parametrize("args", [(), ("overdue owls", "--since", "last week")], ids=" ".join)
def test_markdown(kit: Kit, snapshot, args: tuple[str, ...]) -> None:
    ran = kit("--format", "markdown", *args)
    assert ran.out == snapshot
    assert "<b>" not in ran.out.replace("\\<b", "")


@pytest.mark.parametrize("args", [(), ("overdue owls", "bees", "--since", "last week")], ids=" ".join)
def test_html(kit: Kit, snapshot, args: tuple[str, ...]) -> None:
    ran = kit("--format", "html", *args)
    assert ran.out == snapshot
    for bad in ("<b>", "\x1b", "<from>", 'http-equiv="refresh"', "src=", "<script"):
        assert bad not in ran.out


@needs_chromium
@pytest.mark.slow
def test_the_page_loads_nothing_and_reports_no_error(kit: Kit, tmp_path: Path) -> None:
    page = tmp_path / "groups.html"
    page.write_text(kit("--format", "html").out, encoding="utf-8")
    found, said = open_in_browser(page)
    assert "Overdue owls" in found
    assert "CONSOLE" not in said


@pytest.mark.parametrize("anonymous", [(), ("--anonymous",)], ids=["names", "anonymous"])
@pytest.mark.parametrize("format_", ["text", "json", "csv", "markdown", "html"])
def test_no_name_is_seen_where_others_look_on(kit: Kit, format_: str, anonymous: tuple[str, ...]) -> None:
    groups = ["bees", "late larks", "overdue owls", "extended eels", "passed pandas"]
    shown = "".join(
        kit("--format", format_, *args, *anonymous).out for args in ((), ("--since", "2026-04-01"), groups)
    )
    names = ["Shelley", "Sørgé", "Kovalevskaya", "Ruth Bader", "Owls", "owls", "example.org", "eels"]
    seen = [name for name in names if name in shown]
    assert bool(seen) != bool(anonymous), seen


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("beez",), "Did you mean 'Bees'?"),
        (("--milestone", "modl"), "Did you mean 'model'?"),
        (("--since", "tomorrow"), "expected a number of days, a date or a moment"),
        (("--since", "2030-01-01"), "expected a moment that has passed"),
        (("--inactive", "x"), "expected a number of days, such as 14d"),
        (("--format", "jsn"), "Did you mean 'json'?"),
        (("--nonsense",), "No such option"),
    ],
)
def test_wrong_use(kit: Kit, args: tuple[str, ...], says: str) -> None:
    ran = kit(*args)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_help_names_the_options(kit: Kit) -> None:
    assert "--since WHEN" in kit("--help").out


def test_an_empty_course_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot) -> None:
    monkeypatch.setattr(module, "dt", Clock)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    make_course(tmp_path, EMPTY)
    for format_ in ("text", "json", "csv", "markdown", "html"):
        ran = run(monkeypatch, "track", "--format", format_)
        assert (ran.code, ran.err) == (0, "")
    assert run(monkeypatch, "track").out == snapshot


def test_refresh_says_what_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from coursekit.store import open_store

    course = make_course(tmp_path, EMPTY)
    folder = tmp_path / "repositories" / "bees"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("# Bees\n", encoding="utf-8")
    with open_store(course.store) as store, store.transaction("test") as tx:
        Group(tx, "bees", "Ada", repository=False)
    monkeypatch.chdir(tmp_path)
    ran = run(monkeypatch, "track", "--refresh")
    assert ran.code == 0
    assert "checked: 1 done, 0 unchanged, 0 failed, of 1 group" in ran.err
    assert "bees" in ran.out
    assert "fetched:" not in ran.err


def test_who_says_the_next_one(kit: Kit) -> None:
    """A group may be called as a subcommand is: then its name stands behind 'show'."""
    assert kit("show").code == 2
    assert "expected a group of the course, found none called 'show'" in kit("show").err
