"""`coursekit verdict`: what an instructor decides about projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coursekit.cli._anonymous import ANONYMOUS
from coursekit.cli._course import COURSE
from coursekit.cli._reason import REASON, ask_reason
from coursekit.cli._sections import LAST

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from coursekit.config import Course
    from coursekit.course.verdicts import GroupVerdict
    from coursekit.store.records import OverruledStatus, Verdict, VerdictDecision

SECTION = LAST

EPILOG = """\b
Examples:
  coursekit verdict list
  coursekit verdict bees
  coursekit verdict bees pass --accept DOC105 --comment "Well done"
  coursekit verdict bees send-back --comment "Say where the data come from"
  coursekit verdict bees pass --reason "they mended it"
  coursekit verdict overrule bees LIT201 met --reason "the sources are in the slides"
"""


class _GroupFirst(click.Group):
    """Takes a first word that is no subcommand for a group of the course."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            args = ["give", *args]
        return super().resolve_command(ctx, args)


@click.group(
    cls=_GroupFirst,
    epilog=EPILOG,
    subcommand_metavar="GROUP [pass|fail|send-back] [OPTIONS] | COMMAND …",
)
def command() -> None:
    """Record what you decide about projects: pass, fail or send back.

    With a group alone, it shows what a verdict would be based on: the commit, what is open, what no rule could judge.
    """


@command.command()
@click.argument("group")
@click.argument("decision", type=click.Choice(["pass", "fail", "send-back"]), required=False)
@COURSE
@click.option(
    "--comment", metavar="TEXT", help="For the group; 'coursekit feedback' tells it what was sent back."
)
@click.option(
    "--accept",
    multiple=True,
    metavar="CODE",
    help="With a pass: a required one that no rule could judge, and that you looked at; once for each. It counts for "
    "this state of the project only.",
)
@REASON
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def give(
    group: str,
    decision: str | None,
    course: Path | None,
    comment: str | None,
    accept: tuple[str, ...],
    reason: str | None,
    form: str,
) -> None:
    """Show a group's verdict, or give one; the word 'give' may be left out.

    To change a verdict, --reason is needed. A pass is given only when everything required is met, waived or overruled,
    and what could not be judged is accepted.

    Example: coursekit verdict give bees pass
    """
    from typing import cast

    from coursekit.config import find_course
    from coursekit.course.verdicts import give_verdict, show_verdict

    found = find_course(course)
    if decision is None:
        if comment is not None or accept or reason is not None:
            raise click.UsageError("--comment, --accept and --reason go with pass, fail or send-back.")
        shown = show_verdict(found, group)
    else:
        chosen = cast("VerdictDecision", decision.replace("-", "_"))
        shown = give_verdict(
            found, group, chosen, comment=comment, accept=accept, reason=reason, ask=ask_reason
        )
    if form == "json":
        import json

        click.echo(json.dumps(_plain(shown), ensure_ascii=False, indent=2))
        return
    click.echo(_text(shown, found))
    if decision is not None and not shown.changed:
        click.echo("This is what was decided before; nothing was recorded.", err=True)


@command.command("overrule")
@click.argument("group")
@click.argument("code")
@click.argument("status", type=click.Choice(["met", "not-met"]), required=False)
@COURSE
@click.option("--withdraw", is_flag=True, help="Take it back, so that what checks find counts again.")
@REASON
def overrule_(
    group: str, code: str, status: str | None, course: Path | None, withdraw: bool, reason: str | None
) -> None:
    """Decide about one requirement of one group, whatever checks find.

    It counts until it is taken back, also for newer states of the project. Of what is not met, the group reads the
    reason in its feedback.

    Example: coursekit verdict overrule bees LIT201 met --reason "the sources are in the slides"
    """
    from typing import cast

    from coursekit.config import find_course
    from coursekit.course.verdicts import overrule

    if withdraw == (status is not None):
        raise click.UsageError("Say met or not-met, or --withdraw.")
    chosen = cast("OverruledStatus | None", status.replace("-", "_") if status else None)
    found = find_course(course)
    shown = overrule(found, group, code, chosen, reason=reason, ask=ask_reason)
    click.echo(_text(shown, found))


@command.command("list")
@COURSE
@ANONYMOUS
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True
)
def list_(course: Path | None, anonymous: bool, form: str) -> None:
    """List what was decided about every group, and what bars a pass.

    Example: coursekit verdict list --format csv
    """
    from coursekit.config import find_course
    from coursekit.course.verdicts import course_verdicts

    everything, names = course_verdicts(find_course(course), anonymous=anonymous)
    if form == "json":
        import json

        plain = {"groups": [_plain(one, names.text) for one in everything]}
        click.echo(json.dumps(plain, ensure_ascii=False, indent=2))
    elif form == "csv":
        from coursekit.csvwrite import csv_text

        rows = [["group", "verdict", "given", "commit", "required_and_open", "advised_and_open", "comment"]]
        for one in everything:
            verdict = one.state.verdict
            comment = names.text(verdict.comment or "") if verdict else ""
            rows.append(
                [
                    one.called,
                    verdict.decision if verdict else "",
                    verdict.given_at.isoformat() if verdict else "",
                    (verdict.commit or "") if verdict else "",
                    " ".join((*one.state.unmet, *one.state.unjudged)),
                    " ".join(one.state.advised),
                    comment,
                ]
            )
        click.echo(csv_text(rows), nl=False)
    else:
        _print_list(everything)


def _print_list(everything: list[GroupVerdict]) -> None:
    from coursekit.text import columns, one_line, plural

    rows = [("group", "verdict", "of commit", "checked", "approved", "why not")]
    for one in everything:
        state = one.state
        rows.append(
            (
                one_line(one.called, 40),
                one.word,
                _commit(state.verdict) if state.verdict else "",
                f"{state.run.checked_at:%Y-%m-%d}" if state.run else "never",
                "yes" if state.standing.ok else "no",
                "; ".join(one_line(reason, 100) for reason in state.standing.reasons),
            )
        )
    for line in columns(rows):
        click.echo(line)
    approved = sum(one.state.standing.ok for one in everything)
    given = sum(one.state.verdict is not None for one in everything)
    click.echo(f"\n{approved} approved, {given} with a verdict, of {plural(len(everything), 'group')}")


def _commit(verdict: Verdict) -> str:
    return (verdict.commit or "")[:10] or "no commit"


def _text(shown: GroupVerdict, course: Course) -> str:
    from coursekit.text import one_line
    from coursekit.tracking.when import shown as when
    from coursekit.tracking.when import zone_of

    zone = zone_of(course)
    state, run = shown.state, shown.state.run
    lines = [f"{one_line(shown.called, 60)}: {shown.word}", ""]
    if run is None:
        lines.append("It was never checked:  coursekit check --all")
    else:
        commit = f", at the commit {run.commit[:10]}" if run.commit else ""
        lines.append(f"Checked {when(run.checked_at, zone)}{commit}, by the profile {run.profile}")

    def part(title: str, codes: tuple[str, ...]) -> None:
        if codes:
            lines.extend(["", f"{title}:"])
            lines.extend(
                f"  {code}  {one_line(shown.finding(code).title, 40)}: {one_line(shown.finding(code).message, 100)}"
                for code in codes
            )

    part("Required and not met", state.unmet)
    part("Required, and no rule could judge it: look yourself", state.unjudged)
    part("Required, not judged, and accepted with the verdict", state.accepted)
    part("Advised and not met (bars nothing)", state.advised)
    if shown.overrulings:
        lines += ["", "Overruled:"]
        for ruling in shown.overrulings:
            word = "met" if ruling.status == "met" else "not met"
            lines.append(
                f"  {ruling.code}  {word}, since {ruling.set_at:%Y-%m-%d}: {one_line(ruling.reason, 100)}"
            )
    if shown.history:
        lines += ["", "Verdicts:"]
        for one in shown.history:
            comment = f": {one_line(one.comment, 200)}" if one.comment else ""
            word = {"pass": "pass", "fail": "fail", "send_back": "sent back"}[one.decision]
            lines.append(f"  {when(one.given_at, zone)}  {word} ({_commit(one)}){comment}")
    lines += ["", "approved" if state.standing.ok else "not approved:"]
    lines += [f"  {one_line(reason)}" for reason in state.standing.reasons]
    lines += [f"Note: {one_line(note)}" for note in state.notes]
    return "\n".join(lines)


def _plain(shown: GroupVerdict, text: Any = str) -> dict[str, object]:
    state, run = shown.state, shown.state.run
    return {
        "group": shown.called,
        "verdict": state.verdict.decision if state.verdict else None,
        "approved": state.standing.ok,
        "reasons": list(state.standing.reasons),
        "notes": list(state.notes),
        "checked_at": run.checked_at.isoformat() if run else None,
        "commit": run.commit if run else None,
        "not_met": list(state.unmet),
        "not_judged": list(state.unjudged),
        "accepted": list(state.accepted),
        "advised_not_met": list(state.advised),
        "overruled": [
            {"code": one.code, "status": one.status, "reason": text(one.reason), "at": one.set_at.isoformat()}
            for one in shown.overrulings
        ],
        "verdicts": [
            {
                "decision": one.decision,
                "comment": text(one.comment) if one.comment else None,
                "commit": one.commit,
                "accepted": list(one.accepted),
                "at": one.given_at.isoformat(),
            }
            for one in shown.history
        ],
    }
