"""`coursekit export`: hands results on to other systems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from coursekit.cli._course import COURSE
from coursekit.cli._path import PATH
from coursekit.cli._sections import LAST

if TYPE_CHECKING:
    from pathlib import Path

    from coursekit.course.export import Exported
    from coursekit.tracking.exports import Export, Option

SECTION = LAST

EPILOG = """\b
Examples:
  coursekit export moodle-gradebook
  coursekit export moodle-worksheet --worksheet Grades-DL-Project.csv
  coursekit export classroom50 --classroom dl-2026 --assignment project --scores scores.json
  coursekit export platform --dry-run
"""


class _Exports(click.Group):
    """A group whose commands are the exports that there are."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        from coursekit.tracking.exports import export_names

        return export_names()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from coursekit.tracking.exports import find_export

        return _command(cmd_name, find_export(cmd_name)) if cmd_name in self.list_commands(ctx) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            from coursekit.tracking.exports import find_export

            find_export(args[0])
        return super().resolve_command(ctx, args)


@click.group(cls=_Exports, epilog=EPILOG, subcommand_metavar="FORMAT [OPTIONS]")
def command() -> None:
    """Hand results on in the form that Moodle, Classroom 50 or the course platform takes.

    Results are what the newest checks, your verdicts and the attendance say now. Nothing is sent anywhere: files are
    written, below exports/ in the course's folder, and who is not in them is said. 'coursekit export FORMAT --help' says
    what to do with them.
    """


def _command(name: str, export: Export) -> click.Command:
    """Make the command of one export from what it says of itself."""
    from inspect import cleandoc

    def run(output: Path | None, dry_run: bool, force: bool, course: Path | None, **options: Any) -> int:
        from coursekit.cli._progress import show_progress
        from coursekit.config import find_course
        from coursekit.course.export import export_results

        done = export_results(
            find_course(course), name, options, output=output, dry_run=dry_run, force=force,
            progress=show_progress("groups"),
        )  # fmt: skip
        _print(done)
        return 0 if done.complete else 2

    params: list[click.Parameter] = [_option(option) for option in export.options]
    params.append(
        click.Option(
            ["--output"],
            type=PATH,
            metavar="PATH",
            help="Where to write; by default "
            + (export.output.rstrip("/") + ("/" if export.output.endswith("/") else ""))
            + " in the course's folder.",
        )
    )
    params.append(
        click.Option(["--dry-run"], is_flag=True, help="Make everything, say what it is, and write nothing.")
    )
    params.append(click.Option(["--force"], is_flag=True, help="Replace files that are there."))
    epilog = f"\b\nExample:\n  coursekit export {name} {export.example}\n"
    made = click.Command(
        name,
        params=params,
        callback=run,
        help=f"{export.title}\n\n{cleandoc(export.about)}",
        short_help=export.title,
        epilog=epilog,
    )
    return COURSE(made)


def _option(option: Option) -> click.Option:
    text = option.help
    if isinstance(option.default, bool):
        names = f"--{option.name}" if option.alone else f"--{option.name}/--no-{option.name}"
        return click.Option([names], is_flag=True, default=option.default, help=text)
    return click.Option(
        [f"--{option.name}"],
        type=click.Choice(option.choices) if option.choices else PATH if option.file else None,
        default=option.default,
        show_default=option.default is not None,
        required=option.required,
        metavar=option.metavar or None,
        help=text,
    )


def _print(done: Exported) -> None:
    from coursekit.text import one_line

    for line in done.made.left_out:
        click.echo(f"left out  {one_line(line.who, 120)}: {one_line(line.why)}")
    for note in done.made.notes:
        click.echo(f"note      {one_line(note)}")
    if not done.dry_run:
        for path in done.files:
            click.echo(f"written   {one_line(str(path))}")
    click.echo(done.made.summary)
    if done.dry_run:
        click.echo("Nothing was written.", err=True)
