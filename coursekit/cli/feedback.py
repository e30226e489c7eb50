"""`coursekit feedback`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._course import COURSE
from coursekit.cli._path import PATH
from coursekit.cli._sections import WEEKLY

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Literal


SECTION = WEEKLY

EPILOG = """\b
Examples:
  coursekit feedback --all
  coursekit feedback --all --send
  coursekit feedback bird-songs --as email --send
"""


@click.command(epilog=EPILOG)
@click.argument("groups", nargs=-1, metavar="[GROUP]...")
@click.option("--all", "all_groups", is_flag=True, help="All groups of the course.")
@COURSE
@click.option("--send", is_flag=True, help="Write it; without this, it is only shown.")
@click.option(
    "--as",
    "way",
    type=click.Choice(["issue", "file", "email"]),
    help="An issue on the git host, a Markdown file, or the draft of an e-mail (.eml); by default an issue "
    "where the repository is on the course's host, and a file elsewhere.",
)
@click.option("--output", type=PATH, metavar="FOLDER", help="For files and drafts; by default feedback/.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    groups: tuple[str, ...],
    all_groups: bool,
    course: Path | None,
    send: bool,
    way: Literal["issue", "file", "email"] | None,
    output: Path | None,
    format_: str,
) -> int:
    """Tell the groups what is still missing in their projects.

    What the newest check of each found, with what changed since last time first. On a git host that is one issue a
    repository, which is written anew each time; elsewhere a file or the draft of an e-mail. Without --send it is
    shown what would be written, and nothing is.
    """
    import json
    import sys

    from coursekit.cli import complain
    from coursekit.cli._progress import show_progress
    from coursekit.config import find_course
    from coursekit.course.feedback import feedback
    from coursekit.text import one_line, plural, printable

    if bool(groups) == all_groups:
        raise click.UsageError("Name the groups, or say --all; not both.")

    def say(text: str) -> None:
        # In a terminal, the line that says how far it is stands where this one begins.
        click.echo(("\r\x1b[K" if sys.stderr.isatty() else "") + printable(text), err=True)

    done = feedback(
        find_course(course),
        groups,
        send=send,
        way=way,
        output=output,
        say=say,
        progress=show_progress("groups"),
    )
    if format_ == "json":
        click.echo(json.dumps(done.as_dict(), ensure_ascii=False, indent=2))
        return 2 if done.failures else 0
    ways = {"issue": "issue", "file": "file", "email": "draft"}
    for one in done.sent:
        words = {
            "new": f"a new {ways[one.way]}",
            "updated": f"the {ways[one.way]}, updated",
            "unchanged": f"the {ways[one.way]}, unchanged",
        }
        click.echo(
            f"{one_line(one.group, 60)}: {words[one.change]}, {one_line(one.where)} (checked {one.checked})"
        )
        for note in one.notes:
            click.echo(f"  {printable(note)}")
        if done.dry_run and one.change != "unchanged":
            click.echo()
            for line in one.text.splitlines():
                click.echo(f"  │ {printable(line)}")
            click.echo()
    for group, reason in done.failures:
        complain(f"{one_line(group, 60)}: {reason}")
    counts = f"{done.count('new')} new, {done.count('updated')} updated, {done.count('unchanged')} unchanged"
    before = f", {done.before} done before by a run that was interrupted" if done.before else ""
    click.echo(f"{counts}{before}, {len(done.failures)} failed, of {plural(done.of, 'group')}")
    if done.dry_run:
        click.echo("Nothing was written; say --send to do it.")
    return 2 if done.failures else 0
