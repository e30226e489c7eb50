"""Who did what, as git recorded it: evidence to talk about, and no grade."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.model import Text
from coursekit.report.convert import visible
from coursekit.report.deck import Block, Bullet, Bullets, Paragraph, Table
from coursekit.report.numbers import count
from coursekit.submission import Span, Submission

if TYPE_CHECKING:
    from coursekit.git.shares import Share, Shares
    from coursekit.report.section import Context

_AREAS = {
    "literature": Text("Literature", "Literatur"),
    "data": Text("Data", "Daten"),
    "baseline": Text("Baseline", "Basismodell"),
    "model": Text("Model", "Modell"),
    "presentation": Text("Presen\u00adtation", "Präsen\u00adtation"),
    "other": Text("Other", "Anderes"),
}
_MEMBER = Text("Member", "Mitglied")
_COMMITS = Text("Commits", "Commits")
_CAPTION = Text(
    "Commits of each member, and the lines that they added or removed, by milestone",
    "Commits der Mitglieder, und die Zeilen, die sie hinzugefügt oder entfernt haben, nach Meilenstein",
)
_NO_GRADE = Text(
    "This is what git recorded, without merges, outputs of notebooks and what the template brought. It is evidence and "
    "not a grade: reading, talking, pair work and training leave no lines.",
    "Das hat git festgehalten, ohne Merges, Ausgaben der Notebooks und was die Vorlage mitbrachte. Es ist ein Beleg und "
    "keine Note: Lesen, Besprechen, gemeinsame Arbeit und Training hinterlassen keine Zeilen.",
)
_PARTLY = Text(
    "Not all of the history is here or was counted.",
    "Nicht die ganze Geschichte ist hier vorhanden oder gezählt.",
)
_UNMATCHED = Text(
    "No commit carries the name or e-mail of {names}.", "Kein Commit trägt Namen oder E-Mail von {names}."
)
_MOST_PEOPLE = 12


def contributions(context: Context) -> tuple[Block, ...]:
    """Return a table of the members' commits and lines; without a history, the members' names."""
    shares = context.submission.once(_shares)
    project = context.submission.project
    members = [visible(member.name).strip() for member in project.members] if project else []
    if shares is None or not shares.people:
        return (Bullets(tuple(Bullet((Span(name),)) for name in members)),) if members else ()
    rows = {_called(context, person): person for person in reversed(shares.people[:_MOST_PEOPLE])}
    people = list(reversed(rows.items()))
    areas = [key for key in _AREAS if any(person.lines[key] for _, person in people)]
    header = [context.t(_MEMBER), context.t(_COMMITS), *(context.t(_AREAS[key]) for key in areas)]
    table = [tuple((Span(cell),) for cell in header)]
    for name, person in people:
        numbers = [person.commits, *(person.lines[key] for key in areas)]
        cells = [count(number, context.language) if number else "–" for number in numbers]
        table.append(tuple((Span(cell),) for cell in (name, *cells)))
    blocks: list[Block] = [
        Table(tuple(table), (False, *(True for _ in header[1:])), caption=context.t(_CAPTION)),
        Paragraph((Span(context.t(_NO_GRADE)),), "muted"),
    ]
    absent = [name for name in members if name not in rows]
    if absent:
        blocks.append(Paragraph((Span(context.t(_UNMATCHED.format(names=", ".join(absent)))),), "muted"))
    if not shares.whole:
        blocks.append(Paragraph((Span(context.t(_PARTLY)),), "muted"))
    return tuple(blocks)


def _shares(submission: Submission) -> Shares | None:
    """Read the history that the submission is part of, if there is one. Use with ``submission.once``."""
    from coursekit.git.shares import read_shares

    folders = {
        folder: key for key in _AREAS if key != "other" for folder in submission.milestone_folders(key)
    }

    def area(path: str) -> str:
        return folders.get(path.split("/", 1)[0], "other") if "/" in path else "other"

    commit = getattr(submission.source, "commit", None)
    if commit is not None:
        return read_shares(submission.source.folder, str(commit.id), area)  # type: ignore[attr-defined]
    root = getattr(submission.source, "root", None)
    if not isinstance(root, Path) or (root / ".git").is_symlink() or not (root / ".git").is_dir():
        return None
    return read_shares(root, "HEAD", area)


def _called(context: Context, person: Share) -> str:
    """Return a member's name as the project states it, where name or e-mail tell who it is."""
    project = context.submission.project
    names = {_letters(name) for name in person.names}
    for member in project.members if project else ():
        if member.email.casefold() in person.emails - {""} or _letters(member.name) in names:
            return visible(member.name).strip()
        if member.account and _letters(member.account) in names:
            return visible(member.name).strip()
    return visible(person.name).strip() or "?"


def _letters(name: str) -> str:
    text = unicodedata.normalize("NFKD", name.casefold())
    return "".join(char for char in text if char.isalnum())
