"""`coursekit check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._path import PATH

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("paths", nargs=-1, type=PATH, default=["."], metavar="[PATH]...")
@click.option(
    "--profile", metavar="NAME|FILE", help="The requirements; by default those that project.toml names."
)
@click.option("--commit", "revision", metavar="REV", help="Read this commit instead of the folder's files.")
@click.option("--milestone", metavar="NAME", help="What is due: this milestone and all before it.")
@click.option(
    "--course",
    type=PATH,
    help="course.toml with the waivers that were granted.",
)
@click.option(
    "--format",
    "format_",
    metavar="NAME",
    help="text (for one path), table (for several), markdown, html, json, or for a git host: github, gitlab, junit, sarif.",
)
@click.option("--lang", "language", type=click.Choice(["en", "de"]), default="en", show_default=True)
def command(
    paths: tuple[Path, ...],
    profile: str | None,
    revision: str | None,
    milestone: str | None,
    course: Path | None,
    format_: str | None,
    language: str,
) -> int:
    r"""Say what is still missing before handing in.

    PATH is a group's folder (by default the one you are in) or a bare git repository. Nothing in it
    is run or changed. The exit code is 0 when everything required and due is met, 1 when something
    is not, 2 when something could not be read.

    \b
    Examples:
      coursekit check
      coursekit check groups/* --format table
      coursekit check group-07.git --commit main --lang de
    """
    from coursekit.checker import check_path, load_profile
    from coursekit.checker.formats import format_names, render
    from coursekit.cli import complain
    from coursekit.config import load_course
    from coursekit.errors import CoursekitError, InputError
    from coursekit.text import nearest

    if format_ is not None and format_ not in format_names():
        close = nearest(format_, format_names())
        raise InputError(
            f"expected one of the formats {', '.join(format_names())}, found {format_!r}",
            f"Did you mean {close!r}?" if close else "",
        )
    settings = load_course(course) if course else None
    profile = profile or (settings.profile if settings else None)
    if profile:
        load_profile(profile)  # a wrong profile is one error, not one a repository
    checks, code = [], 0
    for path in paths:
        try:
            found = check_path(
                path,
                profile=profile,
                revision=revision,
                milestone=milestone,
                waivers=settings.waivers if settings else (),
                language=language,
            )
        except CoursekitError as error:
            complain(error.message, error.hint)
            code = max(code, error.exit_code)
            continue
        checks.append(found)
        code = max(code, found.exit_code)
    if checks:
        click.echo(render(checks, format_ or ("table" if len(paths) > 1 else "text")), nl=False)
    for found in checks:
        for problem in found.problems:
            told = problem.told(language)
            complain(f"{found.name}: {told}" if len(checks) > 1 else told, problem.hint.in_(language))
    return code
