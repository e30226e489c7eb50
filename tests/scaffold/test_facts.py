"""Merging `project.toml` by its keys."""

from __future__ import annotations

import dataclasses

from coursekit.config import Course, parse_project, render_project
from coursekit.model import Member, Milestone, Project
from coursekit.scaffold.facts import merge_facts, usable_answers, with_course

OLD = Project("Birds", (Member("Ada"),), profile="opencampus-ml", semester="WiSe", template="blank", template_version="1")  # fmt: skip
NEW = dataclasses.replace(OLD, template_version="2", core_version="3", template_tree="4")


def without(text: str, table: str) -> str:
    start = text.index(f"\n[{table}]")
    return text[:start] + text[text.index("\n[", start + 1) :]


def merged(ours: str, new: Project, base_text: str) -> str:
    return merge_facts(
        ours.encode(), new, render_project(new).encode(), OLD, base_text.encode()
    ).decode()  # fmt: skip


def test_a_table_that_is_new_comes_with_its_comments() -> None:
    """Of a newer coursekit; not one that the group took out."""
    text = without(render_project(OLD), "proposal")
    got = merged(text, NEW, text)
    assert got.endswith('metric = ""\n')
    assert "# The question, as one that data can answer" in got
    assert parse_project(got.encode()) == NEW
    assert "[proposal]" not in merged(text, NEW, render_project(OLD))


def test_line_ends_and_the_mark_at_the_beginning() -> None:
    text = render_project(OLD).replace("\n", "\r\n")
    got = merged("\ufeff" + text, NEW, render_project(OLD))
    assert got.count("\n") == got.count("\r\n")
    assert parse_project(got.encode()) == NEW


def test_what_the_course_says_comes_in_where_the_group_left_it() -> None:
    course = Course(name="DL", semester="SoSe", profile="mine", milestones=(Milestone("model"),))
    new = with_course(NEW, course)
    ours = render_project(dataclasses.replace(OLD, semester="ours"))
    got = parse_project(merged(ours, new, render_project(OLD)).encode())
    assert (got.course, got.semester, got.profile, got.milestones) == ("DL", "ours", "mine", course.milestones)  # fmt: skip


def test_answers_that_new_project_would_refuse() -> None:
    bad = Project("\x07", (), description="\x07", task="\x07", group="\x07", repository="x y")
    before = Project("T", (Member("Ada"),), "d", "t", "g", repository="https://example.org/x")
    assert usable_answers(bad, before) == before
    alone = usable_answers(bad)
    assert (alone.description, alone.task, alone.group, alone.repository) == ("", "", "", "")
