"""Gives each row of a session its student, and looks whether two people were taken for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coursekit.store.people import comparable
from coursekit.tracking.attendance.match import Match, Matcher
from coursekit.tracking.attendance.spans import Span, covered

# Devices that change over, and clocks that differ, are not two people at once.
_AT_ONCE = 60
_MOST_DEVICES = 20

# What is told, or was settled, goes before a name, and a name before one that is only like it.
_WEIGHT = {"email": 2, "alias": 2, "name": 1, "fuzzy": 0, "none": 0}


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody in a row of a list, and when."""

    name: str
    email: str | None
    span: Span | None
    where: str = ""


@dataclass(slots=True)
class _Person:
    """All rows of one name and address."""

    name: str
    email: str
    spans: list[Span | None]
    where: str
    match: Match

    @property
    def weight(self) -> int:
        return _WEIGHT[self.match.how]


def assign(rows: Sequence[Seen], matcher: Matcher) -> list[Match]:
    """Find the student of every row of a session.

    Rows of two people who were there at the same time are not taken for one student silently: not with different
    e-mail addresses, and not where one of them has only a similar name. The weaker one is unclear then, or both.
    """
    people: dict[tuple[str, str], _Person] = {}
    for row in rows:
        key = (comparable(row.name), comparable(row.email or ""))
        person = people.get(key)
        if person is None:
            match = matcher.find(row.name, row.email)
            people[key] = _Person(row.name, key[1], [row.span], row.where, match)
        else:
            person.spans.append(row.span)
    taken: dict[int, list[_Person]] = {}
    for person in people.values():
        if person.match.student is not None:
            taken.setdefault(person.match.student.id, []).append(person)
    for several in taken.values():
        if len(several) > 1:
            _settle(several)
    return [people[comparable(row.name), comparable(row.email or "")].match for row in rows]


def _settle(people: list[_Person]) -> None:
    if len(people) > _MOST_DEVICES:
        # Nobody joins under so many names and addresses; and each is compared with each.
        for person in people:
            if person.weight < _WEIGHT["email"]:
                person.match = person.match.unclear(f"{len(people)} participants would be the same student")
        return
    wrong: dict[int, tuple[_Person, _Person]] = {}
    for at, one in enumerate(people):
        for other in people[at + 1 :]:
            if not (_are_two(one, other) and _at_once(one, other)):
                continue
            if one.weight <= other.weight:
                wrong[id(one)] = one, other
            if other.weight <= one.weight:
                wrong[id(other)] = other, one
    for person, other in wrong.values():
        what = "another e-mail address" if person.email and other.email else "another name"
        person.match = person.match.unclear(f"{other.where} is there at the same time, with {what}")


def _are_two(one: _Person, other: _Person) -> bool:
    if one.weight == other.weight == _WEIGHT["email"]:
        return False
    if one.email and other.email:
        return one.email != other.email
    return "fuzzy" in (one.match.how, other.match.how)


def _at_once(one: _Person, other: _Person) -> bool:
    if None in one.spans or None in other.spans:
        # Nobody knows when.
        return True
    mine = [span for span in one.spans if span]
    theirs = [span for span in other.spans if span]
    return covered(mine) + covered(theirs) - covered([*mine, *theirs]) > _AT_ONCE
