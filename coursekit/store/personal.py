"""What a database holds about one student, and how it is taken out.

Nothing here knows the tables: `coursekit.store.schema` says of every text column whether it holds who the row's
student is (``PERSON``), text in which anybody may be named (``FREE``), or neither. That works on older databases as
well, which lack some of the tables and columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursekit.store import schema
from coursekit.store.columns import FREE, PERSON
from coursekit.store.identity import Identity, identity_from
from coursekit.store.people import comparable

# The columns of each table that a database has.
Present = Mapping[str, frozenset[str]]

_PERSON, _FREE = PERSON["privacy"], FREE["privacy"]
_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Cell:
    """A value that says who somebody is.

    Attributes
    ----------
    table, column : str
    row : tuple of (str, object)
        The row's primary key.
    own : bool
        Whether the row is the student's own; else the student is named in it.
    old, new : str or None
        As it is, and as it will be.
    """

    table: str
    column: str
    row: tuple[tuple[str, Any], ...]
    own: bool
    old: str
    new: str | None


def present_columns(connection: sa.Connection) -> Present:
    """Give what there is of our tables in a database."""
    look = sa.inspect(connection)
    there = set(look.get_table_names())
    return {
        name: frozenset(column["name"] for column in look.get_columns(name)) & frozenset(table.c.keys())
        for name, table in schema.metadata.tables.items()
        if name in there
    }


def read_identity(connection: sa.Connection, present: Present, student_id: int) -> Identity:
    """Give all that a student is called in a database; nothing where the student is not in it."""
    said: list[tuple[str, str, str]] = []
    for table, columns in _tables(present):
        owner = _owner(table, present)
        texts = [column for column in columns if column.info.get("privacy") == _PERSON]
        if owner is None or not texts:
            continue
        for row in connection.execute(sa.select(*texts).where(owner == student_id)):
            said += [
                (table.name, column.name, value)
                for column, value in zip(texts, row, strict=True)
                if isinstance(value, str)
            ]
    return identity_from(student_id, said)


def own_rows(
    connection: sa.Connection, present: Present, student_id: int
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Give the rows that are about a student alone, whole, by table."""
    for table, columns in _tables(present):
        owner = _owner(table, present)
        if owner is not None:
            statement = sa.select(*columns).where(owner == student_id).order_by(*table.primary_key)
            rows = [dict(row._mapping) for row in connection.execute(statement)]
            if rows:
                yield table.name, rows


def find_cells(connection: sa.Connection, present: Present, identity: Identity) -> Iterator[Cell]:
    """Give every value by which somebody could be recognized as the student, in every table."""
    near = _near(connection, present, identity.student_id)
    for table, columns in _tables(present):
        texts = [column for column in columns if column.info.get("privacy") in (_PERSON, _FREE)]
        if not texts:
            continue
        keys = list(table.primary_key)
        owner = _owner(table, present)
        links = [column for column in columns if column.foreign_keys]
        chosen = list(dict.fromkeys([*keys, *links, *texts]))
        result = connection.execute(sa.select(*chosen), execution_options={"yield_per": _CHUNK})
        for found in result:
            row = dict(zip((column.name for column in chosen), found, strict=True))
            own = owner is not None and row[owner.name] == identity.student_id
            close = own or _is_near(table, row, near)
            for column in texts:
                old = row[column.name]
                if not old or not isinstance(old, str):
                    continue
                new: str | None
                if own and column.info["privacy"] == _PERSON:
                    new = _blank(column, row, identity, old)
                else:
                    new = identity.takes_out(old, near=close)
                if new != old:
                    key = tuple((one.name, row[one.name]) for one in keys)
                    yield Cell(table.name, column.name, key, own, old, new)


def take_out(connection: sa.Connection, present: Present, identity: Identity, at: datetime) -> list[Cell]:
    """Take a student out of a database, in the caller's transaction, and give what was changed.

    The student's rows stay, for the counts, and hold nobody's name. Membership ends, and the row of the student
    says when it was erased.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    present : mapping
        See `present_columns`.
    identity : Identity
        All that the student is called, here and elsewhere.
    at : datetime
        The moment.
    """
    cells = list(find_cells(connection, present, identity))
    for (name, column), changes in _by_column(cells).items():
        table = schema.metadata.tables[name]
        matches = [key == sa.bindparam(f"key_{key.name}") for key in table.primary_key]
        statement = table.update().where(*matches).values({column: sa.bindparam("new_value")})
        values = [
            {f"key_{key}": value for key, value in cell.row} | {"new_value": cell.new} for cell in changes
        ]
        connection.execute(statement, values)
    _renew_keys(connection, cells)
    _end(connection, present, identity.student_id, at)
    return cells


def _by_column(cells: list[Cell]) -> dict[tuple[str, str], list[Cell]]:
    found: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        # What is compared in place of a group's name is made anew from that.
        if (cell.table, cell.column) != ("groups", "name_key"):
            found.setdefault((cell.table, cell.column), []).append(cell)
    return found


def _renew_keys(connection: sa.Connection, cells: list[Cell]) -> None:
    """Give renamed groups the key of their new name, which no other group may have."""
    groups = schema.groups
    changed = {cell.row[0][1] for cell in cells if cell.table == "groups"}
    for row in connection.execute(
        sa.select(groups.c.id, groups.c.name).where(groups.c.id.in_(changed))
    ).all():
        name, key = row.name, comparable(row.name)
        taken = sa.select(groups.c.id).where(groups.c.name_key == key, groups.c.id != row.id)
        if connection.execute(taken).first():
            name, key = f"{name} {row.id}", f"{key} {row.id}"
        connection.execute(groups.update().where(groups.c.id == row.id).values(name=name, name_key=key))


def _end(connection: sa.Connection, present: Present, student_id: int, at: datetime) -> None:
    members, students = schema.memberships, schema.students
    if "memberships" in present:
        still = sa.and_(members.c.student_id == student_id, members.c.left_at.is_(None))
        connection.execute(members.update().where(still).values(left_at=at))
    mine = students.c.id == student_id
    columns = present.get("students", frozenset())
    if "left_at" in columns:
        connection.execute(students.update().where(mine, students.c.left_at.is_(None)).values(left_at=at))
    if "erased_at" in columns:
        connection.execute(students.update().where(mine, students.c.erased_at.is_(None)).values(erased_at=at))


def _tables(present: Present) -> Iterator[tuple[sa.Table, list[sa.Column[Any]]]]:
    for table in schema.metadata.sorted_tables:
        if table.name in present:
            yield table, [column for column in table.c if column.name in present[table.name]]


def _owner(table: sa.Table, present: Present) -> sa.Column[Any] | None:
    """Give the column that says whose the row is."""
    if table.name == "students":
        return table.c.id
    for column in table.c:
        if column.name in present[table.name] and column.references(schema.students.c.id):
            return column
    return None


def _near(connection: sa.Connection, present: Present, student_id: int) -> dict[str, set[int]]:
    """Give the rows that are about groups that the student was ever in, by table."""
    near: dict[str, set[int]] = {"students": {student_id}}
    members = schema.memberships
    statement = sa.select(members.c.group_id).where(members.c.student_id == student_id)
    near["groups"] = set(connection.scalars(statement)) if "memberships" in present else set()
    for table, columns in _tables(present):
        if table.name in near or "id" not in table.c:
            continue
        links = [column for column in columns if column.foreign_keys]
        if not links:
            continue
        rows = connection.execute(sa.select(table.c.id, *links))
        names = [column.name for column in links]
        near[table.name] = {
            row[0] for row in rows if _is_near(table, dict(zip(names, row[1:], strict=True)), near)
        }
    return near


def _is_near(table: sa.Table, row: Mapping[str, Any], near: Mapping[str, set[int]]) -> bool:
    """Whether a row belongs to the student's groups; what belongs to nobody may be about anybody."""
    if table.name in ("students", "groups"):
        return row.get("id") in near[table.name]
    links = [column for column in table.c if column.foreign_keys and column.name in row]
    within = [
        (column, near[parent])
        for column in links
        if (parent := next(iter(column.foreign_keys)).column.table.name) in near
    ]
    return not within or any(row[column.name] in ids for column, ids in within)


def _blank(column: sa.Column[Any], row: Mapping[str, Any], identity: Identity, old: str) -> str | None:
    """Give what stands in the place of a value of the student's own."""
    if column.nullable:
        return None
    if old[:1] == "{":
        return "{}"
    if column.unique or any(
        column.name in constraint.columns
        for constraint in column.table.constraints
        if isinstance(constraint, sa.UniqueConstraint)
    ):
        return f"erased {row['id']}"
    return identity.label
