"""What the course holds about one student, and how it is taken out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from coursekit.config import Course
from coursekit.course.database import BACKUPS, nothing_runs
from coursekit.course.enroll.people import find_student
from coursekit.course.places import group_places
from coursekit.course.traces import Trace, find_traces
from coursekit.errors import CoursekitError, InputError, StoreError
from coursekit.files import remove_leftovers
from coursekit.store import Reader, Store, open_store
from coursekit.store.access import list_access
from coursekit.store.backup import list_backups, made_by_us
from coursekit.store.certificates import list_certificates
from coursekit.store.copying import scrub
from coursekit.store.erase import erase_from_file, erase_student, identity_in_file
from coursekit.store.history import list_audit
from coursekit.store.identity import Identity
from coursekit.store.people import list_groups, list_memberships, list_students
from coursekit.store.personal import Cell, find_cells, own_rows, present_columns, read_identity
from coursekit.store.records import AuditEntry, Student
from coursekit.store.schema import repositories
from coursekit.text import one_line


@dataclass(frozen=True, slots=True)
class PrivacyReport:
    """All that the course holds about a student.

    Attributes
    ----------
    student : Student
    rows : dict of str to list of dict
        The student's own rows by table, whole.
    named : tuple of Cell
        Where else the student is named.
    audit : tuple of AuditEntry
        What was changed of the student's rows, when and by which command; by numbers.
    files : tuple of Trace
        Files in the course's folder that name the student, and repositories in which the student worked.
    backups : tuple of Path
        Backups on this machine that hold the student.
    """

    student: Student
    rows: Mapping[str, list[dict[str, Any]]]
    named: tuple[Cell, ...]
    audit: tuple[AuditEntry, ...]
    files: tuple[Trace, ...]
    backups: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is or was done to erase a student.

    Attributes
    ----------
    label : str
        What the student is called from now on.
    changed : dict of str to int
        Values that were taken out, by table.
    backups : tuple of (Path, int)
        Backups on this machine, and how many values were taken out of each.
    left : tuple of (str, str)
        Backups from which the student could not be taken out, and why.
    removed : tuple of Path
        Files about this student alone that the tool had made.
    files : tuple of Trace
        What still names the student, and the tool leaves to people.
    unlinked : tuple of str
        Groups whose repository's address or folder named the student, so that it must be linked again.
    scrubbed : bool
        Whether no bytes are left in the database's files; another command that reads may keep them.
    again : bool
        Whether the student was erased before.
    """

    label: str
    changed: Mapping[str, int]
    backups: tuple[tuple[Path, int], ...]
    left: tuple[tuple[str, str], ...]
    removed: tuple[Path, ...]
    files: tuple[Trace, ...]
    unlinked: tuple[str, ...] = ()
    scrubbed: bool = True
    again: bool = False


def privacy_report(course: Course, student: str) -> PrivacyReport:
    """Collect all that is stored about a student, table by table, and in files beside the database.

    Raises
    ------
    InputError
        If there is no such student, or more than one.
    """
    with open_store(course.store, create=False) as store, store.read() as view:
        found = _find(view, student)
        connection = view._connection
        present = present_columns(connection)
        identity = read_identity(connection, present, found.id)
        rows = dict(own_rows(connection, present, found.id))
        ids = {(table, row["id"]) for table, of in rows.items() for row in of if "id" in row}
        backups = []
        for path in _backups(course, store, view)[0]:
            try:
                if identity_in_file(path, found.id, found.added_at) is not None:
                    backups.append(path)
            except (StoreError, OSError):
                # Nobody can read it; erasing names it.
                continue
        return PrivacyReport(
            found,
            rows,
            tuple(cell for cell in find_cells(connection, present, identity) if not cell.own),
            tuple(entry for entry in list_audit(view) if (entry.table, entry.row_id) in ids),
            tuple(_traces(course, view, found, identity)),
            tuple(backups),
        )


def erase(
    course: Course,
    student: str,
    *,
    reason: str,
    force: bool = False,
    tombstone: bool = True,
    dry_run: bool = False,
    confirm: Callable[[Student], bool] = bool,
) -> Erasure | None:
    """Take a student out of the database and of the backups that the tool made; counts stay.

    It can be killed at any point and run again: each backup is replaced in one step, then the database is changed
    in one transaction, then its files are rewritten.

    Parameters
    ----------
    course : Course
    student : str
        An e-mail address, account, ID number or name; or the number, as in "student 12".
    reason : str
        For the audit, which keeps it without names.
    force : bool, optional
        Go on although the student still has access to a repository on the git host, or a command is at work.
    tombstone : bool, optional
        Whether to keep hashes by which a later import recognizes the student.
    dry_run : bool, optional
        Only say what would be done.
    confirm : callable, optional
        Gets the student, and says whether to go on.

    Returns
    -------
    Erasure or None
        None when the answer was no.

    Raises
    ------
    InputError
        If there is no such student or no reason, or the student has access on the git host.
    StoreError
        When the database cannot be written.
    """
    if not reason.strip():
        raise InputError(
            "expected a reason for erasing a student, found none",
            'Add  --reason "asked for by e-mail on 3 May"  without names; the audit keeps it.',
        )
    with open_store(course.store, create=False) as store:
        with store.read() as view:
            found = _find(view, student)
            if not force:
                _refuse_access(view, found)
                nothing_runs(view)
            identity = read_identity(view._connection, present_columns(view._connection), found.id)
            paths, left = _backups(course, store, view)
        identity, readable = _identities(paths, found, identity, left)
        with store.read() as view:
            cells = list(find_cells(view._connection, present_columns(view._connection), identity))
            files = list(_traces(course, view, found, identity))
            own = _own_files(course, view, found)
            unlinked = _unlinked(view, cells)
        again = found.erased_at is not None
        files = [one for one in files if one.path not in own]
        if dry_run:
            held = [(path, 0) for path in readable]
            return Erasure(
                identity.label, _counts(cells), tuple(held), tuple(left), tuple(own), tuple(files), unlinked,
                again=again,
            )  # fmt: skip
        if not confirm(found):
            return None
        backups = []
        for path in paths:
            remove_leftovers(path.parent)
            if path not in readable:
                continue
            try:
                backups.append((path, erase_from_file(path, found.id, found.added_at, identity)))
            except CoursekitError as error:
                left.append((str(path), error.message))
        if cells or not again:
            with store.transaction("privacy erase") as tx:
                cells = erase_student(
                    tx, found.id, identity, reason=reason, tombstone=tombstone and not again
                )
        scrubbed = scrub(store)
        for path in own:
            path.unlink(missing_ok=True)
    return Erasure(
        identity.label, _counts(cells), tuple(backups), tuple(left), tuple(own), tuple(files), unlinked,
        scrubbed, again,
    )  # fmt: skip


def _find(view: Reader, text: str) -> Student:
    try:
        return find_student(view, text, left=True)
    except InputError:
        number = re.fullmatch(r"(?:student\s*)?#?(\d{1,9})", text.strip(), re.IGNORECASE)
        found = {one.id: one for one in list_students(view, left=True)}
        if number and int(number[1]) in found:
            return found[int(number[1])]
        raise


def _refuse_access(view: Reader, student: Student) -> None:
    groups = {group.id: group.name for group in list_groups(view)}
    held = [one for one in list_access(view) if one.student_id == student.id]
    if not held:
        return
    inside = [groups[one.group_id] for one in list_memberships(view) if one.student_id == student.id]
    drop = f"coursekit roster drop {_quoted(student.email or student.name)}  and then  " if inside else ""
    raise InputError(
        f"expected a student without access on the git host, but the tool gave access to "
        f"{len(held)} of the repositories there, and could not take it away afterwards",
        f"Type  {drop}coursekit publish , which takes it away; or add  --force  if that was done by hand.",
    )


def _quoted(text: str) -> str:
    line = one_line(text)
    return f'"{line}"' if re.search(r"[^\w.@+-]", line) else line


def _backups(course: Course, store: Store, view: Reader) -> tuple[list[Path], list[tuple[str, str]]]:
    """Give the backups on this machine, and those that are noted and cannot be reached."""
    found: dict[Path, None] = {}
    if store.path is not None:
        found |= dict.fromkeys(path.resolve() for path in made_by_us(store.path))
    found |= dict.fromkeys(path.resolve() for path in sorted((course.folder / BACKUPS).glob("*.db")))
    left = []
    for one in list_backups(view):
        if one.here and one.path.is_file():
            found[one.path] = None
        elif one.here:
            left.append((str(one.path), "not there (any more, or a stick that is not plugged in)"))
        else:
            left.append((str(one.path), "on another machine"))
    return list(found), left


def _identities(
    paths: list[Path], student: Student, identity: Identity, left: list[tuple[str, str]]
) -> tuple[Identity, list[Path]]:
    """Collect what the student is called in backups too: there may be earlier names, or one is erased here already."""
    readable = []
    for path in paths:
        try:
            there = identity_in_file(path, student.id, student.added_at)
        except StoreError as error:
            left.append((str(path), error.message))
            continue
        readable.append(path)
        if there is not None:
            identity |= there
    return identity, readable


def _own_files(course: Course, view: Reader, student: Student) -> list[Path]:
    """Give the files about this student alone that the tool made and that are still there."""
    root = course.folder.resolve()
    found = []
    for one in list_certificates(view, student_id=student.id):
        path = course.folder / one.file if one.file else None
        if path and path.is_file() and not path.is_symlink() and path.resolve().is_relative_to(root):
            found.append(path)
    return sorted(found)  # certificates are made side by side, in an order that differs from run to run


def _unlinked(view: Reader, cells: list[Cell]) -> tuple[str, ...]:
    changed = {
        dict(cell.row)["id"]
        for cell in cells
        if cell.table == "repositories" and cell.column in ("url", "path")
    }
    statement = sa.select(repositories.c.group_id).where(
        repositories.c.id.in_(changed), repositories.c.replaced_at.is_(None)
    )
    groups = {group.id: group.name for group in list_groups(view)}
    return tuple(groups[row.group_id] for row in view.all(statement))


def _traces(course: Course, view: Reader, student: Student, identity: Identity) -> Iterator[Trace]:
    worked = {one.group_id for one in list_memberships(view, history=True) if one.student_id == student.id}
    places = group_places(course, view)
    skipped = {place.folder for place in places} | {place.clone for place in places}
    yield from find_traces(course.folder, identity, skipped)
    for place in places:
        if place.group.id not in worked:
            continue
        for path in (place.folder, place.clone):
            if path.exists():
                yield Trace(
                    path, "a repository in which the student worked: its history keeps names and addresses"
                )
        if place.repository and place.repository.url:
            yield Trace(None, f"the repository on the git host, of group {place.group.id}: the same")


def _counts(cells: list[Cell]) -> dict[str, int]:
    return dict(Counter(cell.table for cell in cells))
