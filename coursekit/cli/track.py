"""`coursekit track`: how the groups stand, every week."""

from __future__ import annotations

import os
import sys
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
  coursekit track
  coursekit track bees
  coursekit track --attention --milestone literature-review
  coursekit track --since "last week"
  coursekit track --late --format csv
  coursekit track --format html --anonymous > groups.html
"""


@click.command(epilog=EPILOG)
@click.argument("groups", nargs=-1, metavar="[GROUP]...")
@COURSE
@click.option("--attention", is_flag=True, help="Only groups that need somebody to act.")
@click.option(
    "--late", is_flag=True, help="Only groups with a milestone that came late, is overdue or was lost."
)
@click.option(
    "--inactive", metavar="DAYS", help="Only groups without a commit for so many days, such as 14d."
)
@click.option(
    "--milestone",
    metavar="NAME",
    help="Only this milestone, and the groups that have not met it; see --late.",
)
@click.option("--since", metavar="WHEN", help='What changed since then: 7d, "last week", a date or a moment.')
@click.option("--refresh", is_flag=True, help="Fetch and check all groups first.")
@ANONYMOUS
@click.option(
    "--format", "format_", metavar="NAME", default="text", show_default=True,
    help="text, json, csv, markdown or html.",
)  # fmt: skip
@click.option("--schema", is_flag=True, help="Print the JSON schema of --format json, and show nothing.")
def command(
    groups: tuple[str, ...],
    course: Path | None,
    attention: bool,
    late: bool,
    inactive: str | None,
    milestone: str | None,
    since: str | None,
    refresh: bool,
    anonymous: bool,
    format_: str,
    schema: bool,
) -> int:
    """Show how all groups stand, those that need attention first; or single groups in detail.

    It reads what the store knows and says how old that is: 'coursekit fetch --all' and 'coursekit check --all' bring it
    up to date, and --refresh does both first. The exit code is 0 also when groups are late.
    """
    import gc

    # A thousand groups are many objects, of which none becomes garbage before the end.
    gc.disable()
    from coursekit.config import find_course
    from coursekit.course.track import refresh as bring_up_to_date
    from coursekit.course.track import track
    from coursekit.tracking.formats import Look, choose, json, render

    if schema:
        click.echo(json.schema(), nl=False)
        return 0
    chosen = choose(format_)
    found = find_course(course)
    if refresh:
        from coursekit.cli._progress import show_progress

        for line in bring_up_to_date(found, progress=show_progress):
            click.echo(line, err=True)
    tracked = track(
        found, groups, late=late, inactive=inactive, milestone=milestone, attention=attention,
        since=since, anonymous=anonymous,
    )  # fmt: skip
    click.echo(render(tracked, chosen, Look(*_screen())), nl=False)
    # Not looked through once more when the program ends.
    gc.freeze()
    gc.enable()
    return 0


def _screen() -> tuple[int, bool]:
    """Return how wide the screen is, and whether it shows colors."""
    import shutil

    terminal = sys.stdout.isatty()
    colors = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return shutil.get_terminal_size((120, 24)).columns if terminal or os.environ.get(
        "COLUMNS"
    ) else 120, colors
