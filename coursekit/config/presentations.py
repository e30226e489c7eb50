"""`[presentations]` of `course.toml`: in which sessions groups present, and for how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from coursekit.tomlread import Table

_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Presentations:
    """When groups present.

    Attributes
    ----------
    dates : tuple of datetime.date
        Of the sessions in which groups present.
    slot_minutes : int
        How long a group has, with questions.
    break_minutes : int
        Between two groups.
    """

    dates: tuple[dt.date, ...] = ()
    slot_minutes: int = 20
    break_minutes: int = 5


def presentations_of(table: Table, meetings: Collection[dt.date]) -> Presentations:
    """Read the table; every date must be that of a session.

    Raises
    ------
    InputError
        With the line.
    """
    default = Presentations()
    dates = table.dates("sessions")
    for day in dates:
        if day not in meetings:
            known = ", ".join(str(one) for one in sorted(set(meetings))[:12]) or "none"
            raise table.error(
                "sessions",
                f"expected dates of sessions, but there is no session on {day}",
                f"Sessions are on: {known}. Each is a table  [[sessions]]  with date, start and end.",
            )
    found = Presentations(
        tuple(sorted(set(dates))),
        table.whole("slot_minutes", default.slot_minutes, least=1) or default.slot_minutes,
        table.whole("break_minutes", default.break_minutes) or 0,
    )
    for key in ("slot_minutes", "break_minutes"):
        if getattr(found, key) > _DAY:
            raise table.error(key, f"expected at most {_DAY} minutes, but found {getattr(found, key)}")
    table.done()
    return found
