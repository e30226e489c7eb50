"""The option that names the course, the same in every command of the instructor's."""

from __future__ import annotations

import click

from coursekit.cli._path import PATH

COURSE = click.option(
    "--course",
    "course",
    type=PATH,
    metavar="FOLDER",
    help="The course's folder; by default the one you are in, or the nearest above it with a course.toml.",
)
