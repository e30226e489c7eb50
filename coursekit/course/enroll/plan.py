"""What a roster would change in the course, without changing anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from coursekit.config import Course
from coursekit.course.enroll.groups import GroupChange, LinkChange, plan_groups
from coursekit.course.enroll.match import KEYS, match, students_of
from coursekit.roster import Entry, Reading, Remark
from coursekit.store import Reader
from coursekit.store.people import list_groups, list_students, members
from coursekit.store.records import NewStudent, Student
from coursekit.store.repositories import list_repositories
from coursekit.store.tombstones import list_tombstones
from coursekit.text import one_line

Kind = Literal["new", "changed", "unchanged"]

# What a reading of what somebody typed is called.
BY_HAND = "by hand"

# What a change of a student may be about, and how people call it.
FIELDS = {
    "name": "name",
    "email": "e-mail",
    "account": "account",
    "account_id": "account number",
    "id_number": "ID number",
    "section": "section",
}


@dataclass(frozen=True, slots=True)
class StudentChange:
    """What happens to a student.

    Attributes
    ----------
    entry : Entry
        The row that says so.
    student : Student or None
        As stored; None for a new one.
    values : NewStudent
        As it will be.
    group : GroupChange or None
        Which group the student comes into.
    """

    entry: Entry
    student: Student | None
    values: NewStudent
    group: GroupChange | None = None

    @property
    def returns(self) -> bool:
        """Whether the student had dropped out."""
        return self.student is not None and self.student.left_at is not None

    @property
    def kind(self) -> Kind:
        """Whether anything happens."""
        if self.student is None:
            return "new"
        return "changed" if self.returns or self.group or self.fields else "unchanged"

    @property
    def fields(self) -> tuple[tuple[str, str, str], ...]:
        """What is written anew: the field in words, what stood there, and what will."""
        before = self.student or NewStudent("")
        found = []
        for name, words in FIELDS.items():
            old, new = getattr(before, name) or "", getattr(self.values, name) or ""
            if old != new:
                found.append((words, old, new))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a roster would change.

    Attributes
    ----------
    reading : Reading
        What was understood of the file.
    students : tuple of StudentChange
        One for each row about somebody who takes part.
    new_groups : tuple of str
    links : tuple of LinkChange
        Repositories that are registered for groups.
    missing : tuple of (Student, str)
        Students who take part, but not by this file, and why not.
    drop_missing : bool
        Whether these drop out.
    rejected, warnings : tuple of Remark
        Rows that are not used, and what is odd in those that are; of the file and of the course.
    """

    reading: Reading
    students: tuple[StudentChange, ...]
    new_groups: tuple[str, ...]
    links: tuple[LinkChange, ...]
    missing: tuple[tuple[Student, str], ...]
    drop_missing: bool
    rejected: tuple[Remark, ...]
    warnings: tuple[Remark, ...]

    def of(self, kind: Kind) -> list[StudentChange]:
        """Give the students to whom this happens."""
        return [change for change in self.students if change.kind == kind]

    @property
    def changes(self) -> bool:
        """Whether anything would be stored."""
        students = any(change.kind != "unchanged" for change in self.students)
        return students or bool(self.links) or bool(self.drop_missing and self.missing)


def plan_import(reading: Reading, course: Course, view: Reader, *, drop_missing: bool = False) -> Plan:
    """Compare a roster with the course.

    Parameters
    ----------
    reading : Reading
    course : Course
    view : Reader
    drop_missing : bool, optional
        Whether students who are not in the file drop out.
    """
    students = list_students(view, left=True)
    entries, erased = _without_erased(reading, view)
    matched = match(entries, students)
    missing = _missing(students, matched.pairs, matched.rejected, reading.left_out)
    grouped = plan_groups(
        matched.pairs,
        list_groups(view),
        list_repositories(view),
        {student.id: group_id for group_id, people in members(view).items() for student in people},
        most=course.max_group_size,
        gone={student.id for student, _ in missing} if drop_missing else frozenset(),
    )
    warnings = [*reading.warnings, *erased, *matched.warnings, *grouped.warnings]
    changes = []
    for entry, student in matched.pairs:
        values = _values(entry, student)
        if student is None and not entry.name:
            message = (
                f"expected a name, found none; called {one_line(values.name, 60)!r} until a roster says it"
            )
            warnings.append(Remark(entry.line, message, entry))
        changes.append(StudentChange(entry, student, values, grouped.joins.get(entry.line)))
    return Plan(
        reading=reading,
        students=tuple(changes),
        new_groups=grouped.new,
        links=grouped.links,
        missing=tuple(missing),
        drop_missing=drop_missing,
        rejected=_in_order([*reading.rejected, *matched.rejected]),
        warnings=_in_order(warnings),
    )


def _without_erased(reading: Reading, view: Reader) -> tuple[Sequence[Entry], list[Remark]]:
    """Leave out rows of a file about people who were erased; who is added by hand comes back."""
    stones = list_tombstones(view)
    if not stones or reading.format == BY_HAND:
        return reading.entries, []
    kept: list[Entry] = []
    remarks = []
    for entry in reading.entries:
        unique = {key: getattr(entry, key) or None for key in KEYS}
        # A name alone may be another person's, so it only counts where the row says nothing else.
        gone = stones.find(**unique, name=None if any(unique.values()) else entry.name)
        if gone is None:
            kept.append(entry)
        else:
            message = f"student {gone} was erased from this course; this row is not used"
            remarks.append(Remark(entry.line, message))
    return kept, remarks


def _values(entry: Entry, student: Student | None) -> NewStudent:
    """Give what is known of a person afterwards: an empty cell takes nothing away."""
    name = entry.name if student is None or not entry.nickname else ""
    before = student or NewStudent(entry.called)
    return NewStudent(
        name=name or before.name,
        email=entry.email or before.email,
        account=entry.account or before.account,
        id_number=entry.id_number or before.id_number,
        account_id=entry.account_id or before.account_id,
        section=entry.section or before.section,
    )


def _missing(
    students: Sequence[Student],
    pairs: Iterable[tuple[Entry, Student | None]],
    rejected: Iterable[Remark],
    left_out: Iterable[Remark],
) -> list[tuple[Student, str]]:
    here = {student.id for _, student in pairs if student}
    # A row that cannot be used is about somebody, too.
    here |= {one.id for remark in rejected if remark.entry for one in students_of(remark.entry, students)}
    why = {
        one.id: f"line {remark.line}: {remark.message}"
        for remark in left_out
        if remark.entry
        for one in students_of(remark.entry, students)
    }
    return [
        (student, why.get(student.id, "not in the file"))
        for student in students
        if student.left_at is None and student.id not in here
    ]


def _in_order(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    return tuple(sorted(remarks, key=lambda remark: remark.line))
