"""Where the groups' work lies, now and before."""

from __future__ import annotations

import sqlalchemy as sa

from coursekit.errors import InputError
from coursekit.store.records import NewRepository, Repository
from coursekit.store.schema import groups, repositories
from coursekit.store.transaction import Reader, Transaction


def add_repository(
    tx: Transaction, repository: NewRepository, *, replace: bool = False, reason: str | None = None
) -> Repository:
    """Register a group's repository; the same one again changes nothing.

    Parameters
    ----------
    tx : Transaction
    repository : NewRepository
    replace : bool, optional
        Whether it may take another one's place, which stays in the history.
    reason : str, optional
        For the audit.

    Raises
    ------
    InputError
        When there is no such group, neither address nor folder, or another one is registered.
    """
    if repository.url is None and repository.path is None:
        raise InputError("expected a repository's address or folder, found neither", "Give one of them.")
    if not tx.first(sa.select(groups.c.id).where(groups.c.id == repository.group_id)):
        raise InputError(
            f"expected a group of the course, found no number {repository.group_id}", "List the groups."
        )
    present = present_repository(tx, repository.group_id)
    if present is not None:
        if (present.url, present.path) == (repository.url, repository.path):
            return present
        if not replace:
            raise InputError(
                f"expected no repository of this group yet, found {present.url or present.path}",
                "Say that it shall be replaced, if that is meant.",
            )
        tx.execute(
            repositories.update().where(repositories.c.id == present.id).values(replaced_at=tx.now),
        )
        tx.audit("change", "repositories", present.id, "replaced_at", None, tx.now, reason)
    row_id = tx.insert(
        repositories,
        group_id=repository.group_id,
        url=repository.url,
        path=repository.path,
        origin=repository.origin,
        added_at=tx.now,
    )
    tx.audit("add", "repositories", row_id, "group_id", None, repository.group_id, reason)
    found = tx.first(sa.select(repositories).where(repositories.c.id == row_id))
    assert found is not None
    return _to_repository(found)


def set_address(
    tx: Transaction, repository_id: int, url: str, *, replace: bool = False, reason: str | None = None
) -> Repository:
    """Note where a repository that was made here was published; its folder stays known.

    It is the same repository as before, and none takes another one's place. The same address again changes
    nothing.

    Parameters
    ----------
    tx : Transaction
    repository_id : int
    url : str
    replace : bool, optional
        Whether another address may be given up.
    reason : str, optional
        For the audit.

    Raises
    ------
    InputError
        When there is no such repository, or it has another address.
    """
    row = tx.first(sa.select(repositories).where(repositories.c.id == repository_id))
    if row is None:
        raise InputError(
            f"expected a repository of the course, found no number {repository_id}",
            "Register the group's repository first.",
        )
    if row.url == url:
        return _to_repository(row)
    if row.url is not None and not replace:
        raise InputError(
            f"expected a repository without an address yet, found {row.url}",
            "Say that it shall be replaced, if that is meant.",
        )
    tx.execute(repositories.update().where(repositories.c.id == repository_id).values(url=url))
    # The address itself may hold a name, so the audit says only that there is another one.
    tx.audit("change", "repositories", repository_id, "url", reason=reason)
    found = tx.first(sa.select(repositories).where(repositories.c.id == repository_id))
    assert found is not None
    return _to_repository(found)


def list_repositories(view: Reader, *, history: bool = False) -> list[Repository]:
    """Give the groups' repositories, by group.

    Parameters
    ----------
    view : Reader
    history : bool, optional
        Also those that were replaced.
    """
    statement = sa.select(repositories).order_by(repositories.c.group_id, repositories.c.id)
    if not history:
        statement = statement.where(repositories.c.replaced_at.is_(None))
    return [_to_repository(row) for row in view.all(statement)]


def present_repository(view: Reader, group_id: int) -> Repository | None:
    """Give a group's present repository, or None."""
    present = sa.select(repositories).where(
        repositories.c.group_id == group_id, repositories.c.replaced_at.is_(None)
    )
    row = view.first(present)
    return None if row is None else _to_repository(row)


def _to_repository(row: sa.Row[tuple[object, ...]]) -> Repository:
    return Repository(
        id=row.id,
        group_id=row.group_id,
        url=row.url,
        path=row.path,
        origin=row.origin,
        added_at=row.added_at,
        replaced_at=row.replaced_at,
    )
