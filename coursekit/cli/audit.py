"""`coursekit audit`: who changed what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._anonymous import ANONYMOUS
from coursekit.cli._course import COURSE
from coursekit.cli._sections import ANYTIME

if TYPE_CHECKING:
    from pathlib import Path

_PAST = {"add": "added", "change": "changed", "remove": "removed", "erase": "erased"}

SECTION = ANYTIME

EPILOG = """\b
Examples:
  coursekit audit
  coursekit audit "Bird songs" --command verdict
  coursekit audit --since 2026-06-01 --format csv
"""


@click.command(epilog=EPILOG)
@click.argument("about", required=False, metavar="[GROUP|STUDENT]")
@COURSE
@click.option("--command", "command_", metavar="WORDS", help="Only what this command changed.")
@click.option("--since", metavar="WHEN", help='Only from then on: 7d, "last week", a date or a moment.')
@ANONYMOUS
@click.option(
    "--format", "format_", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True
)
def command(
    about: str | None,
    course: Path | None,
    command_: str | None,
    since: str | None,
    anonymous: bool,
    format_: str,
) -> None:
    """Show who changed what in the course, when, by which command and why.

    Every change by hand is kept with the old value and the reason; what reports and checks brought is
    kept where it belongs. GROUP or STUDENT shows only what is about them.
    """
    import datetime as dt
    import json

    from coursekit.config import find_course
    from coursekit.csvwrite import csv_text
    from coursekit.store import open_store
    from coursekit.text import columns, one_line, plural
    from coursekit.tracking.audit import audit_trail
    from coursekit.tracking.when import read_since

    settings = find_course(course)
    moment = read_since(settings, since, dt.datetime.now(dt.UTC)) if since else None
    with open_store(settings.store, create=False) as store, store.read() as view:
        found = audit_trail(settings, view, about=about, command=command_, since=moment, anonymous=anonymous)
    if format_ == "json":
        click.echo(json.dumps([one.as_dict() for one in found], ensure_ascii=False, indent=2))
        return
    if format_ == "csv":
        rows = [
            [", ".join(value) if isinstance(value, list) else value or "" for value in one.as_dict().values()]
            for one in found
        ]
        head = ["at", "actor", "command", "action", "about", "what", "old", "new", "reason"]
        click.echo(csv_text([head, *rows]), nl=False)
        return
    if found:
        table = [["when", "who", "command", "about", "what", "why"]]
        for one in found:
            # Where a value is told, what was done shows by itself.
            told = bool(one.old or one.new)
            value = (
                f"{one.what}: {one.old or '–'} → {one.new or '–'}"
                if told
                else f"{one.what}: {_PAST.get(one.action, one.action)}"
            )
            table.append(
                [
                    f"{one.at:%Y-%m-%d %H:%M}",
                    one_line(one.actor, 20),
                    one_line(one.command, 24),
                    one_line(", ".join(one.about), 40),
                    one_line(value, 70),
                    one_line(one.reason or "", 80),
                ]
            )
        click.echo("\n".join(columns(table)) + "\n")
    click.echo(plural(len(found), "change"))
