"""`coursekit groups`: who works with whom, where, and on what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._course import COURSE
from coursekit.cli._groups_change import add, leave, link, move, rename, sync
from coursekit.cli._groups_form import form
from coursekit.cli._groups_import import import_
from coursekit.cli._groups_proposal import proposal
from coursekit.cli._sections import ONCE

if TYPE_CHECKING:
    from pathlib import Path

    from coursekit.course.groups import Overview
    from coursekit.store.records import Repository, Student

SECTION = ONCE

EPILOG = """\b
Examples:
  coursekit groups list
  coursekit groups form wishes.csv --dry-run
  coursekit groups move "Ada Lovelace" bees --reason "joined late"
  coursekit groups link bees https://git.example.org/bees
"""


@click.group(epilog=EPILOG)
def command() -> None:
    """List and change the groups of a course: members, repositories, proposals."""


for _one in (add, form, import_, leave, link, move, proposal, rename, sync):
    command.add_command(_one)


@command.command("list")
@COURSE
@click.option(
    "--format", "form_", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True
)
def list_(course: Path | None, form_: str) -> None:
    """List all groups, and who is in none.

    The CSV has a row for each student, and can be imported again.

    Example: coursekit groups list --format csv
    """
    from coursekit.config import find_course
    from coursekit.course.groups import list_course_groups

    overview = list_course_groups(find_course(course))
    if form_ == "json":
        click.echo(_json(overview))
    elif form_ == "csv":
        click.echo(_csv(overview), nl=False)
    else:
        _print(overview)


def _where(repository: Repository | None) -> str:
    return (repository.url or repository.path or "") if repository else ""


def _json(overview: Overview) -> str:
    import json

    def plain(student: Student) -> dict[str, str]:
        return {"name": student.name, "email": student.email or "", "account": student.account or ""}

    result = {
        "groups": [
            {
                "name": group.name,
                "folder": group.folder,
                "size": len(group.members),
                "members": [plain(one) for one in group.members],
                "repository": _where(group.repository),
                "origin": group.repository.origin if group.repository else None,
                "proposal": group.proposal.value,
            }
            for group in overview.groups
        ],
        "without_group": [plain(one) for one in overview.without],
    }
    return json.dumps(result, ensure_ascii=False, indent=2)


def _csv(overview: Overview) -> str:
    from coursekit.csvwrite import csv_text

    rows = [["group", "name", "email", "account", "repository", "proposal"]]
    for group in overview.groups:
        where, state = _where(group.repository), group.proposal.value
        people = [(one.name, one.email or "", one.account or "") for one in group.members]
        rows += [[group.name, *one, where, state] for one in people or [("", "", "")]]
    rows += [["", one.name, one.email or "", one.account or "", "", ""] for one in overview.without]
    return csv_text(rows)


def _print(overview: Overview) -> None:
    from coursekit.course.groups.find import listed
    from coursekit.course.groups.proposal import WORDS
    from coursekit.text import columns, one_line, plural

    if overview.groups:
        rows = [("group", "size", "proposal", "members", "repository")]
        for group in overview.groups:
            rows.append(
                (
                    one_line(group.name, 40),
                    f"{len(group.members)}{' !' if overview.is_odd(group) else ''}",
                    WORDS[group.proposal],
                    listed(group.members) or "nobody",
                    one_line(_where(group.repository), 80) or "none yet",
                )
            )
        for line in columns(rows):
            click.echo(line)
        click.echo()
    odd = sum(overview.is_odd(group) for group in overview.groups)
    if odd:
        least, most = overview.sizes
        size = " to ".join(str(one) for one in (least, most) if one is not None)
        click.echo(f"! {plural(odd, 'group')} not of the size that course.toml wants ({size})")
    if overview.without:
        click.echo(f"In no group ({len(overview.without)}): {listed(overview.without, 20)}")
    total = (
        f"{plural(len(overview.groups), 'group')}, {plural(overview.students, 'student')}, "
        f"{len(overview.without)} in no group"
    )
    click.echo(total)
    if not overview.groups:
        click.echo(
            "Make groups:  coursekit groups form WISHES.csv , coursekit groups import FILE , or one by one with  add"
        )
