"""`coursekit rules`: what is asked, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._sections import GROUP

if TYPE_CHECKING:
    from coursekit.checker.explain import Explained


SECTION = GROUP

EPILOG = """\b
Examples:
  coursekit rules
  coursekit rules DOC103
  coursekit rules --profile my-course.toml --lang de
"""


@click.command(epilog=EPILOG)
@click.argument("code", required=False)
@click.option(
    "--profile", metavar="NAME|FILE", help="Only what this profile asks for, with its levels and parameters."
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--lang", "language", type=click.Choice(["en", "de"]), default="en", show_default=True)
def command(code: str | None, profile: str | None, format_: str, language: str) -> None:
    """List the rules of 'coursekit check', or explain the one called CODE."""
    import json

    from coursekit.checker.explain import explain, rules

    if code is None:
        found = rules(profile, language=language)
        as_json: object = [rule.as_dict() for rule in found]
        lines = _table(found, language) if format_ == "text" else []
    else:
        rule = explain(code, profile, language=language)
        as_json, lines = rule.as_dict(), _page(rule, language) if format_ == "text" else []
    click.echo(
        json.dumps(as_json, ensure_ascii=False, indent=2, default=str)
        if format_ == "json"
        else "\n".join(lines)
    )


def _words(language: str) -> dict[str, str]:
    english = {
        "required": "required", "advised": "advised", "unasked": "not asked for", "what": "What it asks",
        "why": "Why", "example": "An example that does not meet it", "hint": "How to meet it",
        "parameters": "Parameters, as a profile may set them", "default": "by default", "milestone": "for the milestone",
        "unruled": "coursekit has no rule for this; people look at it.",
    }  # fmt: skip
    german = {
        "required": "verlangt", "advised": "empfohlen", "unasked": "nicht verlangt", "what": "Worum es geht",
        "why": "Warum", "example": "Ein Beispiel, das nicht genügt", "hint": "Wie ihr es erfüllt",
        "parameters": "Parameter, wie ein Profil sie setzen kann", "default": "sonst", "milestone": "zum Meilenstein",
        "unruled": "coursekit hat dafür keine Regel; Menschen sehen es sich an.",
    }  # fmt: skip
    return german if language == "de" else english


def _table(found: list[Explained], language: str) -> list[str]:
    from coursekit.text import one_line

    words = _words(language)
    rows = [
        (
            one_line(rule.code, 12),
            words[rule.level.value] if rule.level else "–",
            one_line(rule.milestone or "–", 30),
            one_line(rule.title, 60),
        )
        for rule in found
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]])
        for row in rows
    ]


def _page(rule: Explained, language: str) -> list[str]:
    import textwrap

    from coursekit.text import one_line, printable

    words = _words(language)

    def part(heading: str, text: str) -> list[str]:
        wrapped = textwrap.wrap(one_line(text), 96, break_long_words=False, break_on_hyphens=False)
        return ["", heading, *(f"  {line}" for line in wrapped)] if text else []

    asked = words["unasked"]
    if rule.level:
        asked = f"{rule.profile}: {words[rule.level.value]}, {words['milestone']} {rule.milestone}"
    lines = [f"{one_line(rule.code)} {one_line(rule.title)}", one_line(asked)]
    lines += part(words["what"], rule.what or words["unruled"]) + part(words["why"], rule.why)
    if rule.example:
        example = printable(rule.example, multiline=True).splitlines()
        lines += ["", words["example"], *(f"  | {line}".rstrip() for line in example)]
    lines += part(words["hint"], rule.hint)
    if rule.parameters:
        lines += ["", words["parameters"]]
        for one in rule.parameters:
            note = f"  ({words['default']} {one.default!r})" if one.value != one.default else ""
            lines.append(one_line(f"{one.name} = {one.value!r}").join(["  ", note]))
    return lines
