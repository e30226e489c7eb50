"""Time together counts once, and only within the session."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from coursekit.tracking.attendance.spans import Span, Stay, counted, covered

ZERO = dt.datetime(2026, 10, 14, 16, tzinfo=dt.UTC)
SESSION = (ZERO, ZERO + dt.timedelta(minutes=120))


def span(start: float, end: float) -> Span:
    return ZERO + dt.timedelta(minutes=start), ZERO + dt.timedelta(minutes=end)


spans = st.tuples(st.integers(-60, 200), st.integers(0, 100)).map(lambda one: (one[0], one[0] + one[1]))


@given(st.lists(spans, max_size=8))
def test_a_minute_counts_once_however_often_it_is_listed(listed: list[tuple[int, int]]) -> None:
    """Compared with looking at each minute of the session."""
    expected = sum(any(start <= minute < end for start, end in listed) for minute in range(120))
    stays = [Stay(span(*one)) for one in listed]
    assert counted(stays, SESSION) == expected * 60
    assert counted([*stays, *stays], SESSION) == counted(list(reversed(stays)), SESSION) == expected * 60


@given(st.lists(spans, min_size=1, max_size=5), st.integers(0, 7200))
def test_who_was_away_meanwhile_gets_no_more_than_the_file_says(
    listed: list[tuple[int, int]], seconds: int
) -> None:
    whole = counted([Stay(span(*one)) for one in listed], SESSION)
    away = counted([Stay(span(*one), seconds) for one in listed], SESSION)
    assert away <= whole


def test_early_and_late_minutes_do_not_make_a_session_longer() -> None:
    assert counted([Stay(span(-30, 30))], SESSION) == 30 * 60
    assert counted([Stay(span(-30, 240))], SESSION) == 120 * 60
    assert counted([Stay(span(-30, 0))], SESSION) == counted([], SESSION) == 0


def test_first_and_last_time_are_no_stay() -> None:
    """From the first joining to the last leaving two hours passed, of which somebody was there for one."""
    assert counted([Stay(span(0, 120), 3600)], SESSION) == 3600
    # Minutes are rounded: a minute less says nothing.
    assert counted([Stay(span(0, 120), 7140)], SESSION) == 7200
    assert counted([Stay(span(0, 120), 3600), Stay(span(0, 30))], SESSION) == 5400


def test_totals_add_up_to_the_session_at_most() -> None:
    assert counted([Stay(None, 3000), Stay(None, 600)], SESSION) == 3600
    assert counted([Stay(None, 9000)], SESSION) == counted([Stay(None)], SESSION) == 7200
    # The totals may be of the same time as the stays.
    assert counted([Stay(None, 3600), Stay(span(0, 30))], SESSION) == 3600


def test_a_meeting_at_another_time_counts_besides() -> None:
    stays = [Stay(span(-600, -570), elsewhere=True), Stay(span(0, 30))]
    assert counted(stays, SESSION) == 3600


def test_clocks_that_are_put_back_make_a_night_longer() -> None:
    start = dt.datetime(2026, 10, 25, 0, tzinfo=dt.UTC)
    assert covered([(start, start + dt.timedelta(hours=2))]) == 7200
