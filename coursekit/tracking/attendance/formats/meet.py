"""Google Meet: the attendance report, a sheet with times of the day."""

from __future__ import annotations

from coursekit.tracking.attendance.format import Format

FORMAT = Format(
    title="Google Meet",
    columns={
        "first_name": ("first name", "vorname"),
        "last_name": ("last name", "nachname"),
        "email": ("email", "e mail", "e mail adresse"),
        "duration": ("duration", "dauer"),
        "joined": ("time joined", "beitrittszeit", "uhrzeit des beitritts"),
        "left": ("time exited", "verlassenszeit", "uhrzeit des verlassens"),
    },
    needs=(("first_name",), ("last_name",), ("duration",), ("joined",)),
    own=frozenset(("time joined", "time exited")),
)
