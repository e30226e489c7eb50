"""Who did what, as git recorded it: evidence to talk about, and no grade."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.git.who import Identity, Person, attribute
from coursekit.model import Text
from coursekit.report.convert import visible
from coursekit.report.deck import Block, Bullet, Bullets, Paragraph, Table
from coursekit.report.numbers import count
from coursekit.submission import Span, Submission
from coursekit.submission.view import folder_area
from coursekit.work import ALL, Counted, Done, by_area

if TYPE_CHECKING:
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
_TOGETHER = Text(
    "A commit that names several authors counts for each of them.",
    "Ein Commit, der mehrere nennt, zählt für jede und jeden von ihnen.",
)
_UNMATCHED = Text(
    "No commit carries the name or e-mail of {names}.", "Kein Commit trägt Namen oder E-Mail von {names}."
)
_MOST_PEOPLE = 12


def contributions(context: Context) -> tuple[Block, ...]:
    """Return a table of the members' commits and lines; without a history, the members' names."""
    counted = context.submission.once(_counted)
    project = context.submission.project
    members = [visible(member.name).strip() for member in project.members] if project else []
    if counted is None or not counted.authors:
        return (Bullets(tuple(Bullet((Span(name),)) for name in members)),) if members else ()
    people = _people(context, counted)[:_MOST_PEOPLE]
    areas = [key for key in _AREAS if any(key in done and done[key].lines for _, done in people)]
    header = [context.t(_MEMBER), context.t(_COMMITS), *(context.t(_AREAS[key]) for key in areas)]
    table = [tuple((Span(cell),) for cell in header)]
    for name, done in people:
        numbers = [done[ALL].commits, *(done.get(key, Done()).lines for key in areas)]
        cells = [count(number, context.language) if number else "–" for number in numbers]
        table.append(tuple((Span(cell),) for cell in (name, *cells)))
    together = [_TOGETHER] if any(one.together for one in counted.authors) else []
    said = " ".join(context.t(text) for text in (_NO_GRADE, *together))
    blocks: list[Block] = [
        Table(tuple(table), (False, *(True for _ in header[1:])), caption=context.t(_CAPTION)),
        Paragraph((Span(said),), "muted"),
    ]
    named = {name for name, _ in people}
    if absent := [name for name in members if name not in named]:
        blocks.append(Paragraph((Span(context.t(_UNMATCHED.format(names=", ".join(absent)))),), "muted"))
    if not counted.whole:
        blocks.append(Paragraph((Span(context.t(_PARTLY)),), "muted"))
    return tuple(blocks)


def _people(context: Context, counted: Counted) -> list[tuple[str, dict[str, Done]]]:
    """Return the people and what they did by area, most commits first; members as the project names them."""
    project = context.submission.project
    members = project.members if project else ()
    persons = [Person(n, one.name, one.email.casefold(), one.account) for n, one in enumerate(members)]
    authors = {Identity(one.name, one.email): one for one in counted.authors}
    found: dict[str, dict[str, Done]] = {}
    for whose in attribute(authors, persons):
        often = max(whose.identities, key=lambda one: (authors[one].total.commits, one.name))
        name = members[whose.key].name if whose.key is not None else often.name
        name = visible(name).strip() or "?"
        weeks = [areas for one in whose.identities for areas in authors[one].weeks.values()]
        found[name] = by_area([found.get(name, {}), *weeks])
    return sorted(found.items(), key=lambda item: (-item[1][ALL].commits, item[0]))


def _counted(submission: Submission) -> Counted | None:
    """Read the history that the submission is part of, if there is one. Use with ``submission.once``."""
    from coursekit.git.shares import read_shares

    folders = {
        folder: key for key in _AREAS if key != "other" for folder in submission.milestone_folders(key)
    }

    def area(path: str) -> str:
        top, _, inside = path.partition("/")
        # What a folder was called before tells its milestone too.
        found = folders.get(top) or folder_area(top) if inside else None
        return found if found in _AREAS else "other"

    commit = getattr(submission.source, "commit", None)
    if commit is not None:
        return read_shares(submission.source.folder, str(commit.id), area)  # type: ignore[attr-defined]
    root = getattr(submission.source, "root", None)
    return read_shares(root, "HEAD", area) if isinstance(root, Path) and (root / ".git").is_dir() else None
