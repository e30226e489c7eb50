"""The two files that people write: `project.toml` (a group's project) and `course.toml` (the course).

Reading checks every type and refuses unknown keys, naming the file and the line. Writing keeps the comments and
the order of what is there.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import tomlkit
from tomlkit.items import AoT, Item, String, StringType, Trivia

from coursekit.errors import InputError
from coursekit.model import Member, Milestone, Project, ProjectResults, Waiver, WaiverRequest
from coursekit.text import clean, nearest, one_line, printable
from coursekit.tomlread import Table, parse

# ---------------------------------------------------------------- project.toml


def load_project(path: Path) -> Project:
    """Read a `project.toml` (or the one in the folder `path`).

    Raises
    ------
    InputError
        If it is missing or does not hold what it should; with the line.
    """
    return parse_project(
        _read(path, "project.toml"), path.name if path.name.endswith(".toml") else "project.toml"
    )


def parse_project(data: bytes, where: str = "project.toml") -> Project:
    """Read a `project.toml` from its bytes, which may come from anybody; `where` names it in errors.

    Raises
    ------
    InputError
        If it does not hold what it should; with the line.
    """
    top = parse(data, where)
    about, source, results = top.table("project"), top.table("data"), top.table("results")
    template, check, links = top.table("template"), top.table("check"), top.table("links")
    project = Project(
        title=about.text("title", required=True),
        members=tuple(_member(table) for table in about.tables("members")),
        description=about.text("description"),
        task=about.text("task"),
        group=about.text("group"),
        course=about.text("course"),
        semester=about.text("semester"),
        language=_language(about),
        repository=about.text("repository"),
        consent_to_publish=about.flag("consent_to_publish"),
        tags=about.texts("tags"),
        data_name=source.text("name"),
        data_source=source.text("source"),
        data_license=source.text("license"),
        results=ProjectResults(
            best_model=results.text("best_model"),
            metric=results.text("metric"),
            value=results.number("value"),
            baseline_model=results.text("baseline_model"),
            baseline_value=results.number("baseline_value"),
        ),
        links={clean(key): links.text(key) for key in links.values},
        template=template.text("name"),
        template_version=template.text("version"),
        core_version=template.text("core_version"),
        profile=check.text("profile", "opencampus-ml"),
        milestones=_milestones(check, None),
        waivers_asked=tuple(_waiver_request(table) for table in top.tables("waivers")),
    )
    for table in (top, about, source, results, template, check):
        table.done()
    return project


def _member(table: Table) -> Member:
    member = Member(table.text("name", required=True), table.text("email"), table.text("account"))
    table.done()
    return member


def _waiver_request(table: Table) -> WaiverRequest:
    waiver = WaiverRequest(table.text("code", required=True), table.text("reason", required=True))
    table.done()
    return waiver


def _language(table: Table) -> str:
    language = table.text("language", "en")
    if language not in ("en", "de"):
        raise table.error("language", f"expected 'en' or 'de', but found {one_line(language, 20)!r}")
    return language


def _milestones(check: Table, zone: dt.tzinfo | None) -> tuple[Milestone, ...]:
    found: list[Milestone] = []
    for table in check.tables("milestones"):
        milestone = Milestone(table.text("name", required=True), table.moment("deadline", zone))
        table.done()
        if milestone.name in {other.name for other in found}:
            raise table.error(
                "name", f"expected each milestone once, but {one_line(milestone.name, 60)!r} is twice"
            )
        found.append(milestone)
    return tuple(found)


_SKELETON = """\
# The facts about your project, for people and for coursekit. Edit it with any text editor;
# texts stand in "quotes". `coursekit check .` tells you when something in here cannot be read.

[project]
title = ""
# One or two sentences: the problem and the approach.
description = ""
# For example: image classification, regression, text generation.
task = ""
# Whether your course may show the project to others. Every member must agree.
consent_to_publish = false
tags = []
# The address of this repository on the git host.
repository = ""
course = ""
semester = ""
group = ""
language = "en"

[data]
# The data set, where it comes from (an address), and the licence under which you may use it.
name = ""
source = ""
license = ""

[results]
# Fill this in when you have results:  value = 0.95  and  baseline_value = 0.80  are plain numbers.
best_model = ""
metric = ""
baseline_model = ""

[links]

[template]
# Written by coursekit; leave it as it is. It is needed to bring you fixes of the template.
name = ""
version = ""
core_version = ""

[check]
# What `coursekit check` asks for, and until when.
profile = ""
"""

# Where each field of `Project` stands.
_PLACES: dict[str, tuple[str, str]] = {
    **{
        name: ("project", name)
        for name in (
            *("title", "description", "task", "consent_to_publish", "tags", "repository"),
            *("course", "semester", "group", "language", "members"),
        )
    },
    "data_name": ("data", "name"),
    "data_source": ("data", "source"),
    "data_license": ("data", "license"),
    "template": ("template", "name"),
    "template_version": ("template", "version"),
    "core_version": ("template", "core_version"),
    "profile": ("check", "profile"),
    "milestones": ("check", "milestones"),
}


def render_project(project: Project) -> str:
    """Write a project as a commented `project.toml`; `parse_project` gives the same project back."""
    return update_project(
        _SKELETON, **{f.name: getattr(project, f.name) for f in dataclasses.fields(project)}
    )


def update_project(text: str, **changes: Any) -> str:
    """Return `text` (a `project.toml`) with some fields of `Project` changed; comments and order stay.

    A value of None takes the key away. `results` replaces all results, `links` all links.

    Raises
    ------
    InputError
        If `text` is no valid `project.toml`, or would be none afterwards.
    """
    parse(text.encode("utf-8", "replace"), "project.toml")
    document = tomlkit.parse(text)
    for name, value in changes.items():
        if name == "results":
            for key in (f.name for f in dataclasses.fields(ProjectResults)):
                _set(document, "results", key, getattr(value, key))
        elif name == "links":
            for key in [key for key in document.get("links", {}) if key not in value]:
                _set(document, "links", key, None)
            for key, link in value.items():
                _set(document, "links", key, link)
        elif name == "waivers_asked":
            document.pop("waivers", None)
            if value:
                document.append("waivers", _list_of_tables(value))
        elif name in _PLACES:
            _set(document, *_PLACES[name], value)
        else:
            raise TypeError(f"Project has no field {name!r}")
    result = tomlkit.dumps(document).rstrip("\n") + "\n"
    parse_project(result.encode("utf-8"), "project.toml")
    return result


def _set(document: tomlkit.TOMLDocument, table: str, key: str, value: object) -> None:
    if table not in document:
        if value is None:
            return
        document.append(table, tomlkit.table())
    place: Any = document[table]
    if value is None:
        place.pop(key, None)
        return
    if isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
        place.pop(key, None)
        place.append(key, _list_of_tables(value))
    elif value == () and isinstance(place.get(key), AoT):
        place.pop(key)
    elif not (value == () and key not in place):
        place[key] = _item(value)


def _list_of_tables(values: tuple[Any, ...]) -> AoT:
    tables = tomlkit.aot()
    for value in values:
        table = tomlkit.table()
        for part in dataclasses.fields(value):
            content = getattr(value, part.name)
            if content not in (None, ""):
                table.append(part.name, _item(content))
        tables.append(table)
    if values:
        table.add(tomlkit.nl())  # a blank line before what follows
    return tables


def _item(value: object) -> Item:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, tuple):
        array = tomlkit.array()
        for part in value:
            array.append(_item(part))
        return array
    return tomlkit.item(value)


def _string(value: str) -> String:
    """Quote a text so that what reorders or hides text is seen as an escape in the file."""
    value = clean(value)
    raw = json.dumps(value, ensure_ascii=False)[1:-1]
    raw = re.sub(r"\\x([0-9a-f]{2})", r"\\u00\1", printable(raw)) if printable(raw) != raw else raw
    return String(StringType.SLB, value, raw, Trivia())


# ---------------------------------------------------------------- course.toml


@dataclass(frozen=True, slots=True)
class Session:
    """A meeting of the course; `start` and `end` know their time zone."""

    start: dt.datetime
    end: dt.datetime
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """What `course.toml` says about a course."""

    name: str
    semester: str = ""
    language: str = "en"
    time_zone: str = ""
    max_group_size: int | None = None
    missed_sessions_allowed: int | None = None
    sessions: tuple[Session, ...] = ()
    profile: str = "opencampus-ml"
    milestones: tuple[Milestone, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    template: str = ""
    coursekit_source: str = ""
    repositories: str = "repositories"
    database: str = "course.sqlite3"
    folder: Path = field(default_factory=Path)


def load_course(path: Path) -> Course:
    """Read a `course.toml` (or the one in the folder `path`).

    Raises
    ------
    InputError
        If it is missing or does not hold what it should; with the line.
    """
    data = _read(path, "course.toml")
    folder = path if path.is_dir() else path.parent
    return parse_course(data, path.name if path.name.endswith(".toml") else "course.toml", folder)


def parse_course(data: bytes, where: str = "course.toml", folder: Path | None = None) -> Course:
    """Read a `course.toml` from its bytes; `where` names it in errors.

    Raises
    ------
    InputError
        If it does not hold what it should; with the line.
    """
    top = parse(data, where)
    about, groups, attendance = top.table("course"), top.table("groups"), top.table("attendance")
    check, projects, store = top.table("check"), top.table("projects"), top.table("store")
    zone = _time_zone(about)
    course = Course(
        name=about.text("name", required=True),
        semester=about.text("semester"),
        language=_language(about),
        time_zone=about.text("time_zone"),
        max_group_size=groups.whole("max_size", least=1),
        missed_sessions_allowed=attendance.whole("missed_sessions_allowed"),
        sessions=tuple(_session(table, zone) for table in top.tables("sessions")),
        profile=check.text("profile", "opencampus-ml"),
        milestones=_milestones(check, zone),
        waivers=tuple(_waiver(table) for table in top.tables("waivers")),
        template=projects.text("template"),
        coursekit_source=_source(projects),
        repositories=projects.text("repositories", "repositories"),
        database=store.text("database", "course.sqlite3"),
        folder=folder or Path(),
    )
    for table in (top, about, groups, attendance, check, projects, store):
        table.done()
    return course


def _time_zone(about: Table) -> dt.tzinfo | None:
    name = about.text("time_zone")
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        close = nearest(name, sorted(available_timezones()))
        hint = f"Did you mean {close!r}?" if close else 'For example:  time_zone = "Europe/Berlin"'
        raise about.error(
            "time_zone", f"expected a time zone, but {one_line(name, 60)!r} is none", hint
        ) from None


def _session(table: Table, zone: dt.tzinfo | None) -> Session:
    day, start, end = table.date("date"), table.time("start"), table.time("end")
    session = Session(
        dt.datetime.combine(day, start, zone), dt.datetime.combine(day, end, zone), table.text("topic")
    )
    table.done()
    if zone is None:
        raise table.error(
            None,
            "expected the course's time zone, but [course] states none",
            'Add  time_zone = "Europe/Berlin"  to [course].',
        )
    if end <= start:
        raise table.error("end", f"expected an end after the start ({start:%H:%M}), but found {end:%H:%M}")
    return session


def _waiver(table: Table) -> Waiver:
    waiver = Waiver(
        table.text("code", required=True), table.text("reason", required=True), table.text("group") or None
    )
    table.done()
    return waiver


_SOURCE = re.compile(
    r"(?:git\+(?:https|ssh|file)://[\w.~:/@%+-]+@[\w./-]+|https://[\w.~:/@%+-]+\.(?:whl|tar\.gz|zip))(?:#[\w=&.-]+)?",
    re.ASCII,
)


def _source(projects: Table) -> str:
    source = projects.text("coursekit_source")
    if source and not _SOURCE.fullmatch(source):
        raise projects.error(
            "coursekit_source",
            "expected an address that names one version (git+https://…@version, or https://….whl), "
            f"but found {one_line(source, 80)!r}",
            "The name alone is not enough: on the public package index it belongs to somebody else's package.",
        )
    return source


def _read(path: Path, name: str) -> bytes:
    file = path / name if path.is_dir() else path
    if not file.is_file():
        raise InputError(
            f"expected a file {name}, but there is none at {one_line(str(file))}",
            f"Give the path to a {name}, or to the folder that holds it.",
        )
    return file.read_bytes()
