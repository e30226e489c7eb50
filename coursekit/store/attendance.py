"""Who was in which session for how long."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from coursekit.store.records import Presence
from coursekit.store.schema import attendance, attendance_imports
from coursekit.store.transaction import Reader


def list_presences(view: Reader) -> list[Presence]:
    """Give what is known of each student and session, in no order."""
    columns = attendance.c
    rows = view.all(sa.select(columns.student_id, columns.day, columns.turn, columns.seconds, columns.marked))
    return [Presence(row.student_id, (row.day, row.turn), row.seconds, row.marked) for row in rows]


def read_sessions(view: Reader) -> set[tuple[date, int]]:
    """Give the sessions, by day and turn, of which a file was read that still counts."""
    columns = attendance_imports.c
    rows = view.all(sa.select(columns.day, columns.turn).where(columns.replaced_at.is_(None)).distinct())
    return {(row.day, row.turn) for row in rows}
