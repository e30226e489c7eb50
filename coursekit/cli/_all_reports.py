"""What `coursekit report --all` prints."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from coursekit.text import columns, one_line, plural

if TYPE_CHECKING:
    from pathlib import Path

    from coursekit.course.report_all import Reports

WORDS = {
    "built": "built",
    "would build": "to build",
    "unchanged": "unchanged",
    "nothing": "without a repository here",
    "failed": "failed",
}


def run_all(course: Path | None, form: str, *, dry_run: bool, force: bool, **options: Any) -> int:
    """Build all decks, print what became of each, and return the exit code."""
    from coursekit.cli._progress import show_progress
    from coursekit.config import find_course
    from coursekit.course.report_all import report_all

    reports = report_all(
        find_course(course), dry_run=dry_run, force=force, progress=show_progress("decks"), **options
    )
    (_print_json if form == "json" else _print_text)(reports)
    return 0 if reports.complete else 1


def _print_json(reports: Reports) -> None:
    result = {
        "dry_run": reports.dry_run,
        "page": str(reports.page) if reports.page else None,
        "groups": [asdict(one) for one in reports.groups],
        "counts": dict(reports.counts, of=len(reports.groups)),
    }
    click.echo(json.dumps(result, ensure_ascii=False, indent=2))


def _print_text(reports: Reports) -> None:
    rows = [("group", "deck", "slides", "minutes", "nothing found for")]
    for one in reports.groups:
        minutes = f"{one.seconds // 60}:{one.seconds % 60:02d}" if one.slides else ""
        missing = ", ".join(one.missing[:3]) + (f" +{len(one.missing) - 3}" if len(one.missing) > 3 else "")
        slides = str(one.slides) if one.slides else ""
        rows.append((one_line(one.group, 40), WORDS[one.outcome], slides, minutes, one_line(missing)))
    for line in columns(rows):
        click.echo(line)
    counts = reports.counts
    words = [f"{counts[outcome]} {word}" for outcome, word in WORDS.items() if counts[outcome]]
    click.echo(f"\n{', '.join(words)}, of {plural(len(reports.groups), 'group')}")
    if reports.page:
        click.echo(f"On the day, open {one_line(str(reports.page))}")
    if reports.dry_run:
        click.echo("Nothing was written.")
    for one in reports.groups:
        if one.reason:
            click.echo(f"{one_line(one.group, 40)}: {one_line(one.reason)}", err=True)
