"""The two files that people write: `project.toml` (a group's project) and `course.toml` (the course).

Reading checks every type and refuses unknown keys, naming the file and the line. Writing keeps the comments and
the order of what is there.
"""

from coursekit.config.course import (
    Course,
    Session,
    Topic,
    find_course,
    load_course,
    parse_course,
    with_environment,
)
from coursekit.config.host import HostSettings
from coursekit.config.new_course import render_course
from coursekit.config.presentations import Presentations
from coursekit.config.project import load_project, parse_project, render_project, update_project
from coursekit.config.report import Limit, ReportSettings

__all__ = [
    "Course",
    "HostSettings",
    "Limit",
    "Presentations",
    "ReportSettings",
    "Session",
    "Topic",
    "find_course",
    "load_course",
    "load_project",
    "parse_course",
    "parse_project",
    "render_course",
    "render_project",
    "update_project",
    "with_environment",
]
