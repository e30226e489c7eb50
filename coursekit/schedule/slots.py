"""Divides sessions into slots."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from coursekit.config import Presentations, Session
from coursekit.errors import InputError

#: More presentations than any course has; mistaken settings must not fill the memory.
MOST = 2000


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """When one group can present; `position` counts within the session from 0."""

    start: dt.datetime
    end: dt.datetime
    position: int = 0

    @property
    def shown(self) -> str:
        """As people type it: ``2027-01-20 18:00``."""
        return f"{self.start:%Y-%m-%d %H:%M}"


def make_slots(sessions: Sequence[Session], settings: Presentations) -> tuple[Slot, ...]:
    """Return the slots of the sessions in which groups present, the earliest first.

    Raises
    ------
    InputError
        If no session is for presentations, one is too short for a slot, or two of them overlap.
    """
    chosen = sorted(
        (one for one in sessions if one.start.date() in settings.dates), key=lambda one: one.start
    )
    if not chosen:
        raise InputError(
            "expected sessions in which groups present, but course.toml names none",
            "Add a table  [presentations]  with  sessions = [2027-01-20, 2027-01-27] , dates of [[sessions]].",
        )
    for one, other in pairwise(chosen):
        if other.start < one.end:
            raise InputError(
                f"expected presentation sessions one after the other, but those of {one.start:%Y-%m-%d %H:%M} "
                f"and {other.start:%Y-%m-%d %H:%M} overlap",
                "Correct their times in course.toml.",
            )
    length = dt.timedelta(minutes=settings.slot_minutes)
    pause = dt.timedelta(minutes=settings.break_minutes)
    slots: list[Slot] = []
    for session in chosen:
        # In UTC: a night on which clocks change has no slot of minus forty minutes.
        zone = session.start.tzinfo
        start, end, position = session.start.astimezone(dt.UTC), session.end.astimezone(dt.UTC), 0
        if start + length > end:
            minutes = int((end - start).total_seconds() // 60)
            raise InputError(
                f"expected a session that holds a slot of {settings.slot_minutes} minutes, but that of "
                f"{session.start:%Y-%m-%d %H:%M} has {minutes}",
                "Make slot_minutes in [presentations] smaller, or the session longer.",
            )
        while start + length <= end:
            slots.append(Slot(start.astimezone(zone), (start + length).astimezone(zone), position))
            start, position = start + length + pause, position + 1
    if len(slots) > MOST:
        raise InputError(
            f"expected at most {MOST} slots, but the sessions hold {len(slots)}", "Make slot_minutes larger."
        )
    return tuple(slots)
