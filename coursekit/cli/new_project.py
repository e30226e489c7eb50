"""`coursekit new-project`: one group's repository from a template."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from coursekit.cli._path import PATH
from coursekit.cli._sections import GROUP

if TYPE_CHECKING:
    from pathlib import Path

    from coursekit.config import Course
    from coursekit.model import Member, Project
    from coursekit.scaffold import Created
    from coursekit.templates import Template

SECTION = GROUP

EPILOG = """\b
Example:
  coursekit new-project --title "Bird songs" --member "Ada Lovelace <ada@example.org>" \\
      --task "audio classification" --template blank

Without options it asks for everything, one thing after the other.

\b
For a whole course, in its folder; it can be stopped at any point and run again:
  coursekit new-project --all
"""


@click.command(epilog=EPILOG)
@click.option("--all", "everyone", is_flag=True, help="Make one for every group of the course that has none.")
@click.option("--title", help="What the project is called.")
@click.option(
    "--member", "members", multiple=True, metavar='"NAME <EMAIL>"', help="A member; give it once for each."
)
@click.option("--task", help="The task type, such as 'image classification'.")
@click.option(
    "--template",
    metavar="NAME|FOLDER|ADDRESS",
    help="A template's name (see 'coursekit ideas --kind template'), a folder with your own, or its git "
    "repository: https://…/x.git[@TAG][#FOLDER].",
)
@click.option(
    "-o",
    "--output",
    type=PATH,
    help="The new folder [default: the title, in plain letters].",
)
@click.option("--description", help="The problem and the approach, in a few sentences.")
@click.option("--repository", help="The web address that the repository will have.")
@click.option(
    "--from",
    "source",
    type=PATH,
    metavar="FILE",
    help="Take what is not said from a project.toml.",
)
@click.option(
    "--course",
    "course_file",
    type=PATH,
    metavar="FOLDER",
    help="Your course's folder, or its course.toml; with --all by default the course that you are in.",
)
@click.option("--no-git", is_flag=True, help="Make a plain folder, without a git repository.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--dry-run", is_flag=True, help="Say what would be made, and write nothing.")
def command(
    everyone: bool,
    title: str | None,
    members: tuple[str, ...],
    task: str | None,
    template: str | None,
    output: Path | None,
    description: str | None,
    repository: str | None,
    source: Path | None,
    course_file: Path | None,
    no_git: bool,
    form: str,
    dry_run: bool,
) -> int:
    """Make a repository for a group: milestones, notebooks, core_lib, tests, and a first commit.

    Whatever is not given as an option is taken from --from FILE, or asked for.
    """
    if everyone:
        single = {
            "--title": title,
            "--member": members,
            "--output": output,
            "--description": description,
            "--repository": repository,
            "--from": source,
            "--no-git": no_git,
        }
        _refuse_beside_all([option for option, value in single.items() if value])
        return _make_all(course_file, template or "", task or "", form, dry_run=dry_run)
    from pathlib import Path

    from coursekit.cli._all_projects import show_notes
    from coursekit.config import load_course, load_project
    from coursekit.scaffold import new_project, parse_member
    from coursekit.text import slug

    base = load_project(source) if source else None
    course = load_course(course_file) if course_file else None
    people = [parse_member(one) for one in members] or list(base.members if base else ())
    title = title or (base.title if base else "")
    template = template or (base.template if base else "") or (course.template if course else "")
    task = task or (base.task if base else "")
    if description is None:
        description = base.description if base else ""
    title, people, found, task = _complete(title, people, template, task, course)
    show_notes(found)
    created = new_project(
        output or Path(slug(title)),
        title,
        people,
        task,
        found,
        course=course,
        description=description,
        repository=repository if repository is not None else (base.repository if base else ""),
        group=base.group if base else "",
        base=base,
        git=not no_git,
        dry_run=dry_run,
    )
    _print(created, form, dry_run=dry_run)
    return 0


def _refuse_beside_all(options: list[str]) -> None:
    from coursekit.errors import InputError

    if options:
        raise InputError(
            f"expected no {', '.join(options)} beside --all: each group has its own",
            "The course says who is in which group; --template, --task and --course go with --all.",
        )


def _make_all(course_file: Path | None, template: str, task: str, form: str, *, dry_run: bool) -> int:
    from coursekit.cli._all_projects import print_json, print_text, show_notes
    from coursekit.cli._progress import show_progress
    from coursekit.config import find_course
    from coursekit.course.create import create_repositories

    creation = create_repositories(
        find_course(course_file),
        template=template,
        task=task,
        dry_run=dry_run,
        progress=show_progress("repositories"),
    )
    show_notes(creation.template)
    (print_json if form == "json" else print_text)(creation)
    return 2 if creation.counts["failed"] else 0


def _complete(
    title: str, people: list[Member], template: str, task: str, course: Course | None
) -> tuple[str, list[Member], Template, str]:
    """Ask for what is missing, or name it where nobody can be asked."""
    from coursekit.errors import InputError
    from coursekit.scaffold import clean_name, clean_title, get_template
    from coursekit.templates import all_templates

    found = get_template(template) if template else None
    tasks = found.tasks if found else ()
    missing = [
        option
        for option, there in (
            ("--title", title),
            ("--member", people),
            ("--template", template),
            ("--task", task or tasks),
        )
        if not there
    ]
    if missing and not _can_ask():
        names = ", ".join(template.name for template in all_templates())
        raise InputError(
            f"expected also {', '.join(missing)}: nobody can be asked here, because this is no terminal",
            f"Templates are: {names}. See  coursekit new-project --help  for an example.",
        )
    if missing:
        click.echo(
            "A few questions; answer each with the Enter key. Ctrl+C stops, and nothing is written.\n",
            err=True,
        )
    if not title:
        title = _ask("What is your project called?", clean_title)
    if not people:
        people = _ask_members(course)
    if found is None:
        found = _ask_template()
    if not task:
        question = "\nWhat kind of task is it, for example image classification, regression, text generation?"
        task = found.tasks[0] if found.tasks else _ask(question, clean_name)
    return title, people, found, task


def _ask_template() -> Template:
    """Ask for a template by its number or its name."""
    import textwrap

    from coursekit.scaffold import get_template
    from coursekit.templates import all_templates

    offered = {str(number): one for number, one in enumerate(all_templates(), 1)}
    click.echo("\nWhat do you want to start from?", err=True)
    for number, one in offered.items():
        click.echo(f"  {number}  {one.name}", err=True)
        click.echo(
            textwrap.fill(one.description, 88, initial_indent=" " * 5, subsequent_indent=" " * 5), err=True
        )
    chosen: Template = _ask(
        "Its number or name", lambda text: offered.get(text.strip()) or get_template(text.strip())
    )
    return chosen


def _ask_members(course: Course | None) -> list[Member]:
    from coursekit.scaffold import clean_members, parse_member

    click.echo(
        "\nWho is in your group? One at a time:  Name <e-mail>  (the e-mail may be left out).", err=True
    )
    most = course.max_group_size if course else None
    people: list[Member] = []

    def one_more(text: str) -> Member | None:
        if not text.strip() and people:
            return None
        return clean_members([*people, parse_member(text)], most)[-1]

    while most is None or len(people) < most:
        question = f"Member {len(people) + 1}" + (" (only Enter: that is all)" if people else "")
        member: Member | None = _ask(question, one_more, empty=bool(people))
        if member is None:
            break
        people.append(member)
    return people


def _ask(question: str, check: Callable[[str], Any], *, empty: bool = False) -> Any:
    """Ask until the answer passes the check; say at once what is wrong with it."""
    from coursekit.errors import InputError
    from coursekit.text import printable

    while True:
        suffix = " " if question.endswith("?") else ": "
        answer = click.prompt(
            question, "" if empty else None, show_default=False, prompt_suffix=suffix, err=True
        )
        try:
            return check(answer)
        except InputError as error:
            click.echo(printable(f"  {error.message}\n  {error.hint}".rstrip(), multiline=True), err=True)


def _can_ask() -> bool:
    import sys

    return sys.stdin.isatty() and sys.stderr.isatty()


def _print(created: Created, form: str, *, dry_run: bool) -> None:
    from coursekit.text import one_line, plural

    project: Project = created.project
    if form == "json":
        import json

        result = {
            "folder": str(created.folder),
            "title": project.title,
            "members": [member.name for member in project.members],
            "task": project.task,
            "template": project.template,
            "template_version": project.template_version,
            "core_version": project.core_version,
            "notes": list(created.template.notes),
            "commit": created.commit,
            "dry_run": dry_run,
            "files": list(created.files),
        }
        click.echo(json.dumps(result, ensure_ascii=False, indent=2))
        return
    folder = one_line(str(created.folder))
    if dry_run:
        click.echo(f"Would make {plural(len(created.files), 'file')} in {folder}; nothing was written:")
        for name in created.files:
            click.echo(f"  {name}")
        return
    click.echo(
        f"Made {one_line(project.title)} for {', '.join(one_line(one.name) for one in project.members)}."
    )
    click.echo(
        f"It lies in {one_line(str(created.folder.resolve()))}: {plural(len(created.files), 'file')}",
        nl=False,
    )
    click.echo(", with a first commit." if created.commit else ".")
    import os

    windows = os.name == "nt"
    click.echo("\nType next:")
    click.echo(f"  cd {_shell_word(str(created.folder))}")
    click.echo("  py -m venv .venv" if windows else "  python3 -m venv .venv")
    click.echo(("  .venv\\Scripts\\pip" if windows else "  .venv/bin/pip") + " install -r requirements.txt")
    click.echo(
        "\nThen its README.md says how to go on. Before you hand in, 'coursekit check .' says what is missing."
    )


def _shell_word(text: str) -> str:
    import os
    import shlex

    from coursekit.text import one_line

    return f'"{one_line(text)}"' if os.name == "nt" and " " in text else shlex.quote(one_line(text))
