"""Several submissions side by side, in processes: one that cannot be checked does not stop the rest."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit.checker.engine import Check, check_path, due_milestones
from coursekit.checker.profile import load_profile
from coursekit.checker.rule import course_parameters
from coursekit.checker.selection import selected
from coursekit.checker.worker import MEMORY, SECONDS, check_given, preload, unread
from coursekit.errors import CoursekitError
from coursekit.pools import pool, why

if TYPE_CHECKING:
    from coursekit.config import Course


@dataclass(frozen=True, slots=True)
class Checked:
    """What was checked, and why the others were not."""

    checks: tuple[Check, ...]
    errors: tuple[CoursekitError, ...] = ()

    @property
    def exit_code(self) -> int:
        """The largest of all."""
        return max(
            [check.exit_code for check in self.checks] + [error.exit_code for error in self.errors], default=0
        )


def check_paths(
    paths: Sequence[Path],
    *,
    profile: str | None = None,
    revision: str | None = None,
    milestone: str | None = None,
    course: Course | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    language: str = "en",
    jobs: int | None = None,
) -> Checked:
    """Check each path; see `check_path`.

    Several are checked side by side, in processes. One that dies or hangs, because of what it read, is replaced, and
    what it was reading gets a check that says so.

    Parameters
    ----------
    course : Course, optional
        By whose profile, deadlines, waivers and group size the paths are judged.
    jobs : int, optional
        How many are checked at once; by default as many as there are cores.

    Raises
    ------
    InputError
        If there is no such profile, or nothing of it is selected.
    """
    if course and not profile:
        profile = course.requirements
    if profile:
        # A wrong profile is one error, not one a repository.
        selected(load_profile(profile), select, ignore)
    options: dict[str, Any] = {
        "profile": profile,
        "revision": revision,
        "milestone": milestone,
        "select": tuple(select),
        "ignore": tuple(ignore),
        "language": language,
    }
    if course and profile:
        stated = due_milestones(load_profile(profile), course.milestones, dt.datetime.now(dt.UTC))
        options |= {"waivers": course.waivers, "parameters": course_parameters(course), "due": stated}
    if len(paths) == 1:
        try:
            return Checked((check_path(paths[0], **options),))
        except CoursekitError as wrong:
            return Checked((), (wrong,))
    checks: list[Check] = []
    errors: dict[str, CoursekitError] = {}
    at_once = min(jobs or os.cpu_count() or 1, len(paths) or 1)
    with pool(at_once, processes=True, timeout=SECONDS, memory=MEMORY, preload=preload()) as submit:
        waiting: list[Future[Check]] = [submit(check_given, (path, options)) for path in paths]
        for path, future in zip(paths, waiting, strict=True):
            error = future.exception()
            if error is None:
                checks.append(future.result())
            elif isinstance(error, CoursekitError):
                # Wrong use is told once: it is the same for every path.
                errors.setdefault(str(error), error)
            else:
                fitting = load_profile(profile or "opencampus-ml")
                checks.append(unread(path, path.resolve().name, fitting, why(error), language))
    return Checked(tuple(checks), tuple(errors.values()))
