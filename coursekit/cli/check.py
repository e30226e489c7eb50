"""`coursekit check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._path import PATH

if TYPE_CHECKING:
    from pathlib import Path

EPILOG = """\b
Examples:
  coursekit check
  coursekit check groups/* --format table
  coursekit check --select DOC,LIT --ignore DOC108
  coursekit check group-07.git --commit main --lang de
"""


@click.command(epilog=EPILOG)
@click.argument("paths", nargs=-1, type=PATH, default=["."], metavar="[PATH]...")
@click.option(
    "--profile", metavar="NAME|FILE", help="The requirements; by default those that project.toml names."
)
@click.option("--commit", "revision", metavar="REV", help="Read this commit instead of the folder's files.")
@click.option("--milestone", metavar="NAME", help="What is due: this milestone and all before it.")
@click.option("--select", multiple=True, metavar="CODES", help="Only what begins so, such as DOC,LIT201.")
@click.option("--ignore", multiple=True, metavar="CODES", help="All but what begins so.")
@click.option("--course", type=PATH, help="course.toml with the waivers that were granted.")
@click.option(
    "--format",
    "format_",
    metavar="NAME",
    help="text (for one path), table (for several), markdown, html, json, or for a git host: github, gitlab, junit, sarif.",
)
@click.option("--schema", is_flag=True, help="Print the JSON schema of --format json, and check nothing.")
@click.option("--lang", "language", type=click.Choice(["en", "de"]), default="en", show_default=True)
def command(
    paths: tuple[Path, ...],
    profile: str | None,
    revision: str | None,
    milestone: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    course: Path | None,
    format_: str | None,
    schema: bool,
    language: str,
) -> int:
    """Say what is still missing before handing in.

    PATH is a group's folder (by default the one you are in) or a bare git repository. Nothing in it
    is run or changed. The exit code is 0 when everything required and due is met, 1 when something
    is not, 2 when something could not be read.
    """
    from coursekit.checker.formats import choose, json, render
    from coursekit.checker.several import check_paths
    from coursekit.cli import complain
    from coursekit.config import load_course

    if schema:
        click.echo(json.schema(), nl=False)
        return 0
    name = choose(format_, several=len(paths) > 1)
    settings = load_course(course) if course else None
    checked = check_paths(
        paths,
        profile=profile or (settings.profile if settings else None),
        revision=revision,
        milestone=milestone,
        waivers=settings.waivers if settings else (),
        select=select,
        ignore=ignore,
        language=language,
    )
    for error in checked.errors:
        complain(error.message, error.hint)
    if checked.checks:
        click.echo(render(checked.checks, name), nl=False)
    for found in checked.checks:
        for problem in found.problems:
            told = problem.told(language)
            complain(f"{found.name}: {told}" if len(paths) > 1 else told, problem.hint.in_(language))
    return checked.exit_code
