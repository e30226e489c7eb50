"""Which session a list of participants is of, and which of its rows belong to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coursekit.config import Course
from coursekit.config.course import Session
from coursekit.errors import InputError
from coursekit.text import one_line, plural
from coursekit.tracking.attendance.listing import Entry, Listing, Remark
from coursekit.tracking.attendance.moments import Order, Stamp, moment, possible_orders
from coursekit.tracking.attendance.sessions import UnclearSessionError, called, session_called, span_of
from coursekit.tracking.attendance.spans import Span, covered, overlaps

#: Rows from so long before the start to so long after the end belong to a session.
BEFORE = dt.timedelta(minutes=30)
AFTER = dt.timedelta(minutes=120)
_LONGEST = dt.timedelta(hours=24)
# Who joins in the evening and leaves after midnight, by times of the day, does not stay longer.
_NIGHT = dt.timedelta(hours=12)
# One session is meant if so much of the time lies in it.
_MOST_OF_IT = 0.9


@dataclass(frozen=True, slots=True)
class Placed:
    """A row with its moments in UTC; without a span, how long is all that is known, or not even that."""

    line: int
    name: str
    email: str | None
    span: Span | None
    seconds: int | None


@dataclass(frozen=True, slots=True)
class SessionList:
    """A list of participants and its session.

    Attributes
    ----------
    listing : Listing
    session : Session
    rows : tuple of Placed
        Those that belong to the session.
    outside : tuple of Remark
        Those that do not.
    rejected : tuple of Remark
        Those that cannot be read, of the listing or now.
    overlaps : bool
        Whether the meeting was at the session's time at all.
    """

    listing: Listing
    session: Session
    rows: tuple[Placed, ...]
    outside: tuple[Remark, ...]
    rejected: tuple[Remark, ...]
    overlaps: bool


def place(course: Course, listing: Listing, session: Session | None, zone: dt.tzinfo) -> SessionList:
    """Find a listing's session, unless it is given, and the rows that belong to it.

    Parameters
    ----------
    course : Course
    listing : Listing
    session : Session or None
    zone : tzinfo
        Of times that state none.

    Raises
    ------
    InputError
        If dates contradict each other, or the session is not clear (`UnclearSessionError`).
    """
    readings = [_Reading(listing, order, zone, session) for order in _orders(listing)]
    if session is None:
        session, reading = _find(course, listing, readings)
    else:
        reading = max(readings, key=lambda one: one.closeness(span_of(session)))
    during = span_of(session)
    near = during[0] - BEFORE, during[1] + AFTER
    meets = not reading.spans or any(overlaps(span, during) for span in reading.spans)
    rows, outside = [], []
    for row in reading.rows:
        # Of a meeting at another time all of it counts, if it counts at all.
        if row.span is None or not meets or overlaps(row.span, near) or near[0] <= row.span[0] <= near[1]:
            rows.append(row)
        else:
            when = _shown(row.span, session.start.tzinfo)
            outside.append(Remark(row.line, f"at another time, {when}", row.name))
    rejected = (*listing.rejected, *reading.rejected)
    return SessionList(
        listing,
        session,
        tuple(rows),
        tuple(outside),
        tuple(sorted(rejected, key=lambda remark: remark.line)),
        meets,
    )


def _orders(listing: Listing) -> Sequence[Order | None]:
    # What stands above a table of totals is all there is then; lines are asked for only where two contradict.
    stamps = list(_stamps(listing)) or [(1, one) for one in (listing.start, listing.end) if one]
    if not any(stamp.parts for _, stamp in stamps):
        return [None]
    orders = possible_orders(stamp for _, stamp in stamps)
    if orders:
        return orders
    shown = []
    for at in (0, 1):
        line, text = next((line, one.text) for line, one in stamps if one.parts and one.parts[at] > 12)
        shown.append(f"{one_line(text, 30)!r} in line {line}")
    raise InputError(
        f"expected one order of day and month in {one_line(listing.source, 80)}, but found {' and '.join(shown)}",
        "A spreadsheet may have changed the dates: export the list again, and import it as it is.",
    )


def _stamps(listing: Listing) -> Iterator[tuple[int, Stamp]]:
    for entry in listing.entries:
        for stamp in (entry.joined, entry.left):
            if stamp is not None:
                yield entry.line, stamp


class _Reading:
    """The rows of a listing, when day and month stand in one order."""

    def __init__(
        self, listing: Listing, order: Order | None, zone: dt.tzinfo, session: Session | None
    ) -> None:
        self.day = session.start.date() if session else None
        self.order, self.zone = order, zone
        self.rows: list[Placed] = []
        self.rejected: list[Remark] = []
        for entry in listing.entries:
            try:
                span = self._span(entry)
            except InputError as error:
                self.rejected.append(Remark(entry.line, error.message, entry.name))
                continue
            self.rows.append(Placed(entry.line, entry.name, entry.email, span, entry.seconds))
        self.spans = [row.span for row in self.rows if row.span]
        if not self.spans and listing.start:
            self.spans = self._meeting(listing)

    def _moment(self, stamp: Stamp) -> dt.datetime:
        return moment(stamp, self.order, self.zone, self.day)

    def _span(self, entry: Entry) -> Span | None:
        if entry.joined is None and entry.left is None:
            return None
        lasts = None if entry.seconds is None else dt.timedelta(seconds=entry.seconds)
        joined = self._moment(entry.joined) if entry.joined else None
        left = self._moment(entry.left) if entry.left else None
        if joined is None and left is not None and lasts is not None:
            joined = left - lasts
        if left is None and joined is not None and lasts is not None:
            left = joined + lasts
        if joined is None or left is None:
            raise InputError("expected when somebody joined and left, but found only one of the two")
        if left < joined and entry.left is not None:
            left = self._later(entry.left, joined, left)
        if left < joined:
            raise InputError("expected somebody to leave after joining, but it is the other way round")
        if left - joined > _LONGEST:
            raise InputError("expected somebody to stay for at most a day, but it is more")
        return joined, left

    def _later(self, stamp: Stamp, joined: dt.datetime, left: dt.datetime) -> dt.datetime:
        """Give when somebody left after midnight, or after clocks were put back."""
        if stamp.date is None and stamp.parts is None:
            next_day = left + dt.timedelta(days=1)
            return next_day if next_day - joined < _NIGHT else left
        second = left.astimezone(self.zone).replace(fold=1).astimezone(dt.UTC)
        return second if second >= joined else left

    def _meeting(self, listing: Listing) -> list[Span]:
        """Give the time of the meeting itself, for a list that has only totals."""
        assert listing.start is not None
        longest = max((entry.seconds or 0 for entry in listing.entries), default=0)
        try:
            start = self._moment(listing.start)
            end = self._moment(listing.end) if listing.end else start + dt.timedelta(seconds=longest)
        except InputError:
            return []
        return [(start, end)] if end > start else []

    def closeness(self, during: Span) -> tuple[int, float]:
        """Give how much of the rows lies in a session, and if nothing does, how near they are."""
        inside = sum(covered([span], during) for span in self.spans)
        distance = min((abs((span[0] - during[0]).total_seconds()) for span in self.spans), default=0.0)
        return inside, -distance


def _find(course: Course, listing: Listing, readings: Sequence[_Reading]) -> tuple[Session, _Reading]:
    where = one_line(listing.source, 80)
    if not course.sessions:
        session_called(course, "1")
    if not any(reading.spans for reading in readings):
        raise UnclearSessionError(
            f"expected times in {where} that tell the session, but found "
            + ("times of the day only" if listing.has_times else "none"),
            "Say which session it is of:  --session NUMBER .",
            course.sessions,
        )
    scored = [
        (reading.closeness(span_of(session))[0], session, reading)
        for reading in readings
        for session in course.sessions
    ]
    total = sum(score for score, _, _ in scored)
    if not total:
        reading = readings[0]
        when = _shown((min(reading.spans)[0], max(end for _, end in reading.spans)), _zone(course))
        raise InputError(
            f"expected a meeting at the time of a session, but {where} is of {when}",
            "Is it the right file? If the times are of another time zone, say so with  --time-zone ; if the "
            "session was held at another time, with  --session NUMBER --force .",
        )
    score, session, reading = max(scored, key=lambda one: one[0])
    if score >= _MOST_OF_IT * total:
        return session, reading
    may_be = sorted({one.number: one for inside, one, _ in scored if inside}.items())
    shown = " or ".join(called(one) for _, one in may_be)
    raise UnclearSessionError(
        f"expected a list of one session, but {where} may be of {shown}",
        "Say which one is meant:  --session NUMBER .",
        [one for _, one in may_be],
    )


def _zone(course: Course) -> dt.tzinfo | None:
    return course.sessions[0].start.tzinfo


def refusal(placed: SessionList) -> str:
    """Say why a list is probably not of its session; nothing if it may be."""
    if placed.overlaps:
        return ""
    rows = [row.span for row in placed.rows if row.span]
    session = placed.session
    zone = session.start.tzinfo
    start, end = min(rows)[0] if rows else None, max((span[1] for span in rows), default=None)
    when = f" is of {_shown((start, end), zone)}" if start and end else " has other times"
    return f"expected a meeting at the time of {called(session)}, but {one_line(placed.listing.source, 80)}{when}"


def hours_off(placed: SessionList) -> int:
    """Give by how many hours the list's times would have to be moved to fit its session; 0 if none do."""
    rows = [row.span for row in placed.rows if row.span]
    if placed.overlaps or not rows:
        return 0
    during = span_of(placed.session)
    fits = {
        hours: sum(
            covered([(a + dt.timedelta(hours=hours), b + dt.timedelta(hours=hours))], during) for a, b in rows
        )
        for hours in range(-14, 15)
    }
    best = max(fits, key=lambda hours: (fits[hours], -abs(hours)))
    return best if fits[best] else 0


def _shown(span: Span, zone: dt.tzinfo | None) -> str:
    start, end = (one.astimezone(zone) for one in span)
    if start.date() == end.date():
        return f"{start:%Y-%m-%d, %H:%M}–{end:%H:%M}"
    return f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"


def rejection(placed: SessionList) -> str:
    """Say which rows cannot be read."""
    first = "; ".join(f"line {one.line}: {one.message}" for one in placed.rejected[:5])
    more = f"; and {len(placed.rejected) - 5} more" if len(placed.rejected) > 5 else ""
    return (
        f"expected a list that can be read completely, but {plural(len(placed.rejected), 'row')} of "
        f"{one_line(placed.listing.source, 80)} cannot: {first}{more}"
    )
