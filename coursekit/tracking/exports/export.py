"""What an export is given and gives, whatever it is for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from coursekit.config import Course
    from coursekit.model import Finding
    from coursekit.store.records import Student

#: open: not decided yet, or something is missing that may still come.
Outcome = Literal["passed", "failed", "open"]


@dataclass(frozen=True, slots=True)
class GroupResult:
    """What a group reached.

    Attributes
    ----------
    id : int
    name : str
    folder : str
        The name as that of a folder; see `coursekit.course.places`.
    url : str
        The repository's address; empty where there is none.
    members : tuple of Student
    project : Outcome
    reasons : tuple of str
        Why it has not passed.
    points, possible : int or None
        How many required requirements are met or waived, and how many there are; None before the first check.
    findings : tuple of Finding
        The newest check's, with what the instructor decided instead.
    commit : str
        What was checked; empty for a folder.
    comment : str
        The instructor's, for the group.
    decided_at : datetime or None
    """

    id: int
    name: str
    folder: str = ""
    url: str = ""
    members: tuple[Student, ...] = ()
    project: Outcome = "open"
    reasons: tuple[str, ...] = ()
    points: int | None = None
    possible: int | None = None
    findings: tuple[Finding, ...] = ()
    commit: str = ""
    comment: str = ""
    decided_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a student reached.

    Attributes
    ----------
    student : Student
    group : GroupResult or None
    course : Outcome
        Whether he or she gets the certificate of achievement.
    attended, sessions : int
        Of the sessions so far.
    unknown : tuple of int
        The numbers of those about which nothing is known; the course's rule counts them as missed.
    attendance : Outcome
        Whether he or she gets the certificate of attendance.
    reasons : tuple of str
        Why not.
    """

    student: Student
    group: GroupResult | None
    course: Outcome
    attended: int
    sessions: int
    attendance: Outcome
    reasons: tuple[str, ...] = ()
    unknown: tuple[int, ...] = ()

    @property
    def attendance_known(self) -> bool:
        """Whether anything is known of any session."""
        return len(self.unknown) < self.sessions

    @property
    def project(self) -> Outcome:
        """The group's; open for who is in none."""
        return self.group.project if self.group else "open"


@dataclass(frozen=True, slots=True)
class Data:
    """What exports are made of: the course's state at one moment."""

    course: Course
    results: tuple[Result, ...]
    groups: tuple[GroupResult, ...]
    moment: dt.datetime

    @property
    def taking_part(self) -> tuple[Result, ...]:
        """Those who have not dropped out."""
        return tuple(one for one in self.results if one.student.left_at is None)


@dataclass(frozen=True, slots=True)
class Option:
    """An option of an export, in the words of a command line.

    Attributes
    ----------
    name : str
        With hyphens; what the export gets has underscores.
    help : str
    default : str or bool or None
        A bool makes a flag with its opposite (``--bom/--no-bom``), or one alone where `alone`.
    choices : tuple of str
    file : bool
        Whether it is a path.
    required : bool
    """

    name: str
    help: str
    default: str | bool | None = None
    choices: tuple[str, ...] = ()
    file: bool = False
    required: bool = False
    alone: bool = False
    metavar: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Who or what is not in the export, and why."""

    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Made:
    """What an export made, before anything is written.

    Attributes
    ----------
    files : mapping of str to bytes
        By their names; one that stands alone may be given another name.
    counts : tuple of (int, str)
        What became of `of`: ``(38, "written")``; together they are all.
    of : str
        ``40 students``.
    left_out : tuple of LeftOut
    notes : tuple of str
        What to know, or to do, before it is handed on.
    """

    files: Mapping[str, bytes]
    counts: tuple[tuple[int, str], ...]
    of: str
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The exact count."""
        return ", ".join(f"{count} {word}" for count, word in self.counts) + f", of {self.of}"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A group's file of an export that gives each group one, or why there is none.

    Attributes
    ----------
    group : GroupResult
    name : str
        The file's.
    size : int
        In bytes.
    title, url : str
        Of the project and its repository.
    reason : str
        Why there is none; empty where there is one.
    notes : tuple of str
    failed : bool
        Whether the reason is that something went wrong.
    """

    group: GroupResult
    name: str = ""
    size: int = 0
    title: str = ""
    url: str = ""
    reason: str = ""
    notes: tuple[str, ...] = ()
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is handed on of a group's project: read from its repository, and nothing of it was run.

    Attributes
    ----------
    group : GroupResult
    title, description : str
    url : str
        Of the repository, as a browser opens it; empty where there is none.
    consent : bool or None
        Whether every member agreed that it is shown to others; None where that could not be read.
    slides, cover : tuple of (str, bytes) or None
        Ending (``.pdf``) and content.
    results : mapping of str to str
    problems : tuple of str
        What could not be read or is missing, and what to do.
    """

    group: GroupResult
    title: str = ""
    description: str = ""
    url: str = ""
    consent: bool | None = None
    slides: tuple[str, bytes] | None = None
    cover: tuple[str, bytes] | None = None
    results: Mapping[str, str] | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Export:
    """A way to hand results on.

    Attributes
    ----------
    title : str
        What it makes, in a line.
    about : str
        For ``--help``: what the other system takes, and what to do there.
    make : callable
        ``make(data, options, bundles) -> Made``.
    options : tuple of Option
    output : str
        What is written by default, below the course's folder.
    example : str
        What may be typed behind ``coursekit export NAME``.
    bundle : callable, optional
        ``bundle(parcel) -> (bytes, notes)``: makes each group's file. It raises `InputError` where there is none to make.
    """

    title: str
    about: str
    make: Callable[[Data, Mapping[str, Any], tuple[Bundle, ...]], Made]
    options: tuple[Option, ...] = ()
    output: str = ""
    example: str = ""
    bundle: Callable[[Parcel], tuple[bytes, tuple[str, ...]]] | None = None
