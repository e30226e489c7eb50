"""`coursekit update`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._course import COURSE
from coursekit.cli._path import PATH
from coursekit.cli._sections import GROUP

if TYPE_CHECKING:
    from pathlib import Path

    from coursekit.scaffold.update import Status, Updated


SECTION = GROUP

EPILOG = """\b
Examples:
  coursekit update --check
  coursekit update --dry-run
  coursekit update
  coursekit update --all --dry-run
  coursekit update --all --push
"""


@click.command(epilog=EPILOG)
@click.argument("path", type=PATH, required=False)
@click.option(
    "--all", "everyone", is_flag=True, help="Every group of the course, in the bare clones that fetch keeps."
)
@COURSE
@click.option("--push", is_flag=True, help="With --all: push each result as a branch for a pull request.")
@click.option(
    "--check", is_flag=True, help="Only say whether the repository is behind: exit code 1 if it is."
)
@click.option("--branch", is_flag=True, help="Leave the result as a branch for a pull request.")
@click.option("--template", default="", metavar="NAME|FOLDER", help="Another template, such as your own.")
@click.option("--dry-run", is_flag=True, help="Show the diff and change nothing.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    path: Path | None,
    everyone: bool,
    course: Path | None,
    push: bool,
    check: bool,
    branch: bool,
    template: str,
    dry_run: bool,
    form: str,
) -> int:
    """Bring a newer template and core_lib into a group's repository.

    What the template changed since the project began is merged with your work. Where both changed the same
    lines there is an ordinary git conflict, with exit code 1; solve it in your editor and commit, or take all back
    with 'git merge --abort'. Your notebooks, results, pictures and data are never replaced.

    With --all, nothing is pushed unless you say --push, and groups with conflicts are named and left alone: they
    run the command themselves. It can be stopped at any point and run again.
    """
    from pathlib import Path

    from coursekit.errors import InputError
    from coursekit.scaffold.update import update_project, update_status

    if everyone:
        if path or check or branch:
            raise InputError(
                "expected --all without a path, --check or --branch, found one of them", "Leave it out."
            )
        return _update_all(course, template, form, push=push, dry_run=dry_run)
    if push or course:
        raise InputError("expected --push and --course only with --all", "Add --all, or leave them out.")
    path = path or Path()
    if check:
        if branch or dry_run:
            raise InputError("expected --check alone, found it with --branch or --dry-run", "Leave one out.")
        status = update_status(path, template)
        _print_status(status, form)
        return 1 if status.behind else 0
    updated = update_project(path, template=template, branch=branch, dry_run=dry_run)
    _print_updated(updated, form, dry_run=dry_run)
    return 1 if updated.conflicts and not dry_run else 0


def _update_all(course: Path | None, template: str, form: str, *, push: bool, dry_run: bool) -> int:
    from coursekit.cli._all_updates import print_json, print_text
    from coursekit.cli._progress import show_progress
    from coursekit.config import find_course
    from coursekit.course.update_all import update_all

    updates = update_all(
        find_course(course),
        template=template,
        push=push,
        dry_run=dry_run,
        progress=show_progress("repositories"),
    )
    (print_json if form == "json" else print_text)(updates)
    return 0 if updates.complete else 1


def _print_status(status: Status, form: str) -> None:
    from coursekit.text import one_line

    template = one_line(status.template, 60)
    if form == "json":
        import json

        found = {
            "behind": status.behind,
            "template": {"name": status.template, "version": status.template_version, "newest": status.newest_template},
            "core_lib": {"version": status.core_version, "newest": status.newest_core},
        }  # fmt: skip
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for name, here, there in (
        (f"template {template}", status.template_version, status.newest_template),
        ("core_lib", status.core_version, status.newest_core),
    ):
        state = "up to date" if here == there else f"behind: {one_line(here, 40) or 'unknown'} → {there}"
        click.echo(f"{name}: {state}")
    if status.behind:
        click.echo("'coursekit update --dry-run' shows what an update would change.")


def _print_updated(updated: Updated, form: str, *, dry_run: bool) -> None:
    from coursekit.text import one_line, plural, printable

    if form == "json":
        import json

        click.echo(json.dumps(_as_json(updated), ensure_ascii=False, indent=2))
        return
    after = updated.after
    if updated.outcome == "up to date":
        click.echo(f"Up to date: template {one_line(after.template)} {after.template_version}, "
                   f"core_lib {after.core_version}.")  # fmt: skip
        return
    if dry_run:
        click.echo(printable(updated.diff, multiline=True), nl=False)
        click.echo()
    would = "Would bring" if dry_run else "Brought"
    versions = [
        f"{name} {one_line(before, 40) or '?'} → {there}" if before != there else f"{name} {there}"
        for name, before, there in (
            (f"template {one_line(after.template)}", updated.before.template_version, after.template_version),
            ("core_lib", updated.before.core_version, after.core_version),
        )
    ]
    click.echo(f"{would} in {', '.join(versions)}:")
    for sign, paths in (("+", updated.added), ("~", updated.changed), ("-", updated.removed)):
        for path in paths:
            note = "  both changed the same lines" if path in updated.conflicts else ""
            click.echo(f"  {'!' if note else sign} {one_line(path)}{note}")
    if updated.answers:
        click.echo(f"With what project.toml says now of: {', '.join(updated.answers)}. "
                   "Where you wrote it into a file yourself, your text stays.")  # fmt: skip
    if updated.kept:
        click.echo("\nThe template changed these too, but what you made of them stays:")
        for kept in updated.kept:
            click.echo(f"  {one_line(kept.path)}: {kept.why}")
        click.echo("  (the template's are on the branch coursekit/template:"
                   "  git show coursekit/template:FILE)")  # fmt: skip
    if updated.rendered_again:
        click.echo("\nThe commit that the project began with is gone; it was rendered again for this.")
    _print_next(updated, plural(len(updated.conflicts), "file"), dry_run=dry_run)


def _print_next(updated: Updated, files: str, *, dry_run: bool) -> None:
    if dry_run:
        if updated.conflicts:
            click.echo(f"\n{files} would have conflicts, marked with ! above.")
        click.echo("\nNothing was changed.")
    elif updated.conflicts:
        click.echo(
            f"\nStill to do: {files} with conflicts, marked with ! above. In each, decide between the lines under "
            "'yours' and\nunder 'template', delete the markers, then:\n  git add -A\n  git commit\n"
            "Or take everything back:  git merge --abort"
        )
    elif updated.branch:
        click.echo(f"\nLeft as the branch {updated.branch}; your files are as before. To publish it:")
        click.echo(f"  git push origin {updated.branch}")
    else:
        click.echo(f"\nMerged as {updated.commit[:7]}. To take it back:  git reset --merge HEAD~1")


def _as_json(updated: Updated) -> dict[str, object]:
    return {
        "outcome": updated.outcome,
        "template": {
            "name": updated.after.template,
            "before": updated.before.template_version,
            "after": updated.after.template_version,
        },
        "core_lib": {"before": updated.before.core_version, "after": updated.after.core_version},
        "added": list(updated.added),
        "changed": list(updated.changed),
        "removed": list(updated.removed),
        "conflicts": list(updated.conflicts),
        "kept": [{"path": kept.path, "why": kept.why} for kept in updated.kept],
        "answers": list(updated.answers),
        "rendered_again": updated.rendered_again,
        "branch": updated.branch or None,
        "commit": updated.commit or None,
        "diff": updated.diff or None,
    }
