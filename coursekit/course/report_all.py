"""All groups' decks, and the page of presentation day: can be stopped at any point and run again.

Nothing is written into the groups' repositories: what is made here is the instructor's copy.
"""

from __future__ import annotations

import os
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pygit2

from coursekit.config import Course
from coursekit.course.day import check_page, write_page
from coursekit.course.decks import Made, Order, content_key, is_complete, make_deck, read_made, refuse_format
from coursekit.course.places import Place, group_places
from coursekit.course.scheduled import FOLDER
from coursekit.errors import CoursekitError, InputError
from coursekit.jobs import JobItem, Progress, run_job, why
from coursekit.report import format_names
from coursekit.report.theme import theme_of
from coursekit.store import open_store

COMMAND = "report"
#: Seconds for one group; a deck takes one or two.
TIMEOUT = 300.0
_MOST_WORKERS = 8

#: built: made now. unchanged: there already, of the same state. would build: in a dry run. nothing: no repository is here.
Outcome = Literal["built", "unchanged", "would build", "nothing", "failed"]


@dataclass(frozen=True, slots=True)
class GroupReport:
    """What became of one group's deck.

    Attributes
    ----------
    group : str
    outcome : Outcome
    folder : str
        Of the deck, in the course's folder.
    slides, seconds : int
    missing : tuple of str
        Sections of which nothing was found.
    remarks : tuple of str
    reason : str
        Why not.
    """

    group: str
    outcome: Outcome
    folder: str = ""
    slides: int = 0
    seconds: int = 0
    missing: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reports:
    """What a run did for each group, and the page that it wrote."""

    groups: tuple[GroupReport, ...]
    page: Path | None
    dry_run: bool

    @property
    def counts(self) -> Mapping[str, int]:
        """How many groups had each outcome; together they are all groups."""
        return Counter(one.outcome for one in self.groups)

    @property
    def complete(self) -> bool:
        """Whether no deck failed."""
        return not self.counts["failed"]


def report_all(
    course: Course,
    *,
    dry_run: bool = False,
    force: bool = False,
    progress: Callable[[Progress], object] | None = None,
    workers: int | None = None,
    **options: Any,
) -> Reports:
    """Build the deck of every group, and the page of presentation day.

    Parameters
    ----------
    course : Course
    dry_run : bool, optional
        Say what would be built, and write nothing.
    force : bool, optional
        Build also what is unchanged, and replace a page that was edited.
    progress : callable, optional
        As for `coursekit.jobs.run_job`.
    workers : int, optional
        How many decks are built at once; by default as many as there are processors.
    **options
        For `coursekit.report.build_report`: to, lang, theme, final.

    Raises
    ------
    InputError
        If the course has no groups, a format or theme is unknown, or the page was edited.
    """
    course = replace(course, folder=course.folder.resolve())
    refuse_format(str(options.get("to", "")), format_names())
    theme_of(str(options.get("theme", "")), course.report, course.folder)
    check_page(course, force=force)
    with open_store(course.store, create=False) as store:
        with store.read() as view:
            places = group_places(course, view)
        if not places:
            raise InputError(
                "expected groups in the course, found none",
                "Make them with  coursekit groups  or from a column of the roster.",
            )
        found: dict[int, GroupReport] = {}
        orders: dict[int, Order] = {}
        for place in places:
            order = _look(course, place, options, force=force)
            if isinstance(order, Order):
                orders[place.group.id] = order
            else:
                found[place.group.id] = order
        if not dry_run:
            run = uuid.uuid4().hex
            # Whether a deck is up to date is told by what lies in its folder, so no earlier run's marks count.
            items = [JobItem(f"group:{one}", order, f"{order.key} {run}") for one, order in orders.items()]
            result = run_job(
                store, COMMAND, items, _work, again=True, progress=progress, processes=True, timeout=TIMEOUT,
                workers=max(1, min(workers or os.cpu_count() or 1, _MOST_WORKERS, len(items))),
            )  # fmt: skip
            failed = {one.key: one.reason for one in result.failures}
    groups = []
    for place in places:
        one = found.get(place.group.id)
        if one is None and dry_run:
            one = GroupReport(place.group.name, "would build", _folder(place))
        elif one is None and (reason := failed.get(f"group:{place.group.id}")):
            one = GroupReport(place.group.name, "failed", _folder(place), reason=reason)
        elif one is None:
            one = _told(place, read_made(course.folder / FOLDER / place.name), "built")
        groups.append(one)
    page = None
    if not dry_run:
        notes = {
            place.group.id: f"{one.outcome}: {one.reason}"
            for place, one in zip(places, groups, strict=True)
            if one.outcome in {"failed", "nothing"}
        }
        page = write_page(course, notes=notes)
    return Reports(tuple(groups), page, dry_run)


def _work(item: JobItem[Order]) -> None:
    make_deck(item.value)


def _folder(place: Place) -> str:
    return f"{FOLDER}/{place.name}"


def _look(course: Course, place: Place, options: Mapping[str, Any], *, force: bool) -> Order | GroupReport:
    """Return the deck to make of a group's work, or why there is none to make."""
    name, folder = place.group.name, course.folder / FOLDER / place.name
    if place.work is None:
        return GroupReport(
            name,
            "nothing",
            reason="no repository of theirs is on this machine: coursekit fetch --all gets it",
        )
    try:
        key = content_key(course, place.work, options)
    except (CoursekitError, OSError, pygit2.GitError) as error:
        return GroupReport(name, "failed", _folder(place), reason=why(error))
    made = read_made(folder)
    if made and made.key == key and not force and is_complete(folder, made):
        return _told(place, made, "unchanged")
    return Order(course, place.work, folder, key, tuple(sorted(options.items())))


def _told(place: Place, made: Made | None, outcome: Outcome) -> GroupReport:
    if made is None:
        return GroupReport(
            place.group.name, "failed", _folder(place), reason="its files were removed meanwhile"
        )
    return GroupReport(
        place.group.name, outcome, _folder(place), made.slides, made.seconds, made.missing, made.remarks
    )
