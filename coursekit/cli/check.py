"""`coursekit check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._path import PATH
from coursekit.cli._sections import GROUP

if TYPE_CHECKING:
    from pathlib import Path

    from coursekit.checker.several import Checked
    from coursekit.course.check_all import CheckedCourse

SECTION = GROUP

EPILOG = """\b
Examples:
  coursekit check
  coursekit check groups/* --format table
  coursekit check --select DOC,LIT --ignore DOC108
  coursekit check group-07.git --commit main --lang de
  coursekit check --all --course my-course
  coursekit check --all --as-of 2026-06-24T18:00
"""


@click.command(epilog=EPILOG)
@click.argument("paths", nargs=-1, type=PATH, metavar="[PATH]...")
@click.option(
    "--profile", metavar="NAME|FILE", help="The requirements; by default those that project.toml names."
)
@click.option("--commit", "revision", metavar="REV", help="Read this commit instead of the folder's files.")
@click.option("--milestone", metavar="NAME", help="What is due: this milestone and all before it.")
@click.option("--select", multiple=True, metavar="CODES", help="Only what begins so, such as DOC,LIT201.")
@click.option("--ignore", multiple=True, metavar="CODES", help="All but what begins so.")
@click.option(
    "--all", "all_groups", is_flag=True, help="Check every group of the course, and keep what is found."
)
@click.option(
    "--course",
    type=PATH,
    metavar="FOLDER",
    help="The course; with --all by default the one you are in. Without --all for its profile, deadlines, waivers and group size.",
)
@click.option(
    "--as-of", metavar="WHEN", help="With --all: the last commit before a date or a milestone's deadline."
)
@click.option("--again", is_flag=True, help="With --all: judge also what has not changed.")
@click.option(
    "--dry-run",
    is_flag=True,
    help="With --all: say what would be checked and what is unchanged; write nothing.",
)
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="How many at once; by default one a core."
)
@click.option(
    "--format",
    "format_",
    metavar="NAME",
    help="text (for one path), table (for several), markdown, html, json, or for a git host: github, gitlab, junit, sarif.",
)
@click.option("--schema", is_flag=True, help="Print the JSON schema of --format json, and check nothing.")
@click.option(
    "--lang", "language", type=click.Choice(["en", "de"]), help="By default en; with --all the course's."
)
def command(
    paths: tuple[Path, ...],
    profile: str | None,
    revision: str | None,
    milestone: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    all_groups: bool,
    course: Path | None,
    as_of: str | None,
    again: bool,
    dry_run: bool,
    jobs: int | None,
    format_: str | None,
    schema: bool,
    language: str | None,
) -> int:
    """Say what is still missing before handing in.

    PATH is a group's folder (by default the one you are in) or a bare git repository. Nothing in it
    is run or changed. The exit code is 0 when everything required and due is met, 1 when something
    is not, 2 when something could not be read.

    With --all every group of the course is checked, and the last commit before each of its deadlines that has
    passed, which 'coursekit track' shows. What has not changed since it was last checked is taken from the
    course's database, so that a run that was stopped goes on where it was.
    """
    from coursekit.checker.formats import choose, json, render
    from coursekit.cli import complain

    if schema:
        click.echo(json.schema(), nl=False)
        return 0
    if not all_groups and (as_of or again or dry_run):
        raise click.UsageError("--as-of, --again and --dry-run belong to --all")
    if all_groups and (paths or revision):
        raise click.UsageError("--all takes what the course has; leave out paths and --commit")
    if dry_run:
        return _say_what_would_be_done(course, format_, profile, language, as_of, again=again, jobs=jobs)
    name = choose(format_, several=all_groups or len(paths) > 1)
    checked: Checked | CheckedCourse
    summary = ""
    if all_groups:
        from coursekit.cli._progress import show_progress
        from coursekit.config import find_course
        from coursekit.course.check_all import check_all

        checked = check_all(
            find_course(course), profile=profile, milestone=milestone, select=select, ignore=ignore,
            language=language, as_of=as_of, again=again, jobs=jobs, progress=show_progress("groups"),
            deadline_progress=show_progress("groups at their deadlines"),
        )  # fmt: skip
        for group, reason in checked.at_deadlines.failures:
            complain(f"{group}: what it held at its deadlines could not be read: {reason}")
        summary = checked.summary
    else:
        from pathlib import Path

        from coursekit.checker.several import check_paths
        from coursekit.config import load_course

        settings = load_course(course) if course else None
        checked = check_paths(
            paths or (Path(),),
            profile=profile, revision=revision, milestone=milestone, course=settings,
            select=select, ignore=ignore, language=language or "en", jobs=jobs,
        )  # fmt: skip
        for error in checked.errors:
            complain(error.message, error.hint)
    if checked.checks:
        click.echo(render(checked.checks, name), nl=False)
    for found in checked.checks:
        for problem in found.problems:
            told = problem.told(found.language)
            several = all_groups or len(paths) > 1
            complain(f"{found.name}: {told}" if several else told, problem.hint.in_(found.language))
    if summary:
        click.echo(summary, err=True)
    return checked.exit_code


def _say_what_would_be_done(
    course: Path | None,
    format_: str | None,
    profile: str | None,
    language: str | None,
    as_of: str | None,
    *,
    again: bool,
    jobs: int | None,
) -> int:
    import json

    from coursekit.config import find_course
    from coursekit.course.check_plan import plan_check_all
    from coursekit.text import one_line

    if format_ not in (None, "table", "json"):
        raise click.UsageError("--dry-run has the formats table and json")
    plan = plan_check_all(
        find_course(course), profile=profile, language=language, as_of=as_of, again=again, jobs=jobs
    )
    if format_ == "json":
        click.echo(json.dumps(plan.as_dict(), ensure_ascii=False, indent=2))
    else:
        words = {"check": "to check", "unchanged": "unchanged", "unreadable": "cannot be read"}
        for group, will, reason in plan.groups:
            because = f" ({one_line(reason)})" if reason else ""
            click.echo(f"{one_line(group, 60)}: {words.get(will, will)}{because}")
    click.echo(f"{plan.summary}\nNothing was checked or written.", err=True)
    return plan.exit_code
