"""The commands that mark attendance by hand, and take lists back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._course import COURSE
from coursekit.cli._reason import REASON, ask_reason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

SESSION = click.option(
    "--session",
    required=True,
    metavar="NUMBER|DATE",
    help="The session's number or date, such as 2026-10-14.",
)


@click.command(
    epilog="""\b
Examples:
  coursekit attendance mark --session 3 ada@example.org "Alan Turing" --reason "in the room"
  coursekit attendance mark --session 3 --from room.txt --reason "in the room"
  coursekit attendance mark --session 3 ada@example.org --missed --reason "left her laptop on"
  coursekit attendance mark --session 3 ada@example.org --clear --reason "was session 4"
"""
)
@SESSION
@click.argument("student", nargs=-1)
@click.option(
    "--from",
    "file",
    type=click.File(encoding="utf-8-sig", errors="replace"),
    metavar="FILE",
    help="Also those whom FILE names, one a line; - reads from standard input.",
)
@click.option("--missed", is_flag=True, help="Mark that they missed it.")
@click.option("--clear", is_flag=True, help="Take their marks away: what lists say counts again.")
@REASON
@COURSE
def mark(
    session: str,
    student: tuple[str, ...],
    file: TextIO | None,
    missed: bool,
    clear: bool,
    reason: str | None,
    course: Path | None,
) -> None:
    """Mark that each STUDENT (an e-mail address, account or name) attended a session, whatever the lists say.

    For those in the room. All are marked, or none. The audit keeps the old mark and the reason.
    """
    from coursekit.config import find_course
    from coursekit.text import one_line, plural
    from coursekit.tracking.attendance.mark import mark_attendance
    from coursekit.tracking.attendance.sessions import called

    found = find_course(course)
    students = (*student, *(_lines(file) if file else ()))
    if reason is None and students:
        reason = ask_reason("Why")
    marks = mark_attendance(found, session, students, missed=missed, clear=clear, reason=reason or "")
    for one in marks.marks:
        before, after = one.before or "by the lists", one.after or "by the lists"
        what = f"{after} already" if before == after else f"{before} → {after}"
        click.echo(f"{one_line(one.student, 60)}: {what}")
    changed = sum(one.before != one.after for one in marks.marks)
    click.echo(
        f"{changed} marked, {len(marks.marks) - changed} unchanged, of {plural(len(marks.marks), 'student')}, in "
        f"{called(marks.session)}"
    )


def _lines(file: TextIO) -> Iterator[str]:
    return (line.strip() for line in file if line.strip() and not line.lstrip().startswith("#"))


@click.command()
@SESSION
@click.option("--list", "source", default="", metavar="NAME", help="Only the list of this file name.")
@REASON
@COURSE
def withdraw(session: str, source: str, reason: str | None, course: Path | None) -> None:
    """Take back the lists that were read for a session, as if they had not been; marks by hand stay.

    Also for a session that is in course.toml no longer, by its date.

    Example: coursekit attendance withdraw --session 3 --reason "was the list of session 4"
    """
    from coursekit.config import find_course
    from coursekit.text import one_line, plural
    from coursekit.tracking.attendance.mark import withdraw_lists

    if reason is None:
        reason = ask_reason("Why")
    done = withdraw_lists(find_course(course), session, source=source, reason=reason or "")
    for one in done.lists:
        click.echo(f"{one_line(one.source)} counts no longer.")
    click.echo(
        f"{plural(len(done.lists), 'list')} taken back of {done.session}; how long {plural(done.students, 'student')} "
        "were there has changed."
    )
