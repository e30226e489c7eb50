"""`coursekit identities`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._course import COURSE
from coursekit.cli._sections import WEEKLY

if TYPE_CHECKING:
    from pathlib import Path

    from coursekit.course.identities import Listed

SECTION = WEEKLY

EPILOG = """\b
Examples:
  coursekit identities
  coursekit identities bird-songs --as "al <al@laptop.example>" "Alan Turing"
  coursekit identities --nobody "tutor <tutor@example.org>"
  coursekit identities --ask
"""


@click.command(epilog=EPILOG)
@click.argument("groups", nargs=-1, metavar="[GROUP]...")
@COURSE
@click.option(
    "--as",
    "same",
    nargs=2,
    multiple=True,
    metavar="IDENTITY STUDENT",
    help='A name in git ("Name <address>", an address or a name), and whose it is.',
)
@click.option("--nobody", multiple=True, metavar="IDENTITY", help="A name in git of nobody on the roster.")
@click.option("--ask", "asking", is_flag=True, help="Ask of one after the other, in a terminal.")
@click.option("--all", "everyone", is_flag=True, help="List also those that were matched, and how.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    groups: tuple[str, ...],
    course: Path | None,
    same: tuple[tuple[str, str], ...],
    nobody: tuple[str, ...],
    asking: bool,
    everyone: bool,
    format_: str,
) -> None:
    """List the names in git that no student was found for, and settle whose they are.

    Students are found by e-mail address, by the account in a git host's noreply address, and by name within the group.
    What could be several people, or nobody, waits here; what is settled once is remembered, also for the other groups.
    To correct it, settle it again.
    """
    import json
    import sys

    from coursekit.cli._progress import show_progress
    from coursekit.config import find_course
    from coursekit.course.identities import identities
    from coursekit.text import columns, one_line, plural

    if asking and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError("--ask needs a terminal; elsewhere use --as and --nobody")
    found = identities(
        find_course(course), groups, same=same, nobody=nobody, everyone=everyone,
        ask=_ask if asking else None, progress=show_progress("histories"),
    )  # fmt: skip
    if format_ == "json":
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
        return
    for one in found.settled:
        whose = one_line(one.student.name, 60) if one.student else "nobody of the course"
        click.echo(f"{one_line(one.group, 40)}: {one.shown} is {whose}", err=True)
    if found.listed:
        rows = [("group", "in git", "commits", "whose")]
        rows += [
            (one_line(one.group, 40), one.shown, str(one.done.commits), _whose(one)) for one in found.listed
        ]
        for line in columns(rows):
            click.echo(line)
    names = plural(len(found.open), "name")
    click.echo(f"{names} to settle{': --as, --nobody or --ask' if found.open else ''}", err=True)
    if found.not_counted:
        groups_ = plural(found.not_counted, "group")
        click.echo(f"Of {groups_} nothing is known: no work is here, or it could not be counted.", err=True)


def _whose(one: Listed) -> str:
    from coursekit.text import one_line

    if one.how == "open":
        return f"? perhaps {', '.join(one_line(s.name, 40) for s in one.maybe[:3])}" if one.maybe else "?"
    whose = one_line(one.student.name, 40) if one.student else "nobody of the course"
    return f"{whose} ({one.how})"


def _ask(one: Listed, problem: str) -> str | None:
    from coursekit.text import one_line, plural, printable

    if problem:
        click.echo(printable(problem), err=True)
    click.echo(f"\n{one_line(one.group, 60)}: {one.shown}, {plural(one.done.commits, 'commit')}", err=True)
    for number, student in enumerate(one.maybe, start=1):
        click.echo(f"  {number}  {one_line(student.name, 60)}", err=True)
    answer: str = click.prompt(
        "A number, a student's name or address, - for nobody, Enter to leave it open, q to stop",
        default="",
        show_default=False,
        err=True,
    )
    return None if answer.strip() == "q" else answer
