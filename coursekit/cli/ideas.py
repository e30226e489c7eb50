"""`coursekit ideas`: the course's topics, past projects and templates, to look for an idea."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._path import PATH
from coursekit.cli._sections import GROUP

if TYPE_CHECKING:
    from pathlib import Path

    from coursekit.config import Course
    from coursekit.gallery import Found, Idea

SECTION = GROUP

EPILOG = """\b
Examples:
  coursekit ideas images
  coursekit ideas --course "Deep Learning from Scratch" --tag "time series"
  coursekit ideas --kind template
  coursekit ideas --unpack handwritten-digits digits
"""


@click.command(epilog=EPILOG)
@click.argument("words", nargs=-1)
@click.option(
    "--course",
    default="",
    metavar="NAME|FOLDER",
    help="Of this course; a part of its name or its initials will do. A course's folder instead adds the topics "
    "that it offers; without this option they are those of the course whose folder you are in.",
)
@click.option("--semester", default="", help="Of this semester, such as 'WiSe 2021/22'.")
@click.option("--tag", multiple=True, help="With this tag; may be given several times.")
@click.option(
    "--kind",
    type=click.Choice(["project", "template", "topic"]),
    default=None,
    help="Only past projects, only templates, or only the topics that your course offers.",
)
@click.option(
    "--unpack",
    "unpacked",
    type=(str, PATH),
    metavar="NAME DIR",
    help="Write a complete project to a new folder.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    words: tuple[str, ...],
    course: str,
    semester: str,
    tag: tuple[str, ...],
    kind: str | None,
    unpacked: tuple[str, Path] | None,
    form: str,
) -> None:
    """List your course's topics, past projects and templates, or search them by WORDS (all must be there)."""
    from coursekit.gallery import search, unpack
    from coursekit.text import one_line

    if unpacked:
        folder = unpack(*unpacked)
        click.echo(
            f"Unpacked {one_line(unpacked[0])} to {one_line(str(folder.resolve()))}, with its core_lib."
        )
        return
    own, course = _own_course(course)
    found = search(words, course=course, semester=semester, tag=tag, kind=kind or "", own=own)
    if form == "json":
        click.echo(_json(found))
    else:
        _print(found)


def _own_course(named: str) -> tuple[Course | None, str]:
    """Return the course whose topics count, and what is left of --course to search by."""
    from pathlib import Path

    from coursekit.cli import complain
    from coursekit.config import find_course, load_course
    from coursekit.errors import CoursekitError

    if named and ((Path(named) / "course.toml").is_file() or Path(named).name == "course.toml"):
        return load_course(Path(named)), ""
    here = Path.cwd()
    if not any((folder / "course.toml").is_file() for folder in (here, *here.parents)):
        return None, named
    try:
        return find_course(), named
    except CoursekitError as error:
        # Somebody who looks for an idea can do nothing about the course's file.
        complain(error.message, error.hint)
        return None, named


def _json(found: Found) -> str:
    import json

    def plain(idea: Idea) -> dict[str, object]:
        return {
            "name": idea.name,
            "kind": idea.kind,
            "title": idea.title,
            "description": idea.description,
            "course": idea.course,
            "semester": idea.semester,
            "tags": list(idea.tags),
            "links": dict(idea.links),
            "complete": idea.complete,
            "data": idea.data,
            "license": idea.license,
            "contact": idea.contact,
        }

    result = {"found": len(found.ideas), "of": found.of, "suggestion": found.suggestion}
    return json.dumps(
        {**result, "ideas": [plain(idea) for idea in found.ideas]}, ensure_ascii=False, indent=2
    )


def _print(found: Found) -> None:
    from coursekit.text import one_line, plural

    if not found.ideas:
        click.echo(f"Nothing found among {plural(found.of, 'idea')}.")
        if found.suggestion:
            click.echo(f'There is the tag {found.suggestion!r}:  coursekit ideas --tag "{found.suggestion}"')
        else:
            click.echo("Tags are: " + ", ".join(found.tags) + ".")
        return
    for idea in found.ideas:
        where = ", ".join(part for part in (idea.course, idea.semester) if part)
        kind = {"template": "template", "topic": "offered by your course"}.get(idea.kind, where)
        click.echo(f"{one_line(idea.title)}  ({one_line(kind)})" if kind else one_line(idea.title))
        if idea.description:
            click.echo(f"  {one_line(idea.description)}")
        if idea.tags:
            click.echo(f"  tags: {one_line(', '.join(idea.tags))}")
        for what, fact in (("data", idea.data), ("licence", idea.license), ("ask", idea.contact)):
            if fact:
                click.echo(f"  {what}: {one_line(fact)}")
        for link in idea.links.values():
            click.echo(f"  {one_line(link)}")
        if idea.complete:
            click.echo(f"  complete:  coursekit ideas --unpack {idea.name} NEW-FOLDER")
        if idea.kind == "template":
            click.echo(f"  start:  coursekit new-project --template {idea.name}")
    click.echo(f"\n{len(found.ideas)} of {plural(found.of, 'idea')}.")
