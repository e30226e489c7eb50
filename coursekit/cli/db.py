"""`coursekit db`: the course's database as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._course import COURSE
from coursekit.cli._path import PATH
from coursekit.cli._sections import ANYTIME

if TYPE_CHECKING:
    from pathlib import Path

SECTION = ANYTIME

EPILOG = """\b
Examples:
  coursekit db status
  coursekit db backup
  coursekit db backup /media/stick/dl.db
  coursekit db restore /media/stick/dl.db
  coursekit db export tables --format json

\b
The database is the file course.db in the course's folder, unless course.toml states another one:
  [store]
  database = "postgresql+psycopg://me@db.example.org/dl"
The environment variable COURSEKIT_DATABASE goes before course.toml; a password belongs there.
"""


@click.group(epilog=EPILOG)
def command() -> None:
    """Look at, back up, restore, upgrade and export what the course knows."""


@command.command(epilog="\b\nExample:\n  coursekit db status\n")
@COURSE
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def status(course: Path | None, form: str) -> int:
    """Say which database it is, its version, how much is in it, and whether it is sound.

    Reads every page, and changes nothing. The exit code is 1 when something is wrong with it.
    """
    from coursekit.config import find_course
    from coursekit.course.database import database_state
    from coursekit.text import one_line, plural

    state = database_state(find_course(course))
    if form == "json":
        import json
        from dataclasses import asdict

        last = state.last_backup.isoformat() if state.last_backup else None
        click.echo(json.dumps(asdict(state) | {"last_backup": last}, ensure_ascii=False, indent=2))
        return 1 if state.problems else 0
    size = f", {state.size / 1e6:.1f} MB" if state.size is not None else ""
    known = "the newest" if state.version == state.known else f"this coursekit knows {state.known}"
    click.echo(f"database     {one_line(state.name)} (stated by {state.stated}){size}")
    click.echo(f"version      {state.version} ({known})")
    click.echo(f"rows         {_rows(state.rows)}")
    last_backup = f"{state.last_backup:%Y-%m-%d %H:%M} UTC" if state.last_backup else "none noted"
    click.echo(f"last backup  {last_backup}")
    for problem in state.problems:
        click.echo(f"damaged      {one_line(problem)}")
    click.echo("sound        no" if state.problems else "sound        yes")
    if state.version != state.known:
        click.echo("\nAny command that writes upgrades it, after a copy; or type  coursekit db upgrade .")
    if state.problems:
        click.echo(
            f"\n{plural(len(state.problems), 'problem')}. Put a backup in its place:  coursekit db restore FILE"
        )
    return 1 if state.problems else 0


@command.command(epilog="\b\nExample:\n  coursekit db upgrade\n")
@COURSE
def upgrade(course: Path | None) -> None:
    """Bring the database to the version of this coursekit; a copy of it as it is now is made first."""
    from coursekit.config import find_course
    from coursekit.course.database import upgrade_database
    from coursekit.text import one_line

    done = upgrade_database(find_course(course))
    if done.before == done.after:
        click.echo(f"The database is of version {done.after} already, the newest that this coursekit knows.")
        return
    click.echo(f"The database was of version {done.before}, and is of version {done.after} now.")
    if done.backup:
        click.echo(f"As it was it lies in {one_line(str(done.backup))}")


@command.command(epilog="\b\nExamples:\n  coursekit db backup\n  coursekit db backup /media/stick/dl.db\n")
@click.argument("file", required=False, type=PATH)
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@COURSE
def backup(file: Path | None, force: bool, course: Path | None) -> None:
    """Copy the database to FILE, by default a new one in the course's folder 'backups'.

    One consistent state, also while other commands write; looked over before it gets its name. It is a SQLite file
    whatever kind of database the course has, and 'db restore' puts it into either kind.
    """
    from coursekit.config import find_course
    from coursekit.course.database import back_up
    from coursekit.text import one_line

    target, rows = back_up(find_course(course), file, force=force)
    click.echo(f"{one_line(str(target))}: {_size(target)}, {_rows(rows)}, read back and sound")


@command.command(epilog="\b\nExample:\n  coursekit db restore backups/course-20261122T214503281234Z.db\n")
@click.argument("file", type=PATH)
@click.option("--yes", is_flag=True, help="Without asking.")
@COURSE
def restore(file: Path, yes: bool, course: Path | None) -> int:
    """Put the backup FILE in the place of the database: all of it, or nothing.

    A copy of the database as it is now is kept. An older backup is brought to the present version; one of a newer
    version, a damaged one and another program's file are refused. Students who were erased since it was made are
    taken out of it again.
    """
    from coursekit.config import find_course
    from coursekit.course.database import restore_backup
    from coursekit.errors import InputError
    from coursekit.text import one_line, plural

    def confirm(rows: dict[str, int]) -> bool:
        if yes:
            return True
        if not _can_ask():
            raise InputError(
                "expected --yes: what the course knows would be replaced, and nobody can be asked here",
                "Add  --yes ; a copy of what is there now is kept. Nothing was changed.",
            )
        click.echo(f"{one_line(file.name)} has {_rows(rows)}.", err=True)
        return click.confirm("Put it in the place of what the course knows now?", err=True)

    done = restore_backup(find_course(course), file, confirm=confirm)
    if done is None:
        click.echo("Nothing was changed.")
        return 1
    click.echo(f"Restored {one_line(str(file))} (version {done.version}): {_rows(done.rows)}")
    if done.erased:
        click.echo(f"Erased again: {plural(done.erased, 'student')}, as they were since it was made.")
    if done.kept:
        click.echo(f"What was there before lies in {one_line(str(done.kept))}")
    return 0


@command.command(epilog="\b\nExample:\n  coursekit db export tables --format json\n")
@click.argument("folder", type=PATH)
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@COURSE
def export(folder: Path, form: str, course: Path | None) -> None:
    """Write every table into the new FOLDER, a file each, for other programs.

    Ids stay, so that tables can be joined; moments are in UTC. In CSV, no cell is taken for a formula, and control
    characters are escaped; JSON has everything as it is.
    """
    from coursekit.config import find_course
    from coursekit.course.database import export_database
    from coursekit.text import columns, one_line, plural

    rows = export_database(find_course(course), folder, "json" if form == "json" else "csv")
    for line in columns([("table", "rows"), *((name, str(count)) for name, count in rows.items())]):
        click.echo(line)
    click.echo(
        f"\n{plural(len(rows), 'table')}, {plural(sum(rows.values()), 'row')} in {one_line(str(folder))}"
    )


def _rows(rows: dict[str, int]) -> str:
    from coursekit.text import plural

    named = [("students", "student"), ("groups", "group"), ("check_runs", "check"), ("audit", "audit entry")]
    parts = [
        plural(rows[name], word, "audit entries" if name == "audit" else "")
        for name, word in named
        if name in rows
    ]
    return f"{plural(sum(rows.values()), 'row')} ({', '.join(parts)})"


def _size(path: Path) -> str:
    size = path.stat().st_size
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.0f} kB"


def _can_ask() -> bool:
    import sys

    return sys.stdin.isatty() and sys.stderr.isatty()
