"""`coursekit certificates`: who gets one and why not, making and verifying them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._anonymous import ANONYMOUS
from coursekit.cli._certificates_check import show_checked
from coursekit.cli._course import COURSE
from coursekit.cli._path import PATH
from coursekit.cli._reason import REASON, ask_reason
from coursekit.cli._sections import LAST

if TYPE_CHECKING:
    from pathlib import Path

    from coursekit.course.certificates import Built, Verified
    from coursekit.store.records import CertificateKind

SECTION = LAST

EPILOG = """\b
Examples:
  coursekit certificates --check
  coursekit certificates build --dry-run
  coursekit certificates build
  coursekit certificates verify ada-lovelace-achievement.pdf
  coursekit certificates verify 7K3M-Q9TX-2HVA
  coursekit certificates withdraw ada@example.org --reason "copied"
"""
KIND = click.option(
    "--kind",
    type=click.Choice(["attendance", "achievement"]),
    help="Only certificates of this kind; both by default.",
)
TABLE = click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True
)
PLAIN = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.group(epilog=EPILOG, invoke_without_command=True)
@click.option("--check", is_flag=True, help="Say per student who gets which certificate, and why not.")
@COURSE
@ANONYMOUS
@TABLE
@click.pass_context
def command(context: click.Context, check: bool, course: Path | None, anonymous: bool, form: str) -> None:
    """Say who gets a certificate and why not; make, verify and withdraw certificates.

    Attendance: at most as many sessions missed as course.toml allows; those without information count as missed, and
    those to come too, until they are over. Achievement and ECTS: besides, everything required of the project is met or
    waived in the newest check, and your verdict is pass.
    """
    if context.invoked_subcommand is not None:
        for name in context.params:
            if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
                raise click.UsageError(
                    f"Options come after the subcommand: 'coursekit certificates {context.invoked_subcommand} …'.",
                    context,
                )
        return
    if not check:
        raise click.UsageError("Say --check, or a command such as build; --help lists them.", context)
    from coursekit.config import find_course
    from coursekit.course.certificates import check_certificates

    show_checked(check_certificates(find_course(course), anonymous=anonymous), form)


def _kinds(kind: str | None) -> tuple[CertificateKind, ...]:
    from typing import cast

    return (cast("CertificateKind", kind),) if kind else ("attendance", "achievement")


@command.command()
@click.argument("students", nargs=-1, metavar="[STUDENT]...")
@COURSE
@KIND
@click.option("--dry-run", is_flag=True, help="Show what would be made, and make nothing.")
@click.option(
    "--force",
    is_flag=True,
    help="Withdraw what was given out and would say something else now, and make it anew.",
)
@PLAIN
def build(
    students: tuple[str, ...], course: Path | None, kind: str | None, dry_run: bool, force: bool, form: str
) -> int:
    """Make a PDF for everybody who gets a certificate, or for STUDENTs only.

    They lie in certificates/ in the course's folder, signed with the course's key, which is made the first time. What
    was given out is never replaced by something else without --force. It can be stopped at any time and run again. Exit
    code 1 when something waits for your decision.

    Example: coursekit certificates build --kind achievement
    """
    import json

    from coursekit.cli import complain
    from coursekit.cli._progress import show_progress
    from coursekit.config import find_course
    from coursekit.course.certificates import build_certificates

    built = build_certificates(
        find_course(course),
        students,
        kinds=_kinds(kind),
        force=force,
        dry_run=dry_run,
        progress=show_progress("certificates"),
    )
    if form == "json":
        click.echo(json.dumps(_built_json(built), ensure_ascii=False, indent=2))
        return built.exit_code
    _print_built(built)
    for file, why in built.failures:
        complain(f"{file}: {why}")
    return built.exit_code


@command.command("verify")
@click.argument("files", nargs=-1, required=True, metavar="FILE|CODE...")
@COURSE
@click.option(
    "--key", type=PATH, metavar="FILE", help="The course's public key; then files need no course's folder."
)
@PLAIN
def verify_(files: tuple[str, ...], course: Path | None, key: Path | None, form: str) -> int:
    """Say of PDF files, or of the codes on prints, whether they are genuine.

    Exit code 1 unless all are. With --key and without a course's folder it is not known whether one was withdrawn.

    Example: coursekit certificates verify ada-lovelace-achievement.pdf --key certificate-key.pub.pem
    """
    import json

    from coursekit.config import find_course
    from coursekit.course.certificates import verify
    from coursekit.errors import InputError

    try:
        found = find_course(course)
    except InputError:
        if course is not None or key is None:
            raise
        found = None
    answers = [verify(one, found, key=key) for one in files]
    if form == "json":
        plain = [
            {"what": one.what, "answer": one.answer, "why": one.why, "certified": dict(one.stated)}
            for one in answers
        ]
        click.echo(json.dumps({"certificates": plain}, ensure_ascii=False, indent=2))
    else:
        _print_verified(answers)
    return 0 if all(one.answer == "genuine" for one in answers) else 1


@command.command("withdraw")
@click.argument("student")
@COURSE
@KIND
@REASON
def withdraw_(student: str, course: Path | None, kind: str | None, reason: str | None) -> None:
    """Take a student's certificates back; verifying says so from then on.

    Example: coursekit certificates withdraw "Ada Lovelace" --kind achievement --reason "copied"
    """
    from coursekit.config import find_course
    from coursekit.course.certificates import withdraw
    from coursekit.text import one_line

    for one in withdraw(find_course(course), student, kinds=_kinds(kind), reason=reason, ask=ask_reason):
        given = one.certificate
        click.echo(f"Withdrawn: {given.kind} of {one_line(one.student, 60)}, {given.code}")
        if one.note:
            click.echo(f"Note: {one_line(one.note)}", err=True)


@command.command("list")
@COURSE
@ANONYMOUS
@TABLE
def list_(course: Path | None, anonymous: bool, form: str) -> None:
    """List the certificates that were given out, also those that were withdrawn.

    Example: coursekit certificates list --format csv
    """
    import json

    from coursekit.config import find_course
    from coursekit.course.certificates import list_given
    from coursekit.csvwrite import csv_text
    from coursekit.text import columns, one_line, plural

    head = ("student", "kind", "code", "given", "withdrawn", "file")
    rows: list[tuple[str, ...]] = []
    for one in list_given(find_course(course), anonymous=anonymous):
        given = one.certificate
        withdrawn = f"{given.withdrawn_at:%Y-%m-%d}" if given.withdrawn_at else ""
        file = "" if anonymous or withdrawn else given.file if one.there else "gone"
        rows.append((one.student, given.kind, given.code, f"{given.issued_at:%Y-%m-%d}", withdrawn, file))
    if form == "json":
        plain = [dict(zip(head, row, strict=True)) for row in rows]
        click.echo(json.dumps({"certificates": plain}, ensure_ascii=False, indent=2))
    elif form == "csv":
        click.echo(csv_text([head, *rows]), nl=False)
    else:
        for line in columns([head, *(tuple(one_line(cell, 60) for cell in row) for row in rows)]):
            click.echo(line)
        withdrawn_count = sum(bool(row[4]) for row in rows)
        click.echo(f"\n{plural(len(rows), 'certificate')}, {withdrawn_count} withdrawn")


@command.command("template")
@COURSE
@click.option("--force", is_flag=True, help="Overwrite the one that is there.")
def template(course: Path | None, force: bool) -> None:
    """Write the template of the certificates into the course's folder, for you to change.

    It is a Typst file; what lies there is used from then on. Without it, certificates look as coursekit makes them.

    Example: coursekit certificates template
    """
    from coursekit.config import find_course
    from coursekit.course.certificates import write_template
    from coursekit.text import one_line

    path = write_template(find_course(course), force=force)
    click.echo(one_line(str(path)))
    click.echo("Change it, and look at it with:  coursekit certificates preview", err=True)


@command.command("preview")
@COURSE
@KIND
@click.option("--output", type=PATH, metavar="FILE", help="By default certificate-preview.pdf here.")
@click.option("--force", is_flag=True, help="Overwrite a file that is no earlier sample.")
def preview_(course: Path | None, kind: str | None, output: Path | None, force: bool) -> None:
    """Make a sample of a certificate, unsigned and marked as one.

    Example: coursekit certificates preview --kind attendance
    """
    from pathlib import Path

    from coursekit.config import find_course
    from coursekit.course.certificates import preview
    from coursekit.text import one_line

    target = output or Path("certificate-preview.pdf")
    path = preview(find_course(course), target, _kinds(kind)[-1], force=force)
    click.echo(one_line(str(path)))


def _built_json(built: Built) -> dict[str, object]:
    return {
        "dry_run": built.dry_run,
        "certificates": [
            {
                "student": one.student,
                "kind": one.kind,
                "action": one.action,
                "file": one.file,
                "code": one.code or None,
                "project": one.project or None,
                "changed": list(one.changed),
                "note": one.note,
            }
            for one in built.entries
        ],
        "failures": [{"file": file, "reason": why} for file, why in built.failures],
        "without": [one.student.name for one in built.refused],
        "notes": list(built.notes),
    }


_TOLD = {
    "new": "made",
    "again": "made again, as its file was gone",
    "replaced": "made anew, the old one is withdrawn",
    "unchanged": "unchanged",
    "differs": "kept as it was given out, though it would say something else now",
    "withdrawn": "not made: it was withdrawn",
    "blocked": "not made: something else lies in its place",
}


def _print_built(built: Built) -> None:
    from coursekit.text import one_line, plural

    for one in built.entries:
        if one.action == "unchanged":
            continue
        words = _TOLD[one.action] if not built.dry_run else f"would be {_TOLD[one.action]}"
        if built.dry_run and one.action in ("differs", "withdrawn", "blocked"):
            words = _TOLD[one.action]
        title = f", {one_line(one.project, 80)!r}" if one.project else ""
        changed = f" ({', '.join(one.changed)})" if one.changed else ""
        code = f", {one.code}" if one.code else ""
        click.echo(f"{one_line(one.student, 60)}: {one.kind}{title}: {words}{changed}, {one.file}{code}")
        if one.note:
            click.echo(f"  Note: {one_line(one.note)}")
    if built.named:
        for refused in built.refused:
            why = "; ".join(dict.fromkeys((*refused.certificate.reasons, *refused.achievement.reasons)))
            click.echo(f"{one_line(refused.student.name, 60)}: none: {one_line(why)}")
    for note in built.notes:
        click.echo(f"Note: {one_line(note)}", err=True)
    kept = built.count("differs")
    counts = [
        f"{built.count('new', 'again', 'replaced')} {'would be made' if built.dry_run else 'made'}",
        f"{built.count('unchanged')} unchanged",
        *([f"{kept} kept though different"] if kept else []),
        *([f"{built.count('withdrawn')} withdrawn before"] if built.count("withdrawn") else []),
        f"{len(built.failures) + built.count('blocked')} failed",
    ]
    none = f"; {plural(len(built.refused), 'student gets', 'students get')} none" if built.refused else ""
    click.echo(f"{', '.join(counts)}, of {plural(built.of, 'certificate')}{none}")
    if built.refused and not built.named:
        click.echo("'coursekit certificates --check' says why.", err=True)
    if kept:
        click.echo("Replace what was given out with  --force ; the old ones are withdrawn then.", err=True)
    if built.count("withdrawn"):
        click.echo("Make one again:  coursekit certificates build STUDENT --force", err=True)
    if built.count("blocked"):
        click.echo("Move these files away, or overwrite them with  --force .", err=True)


def _print_verified(answers: list[Verified]) -> None:
    from coursekit.text import one_line

    for one in answers:
        click.echo(f"{one_line(one.what, 120)}: {one.answer.upper()}: {one_line(one.why)}")
        for name, value in one.stated.items():
            click.echo(f"  {name:<9} {one_line(str(value), 200)}")
