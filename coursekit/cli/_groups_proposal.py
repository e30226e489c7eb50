"""`coursekit groups proposal`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._course import COURSE

if TYPE_CHECKING:
    from pathlib import Path

    from coursekit.course.groups import Proposal


EPILOG = """\b
Examples:
  coursekit groups proposal bees
  coursekit groups proposal bees --accept
  coursekit groups proposal bees --send-back "Under which licence may you use the data?"
"""


@click.command("proposal", epilog=EPILOG)
@click.argument("group")
@COURSE
@click.option("--accept", is_flag=True, help="Record that the proposal is accepted.")
@click.option("--send-back", metavar="COMMENT", help="Record that it is sent back, and what to change.")
@click.option("--comment", metavar="TEXT", help="Something to say along with --accept.")
@click.option("--force", is_flag=True, help="Accept it although something is missing.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def proposal(
    group: str,
    course: Path | None,
    accept: bool,
    send_back: str | None,
    comment: str | None,
    force: bool,
    form: str,
) -> None:
    """Show what a group proposes to do, and accept it or send it back.

    The group states it in project.toml: the question and the metric in [proposal], the data and their licence in
    [data], and the members.
    """
    from coursekit.config import find_course
    from coursekit.course.groups import decide_proposal, show_proposal

    if accept and send_back is not None:
        raise click.UsageError("Either --accept or --send-back, not both.")
    if comment is not None and not accept:
        raise click.UsageError("--comment goes with --accept; --send-back has its own.")
    found = find_course(course)
    if accept:
        shown = decide_proposal(found, group, "accepted", comment=comment, force=force)
    elif send_back is not None:
        shown = decide_proposal(found, group, "sent_back", comment=send_back)
    else:
        shown = show_proposal(found, group)
    click.echo(_json(shown) if form == "json" else _text(shown))


def _json(shown: Proposal) -> str:
    import json

    result = {
        "group": shown.group,
        "title": shown.title,
        "state": shown.state.value,
        "due": shown.due.isoformat() if shown.due else None,
        **dict(shown.facts),
        "missing": list(shown.missing),
        "problem": shown.problem,
        "decisions": [
            {"decision": one.decision, "comment": one.comment, "at": one.decided_at.isoformat()}
            for one in shown.decisions
        ],
    }
    return json.dumps(result, ensure_ascii=False, indent=2)


def _text(shown: Proposal) -> str:
    from coursekit.course.groups.proposal import WORDS
    from coursekit.text import one_line

    title = f" · {one_line(shown.title, 80)}" if shown.title else ""
    lines = [f"{one_line(shown.group)}{title}", ""]
    if shown.problem:
        lines.append(f"Nothing could be read: {one_line(shown.problem)}")
    else:
        width = max(len(name) for name, _ in shown.facts)
        lines += [f"  {name:<{width}}  {one_line(value) or '(missing)'}" for name, value in shown.facts]
    lines += ["", f"state: {WORDS[shown.state]}"]
    if shown.due:
        lines.append(f"due: {shown.due:%Y-%m-%d %H:%M %Z}")
    for one in shown.decisions:
        what = "accepted" if one.decision == "accepted" else "sent back"
        comment = f": {one_line(one.comment)}" if one.comment else ""
        lines.append(f"{one.decided_at:%Y-%m-%d %H:%M} UTC  {what}{comment}")
    return "\n".join(lines)
