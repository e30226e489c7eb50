"""`coursekit feedback`: brings what checks found to the groups.

An issue a repository on the git host, written anew in place; where there is no host, a file or the draft of an
e-mail each. Nothing is sent unless that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from coursekit.config import Course
from coursekit.course.checking import Judging
from coursekit.course.feedback_text import (
    MARKER,
    TITLE,
    Told,
    email,
    markdown,
    told,
    when,
    without_address,
)
from coursekit.course.places import Place, choose_groups, group_places
from coursekit.errors import CoursekitError, InputError
from coursekit.files import remove_leftovers, write_bytes
from coursekit.hosts import Host, HostError, Remote, open_host
from coursekit.jobs import ItemFailure, JobItem, Progress, run_job, why
from coursekit.store import Store, open_store
from coursekit.store.checks import list_checks, newest_checks
from coursekit.store.people import members
from coursekit.store.records import CheckRun, NewCheckRun, Overruling, Student, Verdict
from coursekit.store.verdicts import latest_verdicts
from coursekit.text import one_line
from coursekit.tracking.milestones import deadlines
from coursekit.tracking.overruled import apply_overrulings, overrulings_by_group

JOB = "feedback"
WAYS = ("issue", "file", "email")

Way = Literal["issue", "file", "email"]
Change = Literal["new", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class Sent:
    """What was told to a group, or in a dry run would be.

    Attributes
    ----------
    group : str
    way : {"issue", "file", "email"}
    where : str
        The issue's address, or the file.
    change : {"new", "updated", "unchanged"}
    checked : str
        When the check was made that is told.
    text : str
        All of it.
    notes : tuple of str
        What the instructor should know.
    """

    group: str
    way: Way
    where: str
    change: Change
    checked: str
    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a run did; every group is in `sent`, in `failures`, or counted in `before`.

    ``before`` is how many an earlier run did that was interrupted and is completed by this one.
    """

    sent: tuple[Sent, ...]
    failures: tuple[tuple[str, str], ...]
    before: int
    dry_run: bool

    @property
    def of(self) -> int:
        """How many groups there are."""
        return len(self.sent) + len(self.failures) + self.before

    def count(self, change: Change) -> int:
        """Return how many texts are new, updated or unchanged."""
        return sum(one.change == change for one in self.sent)

    def as_dict(self) -> dict[str, Any]:
        """Give the form for other programs."""
        kinds: tuple[Change, ...] = ("new", "updated", "unchanged")
        return {
            "dry_run": self.dry_run,
            "groups": [
                {
                    "group": one.group,
                    "way": one.way,
                    "where": one.where,
                    "change": one.change,
                    "checked": one.checked,
                    "text": one.text,
                    "notes": list(one.notes),
                }
                for one in self.sent
            ],
            "failures": [{"group": group, "reason": reason} for group, reason in self.failures],
            "counts": {
                **{kind: self.count(kind) for kind in kinds},
                "done_before": self.before,
                "failed": len(self.failures),
                "of": self.of,
            },
        }


@dataclass(frozen=True, slots=True)
class _Group:
    """A group, and what is needed to write to it; `run` is a check that the store does not keep."""

    place: Place
    people: list[Student]
    way: Way
    run: CheckRun | None = None
    problem: str = ""
    verdict: Verdict | None = None
    overrulings: Mapping[str, Overruling] | None = None

    @property
    def decided(self) -> str:
        """By what an instructor decided, this differs from another one."""
        rulings = ",".join(str(one.id) for one in (self.overrulings or {}).values())
        return f"{self.verdict.id if self.verdict else 0} {rulings}"


def feedback(
    course: Course,
    groups: Sequence[str] = (),
    *,
    send: bool = False,
    way: Way | None = None,
    output: Path | None = None,
    say: Callable[[str], object] = lambda _: None,
    progress: Callable[[Progress], object] | None = None,
) -> Feedback:
    """Tell groups what is missing in their projects, from the newest check of each.

    A group that was never checked is checked now.

    Parameters
    ----------
    course : Course
    groups : sequence of str, optional
        Names; all groups by default.
    send : bool, optional
        Whether to write anything; otherwise everything is only looked at.
    way : {"issue", "file", "email"}, optional
        By default an issue where the group's repository is on the course's host, and a file elsewhere.
    output : Path, optional
        The folder for files and drafts; ``feedback`` in the course's by default.
    say, progress : callable, optional
        As for `coursekit.course.publish.publish`.

    Raises
    ------
    CoursekitError
        If a group or the host is not there, or the host does not let us in; nothing was written then.
    """
    host = _host(course, way, say)
    folder = output or course.folder / "feedback"
    with open_store(course.store) as store:
        with store.read() as view:
            chosen = choose_groups(view, groups)
            places = [place for place in group_places(course, view) if place.group in chosen]
            people = members(view)
            fresh = {run.group_id for run in newest_checks(view)}
            verdicts, overrulings = latest_verdicts(view), overrulings_by_group(view)
        unchecked = [place for place in places if place.group.id not in fresh]
        runs, problems = _check_now(course, store, unchecked, keep=send) if unchecked else ({}, {})
        found = [
            _Group(
                place,
                people[place.group.id],
                _way(place, host, way),
                runs.get(place.group.id),
                problems.get(place.group.id, ""),
                verdicts.get(place.group.id),
                overrulings.get(place.group.id),
            )
            for place in places
        ]
        if host and any(one.way == "issue" and not one.problem for one in found):
            host.begin()
        writer = _Writer(course, store, host, folder, act=send)
        with store.read() as view:
            newest = {run.group_id: run.id for run in newest_checks(view)}
        # What an interrupted run did counts only for the same check and decisions, told in the same way.
        items = [
            JobItem(
                f"group:{one.place.group.id}",
                one,
                f"{newest.get(one.place.group.id, 0)} {one.way} {course.language} {folder} {one.decided}",
            )
            for one in found
        ]
        failures: Sequence[ItemFailure]
        before = 0
        if send:
            # What a killed run left may name people.
            remove_leftovers(folder)
            result = run_job(store, JOB, items, writer.one, again=True, progress=progress)
            failures, before = result.failures, result.skipped
        else:
            failures = _look(items, writer)
    names = {item.key: item.value.place.group.name for item in items}
    failed = tuple((names[failure.key], failure.reason) for failure in failures)
    return Feedback(tuple(writer.sent), failed, before, dry_run=not send)


def _host(course: Course, way: Way | None, say: Callable[[str], object]) -> Host | None:
    if way in {"file", "email"} or (course.host is None and way is None):
        return None
    if course.host is None:
        raise InputError(
            "expected a git host in course.toml to write issues on, found no table [host]",
            "Write files instead, with  --as file , or drafts of e-mails, with  --as email .",
        )
    host = open_host(course.host, course.folder, say)
    if host.has_issues:
        return host
    if way == "issue":
        raise InputError(
            f"expected a git host with issues, but {host.label} is a {course.host.kind!r}",
            "Write files instead, with  --as file , or drafts of e-mails, with  --as email .",
        )
    return None


def _way(place: Place, host: Host | None, way: Way | None) -> Way:
    if way is not None:
        return way
    url = place.repository.url if place.repository else None
    return "issue" if host and url and host.name_of(url) else "file"


def _check_now(
    course: Course, store: Store, places: Sequence[Place], *, keep: bool
) -> tuple[dict[int, CheckRun], dict[int, str]]:
    """Check groups that never were, as `check --all` does.

    Gives by the group's id what the store does not keep, and why for those that could not be read.
    """
    runs: dict[int, CheckRun] = {}
    problems = {
        place.group.id: f"expected the group's work at {one_line(str(place.clone))} or "
        f"{one_line(str(place.folder))}, found neither. Bring it in with  coursekit fetch --all ."
        for place in places
        if place.work is None
    }
    there = [place for place in places if place.work is not None]
    with store.read() as view:
        judging = Judging(course, deadlines=deadlines(course, view))
    works = [judging.work(place) for place in there]
    for work, done in zip(works, judging.check(works), strict=True):
        group = work.place.group.id
        if done.check is None or done.content is None:
            problems[group] = done.check.problems[0].message.en if done.check else ""
            continue
        with store.transaction(JOB) as tx:
            if keep:
                judging.keep(tx, work, done)
                continue
            new = judging.found(work, done, repository_id=0)
            known = {field.name: getattr(new, field.name) for field in fields(NewCheckRun)}
            runs[group] = CheckRun(id=0, group_id=group, checked_at=tx.now, **known)
    return runs, problems


def _look(items: Sequence[JobItem[_Group]], writer: _Writer) -> list[ItemFailure]:
    failures = []
    for item in items:
        try:
            writer.one(item)
        except CoursekitError as error:
            failures.append(ItemFailure(item.key, why(error)))
    return failures


class _Writer:
    """Writes to one group after the other."""

    def __init__(self, course: Course, store: Store, host: Host | None, folder: Path, *, act: bool) -> None:
        self.course = course
        self.store = store
        self.host = host
        self.folder = folder
        self.act = act
        self.sent: list[Sent] = []

    def one(self, item: JobItem[_Group]) -> None:
        group = item.value
        if group.problem:
            raise InputError(group.problem)
        self.sent.append(self._issue(group) if group.way == "issue" else self._file(group))

    def _issue(self, group: _Group) -> Sent:
        host, remote = self._remote(group)
        present = host.find_issue(remote, MARKER)
        run, since = self._compared(group, told(present.body) if present else None)
        text = markdown(self.course, group.place.group.name, run, since, group.verdict)
        change: Change = "new" if present is None else "updated"
        if present is not None and present.body.replace("\r\n", "\n").strip() == text.strip():
            change = "unchanged"
        where = present.url if present else remote.url
        if self.act and change != "unchanged":
            sent_back = group.verdict is not None and group.verdict.decision == "send_back"
            reopen = sent_back or any(finding.blocks for finding in run.findings)
            title = TITLE.in_(self.course.language)
            where = host.write_issue(remote, present, MARKER, title, text, reopen=reopen).url
        return self._sent(group, where, change, run, text)

    def _remote(self, group: _Group) -> tuple[Host, Remote]:
        url = group.place.repository.url if group.place.repository else None
        name = self.host.name_of(url) if self.host and url else None
        if self.host is None or name is None:
            raise HostError(
                f"expected the group's repository on {self.host.label if self.host else 'a host'}, "
                f"found {one_line(url, 120) if url else 'no address of it'}",
                "Publish it first:  coursekit publish ; or write a file, with  --as file .",
            )
        remote = self.host.find(name)
        if remote is None:
            raise HostError(
                f"expected the repository {url}, found none",
                "Look whether it was deleted, or hidden from you.",
            )
        return self.host, remote

    def _file(self, group: _Group) -> Sent:
        place, by_mail = group.place, group.way == "email"
        path = self.folder / f"{place.name}{'.eml' if by_mail else '.md'}"
        before = path.read_bytes() if path.is_file() else None
        last = told(before.decode("utf-8", "replace")) if before is not None else None
        if path.is_symlink() or (path.exists() and last is None):
            raise InputError(
                f"there is something at {one_line(str(path))} already that feedback did not write; it was left alone",
                "Move it away, or choose another folder with  --output FOLDER .",
            )
        run, since = self._compared(group, last)
        name = place.group.name
        if by_mail:
            data = email(self.course, name, run, since, group.people, group.verdict)
        else:
            data = markdown(self.course, name, run, since, group.verdict).encode("utf-8")
        change: Change = "new" if before is None else "unchanged" if before == data else "updated"
        if self.act and change != "unchanged":
            write_bytes(path, data)
        missing = [one_line(one, 60) for one in without_address(group.people)] if by_mail else []
        notes = (f"without an e-mail address: {', '.join(missing)}",) if missing else ()
        return self._sent(group, str(path), change, run, data.decode("utf-8"), notes)

    def _compared(self, group: _Group, last: Told | None) -> tuple[CheckRun, CheckRun | None]:
        """Give the newest check, and the one that the group was told of last.

        What a text says of itself is looked up among the group's own checks, since others may have changed it.
        """
        with self.store.read() as view:
            runs = list_checks(view, group.place.group.id)
        if group.run is not None:
            runs.append(group.run)
        if group.overrulings:
            language = self.course.language
            runs = [
                replace(run, findings=apply_overrulings(run.findings, group.overrulings, language=language))
                for run in runs
            ]
        newest = runs[-1]
        if last is None:
            return newest, None
        known = {run.id: run for run in runs}
        if last.run == newest.id:
            # The same once more: compared with the same, so that the text stays.
            return newest, known.get(last.since)
        earlier = runs[-2] if len(runs) > 1 else None
        return newest, known.get(last.run, earlier)

    def _sent(
        self, group: _Group, where: str, change: Change, run: CheckRun, text: str, notes: tuple[str, ...] = ()
    ) -> Sent:
        checked = when(self.course, run.checked_at)
        return Sent(group.place.group.name, group.way, where, change, checked, text, notes)
