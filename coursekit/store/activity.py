"""What the groups' repositories show of who worked on them, as it was counted last; one row a repository.

Names and e-mail addresses that git recorded stand in one place, the column ``people``, which is JSON:

    {"authors": [{"name": "Ada", "email": "ada@example.org", "together": 1,
                  "first_at": "2026-10-05T12:00:00Z", "last_at": "2026-10-12T09:30:00Z",
                  "weeks": {"2026-W41": {"": [3, 120], "model": [2, 90]}}}],
     "notes": {"shallow": 1}}

An author is one name with one address; a person may have several. Who was erased from the course is called by a number
here, also when a later count finds the name in the repository again; see `coursekit.store.tombstones`.
"""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from coursekit.store.identity import erased_name
from coursekit.store.people import comparable
from coursekit.store.records import CountedRepository, NewActivity
from coursekit.store.schema import activity, fetches, repositories, students
from coursekit.store.tombstones import list_tombstones
from coursekit.store.transaction import Reader, Transaction
from coursekit.text import clean
from coursekit.work import Author


class _People(msgspec.Struct):
    authors: list[Author]
    notes: dict[str, int] = {}


_DECODER = msgspec.json.Decoder(_People)


def record_activity(tx: Transaction, found: NewActivity) -> None:
    """Keep what was counted, in place of what was known of that repository. It leaves no row in the audit."""
    tx.execute(activity.delete().where(activity.c.repository_id == found.repository_id))
    authors = _without_erased(tx, found.authors)
    tx.insert(
        activity,
        repository_id=found.repository_id,
        commit_hash=found.commit,
        basis=found.basis,
        counted_at=tx.now,
        commits=found.commits,
        last_at=found.last_at,
        whole=found.whole,
        people=_encoded(authors, found.notes),
    )


def list_activity(view: Reader) -> dict[int, CountedRepository]:
    """Give what was counted of the groups' present repositories, by group."""
    statement = (
        sa.select(repositories.c.group_id, activity)
        .join_from(activity, repositories)
        .where(repositories.c.replaced_at.is_(None))
    )
    return {row.group_id: _to_counted(row) for row in view.all(statement)}


def list_basis(view: Reader) -> dict[int, tuple[str, str]]:
    """Give of which commit, and how, each repository was counted, by its id."""
    columns = activity.c
    rows = view.all(sa.select(columns.repository_id, columns.commit_hash, columns.basis))
    return {row.repository_id: (row.commit_hash, row.basis) for row in rows}


def rewritten(view: Reader) -> dict[int, int]:
    """Give how many fetches found a branch rewritten or deleted, by repository."""
    columns = fetches.c
    statement = (
        sa.select(columns.repository_id, sa.func.count().label("times"))
        .where(sa.or_(columns.events.contains('"rewritten"'), columns.events.contains('"deleted"')))
        .group_by(columns.repository_id)
    )
    return {row.repository_id: row.times for row in view.all(statement)}


def _without_erased(tx: Transaction, authors: tuple[Author, ...]) -> tuple[Author, ...]:
    """Call who was erased from the course by the number, as the repository still has the name."""
    stones = list_tombstones(tx)
    if not stones:
        return authors
    # A name alone may be another student's.
    named = {comparable(row.name) for row in tx.all(sa.select(students.c.name))}
    found = []
    for one in authors:
        gone = stones.find(email=one.email)
        if gone is None and comparable(one.name) not in named:
            gone = stones.find(name=one.name)
        found.append(one if gone is None else msgspec.structs.replace(one, name=erased_name(gone), email=""))
    return tuple(found)


def _encoded(authors: tuple[Author, ...], notes: dict[str, int]) -> str:
    fit = [msgspec.structs.replace(one, name=clean(one.name), email=clean(one.email)) for one in authors]
    return msgspec.json.encode(_People(fit, notes)).decode()


def _to_counted(row: sa.Row[tuple[object, ...]]) -> CountedRepository:
    people = _DECODER.decode(row.people)
    return CountedRepository(
        repository_id=row.repository_id,
        commit=row.commit_hash,
        basis=row.basis,
        counted_at=row.counted_at,
        commits=row.commits,
        last_at=row.last_at,
        whole=row.whole,
        authors=tuple(people.authors),
        notes=people.notes,
    )
