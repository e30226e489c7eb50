"""`coursekit publish`: the groups' repositories go to a git host, and their members get access there.

Two jobs, each resumable: first the repositories are created and pushed, then who belongs to a group is let in
and who left it is let go. What has not changed since it was done is not even asked for on the host.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from coursekit.config import Course, HostSettings
from coursekit.course.access import AccessWork, Person, people_of
from coursekit.course.places import Place, choose_groups, group_places
from coursekit.errors import CoursekitError, InputError
from coursekit.git.push import Standing, local_branches, push_branch, remote_branches, standing
from coursekit.hosts import Host, HostError, Remote, open_host
from coursekit.jobs import ItemFailure, JobItem, JobResult, Progress, plan_job, run_job, why
from coursekit.store import Reader, Store, Transaction, open_store
from coursekit.store.access import end_access, note_access
from coursekit.store.records import Group, NewRepository, Repository
from coursekit.store.repositories import add_repository, set_address
from coursekit.text import one_line

MAIN = "main"
# The pristine rendering, which updates are merged from; pushed too, so that they work from any clone.
BRANCHES = (MAIN, "coursekit/template")
REPOSITORIES, ACCESS = "publish", "publish access"

_Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done on the host, or in a dry run would be: for which group, and what."""

    group: str
    what: str


@dataclass(frozen=True, slots=True)
class Publishing:
    """What a run did, or in a dry run would do.

    Attributes
    ----------
    host : str
        How the host is called.
    steps : tuple of Step
        What was changed there; without any, nothing was.
    notes : tuple of Step
        What the instructor should know.
    repositories, access : JobResult
        The exact counts; in a dry run, ``done`` is what would be worked on.
    names : mapping
        The groups' names by the keys of the items.
    """

    host: str
    steps: tuple[Step, ...]
    notes: tuple[Step, ...]
    repositories: JobResult
    access: JobResult | None
    names: Mapping[str, str]

    def called(self, key: str) -> str:
        """Give the group's name for an item's key."""
        return self.names.get(key.partition(" ")[0], key)

    @property
    def members_failed(self) -> tuple[ItemFailure, ...]:
        """Whose access could not be set, and why."""
        return self.access.failures if self.access else ()

    def as_dict(self) -> dict[str, Any]:
        """Give the form for other programs."""
        jobs = {"repositories": self.repositories, "members": self.access}
        return {
            "host": self.host,
            "steps": [{"group": one.group, "what": one.what} for one in self.steps],
            "notes": [{"group": one.group, "what": one.what} for one in self.notes],
            "counts": {
                name: {"done": job.done, "skipped": job.skipped, "failed": job.failed, "of": job.of}
                for name, job in jobs.items()
                if job
            },
            "failures": [
                {"group": self.called(one.key), "item": one.key, "reason": one.reason}
                for one in (*self.repositories.failures, *self.members_failed)
            ],
        }

    @property
    def failed(self) -> int:
        """How many items could not be done."""
        return self.repositories.failed + (self.access.failed if self.access else 0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A group's repository as it shall be on the host."""

    place: Place
    name: str
    mark: str
    about: str
    branches: dict[str, str]


def publish(
    course: Course,
    groups: Sequence[str] = (),
    *,
    again: bool = False,
    dry_run: bool = False,
    say: _Say = lambda _: None,
    progress: Callable[[str], Callable[[Progress], object]] | None = None,
) -> Publishing:
    """Bring the groups' repositories, and who may reach them, to the course's git host.

    Nothing there is overwritten: a repository that is not this course's is left alone, and so is a branch that
    the group has already pushed to.

    Parameters
    ----------
    course : Course
    groups : sequence of str, optional
        Names; all groups by default.
    again : bool, optional
        Whether to look on the host also at what an earlier run did.
    dry_run : bool, optional
        Look at everything, and change nothing.
    say : callable, optional
        Is told of waits.
    progress : callable, optional
        Given what is counted (``"repositories"``, ``"members"``), gives what a job tells its progress to.

    Raises
    ------
    CoursekitError
        If the host is not stated, cannot be reached, or does not let us in; nothing was changed then.
    """
    if course.host is None:
        raise InputError(
            "expected a git host in course.toml, found no table [host]",
            'Add for example:\n\n[host]\nkind = "github"          # or gitlab, ssh, folder\n'
            'namespace = "dl-course"  # the organization that owns the repositories\n',
        )
    host = open_host(course.host, course.folder, say)
    with open_store(course.store) as store:
        with store.read() as view:
            chosen = choose_groups(view, groups)
            places = [place for place in group_places(course, view) if place.group in chosen]
        run = _Run(course, course.host, host, store, again, act=not dry_run)
        items = run.items([place for place in places if not _is_linked(place)])
        for place in places:
            if _is_linked(place):
                run.note(place.group, f"linked, at {_where(place)}: the group's own, left alone")
        repositories = run.repositories(items, progress and progress("repositories"))
        access = None
        if host.has_accounts:
            # In a dry run, what is in the way of a repository is in the way of its members too.
            failed = {failure.key for failure in repositories.failures} if dry_run else set()
            ids = {place.group.id for place in places if f"group:{place.group.id}" not in failed}
            access = run.access(ids, progress and progress("members"))
    names = {f"group:{place.group.id}": place.group.name for place in places}
    return Publishing(host.label, tuple(run.steps), tuple(run.notes), repositories, access, names)


class _Run:
    """One call of `publish`."""

    def __init__(
        self, course: Course, settings: HostSettings, host: Host, store: Store, again: bool, *, act: bool
    ) -> None:
        self.course = course
        self.settings = settings
        self.host = host
        self.store = store
        self.again = again
        self.act = act
        self.steps: list[Step] = []
        self.notes: list[Step] = []
        self._begun = False
        self._created: dict[str, Remote] = {}

    def note(self, group: Group, what: str) -> None:
        self.notes.append(Step(group.name, what))

    def step(self, group: Group, what: str) -> None:
        self.steps.append(Step(group.name, what))

    def items(self, places: Sequence[Place]) -> list[JobItem[Wanted]]:
        found = []
        for place in places:
            wanted = _wanted(self.course, self.settings, self.host, place)
            # Without the commits: what lies elsewhere, or is not there yet, is said when its turn comes.
            commits = [f"{name} {commit}" for name, commit in sorted(wanted.branches.items())]
            version = _digest(self.host.address(wanted.name), *commits)
            found.append(JobItem(f"group:{place.group.id}", wanted, version))
        return found

    def repositories(
        self, items: list[JobItem[Wanted]], progress: Callable[[Progress], object] | None
    ) -> JobResult:
        """Create and push what is not there yet."""
        return self._job(REPOSITORIES, items, self._publish_one, self._record_one, progress)

    def access(self, group_ids: set[int], progress: Callable[[Progress], object] | None) -> JobResult:
        """Let members in, and former ones go."""
        with self.store.read() as view:
            people, without = people_of(view, group_ids, self._reachable(view))
        for group, names in without:
            self.note(group, f"without an account in the roster: {', '.join(one_line(n, 60) for n in names)}")
        work = AccessWork(self.host, self._created, act=self.act, step=self.step, note=self.note)
        items = [JobItem(one.key, one, _digest(one.version)) for one in people]

        def record(tx: Transaction, item: JobItem[Person], value: str | None) -> None:
            one = item.value
            if value is not None:
                note_access(tx, one.repository_id, one.student_id, value)
            end_access(tx, one.repository_id, one.student_id, keep=value)

        result = self._job(ACCESS, items, work.one, record, progress)
        work.tell()
        return result

    def _reachable(self, view: Reader) -> dict[int, tuple[int, str]]:
        """Give number and name of the repositories on this host, by group; in a dry run, also those to come."""
        found = {}
        for place in group_places(self.course, view):
            repository = place.repository
            if _is_linked(place) or (repository is None and self.act):
                continue
            name = self.host.name_of(repository.url) if repository and repository.url else None
            if name is None and not self.act and not (repository and repository.url):
                name = _name(self.settings, place)
            if name is not None:
                found[place.group.id] = (repository.id if repository else 0, name)
        return found

    def _job(
        self,
        name: str,
        items: list[JobItem[Any]],
        work: Callable[[JobItem[Any]], Any],
        record: Callable[[Transaction, JobItem[Any], Any], object],
        progress: Callable[[Progress], object] | None,
    ) -> JobResult:
        plan = plan_job(self.store, name, items, again=self.again)
        to_do = {planned.key for planned in plan if planned.action != "keep"}
        if to_do and not self._begun:
            # Once, and before the first item: a wrong token is one error, not one a group.
            self.host.begin()
            self._begun = True
        if self.act:
            return run_job(
                self.store,
                name,
                items,
                work,
                record=record,
                command="publish",
                again=self.again,
                progress=progress,
            )
        return _pretend(name, items, to_do, work, progress)

    def _publish_one(self, item: JobItem[Wanted]) -> Remote | None:
        """Create a repository where there is none, and push what it does not have."""
        wanted = item.value
        group, folder = wanted.place.group, wanted.place.folder
        if MAIN not in wanted.branches:
            raise InputError(
                f"expected the group's repository with a branch {MAIN!r} at {one_line(str(folder))}, found none",
                "Make the repositories first:  coursekit new-project --all",
            )
        url = wanted.place.repository.url if wanted.place.repository else None
        if url is not None and self.host.name_of(url) is None:
            raise HostError(
                f"published already, at {one_line(url, 200)}, which is not on {self.host.label}",
                "Correct the table [host] in course.toml, or leave this group out.",
            )
        remote = self.host.find(wanted.name)
        if remote is None:
            self.step(
                group,
                f"created {self.host.address(wanted.name)}"
                if self.act
                else f"create {self.host.address(wanted.name)}",
            )
            if self.act:
                remote = self._created[wanted.name] = self.host.create(wanted.name, wanted.about)
            there: dict[str, str] = {}
        elif wanted.mark in remote.about or remote.url == url:
            there = remote_branches(self.host.target(remote), list(wanted.branches))
        else:
            raise HostError(
                f"there is a repository at {remote.url} already, and it is not this course's; it was left alone",
                "Rename it there, or set another 'prefix' in course.toml, [host].",
            )
        for name, commit in wanted.branches.items():
            self._push(wanted, remote, name, commit, there.get(name))
        if remote is not None and self.act:
            self.host.let_members_push(remote, MAIN)
        return remote

    def _push(self, wanted: Wanted, remote: Remote | None, name: str, commit: str, there: str | None) -> None:
        group, folder = wanted.place.group, wanted.place.folder
        stands = standing(folder, commit, there)
        if stands is Standing.SAME:
            return
        pushed = stands is not Standing.MOVED_ON
        if pushed and self.act and remote is not None:
            pushed = push_branch(folder, self.host.target(remote), name, commit)
        if pushed:
            self.step(group, f"{'pushed' if self.act else 'push'} {name} at {commit[:10]}")
        else:
            self.note(group, f"{name} on the host has the group's work already; left as it is")

    def _record_one(self, tx: Transaction, item: JobItem[Wanted], remote: Remote) -> None:
        place = item.value.place
        repository: Repository | None = place.repository
        if repository is None:
            path = place.folder.relative_to(self.course.folder).as_posix()
            repository = add_repository(tx, NewRepository(place.group.id, path=path))
        # It may have been renamed on the host, which leads from the old name to it.
        set_address(tx, repository.id, remote.url, replace=True)


def _pretend(
    name: str,
    items: Sequence[JobItem[Any]],
    to_do: set[str],
    work: Callable[[JobItem[Any]], Any],
    progress: Callable[[Progress], object] | None,
) -> JobResult:
    """Do what the job would do but for the changes, so that a dry run says exactly what a run does."""
    failures: list[ItemFailure] = []
    done, skipped = 0, len(items) - len(to_do)
    for item in items:
        if item.key not in to_do:
            continue
        try:
            work(item)
            done += 1
        except CoursekitError as error:
            failures.append(ItemFailure(item.key, why(error)))
        if progress:
            progress(Progress(done, skipped, len(failures), len(items), item.key))
    return JobResult(name, done, skipped, tuple(failures), len(items))


def _wanted(course: Course, settings: HostSettings, host: Host, place: Place) -> Wanted:
    # A group that was renamed keeps its repository's name.
    url = place.repository.url if place.repository else None
    name = (host.name_of(url) if url else None) or _name(settings, place)
    mark = f"coursekit {_digest(str(place.group.id), place.group.added_at.isoformat())[:12]}"
    about = f"{one_line(place.group.name, 80)} · {one_line(course.name, 80)} · {mark}"
    try:
        branches = local_branches(place.folder, BRANCHES)
    except InputError:
        branches = {}
    return Wanted(place, name, mark, about, branches)


def _name(settings: HostSettings, place: Place) -> str:
    return f"{settings.prefix}{place.name}"


def _is_linked(place: Place) -> bool:
    return place.repository is not None and place.repository.origin == "linked"


def _where(place: Place) -> str:
    assert place.repository is not None
    return one_line(place.repository.url or place.repository.path or "", 120)


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
