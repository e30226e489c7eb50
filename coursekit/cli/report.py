"""`coursekit report`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._path import PATH

if TYPE_CHECKING:
    from pathlib import Path


EPILOG = """\b
Examples:
  coursekit report
  coursekit report groups/07 --final --lang de
  coursekit report group-07.git --output decks/07 --to pdf
"""


@click.command(epilog=EPILOG)
@click.argument("path", type=PATH, default=".")
@click.option("--to", metavar="FORMAT", default="all", show_default=True, help="html, pdf, or all.")
@click.option(
    "--output",
    metavar="DIR",
    type=PATH,
    help="Where to write, instead of the repository's presentation folder.",
)
@click.option(
    "--lang",
    type=click.Choice(["en", "de"]),
    help="Of headings and labels; by default project.toml's language.",
)
@click.option("--final", is_flag=True, help="Leave out empty sections and all notes to yourselves.")
@click.option(
    "--force",
    is_flag=True,
    help="Build although a file cannot be read; replace a deck of ours that was edited.",
)
@click.option("--commit", "revision", metavar="REV", help="Read this commit instead of the folder's files.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    path: Path,
    to: str,
    output: Path | None,
    lang: str | None,
    final: bool,
    force: bool,
    revision: str | None,
    format_: str,
) -> None:
    """Build the presentation from what is in the repository.

    PATH is a group's folder (by default the one you are in). READMEs, notebooks and results files
    become slides, as PDF and as one HTML file, in the presentation folder; its README gets the
    link. Slides that you made yourselves are never touched. Nothing of the repository is run.
    """
    from coursekit.report import build_report

    report = build_report(path, to=to, output=output, lang=lang, final=final, force=force, revision=revision)
    if format_ == "json":
        import json

        click.echo(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
    else:
        click.echo(report.as_text(), nl=False)
    for problem in report.problems:
        from coursekit.cli import complain

        complain(problem.told(), problem.hint.en)
