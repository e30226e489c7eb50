"""Who may reach a group's repository on the git host: its members may, and who left it no longer.

Only whom the tool let in, or the store knows as a former member, is ever let go; teachers and helpers are not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from coursekit.hosts import Account, Host, HostError, Remote, UnknownAccountError
from coursekit.jobs import JobItem
from coursekit.store import Reader
from coursekit.store.access import list_access
from coursekit.store.people import comparable, list_groups, list_memberships, list_students
from coursekit.store.records import Group, Student
from coursekit.text import one_line


@dataclass(frozen=True, slots=True)
class Person:
    """A student, and what shall become of the access to one repository.

    Attributes
    ----------
    wanted : str or None
        The account that shall have access; None for who left.
    unwanted : tuple of str
        Accounts that shall not: of who left, or one that was wrong in the roster.
    """

    group: Group
    repository_id: int
    repository: str
    student_id: int
    student: str
    wanted: str | None
    unwanted: tuple[str, ...]

    @property
    def key(self) -> str:
        """Of the job's item: numbers, no names."""
        return f"group:{self.group.id} student:{self.student_id}"

    @property
    def version(self) -> str:
        """What it is done for: it may not change by being done."""
        return f"in {comparable(self.wanted)}" if self.wanted else "out"


def people_of(
    view: Reader, group_ids: set[int], reachable: dict[int, tuple[int, str]]
) -> tuple[list[Person], list[tuple[Group, list[str]]]]:
    """Give everybody whose access there is something to say about, and who has no account.

    Parameters
    ----------
    view : Reader
    group_ids : set of int
        The groups that are meant.
    reachable : dict of int to (int, str)
        Number and name of the groups' repositories on the host.
    """
    students = {student.id: student for student in list_students(view, left=True)}
    groups = {group.id: group for group in list_groups(view) if group.id in group_ids}
    present: dict[int, dict[int, Student]] = {number: {} for number in groups}
    before: dict[int, dict[int, None]] = {number: {} for number in groups}
    for one in list_memberships(view, history=True):
        if one.group_id in groups and one.student_id in students:
            before[one.group_id][one.student_id] = None
            if one.left_at is None:
                present[one.group_id][one.student_id] = students[one.student_id]
    granted: dict[tuple[int, int], list[str]] = {}
    for row in list_access(view):
        granted.setdefault((row.repository_id, row.student_id), []).append(row.account)

    found: list[Person] = []
    without: list[tuple[Group, list[str]]] = []
    for number, group in groups.items():
        members = present[number]
        missing = [student.name for student in members.values() if not student.account]
        if missing:
            without.append((group, missing))
        if number not in reachable:
            continue
        repository_id, repository = reachable[number]
        kept = {comparable(student.account) for student in members.values() if student.account}
        had = (student_id for repo, student_id in granted if repo == repository_id)
        for student_id in dict.fromkeys([*before[number], *had]):
            student = students[student_id]
            wanted = student.account if student_id in members else None
            gone = [*granted.get((repository_id, student_id), [])]
            if student_id not in members and student.account:
                gone.append(student.account)
            unwanted = {comparable(account): account for account in gone if comparable(account) not in kept}
            if wanted or unwanted:
                found.append(
                    Person(
                        group,
                        repository_id,
                        repository,
                        student_id,
                        student.name,
                        wanted,
                        tuple(unwanted.values()),
                    )
                )
    return found, without


class AccessWork:
    """Does one person's access after the other, and asks for a repository's people only once."""

    def __init__(
        self,
        host: Host,
        created: Mapping[str, Remote],
        *,
        act: bool,
        step: Callable[[Group, str], object],
        note: Callable[[Group, str], object],
    ) -> None:
        self._host = host
        self._act = act
        self._step = step
        self._note = note
        # Nobody but ourselves is in what was created a moment ago, and we may do all.
        ourselves = {comparable(host.me): Account(host.me, "member", strong=True)}
        self._seen: dict[str, tuple[Remote | None, dict[str, Account]]] = {
            name: (remote, ourselves) for name, remote in created.items()
        }
        self._pending: dict[int, tuple[Group, list[str]]] = {}

    def one(self, item: JobItem[Person]) -> str | None:
        """Let one person in or go; gives the account that has access through the tool now."""
        person = item.value
        remote, here = self._look(person)
        for account in person.unwanted:
            self._let_go(person, remote, here.get(comparable(account)))
        if person.wanted is None:
            return None
        return self._let_in(person, remote, here.get(comparable(person.wanted)))

    def tell(self) -> None:
        """Note whose invitations are open."""
        for group, names in self._pending.values():
            self._note(group, f"invited, and not accepted yet: {', '.join(names)}")

    def _look(self, person: Person) -> tuple[Remote | None, dict[str, Account]]:
        if person.repository not in self._seen:
            remote = self._host.find(person.repository)
            accounts = self._host.accounts(remote) if remote else []
            self._seen[person.repository] = remote, {comparable(one.name): one for one in accounts}
        remote, here = self._seen[person.repository]
        if remote is None and self._act:
            raise HostError(
                f"expected the repository {self._host.address(person.repository)}, found none",
                "Run  coursekit publish --again : it is made again.",
            )
        return remote, here

    def _let_go(self, person: Person, remote: Remote | None, account: Account | None) -> None:
        if account is None or remote is None:
            return
        if account.strong:
            self._note(
                person.group,
                f"{_who(person, account.name)} left the group, but may do more here than the tool gives; left alone",
            )
            return
        if self._act:
            self._host.revoke(remote, account)
        done = "removed" if self._act else "remove"
        self._step(person.group, f"{done} {_who(person, account.name)}")

    def _let_in(self, person: Person, remote: Remote | None, account: Account | None) -> str | None:
        wanted = person.wanted
        assert wanted is not None
        if account is not None and account.strong:
            # Somebody gave more than the tool does, so it is not the tool's to take away.
            return None
        if account is not None and account.state != "expired":
            if account.state == "invited":
                self._is_pending(person)
            return wanted
        if not self._act or remote is None:
            if not self._host.knows(wanted):
                raise self._unknown(person)
            self._step(person.group, f"let in {_who(person, wanted)}")
            return wanted
        if account is not None:
            self._host.revoke(remote, account)
        try:
            state = self._host.grant(remote, wanted)
        except UnknownAccountError:
            raise self._unknown(person) from None
        if state == "invited":
            self._is_pending(person)
        self._step(person.group, f"{'invited' if state == 'invited' else 'let in'} {_who(person, wanted)}")
        return wanted

    def _unknown(self, person: Person) -> UnknownAccountError:
        self._note(person.group, f"no such account on the host: {_who(person, person.wanted or '')}")
        # The reason is kept in the store, where no names stand.
        return UnknownAccountError(
            f"the account of student {person.student_id} is not known on {self._host.label}",
            "Correct it in the roster, import that again, and run this again.",
        )

    def _is_pending(self, person: Person) -> None:
        names = self._pending.setdefault(person.group.id, (person.group, []))[1]
        names.append(_who(person, person.wanted or ""))


def _who(person: Person, account: str) -> str:
    return f"{one_line(account, 60)} ({one_line(person.student, 60)})"
