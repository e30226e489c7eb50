"""Settles once whom a name in lists of participants stands for, in the lists read before and in those to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coursekit.config import Course
from coursekit.errors import InputError
from coursekit.people import People, Person, fold
from coursekit.store import Reader, Transaction, open_store
from coursekit.store.aliases import alias_key, forget_alias, list_aliases, settle_alias
from coursekit.store.attendance import change_row, list_imports, list_rows
from coursekit.store.people import list_students
from coursekit.store.records import Alias, AttendanceRow, SessionKey
from coursekit.text import nearest, one_line
from coursekit.tracking.attendance.assign import Seen, assign
from coursekit.tracking.attendance.match import Match
from coursekit.tracking.attendance.plan import matcher_of
from coursekit.tracking.attendance.sessions import span_of
from coursekit.tracking.attendance.spans import Span, Stay, counted, overlaps
from coursekit.tracking.attendance.tally import recount

REASON = "settled whom a name in a list of participants stands for"


@dataclass(frozen=True, slots=True)
class Unclear:
    """A name in lists, and nobody knows whose it is.

    Attributes
    ----------
    name : str
    email : str or None
    places : tuple of (session, str, int, int)
        The session's day and turn, the list, the line, and the seconds within the session.
    match : Match
        Who may be meant.
    """

    name: str
    email: str | None
    places: tuple[tuple[SessionKey, str, int, int], ...]
    match: Match


@dataclass(frozen=True, slots=True)
class Settled:
    """What a decision changed.

    Attributes
    ----------
    name : str
    email : str or None
    student : str or None
        With the e-mail address; None for nobody of the course.
    rows, seconds : int
        How many rows of lists got another student, and how many times in a session changed.
    """

    name: str
    email: str | None
    student: str | None
    rows: int
    seconds: int


@dataclass(frozen=True, slots=True)
class _Lists:
    """The rows of a session, of all its lists, and whose they are as it is known now."""

    session: SessionKey
    rows: tuple[AttendanceRow, ...]
    sources: tuple[str, ...]
    matches: tuple[Match, ...]

    def elsewhere(self, during: Span | None) -> set[int]:
        """Give the lists that are of a meeting at another time."""
        spans = [(row.import_id, row.span) for row in self.rows if row.span and during]
        here = {import_id for import_id, span in spans if during and overlaps(span, during)}
        return {import_id for import_id, _ in spans} - here


def list_unclear(course: Course) -> list[Unclear]:
    """Give the names that wait for a decision, those with the most time first."""
    with open_store(course.store, create=False) as store, store.read() as view:
        spans = {session.key: span_of(session) for session in course.sessions}
        found: dict[str, tuple[AttendanceRow, Match, list[tuple[SessionKey, str, int, int]]]] = {}
        for lists in _all_lists(view):
            during = spans.get(lists.session)
            elsewhere = lists.elsewhere(during)
            for row, source, match in zip(lists.rows, lists.sources, lists.matches, strict=True):
                if match.how != "none":
                    continue
                stay = Stay(row.span, row.seconds, row.import_id in elsewhere)
                seconds = counted([stay], during) if during else 0
                _, _, places = found.setdefault(alias_key(row.name, row.email), (row, match, []))
                places.append((lists.session, source, row.line, seconds))
    unclear = [Unclear(row.name, row.email, tuple(places), match) for row, match, places in found.values()]
    return sorted(unclear, key=lambda one: -sum(place[3] for place in one.places))


def _all_lists(view: Reader) -> list[_Lists]:
    imports = {one.id: one for one in list_imports(view)}
    matcher = matcher_of(view)
    by_session: dict[SessionKey, list[AttendanceRow]] = {}
    for row in list_rows(view, list(imports)):
        by_session.setdefault(imports[row.import_id].session, []).append(row)
    found = []
    for session, rows in sorted(by_session.items()):
        sources = [imports[row.import_id].source for row in rows]
        several = len(set(sources)) > 1
        seen = [
            Seen(
                row.name,
                row.email,
                row.span,
                f"line {row.line} of {one_line(source, 60)}" if several else f"line {row.line}",
            )
            for row, source in zip(rows, sources, strict=True)
        ]
        found.append(_Lists(session, tuple(rows), tuple(sources), tuple(assign(seen, matcher))))
    return found


def rematch(tx: Transaction, course: Course, *, reason: str = REASON) -> tuple[int, int]:
    """Match every row anew with what is known by now, and count the sessions that this concerns.

    Returns
    -------
    tuple of int
        How many rows got another student, and how many times in a session changed.
    """
    spans = {session.key: span_of(session) for session in course.sessions}
    changed = times = 0
    for lists in _all_lists(tx):
        here = 0
        for row, match in zip(lists.rows, lists.matches, strict=True):
            student_id = match.student.id if match.student else None
            if (row.student_id, row.how, row.score) != (student_id, match.how, match.score):
                change_row(tx, row.id, student_id, match.how, match.score)
                here += row.student_id != student_id
                changed += row.student_id != student_id
        if here and lists.session in spans:
            times += recount(tx, lists.session, spans[lists.session], reason=reason)
    return changed, times


def settle_names(
    course: Course,
    *,
    names: Sequence[tuple[str, str]] = (),
    nobody: Sequence[str] = (),
    forget: Sequence[str] = (),
    reason: str = "",
) -> list[Settled]:
    """Say whom names in lists stand for, in one transaction: all of it, or nothing.

    Parameters
    ----------
    course : Course
    names : sequence of (str, str)
        A name or an e-mail address as it stands in a list, and a student: an e-mail address, account or name.
    nobody : sequence of str
        Names of people who are not of the course: instructors, guests.
    forget : sequence of str
        Names that were settled and are to be matched as if they had not been.
    reason : str, optional
        For the audit.

    Raises
    ------
    InputError
        If there is no such name or student, or several.
    """
    why = reason.strip() or REASON
    with open_store(course.store, create=False) as store, store.transaction("attendance review") as tx:
        known = _known(tx)
        aliases = list_aliases(tx, "meeting")
        students = list_students(tx, left=True)
        people = People(Person(one.id, one.name, one.email or "", one.account or "") for one in students)
        done: list[tuple[str, str | None, str | None]] = []
        for name, wanted in names:
            person = people.find(wanted)
            # Namesakes are told apart by their addresses.
            student = f"{person.name} <{person.email}>" if person.email else person.name
            done.append((*_settle(tx, _named(name, known, aliases), person.id, why), student))
        for name in nobody:
            done.append((*_settle(tx, _named(name, known, aliases), None, why), None))
        for name in forget:
            done.append((*_forget(tx, name, aliases, why), None))
        rows, times = rematch(tx, course, reason=why)
    # What one decision changes cannot be told apart from what another does: the last one says all of it.
    settled = [Settled(name, email, student, 0, 0) for name, email, student in done]
    if settled:
        last = settled[-1]
        settled[-1] = Settled(last.name, last.email, last.student, rows, times)
    return settled


def match_again(course: Course) -> tuple[int, int]:
    """Match what waits with the roster as it is now; give how many rows and times in a session changed."""
    with open_store(course.store, create=False) as store, store.transaction("attendance review") as tx:
        return rematch(tx, course)


def _settle(
    tx: Transaction, named: tuple[str, str | None], student_id: int | None, reason: str
) -> tuple[str, str | None]:
    settle_alias(tx, "meeting", named[0], named[1], student_id, reason=reason)
    return named


def _known(view: Reader) -> dict[str, tuple[str, str | None]]:
    imports = [one.id for one in list_imports(view)]
    return {alias_key(row.name, row.email): (row.name, row.email) for row in list_rows(view, imports)}


def _named(
    text: str, known: dict[str, tuple[str, str | None]], aliases: dict[str, Alias]
) -> tuple[str, str | None]:
    """Find the name or address in lists that somebody typed."""
    wanted = fold(text)
    # What was settled may be settled otherwise, also after its list was taken back.
    every = {key: (one.name, one.email) for key, one in aliases.items()} | known
    found = [
        pair
        for pair in every.values()
        if wanted in (fold(pair[1] or ""), fold(f"{pair[0]} <{pair[1] or ''}>"))
    ]
    found = found or [pair for pair in every.values() if fold(pair[0]) == wanted]
    if len(found) == 1:
        return found[0]
    shown = repr(one_line(text, 60))
    if found:
        addresses = ", ".join(one_line(email, 60) if email else "without an address" for _, email in found)
        raise InputError(
            f"expected one participant, but {len(found)} are called {shown}: {addresses}",
            f"Write the e-mail address instead of the name, or  {one_line(text, 60)} <>  for the one without.",
        )
    close = nearest(text, [part for pair in every.values() for part in pair if part])
    raise InputError(
        f"expected a name as it stands in a list that was read, but {shown} is in none",
        f"Did you mean {one_line(close, 60)!r}?"
        if close
        else "See  coursekit attendance review  for those that wait.",
    )


def _forget(tx: Transaction, text: str, aliases: dict[str, Alias], reason: str) -> tuple[str, str | None]:
    settled = {key: (one.name, one.email) for key, one in aliases.items()}
    name, email = _named(text, settled, {})
    forget_alias(tx, aliases[alias_key(name, email)], reason=reason)
    return name, email
