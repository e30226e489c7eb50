"""How long somebody was in a session: time together is counted once.

Only the time from the session's start to its end counts. Who came early, or stayed for a talk afterwards, was not
longer in the session; and one who was there for the half hour before it and for half of it did not attend all of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Reports round to minutes.
_ROUNDED = 120

Span = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True, slots=True)
class Stay:
    """One row's time; see `coursekit.store.records.AttendanceRow`.

    Attributes
    ----------
    span : (datetime, datetime) or None
        From joining to leaving, in UTC.
    seconds : int or None
        How long, where the file says it. Less than the span means that somebody was away meanwhile, nobody knows when.
    elsewhere : bool
        Whether the file is of a meeting at another time, which counts for this session nevertheless.
    """

    span: Span | None
    seconds: int | None = None
    elsewhere: bool = False


def covered(spans: Iterable[Span], within: Span | None = None) -> int:
    """Give how many seconds lie in at least one of the spans, and in `within` if it is given."""
    total, until = 0.0, None
    for start, end in sorted(spans):
        if within is not None:
            start, end = max(start, within[0]), min(end, within[1])
        if until is not None:
            start = max(start, until)
        if end > start:
            total += (end - start).total_seconds()
            until = end
    return round(total)


def overlaps(one: Span, other: Span) -> bool:
    """Whether two spans have time in common."""
    return one[0] < other[1] and other[0] < one[1]


def length(session: Span) -> int:
    """Give a session's seconds; both ends are in UTC, as clocks may be changed between them."""
    return round((session[1] - session[0]).total_seconds())


def counted(stays: Sequence[Stay], session: Span) -> int:
    """Give for how many seconds of a session somebody was there, all rows of all files together.

    Spans that overlap count once. Rows without times are added up, but never beyond the session's length; beside
    rows with times only the larger of the two counts, as both may be about the same time.

    Parameters
    ----------
    stays : sequence of Stay
        Of one person.
    session : (datetime, datetime)
        In UTC.

    Returns
    -------
    int
        At most the session's length.
    """
    whole = length(session)
    here = [stay for stay in stays if stay.span and not stay.elsewhere]
    there = [stay for stay in stays if stay.span and stay.elsewhere]
    timed = _timed(here, session) + _timed(there, None)
    totals = sum(whole if stay.seconds is None else stay.seconds for stay in stays if stay.span is None)
    return min(whole, max(timed, totals))


def _timed(stays: Sequence[Stay], within: Span | None) -> int:
    exact: list[Span] = []
    every: list[Span] = []
    loose = 0
    for stay in stays:
        assert stay.span is not None
        every.append(stay.span)
        away = stay.seconds is not None and stay.seconds + _ROUNDED < length(stay.span)
        if away:
            loose += min(stay.seconds or 0, covered([stay.span], within))
        else:
            exact.append(stay.span)
    return min(covered(every, within), covered(exact, within) + loose) if loose else covered(every, within)
