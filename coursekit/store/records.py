"""What the queries take and give: frozen dataclasses, without SQLAlchemy.

``NewX`` is what a caller hands in; ``X`` is the same with the id that the store gave it. All moments
are timezone-aware and come back in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from coursekit.model import Finding, Problem
from coursekit.work import Author

Origin = Literal["made", "linked"]
Decision = Literal["accepted", "sent_back"]


@dataclass(frozen=True, slots=True)
class NewStudent:
    """A person on the roster.

    Parameters
    ----------
    name : str
        As the person writes it; any characters.
    email : str, optional
        Unique in the course, whatever its case.
    account : str, optional
        On the git host; unique in the course, whatever its case.
    id_number : str, optional
        The university's number for the person; unique in the course, whatever its case.
    account_id : str, optional
        The git host's number for the account, which stays when the account is renamed; unique.
    section : str, optional
        The part of the course that the person belongs to.
    """

    name: str
    email: str | None = None
    account: str | None = None
    id_number: str | None = None
    account_id: str | None = None
    section: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Student(NewStudent):
    """A person in the store; takes part while ``left_at`` is None."""

    id: int
    added_at: datetime
    left_at: datetime | None = None
    # Nothing says who it was any more.
    erased_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group; its name is unique, whatever its case and Unicode form."""

    id: int
    name: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """From when to when a student was in a group; open while ``left_at`` is None."""

    id: int
    student_id: int
    group_id: int
    joined_at: datetime
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewRepository:
    """Where a group's work lies.

    Parameters
    ----------
    group_id : int
    url : str, optional
        The address on the git host.
    path : str, optional
        The folder on this machine, relative to the course folder, with forward slashes.
    origin : {"made", "linked"}
        Made by ``new-project``, or by the group itself and registered.
    """

    group_id: int
    url: str | None = None
    path: str | None = None
    origin: Origin = "made"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository(NewRepository):
    """A repository in the store; the group's present one while ``replaced_at`` is None."""

    id: int
    added_at: datetime
    replaced_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """That the tool gave a student access to a repository on the git host; open while ``revoked_at`` is None.

    ``account`` is the one that was given access, which need no longer be the student's.
    """

    id: int
    repository_id: int
    student_id: int
    account: str
    granted_at: datetime
    revoked_at: datetime | None


FetchState = Literal["new", "updated", "unchanged", "empty", "failed"]


@dataclass(frozen=True, slots=True)
class FetchEvent:
    """Something that happened to a repository between two fetches; see `coursekit.git.changes.Event`."""

    kind: str
    name: str
    old: str = ""
    new: str = ""
    kept: str = ""


@dataclass(frozen=True, slots=True)
class NewFetch:
    """What one fetch of one repository brought.

    Parameters
    ----------
    repository_id : int
    state : {"new", "updated", "unchanged", "empty", "failed"}
    branch : str, optional
        The default branch.
    commit : str, optional
        Its newest commit.
    committed_at : datetime, optional
        When, as that commit says.
    commits : int, optional
        How many came.
    events : tuple of FetchEvent, optional
    reason : str, optional
        Why it failed.
    """

    repository_id: int
    state: FetchState
    branch: str | None = None
    commit: str | None = None
    committed_at: datetime | None = None
    commits: int = 0
    events: tuple[FetchEvent, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch(NewFetch):
    """A fetch in the store; `fetched_at` is the last time that it found this."""

    id: int
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class NewProposalDecision:
    """What an instructor said of a group's proposal.

    Parameters
    ----------
    group_id : int
    decision : {"accepted", "sent_back"}
    fingerprint : str
        Of the proposal that was read; another one later means that it has changed since.
    comment : str, optional
        For the group.
    """

    group_id: int
    decision: Decision
    fingerprint: str
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDecision(NewProposalDecision):
    """A decision in the store; the newest of a group counts."""

    id: int
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """When a group presents; `withdrawn_at` is set when it lost its slot and got no other.

    `uid` stays the same whatever changes, and `sequence` goes up with every change, as calendars need it.
    """

    id: int
    group_id: int
    uid: str
    starts_at: datetime
    ends_at: datetime
    sequence: int
    changed_at: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """A deadline of one group for one milestone, in place of the course's; counts while ``withdrawn_at`` is None."""

    id: int
    group_id: int
    milestone: str
    due_at: datetime
    reason: str
    set_at: datetime
    withdrawn_at: datetime | None = None


AliasKind = Literal["meeting", "git"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """What a student is called in meetings or in git; without a student it is known to be nobody of the course."""

    id: int
    kind: AliasKind
    name: str
    email: str | None
    key: str
    student_id: int | None
    settled_at: datetime


MatchedHow = Literal["email", "alias", "name", "fuzzy", "none"]
Marked = Literal["attended", "missed"]
SessionKey = tuple[date, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceImport:
    """A list of a session's participants that was read, and counts.

    Attributes
    ----------
    id : int
    session : tuple of datetime.date and int
        See `coursekit.config.course.Session.key`.
    source : str
        The file's name.
    content : str
        A fingerprint of its bytes.
    imported_at : datetime
    span : tuple of datetime, or None
        The session's start and end when it was last counted.
    """

    id: int
    session: SessionKey
    source: str
    content: str
    imported_at: datetime
    span: tuple[datetime, datetime] | None


@dataclass(frozen=True, slots=True)
class NewAttendanceRow:
    """A row of such a list, as it stands there, and whom it was taken for.

    Parameters
    ----------
    line : int
    name : str
    email : str or None
    span : tuple of datetime, or None
        When the person joined and left; None where the list does not say.
    seconds : int or None
        How long, where the list says it. With neither, the person was there for the whole session.
    student_id : int or None
        None for nobody of the course (`how` is "alias"), or where it is not clear ("none").
    how : {"email", "alias", "name", "fuzzy", "none"}
    score : int or None
        How alike the names are, from 0 to 100.
    """

    line: int
    name: str
    email: str | None
    span: tuple[datetime, datetime] | None
    seconds: int | None
    student_id: int | None
    how: MatchedHow
    score: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceRow(NewAttendanceRow):
    """Such a row in the store."""

    id: int
    import_id: int


@dataclass(frozen=True, slots=True)
class Presence:
    """How long a student was in a session, and what an instructor marked instead; either may be missing.

    Attributes
    ----------
    student_id : int
    session : tuple of datetime.date and int
        See `coursekit.config.Session.key`.
    seconds : int or None
        Within the session, all files together.
    marked : {"attended", "missed"} or None
    """

    student_id: int
    session: SessionKey
    seconds: int | None
    marked: Marked | None


OverruledStatus = Literal["met", "not_met"]


@dataclass(frozen=True, slots=True)
class NewOverruling:
    """What an instructor decided about one requirement of one group, whatever a check finds.

    Parameters
    ----------
    group_id : int
    code : str
        The requirement's.
    status : {"met", "not_met"}
    reason : str
        The group reads it where the status is not met.
    """

    group_id: int
    code: str
    status: OverruledStatus
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overruling(NewOverruling):
    """A decision in the store; the newest of a requirement counts unless it was withdrawn."""

    id: int
    set_at: datetime
    withdrawn_at: datetime | None = None


VerdictDecision = Literal["pass", "fail", "send_back"]


@dataclass(frozen=True, slots=True)
class NewVerdict:
    """What an instructor decided about a group's project.

    Parameters
    ----------
    group_id : int
    decision : {"pass", "fail", "send_back"}
    comment : str, optional
        For the group.
    commit : str, optional
        What was looked at; None when the project is a folder without git, or nothing was checked.
    accepted : tuple of str, optional
        Requirements that no rule could judge and that the instructor looked at and found to be met, in that commit.
    """

    group_id: int
    decision: VerdictDecision
    comment: str | None = None
    commit: str | None = None
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict(NewVerdict):
    """A verdict in the store; the newest of a group counts."""

    id: int
    given_at: datetime


CertificateKind = Literal["attendance", "achievement"]


@dataclass(frozen=True, slots=True)
class NewCertificate:
    """A certificate that is given out.

    Parameters
    ----------
    student_id : int
    kind : {"attendance", "achievement"}
    code : str
        What is printed for verifying it; unique in the course.
    statement : str
        What it states, as it is signed.
    file : str
        The path of its file in the course's folder.
    """

    student_id: int
    kind: CertificateKind
    code: str
    statement: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate(NewCertificate):
    """A certificate in the store; valid while ``withdrawn_at`` is None."""

    id: int
    issued_at: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewActivity:
    """What one repository shows of who worked on it; see `coursekit.work.Counted`.

    Parameters
    ----------
    repository_id : int
    commit : str
        Where the history that was counted ends; empty where there is none.
    basis : str
        A fingerprint of how it was counted.
    commits : int
    last_at : datetime or None
    whole : bool
    authors : tuple of coursekit.work.Author
    notes : dict of str to int
    """

    repository_id: int
    commit: str
    basis: str
    commits: int
    last_at: datetime | None
    whole: bool
    authors: tuple[Author, ...] = ()
    notes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedRepository(NewActivity):
    """What the store has of it."""

    counted_at: datetime


@dataclass(frozen=True, slots=True)
class NewCheckRun:
    """One check of one repository.

    Parameters
    ----------
    repository_id : int
    profile : str
        The requirement profile's name.
    version : str
        Of coursekit, as it may judge otherwise later.
    findings : tuple of coursekit.model.Finding
        One a requirement, in the order in which they are shown.
    commit : str, optional
        The commit that was read; None for a folder.
    content, basis : str, optional
        Fingerprints of what was judged and by what; a check with the same two would find the same.
    read : tuple of str, optional
        The files that `content` is of, where that is not all of a commit.
    problems : tuple of coursekit.model.Problem, optional
        What could not be read.
    unruled : int, optional
        How many requirements have no rule.
    as_of : datetime, optional
        The moment whose state was checked; None for the present one.
    seen_at : datetime, optional
        With `as_of`: the first fetch that brought the commit; None where no fetch says so.
    beside : int, optional
        With `as_of`: how many commits are dated before it too and came into the branch later.
    """

    repository_id: int
    profile: str
    version: str
    findings: tuple[Finding, ...] = ()
    commit: str | None = None
    content: str | None = None
    basis: str | None = None
    read: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    unruled: int = 0
    as_of: datetime | None = None
    seen_at: datetime | None = None
    beside: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRun(NewCheckRun):
    """A check in the store."""

    id: int
    group_id: int
    checked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who changed what, when, by which command; ids, never names of students."""

    id: int
    at: datetime
    actor: str
    command: str
    action: str
    table: str
    row_id: int
    field: str | None
    old: str | None
    new: str | None
    reason: str | None
