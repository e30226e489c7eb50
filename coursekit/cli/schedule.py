"""`coursekit schedule`: when each group presents."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from coursekit.cli._course import COURSE
from coursekit.cli._path import PATH
from coursekit.cli._sections import LAST

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from coursekit.course.schedule import Plan
    from coursekit.course.scheduled import Entry

SECTION = LAST

EPILOG = """\b
Examples:
  coursekit schedule --dry-run
  coursekit schedule --wishes wishes.csv --seed 7 --yes
  coursekit schedule move bees "2027-01-20 18:25" --reason "train is late"
  coursekit schedule list --format csv
"""
FORMAT = click.option(
    "--format", "format_", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True
)
REASON = click.option("--reason", help="Why, for the audit.")


@click.group(epilog=EPILOG, invoke_without_command=True)
@COURSE
@click.option("--wishes", type=PATH, metavar="FILE", help="What groups wish for, and when they cannot (CSV).")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same schedule.")
@click.option("--keep", is_flag=True, help="Groups that have a slot stay there; only the others get one.")
@click.option("--dry-run", is_flag=True, help="Show the schedule, and store nothing.")
@click.option("--yes", is_flag=True, help="Store the schedule without asking.")
@FORMAT
@click.pass_context
def command(
    context: click.Context,
    course: Path | None,
    wishes: Path | None,
    seed: int,
    keep: bool,
    dry_run: bool,
    yes: bool,
    format_: str,
) -> int:
    """Give each group a slot in the sessions in which groups present.

    Which sessions these are, and how long a slot is, stands in [presentations] of course.toml. The CSV of wishes has
    the columns group or student, wish (dates, the dearest first) and impossible (dates, or parts such as
    2027-01-20 18:00-19:00). As many groups as possible get a slot that is possible for all members, then as
    many wishes as possible are met; the rest is drawn by lot.

    The schedule is shown before it is stored. Calendars are written below presentations/: one of all groups and one
    for each. Exit code 1 when a group got no slot.
    """
    if context.invoked_subcommand is not None:
        _refuse_options(context)
        return 0
    from coursekit.config import find_course
    from coursekit.course.schedule import plan_schedule, store_plan
    from coursekit.errors import InputError
    from coursekit.text import plural

    found = find_course(course)
    plan = plan_schedule(found, wishes, seed=seed, keep=keep)
    show = {"json": _plan_json, "csv": _plan_csv, "text": _plan_text}[format_]
    click.echo(show(plan), nl=False)
    code = 0 if plan.complete else 1
    if dry_run:
        click.echo("Nothing was stored.", err=True)
        return code
    if not yes:
        if not sys.stdin.isatty():
            raise InputError(
                "expected --yes to store this schedule: nobody can be asked here, because this is no terminal",
                "Add  --yes , or  --dry-run  to look only. Nothing was stored.",
            )
        click.confirm("\nStore this schedule?", abort=True, err=True)
    changed, files = store_plan(found, plan)
    click.echo(
        f"Stored: {plural(changed, 'change')}, {plural(len(plan.in_order), 'group')} with a slot.", err=True
    )
    _say_files(files)
    return code


def _refuse_options(context: click.Context) -> None:
    for name in context.params:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(
                f"Options come after the subcommand: 'coursekit schedule {context.invoked_subcommand} …', not before.",
                context,
            )


@command.command("list")
@COURSE
@FORMAT
def list_(course: Path | None, format_: str) -> None:
    """List when each group presents.

    Example: coursekit schedule list --format json
    """
    from coursekit.config import find_course
    from coursekit.course.scheduled import list_schedule

    entries = list_schedule(find_course(course))
    if format_ == "json":
        import json

        click.echo(json.dumps({"presentations": _plain(entries)}, ensure_ascii=False, indent=2))
    elif format_ == "csv":
        from coursekit.csvwrite import csv_text

        rows = [[str(one[key] or "") for key in ("group", "start", "end")] for one in _plain(entries)]
        click.echo(csv_text([["group", "start", "end"], *rows]), nl=False)
    else:
        _print_entries(entries)


@command.command("move")
@click.argument("group")
@click.argument("slot")
@COURSE
@REASON
def move(group: str, slot: str, course: Path | None, reason: str | None) -> None:
    """Give GROUP a free SLOT, such as "2027-01-20 18:25".

    Example: coursekit schedule move bees "2027-01-20 18:25"
    """
    from coursekit.config import find_course
    from coursekit.course.schedule import move_group

    entry, files = move_group(find_course(course), group, slot, reason=reason)
    click.echo(_told(entry))
    _say_files(files)


@command.command("swap")
@click.argument("group")
@click.argument("other")
@COURSE
@REASON
def swap(group: str, other: str, course: Path | None, reason: str | None) -> None:
    """Let two groups change places.

    Example: coursekit schedule swap bees birds
    """
    from coursekit.config import find_course
    from coursekit.course.schedule import swap_groups

    entries, files = swap_groups(find_course(course), group, other, reason=reason)
    for entry in entries:
        click.echo(_told(entry))
    _say_files(files)


@command.command("calendar")
@COURSE
def calendar(course: Path | None) -> None:
    """Write the calendars again: one of all presentations, and one for each group.

    Example: coursekit schedule calendar
    """
    from coursekit.config import find_course
    from coursekit.course.calendars import write_calendars
    from coursekit.text import one_line

    for path in write_calendars(find_course(course)):
        click.echo(one_line(str(path)))


def _told(entry: Entry) -> str:
    from coursekit.text import one_line

    assert entry.start is not None
    assert entry.end is not None
    return f"{one_line(entry.group, 60)} presents on {entry.start:%Y-%m-%d %H:%M}–{entry.end:%H:%M}."


def _say_files(files: Sequence[Path]) -> None:
    from coursekit.text import one_line, plural

    if files:
        more = f", and {plural(len(files) - 1, 'file')} for the groups" if len(files) > 1 else ""
        click.echo(f"Calendar: {one_line(str(files[0]))}{more}", err=True)


def _plain(entries: Sequence[Entry]) -> list[dict[str, object]]:
    return [
        {
            "group": one.group,
            "folder": one.folder,
            "start": one.start.isoformat() if one.start else None,
            "end": one.end.isoformat() if one.end else None,
            "in_course_toml": one.planned if one.start else None,
        }
        for one in entries
    ]


def _print_entries(entries: Sequence[Entry]) -> None:
    from coursekit.text import columns, one_line, plural

    rows = [("when", "group")]
    for one in entries:
        when = f"{one.start:%a %Y-%m-%d %H:%M}–{one.end:%H:%M}" if one.start and one.end else "no slot"
        rows.append(
            (when, one_line(one.group, 60) + ("" if one.planned else "  (no such slot in course.toml)"))
        )
    for line in columns(rows):
        click.echo(line)
    placed = sum(one.start is not None for one in entries)
    click.echo(f"\n{placed} of {plural(len(entries), 'group')} with a slot")
    if placed < len(entries):
        click.echo("Give the others one:  coursekit schedule --keep")


def _plan_json(plan: Plan) -> str:
    import json

    result = {
        "seed": plan.seed,
        "slots": len(plan.slots),
        "free": plan.free,
        "groups": [
            {
                "group": plan.groups[one],
                "start": slot.start.isoformat(),
                "end": slot.end.isoformat(),
                "before": plan.before[one].start.isoformat() if one in plan.before else None,
                "presented": one in plan.done,
                "unmet": round(plan.assignment.cost[one], 3) if one in plan.assignment.cost else None,
            }
            for one, slot in plan.in_order
        ],
        "without_slot": [
            {"group": plan.groups[one.group_id], "reason": plan.why(one.group_id)}
            for one in plan.assignment.refused
        ],
        "without_members": sorted(plan.without_members.values()),
    }
    return json.dumps(result, ensure_ascii=False, indent=2) + "\n"


def _plan_csv(plan: Plan) -> str:
    from coursekit.csvwrite import csv_text

    rows = [["group", "start", "end"]]
    rows += [[plan.groups[one], slot.start.isoformat(), slot.end.isoformat()] for one, slot in plan.in_order]
    rows += [[plan.groups[one.group_id], "", ""] for one in plan.assignment.refused]
    return csv_text(rows)


def _plan_text(plan: Plan) -> str:
    from coursekit.text import columns, one_line, plural

    wishing = bool(plan.assignment.cost)
    rows = [("when", "group", "before", "wish")]
    for one, slot in plan.in_order:
        old = plan.before.get(one)
        before = "" if old is None else "the same" if old.start == slot.start else old.shown
        if one in plan.done:
            before = "has presented"
        cost = plan.assignment.cost.get(one)
        wish = "" if cost is None else "dearest" if cost == 0 else "none met" if cost == 1 else "partly met"
        when = f"{slot.start:%a %Y-%m-%d %H:%M}–{slot.end:%H:%M}"
        rows.append((when, one_line(plan.groups[one], 50), before, wish))
    shown = [0, 1, *([2] if any(row[2] for row in rows[1:]) else []), *([3] if wishing else [])]
    lines = columns([[row[at] for at in shown] for row in rows])
    for refusal in plan.assignment.refused:
        lines.append(f"No slot: {one_line(plan.groups[refusal.group_id], 50)}: {plan.why(refusal.group_id)}")
    for name in plan.without_members.values():
        lines.append(f"Left out, as nobody is in it: {one_line(name, 50)}")
    lines.append(
        f"\n{len(plan.in_order)} of {plural(len(plan.groups), 'group')} in {plural(len(plan.slots), 'slot')}, "
        f"{plan.free} free (seed {plan.seed})"
    )
    if wishing:
        met = sum(cost == 0 for cost in plan.assignment.cost.values())
        none = sum(cost == 1 for cost in plan.assignment.cost.values())
        lines.append(
            f"Wishes: {met} of {plural(len(plan.assignment.cost), 'group')} get what they wished for most, "
            f"{none} none of their wishes"
        )
    return "\n".join(lines) + "\n"
