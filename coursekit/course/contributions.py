"""`coursekit contributions`: who did how much in a group, counted anew where its repository has changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from coursekit.config import Course
from coursekit.course.activity import count_activity, milestones_of
from coursekit.course.places import choose_groups
from coursekit.errors import InputError
from coursekit.jobs import Progress
from coursekit.store import open_store
from coursekit.tracking.activity import Activity, activities
from coursekit.tracking.anonymous import Names, names_of
from coursekit.tracking.contributions import contribution_dict, contribution_lines
from coursekit.tracking.when import zone_of


@dataclass(frozen=True, slots=True)
class Contributions:
    """What is known of some groups' members.

    Attributes
    ----------
    activities : tuple of Activity
    failed : tuple of (str, str)
        Groups that could not be counted, and why.
    """

    activities: tuple[Activity, ...]
    names: Names
    milestones: tuple[str, ...]
    zone: dt.tzinfo
    now: dt.datetime
    failed: tuple[tuple[str, str], ...] = ()

    def lines(self, activity: Activity) -> list[str]:
        """Show one group, without what is to be said of all."""
        return contribution_lines(
            activity, self.names, self.milestones, zone=self.zone, now=self.now, evidence=False
        )

    def as_dict(self) -> dict[str, Any]:
        """Give the form for other programs."""
        return {
            "milestones": list(self.milestones),
            "groups": [contribution_dict(one, self.names) for one in self.activities],
        }


def contributions(
    course: Course,
    groups: Sequence[str] = (),
    *,
    anonymous: bool = False,
    now: dt.datetime | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Contributions:
    """Say who did how much in some groups, or in all.

    Parameters
    ----------
    course : Course
    groups : sequence of str, optional
        Names; all groups by default.
    anonymous : bool, optional
        Numbers in place of names.
    now : datetime, optional
    progress : callable, optional
        As for `coursekit.jobs.run_job`.

    Raises
    ------
    InputError
        If there is no such group, or none at all.
    """
    with open_store(course.store, create=False) as store, store.read() as view:
        chosen = choose_groups(view, groups)
    if not chosen:
        raise InputError(
            "expected groups in the course, found none",
            "Make them with  coursekit groups  or from a column of the roster.",
        )
    counted = count_activity(course, [group.name for group in chosen], progress=progress)
    with open_store(course.store, create=False) as store, store.read() as view:
        found = activities(course, view)
        names = names_of(view, anonymous=anonymous)
    return Contributions(
        tuple(found[group.id] for group in chosen if group.id in found),
        names,
        milestones_of(course),
        zone_of(course),
        now or dt.datetime.now(dt.UTC),
        counted.failed,
    )
