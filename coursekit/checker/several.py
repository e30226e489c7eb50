"""Several submissions one after the other: one that cannot be checked does not stop the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.checker.engine import Check, check_path
from coursekit.checker.profile import load_profile
from coursekit.errors import CoursekitError
from coursekit.model import Waiver


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
    waivers: Sequence[Waiver] = (),
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    language: str = "en",
) -> Checked:
    """Check each path; see `check_path`.

    Raises
    ------
    InputError
        If there is no such profile.
    """
    if profile:
        load_profile(profile)  # a wrong profile is one error, not one a repository
    checks: list[Check] = []
    errors: dict[str, CoursekitError] = {}
    for path in paths:
        try:
            found = check_path(
                path,
                profile=profile,
                revision=revision,
                milestone=milestone,
                waivers=waivers,
                select=select,
                ignore=ignore,
                language=language,
            )
        except CoursekitError as error:
            # Wrong use is told once: it is the same for every path.
            errors.setdefault(str(error), error)
        else:
            checks.append(found)
    return Checked(tuple(checks), tuple(errors.values()))
