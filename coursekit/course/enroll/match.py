"""Which row is about which student: by what is unique, then by the name where it can mean only one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coursekit.roster import Entry, Remark
from coursekit.store.people import comparable
from coursekit.store.records import Student
from coursekit.text import one_line

# What is unique, the most lasting first, and how messages call it.
KEYS = {
    "account_id": "account number",
    "id_number": "ID number",
    "email": "e-mail address",
    "account": "account",
}


@dataclass(frozen=True, slots=True)
class Matched:
    """Each row that stands for a person of its own, with the student that it is about (None: a new one)."""

    pairs: tuple[tuple[Entry, Student | None], ...]
    rejected: tuple[Remark, ...]
    warnings: tuple[Remark, ...]


def match(entries: Sequence[Entry], students: Sequence[Student]) -> Matched:
    """Find the student of every row.

    Parameters
    ----------
    entries : sequence of Entry
    students : sequence of Student
        Those who dropped out as well.
    """
    twins: list[Remark] = []
    warnings: list[Remark] = []
    alone = _without_twins(entries, twins, warnings)
    rejected: list[Remark] = []
    by_key = {(key, value): student for student in students for key, value in _keys(student).items()}
    found: dict[int, Student | None] = {}
    for entry in alone:
        owners = {key: by_key[key, value] for key, value in _keys(entry).items() if (key, value) in by_key}
        if len({student.id for student in owners.values()}) > 1:
            whose = " and ".join(f"the {KEYS[key]} is {_shown(one.name)}'s" for key, one in owners.items())
            rejected.append(Remark(entry.line, f"expected one student in a row, but {whose}", entry))
            continue
        found[entry.line] = next(iter(owners.values()), None)
    _by_name(alone, found, students, rejected)
    pairs: dict[int, Entry] = {}
    kept = []
    for entry in alone:
        if entry.line not in found:
            continue
        student = found[entry.line]
        if student is not None and student.id in pairs:
            first = pairs[student.id]
            why = f"expected each student once, but this is {_shown(student.name)} as in line {first.line}"
            rejected.append(Remark(entry.line, why, entry))
            continue
        if student is not None:
            pairs[student.id] = entry
        kept.append((entry, student))
    kept = _undisputed(kept, rejected, students)
    return Matched(tuple(kept), (*twins, *rejected), tuple(warnings))


def _undisputed(
    pairs: list[tuple[Entry, Student | None]], rejected: list[Remark], students: Sequence[Student]
) -> list[tuple[Entry, Student | None]]:
    """Leave out rows that would change by what a student is found, where a rejected row is about the student too.

    Else that row would find nobody, or somebody else, when the same file is imported again.
    """
    while True:
        disputed = {
            student.id: remark.line
            for remark in reversed(rejected)
            if remark.entry
            for student in students_of(remark.entry, students)
        }
        wrong = [
            (entry, student)
            for entry, student in pairs
            if student and student.id in disputed and _renews(entry, student)
        ]
        if not wrong:
            return pairs
        pairs = [pair for pair in pairs if pair not in wrong]
        for entry, student in wrong:
            line = disputed[student.id]
            why = f"expected one row about {_shown(student.name)}, but line {line} may be, too"
            rejected.append(Remark(entry.line, why, entry))


def _renews(entry: Entry, student: Student) -> bool:
    """Whether the student would not be found any more by what he or she is found by now."""
    after = _keys(entry) | ({} if entry.nickname or not entry.name else {"name": comparable(entry.name)})
    return any(after.get(key, value) != value for key, value in _found_by(student).items())


def _found_by(student: Student) -> dict[str, str]:
    return _keys(student) | {"name": comparable(student.name)}


def students_of(entry: Entry, students: Iterable[Student]) -> list[Student]:
    """Find everybody whom a row may be about: by what is unique, or by the name where nothing is."""
    mine = _keys(entry).items() or {("name", comparable(entry.name))}
    return [student for student in students if mine & _found_by(student).items()]


def _keys(person: Entry | Student) -> dict[str, str]:
    return {key: comparable(value) for key in KEYS if (value := getattr(person, key))}


def _without_twins(entries: Sequence[Entry], rejected: list[Remark], warnings: list[Remark]) -> list[Entry]:
    """Leave out rows that are about the same person as an earlier one of the file."""
    first: dict[tuple[str, str], Entry] = {}
    # Rows without anything unique are told by their names, against all others.
    first_named = {("name", comparable(entry.name)): entry for entry in reversed(entries) if _keys(entry)}
    kept = []
    for entry in entries:
        keys = _keys(entry)
        unique = keys.items() if keys else {("name", comparable(entry.name))}
        known = first if keys else first_named
        twin = next((item for item in unique if item in known), None)
        if twin is None:
            kept.append(entry)
            known |= dict.fromkeys(unique, entry)
            continue
        _twin(entry, known[twin], twin[0], rejected, warnings)
    return kept


def _twin(entry: Entry, first: Entry, key: str, rejected: list[Remark], warnings: list[Remark]) -> None:
    what = KEYS.get(key, "name")
    value, there = one_line(getattr(entry, key), 60), f"in line {first.line}"
    group, other = comparable(entry.group), comparable(first.group)
    if comparable(entry.name) != comparable(first.name):
        message = f"expected each {what} once, but {value} is {_shown(first.called)}'s {there}"
        rejected.append(Remark(entry.line, message, entry))
    elif group and group != other:
        message = f"expected one group for each student, but {_shown(first.called)} is in "
        message += (
            f"{_shown(entry.group)!r} here and in {_shown(first.group)!r} {there}"
            if other
            else (f"{_shown(entry.group)!r} here and in none {there}")
        )
        rejected.append(Remark(entry.line, message, entry))
    else:
        message = f"the {what} {value} is there already, {there}; this row is not used"
        warnings.append(Remark(entry.line, message, entry))


def _by_name(
    entries: Sequence[Entry],
    found: dict[int, Student | None],
    students: Sequence[Student],
    rejected: list[Remark],
) -> None:
    """Match what is left by name, where row and student are the only ones of that name on both sides."""
    taken = {student.id for student in found.values() if student is not None}
    rows = Counter(comparable(entry.name) for entry in entries if entry.name)
    namesakes: dict[str, list[Student]] = {}
    for student in students:
        namesakes.setdefault(comparable(student.name), []).append(student)
    for entry in entries:
        name = comparable(entry.name)
        same = namesakes.get(name, [])
        if entry.line not in found or found[entry.line] is not None or rows[name] != 1:
            continue
        if len(same) > 1 and not _keys(entry):
            del found[entry.line]
            why = f"expected an e-mail address or a number, as {len(same)} students are called {_shown(entry.name)}"
            rejected.append(Remark(entry.line, why, entry))
        if len(same) != 1:
            continue
        (student,) = same
        # Another number is another person; another address may be a new one of the same.
        other = any(
            getattr(entry, key) and getattr(student, key) and _keys(entry)[key] != _keys(student)[key]
            for key in ("id_number", "account_id")
        )
        if not other and student.id not in taken:
            found[entry.line] = student
            taken.add(student.id)


def _shown(name: str) -> str:
    return one_line(name, 60)
