"""`coursekit init`: begins a course."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._path import PATH
from coursekit.cli._sections import ONCE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECTION = ONCE

EPILOG = """\b
Examples:
  coursekit init deep-learning
  coursekit init deep-learning --name "Deep Learning from Scratch" --semester "SoSe 2026" \\
      --language de --time-zone Europe/Berlin
"""


@click.command(epilog=EPILOG)
@click.argument("folder", required=False, type=PATH)
@click.option("--name", help="What the course is called.")
@click.option("--semester", help="When it is, such as 'SoSe 2026'.")
@click.option("--language", type=click.Choice(["en", "de"]), help="Of what groups are told.  [default: en]")
@click.option("--time-zone", help="Of deadlines and sessions.  [default: this machine's]")
@click.option("--max-group-size", type=click.IntRange(1), help="Students in a group.  [default: 4]")
@click.option(
    "--database",
    default="",
    metavar="URL",
    help="A PostgreSQL server's database.  [default: a file in the course's folder]",
)
def command(
    folder: Path | None,
    name: str | None,
    semester: str | None,
    language: str | None,
    time_zone: str | None,
    max_group_size: int | None,
    database: str,
) -> None:
    """Begin a course in FOLDER, by default the one you are in: its course.toml, and its database.

    On a terminal it asks for what you do not say. A course that is there is left alone.
    """
    from pathlib import Path

    from coursekit.cli import called_as, quoted
    from coursekit.course.init import check_free, init_course, local_time_zone
    from coursekit.errors import InputError
    from coursekit.text import one_line

    target = folder or Path()
    check_free(target)
    if _can_ask():
        name = name or _ask("What is the course called?")
        if semester is None:
            semester = _ask("Which semester? (only Enter: none)", default="")
        language = language or _ask("Language of what groups are told", default="en", check=_language)
        time_zone = time_zone or _ask(
            "Time zone of deadlines and sessions", default=local_time_zone(), check=_zone
        )
        max_group_size = max_group_size or int(
            _ask("How many students are in a group at most?", default="4", check=_size)
        )
    elif not name:
        raise InputError(
            "expected also --name: nobody can be asked here, because this is no terminal",
            'For example:  coursekit init --name "Deep Learning from Scratch" .',
        )
    course = init_course(
        target,
        name,
        semester=semester or "",
        language=language or "en",
        time_zone=time_zone or "",
        max_group_size=max_group_size or 4,
        database=database,
    )
    where = one_line(str(target))
    click.echo(f"The course {one_line(course.name)} lies in {where if folder else 'this folder'}:")
    click.echo("  course.toml  its settings; read it, and enter sessions and deadlines")
    click.echo("  course.db    what it knows\n" if not database else "")
    tool = called_as()
    steps = [
        (f"{tool} roster import FILE", "the students, from a CSV file"),
        (f"{tool} groups form", "groups, by their wishes; a roster may hold groups as well"),
        (f"{tool} new-project --all", "a repository for each group"),
    ]
    width = max(len(step) for step, _ in steps)
    click.echo("What to type next")
    if folder:
        click.echo(f"  cd {quoted(target)}")
    for step, what in steps:
        click.echo(f"  {step:<{width}}  {what}")


def _ask(question: str, default: str | None = None, check: Callable[[str], str] | None = None) -> str:
    """Ask until the answer passes the check."""
    from coursekit.errors import InputError
    from coursekit.text import printable

    while True:
        suffix = " " if question.endswith(("?", ")")) else ": "
        answer: str = click.prompt(
            question, default, show_default=bool(default), prompt_suffix=suffix, err=True
        )
        try:
            return check(answer.strip()) if check else answer.strip()
        except InputError as error:
            click.echo(printable(f"  {error.message}\n  {error.hint}".rstrip(), multiline=True), err=True)


def _language(text: str) -> str:
    from coursekit.config import render_course

    render_course("x", language=text)
    return text


def _zone(text: str) -> str:
    from coursekit.config import render_course

    render_course("x", time_zone=text)
    return text


def _size(text: str) -> str:
    from coursekit.errors import InputError

    if not (text.isascii() and text.isdecimal() and int(text)):
        raise InputError("expected a whole number of at least 1", "For example:  4")
    return text


def _can_ask() -> bool:
    import sys

    return sys.stdin.isatty() and sys.stderr.isatty()
