"""What the newest checks found of each milestone, counted by the database: many groups, few rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from coursekit.model import Level, Status
from coursekit.store.schema import check_runs, findings, repositories
from coursekit.store.transaction import Reader

# Databases limit how deep a condition may be.
_MOST_CONDITIONS = 100


@dataclass(frozen=True, slots=True)
class NewestRun:
    """The newest check of a group's present repository, of its present state or of that at a moment.

    Attributes
    ----------
    read : tuple of str
        Files of a folder: not kept here, as commits have none.
    content : str or None
        None where nothing could be read, `NOTHING` where there was nothing yet.
    """

    id: int
    group_id: int
    as_of: datetime | None
    commit: str | None
    content: str | None
    checked_at: datetime
    seen_at: datetime | None
    beside: int
    basis: str | None = None
    read: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of a milestone's requirements a check found how.

    Attributes
    ----------
    required, advised : int
        How many there are.
    required_open, advised_open : int
        How many of them are not met.
    unclear : int
        Required ones that could not be judged.
    """

    required: int = 0
    required_open: int = 0
    unclear: int = 0
    advised: int = 0
    advised_open: int = 0


def newest_runs(view: Reader) -> list[NewestRun]:
    """Give the newest check of every group and moment, by group."""
    columns = check_runs.c
    newest = sa.select(sa.func.max(columns.id)).group_by(columns.repository_id, columns.as_of)
    statement = (
        sa.select(
            columns.id,
            repositories.c.group_id,
            columns.as_of,
            columns.commit_hash,
            columns.content,
            columns.checked_at,
            columns.seen_at,
            columns.beside,
            columns.basis,
        )
        .join_from(check_runs, repositories)
        .where(columns.id.in_(newest), repositories.c.replaced_at.is_(None))
        .order_by(repositories.c.group_id, columns.id)
    )
    return [
        NewestRun(
            row.id,
            row.group_id,
            row.as_of,
            row.commit_hash,
            row.content,
            row.checked_at,
            row.seen_at,
            row.beside or 0,
            row.basis,
        )
        for row in view.all(statement)
    ]


def tallies(view: Reader, moments: Collection[tuple[str, datetime]]) -> dict[tuple[int, str | None], Tally]:
    """Count what the newest checks found, by the check's id and the milestone.

    Parameters
    ----------
    view : Reader
    moments : collection of (str, datetime)
        Milestones and deadlines: of the checks of a moment only these milestones are asked for. More may be given.
    """
    columns, runs = findings.c, check_runs.c
    newest = sa.select(sa.func.max(runs.id)).group_by(runs.repository_id, runs.as_of)
    required = columns.level == Level.REQUIRED.value
    open_ = columns.status == Status.NOT_MET.value
    unclear = columns.status == Status.NOT_JUDGED.value

    def count(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((sa.and_(*conditions), 1), else_=0))

    statement = (
        sa.select(
            columns.run_id,
            columns.milestone,
            count(required),
            count(required, open_),
            count(required, unclear),
            count(~required),
            count(~required, open_),
        )
        .where(columns.run_id.in_(newest))
        .group_by(columns.run_id, columns.milestone)
    )
    if len(moments) <= _MOST_CONDITIONS:
        asked: list[sa.ColumnElement[bool]] = [runs.as_of.is_(None)]
        asked += [sa.and_(runs.as_of == moment, columns.milestone == name) for name, moment in moments]
        statement = statement.join_from(findings, check_runs).where(sa.or_(*asked))
    rows = [tuple(row) for row in view.all(statement)]
    return {(run, name): Tally(*counts) for run, name, *counts in rows}
