"""`project.toml`: what a group says about its project."""

from __future__ import annotations

import dataclasses
import pickle
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT, Item

from coursekit.config.shared import language_of, milestones_of, read_file, source_of, toml_string
from coursekit.model import Member, Project, ProjectResults, WaiverRequest
from coursekit.text import clean
from coursekit.tomlread import Table, parse


def load_project(path: Path) -> Project:
    """Read a `project.toml` (or the one in the folder `path`).

    Raises
    ------
    InputError
        If it is missing or does not hold what it should; with the line.
    """
    return parse_project(
        read_file(path, "project.toml"), path.name if path.name.endswith(".toml") else "project.toml"
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
    proposal = top.table("proposal")
    template, check, links = top.table("template"), top.table("check"), top.table("links")
    project = Project(
        title=about.text("title", required=True),
        members=tuple(_member(table) for table in about.tables("members")),
        description=about.text("description"),
        task=about.text("task"),
        group=about.text("group"),
        course=about.text("course"),
        semester=about.text("semester"),
        language=language_of(about),
        repository=about.text("repository"),
        consent_to_publish=about.flag("consent_to_publish"),
        tags=about.texts("tags"),
        question=proposal.text("question"),
        planned_metric=proposal.text("metric"),
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
        template_tree=template.text("tree"),
        coursekit_source=source_of(template),
        profile=check.text("profile", "opencampus-ml"),
        milestones=milestones_of(check, None),
        waivers_asked=tuple(_waiver_request(table) for table in top.tables("waivers")),
    )
    for table in (top, about, proposal, source, results, template, check):
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

[proposal]
# What you want to do, for your instructor to accept before you begin. Besides these two lines it is made of
# [data] below and of the members: a proposal is complete when none of them is empty.
# The question, as one that data can answer, for example: How many rolls will the bakery sell tomorrow?
question = ""
# The number that says how well you did, for example: accuracy, mean absolute error.
metric = ""

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
tree = ""
coursekit_source = ""

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
    "question": ("proposal", "question"),
    "planned_metric": ("proposal", "metric"),
    "data_name": ("data", "name"),
    "data_source": ("data", "source"),
    "data_license": ("data", "license"),
    "template": ("template", "name"),
    "template_version": ("template", "version"),
    "core_version": ("template", "core_version"),
    "template_tree": ("template", "tree"),
    "coursekit_source": ("template", "coursekit_source"),
    "profile": ("check", "profile"),
    "milestones": ("check", "milestones"),
}


def render_project(project: Project) -> str:
    """Write a project as a commented `project.toml`; `parse_project` gives the same project back."""
    return _changed(
        pickle.loads(_skeleton()),  # noqa: S301 - our own, of this very process
        {field.name: getattr(project, field.name) for field in dataclasses.fields(project)},
    )


@cache
def _skeleton() -> bytes:
    # Parsing it takes half as long as all the rest, which counts where a thousand projects are made.
    return pickle.dumps(tomlkit.parse(_SKELETON))


def update_project(text: str, **changes: Any) -> str:
    """Return `text` (a `project.toml`) with some fields of `Project` changed; comments and order stay.

    A value of None takes the key away. `results` replaces all results, `links` all links.

    Raises
    ------
    InputError
        If `text` is no valid `project.toml`, or would be none afterwards.
    """
    parse(text.encode("utf-8", "replace"), "project.toml")
    return _changed(tomlkit.parse(text), changes)


def _changed(document: tomlkit.TOMLDocument, changes: Mapping[str, Any]) -> str:
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
        return toml_string(value)
    if isinstance(value, tuple):
        array = tomlkit.array()
        for part in value:
            array.append(_item(part))
        return array
    return tomlkit.item(value)
