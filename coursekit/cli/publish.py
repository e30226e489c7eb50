"""`coursekit publish`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._course import COURSE
from coursekit.cli._sections import ONCE

if TYPE_CHECKING:
    from pathlib import Path


SECTION = ONCE

EPILOG = """\b
Examples:
  coursekit publish --dry-run
  coursekit publish
  coursekit publish bird-songs leaf-shapes
"""

# Of the groups that failed for one reason.
NAMED = 5


@click.command(epilog=EPILOG)
@click.argument("groups", nargs=-1, metavar="[GROUP]...")
@COURSE
@click.option("--again", is_flag=True, help="Look on the host also at what an earlier run did.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(groups: tuple[str, ...], course: Path | None, again: bool, dry_run: bool, format_: str) -> int:
    """Bring the groups' repositories to the git host, and let their members in.

    Where the host is, is said by the table [host] of course.toml. Repositories are created and pushed; members
    get access by the accounts in the roster, and who left a group loses it. Nothing there is overwritten. It can
    be interrupted at any point and run again, and does only what has changed since.

    The token is taken from GITHUB_TOKEN or GH_TOKEN, or from 'gh auth token'; for GitLab from GITLAB_TOKEN, or
    from glab. It is written nowhere.
    """
    import json
    import sys

    from coursekit.cli import complain
    from coursekit.cli._progress import show_progress
    from coursekit.config import find_course
    from coursekit.course.publish import publish
    from coursekit.text import one_line, plural, printable

    def say(text: str) -> None:
        # In a terminal, the line that says how far it is stands where this one begins.
        click.echo(("\r\x1b[K" if sys.stderr.isatty() else "") + printable(text), err=True)

    done = publish(find_course(course), groups, again=again, dry_run=dry_run, say=say, progress=show_progress)
    if format_ == "json":
        click.echo(json.dumps(done.as_dict(), ensure_ascii=False, indent=2))
        return 2 if done.failed else 0
    click.echo(f"{'Would do on' if dry_run else 'On'} {one_line(done.host)}:")
    for step in done.steps:
        click.echo(f"  {one_line(step.group, 60)}: {printable(step.what)}")
    if not done.steps:
        click.echo("  nothing" if done.failed else "  nothing: it is all there")
    if done.notes:
        click.echo("\nTo know:")
    for note in done.notes:
        click.echo(f"  {one_line(note.group, 60)}: {printable(note.what)}")
    reasons: dict[str, list[str]] = {}
    for failure in (*done.repositories.failures, *done.members_failed):
        reasons.setdefault(failure.reason, []).append(one_line(done.called(failure.key), 60))
    for reason, names in reasons.items():
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        complain(f"{', '.join(names[:NAMED])}{more}: {reason}")
    click.echo()
    verb = "to do" if dry_run else "done"
    for result, nouns in (
        (done.repositories, ("repository", "repositories")),
        (done.access, ("member or former one", "members and former ones")),
    ):
        if result is not None:
            count = f"{result.done} {verb}, {result.skipped} skipped, {result.failed} failed"
            click.echo(f"{count}, of {plural(result.of, *nouns)}")
    return 2 if done.failed else 0
