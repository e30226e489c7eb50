"""What `coursekit certificates --check` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from coursekit.course.certificates import Checked
    from coursekit.tracking.eligibility import Eligibility, Standing


def show_checked(checked: Checked, form: str) -> None:
    """Print who gets what, and why not."""
    {"text": _text, "json": _json, "csv": _csv}[form](checked)


def _group(checked: Checked, one: Eligibility) -> str:
    return checked.names.group(one.group.id) if one.group else ""


def _word(standing: Standing) -> str:
    return "yes" if standing.ok else "no" if standing.final else "not yet"


def _text(checked: Checked) -> None:
    from coursekit.text import columns, one_line, plural

    head = ("student", "group", "attended", "missed", "attendance", "achievement and ECTS")
    rows = [head]
    below: list[list[str]] = []
    for one in checked.students:
        attended, away = len(one.attendance.attended), one.attendance.away
        unknown = f" ({len(one.attendance.unknown)} unknown)" if one.attendance.unknown else ""
        rows.append(
            (
                one_line(checked.names.student(one.student.id), 40),
                one_line(_group(checked, one), 30) or "none",
                f"{attended} of {attended + away}" + (f", {one.to_come} to come" if one.to_come else ""),
                f"{away}{unknown}",
                _word(one.certificate),
                _word(one.achievement),
            )
        )
        said = [f"{reason}" for reason in dict.fromkeys((*one.certificate.reasons, *one.achievement.reasons))]
        if one.project and one.project.advised and not one.achievement.ok:
            said.append(f"advised and not met, bars nothing: {' '.join(one.project.advised)}")
        below.append([*said, *(f"note: {note}" for note in one.notes)])
    lines = columns(rows)
    click.echo("\n".join(lines[:2]))
    for line, said in zip(lines[2:], below, strict=True):
        click.echo(line)
        for reason in said:
            click.echo(f"    {one_line(reason)}")
    click.echo(
        f"\n{checked.attendance} get a certificate of attendance, {checked.achievement} one of achievement, "
        f"of {plural(len(checked.students), 'student')}"
    )


def _json(checked: Checked) -> None:
    import json

    def plain(standing: Standing) -> dict[str, object]:
        return {"eligible": standing.ok, "final": standing.final, "reasons": list(standing.reasons)}

    students = [
        {
            "student": checked.names.student(one.student.id),
            "group": _group(checked, one) or None,
            "sessions": {
                "attended": list(one.attendance.attended),
                "missed": list(one.attendance.missed),
                "unknown": list(one.attendance.unknown),
                "to_come": one.to_come,
            },
            "attendance": plain(one.certificate),
            "achievement": plain(one.achievement),
            "verdict": one.project.verdict.decision if one.project and one.project.verdict else None,
            "not_met": list(one.project.unmet) if one.project else [],
            "not_judged": list(one.project.unjudged) if one.project else [],
            "overruled": list(one.project.overruled) if one.project else [],
            "advised_not_met": list(one.project.advised) if one.project else [],
            "notes": list(one.notes),
        }
        for one in checked.students
    ]
    result = {"attendance": checked.attendance, "achievement": checked.achievement, "students": students}
    click.echo(json.dumps(result, ensure_ascii=False, indent=2))


def _csv(checked: Checked) -> None:
    from coursekit.csvwrite import csv_text

    head = ["student", "group", "attended", "missed", "unknown", "to_come", "attendance", "achievement"]
    head += ["verdict", "why_no_attendance", "why_no_achievement", "advised_not_met", "notes"]
    rows = [
        [
            checked.names.student(one.student.id),
            _group(checked, one),
            *map(len, (one.attendance.attended, one.attendance.missed, one.attendance.unknown)),
            one.to_come,
            _word(one.certificate),
            _word(one.achievement),
            one.project.verdict.decision if one.project and one.project.verdict else "",
            "; ".join(one.certificate.reasons),
            "; ".join(one.achievement.reasons),
            " ".join(one.project.advised) if one.project else "",
            "; ".join(one.notes),
        ]
        for one in checked.students
    ]
    click.echo(csv_text([head, *rows]), nl=False)
