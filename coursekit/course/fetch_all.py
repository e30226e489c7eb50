"""`coursekit fetch`: a bare clone of every group's repository, and what happened to each since the last time."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from coursekit.config import Course
from coursekit.course.activity import count_activity
from coursekit.course.places import Place, choose_groups, group_places
from coursekit.errors import CoursekitError, InputError
from coursekit.git.address import PROTOCOLS, check_address
from coursekit.git.changes import Event, Fetched
from coursekit.git.command import find_git
from coursekit.git.mirror import Limits, address_of, fetch_mirror
from coursekit.git.reasons import FetchError
from coursekit.jobs import ItemFailure, JobItem, JobResult, Progress, plan_job, run_job
from coursekit.store import Transaction, open_store
from coursekit.store.fetches import newest_fetches, record_fetch
from coursekit.store.records import Fetch, FetchEvent, NewFetch

JOB = "fetch"
MEGABYTE = 1000 * 1000

# What a run found of a group; the last three are no fetches: done already by a run of today that was cut short,
# nothing to fetch from, and (in a dry run) what would be tried.
Outcome = Literal[
    "new", "updated", "unchanged", "empty", "failed", "done-before", "no-address", "would-fetch"
]


@dataclass(frozen=True, slots=True)
class GroupFetch:
    """What a fetch gave of one group.

    Attributes
    ----------
    group : str
    outcome : str
    clone : str
        The bare clone, relative to the course's folder, with forward slashes.
    branch, commit : str
        The default branch and its newest commit; empty where there is none.
    committed_at : datetime or None
        In the course's time zone, else in this computer's.
    commits : int
        How many came.
    events : tuple of Event
    reason, hint, kind : str
        Why it failed: for people, what to do about it, and for programs.
    """

    group: str
    outcome: Outcome
    clone: str
    branch: str = ""
    commit: str = ""
    committed_at: datetime | None = None
    commits: int = 0
    events: tuple[Event, ...] = ()
    reason: str = ""
    hint: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Fetching:
    """What a run gave of all groups."""

    groups: tuple[GroupFetch, ...]
    result: JobResult
    dry_run: bool
    #: Groups of which nobody could count who did what, with the reason.
    not_counted: tuple[tuple[str, str], ...] = ()

    @property
    def without_address(self) -> int:
        """How many groups have no repository to fetch from."""
        return sum(one.outcome == "no-address" for one in self.groups)

    def as_dict(self) -> dict[str, Any]:
        """Give the form for other programs."""
        return {
            "dry_run": self.dry_run,
            "groups": [_as_dict(one) for one in self.groups],
            "counts": {
                "done": self.result.done,
                "skipped": self.result.skipped,
                "failed": self.result.failed,
                "of": self.result.of,
                "without_address": self.without_address,
            },
            "not_counted": [{"group": group, "reason": reason} for group, reason in self.not_counted],
        }


@dataclass(slots=True)
class _Found:
    """What the workers found so far, by the items' keys."""

    fetched: dict[str, Fetched] = field(default_factory=dict)
    failed: dict[str, CoursekitError] = field(default_factory=dict)


def fetch_all(
    course: Course,
    groups: Sequence[str] = (),
    *,
    jobs: int = 8,
    timeout: float = 300.0,
    max_size: float = 1000.0,
    allow: Collection[str] = (),
    dry_run: bool = False,
    progress: Callable[[str], Callable[[Progress], object]] | None = None,
) -> Fetching:
    """Bring the groups' repositories here as bare clones, or bring the clones up to date.

    Parameters
    ----------
    course : Course
    groups : sequence of str, optional
        Names; all groups by default. A group that is named is fetched even if an earlier run was just there.
    jobs : int, optional
        How many are fetched at once.
    timeout : float, optional
        Seconds for each repository.
    max_size : float, optional
        MB for each clone.
    allow : collection of str, optional
        Protocols beside https and ssh: ``"http"``, ``"file"``.
    dry_run : bool, optional
        Say what would be fetched, and reach no host.
    progress : callable, optional
        Given what is counted (``"repositories"``), gives what a job tells its progress to.

    Returns
    -------
    Fetching
        With every group; those that could not be fetched have their reason.

    Raises
    ------
    CoursekitError
        When git is missing, a name is unknown, or the store cannot be used.
    """
    find_git()
    with open_store(course.store) as store:
        with store.read() as view:
            chosen = choose_groups(view, groups)
            everywhere = group_places(course, view)
        places = [place for place in everywhere if place.group in chosen]
        items = [_item(place, named=bool(groups)) for place in places if _address(place)]
        work = _Work(course, allow, Limits(timeout, int(max_size * MEGABYTE)), everywhere)
        if dry_run:
            planned = {one.key: one.action for one in plan_job(store, JOB, items, again=True)}
            kept = sum(action == "keep" for action in planned.values())
            plans = tuple(work.plan(place, keep=planned.get(_key(place)) == "keep") for place in places)
            wrong = sum(one.outcome == "failed" for one in plans)
            result = JobResult(JOB, len(items) - kept - wrong, kept, work.failures(plans), len(items))
            return Fetching(plans, result, dry_run=True)
        telling = progress("repositories") if progress else None

        def tell(done: Progress) -> None:
            # A failure has no transaction of its own in the job.
            if done.key is not None and done.reason is not None:
                repository = work.repository(done.key)
                with store.transaction(JOB) as tx:
                    record_fetch(tx, NewFetch(repository, "failed", reason=work.why(done.key, done.reason)))
            if telling:
                telling(done)

        with _stopping(work.stop):
            result = run_job(
                store, JOB, items, work, record=work.record, again=True, workers=jobs, progress=tell
            )
        with store.read() as view:
            before = newest_fetches(view)
    # While it is fresh: so that `coursekit track` need not wait for it.
    counted = count_activity(
        course, [place.group.name for place in places], progress=progress("histories") if progress else None
    )
    outcomes = tuple(work.outcome(place, before) for place in places)
    return Fetching(outcomes, result, dry_run=False, not_counted=counted.failed)


class _Work:
    """Fetches one item, in any thread, and remembers what came of it."""

    def __init__(self, course: Course, allow: Collection[str], limits: Limits, places: list[Place]) -> None:
        self.stop = threading.Event()
        self._course = course
        self._allow = allow
        self._limits = limits
        self._found = _Found()
        self._places = {_key(place): place for place in places}
        self._taken = {place.clone for place in places}
        self._adopting = threading.Lock()

    def __call__(self, item: JobItem[Place]) -> Fetched:
        place, key = item.value, item.key
        try:
            address = _address(place)
            self._adopt(place, address)
            fetched = fetch_mirror(
                address, place.clone, limits=self._limits, protocols=self._protocols(address),
                stopped=self.stop.is_set,
            )  # fmt: skip
        except CoursekitError as error:
            self._found.failed[key] = error
            raise
        except OSError as error:
            said = CoursekitError(
                f"expected to write to {place.clone.parent}, but {error.strerror or error}",
                "Check that the disk has room and the folder can be written to.",
            )
            self._found.failed[key] = said
            raise said from error
        self._found.fetched[key] = fetched
        return fetched

    def record(self, tx: Transaction, item: JobItem[Place], fetched: Fetched) -> None:
        """Write down what came."""
        # Addresses are in the history of repositories; they may hold a name, so they stand in one place.
        events = tuple(
            FetchEvent(one.kind, one.name, one.old, one.new, one.kept)
            if one.kind != "address"
            else FetchEvent(one.kind, one.name)
            for one in fetched.events
        )
        repository = self.repository(item.key)
        record_fetch(
            tx,
            NewFetch(
                repository, fetched.state, fetched.branch or None, fetched.commit, fetched.committed_at,
                fetched.commits, events,
            ),
        )  # fmt: skip

    def repository(self, key: str) -> int:
        """Give the id of an item's repository."""
        repository = self._places[key].repository
        assert repository is not None
        return repository.id

    def why(self, key: str, reason: str) -> str:
        """Say in one line why an item failed."""
        error = self._found.failed.get(key)
        return error.message if error else reason

    def outcome(self, place: Place, before: dict[int, Fetch]) -> GroupFetch:
        """Say what came of a group."""
        key, name, clone = _key(place), place.group.name, self._shown(place)
        if not _address(place):
            return GroupFetch(name, "no-address", clone, reason=_no_address(place))
        if error := self._found.failed.get(key):
            kind = error.kind if isinstance(error, FetchError) else "address"
            return GroupFetch(name, "failed", clone, reason=error.message, hint=error.hint, kind=kind)
        if fetched := self._found.fetched.get(key):
            return GroupFetch(
                name, fetched.state, clone, fetched.branch, fetched.commit or "", self._local(fetched.committed_at),
                fetched.commits, fetched.events,
            )  # fmt: skip
        known = before.get(self.repository(key))
        if known is None:
            return GroupFetch(name, "done-before", clone)
        return GroupFetch(
            name, "done-before", clone, known.branch or "", known.commit or "", self._local(known.committed_at),
            events=tuple(Event(one.kind, one.name, one.old, one.new, one.kept) for one in known.events),  # type: ignore[arg-type]
        )  # fmt: skip

    def plan(self, place: Place, *, keep: bool) -> GroupFetch:
        """Say what would be done for a group."""
        name, clone = place.group.name, self._shown(place)
        if not _address(place):
            return GroupFetch(name, "no-address", clone, reason=_no_address(place))
        try:
            address = check_address(_address(place), protocols=self._protocols(_address(place)))
            present = address_of(place.clone)
        except InputError as error:
            return GroupFetch(name, "failed", clone, reason=error.message, hint=error.hint, kind="address")
        events = (Event("address", "", present, address),) if present and present != address else ()
        if keep:
            return GroupFetch(name, "done-before", clone, events=events)
        what = "update" if present else "clone"
        return GroupFetch(name, "would-fetch", clone, events=events, reason=what)

    def failures(self, plans: Sequence[GroupFetch]) -> tuple[ItemFailure, ...]:
        """Give what would fail in the form of a job's failures."""
        return tuple(ItemFailure(one.group, one.reason) for one in plans if one.outcome == "failed")

    def _protocols(self, address: str) -> tuple[str, ...]:
        host = self._course.host
        allowed = (*PROTOCOLS, *self._allow)
        if host and host.kind == "folder" and host.path:
            # The course's own host is a folder of this machine: that was asked for.
            root = (self._course.folder / Path(host.path).expanduser()).resolve().as_uri().rstrip("/")
            if address.startswith(f"{root}/"):
                allowed = (*allowed, "file")
        return allowed

    def _adopt(self, place: Place, address: str) -> None:
        """Find the clone of a group that has another name now."""
        with self._adopting:
            if place.clone.exists() or not place.clone.parent.is_dir():
                return
            for path in sorted(place.clone.parent.glob("*.git")):
                try:
                    same = path not in self._taken and address_of(path) == address
                except InputError:
                    continue
                if same:
                    path.rename(place.clone)
                    return

    def _local(self, moment: datetime | None) -> datetime | None:
        zone = ZoneInfo(self._course.time_zone) if self._course.time_zone else None
        return moment.astimezone(zone) if moment else None

    def _shown(self, place: Place) -> str:
        return f"{self._course.clones}/{place.clone.name}"


def _item(place: Place, *, named: bool) -> JobItem[Place]:
    # A run that was cut short is completed on the same day; later, what it did is out of date. Who names a group
    # wants it now.
    now = datetime.now(UTC)
    since = now.isoformat() if named else now.date().isoformat()
    return JobItem(_key(place), place, f"{since} {sha256(_address(place).encode()).hexdigest()[:12]}")


def _key(place: Place) -> str:
    return f"group:{place.group.id}"


def _address(place: Place) -> str:
    return (place.repository.url if place.repository else None) or ""


def _no_address(place: Place) -> str:
    if place.repository and place.repository.path:
        return f"only on this machine, in {place.repository.path}; 'coursekit publish' brings it to the host"
    return "no repository; register it with 'coursekit groups link', or make it with 'coursekit new-project --all'"


@contextmanager
def _stopping(stop: threading.Event) -> Iterator[None]:
    """Let Ctrl-C and a request to end stop the gits that run in other threads, too: they hear of neither."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> None:
        stop.set()
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, interrupt) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _as_dict(one: GroupFetch) -> dict[str, Any]:
    return {
        "group": one.group,
        "outcome": one.outcome,
        "clone": one.clone,
        "branch": one.branch or None,
        "commit": one.commit or None,
        "committed_at": one.committed_at.astimezone(UTC).isoformat() if one.committed_at else None,
        "commits": one.commits,
        "events": [
            {"kind": event.kind, "name": event.name, "old": event.old, "new": event.new, "kept": event.kept}
            for event in one.events
        ],
        "reason": one.reason or None,
        "kind": one.kind or None,
    }
