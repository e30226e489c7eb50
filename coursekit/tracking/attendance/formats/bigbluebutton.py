"""BigBlueButton: the session data of its learning dashboard; of people who came back it has only the first and last time."""

from __future__ import annotations

from coursekit.tracking.attendance.format import Format, Table


def _choose(tables: list[Table]) -> list[Table]:
    """Leave out the row that holds the answers of anonymous polls."""

    def is_person(cells: dict[str, str]) -> bool:
        return any(value for field, value in cells.items() if field != "name")

    return [Table(one.headings, tuple(row for row in one.rows if is_person(row[1]))) for one in tables]


FORMAT = Format(
    title="BigBlueButton",
    columns={
        "name": ("name",),
        "joined": ("join", "joined", "beitritt", "beigetreten", "teilnahme"),
        "left": ("left", "leave", "verlassen", "gegangen"),
        "duration": ("duration", "dauer", "online time", "online zeit"),
    },
    needs=(("name",), ("joined",), ("left",), ("duration",)),
    own=frozenset(
        (
            *("moderator", "activity score", "talk time", "webcam time", "raise hands", "poll votes"),
            *(
                "aktivitätswert",
                "aktivitätspunktzahl",
                "sprechzeit",
                "redezeit",
                "webcam zeit",
                "handzeichen",
            ),
        )
    ),
    choose=_choose,
)
