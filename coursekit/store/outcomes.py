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
_AT_ONCE = 500


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


@dataclass(frozen=True, slots=True)
class OpenRequirement:
    """A required one that a group's newest check of the present state found not met, or could not judge."""

    group_id: int
    code: str
    milestone: str | None
    status: Status


def open_requirements(view: Reader) -> list[OpenRequirement]:
    """Give what is required and not met, or not judged, of every group's present state, in the order of the profile."""
    columns, runs = findings.c, check_runs.c
    newest = sa.select(sa.func.max(runs.id)).where(runs.as_of.is_(None)).group_by(runs.repository_id)
    statement = (
        sa.select(repositories.c.group_id, columns.code, columns.milestone, columns.status)
        .select_from(findings.join(check_runs).join(repositories))
        .where(
            columns.run_id.in_(newest),
            repositories.c.replaced_at.is_(None),
            columns.level == Level.REQUIRED.value,
            columns.status.in_([Status.NOT_MET.value, Status.NOT_JUDGED.value]),
        )
        .order_by(columns.run_id, columns.position)
    )
    return [
        OpenRequirement(group, code, milestone, Status(status))
        for group, code, milestone, status in map(tuple, view.all(statement))
    ]


@dataclass(frozen=True, slots=True)
class Change:
    """A requirement that the newest check of a group's present state found otherwise than an earlier one."""

    group_id: int
    code: str
    title: str
    milestone: str | None
    level: Level
    before: Status
    now: Status


def changes_since(view: Reader, since: datetime) -> list[Change]:
    """Compare what the newest check of each group found with what was known at a moment, requirement by requirement."""
    runs = check_runs.c
    present = runs.as_of.is_(None)
    newest = sa.select(sa.func.max(runs.id).label("id"), runs.repository_id).where(present)
    now = newest.group_by(runs.repository_id).subquery()
    then = newest.where(runs.checked_at <= since).group_by(runs.repository_id).subquery()
    new, old = findings.alias(), findings.alias()
    statement = (
        sa.select(
            repositories.c.group_id,
            new.c.code,
            new.c.title,
            new.c.milestone,
            new.c.level,
            old.c.status,
            new.c.status,
        )
        .select_from(
            now.join(then, now.c.repository_id == then.c.repository_id)
            .join(repositories, repositories.c.id == now.c.repository_id)
            .join(new, new.c.run_id == now.c.id)
            .join(old, sa.and_(old.c.run_id == then.c.id, old.c.code == new.c.code))
        )
        .where(repositories.c.replaced_at.is_(None), now.c.id != then.c.id, new.c.status != old.c.status)
        .order_by(repositories.c.group_id, new.c.position)
    )
    return [
        Change(group, code, title, milestone, Level(level), Status(before), Status(after))
        for group, code, title, milestone, level, before, after in map(tuple, view.all(statement))
    ]


def checked_before(view: Reader, since: datetime) -> set[int]:
    """Give the groups whose present repository had been checked by then."""
    statement = (
        sa.select(repositories.c.group_id)
        .join_from(check_runs, repositories)
        .where(
            check_runs.c.as_of.is_(None),
            check_runs.c.checked_at <= since,
            repositories.c.replaced_at.is_(None),
        )
        .distinct()
    )
    return {row.group_id for row in view.all(statement)}


@dataclass(frozen=True, slots=True)
class PastRun:
    """A check of a group's present state, and how many requirements it found how."""

    group_id: int
    checked_at: datetime
    commit: str | None
    met: int
    required_open: int
    advised_open: int


def past_runs(view: Reader, group_id: int, *, most: int = 10) -> list[PastRun]:
    """Give the newest checks of a group's present state, the newest first, also of replaced repositories."""
    runs = check_runs.c
    newest = (
        sa.select(runs.id, runs.checked_at, runs.commit_hash)
        .join_from(check_runs, repositories)
        .where(repositories.c.group_id == group_id, runs.as_of.is_(None))
        .order_by(runs.id.desc())
        .limit(most)
    )
    found = view.all(newest)
    tally: dict[int, list[tuple[Level, Status]]] = {row.id: [] for row in found}
    for run_id, _, _, level, status in statuses(view, tally):
        tally[run_id].append((level, status))
    return [
        PastRun(
            group_id,
            row.checked_at,
            row.commit_hash,
            sum(status is Status.MET for _, status in tally[row.id]),
            tally[row.id].count((Level.REQUIRED, Status.NOT_MET)),
            tally[row.id].count((Level.ADVISED, Status.NOT_MET)),
        )
        for row in found
    ]


def statuses(view: Reader, run_ids: Collection[int]) -> list[tuple[int, str | None, str, Level, Status]]:
    """Give what single checks found, without the texts: the check, the milestone, the code, the level, the status."""
    columns, ids = findings.c, sorted(run_ids)
    found = []
    for start in range(0, len(ids), _AT_ONCE):
        statement = sa.select(
            columns.run_id, columns.milestone, columns.code, columns.level, columns.status
        ).where(columns.run_id.in_(ids[start : start + _AT_ONCE]))
        found += [
            (row.run_id, row.milestone, row.code, Level(row.level), Status(row.status))
            for row in view.all(statement)
        ]
    return found
