"""What `coursekit new-project --all` prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from coursekit.text import one_line, plural

if TYPE_CHECKING:
    from coursekit.course.create import Creation, GroupOutcome
    from coursekit.templates import Template

NAMED = 5
WHY_NOT = {
    "linked": "has a repository of its own, which was registered",
    "nobody": "has no members yet",
}


def show_notes(template: Template) -> None:
    """Say what whoever uses the template should know."""
    for note in template.notes:
        click.echo(one_line(f"Note on the template {template.name}: {note}."), err=True)


def print_json(creation: Creation) -> None:
    """Print everything, for programs."""
    result = {
        "template": creation.template.name,
        "template_version": creation.template_version,
        "core_version": creation.core_version,
        "notes": list(creation.template.notes),
        "dry_run": creation.dry_run,
        "groups": [
            {
                "group": one.group,
                "path": one.path,
                "outcome": one.outcome,
                "members": one.members,
                "reason": one.reason,
            }
            for one in creation.groups
        ],
        "counts": dict(creation.counts, of=len(creation.groups)),
    }
    click.echo(json.dumps(result, ensure_ascii=False, indent=2))


def print_text(creation: Creation) -> None:
    """Print what was made or would be, what was not and why, and the exact count."""
    groups, counts = creation.groups, creation.counts
    if creation.dry_run:
        for one in groups:
            if one.outcome == "made":
                click.echo(
                    f"would make {one.path} for {one_line(one.group)}, {plural(one.members, 'member')}"
                )
    elif counts["made"]:
        made = plural(counts["made"], "repository", "repositories")
        click.echo(
            f"Made {made} in {one_line(str(creation.folder))} from the template {creation.template.name}."
        )
    for one in groups:
        if one.outcome == "registered":
            word = "would register" if creation.dry_run else "registered"
            click.echo(f"{word} {one.path}, which a run that was stopped had made")
        elif one.outcome in WHY_NOT:
            click.echo(f"skipped {one_line(one.group)}: {WHY_NOT[one.outcome]}")
    _print_failures([one for one in groups if one.outcome == "failed"], dry_run=creation.dry_run)
    skipped = counts["linked"] + counts["nobody"]
    words = [
        f"{counts['made'] + counts['registered']} {'to make' if creation.dry_run else 'made'}",
        f"{counts['there']} there already",
        f"{skipped} skipped",
        f"{counts['failed']} {'would fail' if creation.dry_run else 'failed'}",
    ]
    click.echo(f"{', '.join(words)}, of {plural(len(groups), 'group')}")
    if creation.dry_run:
        click.echo("Nothing was written.")


def _print_failures(failed: list[GroupOutcome], *, dry_run: bool) -> None:
    by_reason: dict[str, list[str]] = {}
    for one in failed:
        by_reason.setdefault(one.reason, []).append(one_line(one.group))
    for reason, names in by_reason.items():
        more = len(names) - NAMED
        shown = ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
        click.echo(f"{'would fail' if dry_run else 'failed'}: {shown}: {one_line(reason)}", err=True)
    if failed and not dry_run:
        click.echo("Mend that and run the same command again: what is made is kept.", err=True)
