"""`coursekit deadline`: more time for single groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._anonymous import ANONYMOUS
from coursekit.cli._course import COURSE
from coursekit.cli._reason import REASON, ask_reason
from coursekit.cli._sections import WEEKLY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from coursekit.course.deadlines import Deadline

SECTION = WEEKLY

EPILOG = """\b
Examples:
  coursekit deadline extend bees literature-review --until 2026-05-13 --reason "two members were ill"
  coursekit deadline extend bees model --until "2026-06-30 12:00" --reason "the data came late"
  coursekit deadline list
  coursekit deadline withdraw bees model --reason "was meant for the birds"
"""


@click.group(epilog=EPILOG)
def command() -> None:
    """Give single groups more time for a milestone, and see who has it.

    The deadlines of all stand in course.toml. Everything counts a group's own deadline: what is due for it, and what
    'coursekit check --all' and 'coursekit track' call late.
    """


@command.command("extend")
@click.argument("group")
@click.argument("milestone")
@COURSE
@click.option(
    "--until",
    required=True,
    metavar="WHEN",
    help="A date, which means its end, or a moment, in the course's time zone.",
)
@REASON
def extend(group: str, milestone: str, course: Path | None, until: str, reason: str | None) -> None:
    """Give GROUP until WHEN for MILESTONE, in place of an extension that it has.

    Example: coursekit deadline extend bees model --until 2026-06-30 --reason "the data came late"
    """
    import datetime as dt

    from coursekit.config import find_course
    from coursekit.course.deadlines import extend_deadline
    from coursekit.text import one_line
    from coursekit.tracking.when import shown, zone_name, zone_of

    found = find_course(course)
    done = extend_deadline(found, group, milestone, until, reason=reason, ask=ask_reason)
    zone = zone_of(found)
    assert done.due is not None
    name, what = one_line(done.group, 60), one_line(done.milestone, 60)
    click.echo(f"{name}: {what} is due {shown(done.due, zone)} ({zone_name(found)})")
    if not done.changed:
        click.echo("That was its deadline before; nothing was recorded.", err=True)
        return
    assert done.before is not None
    click.echo(f"before: {shown(done.before, zone)}")
    now = dt.datetime.now(dt.UTC)
    if done.due <= now:
        click.echo("Note that this moment has passed already.", err=True)
    if done.before <= now:
        click.echo("Next:  coursekit check --all , so that what counts is checked.", err=True)


@command.command("withdraw")
@click.argument("group")
@click.argument("milestone")
@COURSE
@REASON
def withdraw(group: str, milestone: str, course: Path | None, reason: str | None) -> None:
    """Let the course's own deadline count again for GROUP.

    Example: coursekit deadline withdraw bees model --reason "was meant for the birds"
    """
    from coursekit.config import find_course
    from coursekit.course.deadlines import withdraw_deadline
    from coursekit.text import one_line
    from coursekit.tracking.when import shown, zone_name, zone_of

    found = find_course(course)
    done = withdraw_deadline(found, group, milestone, reason=reason, ask=ask_reason)
    zone = zone_of(found)
    assert done.before is not None
    due = f"is due {shown(done.due, zone)} ({zone_name(found)})" if done.due else "has no deadline"
    click.echo(f"{one_line(done.group, 60)}: {one_line(done.milestone, 60)} {due}, as for all")
    click.echo(f"before: {shown(done.before, zone)}")


@command.command("list")
@COURSE
@click.option("--history", is_flag=True, help="Also those that were withdrawn or replaced.")
@ANONYMOUS
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True
)
def list_(course: Path | None, history: bool, anonymous: bool, form: str) -> None:
    """List the groups that have a deadline of their own.

    Example: coursekit deadline list --history --format csv
    """
    from coursekit.config import find_course
    from coursekit.course.deadlines import list_deadlines
    from coursekit.tracking.when import zone_name

    found = find_course(course)
    listed = list_deadlines(found, history=history, anonymous=anonymous)
    if form == "json":
        import json

        plain = {"time_zone": found.time_zone or None, "deadlines": [_plain(one) for one in listed]}
        click.echo(json.dumps(plain, ensure_ascii=False, indent=2))
    elif form == "csv":
        from coursekit.csvwrite import csv_text

        rows = [["group", "milestone", "due", "course_due", "reason", "set_at", "withdrawn_at"]]
        rows += [
            ["" if value is None else str(value) for value in list(_plain(one).values())[:7]]
            for one in listed
        ]
        click.echo(csv_text(rows), nl=False)
    else:
        _print(listed, zone_name(found), history=history)


def _plain(one: Deadline) -> dict[str, str | bool | None]:
    moments = {
        "due": one.due, "course_due": one.course_due, "set_at": one.set_at, "withdrawn_at": one.withdrawn_at
    }  # fmt: skip
    iso = {key: moment.isoformat() if moment else None for key, moment in moments.items()}
    return {
        "group": one.group,
        "milestone": one.milestone,
        "due": iso["due"],
        "course_due": iso["course_due"],
        "reason": one.reason,
        "set_at": iso["set_at"],
        "withdrawn_at": iso["withdrawn_at"],
        "counts": one.counts,
    }


def _print(listed: Sequence[Deadline], zone: str, *, history: bool) -> None:
    from coursekit.text import columns, one_line

    if not listed:
        click.echo("No group has a deadline of its own; those of all stand in course.toml.")
        return
    rows = [("milestone", "group", "due", "for all", *(["state"] if history else []), "reason")]
    for one in listed:
        due = f"{one.due:%Y-%m-%d %H:%M}" if one.due else ""
        own = f"{one.course_due:%Y-%m-%d %H:%M}" if one.course_due else "none"
        state = "withdrawn" if one.withdrawn_at else "counts" if one.counts else "overtaken"
        mark = "" if history or one.counts else " (does not count: the course's own is later, or gone)"
        rows.append(
            (
                one_line(one.milestone, 30),
                one_line(one.group, 40),
                due,
                own,
                *([state] if history else []),
                one_line(one.reason, 60) + mark,
            )
        )
    for line in columns(rows):
        click.echo(line)
    click.echo(f"\nTimes: {zone}")
