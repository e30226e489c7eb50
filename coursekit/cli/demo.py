"""`coursekit demo`."""

from __future__ import annotations

from os import sep
from typing import TYPE_CHECKING

import click

from coursekit.cli._path import PATH
from coursekit.cli._sections import GROUP

if TYPE_CHECKING:
    from pathlib import Path


SECTION = GROUP


@click.command()
@click.argument("folder", required=False, type=PATH)
def command(folder: Path | None) -> None:
    """Build a small course in a new folder, and show it.

    A roster, four groups, their repositories in different states, a check of all of them, and the
    presentation of the finished one. FOLDER is made; by default it is called coursekit-demo.

    Example: coursekit demo
    """
    from pathlib import Path

    from coursekit.checker.formats import render
    from coursekit.cli import called_as, quoted
    from coursekit.course.demo import build_demo, free_folder

    target = folder or free_folder(Path())
    demo = build_demo(target, progress=lambda step: click.echo(f"… {step}", err=True))
    click.echo(f"\nA course with {len(demo.groups)} groups lies in {demo.folder}:\n")
    click.echo(render(demo.checks, "table"))
    finished, next_one = demo.groups[0], demo.groups[1]
    rows = [
        (demo.folder / "course.toml", "the course: group size, milestones, deadlines"),
        (demo.folder / "roster.csv", "who takes part, in which group (made-up names)"),
        (demo.folder / "course.db", "what the course knows: students, groups, checks"),
        (demo.participants, "who was in an online meeting; try 'attendance import'"),
        (finished.parent, "the groups' repositories"),
        *((path, "the finished group's slides") for path in demo.presentation),
    ]
    lines = [(path.relative_to(demo.folder).as_posix(), what) for path, what in rows]
    width = max(len(name) for name, _ in lines)
    click.echo(f"What lies where, in {demo.folder}")
    for name, what in lines:
        click.echo(f"  {name:<{width}}  {what}")
    tool = called_as()
    commands = [
        (f"{tool} check {quoted(next_one)}", "what this group still has to do"),
        (f"{tool} report {quoted(next_one)}", "its slides so far"),
        (f"{tool} check {quoted(finished.parent)}{sep}*", "this table again; delete a README first and look"),
        (f"{tool} track --course {quoted(demo.folder)}", "how all groups stand, as their instructor sees it"),
        (f"{tool} ideas images", "past projects and templates, for groups that look for an idea"),
        (f"{tool} new-project", "start a project of your own"),
    ]
    width = max(len(line) for line, _ in commands)
    click.echo("\nWhat to type next")
    for line, what in commands:
        click.echo(f"  {line:<{width}}  {what}")
