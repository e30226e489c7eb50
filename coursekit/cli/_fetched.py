"""What `coursekit fetch` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.text import one_line, plural, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursekit.course.fetch_all import Fetching, GroupFetch
    from coursekit.git.changes import Event

WIDEST = 40


def print_fetched(done: Fetching) -> None:
    """Print a line a group, what happened to branches, what could not be fetched, and the exact count."""
    _print_table(done.groups)
    notes = [(one, _note(event, one)) for one in done.groups for event in one.events]
    notes += [(one, one.reason) for one in done.groups if one.outcome == "no-address"]
    said = [(one.group, note) for one, note in notes]
    said += [
        (group, f"who did how much could not be counted: {reason}") for group, reason in done.not_counted
    ]
    if said:
        click.echo("\nTo know:")
    for group, note in said:
        click.echo(f"  {one_line(group, WIDEST)}: {printable(note)}")
    _print_failures([one for one in done.groups if one.outcome == "failed"])
    result = done.result
    verbs = ("to fetch", "would fail") if done.dry_run else ("done", "failed")
    line = f"{result.done} {verbs[0]}, {result.skipped} skipped, {result.failed} {verbs[1]}"
    click.echo(f"\n{line}, of {plural(result.of, 'repository', 'repositories')}")
    if done.without_address:
        click.echo(f"{plural(done.without_address, 'group has', 'groups have')} no repository to fetch from")


def _print_table(groups: Sequence[GroupFetch]) -> None:
    if not groups:
        return
    rows = [("group", "found", "branch", "commit", "committed")]
    rows += [
        (
            one_line(one.group, WIDEST),
            _found(one),
            one_line(one.branch, 20) or "–",
            one.commit[:12] or "–",
            f"{one.committed_at:%Y-%m-%d %H:%M}" if one.committed_at else "–",
        )
        for one in groups
    ]
    columns = range(5) if any(one.commit for one in groups) else range(2)
    widths = [max(len(row[column]) for row in rows) for column in columns]
    for number, row in enumerate(rows):
        cells = (row[column].ljust(width) for column, width in zip(columns, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
        if number == 0:
            click.echo("─" * (sum(widths) + 2 * (len(widths) - 1)))


def _found(one: GroupFetch) -> str:
    match one.outcome:
        case "new":
            return f"new: {plural(one.commits, 'commit')}"
        case "updated":
            return plural(one.commits, "new commit") if one.commits else "changed"
        case "unchanged":
            return "nothing new"
        case "empty":
            return "empty"
        case "done-before":
            return "fetched earlier today"
        case "failed":
            return "not fetched"
        case "would-fetch":
            return f"to {one.reason}"
        case _:
            return "no address"


def _note(event: Event, one: GroupFetch) -> str:
    old, new = event.old[:12], event.new[:12]
    kept = f"; the old work is kept as {event.kept}" if event.kept else ""
    match event.kind:
        case "rewritten":
            return f"{event.name} was rewritten (a forced push), from {old} to {new}{kept}"
        case "deleted":
            what = kept or "; its commits are in another branch"
            return f"{event.name} was deleted, at {old}{what}"
        case "default-branch":
            return f"the default branch is now {event.new or 'none'}, and was {event.old}"
        case "no-default":
            return f"the host names no default branch that exists; {event.new} is read"
        case "ignored":
            return f"{plural(int(event.name), 'branch', 'branches')} with an impossible name left out"
        case _:
            if event.new:
                return f"has another address, {event.new}, and had {event.old}"
            return f"has another address, of {one.group}"


def _print_failures(failed: list[GroupFetch]) -> None:
    from coursekit.cli import complain

    if failed:
        click.echo("", err=True)
    for one in failed:
        complain(f"{one_line(one.group, WIDEST)}: {one.reason}", one.hint and f"  {one.hint}")
