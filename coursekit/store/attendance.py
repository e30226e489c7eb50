"""Who was in which session for how long: the lists that were read, and what was counted or marked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from coursekit.store.identity import erased_name
from coursekit.store.records import (
    AttendanceImport,
    AttendanceRow,
    Marked,
    MatchedHow,
    NewAttendanceRow,
    Presence,
    SessionKey,
)
from coursekit.store.schema import attendance, attendance_imports, attendance_rows, students
from coursekit.store.transaction import Reader, Transaction

# Databases limit the parameters of a statement.
_AT_ONCE = 500


def list_presences(view: Reader, session: SessionKey | None = None) -> list[Presence]:
    """Give what is known of each student and session, or of one session, in no order."""
    columns = attendance.c
    statement = sa.select(columns.student_id, columns.day, columns.turn, columns.seconds, columns.marked)
    if session is not None:
        statement = statement.where(columns.day == session[0], columns.turn == session[1])
    return [
        Presence(row.student_id, (row.day, row.turn), row.seconds, row.marked) for row in view.all(statement)
    ]


def read_sessions(view: Reader) -> set[SessionKey]:
    """Give the sessions, by day and turn, of which a file was read that still counts."""
    columns = attendance_imports.c
    rows = view.all(sa.select(columns.day, columns.turn).where(columns.replaced_at.is_(None)).distinct())
    return {(row.day, row.turn) for row in rows}


def known_sessions(view: Reader) -> set[SessionKey]:
    """Give the sessions of which the store knows anything: a file, or a mark."""
    columns = attendance.c
    rows = view.all(sa.select(columns.day, columns.turn).distinct())
    return read_sessions(view) | {(row.day, row.turn) for row in rows}


def attended_masks(view: Reader, needed: Sequence[tuple[SessionKey, int]]) -> dict[int, tuple[int, int]]:
    """Give in which sessions each student was, and in which not, as two numbers with a bit for each session.

    The database adds them up, so that a course's whole attendance is one row for each student.

    Parameters
    ----------
    view : Reader
    needed : sequence of (session, int)
        At most 60 sessions, the first one's bit being 1, and how many seconds it takes to have attended each.

    Returns
    -------
    dict
        Attended and missed by the student's id; of sessions that are in neither, nothing is known of the student.
    """
    columns = attendance.c

    def bits(value: Callable[[int, int], sa.ColumnElement[int]]) -> sa.ColumnElement[int]:
        by_session = (
            (sa.and_(columns.day == day, columns.turn == turn), value(1 << at, seconds))
            for at, ((day, turn), seconds) in enumerate(needed)
        )
        return sa.cast(sa.func.sum(sa.case(*by_session, else_=_number(0))), sa.BigInteger)

    def if_there(bit: int, seconds: int) -> sa.ColumnElement[int]:
        enough = sa.and_(columns.marked.is_(None), columns.seconds >= seconds)
        return sa.case((sa.or_(columns.marked == "attended", enough), _number(bit)), else_=_number(0))

    rows = view.all(
        sa.select(
            columns.student_id,
            bits(if_there).label("there"),
            bits(lambda bit, _: _number(bit)).label("known"),
        ).group_by(columns.student_id)
    )
    return {row.student_id: (row.there, row.known & ~row.there) for row in rows}


def _number(value: int) -> sa.ColumnElement[int]:
    return sa.literal(value, sa.BigInteger)


def list_imports(view: Reader, session: SessionKey | None = None) -> list[AttendanceImport]:
    """Give the lists that count, of one session or of all, in the order in which they were read."""
    columns = attendance_imports.c
    statement = sa.select(attendance_imports).where(columns.replaced_at.is_(None)).order_by(columns.id)
    if session is not None:
        statement = statement.where(columns.day == session[0], columns.turn == session[1])
    return [
        AttendanceImport(
            id=row.id,
            session=(row.day, row.turn),
            source=row.source,
            content=row.content,
            imported_at=row.imported_at,
            span=(row.starts_at, row.ends_at) if row.starts_at and row.ends_at else None,
        )
        for row in view.all(statement)
    ]


def add_import(
    tx: Transaction,
    session: SessionKey,
    source: str,
    content: str,
    span: tuple[datetime, datetime],
    rows: Iterable[NewAttendanceRow],
) -> int:
    """Keep a list of a session's participants, and give its id."""
    import_id = tx.insert(
        attendance_imports,
        day=session[0],
        turn=session[1],
        source=source,
        content=content,
        imported_at=tx.now,
        starts_at=span[0],
        ends_at=span[1],
    )
    tx.audit("add", "attendance_imports", import_id, "day", None, session[0])
    erased = {row.id for row in tx.all(sa.select(students.c.id).where(students.c.erased_at.is_not(None)))}
    tx.insert_many(
        attendance_rows,
        [
            {
                "import_id": import_id,
                "line": row.line,
                # The list still has the name.
                "name": erased_name(row.student_id or 0) if row.student_id in erased else row.name,
                "email": None if row.student_id in erased else row.email,
                "joined_at": row.span[0] if row.span else None,
                "left_at": row.span[1] if row.span else None,
                "seconds": row.seconds,
                "student_id": row.student_id,
                "how": row.how,
                "score": row.score,
            }
            for row in rows
        ],
    )
    return import_id


def withdraw_import(tx: Transaction, import_id: int, *, reason: str | None = None) -> None:
    """Let a list count no longer; its rows, which name people, are removed."""
    tx.execute(
        attendance_imports.update().where(attendance_imports.c.id == import_id).values(replaced_at=tx.now)
    )
    tx.execute(attendance_rows.delete().where(attendance_rows.c.import_id == import_id))
    tx.audit("change", "attendance_imports", import_id, "replaced_at", None, tx.now, reason)


def set_span(tx: Transaction, import_id: int, span: tuple[datetime, datetime]) -> None:
    """Note the session's times by which a list was counted."""
    tx.execute(
        attendance_imports.update()
        .where(attendance_imports.c.id == import_id)
        .values(starts_at=span[0], ends_at=span[1])
    )


def list_rows(view: Reader, imports: Collection[int] | None = None) -> list[AttendanceRow]:
    """Give the rows of lists that count, all or of some lists, in the order in which they stand there."""
    columns = attendance_rows.c
    if imports is None:
        imports = [one.id for one in list_imports(view)]
    found: list[AttendanceRow] = []
    for at in range(0, len(imports), _AT_ONCE):
        some = sorted(imports)[at : at + _AT_ONCE]
        statement = sa.select(attendance_rows).where(columns.import_id.in_(some)).order_by(columns.id)
        found += [
            AttendanceRow(
                id=row.id,
                import_id=row.import_id,
                line=row.line,
                name=row.name,
                email=row.email,
                span=(row.joined_at, row.left_at) if row.joined_at and row.left_at else None,
                seconds=row.seconds,
                student_id=row.student_id,
                how=row.how,
                score=row.score,
            )
            for row in view.all(statement)
        ]
    return found


def unclear_rows(view: Reader) -> dict[SessionKey, int]:
    """Give how many rows of each session wait for somebody who says whom they are about."""
    imports, rows = attendance_imports.c, attendance_rows.c
    statement = (
        sa.select(imports.day, imports.turn, sa.func.count().label("waiting"))
        .join_from(attendance_rows, attendance_imports)
        .where(imports.replaced_at.is_(None), rows.how == "none")
        .group_by(imports.day, imports.turn)
    )
    return {(row.day, row.turn): row.waiting for row in view.all(statement)}


def change_row(
    tx: Transaction, row_id: int, student_id: int | None, how: MatchedHow, score: int | None
) -> None:
    """Take a row for somebody else's."""
    values = {"student_id": student_id, "how": how, "score": score}
    tx.execute(attendance_rows.update().where(attendance_rows.c.id == row_id).values(**values))


def set_seconds(
    tx: Transaction, session: SessionKey, seconds: Mapping[int, int], *, reason: str | None = None
) -> int:
    """Keep how long students were in a session; the others were not there, as far as the lists say.

    Parameters
    ----------
    tx : Transaction
    session : tuple of datetime.date and int
    seconds : mapping
        By the student's id.
    reason : str, optional
        Where somebody decided something: the old and the new number go into the audit with it.

    Returns
    -------
    int
        For how many students something changed.
    """
    before = {row.student_id: row for row in _rows_of(tx, session)}
    new = sorted(seconds.keys() - before.keys())
    changed = [row for row in before.values() if row.seconds != seconds.get(row.student_id)]
    common = {"day": session[0], "turn": session[1], "changed_at": tx.now}
    tx.insert_many(attendance, [{"student_id": one, "seconds": seconds[one], **common} for one in new])
    for row in changed:
        after = seconds.get(row.student_id)
        if reason is not None:
            tx.audit("change", "attendance", row.id, "seconds", row.seconds, after, reason)
        if after is None and row.marked is None:
            tx.execute(attendance.delete().where(attendance.c.id == row.id))
        else:
            values = {"seconds": after, "changed_at": tx.now}
            tx.execute(attendance.update().where(attendance.c.id == row.id).values(**values))
    if reason is not None and new:
        added = {row.student_id: row.id for row in _rows_of(tx, session)}
        for one in new:
            tx.audit("add", "attendance", added[one], "seconds", None, seconds[one], reason)
    return len(new) + len(changed)


def set_mark(
    tx: Transaction, session: SessionKey, student_id: int, marked: Marked | None, reason: str
) -> Marked | None:
    """Mark that a student attended or missed a session, whatever the lists say; None takes the mark away.

    Returns
    -------
    {"attended", "missed"} or None
        What was marked before; the audit keeps it.
    """
    columns = attendance.c
    row = tx.first(
        sa.select(attendance).where(
            columns.student_id == student_id, columns.day == session[0], columns.turn == session[1]
        )
    )
    before: Marked | None = row.marked if row else None
    if row is None:
        if marked is not None:
            values = {"marked": marked, "reason": reason, "changed_at": tx.now}
            row_id = tx.insert(attendance, student_id=student_id, day=session[0], turn=session[1], **values)
            tx.audit("add", "attendance", row_id, "marked", None, marked, reason)
        return None
    if before == marked:
        return before
    tx.audit("change", "attendance", row.id, "marked", before, marked, reason)
    if marked is None and row.seconds is None:
        tx.execute(attendance.delete().where(columns.id == row.id))
    else:
        kept = reason if marked is not None else None
        values = {"marked": marked, "reason": kept, "changed_at": tx.now}
        tx.execute(attendance.update().where(columns.id == row.id).values(**values))
    return before


def mark_reasons(view: Reader, session: SessionKey) -> dict[int, str]:
    """Give why students were marked in a session, by their ids."""
    return {row.student_id: row.reason for row in _rows_of(view, session) if row.marked and row.reason}


def _rows_of(view: Reader, session: SessionKey) -> Sequence[sa.Row[tuple[object, ...]]]:
    columns = attendance.c
    return view.all(sa.select(attendance).where(columns.day == session[0], columns.turn == session[1]))
