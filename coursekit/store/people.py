"""Students, groups, and who was in which group from when to when."""

from __future__ import annotations

import unicodedata
from datetime import datetime

import sqlalchemy as sa

from coursekit.errors import InputError
from coursekit.store.records import Group, Membership, NewStudent, Student
from coursekit.store.schema import groups, memberships, students
from coursekit.store.transaction import Reader, Transaction
from coursekit.text import one_line

# What must be unique: the column of the form that is compared, and how messages call it.
_KEYS = {
    "email": ("email_key", "e-mail address"),
    "account": ("account_key", "account"),
    "id_number": ("id_number_key", "ID number"),
    "account_id": ("account_id", "account number"),
}
_FIELDS = ("name", *_KEYS, "section")


def comparable(text: str) -> str:
    """Give the form in which two names count as the same: also on a disk that ignores case.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        After Unicode's compatibility normalization, without case and outer spaces.
    """
    # Folding the case can undo the normal form, so it is made again.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def add_student(tx: Transaction, student: NewStudent) -> Student:
    """Put a person on the roster.

    Raises
    ------
    InputError
        When the name is empty, or another student has the e-mail address or the account. The transaction
        stays usable, so that an import can go on with the next row.
    """
    student_id = tx.insert(students, added_at=tx.now, **_values(tx, student))
    tx.audit("add", "students", student_id)
    return _student(tx, student_id)


def change_student(
    tx: Transaction, student_id: int, student: NewStudent, *, reason: str | None = None
) -> Student:
    """Give a person on the roster another name, address, account, number or section.

    Parameters
    ----------
    tx : Transaction
    student_id : int
    student : NewStudent
        All that is known afterwards; what is None there is forgotten.
    reason : str, optional
        For the audit, which says what was changed, but not from what to what.

    Raises
    ------
    InputError
        As `add_student` does, or when there is no such student.
    """
    before = _student(tx, student_id)
    values = _values(tx, student, student_id)
    changed = [field for field in _FIELDS if values[field] != getattr(before, field)]
    if changed:
        tx.execute(students.update().where(students.c.id == student_id).values(**values))
    for field in changed:
        tx.audit("change", "students", student_id, field, reason=reason)
    return _student(tx, student_id)


def drop_student(
    tx: Transaction, student_id: int, *, at: datetime | None = None, reason: str | None = None
) -> Student:
    """Note that a student dropped out, and of the group too; that he or she was there stays known.

    Parameters
    ----------
    tx : Transaction
    student_id : int
    at : datetime, optional
        Since when; now by default.
    reason : str, optional
        For the audit.

    Raises
    ------
    InputError
        When there is no such student, or the moment lies before the student joined the group.
    """
    before = _student(tx, student_id)
    if before.left_at is not None:
        return before
    at = at or tx.now
    leave_group(tx, student_id, at=at, reason=reason)
    tx.execute(students.update().where(students.c.id == student_id).values(left_at=at))
    tx.audit("change", "students", student_id, "left_at", None, at, reason)
    return _student(tx, student_id)


def return_student(tx: Transaction, student_id: int, *, reason: str | None = None) -> Student:
    """Note that a student who dropped out takes part again, in no group yet.

    Raises
    ------
    InputError
        When there is no such student.
    """
    before = _student(tx, student_id)
    if before.left_at is None:
        return before
    tx.execute(students.update().where(students.c.id == student_id).values(left_at=None))
    tx.audit("change", "students", student_id, "left_at", before.left_at, None, reason)
    return _student(tx, student_id)


def list_students(view: Reader, *, left: bool = False) -> list[Student]:
    """Give the students who take part, in the order in which they came.

    Parameters
    ----------
    view : Reader
    left : bool, optional
        Also those who dropped out.
    """
    statement = sa.select(students).order_by(students.c.id)
    found = view.once("students", lambda: [_to_student(row) for row in view.all(statement)])
    return found if left else [student for student in found if student.left_at is None]


def add_group(tx: Transaction, name: str) -> Group:
    """Make a group.

    Raises
    ------
    InputError
        When the name is empty, or names the same folder as another group's.
    """
    name, key = _free_name(tx, name)
    group_id = tx.insert(groups, name=name, name_key=key, added_at=tx.now)
    tx.audit("add", "groups", group_id)
    return _group(tx, group_id)


def rename_group(tx: Transaction, group_id: int, name: str, *, reason: str | None = None) -> Group:
    """Give a group another name; it stays the same group, with its members, repository and history.

    Raises
    ------
    InputError
        When there is no such group, the name is empty, or names the same folder as another group's.
    """
    present = _group(tx, group_id)
    name, key = _free_name(tx, name, but=group_id)
    if name == present.name:
        return present
    tx.execute(groups.update().where(groups.c.id == group_id).values(name=name, name_key=key))
    tx.audit("change", "groups", group_id, "name", reason=reason)
    return _group(tx, group_id)


def _free_name(view: Reader, name: str, *, but: int | None = None) -> tuple[str, str]:
    """Return a group's name and its key, which no other group may have."""
    name = name.strip()
    key = comparable(name)
    if not key:
        raise InputError("expected a group's name, found none", "Give the group a name.")
    other = view.first(sa.select(groups.c.id, groups.c.name).where(groups.c.name_key == key))
    if other and other.id != but:
        raise InputError(
            f"expected a name of its own for the group {name!r}, found a group {other.name!r}",
            "Choose a name that differs in more than case, accents' encoding or spaces around it.",
        )
    return name, key


def list_groups(view: Reader) -> list[Group]:
    """Give all groups, in the order in which they were made."""
    statement = sa.select(groups).order_by(groups.c.id)
    return view.once("groups", lambda: [_to_group(row) for row in view.all(statement)])


def find_group(view: Reader, name: str) -> Group | None:
    """Give the group of this name, whatever its case and Unicode form, or None."""
    row = view.first(sa.select(groups).where(groups.c.name_key == comparable(name)))
    return None if row is None else _to_group(row)


def join_group(
    tx: Transaction, student_id: int, group_id: int, *, at: datetime | None = None, reason: str | None = None
) -> Membership:
    """Put a student into a group; who is in another one leaves it at the same moment.

    Parameters
    ----------
    tx : Transaction
    student_id, group_id : int
    at : datetime, optional
        From when on; now by default.
    reason : str, optional
        For the audit.

    Returns
    -------
    Membership
        The open one; an existing one when the student is in the group already.

    Raises
    ------
    InputError
        When there is no such student or group, or the student dropped out.
    """
    student = _student(tx, student_id)
    _group(tx, group_id)
    if student.left_at is not None:
        raise InputError(
            f"expected a student who takes part, but {one_line(student.name, 60)} dropped out",
            "Add the student to the roster again first.",
        )
    at = at or tx.now
    present = _open_membership(tx, student_id)
    if present and present.group_id == group_id:
        return present
    if present:
        leave_group(tx, student_id, at=at, reason=reason)
    row_id = tx.insert(memberships, student_id=student_id, group_id=group_id, joined_at=at)
    tx.audit("add", "memberships", row_id, "group_id", None, group_id, reason)
    return Membership(id=row_id, student_id=student_id, group_id=group_id, joined_at=at, left_at=None)


def leave_group(
    tx: Transaction, student_id: int, *, at: datetime | None = None, reason: str | None = None
) -> Membership | None:
    """Take a student out of the present group; that he or she was in it stays known.

    Returns
    -------
    Membership or None
        The ended one; None when the student is in no group.

    Raises
    ------
    InputError
        When the end would lie before the beginning.
    """
    present = _open_membership(tx, student_id)
    if present is None:
        return None
    at = at or tx.now
    if at < present.joined_at:
        raise InputError(
            f"expected a moment after {present.joined_at:%Y-%m-%d %H:%M} UTC, when the student joined the group, "
            f"found {at:%Y-%m-%d %H:%M}",
            "Give a later date.",
        )
    tx.execute(memberships.update().where(memberships.c.id == present.id).values(left_at=at))
    tx.audit("change", "memberships", present.id, "left_at", None, at, reason)
    return Membership(
        id=present.id,
        student_id=student_id,
        group_id=present.group_id,
        joined_at=present.joined_at,
        left_at=at,
    )


def list_memberships(view: Reader, *, at: datetime | None = None, history: bool = False) -> list[Membership]:
    """Give who is in which group.

    Parameters
    ----------
    view : Reader
    at : datetime, optional
        The moment that is asked about; now by default.
    history : bool, optional
        All that ever were instead.
    """
    statement = sa.select(memberships).order_by(memberships.c.id)
    if at is not None:
        ended = memberships.c.left_at
        statement = statement.where(memberships.c.joined_at <= at, sa.or_(ended.is_(None), ended > at))
        return [_to_membership(row) for row in view.all(statement)]
    found = view.once("memberships", lambda: [_to_membership(row) for row in view.all(statement)])
    return found if history else [one for one in found if one.left_at is None]


def members(view: Reader) -> dict[int, list[Student]]:
    """Give the present members by group id; groups without members have an empty list."""
    found: dict[int, list[Student]] = {row.id: [] for row in view.all(sa.select(groups.c.id))}
    statement = (
        sa.select(memberships.c.group_id, students)
        .join_from(memberships, students)
        .where(memberships.c.left_at.is_(None))
        .order_by(memberships.c.id)
    )
    for row in view.all(statement):
        found[row.group_id].append(_to_student(row))
    return found


def _values(tx: Transaction, student: NewStudent, student_id: int | None = None) -> dict[str, str | None]:
    """Give the columns' values, after looking whether another student has one that must be unique."""
    name = student.name.strip()
    if not name:
        raise InputError("expected a student's name, found none", "Write a name in this row.")
    values: dict[str, str | None] = {"name": name, "section": (student.section or "").strip() or None}
    for field, (key_field, what) in _KEYS.items():
        value = (getattr(student, field) or "").strip() or None
        key = None if value is None else comparable(value)
        values |= {field: value, key_field: key}
        if key is None:
            continue
        same = tx.first(sa.select(students.c.id).where(students.c[key_field] == key))
        if same is not None and same.id != student_id:
            raise InputError(
                f"expected each {what} once, found {value!r} with another student already",
                "Correct the row, or remove it if it is the same person.",
            )
    if values["account_id"] is not None:
        values["account_id"] = comparable(values["account_id"])
    return values


def _student(view: Reader, student_id: int) -> Student:
    row = view.first(sa.select(students).where(students.c.id == student_id))
    if row is None:
        raise InputError(
            f"expected a student in the roster, found no number {student_id}", "List the students."
        )
    return _to_student(row)


def _group(view: Reader, group_id: int) -> Group:
    row = view.first(sa.select(groups).where(groups.c.id == group_id))
    if row is None:
        raise InputError(f"expected a group of the course, found no number {group_id}", "List the groups.")
    return _to_group(row)


def _open_membership(view: Reader, student_id: int) -> Membership | None:
    present = sa.select(memberships).where(
        memberships.c.student_id == student_id, memberships.c.left_at.is_(None)
    )
    row = view.first(present)
    return None if row is None else _to_membership(row)


def _to_student(row: sa.Row[tuple[object, ...]]) -> Student:
    return Student(
        id=row.id,
        name=row.name,
        email=row.email,
        account=row.account,
        id_number=row.id_number,
        account_id=row.account_id,
        section=row.section,
        added_at=row.added_at,
        left_at=row.left_at,
        erased_at=row.erased_at,
    )


def _to_group(row: sa.Row[tuple[object, ...]]) -> Group:
    return Group(id=row.id, name=row.name, added_at=row.added_at)


def _to_membership(row: sa.Row[tuple[object, ...]]) -> Membership:
    return Membership(
        id=row.id,
        student_id=row.student_id,
        group_id=row.group_id,
        joined_at=row.joined_at,
        left_at=row.left_at,
    )
