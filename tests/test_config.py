"""project.toml and course.toml: what is read, what is refused, and that writing keeps what was there."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.config import (
    Topic,
    load_course,
    load_project,
    parse_course,
    parse_project,
    render_project,
    update_project,
)
from coursekit.errors import InputError
from coursekit.model import Member, Milestone, Project, ProjectResults, WaiverRequest
from coursekit.tomlread import LIMIT

FULL = Project(
    title="Handwritten digits",
    members=(Member("Ada Lovelace", "ada@example.org", "ada"), Member("李")),
    description="We read digits.",
    task="image classification",
    group="g07",
    course="Deep Learning from Scratch",
    semester="WiSe 2026/27",
    language="de",
    repository="https://example.org/digits",
    consent_to_publish=True,
    question="Which digit did somebody write?",
    planned_metric="accuracy",
    data_name="Digits",
    data_source="https://example.org/data",
    data_license="CC BY 4.0",
    results=ProjectResults("Network", "accuracy", 0.97, "Logistic regression", 0.9),
    template="image-classification",
    template_version="0123456789ab",
    core_version="ba9876543210",
    template_tree="0123456789abcdef0123456789abcdef01234567",
    coursekit_source="git+https://example.org/coursekit@v0.1.0",
    profile="opencampus-ml",
    milestones=(
        Milestone("model", dt.datetime(2026, 11, 30, 23, 59, tzinfo=dt.UTC)),
        Milestone("presentation"),
    ),
    waivers_asked=(WaiverRequest("EDA302", "Our data are sounds."),),
    tags=("images", "digits"),
    links={"source": "https://example.org", "odd key": "x"},
)


def test_what_is_written_is_read_back() -> None:
    assert parse_project(render_project(FULL).encode()) == FULL


def test_the_file_that_people_get(snapshot) -> None:
    assert render_project(FULL) == snapshot


names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(
    str.strip
)


@given(
    name=names,
    title=names,
    description=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
)
@settings(max_examples=60, deadline=None)
def test_any_text_survives(name: str, title: str, description: str) -> None:
    project = Project(title=title, members=(Member(name),), description=description, tags=(name,))
    assert parse_project(render_project(project).encode()) == project


def test_what_hides_text_is_seen_in_the_file() -> None:
    text = render_project(Project(title="a\u202eb\x1b[31m"))
    assert r'title = "a\u202eb\u001b[31m"' in text


def test_an_update_keeps_comments_order_and_line_breaks() -> None:
    text = '# mine\n[results]\nmetric = "f1" # why not\n\n[project]\ntitle = "T"   # ours\nlanguage = "de"\n'
    new = update_project(text, title="New", results=ProjectResults("Net", "f1", 0.5))
    assert new.index("[results]") < new.index("[project]")
    assert "# mine" in new
    assert "# why not" in new
    assert "# ours" in new
    project = parse_project(new.encode())
    assert (project.title, project.language, project.results.value) == ("New", "de", 0.5)


@given(
    members=st.lists(names, max_size=4),
    count=st.integers(0, 3),
    links=st.dictionaries(names, names, max_size=3),
    value=st.none() | st.floats(allow_nan=False, allow_infinity=False),
)
@settings(max_examples=40, deadline=None)
def test_an_update_changes_what_it_is_told_and_nothing_else(members, count, links, value) -> None:
    changed = {
        "members": tuple(Member(name) for name in members),
        "milestones": FULL.milestones[:count],
        "links": links,
        "results": ProjectResults(value=value),
        "waivers_asked": (),
    }
    there = update_project(render_project(FULL), **changed)
    assert parse_project(there.encode()) == Project(
        **{name: changed.get(name, getattr(FULL, name)) for name in Project.__dataclass_fields__}
    )
    back = update_project(there, **{name: getattr(FULL, name) for name in changed})
    assert parse_project(back.encode()) == FULL


TITLE = '[project]\ntitle = "a"\n'
MILESTONE = '[[check.milestones]]\nname = "m"\n'


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('[project]\ntitle = 3\n', id="wrong type"),
        pytest.param(TITLE + 2 * '\n[[project.members]]\nname = "x"\n' + 'emial = ""\n', id="unknown key in a list"),
        pytest.param('[projct]\ntitle = "a"\n', id="unknown table"),
        pytest.param('[project]\ntitle = """\nlanguage = 3\n"""\nlanguage = "fr"\n', id="after a long text"),
        pytest.param('[project]\ntitle = "a"\nmembers = [\n  {name = 3},\n]\n', id="inside a list"),
        pytest.param('[project]\ntitle = "a\n', id="unclosed quote"),
        pytest.param('[project]\ntitle = "a"\ntitle = "b"\n', id="key twice"),
        pytest.param('[project]\n', id="no title"),
        pytest.param('', id="empty"),
        pytest.param('[project]\ntitle = "a"\n\n[results]\nvalue = "95 %"\n', id="number as text"),
        pytest.param('[project]\ntitle = "a"\n\n[results]\nvalue = nan\n', id="not a number"),
        pytest.param('[project]\ntitle = "a"\nconsent_to_publish = "yes"\n', id="flag as text"),
        pytest.param('[project]\ntitle = "a"\ntags = "x"\n', id="list as text"),
        pytest.param('project = 3\n', id="table as number"),
        pytest.param('[project]\ntitle = "a"\nmembers = ["Ada"]\n', id="members as texts"),
        pytest.param(TITLE + MILESTONE + 'deadline = 2026-01-01T10:00:00\n', id="no time zone"),
        pytest.param(TITLE + 2 * MILESTONE, id="milestone twice"),
        pytest.param('[project]\ntitle = "a\x1b[31m"\n', id="control character"),
    ],
)  # fmt: skip
def test_what_is_said_about_a_mistake(text: str, snapshot) -> None:
    with pytest.raises(InputError) as caught:
        parse_project(text.encode())
    assert str(caught.value) == snapshot


def test_latin_1_is_said_so() -> None:
    with pytest.raises(InputError, match=r"line 2: expected UTF-8, but found the byte 0xfc"):
        parse_project('[project]\ntitle = "Tür"\n'.encode("latin-1"))


def test_a_byte_order_mark_and_windows_line_ends_are_fine() -> None:
    assert parse_project('\ufeff[project]\r\ntitle = "a"\r\n'.encode()).title == "a"


@pytest.mark.parametrize(
    "data",
    [
        b"a = " + b"[" * 100_000,
        b"a = " + b"9" * 10_000,
        b"x" * (LIMIT + 1),
        b"[project]\ntitle = " + b"9" * 4_000,
        b"\n".join(b"[a%d]" % n for n in range(20_000)),
        b"[" + b".".join([b"a"] * 100_000) + b"]",
        b'[project]\ntitle = "\\ud800"',
        b"a = 9999-99-99",
    ],
)
def test_hostile_files_are_refused(data: bytes) -> None:
    """Some of them would take a TOML parser hours, and the tests with it."""
    with pytest.raises(InputError):
        parse_project(data)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
@settings(max_examples=200, deadline=None)
def test_whatever_the_bytes_only_our_own_error(data: bytes) -> None:
    with contextlib.suppress(InputError):
        parse_project(data)


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected a file project\.toml"):
        load_project(tmp_path)
    with pytest.raises(InputError, match=r"expected a file course\.toml"):
        load_course(tmp_path / "nothing.toml")


COURSE = """\
[course]
name = "Deep Learning from Scratch"
semester = "WiSe 2026/27"
language = "de"
time_zone = "Europe/Berlin"

[groups]
min_size = 2
max_size = 4

[attendance]
missed_sessions_allowed = 2

[[sessions]]
date = 2026-10-21
start = 18:00:00
end = 19:30:00
topic = "Kick-off"

[check]
profile = "opencampus-ml"

[[check.milestones]]
name = "literature review"
deadline = 2026-11-18

[[check.milestones]]
name = "model"
deadline = 2027-01-20T12:00:00+00:00

[projects]
template = "blank"
coursekit_source = "git+https://example.org/coursekit@v0.1.0"

[store]
database = "course.sqlite3"

[[waivers]]
code = "EDA302"
reason = "Sounds have no columns."
group = "g07"
"""


def test_a_course(tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_text(COURSE, encoding="utf-8")
    course = load_course(tmp_path)
    assert course == load_course(tmp_path / "course.toml")
    assert (course.min_group_size, course.max_group_size) == (2, 4)
    assert course.missed_sessions_allowed == 2
    assert course.sessions[0].start == dt.datetime(2026, 10, 21, 18, tzinfo=ZoneInfo("Europe/Berlin"))
    assert course.milestones[0].deadline == dt.datetime(2026, 11, 18, 22, 59, 59, tzinfo=dt.UTC)
    assert course.milestones[1].deadline == dt.datetime(2027, 1, 20, 12, tzinfo=dt.UTC)
    assert course.waivers[0].group == "g07"
    assert course.folder == tmp_path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"Europe/Berlin"', '"Europe/Berln"'),
        ('time_zone = "Europe/Berlin"\n', ""),
        ("max_size = 4", "max_size = 0"),
        ("min_size = 2", "min_size = 5"),
        ("min_size = 2", "minimum = 2"),
        ("end = 19:30:00", "end = 17:30:00"),
        ("start = 18:00:00", 'start = "18:00"'),
        ("date = 2026-10-21", "date = 2026-10-21T00:00:00"),
        ("deadline = 2026-11-18", 'deadline = "18.11.2026"'),
        ("git+https://example.org/coursekit@v0.1.0", "coursekit"),
        ("git+https://example.org/coursekit@v0.1.0", "git+https://example.org/x@v1; rm -rf ~"),
        ("git+https://example.org/coursekit@v0.1.0", "git+https://example.org/coursekit"),
        ("[groups]", "[group]"),
        ("missed_sessions_allowed = 2", "missed_sesions_allowed = 2"),
    ],
)
def test_what_is_said_about_a_mistake_in_a_course(old: str, new: str, snapshot) -> None:
    assert old in COURSE
    with pytest.raises(InputError) as caught:
        parse_course(COURSE.replace(old, new).encode())
    assert str(caught.value) == snapshot


IDEA = """
[[ideas]]
title = "Whose bee is it?"
description = "Tell bees by their wings."
tags = ["images"]
data = "BeeWings, https://example.org/bees"
license = "CC BY 4.0"
contact = "Ada, Tuesdays"
link = "https://example.org/bees"
"""


def test_topics_that_the_course_offers() -> None:
    topics = parse_course((COURSE + IDEA + '[[ideas]]\ntitle = "Another"\n').encode()).topics
    assert topics[0] == Topic(
        "Whose bee is it?",
        "Tell bees by their wings.",
        ("images",),
        "BeeWings, https://example.org/bees",
        "CC BY 4.0",
        "Ada, Tuesdays",
        "https://example.org/bees",
    )
    assert topics[1] == Topic("Another")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (IDEA + IDEA.replace("Whose", "WHOSE"), "each idea once"),
        (IDEA.replace("title", "titel"), "'title', but it is missing"),
        (IDEA.replace("license", "licence"), "Did you mean 'license'"),
        (IDEA.replace('["images"]', '"images"'), "a list of texts"),
    ],
)
def test_a_mistake_in_a_topic_is_named_with_its_line(text: str, expected: str) -> None:
    with pytest.raises(InputError, match=r"course\.toml, line \d+") as caught:
        parse_course((COURSE + text).encode())
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        '[project]\ntitle = "a"\n',
        '[project]\ntitle = "a"\n[[project.members]]\nname = "x"\n',
        'project.title = "a"\n',
        '[project]\ntitle = "a"\nmembers = [{name = "x"}]\n[check]\n[[check.milestones]]\nname = "m"\n',
        '[project]\r\ntitle = "a"\r\n\r\n[[project.members]]\r\nname = "x"\r\n',
    ],
)
def test_an_update_works_in_a_file_that_somebody_shortened(text: str) -> None:
    changes = {name: getattr(FULL, name) for name in Project.__dataclass_fields__}
    assert parse_project(update_project(text, **changes).encode()) == FULL
    one = update_project(text, description="d", profile="p", results=ProjectResults(value=1.0))
    project = parse_project(one.encode())
    assert (project.title, project.description, project.profile, project.results.value) == (
        "a",
        "d",
        "p",
        1.0,
    )
    assert [member.name for member in project.members] == (["x"] if "x" in text else [])


def test_a_field_that_is_none_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="no field"):
        update_project('[project]\ntitle = "a"\n', tite="b")


def test_where_the_store_lies() -> None:
    folder = Path("/course")
    assert parse_course(b'[course]\nname = "C"\n', folder=folder).store == folder
    named = parse_course(b'[course]\nname = "C"\n[store]\ndatabase = "a.db"\n', folder=folder).store
    assert named == "sqlite:////course/a.db"
    url = parse_course(
        b'[course]\nname = "C"\n[store]\ndatabase = "postgresql+psycopg://h/d"\n', folder=folder
    ).store
    assert url == "postgresql+psycopg://h/d"


def test_sessions_at_the_same_time_are_an_error() -> None:
    table = "[[sessions]]\ndate = 2026-10-14\nstart = {}\nend = {}\n"
    text = '[course]\nname = "C"\ntime_zone = "Europe/Berlin"\n' + table.format("18:00:00", "20:00:00")
    parse_course((text + table.format("20:00:00", "21:00:00")).encode())
    with pytest.raises(InputError, match=r"one session at a time, but on 2026-10-14 there is one from 18:00"):
        parse_course((text + table.format("19:00:00", "21:00:00")).encode())


@pytest.mark.parametrize("share", ["0", "1.5", "-1"])
def test_a_share_of_a_session_is_one(share: str) -> None:
    with pytest.raises(InputError, match="a share above 0 and at most 1"):
        parse_course(f'[course]\nname = "C"\n[attendance]\nmin_session_share = {share}\n'.encode())
