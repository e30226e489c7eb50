"""Certificates that were given out: which there are, and taking them back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from coursekit.config import Course
from coursekit.course.certificates.plan import KINDS
from coursekit.course.enroll.people import find_student
from coursekit.course.verdicts import Ask, given_reason
from coursekit.errors import CoursekitError, InputError
from coursekit.store import Reader, open_store
from coursekit.store.certificates import list_certificates, withdraw_certificate
from coursekit.store.records import Certificate, CertificateKind
from coursekit.text import one_line
from coursekit.tracking.anonymous import names_of
from coursekit.tracking.certificates.keys import PUBLIC, load_public
from coursekit.tracking.certificates.seal import seal_of


@dataclass(frozen=True, slots=True)
class Given:
    """A certificate, and what to call its student.

    Attributes
    ----------
    student : str
    certificate : Certificate
    there : bool
        Whether its file is there.
    note : str
        What the instructor should know.
    """

    student: str
    certificate: Certificate
    there: bool
    note: str = ""


def list_given(course: Course, *, anonymous: bool = False) -> list[Given]:
    """Give all certificates by student and kind, also those that were withdrawn, of each the oldest first."""
    with open_store(course.store, create=False) as store, store.read() as view:
        names = names_of(view, anonymous=anonymous)
        found = sorted(list_certificates(view), key=lambda one: (one.student_id, one.kind, one.id))
    valid = {one.file for one in found if one.withdrawn_at is None}
    return [
        Given(
            names.student(one.student_id),
            one,
            one.withdrawn_at is None and one.file in valid and (course.folder / one.file).is_file(),
        )
        for one in found
    ]


def withdraw(
    course: Course,
    student: str,
    *,
    kinds: Collection[CertificateKind] = KINDS,
    reason: str | None = None,
    ask: Ask | None = None,
) -> list[Given]:
    """Take a student's certificates back: verifying says so from then on, and the files are removed.

    Parameters
    ----------
    course : Course
    student : str
    kinds : collection of str, optional
        Both by default.
    reason : str, optional
        For the audit; needed.
    ask : callable, optional
        Asks for a missing reason.

    Raises
    ------
    InputError
        If there is no such student, none was given out, or the reason is missing.
    """

    def valid(view: Reader) -> list[Certificate]:
        found = sorted(
            list_certificates(view, student_id=person.id), key=lambda one: (KINDS.index(one.kind), one.id)
        )
        return [one for one in found if one.withdrawn_at is None and one.kind in kinds]

    with open_store(course.store, create=False) as store:
        with store.read() as view:
            person = find_student(view, student, left=True)
            shown = one_line(person.name, 60)
            if not valid(view):
                raise InputError(
                    f"expected a valid certificate of {shown!r}, found none",
                    "'coursekit certificates list' names all.",
                )
        reason = given_reason(reason, ask, f"a certificate of {shown!r} is withdrawn")
        with store.transaction("certificates withdraw") as tx:
            found = valid(tx)
            for one in found:
                withdraw_certificate(tx, one.id, reason=reason)
    return [Given(person.name, one, there=False, note=_remove(course, one)) for one in found]


def _remove(course: Course, one: Certificate) -> str:
    """Remove a certificate's file if it is as it was made; return a note if not."""
    path = course.folder / one.file
    if not path.is_file() or path.is_symlink():
        return ""
    try:
        ours = seal_of(path.read_bytes(), load_public(course.folder / PUBLIC)) == one.code
    except CoursekitError:
        ours = False
    if not ours:
        return f"{one.file} is not as it was made, and was left there"
    path.unlink()
    return ""
