"""`coursekit track`: how the groups stand, from the store; bringing it up to date first only when that is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from coursekit.config import Course
from coursekit.course.places import choose_groups
from coursekit.jobs import Progress
from coursekit.store import open_store
from coursekit.tracking.overview import Tracked, overview
from coursekit.tracking.when import read_days, read_since


def track(
    course: Course,
    groups: Sequence[str] = (),
    *,
    late: bool = False,
    inactive: str | None = None,
    milestone: str | None = None,
    attention: bool = False,
    since: str | None = None,
    anonymous: bool = False,
    now: dt.datetime | None = None,
) -> Tracked:
    """Give how groups stand.

    Parameters
    ----------
    course : Course
    groups : sequence of str, optional
        Names of groups to show in detail.
    inactive : str, optional
        A number of days, such as ``14d``.
    since : str, optional
        ``7d``, ``last week``, a date or a moment.
    late, milestone, attention, anonymous, now : optional
        As for `coursekit.tracking.overview.overview`.

    Raises
    ------
    InputError
        If there is no such group or milestone, or a time that cannot be.
    """
    now = now or dt.datetime.now(dt.UTC)
    days = read_days(inactive) if inactive is not None else None
    start = read_since(course, since, now) if since is not None else None
    with open_store(course.store, create=False) as store, store.read() as view:
        ids = list(dict.fromkeys(one.id for one in choose_groups(view, groups))) if groups else []
        return overview(
            course, view, ids, late=late, inactive=days, milestone=milestone, attention=attention,
            since=start, anonymous=anonymous, now=now,
        )  # fmt: skip


def refresh(
    course: Course, *, progress: Callable[[str], Callable[[Progress], object]] | None = None
) -> tuple[str, ...]:
    """Fetch what has an address, check everything and count who did what, and say of each what was done.

    Parameters
    ----------
    course : Course
    progress : callable, optional
        As for `coursekit.course.fetch_all.fetch_all`.

    Raises
    ------
    CoursekitError
        As fetching and checking do; single groups that fail only have their place in the summaries.
    """
    from coursekit.course.activity import count_activity
    from coursekit.course.check_all import check_all
    from coursekit.course.fetch_all import fetch_all

    fetched = fetch_all(course, progress=progress)
    tell = progress or (lambda _: lambda _: None)
    checked = check_all(course, progress=tell("groups"), deadline_progress=tell("groups at their deadlines"))
    counted = count_activity(course, progress=tell("groups counted"))
    done = (f"checked: {checked.summary}", f"counted: {counted.summary}")
    return done if not fetched.result.of else (f"fetched: {fetched.result.summary} repositories", *done)
