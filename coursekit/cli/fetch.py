"""`coursekit fetch`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._course import COURSE
from coursekit.cli._sections import WEEKLY

if TYPE_CHECKING:
    from pathlib import Path


SECTION = WEEKLY

EPILOG = """\b
Examples:
  coursekit fetch
  coursekit fetch bird-songs leaf-shapes
  coursekit fetch --dry-run
"""


@click.command(epilog=EPILOG)
@click.argument("groups", nargs=-1, metavar="[GROUP]...")
@click.option("--all", "everyone", is_flag=True, help="All groups, as without any GROUP.")
@COURSE
@click.option("--jobs", type=click.IntRange(1, 64), default=8, show_default=True, help="How many at once.")
@click.option(
    "--timeout", type=click.FloatRange(1), default=300, show_default=True, metavar="SECONDS", help="For each."
)
@click.option(
    "--max-size",
    type=click.FloatRange(1),
    default=1000,
    show_default=True,
    metavar="MB",
    help="For each clone.",
)
@click.option(
    "--allow", multiple=True, type=click.Choice(["http", "file"]),
    help="An address of this kind too, beside https and ssh; only where you trust all that it leads to.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be fetched, and reach no host.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    groups: tuple[str, ...],
    everyone: bool,
    course: Path | None,
    jobs: int,
    timeout: float,
    max_size: float,
    allow: tuple[str, ...],
    dry_run: bool,
    format_: str,
) -> int:
    """Bring the groups' repositories here, as bare clones, every week.

    The whole history comes, without files over 10 MB where the host can leave them out. Nothing of a group's is
    checked out or run. What was rewritten or deleted is told, and the old work kept. A repository that cannot be
    fetched is named with the reason, its last clone stays, and the rest go on; the exit code is 2 then. It can be
    stopped at any point and run again.

    Your own ssh keys and git's credential helper log in; nobody is asked for a password.
    """
    import json

    from coursekit.cli._fetched import print_fetched
    from coursekit.cli._progress import show_progress
    from coursekit.config import find_course
    from coursekit.course.fetch_all import fetch_all
    from coursekit.errors import InputError

    if everyone and groups:
        raise InputError("expected either --all or groups, found both", "Leave one of them out.")
    done = fetch_all(
        find_course(course),
        groups,
        jobs=jobs,
        timeout=timeout,
        max_size=max_size,
        allow=allow,
        dry_run=dry_run,
        progress=show_progress,
    )
    if format_ == "json":
        click.echo(json.dumps(done.as_dict(), ensure_ascii=False, indent=2))
    else:
        print_fetched(done)
    return 2 if done.result.failed else 0
