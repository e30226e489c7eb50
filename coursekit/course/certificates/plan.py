"""Which certificates a run would make, and what is there already."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from coursekit.config import Course
from coursekit.course.enroll.people import find_student
from coursekit.course.places import Place, group_places
from coursekit.errors import CoursekitError
from coursekit.store import Reader
from coursekit.store.certificates import list_certificates
from coursekit.store.people import list_students
from coursekit.store.records import Certificate, CertificateKind, CheckRun, Student
from coursekit.submission import open_submission
from coursekit.text import slug
from coursekit.tracking.certificates.codes import new_code
from coursekit.tracking.certificates.keys import PublicKey
from coursekit.tracking.certificates.seal import seal_of
from coursekit.tracking.certificates.statement import Design, compose, differences, today
from coursekit.tracking.eligibility import Eligibility, eligibilities

KINDS: tuple[CertificateKind, ...] = ("attendance", "achievement")
FOLDER = "certificates"

# new: none was given out. again: its file is gone. replaced: another one was given out, which is withdrawn by force.
# unchanged: it is there. differs: another one was given out, and stays. withdrawn: it was taken back. blocked: something
# else lies where its file would.
Action = Literal["new", "again", "replaced", "unchanged", "differs", "withdrawn", "blocked"]
MAKING: tuple[Action, ...] = ("new", "again", "replaced")


@dataclass(frozen=True, slots=True)
class Draft:
    """A certificate that somebody gets.

    Attributes
    ----------
    student : Student
    kind : {"attendance", "achievement"}
    action : str
        What is to be done.
    statement : mapping
        What it states.
    file : str
        Its path in the course's folder.
    given : Certificate or None
        The one that was given out and is valid.
    changed : tuple of str
        What it would state otherwise than that.
    note : str
        What the instructor should know.
    """

    student: Student
    kind: CertificateKind
    action: Action
    statement: Mapping[str, Any]
    file: str
    given: Certificate | None = None
    changed: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """All drafts of a run, and those who get none."""

    drafts: tuple[Draft, ...]
    refused: tuple[Eligibility, ...]
    any_given: bool


def plan(
    course: Course,
    view: Reader,
    design: Design,
    students: Sequence[str],
    kinds: Collection[CertificateKind],
    *,
    force: bool,
    now: dt.datetime | None = None,
) -> Planned:
    """Look at who gets what, and at what was given out.

    Without the course's key it is not looked at the files yet; see `at_files`.
    """
    named = {find_student(view, one, left=True).id for one in students}
    everybody = [one for one in eligibilities(course, view, now=now) if not named or one.student.id in named]
    given: dict[tuple[int, str], list[Certificate]] = {}
    everything = list_certificates(view)
    for certificate in everything:
        given.setdefault((certificate.student_id, certificate.kind), []).append(certificate)
    files = _file_names(view, everything)
    titles = _Titles(course, view)
    drafts = []
    for one in everybody:
        for kind in KINDS:
            standing = one.certificate if kind == "attendance" else one.achievement
            if kind not in kinds or not standing.ok:
                continue
            title, note = titles.of(one) if kind == "achievement" else ("", "")
            before = given.get((one.student.id, kind), [])
            drafts.append(
                _draft(course, design, one.student, kind, title, note, before, files, force, bool(named))
            )
    wanted = [one for one in everybody if not _any(one, kinds)]
    return Planned(tuple(drafts), tuple(wanted), bool(everything))


def at_files(course: Course, draft: Draft, key: PublicKey | None, *, force: bool) -> Draft:
    """Say what is to be done after a look at the file.

    Parameters
    ----------
    course, draft
    key : PublicKey or None
        None in a course without a key yet, where no file can be one of ours.
    force : bool
        Whether what is not as it was made may be overwritten.
    """
    if draft.action in ("withdrawn", "differs"):
        return draft
    path = course.folder / draft.file
    if not path.exists() and not path.is_symlink():
        return draft
    code = seal_of(path.read_bytes(), key) if key and path.is_file() and not path.is_symlink() else None
    if draft.action == "again":
        if draft.given is not None and code == draft.given.code:
            return replace(draft, action="unchanged")
        if code is None and not force:
            return replace(draft, action="blocked")
        return draft
    # A file of ours that the store knows nothing of was left by a run that was cut off.
    return replace(draft, action="blocked") if code is None and not force else draft


def _draft(
    course: Course,
    design: Design,
    student: Student,
    kind: CertificateKind,
    title: str,
    note: str,
    before: Sequence[Certificate],
    files: dict[int, str],
    force: bool,
    named: bool,
) -> Draft:
    valid = next((one for one in before if one.withdrawn_at is None), None)
    settings = course.certificates
    code = valid.code if valid else new_code()

    def stated(code: str) -> dict[str, Any]:
        day = settings.date or today(course)
        return compose(course, kind, student.name, project=title, day=day, code=code, design=design)

    statement, file = stated(code), f"{FOLDER}/{files[student.id]}-{kind}.pdf"
    if valid is not None:
        changed = tuple(differences(valid.statement, statement, dated=settings.date is not None))
        if not changed:
            # As it was signed, with the date that it has.
            return Draft(student, kind, "again", json.loads(valid.statement), valid.file, valid, (), note)
        if force:
            return Draft(student, kind, "replaced", stated(new_code()), valid.file, valid, changed, note)
        return Draft(student, kind, "differs", statement, valid.file, valid, changed, note)
    if before and not (force and named):
        return Draft(student, kind, "withdrawn", statement, before[-1].file, before[-1], (), note)
    return Draft(student, kind, "new", statement, file, None, (), note)


class _Titles:
    """The titles of projects, each read once, from the state that was checked."""

    def __init__(self, course: Course, view: Reader) -> None:
        self._places: dict[int, Place] = {place.group.id: place for place in group_places(course, view)}
        self._read: dict[int, str] = {}

    def of(self, one: Eligibility) -> tuple[str, str]:
        """Return a project's title, and a note if it has none."""
        assert one.group is not None
        assert one.project is not None
        if one.group.id not in self._read:
            self._read[one.group.id] = _title(self._places[one.group.id], one.project.run)
        title = self._read[one.group.id]
        return (title, "") if title else (one.group.name, "project.toml has no title; it is the group's name")


def _title(place: Place, run: CheckRun | None) -> str:
    if place.work is None:
        return ""
    bare = place.work == place.clone
    for commit in ([run.commit] if bare and run and run.commit else []) + [None]:
        try:
            project = open_submission(place.work, commit).project
        except CoursekitError:
            continue
        return " ".join(project.title.split()) if project else ""
    return ""


def _any(one: Eligibility, kinds: Collection[CertificateKind]) -> bool:
    return ("attendance" in kinds and one.certificate.ok) or ("achievement" in kinds and one.achievement.ok)


def _file_names(view: Reader, given: Sequence[Certificate]) -> dict[int, str]:
    """Return what each student's files begin with; unique, also on a disk that ignores case.

    What was given out keeps its name, also when the student's name was corrected since.
    """
    names: dict[int, str] = {}
    for one in given:
        name = one.file.rpartition("/")[2].removesuffix(".pdf")
        names[one.student_id] = name.removesuffix(f"-{one.kind}")
    taken = set(names.values())
    for student in list_students(view, left=True):
        if student.id in names:
            continue
        name = slug(student.name, default="student")
        while name in taken:
            name = f"{name}-{student.id}"
        taken.add(name)
        names[student.id] = name
    return names
