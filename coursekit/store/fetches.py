"""What fetches of the groups' repositories brought, over time.

Their times are on the instructor's clock, unlike those of commits: what a fetch brought was there by then.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime

import sqlalchemy as sa

from coursekit.errors import InputError
from coursekit.store.records import Fetch, FetchEvent, NewFetch
from coursekit.store.schema import fetches, repositories
from coursekit.store.transaction import Reader, Transaction

_LONGEST_REASON = 1000


def record_fetch(tx: Transaction, fetch: NewFetch) -> Fetch:
    """Keep what a fetch brought, or why it failed.

    Where it found what the one before it found, that one's time is moved on instead, so that a daily fetch of a
    resting course adds nothing. It is no manual change and leaves no row in the audit.

    Raises
    ------
    InputError
        When the repository is not in the store.
    """
    if not tx.first(sa.select(repositories.c.id).where(repositories.c.id == fetch.repository_id)):
        raise InputError(
            f"expected a repository of the course, found no number {fetch.repository_id}",
            "Register the group's repository first.",
        )
    fetch = replace(fetch, reason=fetch.reason[:_LONGEST_REASON] if fetch.reason else None)
    row = tx.first(_newest(fetch.repository_id))
    if row is not None and fetch.state in ("unchanged", "empty", "failed") and not fetch.events:
        before = _to_fetch(row)
        if replace(before, events=()) == replace(before, **asdict(replace(fetch, events=()))):
            tx.execute(fetches.update().where(fetches.c.id == before.id).values(fetched_at=tx.now))
            return replace(before, fetched_at=tx.now)
    tx.insert(
        fetches,
        repository_id=fetch.repository_id,
        fetched_at=tx.now,
        state=fetch.state,
        branch=fetch.branch,
        commit_hash=fetch.commit,
        committed_at=fetch.committed_at,
        commits=fetch.commits,
        events=json.dumps([asdict(event) for event in fetch.events]),
        reason=fetch.reason,
    )
    found = tx.first(_newest(fetch.repository_id))
    assert found is not None
    return _to_fetch(found)


def newest_fetches(view: Reader, *, successful: bool = False) -> dict[int, Fetch]:
    """Give the newest fetch of each repository by the repository's id.

    Parameters
    ----------
    view : Reader
    successful : bool, optional
        The newest that did not fail.
    """
    newest = sa.select(sa.func.max(fetches.c.id)).group_by(fetches.c.repository_id)
    if successful:
        newest = newest.where(fetches.c.state != "failed")
    rows = view.all(sa.select(fetches).where(fetches.c.id.in_(newest)).order_by(fetches.c.repository_id))
    return {row.repository_id: _to_fetch(row) for row in rows}


def list_fetches(view: Reader, repository_id: int) -> list[Fetch]:
    """Give the fetches of a repository that found something else than the one before, the oldest first."""
    statement = sa.select(fetches).where(fetches.c.repository_id == repository_id).order_by(fetches.c.id)
    return [_to_fetch(row) for row in view.all(statement)]


def fetches_since(view: Reader, since: datetime) -> list[Fetch]:
    """Give the fetches since a moment that brought something or told of an event, the oldest first."""
    statement = (
        sa.select(fetches)
        .where(fetches.c.fetched_at > since, sa.or_(fetches.c.commits > 0, fetches.c.events != "[]"))
        .order_by(fetches.c.id)
    )
    return [_to_fetch(row) for row in view.all(statement)]


def list_sightings(view: Reader) -> list[tuple[int, datetime, str | None]]:
    """Give what successful fetches found: repository, time and commit, each repository's oldest first."""
    columns = fetches.c
    statement = (
        sa.select(columns.repository_id, columns.fetched_at, columns.commit_hash)
        .where(columns.state != "failed")
        .order_by(columns.repository_id, columns.id)
    )
    return [(row.repository_id, row.fetched_at, row.commit_hash) for row in view.all(statement)]


def _newest(repository_id: int) -> sa.Select[tuple[object, ...]]:
    statement = sa.select(fetches).where(fetches.c.repository_id == repository_id)
    return statement.order_by(fetches.c.id.desc()).limit(1)


def _to_fetch(row: sa.Row[tuple[object, ...]]) -> Fetch:
    return Fetch(
        id=row.id,
        repository_id=row.repository_id,
        fetched_at=row.fetched_at,
        state=row.state,
        branch=row.branch,
        commit=row.commit_hash,
        committed_at=row.committed_at,
        commits=row.commits,
        events=tuple(FetchEvent(**event) for event in json.loads(row.events)),
        reason=row.reason,
    )
