"""What `coursekit update --all` prints."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from coursekit.text import one_line, plural

if TYPE_CHECKING:
    from coursekit.course.update_all import GroupUpdate, Updates

NAMED = 4
WORDS = {
    "pushed": "branch pushed",
    "waiting": "with the branch there already",
    "merged": "merged, not pushed",
    "updated": "updated in their folder here",
    "up to date": "up to date",
    "earlier": "done by an earlier run",
    "conflicts": "with conflicts",
    "no base": "without a known beginning",
    "nothing": "without a repository here",
    "failed": "failed",
}


def print_json(updates: Updates) -> None:
    """Print everything, for programs."""
    result = {
        "dry_run": updates.dry_run,
        "groups": [asdict(one) for one in updates.groups],
        "counts": dict(updates.counts, of=len(updates.groups)),
    }
    click.echo(json.dumps(result, ensure_ascii=False, indent=2))


def print_text(updates: Updates) -> None:
    """Print what was done for each group, or would be, and the exact count."""
    for one in updates.groups:
        line = _line(one)
        if line:
            click.echo(f"{one_line(one.group)}: {line}")
        if one.kept:
            click.echo(f"  stays as they have it: {_listed(one.kept)}")
    counts = updates.counts
    words = [f"{counts[outcome]} {word}" for outcome, word in WORDS.items() if counts[outcome]]
    click.echo(f"{', '.join(words)}, of {plural(len(updates.groups), 'group')}")
    if counts["conflicts"]:
        click.echo(
            "Groups with conflicts run  coursekit update  themselves, and solve them in their editor.",
            err=True,
        )
    if updates.dry_run:
        click.echo("Nothing was changed.")
    elif counts["merged"]:
        click.echo("Nothing was pushed; with --push the branches go to the groups' repositories.")


def _line(one: GroupUpdate) -> str:
    if one.outcome in {"up to date", "earlier"}:
        return ""
    if one.outcome in {"merged", "pushed", "waiting"}:
        state = {"merged": "merged as", "pushed": "pushed", "waiting": "waits for the group:"}[one.outcome]
        return f"{state} {one.branch}, {plural(len(one.files), 'file')}"
    if one.outcome == "updated":
        return f"updated, {plural(len(one.files), 'file')}"
    if one.outcome == "conflicts":
        return f"both changed the same lines in {_listed(one.files)}; nothing was done"
    return one_line(one.reason)


def _listed(paths: tuple[str, ...]) -> str:
    more = len(paths) - NAMED
    return ", ".join(one_line(path, 80) for path in paths[:NAMED]) + (f" and {more} more" if more > 0 else "")
