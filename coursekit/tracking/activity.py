"""Who did how much in each group, as git recorded it.

It is evidence to talk about, and no grade: reading, talking, pair work at one computer and training leave no lines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from coursekit.config import Course
from coursekit.git.who import Identity, Person, Settled, attribute, shared_addresses
from coursekit.store import Reader
from coursekit.store.activity import list_activity, rewritten
from coursekit.store.aliases import alias_key, list_aliases
from coursekit.store.people import list_groups, list_memberships, list_students
from coursekit.store.records import Alias, CountedRepository, Student
from coursekit.work import ALL, FAILED, NONE, Author, Done, by_area

#: To be shown wherever such numbers are.
NO_GRADE = (
    "This is what git recorded, without merges, the template, core_lib, outputs of notebooks, data and generated files. "
    "It is evidence to talk about and never a grade: reading, talking, pair work at one computer and training leave "
    "no lines."
)
TOGETHER = "A commit that names several authors (Co-authored-by) counts in full for each of them."


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one person did, or several whom nobody has told apart.

    Attributes
    ----------
    weeks : mapping of str to mapping of str to Done
        By ISO week of the course's time zone (``"2026-W41"``; ``""`` for dates that cannot be), then by milestone
        (``""`` for all of it).
    together : int
        How many of the commits name several authors.
    first_at, last_at : datetime or None
        By the dates of the authors' computers.
    """

    weeks: Mapping[str, Mapping[str, Done]] = field(default_factory=dict)
    together: int = 0
    first_at: dt.datetime | None = None
    last_at: dt.datetime | None = None

    @property
    def milestones(self) -> dict[str, Done]:
        """By milestone; ``""`` for all of it, ``"other"`` for what belongs to none."""
        return by_area(self.weeks.values())

    @property
    def total(self) -> Done:
        """All of it."""
        return self.milestones.get(ALL, Done())

    @property
    def commits(self) -> int:
        """How many commits."""
        return sum(areas[ALL].commits for areas in self.weeks.values() if ALL in areas)

    @property
    def lines(self) -> int:
        """How many lines they added or removed."""
        return sum(areas[ALL].lines for areas in self.weeks.values() if ALL in areas)

    @property
    def started(self) -> bool:
        """Whether there is any commit."""
        return bool(self.weeks)

    def idle_days(self, now: dt.datetime) -> int | None:
        """Give for how many whole days there was no commit; None where there never was one."""
        return None if self.last_at is None else max(0, (now - self.last_at).days)


@dataclass(frozen=True, slots=True)
class MemberActivity:
    """What a student did in the group's repository; `present` is False for who left the group."""

    student_id: int
    done: Contribution
    present: bool = True

    @property
    def has_not_started(self) -> bool:
        """Whether no commit is known to be the student's."""
        return not self.done.started


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A name and address in a repository of which nobody knows whose they are.

    Attributes
    ----------
    identities : tuple of Identity
        Several where they share a name or an address.
    by_name : tuple of Identity
        Those of them whose addresses several people use, so that only the name tells who it is.
    maybe : tuple of int
        The students who it could be, where there is more than one reason or person.
    """

    group_id: int
    identities: tuple[Identity, ...]
    done: Contribution
    maybe: tuple[int, ...] = ()
    by_name: tuple[Identity, ...] = ()


@dataclass(frozen=True, slots=True)
class Settling:
    """Whose an identity is, and how that is known; student None for nobody of the course."""

    identity: Identity
    student_id: int | None
    how: str
    authors: tuple[Author, ...]
    by_name: bool = False

    @property
    def done(self) -> Contribution:
        """What was done under this name and address."""
        return together(self.authors)


@dataclass(frozen=True, slots=True)
class Activity:
    """What the newest counted state of a group's repository shows.

    Attributes
    ----------
    group_id : int
    counted_at : datetime or None
        None where nothing was counted, yet or at all: then nothing is known, and nobody "has not started".
    commits : int
        The group's own, each once.
    last_at : datetime or None
        The newest own commit.
    members : tuple of MemberActivity
        Every present member, also those without a commit, in the order of the roster; then who left and has some.
    others : Contribution
        What nobody of the group did, as was settled: tutors, tools.
    unsettled : tuple of Unsettled
    settled : tuple of Settling
        How each identity was matched.
    notes : mapping of str to int
        What one must know to read the numbers; `say_notes` puts it into words.
    """

    group_id: int
    counted_at: dt.datetime | None = None
    commits: int = 0
    last_at: dt.datetime | None = None
    members: tuple[MemberActivity, ...] = ()
    others: Contribution = field(default_factory=Contribution)
    unsettled: tuple[Unsettled, ...] = ()
    settled: tuple[Settling, ...] = ()
    notes: Mapping[str, int] = field(default_factory=dict)

    @property
    def not_started(self) -> tuple[int, ...]:
        """The present members without a commit. While somebody is unsettled it may be they."""
        if self.counted_at is None:
            return ()
        return tuple(one.student_id for one in self.members if one.present and one.has_not_started)

    def idle(self, days: float, now: dt.datetime) -> bool:
        """Whether the group made no commit for so many days, or none at all."""
        return self.counted_at is not None and _idle(self.last_at, days, now)

    def idle_members(self, days: float, now: dt.datetime) -> tuple[int, ...]:
        """Give the present members who made no commit for so many days, or none at all."""
        if self.counted_at is None:
            return ()
        return tuple(
            one.student_id for one in self.members if one.present and _idle(one.done.last_at, days, now)
        )


def activities(course: Course, view: Reader) -> Mapping[int, Activity]:
    """Give every group's activity by the group's id, with identities matched to the group's students.

    Parameters
    ----------
    course : Course
    view : Reader
    """
    del course
    counted, forced = list_activity(view), rewritten(view)
    students = {student.id: student for student in list_students(view, left=True)}
    roster = _Roster(students, list_aliases(view, "git"))
    present: dict[int, list[int]] = {group.id: [] for group in list_groups(view)}
    past: dict[int, list[int]] = {group: [] for group in present}
    for one in list_memberships(view, history=True):
        (present if one.left_at is None else past)[one.group_id].append(one.student_id)
    return {
        group: _activity(group, counted.get(group), now, past[group], roster, forced)
        for group, now in present.items()
    }


class _Roster:
    """Everybody of the course, and what was settled."""

    def __init__(self, students: Mapping[int, Student], aliases: Mapping[str, Alias]) -> None:
        self.students = students
        self._aliases = aliases
        self._emails = {one.email.strip().casefold(): key for key, one in students.items() if one.email}

    def people(self, ids: Iterable[int], authors: Sequence[Author]) -> list[Person]:
        """Give the students of a group, and who else of the course is named here by the e-mail address."""
        guests = [self._emails[one.email] for one in authors if one.email in self._emails]
        return [
            Person(one.id, one.name, one.email or "", one.account or "", one.account_id or "")
            for one in (self.students[key] for key in dict.fromkeys([*ids, *guests]))
        ]

    def settled(self, one: Identity, shared: bool, ids: Collection[int]) -> Settled | None:
        """Give what an instructor said of an identity.

        A name alone counts only for a student of the group: in another one somebody else may be called the same.
        """
        found = None if shared else self._aliases.get(alias_key(one.name, one.email))
        if found is None:
            found = self._aliases.get(alias_key(one.name))
            if found is not None and found.student_id is not None and found.student_id not in ids:
                found = None
        return None if found is None else Settled(found.student_id)


def _activity(
    group: int,
    counted: CountedRepository | None,
    now: Sequence[int],
    past: Sequence[int],
    roster: _Roster,
    forced: Mapping[int, int],
) -> Activity:
    if counted is None or counted.notes.keys() & {NONE, FAILED}:
        members = tuple(MemberActivity(key, Contribution()) for key in now)
        return Activity(group, members=members, notes=counted.notes if counted else {})
    authors: dict[Identity, list[Author]] = {}
    erased = [author for author in counted.authors if not author.name and not author.email]
    for author in counted.authors:
        if author not in erased:
            authors.setdefault(Identity(author.name, author.email), []).append(author)
    ids = [*now, *past]
    people = roster.people(ids, counted.authors)
    shared = shared_addresses(authors, people)
    found = attribute(authors, people, lambda one, alike: roster.settled(one, alike, ids), shared)
    of: dict[int | None, list[Author]] = {None: erased}
    unsettled, settled = [], []
    for whose in found:
        theirs = [author for one in whose.identities for author in authors[one]]
        if whose.open:
            by_name = tuple(one for one in whose.identities if one.email in shared)
            unsettled.append(Unsettled(group, whose.identities, together(theirs), whose.maybe, by_name))
            continue
        of.setdefault(whose.key, []).extend(theirs)
        settled += [
            Settling(one, whose.key, whose.how, tuple(authors[one]), one.email in shared)
            for one in whose.identities
        ]
    matched = [MemberActivity(key, together(of.pop(key, []))) for key in now]
    others = of.pop(None)
    matched += [
        MemberActivity(key, together(theirs), present=False) for key, theirs in of.items() if key is not None
    ]
    notes = dict(counted.notes)
    if counted.repository_id in forced:
        notes["rewritten"] = forced[counted.repository_id]
    return Activity(
        group,
        counted.counted_at,
        counted.commits,
        counted.last_at,
        tuple(matched),
        together(others),
        tuple(sorted(unsettled, key=lambda one: (-one.done.commits, one.identities[0].name))),
        tuple(settled),
        notes,
    )


def together(authors: Sequence[Author]) -> Contribution:
    """Add up what was done under several names."""
    if not authors:
        return Contribution()
    if len(authors) == 1:
        (one,) = authors
        return Contribution(one.weeks, one.together, one.first_at, one.last_at)
    weeks: dict[str, dict[str, Done]] = {}
    for author in authors:
        for week, areas in author.weeks.items():
            into = weeks.setdefault(week, {})
            for area, done in areas.items():
                into[area] = into[area] + done if area in into else done
    firsts = [one.first_at for one in authors if one.first_at]
    lasts = [one.last_at for one in authors if one.last_at]
    return Contribution(
        dict(sorted(weeks.items())),
        sum(one.together for one in authors),
        min(firsts, default=None),
        max(lasts, default=None),
    )


def _idle(last: dt.datetime | None, days: float, now: dt.datetime) -> bool:
    return last is None or now - last >= dt.timedelta(days=days)
