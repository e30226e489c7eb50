"""`coursekit groups import`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._course import COURSE
from coursekit.cli._path import PATH

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from coursekit.course.groups import Imported
    from coursekit.grouping import Unclear


SHOWN = 40


EPILOG = """\b
Example:
  The Bees: Ada Lovelace, alan@example.org
  coursekit groups import groups.txt --dry-run
"""


@click.command("import", epilog=EPILOG)
@click.argument("file", type=PATH)
@COURSE
@click.option("--move", is_flag=True, help="Also students who are in another group: they leave it.")
@click.option("--force", is_flag=True, help="Also more members than the course allows; needs --reason.")
@click.option("--reason", metavar="TEXT", help="Why; the audit keeps it, without names of students.")
@click.option("--dry-run", is_flag=True, help="Say what would be changed, and change nothing.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def import_(
    file: Path,
    course: Path | None,
    move: bool,
    force: bool,
    reason: str | None,
    dry_run: bool,
    form: str,
) -> int:
    """Make groups and put students into them, from FILE.

    Each line is a group, or FILE is CSV with a row for each student. Members are named by e-mail address, account or
    full name; who is unclear is said with the line, and the others go in. The exit code is then 2.
    """
    from coursekit.config import find_course
    from coursekit.course.groups import import_groups

    imported = import_groups(
        find_course(course), file, move=move, force=force, reason=reason, dry_run=dry_run
    )
    if form == "json":
        click.echo(_json(imported, dry_run=dry_run))
    else:
        _print(imported, dry_run=dry_run)
    return 2 if imported.unclear else 0


def print_unclear(unclear: Iterable[Unclear]) -> None:
    """Say what was left aside in a file, with the lines."""
    from coursekit.text import printable

    everything = list(unclear)
    for one in everything[:SHOWN]:
        click.echo(f"line {one.line}: {printable(one.message)}. {printable(one.hint)}".rstrip(), err=True)
    if len(everything) > SHOWN:
        click.echo(f"and {len(everything) - SHOWN} more; see  --format json", err=True)


def plain_unclear(unclear: Iterable[Unclear]) -> list[dict[str, object]]:
    """Return the same for JSON."""
    return [{"line": one.line, "message": one.message, "hint": one.hint} for one in unclear]


def _json(imported: Imported, *, dry_run: bool) -> str:
    import json

    result = {
        "dry_run": dry_run,
        "made": list(imported.made),
        "joined": [
            {"name": one.name, "group": one.group, "from": one.before, "line": one.line}
            for one in imported.joined
        ],
        "there": imported.there,
        "unclear": plain_unclear(imported.unclear),
        "warnings": list(imported.warnings),
    }
    return json.dumps(result, ensure_ascii=False, indent=2)


def _print(imported: Imported, *, dry_run: bool) -> None:
    from coursekit.cli._groups_change import print_followed
    from coursekit.text import one_line, plural

    by_group: dict[str, list[str]] = {name: [] for name in imported.made}
    for one in imported.joined:
        came = f" (from {one_line(one.before, 40)})" if one.before else ""
        by_group.setdefault(one.group, []).append(one_line(one.name, 60) + came)
    for name, people in by_group.items():
        new = " (new)" if name in imported.made else ""
        click.echo(f"{one_line(name)}{new}: {', '.join(f'+ {one}' for one in people) or 'nobody'}")
    print_unclear(imported.unclear)
    for warning in imported.warnings:
        click.echo(f"Note: {warning}.", err=True)
    print_followed(imported.followed)
    click.echo(
        f"{plural(len(imported.made), 'group')} {'to make' if dry_run else 'made'}, "
        f"{plural(len(imported.joined), 'student')} {'to put' if dry_run else 'put'} into a group, "
        f"{imported.there} there already, {plural(len(imported.unclear), 'entry', 'entries')} left aside."
    )
    if dry_run:
        click.echo("Nothing was stored.")
