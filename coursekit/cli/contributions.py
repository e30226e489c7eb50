"""`coursekit contributions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._anonymous import ANONYMOUS
from coursekit.cli._course import COURSE
from coursekit.cli._sections import WEEKLY

if TYPE_CHECKING:
    from pathlib import Path

SECTION = WEEKLY

EPILOG = """\b
Examples:
  coursekit contributions bird-songs
  coursekit contributions bird-songs --anonymous
  coursekit contributions --format json
"""


@click.command(epilog=EPILOG)
@click.argument("groups", nargs=-1, metavar="[GROUP]...")
@COURSE
@ANONYMOUS
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(groups: tuple[str, ...], course: Path | None, anonymous: bool, format_: str) -> int:
    """Show what git recorded of each member: commits and changed lines, by milestone and week.

    It is evidence to talk about and never a grade. Without GROUP all groups are shown. A commit counts for its author
    and in full for everybody whom a Co-authored-by line names; .mailmap files are read. Merges, the template, core_lib,
    libraries, outputs of notebooks, data, generated files, and what is only moved or copied do not count.

    Repositories that have changed since they were counted last are counted first, in processes with limits.
    """
    import json

    from coursekit.cli import complain
    from coursekit.cli._progress import show_progress
    from coursekit.config import find_course
    from coursekit.course.contributions import contributions
    from coursekit.text import one_line, printable
    from coursekit.tracking.contributions import evidence_lines

    found = contributions(
        find_course(course), groups, anonymous=anonymous, progress=show_progress("histories")
    )
    if format_ == "json":
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
    else:
        for activity in found.activities:
            click.echo(f"{one_line(found.names.group(activity.group_id), 60)}\n")
            for line in found.lines(activity):
                click.echo(printable(line))
            click.echo()
        for line in evidence_lines():
            click.echo(line)
    for group, reason in found.failed:
        complain(
            reason if anonymous else f"{one_line(group, 60)}: {reason}",
            "It is tried again when it has changed.",
        )
    return 2 if found.failed else 0
