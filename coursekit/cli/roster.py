"""`coursekit roster`: who takes part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._course import COURSE
from coursekit.cli._path import PATH
from coursekit.cli._sections import ONCE

if TYPE_CHECKING:
    from pathlib import Path

    from coursekit.course.enroll import Plan
    from coursekit.course.groups import Followed

SECTION = ONCE

EPILOG = """\b
Examples:
  coursekit roster import participants.csv
  coursekit roster list
  coursekit roster drop ada@example.org --reason "moved away"
"""

IMPORT_EPILOG = """\b
Examples:
  coursekit roster import participants.csv --dry-run
  coursekit roster import survey.csv --map name="Your name" --map account="GitHub?"
  coursekit roster import participants.csv --map group=

The columns are recognized, in any order, of rosters from GitHub Classroom, Classroom 50, Moodle (in English
and German) and edu.opencampus.sh, and of files with name, email, group, repository.
"""


@click.group(epilog=EPILOG)
def command() -> None:
    """Import, show and change the list of students.

    Example: coursekit roster import participants.csv
    """


@command.command("import", epilog=IMPORT_EPILOG)
@click.argument("file", type=PATH)
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Which column holds a field, by its heading or its number; with nothing behind the '=', the field is not "
    "used. May be given several times.",
)
@click.option(
    "--status",
    multiple=True,
    metavar="WORD",
    help="Also those with this status take part; may be given several times.",
)
@click.option("--drop-missing", is_flag=True, help="Note that students who are not in FILE dropped out.")
@click.option("--yes", is_flag=True, help="Store without asking.")
@click.option("--dry-run", is_flag=True, help="Say what would be stored, and store nothing.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@COURSE
def import_(
    file: Path,
    mapping: tuple[str, ...],
    status: tuple[str, ...],
    drop_missing: bool,
    yes: bool,
    dry_run: bool,
    form: str,
    course: Path | None,
) -> int:
    """Take students from FILE, a CSV file from the place where your course is administered.

    Shows what it understood and what would change before it stores, and asks on a terminal. A row that cannot be
    used is named, and the others go in; then the exit code is 2. Nothing is taken away: an empty cell changes
    nothing, and who is not in FILE is listed and stays, unless you say --drop-missing.
    """
    from coursekit.config import find_course
    from coursekit.course.enroll import import_roster
    from coursekit.course.enroll.show import json_of, summary, text_of

    shown = False

    def show(plan: Plan) -> None:
        nonlocal shown
        if form == "text" and not shown:
            click.echo(text_of(plan, file.name))
            shown = True

    def confirm(plan: Plan) -> bool:
        if yes or not _can_ask():
            return True
        show(plan)
        if form == "json":
            click.echo(text_of(plan, file.name), err=True)
        return click.confirm("Store this?", err=True)

    imported = import_roster(
        find_course(course),
        file,
        mapping=split_mapping(mapping),
        status=status,
        drop_missing=drop_missing,
        dry_run=dry_run,
        confirm=confirm,
    )
    show(imported.plan)
    click.echo(json_of(imported) if form == "json" else summary(imported, dry_run=dry_run))
    _tell(imported.followed)
    return 2 if imported.plan.rejected else 0


@command.command("list", epilog="\b\nExample:\n  coursekit roster list --format csv > roster.csv\n")
@click.option("--all", "left", is_flag=True, help="Also those who dropped out.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True
)
@COURSE
def list_(left: bool, form: str, course: Path | None) -> None:
    """Show who takes part."""
    from coursekit.config import find_course
    from coursekit.course.enroll import list_roster
    from coursekit.course.enroll.people import csv_of_roster, json_of_roster, text_of_roster
    from coursekit.text import plural

    listed = list_roster(find_course(course), left=left)
    if form == "json":
        click.echo(json_of_roster(listed))
    elif form == "csv":
        click.echo(csv_of_roster(listed), nl=False)
    elif listed:
        click.echo(text_of_roster(listed))
        click.echo(f"{plural(len(listed), 'student')}.")
    else:
        click.echo("No students yet. Type  coursekit roster import FILE .")


@command.command(
    epilog='\b\nExample:\n  coursekit roster add "Ada Lovelace" --email ada@example.org --group birds\n'
)
@click.argument("name")
@click.option("--email", default="", help="The e-mail address.")
@click.option("--account", default="", help="The account on the git host.")
@click.option("--id-number", default="", help="The university's number for the student.")
@click.option("--section", default="", help="The part of the course.")
@click.option("--group", default="", help="The group, which is made if there is none of that name.")
@COURSE
def add(
    name: str, email: str, account: str, id_number: str, section: str, group: str, course: Path | None
) -> None:
    """Add a student who joins late, or comes back."""
    from coursekit.config import find_course
    from coursekit.course.enroll import add_to_roster
    from coursekit.text import one_line

    values = {"name": name, "email": email, "account": account, "id_number": id_number, "section": section}
    added = add_to_roster(find_course(course), values | {"group": group})
    for remark in added.plan.warnings:
        click.echo(f"Note: {remark.message}", err=True)
    (change,) = added.plan.students
    where = f", in the group {one_line(change.group.name)}" if change.group else ""
    again = " again" if change.returns else ""
    click.echo(f"{one_line(change.values.name)} takes part{again}{where}.")
    _tell(added.followed)


@command.command(epilog="\b\nExample:\n  coursekit roster change ada@example.org --account adalove\n")
@click.argument("student")
@click.option("--name", help="The new name.")
@click.option("--email", help="The new e-mail address; an empty one takes it away, here and below.")
@click.option("--account", help="The new account on the git host.")
@click.option("--id-number", help="The new number.")
@click.option("--section", help="The new part of the course.")
@click.option("--reason", help="Why, for the audit.")
@COURSE
def change(
    student: str,
    name: str | None,
    email: str | None,
    account: str | None,
    id_number: str | None,
    section: str | None,
    reason: str | None,
    course: Path | None,
) -> None:
    """Change what is known of STUDENT: an e-mail address, account, ID number or name."""
    from coursekit.config import find_course
    from coursekit.course.enroll import change_on_roster
    from coursekit.errors import InputError
    from coursekit.text import one_line

    values = {"name": name, "email": email, "account": account, "id_number": id_number, "section": section}
    given = {field: value for field, value in values.items() if value is not None}
    if not given:
        raise InputError(
            "expected something to change, found nothing", "Give  --name ,  --email  or another option."
        )
    before, after = change_on_roster(find_course(course), student, given, reason=reason)
    if before == after:
        click.echo(f"Nothing to change for {one_line(before.name)}.")
    for field in given:
        old, new = (one_line(getattr(one, field) or "none") for one in (before, after))
        if old != new:
            click.echo(f"{one_line(after.name)}: {field.replace('_', ' ')} {old} → {new}")


@command.command(epilog='\b\nExample:\n  coursekit roster drop "Ada Lovelace" --reason "moved away"\n')
@click.argument("student")
@click.option("--reason", help="Why, for the audit; names in it are replaced by numbers.")
@COURSE
def drop(student: str, reason: str | None, course: Path | None) -> None:
    """Note that STUDENT (an e-mail address, account, ID number or name) dropped out, and left the group.

    project.toml in the group's folder on this machine follows. Everything that is known about the student stays; 'roster add' brings him or her back.
    """
    from coursekit.config import find_course
    from coursekit.course.enroll import drop_from_roster
    from coursekit.text import one_line

    dropped, followed = drop_from_roster(find_course(course), student, reason=reason)
    click.echo(f"{one_line(dropped.name)} no longer takes part. What is known stays.")
    _tell(followed)


def _tell(followed: tuple[Followed, ...]) -> None:
    """Say what became of the groups' files, where there are any."""
    from coursekit.cli._groups_change import print_followed

    if followed:
        print_followed(followed, moved=True)


def split_mapping(mapping: tuple[str, ...]) -> dict[str, str]:
    """Take FIELD=COLUMN apart."""
    from coursekit.errors import InputError
    from coursekit.text import one_line

    found = {}
    for text in mapping:
        field, sign, column = text.partition("=")
        if not sign:
            raise InputError(
                f"expected FIELD=COLUMN behind --map, but found {one_line(text, 60)!r}",
                'For example:  --map name="Your name" .',
            )
        found[field.strip().lower().replace("-", "_").replace(" ", "_")] = column
    return found


def _can_ask() -> bool:
    import sys

    return sys.stdin.isatty() and sys.stderr.isatty()
