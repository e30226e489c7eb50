"""`coursekit privacy`: what is stored about a student, and taking it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from coursekit.cli._course import COURSE
from coursekit.cli._reason import REASON, ask_reason
from coursekit.cli._sections import ANYTIME

if TYPE_CHECKING:
    from pathlib import Path

    from coursekit.course.privacy import Erasure, PrivacyReport
    from coursekit.course.traces import Trace
    from coursekit.store.records import Student

SECTION = ANYTIME

EPILOG = """\b
Examples:
  coursekit privacy report "Ada Lovelace"
  coursekit privacy report ada@example.org --format json
  coursekit privacy erase ada@example.org --dry-run
  coursekit privacy erase ada@example.org --reason "asked for on 3 May"
"""


@click.group(epilog=EPILOG)
def command() -> None:
    """Show what is stored about a student, and erase it."""


@command.command(epilog='\b\nExample:\n  coursekit privacy report "Ada Lovelace" --format json > ada.json\n')
@click.argument("student")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@COURSE
def report(student: str, form: str, course: Path | None) -> None:
    """Show all that is stored about STUDENT (an e-mail address, account, ID number or name), table by table.

    Also where others are told of the student, what was changed and when, and files in the course's folder.
    """
    from coursekit.config import find_course
    from coursekit.course.privacy import privacy_report

    found = privacy_report(find_course(course), student)
    click.echo(_json(found) if form == "json" else _text(found))


@command.command(
    epilog='\b\nExample:\n  coursekit privacy erase ada@example.org --reason "asked for on 3 May"\n'
)
@click.argument("student")
@REASON
@click.option("--yes", is_flag=True, help="Without asking.")
@click.option("--dry-run", is_flag=True, help="Say what would be erased, and erase nothing.")
@click.option(
    "--no-tombstone",
    is_flag=True,
    help="Keep no hashes either, by which a later import knows that its row is the erased student's.",
)
@click.option("--force", is_flag=True, help="Although the student has access on the git host.")
@COURSE
def erase(
    student: str,
    reason: str | None,
    yes: bool,
    dry_run: bool,
    no_tombstone: bool,
    force: bool,
    course: Path | None,
) -> int:
    """Take STUDENT out of the database and of the backups that the tool made. This cannot be undone.

    The rows stay, for the counts, and say "Student 12 (erased)"; names in comments and findings become numbers. What
    the tool cannot change is listed: git histories, rosters and other files. Afterwards an import recognizes the
    student by hashes of the name and the addresses, and does not bring them back.

    It can be stopped at any point and run again, then by the number: privacy erase "student 12".
    The exit code is 1 when a backup could not be changed.
    """
    from coursekit.config import find_course
    from coursekit.course import privacy
    from coursekit.errors import InputError
    from coursekit.text import one_line

    def confirm(found: Student) -> bool:
        if yes:
            return True
        if not _can_ask():
            raise InputError(
                "expected --yes: this cannot be undone, and nobody can be asked here",
                "Look with  --dry-run , then add  --yes . Nothing was changed.",
            )
        return click.confirm(f"Erase {one_line(found.name, 60)} for good?", err=True)

    if reason is None and not dry_run:
        reason = ask_reason("Why is the student erased? The audit keeps it, without names.")
    done = privacy.erase(
        find_course(course),
        student,
        reason=reason or ("dry run" if dry_run else ""),
        force=force,
        tombstone=not no_tombstone,
        dry_run=dry_run,
        confirm=confirm,
    )
    if done is None:
        click.echo("Nothing was changed.")
        return 1
    _tell(done, dry_run=dry_run)
    return 1 if done.left or not done.scrubbed else 0


def _tell(done: Erasure, *, dry_run: bool) -> None:
    from coursekit.text import one_line, plural

    total = sum(done.changed.values())
    again = ", who was erased before" if done.again else ""
    would = "would be " if dry_run else ""
    click.echo(f"{done.label}{again}: {plural(total, 'value')} {would}taken out of the database")
    for table, count in done.changed.items():
        click.echo(f"  {table}: {count}")
    for path, count in done.backups:
        told = "would be looked through" if dry_run else f"{plural(count, 'value')} taken out"
        click.echo(f"backup {one_line(str(path))}: {told}")
    for where, why in done.left:
        click.echo(f"backup {one_line(where)}: LEFT AS IT IS, {one_line(why)}")
    for path in done.removed:
        click.echo(f"file {one_line(str(path))}: {would or 'was '}removed")
    for group in done.unlinked:
        click.echo(
            f"{one_line(group)}: the address of the repository named the student; say where it is:  "
            f"coursekit groups link GROUP ADDRESS --replace"
        )
    if not done.scrubbed:
        click.echo(
            "Another command reads the database, so that bytes may be left in its file; run this again afterwards."
        )
    if done.files:
        click.echo("\nLeft to you, as the tool does not change it:")
        for line in _files(done.files):
            click.echo(f"  {line}")


def _files(files: tuple[Trace, ...]) -> list[str]:
    from coursekit.text import one_line

    return [f"{one_line(str(one.path))}: {one.what}" if one.path else one.what for one in files]


def _json(found: PrivacyReport) -> str:
    import json
    from dataclasses import asdict

    result = {
        "student": {"id": found.student.id, "name": found.student.name},
        "rows": found.rows,
        "named": [
            {"table": one.table, "row": dict(one.row), "column": one.column, "value": one.old}
            for one in found.named
        ],
        "audit": [asdict(one) for one in found.audit],
        "files": [{"path": str(one.path) if one.path else None, "what": one.what} for one in found.files],
        "backups": [str(path) for path in found.backups],
    }
    return json.dumps(result, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> str:
    return str(value.isoformat() if hasattr(value, "isoformat") else value)


def _text(found: PrivacyReport) -> str:
    from coursekit.text import one_line, plural

    lines = [f"{one_line(found.student.name)} is student {found.student.id}.", ""]
    for table, rows in found.rows.items():
        lines.append(f"{table} ({plural(len(rows), 'row')})")
        for row in rows:
            told = ", ".join(
                f"{name} {one_line(_plain(value), 200)}" for name, value in row.items() if value is not None
            )
            lines.append(f"  {told}")
    if found.named:
        lines += ["", f"Named in {plural(len(found.named), 'other value')}"]
    for one in found.named:
        place = " ".join(str(value) for _, value in one.row)
        lines.append(f"  {one.table} {place}, {one.column}: {one_line(one.old, 200)}")
    if found.audit:
        lines += ["", f"Audit ({plural(len(found.audit), 'entry', 'entries')})"]
    for entry in found.audit:
        what = f"{entry.action} {entry.table} {entry.row_id}" + (f" {entry.field}" if entry.field else "")
        values = f": {entry.old or 'none'} → {entry.new or 'none'}" if entry.old or entry.new else ""
        why = f" ({one_line(entry.reason, 100)})" if entry.reason else ""
        lines.append(f"  {entry.at:%Y-%m-%d %H:%M} UTC  {entry.actor}  {entry.command}  {what}{values}{why}")
    if found.files:
        lines += ["", "Outside the database"]
        lines += [f"  {line}" for line in _files(found.files)]
    if found.backups:
        lines += ["", "In backups", *(f"  {one_line(str(path))}" for path in found.backups)]
    return "\n".join(lines)


def _can_ask() -> bool:
    import sys

    return sys.stdin.isatty() and sys.stderr.isatty()
