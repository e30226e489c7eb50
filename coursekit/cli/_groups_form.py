"""`coursekit groups form`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from coursekit.cli._course import COURSE
from coursekit.cli._groups_import import plain_unclear, print_unclear
from coursekit.cli._path import PATH

if TYPE_CHECKING:
    from pathlib import Path

    from coursekit.course.groups import Formation


EPILOG = """\b
Examples:
  coursekit groups form wishes.csv --dry-run
  coursekit groups form wishes.csv --min-size 3 --max-size 4 --seed 7 --yes
"""


@click.command("form", epilog=EPILOG)
@click.argument("wishes", type=PATH, required=False)
@COURSE
@click.option("--min-size", type=click.IntRange(1), help="The smallest group [default: from course.toml].")
@click.option("--max-size", type=click.IntRange(1), help="The largest group [default: from course.toml].")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same groups.")
@click.option("--prefix", default="Group", show_default=True, help="What the groups are called.")
@click.option("--dry-run", is_flag=True, help="Show the groups, and store nothing.")
@click.option("--yes", is_flag=True, help="Store the groups without asking.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="csv can be changed by hand, and then imported.",
)
def form(
    wishes: Path | None,
    course: Path | None,
    min_size: int | None,
    max_size: int | None,
    seed: int,
    prefix: str,
    dry_run: bool,
    yes: bool,
    format_: str,
) -> None:
    """Form groups of all students who are in none, by their WISHES.

    WISHES is CSV with a row for each student and the columns student, with, topics, not with; several names or topics
    in one cell are separated by commas or semicolons, the dearest topic first. Without it the groups are drawn by lot.
    Every student is placed; the groups are shown before they are stored.
    """
    from coursekit.config import find_course
    from coursekit.course.groups import propose_groups, store_groups
    from coursekit.errors import InputError
    from coursekit.text import plural

    found = find_course(course)
    formation = propose_groups(found, wishes, min_size=min_size, max_size=max_size, seed=seed, prefix=prefix)
    if format_ == "json":
        click.echo(_json(formation, stored=yes and not dry_run))
    elif format_ == "csv":
        click.echo(_csv(formation), nl=False)
    else:
        _print(formation)
    print_unclear(formation.unclear)
    if dry_run:
        click.echo("Nothing was stored.", err=True)
        return
    if not yes:
        if not sys.stdin.isatty():
            raise InputError(
                "expected --yes to store these groups: nobody can be asked here, because this is no terminal",
                "Add  --yes , or  --dry-run  to look only. Nothing was stored.",
            )
        click.confirm("\nStore these groups?", abort=True, err=True)
    store_groups(found, formation)
    click.echo(
        f"Stored {plural(len(formation.groups), 'group')} with {plural(len(formation.students), 'student')}.",
        err=True,
    )


def _json(formation: Formation, *, stored: bool) -> str:
    import json

    result = {
        "stored": stored,
        "seed": formation.seed,
        "sizes": list(formation.sizes),
        "best_possible": formation.proved,
        "in_time": formation.in_time,
        "groups": [
            {
                "name": name,
                "members": [
                    {"name": one.name, "email": one.email, "account": one.account}
                    for one in formation.members(group)
                ],
                "topic": group.topic,
            }
            for name, group in zip(formation.names, formation.groups, strict=True)
        ],
        "people": {"wished": formation.people_wished, "met": formation.people_met},
        "topics": {
            "wished": len(formation.with_topics),
            "met": sum(formation.topic_rank(one) is not None for one in formation.with_topics),
        },
        "avoided": {
            "wished": formation.avoided,
            "met": formation.avoided - len(formation.avoided_together),
        },
        "empty_handed": [one.name for one in formation.empty_handed],
        "unclear": plain_unclear(formation.unclear),
    }
    return json.dumps(result, ensure_ascii=False, indent=2)


def _csv(formation: Formation) -> str:
    from coursekit.csvwrite import csv_text

    rows = [["group", "name", "email", "account", "topic"]]
    for name, group in zip(formation.names, formation.groups, strict=True):
        rows += [[name, one.name, one.email, one.account, group.topic] for one in formation.members(group)]
    return csv_text(rows)


def _print(formation: Formation) -> None:
    from coursekit.course.groups.find import listed
    from coursekit.text import columns, one_line, plural

    topics = any(group.topic for group in formation.groups)
    rows: list[tuple[str, ...]] = [("group", "members", "topic")[: 2 + topics]]
    for name, group in zip(formation.names, formation.groups, strict=True):
        cells = (one_line(name, 40), listed(formation.members(group)), one_line(group.topic, 60))
        rows.append(cells[: 2 + topics])
    for line in columns(rows):
        click.echo(line)
    sizes = sorted({len(group.members) for group in formation.groups})
    size = f"{sizes[0]}" if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
    click.echo(
        f"\n{plural(len(formation.students), 'student')} in {plural(len(formation.groups), 'group')} of {size} "
        f"(seed {formation.seed})"
    )
    if not formation.wishes:
        click.echo("Drawn by lot: there are no wishes.")
        return
    if formation.people_wished:
        click.echo(
            f"With whom: {formation.people_met} of {plural(formation.people_wished, 'wish', 'wishes')} met; "
            f"{formation.happy_with_people} of {plural(len(formation.with_people), 'student')} who named somebody "
            "are with at least one of them"
        )
    if formation.with_topics:
        ranks = [formation.topic_rank(one) for one in formation.with_topics]
        met = sum(rank is not None for rank in ranks)
        click.echo(
            f"Topics: {met} of {plural(len(ranks), 'student')} are in a group for one that they named, "
            f"{ranks.count(0)} for their first"
        )
    if formation.avoided:
        kept = formation.avoided - len(formation.avoided_together)
        click.echo(f"With whom not: {kept} of {plural(formation.avoided, 'wish', 'wishes')} kept")
        for one, other in formation.avoided_together:
            click.echo(f"  could not be kept: {one.shown} is with {other.shown}")
    if formation.empty_handed:
        click.echo(f"None of their wishes: {listed(formation.empty_handed, 20)}")
    if not formation.in_time:
        click.echo(
            "The solver was stopped for its time: on another machine the same seed may give other groups."
        )
    click.echo(
        "No other groups would be better."
        if formation.proved
        else "The best groups that were found; another --seed may find slightly better ones."
    )
