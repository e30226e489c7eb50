"""A new course: its commented settings are right, and nothing that is there is touched."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from coursekit.config import load_course, parse_course, render_course
from coursekit.course import init as init_module
from coursekit.course.init import init_course, local_time_zone
from coursekit.errors import CoursekitError, InputError, StoreError
from coursekit.hosts import open_host
from coursekit.store import open_store
from coursekit.tomlread import Table

SETTING = re.compile(r"#(\[|[a-z_]+ = )")


def without_marks(text: str) -> str:
    """Take the '#' from every line that shows a setting."""
    return "".join(line[1:] if SETTING.match(line) else line for line in text.splitlines(keepends=True))


def test_a_course_is_made(tmp_path: Path) -> None:
    course = init_course(
        tmp_path / "a" / "dl",
        "DL",
        semester="SoSe 2026",
        language="de",
        time_zone="Europe/Berlin",
        max_group_size=3,
    )
    assert course == load_course(tmp_path / "a" / "dl")
    assert (course.name, course.semester, course.language) == ("DL", "SoSe 2026", "de")
    assert (course.time_zone, course.max_group_size) == ("Europe/Berlin", 3)
    assert [one.name for one in course.milestones][::4] == ["literature-review", "presentation"]
    open_store(course.store, create=False).close()


@pytest.mark.parametrize(
    "name",
    [
        'Deep "Learning"',
        "C:\\x",
        "Größe 李 🦊",
        "@name@ @semester@",
        "x\x1b[31m",
        "\u202ey",
        "{{ 7 }}",
        "a\nb",
        "#x",
    ],
)
def test_any_name(name: str) -> None:
    text = render_course(name, semester=name)
    course = parse_course(text.encode())
    assert (course.name, course.semester) == (name, name)
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_every_comment_that_shows_a_setting_is_valid_without_its_mark() -> None:
    text = render_course("DL", milestones=["model"], today=dt.date(2026, 4, 1))
    course = parse_course(without_marks(text).encode())
    assert course.missed_sessions_allowed == 2
    assert course.milestones[0].deadline is not None
    assert (len(course.sessions), len(course.topics), len(course.waivers)) == (1, 1, 1)
    assert course.database.startswith("postgresql")
    # All other comments are sentences, so that no misspelt setting hides among them.
    for line in text.splitlines():
        assert not line.startswith("#") or SETTING.match(line) or re.match("# [A-Za-z]", line), line


def test_every_block_is_valid_on_its_own() -> None:
    """Who takes the marks from one block only has a course as well."""
    text = render_course("DL", milestones=["model"])
    blocks = re.findall(r"(?:^#.*\n)+", text, flags=re.MULTILINE)
    shown = [block for block in blocks if any(SETTING.match(line) for line in block.splitlines())]
    assert len(shown) >= 8
    for block in shown:
        parse_course(text.replace(block, without_marks(block)).encode())


def test_the_host_that_is_shown_first_can_be_used(tmp_path: Path) -> None:
    """Its kind is one that there is, with what that kind needs."""
    text = render_course("DL", milestones=["model"])
    first = text[text.index("#[host]") : text.index("# For a machine that is reached by ssh")]
    course = parse_course(text.replace(first, without_marks(first)).encode(), folder=tmp_path)
    assert course.host is not None
    assert open_host(course.host, tmp_path).label.endswith("dl-repositories")


def test_every_setting_that_there_is_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new key in course.toml gets its line here as well."""
    missing: set[str] = set()
    done = Table.done

    def compare(table: Table) -> None:
        missing.update(f"{table._path} {key}" for key in table._known if key not in table.values)
        done(table)

    text = without_marks(render_course("DL", milestones=["model"]))
    monkeypatch.setattr(Table, "done", compare)
    parse_course(text.encode())
    assert missing == set()


def test_a_course_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for folder in (tmp_path, tmp_path / "file"):
        with pytest.raises(InputError, match="expected a folder"):
            init_course(folder, "DL")
    assert (tmp_path / "course.toml").read_text() == "mine"
    assert not (tmp_path / "course.db").exists()


def test_what_else_is_in_the_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text("mine")
    init_course(tmp_path, "DL")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["course.db", "course.toml", "roster.csv"]


@pytest.mark.parametrize(
    "wrong",
    [{"name": " "}, {"time_zone": "Europe/Berln"}, {"language": "fr"}, {"max_group_size": 0}],
)
def test_nothing_is_made_of_a_wrong_value(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        init_course(tmp_path / "x", **({"name": "DL"} | wrong))  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_cannot_be_reached_leaves_no_course(tmp_path: Path) -> None:
    url = "postgresql+psycopg://ada:s3cret@127.0.0.1:1/course?connect_timeout=1"
    with pytest.raises(StoreError) as caught:
        init_course(tmp_path / "x", "DL", database=url)
    assert "s3cret" not in str(caught.value)
    assert not (tmp_path / "x" / "course.toml").exists()


def test_who_is_stopped_half_way_begins_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(init_module, "write_text", stop)
        with pytest.raises(KeyboardInterrupt):
            init_course(tmp_path, "DL")
    with pytest.raises(CoursekitError):
        load_course(tmp_path)
    assert init_course(tmp_path, "DL").name == "DL"


def test_this_machines_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    assert local_time_zone() == "Europe/Berlin"
    monkeypatch.setenv("TZ", ":America/New_York")
    assert local_time_zone() == "America/New_York"
    monkeypatch.setenv("TZ", "CET-1CEST")
    parse_course(render_course("DL", time_zone=local_time_zone()).encode())
    monkeypatch.delenv("TZ")
    monkeypatch.setattr(Path, "resolve", lambda path: path)
    monkeypatch.setattr(Path, "read_text", lambda path, **_: (_ for _ in ()).throw(OSError()))
    assert local_time_zone() == "UTC"
