"""`coursekit certificates build`: a PDF for everybody who gets one.

A certificate is drawn, then recorded, and its file is written within the same transaction: whatever is cut off, what the
store knows has its file, and a file that the store does not know was never given out and is made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from coursekit.config import Course
from coursekit.course.certificates.plan import KINDS, MAKING, Action, Draft, at_files, plan
from coursekit.errors import InputError
from coursekit.files import write_bytes
from coursekit.jobs import JobItem, Progress, run_job
from coursekit.store import Transaction, open_store
from coursekit.store.certificates import add_certificate, list_certificates, withdraw_certificate
from coursekit.store.records import CertificateKind, NewCertificate
from coursekit.tracking.certificates.document import Sheet, design_of, draw
from coursekit.tracking.certificates.keys import PRIVATE, Signer, need_cryptography, open_signer
from coursekit.tracking.certificates.seal import envelope, sealed
from coursekit.tracking.certificates.statement import Design, canonical
from coursekit.tracking.eligibility import Eligibility

JOB = "certificates"
COMMAND = "certificates build"
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """What a run did, or in a dry run would do, with one certificate.

    Attributes
    ----------
    student : str
    kind : {"attendance", "achievement"}
    action : str
        See `coursekit.course.certificates.plan.Action`.
    file : str
        Its path in the course's folder.
    code : str
        Empty for one that is not made yet.
    project : str
        The title that stands on it.
    changed : tuple of str
        What the one that was given out states otherwise.
    note : str
    """

    student: str
    kind: CertificateKind
    action: Action
    file: str
    code: str
    project: str = ""
    changed: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Built:
    """What a run did; every certificate is in `entries` or, with the reason, in `failures`.

    Attributes
    ----------
    entries : tuple of Entry
    failures : tuple of (str, str)
        The file's name and why it could not be made.
    refused : tuple of Eligibility
        The students who get none.
    named : bool
        Whether students were named.
    notes : tuple of str
    dry_run : bool
    """

    entries: tuple[Entry, ...]
    failures: tuple[tuple[str, str], ...]
    refused: tuple[Eligibility, ...]
    named: bool
    notes: tuple[str, ...]
    dry_run: bool

    @property
    def of(self) -> int:
        """How many certificates there are."""
        return len(self.entries) + len(self.failures)

    def count(self, *actions: Action) -> int:
        """Return how many had one of these done."""
        return sum(one.action in actions for one in self.entries)

    @property
    def exit_code(self) -> int:
        """2 when something failed, 1 when something waits for a decision, else 0."""
        if self.failures or self.count("blocked"):
            return 2
        return 1 if self.count("differs", "withdrawn") or (self.named and self.refused) else 0


def build_certificates(
    course: Course,
    students: Sequence[str] = (),
    *,
    kinds: Collection[CertificateKind] = KINDS,
    force: bool = False,
    dry_run: bool = False,
    progress: Callable[[Progress], object] | None = None,
) -> Built:
    """Make the certificates of all who get one.

    Parameters
    ----------
    course : Course
    students : sequence of str, optional
        Only theirs.
    kinds : collection of str, optional
        Both by default.
    force : bool, optional
        Withdraw what was given out and states something else, and make it anew; overwrite files that are not ours. For
        students who are named, also make what was withdrawn.
    dry_run : bool, optional
        Only say what would be done.
    progress : callable, optional
        As for `coursekit.jobs.run_job`.

    Raises
    ------
    CoursekitError
        If a student or the key is not there, or the template has a mistake. Nothing was made then.
    """
    need_cryptography()
    design = design_of(course)
    with open_store(course.store, create=False) as store:
        with store.read() as view:
            planned = plan(course, view, design, students, kinds, force=force)
        signer, notes = _signer(course, planned.any_given, dry_run)
        drafts = [
            at_files(course, draft, signer.public if signer else None, force=force)
            for draft in planned.drafts
        ]
        todo = [draft for draft in drafts if draft.action in MAKING]
        # A mistake in the template is one, not as many as there are students.
        _try(course, design, todo)
        failures: tuple[tuple[str, str], ...] = ()
        if signer is not None and todo and not dry_run:
            maker = _Maker(course, design, signer)
            items = [JobItem(f"certificate:{one.student.id}:{one.kind}", one) for one in todo]
            result = run_job(
                store,
                JOB,
                items,
                maker.draw,
                record=maker.record,
                command=COMMAND,
                fresh=True,
                workers=min(WORKERS, len(items)),
                progress=progress,
            )
            files = {item.key: item.value.file for item in items}
            failures = tuple((files[one.key], one.reason) for one in result.failures)
    failed = {file for file, _ in failures}
    entries = tuple(_entry(draft, dry_run) for draft in drafts if draft.file not in failed)
    return Built(entries, failures, planned.refused, bool(students), notes, dry_run)


def _signer(course: Course, any_given: bool, dry_run: bool) -> tuple[Signer | None, tuple[str, ...]]:
    if dry_run and not (course.folder / PRIVATE).exists():
        return None, ()
    return open_signer(course.folder, make=not any_given)


def _try(course: Course, design: Design, todo: Sequence[Draft]) -> None:
    """Draw one made-up certificate of each kind that is to be made, so that mistakes are told before anything is done."""
    from coursekit.course.certificates.look import sample

    for kind in dict.fromkeys(draft.kind for draft in todo):
        draw(sample(course, design, kind))


class _Maker:
    """Draws, signs and records one certificate after the other."""

    def __init__(self, course: Course, design: Design, signer: Signer) -> None:
        self._folder = course.folder
        self._design = design
        self._signer = signer
        self._tidy = False

    def draw(self, item: JobItem[Draft]) -> bytes:
        draft = item.value
        statement = canonical(draft.statement)
        signed = envelope(statement, self._signer.sign, self._signer.public.fingerprint)
        return draw(Sheet(statement, signed, self._design))

    def record(self, tx: Transaction, item: JobItem[Draft], pdf: bytes) -> None:
        draft = item.value
        code = draft.statement["code"]
        # Two runs do not work at once; one may have ended between this one's look and its beginning.
        found = list_certificates(tx, student_id=draft.student.id)
        valid = next((one for one in found if one.kind == draft.kind and one.withdrawn_at is None), None)
        if (valid and valid.id) != (draft.given and draft.action != "withdrawn" and draft.given.id):
            raise InputError("expected nothing to change meanwhile, but another command did", "Run it again.")
        if draft.action == "replaced" and draft.given is not None:
            withdraw_certificate(tx, draft.given.id, reason=f"replaced; changed: {', '.join(draft.changed)}")
        if draft.action != "again":
            add_certificate(
                tx, NewCertificate(draft.student.id, draft.kind, code, canonical(draft.statement), draft.file)
            )
        path = self._folder / draft.file
        if not self._tidy:
            # What killed runs left. While this one holds the job, no other one writes there.
            self._tidy = True
            for left in path.parent.glob(".coursekit-*.tmp"):
                left.unlink(missing_ok=True)
        if path.is_symlink():
            raise InputError(f"expected no link at {draft.file}, found one", "Move it away.")
        write_bytes(path, sealed(pdf, code, self._signer.sign))


def _entry(draft: Draft, dry_run: bool) -> Entry:
    made = draft.action in MAKING
    known = draft.given.code if draft.given else ""
    code = known if draft.action == "again" or not made else "" if dry_run else draft.statement["code"]
    return Entry(
        draft.student.name,
        draft.kind,
        draft.action,
        draft.file,
        code,
        draft.statement["project"],
        draft.changed,
        draft.note,
    )
