"""The commands that change one group or one student."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from coursekit.cli._course import COURSE

if TYPE_CHECKING:
    from pathlib import Path

    from coursekit.course.groups import Followed

REASON = click.option("--reason", metavar="TEXT", help="Why; the audit keeps it, without names of students.")


@click.command("add")
@click.argument("name")
@COURSE
def add(name: str, course: Path | None) -> None:
    """Make a group without members.

    Example: coursekit groups add "The Bees"
    """
    from coursekit.config import find_course
    from coursekit.course.groups import add_course_group
    from coursekit.text import one_line

    group, warning = add_course_group(find_course(course), name)
    click.echo(f"Made the group {one_line(group.name)}.")
    if warning:
        click.echo(f"Note: {warning}.", err=True)


@click.command("rename")
@click.argument("group")
@click.argument("name")
@COURSE
@REASON
def rename(group: str, name: str, course: Path | None, reason: str | None) -> None:
    """Give a group another name; its folder and repository stay where they are.

    Example: coursekit groups rename "Group 07" "The Bees"
    """
    from coursekit.config import find_course
    from coursekit.course.groups import rename_course_group
    from coursekit.text import one_line

    renamed = rename_course_group(find_course(course), group, name, reason=reason)
    click.echo(f"Renamed {one_line(renamed.before)} to {one_line(renamed.after)}.")
    for note in renamed.notes:
        click.echo(f"Note: {note}.", err=True)
    print_followed(renamed.followed)


@click.command("move")
@click.argument("student")
@click.argument("group")
@COURSE
@click.option("--force", is_flag=True, help="Also into a group that is full; needs --reason.")
@REASON
def move(student: str, group: str, course: Path | None, force: bool, reason: str | None) -> None:
    """Put a student into a group, and out of the present one.

    STUDENT is an e-mail address, an account, or the full name. That he or she was in another group stays in the
    history. project.toml in the groups' folders on this machine follows.

    Example: coursekit groups move ada@example.org "The Bees" --reason "moved house"
    """
    from coursekit.config import find_course
    from coursekit.course.groups import move_student
    from coursekit.text import one_line

    moved = move_student(find_course(course), student, group, force=force, reason=reason)
    if not moved.changed:
        click.echo(f"{moved.student.shown} is in {one_line(moved.after or '')} already.")
    elif moved.before:
        click.echo(
            f"Moved {moved.student.shown} from {one_line(moved.before)} to {one_line(moved.after or '')}."
        )
    else:
        click.echo(f"Put {moved.student.shown} into {one_line(moved.after or '')}.")
    print_followed(moved.followed, moved=moved.changed)


@click.command("leave")
@click.argument("student")
@COURSE
@REASON
def leave(student: str, course: Path | None, reason: str | None) -> None:
    """Take a student out of the present group; that he or she was in it stays in the history.

    Example: coursekit groups leave ada@example.org --reason "stopped coming"
    """
    from coursekit.config import find_course
    from coursekit.course.groups import leave_course_group
    from coursekit.text import one_line

    moved = leave_course_group(find_course(course), student, reason=reason)
    click.echo(f"Took {moved.student.shown} out of {one_line(moved.before or '')}.")
    print_followed(moved.followed, moved=moved.changed)


@click.command("link")
@click.argument("group")
@click.argument("url", metavar="URL|FOLDER")
@COURSE
@click.option("--replace", is_flag=True, help="Put it in the place of the one that is registered.")
@REASON
def link(group: str, url: str, course: Path | None, replace: bool, reason: str | None) -> None:
    """Register a repository that a group made itself, by its address or its folder on this machine.

    Fetch, check, report and track then work on it, without new-project.

    Example: coursekit groups link "The Bees" https://git.example.org/bees/project
    """
    from coursekit.config import find_course
    from coursekit.course.groups import link_repository
    from coursekit.text import one_line

    linked = link_repository(find_course(course), group, url, replace=replace, reason=reason)
    if not linked.changed:
        click.echo(f"{one_line(linked.where)} is the repository of {one_line(linked.group)} already.")
        return
    click.echo(f"The repository of {one_line(linked.group)} is {one_line(linked.where)}.")
    if linked.before:
        click.echo(f"It takes the place of {one_line(linked.before)}, which stays in the history.")


@click.command("sync")
@click.argument("group", nargs=-1)
@COURSE
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
def sync(group: tuple[str, ...], course: Path | None, dry_run: bool) -> None:
    """Write the members that the course knows into project.toml of the groups' folders (all by default).

    Every command that changes members does this for the groups concerned; this is for what it could not write then.

    Example: coursekit groups sync --dry-run
    """
    from coursekit.config import find_course
    from coursekit.course.groups import sync_members

    found = sync_members(find_course(course), group, dry_run=dry_run)
    print_followed(found, dry_run=dry_run)
    written = sum(one.path is not None for one in found)
    click.echo(f"{written} {'to write' if dry_run else 'written'}, {len(found) - written} left as they are.")


def print_followed(followed: Iterable[Followed], *, dry_run: bool = False, moved: bool = False) -> None:
    """Say what became of project.toml in the groups' folders, and what remains to be done."""
    from pathlib import Path

    from coursekit.text import one_line

    written, here = 0, Path.cwd()
    for one in followed:
        if one.path is None:
            click.echo(f"{one_line(one.group)}: {one.note}.", err=True)
            continue
        written += 1
        path = one.path.relative_to(here) if one.path.is_relative_to(here) else one.path
        parts = [f"+ {one_line(name)}" for name in one.joined] + [f"- {one_line(name)}" for name in one.left]
        what = f": {', '.join(parts)}" if parts else ""
        click.echo(f"{'Would write' if dry_run else 'Wrote'} {one_line(str(path))}{what}", err=True)
    if written and not dry_run:
        click.echo(
            "Nothing was committed: look at it, commit and push. README.md may name members too.", err=True
        )
    if moved:
        click.echo("Access on the git host follows with  coursekit publish", err=True)
