"""A repository for every group of the course, which can be stopped at any point and run again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from coursekit.config import Course
from coursekit.course.places import Place, group_places
from coursekit.errors import InputError
from coursekit.files import remove_leftovers
from coursekit.jobs import JobItem, Progress, run_job, why
from coursekit.model import Member, Project
from coursekit.scaffold import Kit, get_template, is_made_for
from coursekit.store import Transaction, open_store
from coursekit.store.people import members
from coursekit.store.records import NewRepository, Student
from coursekit.store.repositories import add_repository
from coursekit.templates import Template

COMMAND = "new-project"
JOB = "new-project"

#: What became of a group's repository, or in a dry run would: it was made; a run that was killed had made it, and now
#: it is registered; an earlier run made it; the group has one of its own; nobody is in the group; or it failed.
Outcome = Literal["made", "registered", "there", "linked", "nobody", "failed"]


@dataclass(frozen=True, slots=True)
class GroupOutcome:
    """What became of one group's repository (or, in a dry run, would)."""

    group: str
    path: str
    outcome: Outcome
    members: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Creation:
    """What `create_repositories` did (or, in a dry run, would do) for each group of the course."""

    template: Template
    template_version: str
    core_version: str
    folder: Path
    groups: tuple[GroupOutcome, ...]
    dry_run: bool

    @property
    def counts(self) -> Mapping[str, int]:
        """How many groups had each outcome; together they are all groups."""
        return Counter(one.outcome for one in self.groups)


def create_repositories(
    course: Course,
    *,
    template: str = "",
    task: str = "",
    dry_run: bool = False,
    progress: Callable[[Progress], object] | None = None,
) -> Creation:
    """Make a repository for every group that has none.

    Parameters
    ----------
    course : Course
    template : str, optional
        A template's name, path or address; by default the one that `course.toml` states.
    task : str, optional
        The task type of all projects; by default the template's first one.
    dry_run : bool, optional
        Say what would be done, and write nothing.
    progress : callable, optional
        As for `coursekit.jobs.run_job`.

    Raises
    ------
    InputError
        If there is no template, or the course has no groups.
    """
    template = template or course.template
    if not template:
        raise InputError(
            "expected a template for the groups' repositories, found none in course.toml",
            'Give  --template NAME , or write  template = "NAME"  into [projects] of course.toml.',
        )
    kit = Kit(get_template(template), course, many=True)
    folder = course.folder / course.repositories
    with open_store(course.store, create=False) as store:
        with store.read() as view:
            places, people = group_places(course, view), members(view)
        if not places:
            raise InputError(
                "expected groups in the course, found none",
                "Make them with  coursekit groups  or from a column of the roster.",
            )
        found = {place.group.id: _standing(place, people[place.group.id]) for place in places}
        to_do = [place for place in places if found[place.group.id] == "made"]
        reasons: dict[int, str] = {}

        def work(item: JobItem[Place]) -> Outcome:
            return _make(kit, item.value, people[item.value.group.id], task, dry_run=dry_run)

        def record(tx: Transaction, item: JobItem[Place], outcome: Outcome) -> None:
            place = item.value
            path = place.folder.relative_to(course.folder).as_posix()
            add_repository(tx, NewRepository(place.group.id, path=path, origin="made"))
            found[place.group.id] = outcome

        if dry_run:
            for place in to_do:
                try:
                    found[place.group.id] = work(_item(place))
                except InputError as error:
                    reasons[place.group.id] = why(error)
        elif to_do:
            folder.mkdir(parents=True, exist_ok=True)
            remove_leftovers(folder)
            # Afresh: which are made is what the store says of their repositories, and these are not.
            items = [_item(place) for place in to_do]
            result = run_job(
                store, JOB, items, work, record=record, command=COMMAND, again=True, progress=progress
            )
            by_key = {failure.key: failure.reason for failure in result.failures}
            reasons = {place.group.id: by_key[_key(place)] for place in to_do if _key(place) in by_key}
    outcomes = [
        GroupOutcome(
            place.group.name,
            place.folder.relative_to(course.folder).as_posix(),
            "failed" if place.group.id in reasons else found[place.group.id],
            len(people[place.group.id]),
            reasons.get(place.group.id, ""),
        )
        for place in places
    ]
    return Creation(kit.template, kit.version, kit.core_version, folder, tuple(outcomes), dry_run)


def _key(place: Place) -> str:
    return f"group:{place.group.id}"


def _item(place: Place) -> JobItem[Place]:
    # A repository that was registered and is gone counts as another one than the first.
    return JobItem(_key(place), place, f"instead of {place.repository.id}" if place.repository else "")


def _standing(place: Place, people: Sequence[Student]) -> Outcome:
    """Say what the store and a look at the folder tell of a group; "made" means that there is something to do."""
    repository = place.repository
    if repository and repository.origin == "linked":
        return "linked"
    # One that is on a host, or was fetched, may well be gone from this machine.
    if repository and (repository.url or place.work):
        return "there"
    return "made" if people else "nobody"


def _make(kit: Kit, place: Place, people: Sequence[Student], task: str, *, dry_run: bool) -> Outcome:
    name = place.group.name
    if place.folder.is_symlink() or (place.folder.exists() and not _is_empty(place.folder)):
        if is_made_for(place.folder, name):
            return "registered"
        raise InputError(
            f"expected nothing at {place.folder}, found something there that was not made for this group",
            "Move it away, or register it if it is the group's repository:  coursekit groups link",
        )
    project = _state(kit, name, people, task)
    if not dry_run:
        try:
            kit.write(place.folder, *kit.complete(project), tidy=False)
        except OSError as error:
            raise InputError(f"could not be written: {error.strerror or error}") from error
    return "made"


def _state(kit: Kit, name: str, people: Sequence[Student], task: str) -> Project:
    found = [Member(one.name, one.email or "", one.account or "") for one in people]
    return kit.state(name, found, task, group=name)


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())
