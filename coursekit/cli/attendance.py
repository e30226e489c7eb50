"""`coursekit attendance`: who was in which session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._anonymous import ANONYMOUS
from coursekit.cli._attendance_mark import mark, withdraw
from coursekit.cli._attendance_review import review
from coursekit.cli._course import COURSE
from coursekit.cli._path import PATH
from coursekit.cli._sections import WEEKLY

if TYPE_CHECKING:
    from pathlib import Path

    from coursekit.tracking.attendance.run import Imported
    from coursekit.tracking.attendance.sessions import UnclearSessionError

SECTION = WEEKLY

EPILOG = """\b
Examples:
  coursekit attendance import participants_85123456789.csv --session 3
  coursekit attendance review
  coursekit attendance mark --session 3 ada@example.org --reason "in the room"
  coursekit attendance list
"""

IMPORT_EPILOG = """\b
Examples:
  coursekit attendance import participants_85123456789.csv
  coursekit attendance import morning.csv afternoon.csv --session 2026-10-14 --dry-run
  coursekit attendance import corrected.csv --session 3 --replace
  coursekit attendance import other.csv --session 3 --map name="Display name" --map duration=Minutes

Formats are recognized: Zoom's reports of participants in many languages and spellings, Microsoft Teams, Google Meet,
BigBlueButton, and plain files with a column "name" or "email" (with or without joined, left, minutes, present).

What counts is the time from the session's start to its end, time on two devices once. Rows from 30 minutes before the
start to 120 minutes after the end belong to the session; others are left out and named.
"""


@click.group(epilog=EPILOG)
def command() -> None:
    """Read who was in which session, match names to students, and mark who was in the room.

    Example: coursekit attendance import participants_85123456789.csv --session 3
    """


for _one in (mark, review, withdraw):
    command.add_command(_one)


@command.command("import", epilog=IMPORT_EPILOG)
@click.argument("file", type=PATH, nargs=-1, required=True)
@click.option(
    "--session", default="", metavar="NUMBER|DATE", help="The session; without it, told by the times in FILE."
)
@click.option(
    "--time-zone",
    default="",
    metavar="ZONE",
    help="Of the times in FILE, if it is not the course's, such as UTC.",
)
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Which column holds a field (name, first_name, last_name, email, joined, left, duration, present, waiting), "
    "by its heading or its number. May be given several times.",
)
@click.option("--replace", is_flag=True, help="FILE takes the place of the list that was read before.")
@click.option(
    "--force", is_flag=True, help="Also a meeting at another time; leave out rows that cannot be read."
)
@click.option("--dry-run", is_flag=True, help="Say what would be stored, and store nothing.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@COURSE
def import_(
    file: tuple[Path, ...],
    session: str,
    time_zone: str,
    mapping: tuple[str, ...],
    replace: bool,
    force: bool,
    dry_run: bool,
    form: str,
    course: Path | None,
) -> None:
    """Read who was in a session from FILE, the CSV list of participants of an online meeting.

    Shows how each participant was matched to a student: by e-mail address, as it was settled before, by name, or by
    a similar name with its score. What is not clear waits for 'coursekit attendance review'. Several files are added
    up; they are stored together, or not at all. Reading the same file again changes nothing.
    """
    from coursekit.cli.roster import split_mapping
    from coursekit.config import find_course
    from coursekit.tracking.attendance.run import import_attendance
    from coursekit.tracking.attendance.sessions import UnclearSessionError
    from coursekit.tracking.attendance.show import json_of, summary, text_of

    found = find_course(course)

    def run(wanted: str) -> Imported:
        return import_attendance(
            found,
            file,
            session=wanted,
            time_zone=time_zone,
            mapping=split_mapping(mapping),
            replace=replace,
            force=force,
            dry_run=dry_run,
        )

    try:
        imported = run(session)
    except UnclearSessionError as error:
        if len(file) > 1 or not _can_ask():
            raise
        imported = run(_ask_session(error))
    if form == "json":
        click.echo(json_of(imported))
    else:
        click.echo(text_of(imported))
        click.echo(summary(imported, dry_run=dry_run))


@command.command("list")
@click.option("--session", default="", metavar="NUMBER|DATE", help="One session, with minutes and marks.")
@click.option("--over", is_flag=True, help="Only who missed more sessions than course.toml allows.")
@click.option("--all", "left", is_flag=True, help="Also those who dropped out.")
@ANONYMOUS
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True
)
@COURSE
def list_(session: str, over: bool, left: bool, anonymous: bool, form: str, course: Path | None) -> None:
    """Show who attended which session, and who missed too many.

    Example: coursekit attendance list --over --format csv
    """
    from coursekit.config import find_course
    from coursekit.errors import InputError
    from coursekit.tracking.attendance import overview

    found = find_course(course)
    if session:
        if over:
            raise InputError("expected one of --session and --over, but found both", "Leave one out.")
        one = overview.list_session(found, session, left=left, anonymous=anonymous)
        show_one = {
            "json": overview.json_of_session,
            "csv": overview.csv_of_session,
            "text": overview.text_of_session,
        }
        click.echo(show_one[form](one), nl=form == "json")
        return
    every = overview.list_attendance(found, over=over, left=left, anonymous=anonymous)
    show_all = {
        "json": overview.json_of_overview,
        "csv": overview.csv_of_overview,
        "text": overview.text_of_overview,
    }
    click.echo(show_all[form](every), nl=form == "json")


def _ask_session(error: UnclearSessionError) -> str:
    from coursekit.text import printable
    from coursekit.tracking.attendance.sessions import called

    click.echo(printable(error.message), err=True)
    for session in error.sessions:
        click.echo(f"  {session.number}: {called(session)}", err=True)
    numbers = click.Choice([str(session.number) for session in error.sessions])
    answer: str = click.prompt("Which session", type=numbers, show_choices=False, err=True)
    return answer


def _can_ask() -> bool:
    import sys

    return sys.stdin.isatty() and sys.stderr.isatty()
