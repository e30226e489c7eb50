"""What lists of participants would change: whom their rows are about, and how long each student was there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from coursekit.config.course import Session
from coursekit.errors import InputError
from coursekit.store import Reader
from coursekit.store.aliases import list_aliases
from coursekit.store.attendance import list_imports, list_rows
from coursekit.store.people import comparable, list_students
from coursekit.store.records import AttendanceImport, AttendanceRow, NewAttendanceRow, SessionKey
from coursekit.store.tombstones import list_tombstones
from coursekit.text import one_line
from coursekit.tracking.attendance.assign import Seen, assign
from coursekit.tracking.attendance.match import Match, Matcher
from coursekit.tracking.attendance.place import Placed, SessionList
from coursekit.tracking.attendance.sessions import called, span_of
from coursekit.tracking.attendance.spans import Span, Stay, counted
from coursekit.tracking.attendance.tally import tally

#: A course has up to 1,000 students, who come with devices and guests.
MOST_PEOPLE = 5_000


@dataclass(frozen=True, slots=True)
class Seat:
    """All rows of one name and address in one list.

    Attributes
    ----------
    lines : tuple of int
    name : str
    email : str or None
    match : Match
    seconds : int
        Of these rows, within the session.
    """

    lines: tuple[int, ...]
    name: str
    email: str | None
    match: Match
    seconds: int


@dataclass(frozen=True, slots=True)
class ListPlan:
    """What becomes of one list.

    Attributes
    ----------
    placed : SessionList
    seats : tuple of Seat
    rows : tuple of NewAttendanceRow
    unchanged : bool
        Whether it was read before, with the same rows.
    replaces : tuple of AttendanceImport
        Lists that count no longer then.
    notes : tuple of str
        What to know about it.
    """

    placed: SessionList
    seats: tuple[Seat, ...]
    rows: tuple[NewAttendanceRow, ...]
    unchanged: bool = False
    replaces: tuple[AttendanceImport, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """What becomes of one session.

    Attributes
    ----------
    session : Session
    lists : tuple of ListPlan
    changes : tuple of (AttendanceRow, Match)
        Rows read before that are about somebody else, as it is known now.
    seconds : mapping
        Of each student who was there, by id, all lists together.
    """

    session: Session
    lists: tuple[ListPlan, ...]
    changes: tuple[tuple[AttendanceRow, Match], ...] = ()
    seconds: Mapping[int, int] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        """Whether there is anything to store."""
        return bool(self.changes) or any(not one.unchanged for one in self.lists)


def matcher_of(view: Reader) -> Matcher:
    """Return what finds the course's students, also those who dropped out."""
    return Matcher(list_students(view, left=True), list_aliases(view, "meeting"), list_tombstones(view))


def plan_lists(
    view: Reader, placed: Sequence[SessionList], *, replace: bool, force: bool
) -> list[SessionPlan]:
    """Say what lists would change.

    Parameters
    ----------
    view : Reader
    placed : sequence of SessionList
    replace : bool
        Whether a list takes the place of the one that was read for its session before.
    force : bool
        Whether the same totals may count for two sessions.

    Raises
    ------
    InputError
        If it is not clear what is to be replaced, the same file counts already, or there are too many people.
    """
    for one in placed:
        people = len({(row.name, row.email) for row in one.rows})
        if people > MOST_PEOPLE:
            raise InputError(
                f"expected at most {MOST_PEOPLE:,} participants in {one_line(one.listing.source, 80)}, but found "
                f"{people:,}",
                "Check that it is the right file.",
            )
    matcher = matcher_of(view)
    by_session: dict[SessionKey, list[SessionList]] = {}
    for one in placed:
        by_session.setdefault(one.session.key, []).append(one)
    everything = list_imports(view)
    return [
        _plan_session(view, several, everything, matcher, replace=replace, force=force)
        for several in by_session.values()
    ]


def _plan_session(
    view: Reader,
    placed: Sequence[SessionList],
    everything: Sequence[AttendanceImport],
    matcher: Matcher,
    *,
    replace: bool,
    force: bool,
) -> SessionPlan:
    session = placed[0].session
    imports = [one for one in everything if one.session == session.key]
    old = {one.id: list_rows(view, [one.id]) for one in imports}
    new: list[tuple[SessionList, bool, tuple[AttendanceImport, ...], tuple[str, ...]]] = []
    contents: set[str] = set()
    for one in placed:
        known = [each for each in imports if each.content == one.listing.content]
        twice = one.listing.content in contents
        contents.add(one.listing.content)
        if twice or (known and [_raw(row) for row in old[known[0].id]] == [_raw(row) for row in one.rows]):
            new.append((one, True, (), ()))
            continue
        replaced = _replaced(one, imports, replace=replace, same=known)
        imports = [each for each in imports if each not in replaced]
        new.append((one, False, replaced, _notes(one, imports, everything, force=force)))
    kept = [row for one in imports for row in old[one.id]]
    fresh = [(at, row) for at, (one, unchanged, _, _) in enumerate(new) if not unchanged for row in one.rows]
    several = len(imports) + len(new) > 1
    sources = {one.id: one.source for one in imports}
    seen = [_seen(row, sources[row.import_id] if several else "") for row in kept]
    seen += [_seen(row, new[at][0].listing.source if several else "") for at, row in fresh]
    matches = assign(seen, matcher)
    during = span_of(session)
    changes = tuple(
        (row, match)
        for row, match in zip(kept, matches, strict=False)
        if (row.student_id, row.how, row.score)
        != (match.student.id if match.student else None, match.how, match.score)
    )
    changed = dict(zip((row.id for row in kept), matches, strict=False))
    lists = []
    counted_rows = [[_matched(row, changed[row.id]) for row in old[one.id]] for one in imports]
    fresh_matches = list(zip(fresh, matches[len(kept) :], strict=True))
    for at, (one, unchanged, replaced, notes) in enumerate(new):
        if unchanged:
            same = {each.id for each in imports if each.content == one.listing.content}
            before = {row.line: changed[row.id] for row in kept if row.import_id in same}
            own = [(row, before.get(row.line) or matcher.find(row.name, row.email)) for row in one.rows]
        else:
            own = [(row, match) for (place, row), match in fresh_matches if place == at]
        rows = tuple(_matched(row, match) for row, match in own)
        if not unchanged:
            counted_rows.append(list(rows))
        seats = _seats(own, during, elsewhere=not one.overlaps)
        lists.append(ListPlan(one, seats, rows, unchanged, replaced, notes))
    return SessionPlan(session, tuple(lists), changes, tally(counted_rows, during))


def _raw(row: Placed | AttendanceRow) -> tuple[object, ...]:
    return row.line, row.name, row.email, row.span, row.seconds


def _seen(row: Placed | AttendanceRow, source: str) -> Seen:
    where = f"line {row.line} of {one_line(source, 60)}" if source else f"line {row.line}"
    return Seen(row.name, row.email, row.span, where)


def _matched(row: Placed | AttendanceRow, match: Match) -> NewAttendanceRow:
    student_id = match.student.id if match.student else None
    return NewAttendanceRow(
        row.line, row.name, row.email, row.span, row.seconds, student_id, match.how, match.score
    )


def _seats(rows: Sequence[tuple[Placed, Match]], during: Span, *, elsewhere: bool) -> tuple[Seat, ...]:
    found: dict[tuple[str, str], list[tuple[Placed, Match]]] = {}
    for row, match in rows:
        found.setdefault((comparable(row.name), comparable(row.email or "")), []).append((row, match))
    seats = []
    for own in found.values():
        stays = [Stay(row.span, row.seconds, elsewhere) for row, _ in own]
        first, match = own[0]
        lines = tuple(row.line for row, _ in own)
        seats.append(Seat(lines, first.name, first.email, match, counted(stays, during)))
    return tuple(seats)


def _replaced(
    placed: SessionList,
    imports: Sequence[AttendanceImport],
    *,
    replace: bool,
    same: Sequence[AttendanceImport],
) -> tuple[AttendanceImport, ...]:
    where = one_line(placed.listing.source, 80)
    if not replace:
        if same:
            raise InputError(
                f"expected a list that was not read yet, but {where} was read for {called(placed.session)} already, "
                "with other times or columns",
                "To read it as you say now:  --replace .",
            )
        return ()
    if not imports:
        return ()
    named = [one for one in imports if comparable(one.source) == comparable(placed.listing.source)]
    if len(imports) > 1 and len(named) != 1:
        listed = ", ".join(one_line(one.source, 60) for one in imports)
        raise InputError(
            f"expected one list that {where} replaces, but for {called(placed.session)} there are "
            f"{len(imports)}: {listed}",
            "Give it the name of the one that it corrects, or take a list back with  coursekit attendance withdraw .",
        )
    return tuple(named or imports)


def _notes(
    placed: SessionList,
    imports: Sequence[AttendanceImport],
    everything: Sequence[AttendanceImport],
    *,
    force: bool,
) -> tuple[str, ...]:
    listing = placed.listing
    notes = []
    elsewhere = [
        one for one in everything if one.content == listing.content and one.session != placed.session.key
    ]
    if elsewhere and not listing.has_times:
        day = elsewhere[0].session[0]
        message = f"the same file counts for the session on {day:%Y-%m-%d} already, and says no times"
        if not force:
            raise InputError(
                f"expected a list of {called(placed.session)} in {one_line(listing.source, 80)}, but {message}",
                "If it is right, add  --force .",
            )
        notes.append(message)
    if any(row.span is None and row.seconds is not None for row in placed.rows):
        notes.append(
            "it says how long, not when: minutes before and after the session cannot be told, and count up to its "
            "length"
        )
    if any(row.span is None and row.seconds is None for row in placed.rows):
        notes.append("it says neither how long nor when: who is in it counts as there for the whole session")
    if not placed.overlaps:
        notes.append("it is of a meeting at another time; each minute counts, up to the session's length")
    if imports:
        named = any(comparable(one.source) == comparable(listing.source) for one in imports)
        more = (
            " one of that name; if it is a correction, use --replace"
            if named
            else f" {', '.join(one_line(one.source, 60) for one in imports)}"
        )
        notes.append(f"it is counted together with{more}")
    return tuple(notes)
