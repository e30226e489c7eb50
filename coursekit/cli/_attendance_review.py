"""The command that settles who is who in lists of participants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._course import COURSE
from coursekit.cli._reason import REASON

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from coursekit.config import Course
    from coursekit.tracking.attendance.review import Settled, Unclear


@click.command(
    epilog="""\b
Examples:
  coursekit attendance review
  coursekit attendance review --as "iPhone von Anna" anna@example.org --nobody "Dr. Ada Host"
  coursekit attendance review --forget "iPhone von Anna"
  coursekit attendance review --format json
"""
)
@click.option(
    "--as",
    "names",
    nargs=2,
    multiple=True,
    metavar="NAME STUDENT",
    help="NAME, or an e-mail address, as it stands in a list, is STUDENT (an e-mail address, account or name); may "
    "be given several times.",
)
@click.option(
    "--nobody", multiple=True, metavar="NAME", help="NAME is nobody of the course: an instructor, a guest."
)
@click.option("--forget", multiple=True, metavar="NAME", help="Take back what was settled about NAME.")
@click.option("--list", "only_list", is_flag=True, help="Show what waits, and ask nothing.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@REASON
@COURSE
def review(
    names: tuple[tuple[str, str], ...],
    nobody: tuple[str, ...],
    forget: tuple[str, ...],
    only_list: bool,
    form: str,
    reason: str | None,
    course: Path | None,
) -> None:
    """Say once who is who in lists of participants.

    Asks for each name that waits on a terminal, and shows them elsewhere. What you say is remembered: it counts in
    all lists that were read, and in those to come.
    """
    from coursekit.config import find_course
    from coursekit.tracking.attendance.review import list_unclear, match_again, settle_names

    found = find_course(course)
    if names or nobody or forget:
        settled = settle_names(found, names=names, nobody=nobody, forget=forget, reason=reason or "")
        for one in settled:
            _say(one, forgotten=one.name in forget)
        _say_changed(settled)
        _say_rest(len(list_unclear(found)))
        return
    if form == "json":
        click.echo(_json(found, list_unclear(found)))
    elif only_list or not _can_ask():
        _print(found, list_unclear(found))
    else:
        rows, _ = match_again(found)
        if rows:
            click.echo(f"Matched with the roster as it is now: {rows} rows.")
        _ask(found, list_unclear(found), reason or "")


def _ask(course: Course, unclear: Sequence[Unclear], reason: str) -> None:
    """Ask for each name that waits; each answer is stored at once."""
    from coursekit.cli import complain
    from coursekit.errors import InputError
    from coursekit.tracking.attendance.review import list_unclear, settle_names

    for number, one in enumerate(unclear, start=1):
        click.echo(f"\n{number} of {len(unclear)}")
        for line in _lines(course, one, numbered=True):
            click.echo(line)
        while True:
            answer = click.prompt(
                "A number, a student, n for nobody, Enter for later, q to stop",
                default="",
                show_default=False,
            ).strip()
            if answer in ("", "q"):
                break
            wanted = f"{one.name} <{one.email or ''}>"
            try:
                if answer == "n":
                    settled = settle_names(course, nobody=[wanted], reason=reason)
                else:
                    candidates = one.match.candidates
                    if answer.isdecimal() and 0 < int(answer) <= len(candidates):
                        student = candidates[int(answer) - 1].student
                        answer = student.email or student.account or student.name
                    settled = settle_names(course, names=[(wanted, answer)], reason=reason)
            except InputError as error:
                complain(error.message, error.hint)
                continue
            for done in settled:
                _say(done, forgotten=False)
            break
        if answer == "q":
            break
    _say_rest(len(list_unclear(course)))


def _say(one: Settled, *, forgotten: bool) -> None:
    from coursekit.text import one_line

    who = "nobody of the course" if one.student is None else one_line(one.student, 60)
    what = "is matched as before it was settled" if forgotten else f"is {who}"
    email = f" <{one_line(one.email, 60)}>" if one.email else ""
    click.echo(f"{one_line(one.name, 60)}{email} {what}.")


def _say_changed(settled: Sequence[Settled]) -> None:
    from coursekit.text import plural

    rows, times = sum(one.rows for one in settled), sum(one.seconds for one in settled)
    click.echo(f"{plural(rows, 'row')} got another student; {plural(times, 'time')} in a session changed.")


def _say_rest(count: int) -> None:
    from coursekit.text import plural

    click.echo(f"{plural(count, 'name')} left to settle." if count else "Nothing waits any more.")


def _print(course: Course, unclear: Sequence[Unclear]) -> None:
    from coursekit.text import plural

    for one in unclear:
        for line in _lines(course, one, numbered=False):
            click.echo(line)
    if unclear:
        click.echo(
            f"\n{plural(len(unclear), 'name')} to settle:  coursekit attendance review --as NAME STUDENT , or  "
            "--nobody NAME"
        )
    else:
        click.echo("Nothing waits: every participant was matched, or settled.")


def _lines(course: Course, one: Unclear, *, numbered: bool) -> list[str]:
    from coursekit.text import one_line
    from coursekit.tracking.attendance.show import explained

    email = f" <{one_line(one.email, 60)}>" if one.email else ""
    lines = [f"{one_line(one.name, 60)}{email}"]
    numbers = {session.key: session.number for session in course.sessions}
    by_session: dict[str, list[str]] = {}
    minutes: dict[str, int] = {}
    for key, source, line, seconds in one.places:
        where = f"session {numbers[key]}" if key in numbers else f"session on {key[0]:%Y-%m-%d}"
        where += f", {one_line(source, 60)}"
        by_session.setdefault(where, []).append(str(line))
        minutes[where] = minutes.get(where, 0) + round(seconds / 60)
    for where, at in by_session.items():
        lines.append(
            f"  {where}, {'line' if len(at) == 1 else 'lines'} {', '.join(at[:8])}: {minutes[where]} min"
        )
    if not numbered:
        lines.append(f"  {explained(one.match)}")
        return lines
    lines.append(f"  {one.match.why}")
    for number, candidate in enumerate(one.match.candidates, start=1):
        address = f" <{one_line(candidate.student.email, 60)}>" if candidate.student.email else ""
        lines.append(f"  {number}  {one_line(candidate.student.name, 60)}{address} ({candidate.score})")
    return lines


def _json(course: Course, unclear: Sequence[Unclear]) -> str:
    import json

    from coursekit.tracking.attendance.show import plain_candidates

    numbers = {session.key: session.number for session in course.sessions}
    result = [
        {
            "name": one.name,
            "email": one.email,
            "rows": [
                {
                    "session": numbers.get(key),
                    "date": key[0].isoformat(),
                    "file": source,
                    "line": line,
                    "seconds": seconds,
                }
                for key, source, line, seconds in one.places
            ],
            "why": one.match.why,
            "candidates": plain_candidates(one.match),
        }
        for one in unclear
    ]
    return json.dumps(result, ensure_ascii=False, indent=2)


def _can_ask() -> bool:
    import sys

    return sys.stdin.isatty() and sys.stdout.isatty()
