"""`coursekit identities`: whose the names and addresses in git are, settled once and remembered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from coursekit.config import Course
from coursekit.course.activity import count_activity
from coursekit.course.places import choose_groups
from coursekit.errors import InputError
from coursekit.git.mailmap import tidy
from coursekit.git.who import Identity, nearest_people
from coursekit.jobs import Progress
from coursekit.people import People, Person
from coursekit.store import Reader, Store, Transaction, open_store
from coursekit.store.aliases import settle_alias
from coursekit.store.people import list_students, members
from coursekit.store.records import Student
from coursekit.text import nearest, one_line
from coursekit.tracking.activity import Activity, Contribution, activities

COMMAND = "identities"
_PAIR = re.compile(r"([^<>]*)<([^<>]*)>\s*")


@dataclass(frozen=True, slots=True)
class Listed:
    """A person in git: identities of one group that belong together.

    Attributes
    ----------
    group : str
    identities : tuple of Identity
    by_name : tuple of Identity
        Those that only the name tells, as several people use the address.
    student : Student or None
        None for nobody of the course, or nobody known yet.
    how : str
        ``"open"`` while nobody has settled it; else see `coursekit.git.who`.
    done : Contribution
    maybe : tuple of Student
        Who it could be: suggestions, nearest first.
    """

    group: str
    identities: tuple[Identity, ...]
    by_name: tuple[Identity, ...]
    student: Student | None
    how: str
    done: Contribution
    maybe: tuple[Student, ...] = ()

    @property
    def shown(self) -> str:
        """The names and addresses, safe to print."""
        return ", ".join(one_line(f"{one.name} <{one.email}>", 80) for one in self.identities)


#: Asks whose an identity is; see `identities`.
Ask = Callable[[Listed, str], "str | None"]


@dataclass(frozen=True, slots=True)
class Identities:
    """What is in the queue, what was settled now, and of how many groups nothing was counted yet."""

    listed: tuple[Listed, ...]
    settled: tuple[Listed, ...]
    not_counted: int

    @property
    def open(self) -> tuple[Listed, ...]:
        """Those that somebody has to settle."""
        return tuple(one for one in self.listed if one.how == "open")

    def as_dict(self) -> dict[str, Any]:
        """Give the form for other programs."""
        return {
            "open": len(self.open),
            "identities": [_as_dict(one) for one in self.listed],
            "settled": [_as_dict(one) for one in self.settled],
            "groups_not_counted": self.not_counted,
        }


def identities(
    course: Course,
    groups: Sequence[str] = (),
    *,
    same: Iterable[tuple[str, str]] = (),
    nobody: Iterable[str] = (),
    everyone: bool = False,
    ask: Ask | None = None,
    reason: str | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Identities:
    """List the names in git that no student was found for, after settling some.

    Parameters
    ----------
    course : Course
    groups : sequence of str, optional
        Names; all groups by default.
    same : iterable of (str, str), optional
        An identity, ``"Name <address>"``, an address or a name, and the student whose it is.
    nobody : iterable of str, optional
        Identities of nobody on the roster: tutors, tools.
    everyone : bool, optional
        List also those that were matched, with how.
    ask : callable, optional
        ``ask(one, problem)`` is asked of each open one in turn, with what was wrong with the last answer: a student,
        ``"-"`` for nobody, ``""`` to leave it open, None to stop. Each answer is kept at once.
    reason : str, optional
        For the audit.
    progress : callable, optional
        As for `coursekit.jobs.run_job`.

    Raises
    ------
    InputError
        If something named is not there, or could be several; then nothing is settled.
    """
    wanted = [*((text, student) for text, student in same), *((text, None) for text in nobody)]
    count_activity(course, groups, progress=progress)
    settled: list[Listed] = []
    with open_store(course.store, create=False) as store:
        if wanted:
            with store.transaction(COMMAND) as tx:
                queue = _Queue(course, tx, groups)
                decided = [(text, queue.people.find(who).id if who else None) for text, who in wanted]
                for text, student_id in decided:
                    settled += [_settle(tx, one, student_id, queue, reason) for one in queue.find(text)]
        if ask is not None:
            settled += _settle_asked(course, store, groups, ask, reason)
        with store.read() as view:
            queue = _Queue(course, view, groups)
    listed = tuple(one for one in queue.listed if everyone or one.how == "open")
    return Identities(listed, tuple(settled), queue.not_counted)


def _settle_asked(
    course: Course, store: Store, groups: Sequence[str], ask: Ask, reason: str | None
) -> list[Listed]:
    settled: list[Listed] = []
    left: set[tuple[Identity, ...]] = set()
    while True:
        # Each time anew: what was just settled may tell whose others are.
        with store.read() as view:
            queue = _Queue(course, view, groups)
        one = next((one for one in queue.listed if one.how == "open" and one.identities not in left), None)
        answer = None if one is None else _answer(queue, ask, one)
        if one is None or answer is None:
            return settled
        if answer == _LEFT_OPEN:
            left.add(one.identities)
            continue
        with store.transaction(COMMAND) as tx:
            student_id = None if answer == _NOBODY else answer
            settled.append(_settle(tx, one, student_id, queue, reason))


def _answer(queue: _Queue, ask: Ask, one: Listed) -> int | None:
    """Ask until there is an answer: a student's id, one of the two below, or None to stop."""
    problem = ""
    while True:
        answer = ask(one, problem)
        if answer is None:
            return None
        answer = answer.strip()
        if answer in ("", "-"):
            return _NOBODY if answer else _LEFT_OPEN
        if answer.isdecimal() and 1 <= int(answer) <= len(one.maybe):
            return one.maybe[int(answer) - 1].id
        try:
            return queue.people.find(answer).id
        except InputError as error:
            problem = f"{error.message}. {error.hint}"


_LEFT_OPEN, _NOBODY = -1, -2


class _Queue:
    """All identities of some groups, as they are matched now."""

    def __init__(self, course: Course, view: Reader, groups: Sequence[str]) -> None:
        chosen = choose_groups(view, groups)
        self.students = {student.id: student for student in list_students(view, left=True)}
        self.people = People(
            Person(one.id, one.name, one.email or "", one.account or "") for one in self.students.values()
        )
        found, within = activities(course, view), members(view)
        self.listed = [
            listed
            for group in chosen
            for listed in self._of(group.name, found[group.id], [one.id for one in within[group.id]])
        ]
        self.not_counted = sum(found[group.id].counted_at is None for group in chosen)

    def _of(self, group: str, activity: Activity, present: Sequence[int]) -> list[Listed]:
        listed = []
        for one in activity.unsettled:
            near = nearest_people(one.identities, [(key, self.students[key].name) for key in present])
            maybe = dict.fromkeys([*one.maybe, *near])
            students = tuple(self.students[key] for key in maybe)
            listed.append(Listed(group, one.identities, one.by_name, None, "open", one.done, students))
        for other in activity.settled:
            student = None if other.student_id is None else self.students.get(other.student_id)
            by_name = (other.identity,) if other.by_name else ()
            listed.append(Listed(group, (other.identity,), by_name, student, other.how, other.done))
        return listed

    def find(self, text: str) -> list[Listed]:
        """Return what `text` names, in every group where it is."""
        match = _PAIR.fullmatch(text.strip())
        name, email = (match[1], match[2]) if match else ("", "") if "@" in text else (text, "")
        if not match and "@" in text:
            email = text
        name, email = tidy(name).casefold(), tidy(email).casefold()
        found = [
            one
            for one in self.listed
            if any(
                (not name or each.name.casefold() == name)
                and (each.email == email or (not email and not match))
                for each in one.identities
            )
        ]
        if not found:
            known = [f"{each.name} <{each.email}>" for one in self.listed for each in one.identities]
            close = nearest(text, known)
            raise InputError(
                f"expected a name or an address from git, found {one_line(text, 80)!r}, which no counted history has",
                f"Did you mean {one_line(close, 90)!r}?"
                if close
                else "'coursekit identities --all' lists them.",
            )
        return found


def _settle(
    tx: Transaction, one: Listed, student_id: int | None, queue: _Queue, reason: str | None
) -> Listed:
    for each in one.identities:
        email = None if each in one.by_name else each.email
        settle_alias(tx, "git", each.name, email, student_id, reason=reason)
    student = None if student_id is None else queue.students[student_id]
    return Listed(one.group, one.identities, one.by_name, student, "settled", one.done)


def _as_dict(one: Listed) -> dict[str, Any]:
    return {
        "group": one.group,
        "identities": [{"name": each.name, "email": each.email} for each in one.identities],
        "student": one.student.name if one.student else None,
        "how": one.how,
        "commits": one.done.commits,
        "lines": one.done.lines,
        "last_at": one.done.last_at.isoformat() if one.done.last_at else None,
        "maybe": [student.name for student in one.maybe],
    }
