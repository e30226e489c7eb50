"""`coursekit report`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._path import PATH
from coursekit.cli._sections import GROUP

if TYPE_CHECKING:
    from pathlib import Path

    from coursekit.report import Cover, Linted, Report, SlidesMd


SECTION = GROUP

EPILOG = """\b
Examples:
  coursekit report
  coursekit report groups/07 --final --lang de
  coursekit report groups/07 --theme dark --course .
  coursekit report --to paper
  coursekit report group-07.git --output decks/07 --to pdf
  coursekit report --to pptx
  coursekit report --lint
  coursekit report --slides-md
  coursekit report --cover
  coursekit report --all --final
"""


@click.command(epilog=EPILOG)
@click.argument("path", type=PATH, required=False)
@click.option(
    "--all",
    "everyone",
    is_flag=True,
    help="Every group of the course, into its folder presentations, and the page presentations.html.",
)
@click.option("--dry-run", is_flag=True, help="With --all: say what would be built, and write nothing.")
@click.option(
    "--to",
    metavar="FORMAT",
    default="",
    show_default="html and pdf",
    help="Formats with commas between (html, pdf, pptx, paper: the written report), or all.",
)
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
@click.option(
    "--theme", metavar="NAME", default="", help="light or dark; by default the course's choice, or light."
)
@click.option(
    "--course",
    type=PATH,
    metavar="FOLDER",
    help="The course whose logo, colors, sections and limits count; with --all the course itself, by default the "
    "nearest above you.",
)
@click.option("--final", is_flag=True, help="Leave out empty sections and all notes to yourselves.")
@click.option(
    "--force",
    is_flag=True,
    help="Build although a file cannot be read; replace a deck of ours that was edited.",
)
@click.option("--commit", "revision", metavar="REV", help="Read this commit instead of the folder's files.")
@click.option(
    "--lint",
    is_flag=True,
    help="Write nothing; say what to mend in these slides, and in those that you made yourselves. "
    "Exit code 1 when something must be mended.",
)
@click.option(
    "--cover",
    is_flag=True,
    help="Only make a cover image from the title slide, where you have none of your own, and show it in README.md.",
)
@click.option(
    "--slides-md",
    is_flag=True,
    help="Only write slides.md into the presentation folder: where you replace the text of slides or leave sections out.",
)
@click.option(
    "--minutes",
    type=click.IntRange(1, 600),
    help="What --lint allows for the talk: by default what the course does, or 15.",
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    path: Path | None,
    everyone: bool,
    dry_run: bool,
    to: str,
    output: Path | None,
    lang: str | None,
    theme: str,
    course: Path | None,
    final: bool,
    force: bool,
    revision: str | None,
    lint: bool,
    cover: bool,
    slides_md: bool,
    minutes: int | None,
    format_: str,
) -> int:
    """Build the presentation from what is in the repository.

    PATH is a group's folder (by default the one you are in). READMEs, notebooks and results files
    become slides, as PDF and as one HTML file, in the presentation folder; its README gets the
    link. With --to pptx you can go on editing them in PowerPoint; with --to paper the same becomes
    a written report. Slides that you made yourselves are never touched. Nothing of the repository
    is run.

    With --all, an instructor gets the decks of all groups of a course, and one page for presentation day with their
    order, links and a timer. Nothing is written into the groups' repositories, and what is unchanged since the last
    time is skipped (unless you say --force). It can be stopped at any point and run again.
    """
    from pathlib import Path

    from coursekit.config import load_course
    from coursekit.errors import InputError

    if everyone:
        if path or output or revision or lint or cover or minutes:
            raise InputError(
                "expected --all without a path, --output, --commit, --lint, --cover or --minutes, found one of them",
                "Leave it out.",
            )
        from coursekit.cli._all_reports import run_all

        return run_all(
            course, format_, dry_run=dry_run, force=force, to=to, lang=lang, theme=theme, final=final
        )
    if dry_run:
        raise InputError("expected --dry-run only with --all", "Add --all, or leave it out.")
    path = path or Path()
    settings = load_course(course) if course else None
    if lint + cover + slides_md > 1:
        raise click.UsageError("expected one of --lint, --cover and --slides-md, but found several.")
    if slides_md:
        from coursekit.report import start_slides_md

        _print(start_slides_md(path, lang=lang, course=settings, force=force), format_)
        return 0
    if cover:
        from coursekit.report import make_cover

        _print(make_cover(path, lang=lang, theme=theme, course=settings, force=force), format_)
        return 0
    if lint:
        from coursekit.report import lint_report

        linted = lint_report(
            path, lang=lang, theme=theme, course=settings, revision=revision, minutes=minutes
        )
        _print(linted, format_)
        return linted.exit_code
    from coursekit.report import build_report

    report = build_report(
        path,
        to=to,
        output=output,
        lang=lang,
        theme=theme,
        course=settings,
        final=final,
        force=force,
        revision=revision,
    )
    _print(report, format_)
    for problem in report.problems:
        from coursekit.cli import complain

        complain(problem.told(), problem.hint.en)
    return 0


def _print(made: Report | Linted | Cover | SlidesMd, format_: str) -> None:
    if format_ == "json":
        import json

        click.echo(json.dumps(made.as_dict(), ensure_ascii=False, indent=2))
    else:
        click.echo(made.as_text(), nl=False)
