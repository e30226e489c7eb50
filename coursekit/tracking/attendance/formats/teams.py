"""Microsoft Teams: the attendance report, whose last table has a row for each time that somebody joined."""

from __future__ import annotations

from coursekit.tracking.attendance.format import Format, Table


def _choose(tables: list[Table]) -> list[Table]:
    """Prefer the table of single stays to that of first arrivals and last departures, which is about the same people."""
    return [table for table in tables if table.rows][-1:] or tables[-1:]


FORMAT = Format(
    title="Microsoft Teams",
    columns={
        "name": ("name", "full name", "vollständiger name", "teilnehmer"),
        "email": ("email", "e mail", "e mail adresse", "participant id upn", "teilnehmer id upn"),
        "joined": (
            *("first join", "first join utc", "join time", "first join time", "erster beitritt"),
            *("zuerst beigetreten", "erste teilnahme", "beitrittszeit", "zeitpunkt des beitritts"),
        ),
        "left": (
            *("last leave", "last leave utc", "leave time", "last leave time", "letztes verlassen"),
            *("zuletzt verlassen", "letzter austritt", "verlassenszeit", "zeitpunkt des verlassens"),
        ),
        "duration": (
            *("in meeting duration", "duration", "dauer", "dauer der teilnahme", "besprechungsdauer"),
            *("dauer in besprechung", "dauer in der besprechung", "dauer der besprechungsteilnahme"),
        ),
    },
    needs=(("name",), ("joined",), ("left",), ("duration",)),
    own=frozenset(
        (
            *("full name", "in meeting duration", "first join", "last leave", "participant id upn", "role"),
            *("teilnehmer id upn", "rolle", "erster beitritt", "letztes verlassen", "first join utc"),
        )
    ),
    start=frozenset(("start time", "startzeit", "meeting start time")),
    end=frozenset(("end time", "endzeit", "meeting end time")),
    choose=_choose,
)
