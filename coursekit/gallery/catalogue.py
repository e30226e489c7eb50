"""Reads the catalogue: a folder each in `past_projects/`, the templates, and the course's own topics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coursekit.assets import asset
from coursekit.config import Course, parse_project
from coursekit.templates import all_templates
from coursekit.text import slug

FILE = "project.toml"


@dataclass(frozen=True, slots=True)
class Idea:
    """A past project, a template, or a topic that the course offers.

    Attributes
    ----------
    name : str
        Its folder's name; a topic's title as one.
    kind : str
        ``project``, ``template`` or ``topic``.
    complete : bool
        Whether it is a whole project that can be unpacked.
    data, license, contact : str
        What the course says about its topic; the data that a template starts on.
    """

    name: str
    kind: str
    title: str
    description: str = ""
    course: str = ""
    semester: str = ""
    tags: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    complete: bool = False
    data: str = ""
    license: str = ""
    contact: str = ""


def ideas(folder: Path | None = None) -> list[Idea]:
    """Return everything in the catalogue: complete projects first, then the newest, then the templates.

    Raises
    ------
    InputError
        If a `project.toml` cannot be read; with the file and the line.
    """
    folder = folder or asset("past_projects")
    projects = [_project(path) for path in sorted(folder.glob(f"*/{FILE}"))]
    projects.sort(key=lambda idea: (idea.complete, semester_key(idea.semester) or (0, 0)), reverse=True)
    templates = [
        Idea(
            one.name,
            "template",
            one.title,
            one.description,
            tags=tuple(dict.fromkeys([*one.tasks, *one.tags])),
            data=one.data.name if one.data else "",
            license=one.data.license if one.data else "",
        )
        for one in all_templates()
    ]
    return projects + templates


def own_topics(course: Course) -> list[Idea]:
    """Return the topics that the instructors offer in `course.toml`, as ideas."""
    return [
        Idea(
            slug(topic.title),
            "topic",
            topic.title,
            topic.description,
            course.name,
            course.semester,
            topic.tags,
            {"link": topic.link} if topic.link else {},
            data=topic.data,
            license=topic.license,
            contact=topic.contact,
        )
        for topic in course.topics
    ]


def _project(path: Path) -> Idea:
    project = parse_project(path.read_bytes(), f"{path.parent.name}/{FILE}")
    return Idea(
        path.parent.name,
        "project",
        project.title,
        project.description,
        project.course,
        project.semester,
        tuple(dict.fromkeys([*([project.task] if project.task else []), *project.tags])),
        project.links,
        complete=any(other.name != FILE for other in path.parent.iterdir()),
    )


def semester_key(text: str) -> tuple[int, int] | None:
    """Read a semester in any usual form as (year in which it begins, 0 for summer or 1 for winter).

    ``WiSe 2020/21``, ``WiSe2021`` (the two years), ``winter 20/21`` are one; ``SoSe 2021``, ``SS21`` another.
    """
    letters = "".join(char for char in text.casefold() if char.isalpha())
    digits = "".join(char for char in text if char.isdigit())
    if letters in {"sose", "ss", "sommersemester", "summer", "sommer", "summersemester", "s"} and len(
        digits
    ) in {2, 4}:
        return 2000 + int(digits[-2:]), 0
    winter = letters in {"wise", "ws", "wintersemester", "winter", "wi", "w"}
    if winter and len(digits) in {4, 6, 8}:  # 2021, 202021, 20202021
        return 2000 + int(digits[-4:-2] if len(digits) < 8 else digits[2:4]), 1
    return None
