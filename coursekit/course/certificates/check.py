"""`coursekit certificates --check`."""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.config import Course
from coursekit.store import open_store
from coursekit.tracking.anonymous import Names, names_of
from coursekit.tracking.eligibility import Eligibility, eligibilities


@dataclass(frozen=True, slots=True)
class Checked:
    """Who gets what.

    Attributes
    ----------
    students : tuple of Eligibility
        In the order of the roster.
    names : Names
        What to call them on the screen.
    """

    students: tuple[Eligibility, ...]
    names: Names

    @property
    def attendance(self) -> int:
        """How many get the certificate of attendance."""
        return sum(one.certificate.ok for one in self.students)

    @property
    def achievement(self) -> int:
        """How many get the certificate of achievement."""
        return sum(one.achievement.ok for one in self.students)


def check_certificates(course: Course, *, anonymous: bool = False) -> Checked:
    """Say of every student who gets which certificate, and exactly why not.

    Parameters
    ----------
    course : Course
    anonymous : bool, optional
        Whether numbers stand for names.
    """
    with open_store(course.store, create=False) as store, store.read() as view:
        return Checked(tuple(eligibilities(course, view)), names_of(view, anonymous=anonymous))
