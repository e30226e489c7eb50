"""What is handed on of each group's project: collected from its repository, in processes of their own."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from coursekit.config import Course
from coursekit.course.decks import is_complete, read_made
from coursekit.course.places import Place
from coursekit.course.scheduled import FOLDER
from coursekit.errors import InputError
from coursekit.evidence.slides import slides
from coursekit.files import write_bytes
from coursekit.jobs import JobItem, Progress, run_job
from coursekit.report.cover.draw import draw_cover
from coursekit.report.pictures import picture_at
from coursekit.report.section import Context
from coursekit.report.sections.title import own_covers, project_title
from coursekit.report.theme import theme_of
from coursekit.store import Store
from coursekit.submission import Submission, UnreadableError, open_submission
from coursekit.text import one_line
from coursekit.tracking.exports import Data, find_export
from coursekit.tracking.exports.export import Bundle, GroupResult, Parcel

#: Seconds for one group; drawing a cover takes one or two.
TIMEOUT = 120.0
_MOST_WORKERS = 4
#: No platform takes more; what is larger is not read.
_LARGEST = 50_000_000
_BEGINNINGS = {".pdf": b"%PDF-", ".pptx": b"PK", ".odp": b"PK", ".ppt": b"\xd0\xcf\x11\xe0"}
_SHORT = re.compile(r"(?:[^@/\s]+@)?(?P<host>[A-Za-z0-9.-]+):(?P<path>[^/\s][^\s]*)")


@dataclass(frozen=True, slots=True)
class Order:
    """A bundle to make: of which group's work, for which export, and where to."""

    course: Course
    export: str
    group: GroupResult
    work: Path
    target: Path
    write: bool
    force: bool


def make_bundles(
    course: Course,
    store: Store,
    export: str,
    data: Data,
    places: Sequence[Place],
    folder: Path,
    *,
    dry_run: bool = False,
    force: bool = False,
    progress: Callable[[Progress], object] | None = None,
) -> tuple[Bundle, ...]:
    """Make every group's file of an export, each in one step; what is there already in that state stays.

    Parameters
    ----------
    course : Course
    store : Store
    export : str
        Its name.
    data : Data
    places : sequence of Place
    folder : Path
        Where they go.
    dry_run, force : bool, optional
    progress : callable, optional
        As for `coursekit.jobs.run_job`.

    Returns
    -------
    tuple of Bundle
        One a group, in the groups' order.
    """
    works = {place.group.id: place.work for place in places}
    found: dict[int, Bundle] = {}
    items = []
    run = uuid.uuid4().hex
    for group in data.groups:
        work = works.get(group.id)
        if work is None:
            found[group.id] = Bundle(
                group, reason="no repository of theirs is on this machine: coursekit fetch --all gets it"
            )
            continue
        target = folder / f"{group.folder}.zip"
        order = Order(course, export, group, work, target, not dry_run, force)
        items.append(JobItem(f"group:{group.id}", order, run))

    def keep(_: object, item: JobItem[Order], made: Bundle) -> None:
        found[item.value.group.id] = made

    if items:
        result = run_job(
            store, f"export-{export}", items, _work, record=keep, again=True, processes=True, timeout=TIMEOUT,
            workers=max(1, min(os.cpu_count() or 1, _MOST_WORKERS, len(items))), progress=progress,
        )  # fmt: skip
        failed = {one.key: one.reason for one in result.failures}
        for item in items:
            if item.key in failed:
                found[item.value.group.id] = Bundle(item.value.group, reason=failed[item.key], failed=True)
    return tuple(found[group.id] for group in data.groups)


def _work(item: JobItem[Order]) -> Bundle:
    order = item.value
    made, data = _bundle(order)
    target = order.target
    if made.reason:
        if target.exists():
            again = f"{made.reason}; {target.name} of an earlier run is still there: remove it"
            made = replace(made, reason=again)
        return made
    same = target.is_file() and not target.is_symlink() and target.read_bytes() == data
    if not same and (target.exists() or target.is_symlink()) and not order.force:
        why = f"{target.name} is there already, of another state; --force replaces it"
        return Bundle(order.group, reason=why)
    if not same and order.write:
        write_bytes(target, data)
    return made


def _bundle(order: Order) -> tuple[Bundle, bytes]:
    bundle = find_export(order.export).bundle
    assert bundle is not None
    parcel = read_parcel(order.course, order.group, order.work)
    try:
        data, notes = bundle(parcel)
    except InputError as error:
        return Bundle(order.group, reason=error.message), b""
    return Bundle(order.group, order.target.name, len(data), parcel.title, parcel.url, "", notes), data


def read_parcel(course: Course, group: GroupResult, work: Path) -> Parcel:
    """Read what is handed on of a group's project: the newest commit of a clone, or a folder.

    Parameters
    ----------
    course : Course
    group : GroupResult
    work : Path

    Raises
    ------
    InputError
        If the repository cannot be read.
    """
    submission = open_submission(work)
    project = submission.project
    wrong = [one.told() for one in submission.problems if one.path == "project.toml"]
    consent = project.consent_to_publish if project else None if wrong else False
    if not consent:
        # Of a group that did not agree no more is read.
        return Parcel(group, consent=consent, problems=tuple(wrong))
    assert project is not None
    problems: list[str] = []
    shown = _slides(course, group, submission, problems)
    results = project.results
    numbers = {"value": results.value, "baseline_value": results.baseline_value}
    words = {
        "best_model": results.best_model,
        "metric": results.metric,
        "baseline_model": results.baseline_model,
    }
    return Parcel(
        group,
        one_line(project_title(submission), 200),
        project.description.strip(),
        browsable(group.url) or browsable(project.repository),
        consent,
        shown,
        _cover(course, submission) if shown else None,
        words | {name: "" if value is None else f"{value:g}" for name, value in numbers.items()},
        tuple(problems),
    )


def _slides(
    course: Course, group: GroupResult, submission: Submission, problems: list[str]
) -> tuple[str, bytes] | None:
    """Return the group's own slides, a PDF if there is one, else those that `coursekit report --all` made."""
    found = submission.once(slides)
    ordered = sorted(
        dict.fromkeys([*found.linked, *found.files]), key=lambda path: not path.lower().endswith(".pdf")
    )
    for path in ordered:
        ending = Path(path).suffix.lower()
        try:
            data = submission.read(path, _LARGEST)
        except UnreadableError as error:
            problems.append(f"{one_line(path, 80)}: {error.text.en}")
            continue
        if _BEGINNINGS[ending] in data[:1024]:
            return ending, data
        problems.append(f"{one_line(path, 80)} is not what its name says")
    if ordered:
        # Their own slides are not replaced by ours without a word.
        return None
    folder = course.folder / FOLDER / group.folder
    made = read_made(folder)
    if made and is_complete(folder, made):
        for file in made.files:
            deck = folder / file.name
            if file.format == "pdf" and file.size <= _LARGEST and not deck.is_symlink():
                return ".pdf", deck.read_bytes()
    problems.append("no slides: neither in the repository nor from  coursekit report --all")
    return None


def _cover(course: Course, submission: Submission) -> tuple[str, bytes]:
    for path in own_covers(submission):
        # Decoded and written anew, so that it is a picture and nothing else.
        picture = picture_at(submission, path)
        if picture:
            return (".jpg" if picture.mime == "image/jpeg" else ".png"), picture.data
    look = theme_of("", course.report, course.folder)
    language = (submission.project.language if submission.project else "") or course.language
    return ".png", draw_cover(Context(submission, "de" if language == "de" else "en"), look).data


def browsable(address: str) -> str:
    """Return the address of a repository as a browser opens it; empty for one that is nowhere on the web."""
    text = address.strip()
    if not text.isprintable() or " " in text or len(text) > 2000:
        return ""
    short = _SHORT.fullmatch(text)
    if short and "://" not in text and len(short["host"]) > 1:
        text = f"https://{short['host']}/{short['path']}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"https", "http", "ssh"} or "." not in host or not parts.path.strip("/"):
        return ""
    # Who may log in is nobody's business, and the port of ssh is not the web's.
    scheme = "https" if parts.scheme == "ssh" else parts.scheme
    where = host if parts.scheme == "ssh" or port is None else f"{host}:{port}"
    return f"{scheme}://{where}/{parts.path.strip('/').removesuffix('.git')}"
