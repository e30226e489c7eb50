"""`course.toml`: the course, its sessions, milestones and rules."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo, available_timezones

from coursekit.config.certificates import CertificateSettings, certificates_of
from coursekit.config.host import HostSettings, host_of
from coursekit.config.presentations import Presentations, presentations_of
from coursekit.config.report import ReportSettings, report_of
from coursekit.config.shared import language_of, milestones_of, read_file, source_of
from coursekit.errors import InputError
from coursekit.model import Milestone, Waiver
from coursekit.text import nearest, one_line
from coursekit.tomlread import Table, parse

# Where a database may be stated as well; it goes before `course.toml`.
DATABASE_VARIABLE = "COURSEKIT_DATABASE"

# Of a session; who was there for less did not attend.
_MIN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Session:
    """A meeting of the course; `start` and `end` know their time zone.

    Attributes
    ----------
    number : int
        From 1, in the order in which they begin.
    turn : int
        Which one of its day it is, from 1. With the day it is what the store knows a session by.
    """

    start: dt.datetime
    end: dt.datetime
    topic: str = ""
    number: int = 0
    turn: int = 1

    @property
    def key(self) -> tuple[dt.date, int]:
        """What stays the same when another session is added, or when this one begins a little later."""
        return self.start.date(), self.turn


@dataclass(frozen=True, slots=True)
class Topic:
    """A project that the instructors offer; groups find it with `coursekit ideas` and may wish for it.

    Attributes
    ----------
    data, license : str
        The data set or where it comes from, and the licence under which it may be used.
    contact : str
        Whom to ask about it.
    """

    title: str
    description: str = ""
    tags: tuple[str, ...] = ()
    data: str = ""
    license: str = ""
    contact: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """What `course.toml` says about a course."""

    name: str
    semester: str = ""
    language: str = "en"
    time_zone: str = ""
    min_group_size: int | None = None
    max_group_size: int | None = None
    missed_sessions_allowed: int | None = None
    min_session_share: float = _MIN_SHARE
    sessions: tuple[Session, ...] = ()
    profile: str = "opencampus-ml"
    milestones: tuple[Milestone, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    topics: tuple[Topic, ...] = ()
    presentations: Presentations = field(default_factory=Presentations)
    template: str = ""
    coursekit_source: str = ""
    repositories: str = "repositories"
    clones: str = "clones"
    database: str = ""
    host: HostSettings | None = None
    report: ReportSettings = field(default_factory=ReportSettings)
    certificates: CertificateSettings = field(default_factory=CertificateSettings)
    folder: Path = field(default_factory=Path)

    @property
    def requirements(self) -> str:
        """The profile as `load_profile` takes it: a file is named from the course's folder."""
        return str(self.folder / self.profile) if self.profile.endswith(".toml") else self.profile

    @property
    def store(self) -> str | Path:
        """What `open_store` takes: the URL that `database` states, or the course's folder.

        A name without `://` is a file in that folder.
        """
        if not self.database:
            return self.folder
        return (
            self.database
            if "://" in self.database
            else f"sqlite:///{(self.folder / self.database).as_posix()}"
        )


def find_course(start: Path | None = None) -> Course:
    """Read the `course.toml` at `start`, or without one that of the nearest folder above the present one.

    The environment variable COURSEKIT_DATABASE goes before the database that it states.

    Raises
    ------
    InputError
        If there is none, or it does not hold what it should.
    """
    if start is not None:
        return with_environment(load_course(start))
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "course.toml").is_file():
            return with_environment(load_course(folder))
    raise InputError(
        f"expected a course, but there is no course.toml in {one_line(str(here))} or above it",
        "Go to the course's folder, name it with  --course FOLDER , or make one with  coursekit init .",
    )


def with_environment(course: Course) -> Course:
    """Return the course with the database that COURSEKIT_DATABASE states, if it does.

    So that a password need not stand in `course.toml`, which may lie in a repository.
    """
    database = os.environ.get(DATABASE_VARIABLE, "").strip()
    return replace(course, database=database) if database else course


def load_course(path: Path) -> Course:
    """Read a `course.toml` (or the one in the folder `path`).

    Raises
    ------
    InputError
        If it is missing or does not hold what it should; with the line.
    """
    data = read_file(path, "course.toml")
    folder = path if path.is_dir() else path.parent
    return parse_course(data, path.name if path.name.endswith(".toml") else "course.toml", folder)


def parse_course(data: bytes, where: str = "course.toml", folder: Path | None = None) -> Course:
    """Read a `course.toml` from its bytes; `where` names it in errors.

    Raises
    ------
    InputError
        If it does not hold what it should; with the line.
    """
    top = parse(data, where)
    about, groups, attendance = top.table("course"), top.table("groups"), top.table("attendance")
    check, projects, store = top.table("check"), top.table("projects"), top.table("store")
    zone = _time_zone(about)
    least, most = _sizes(groups)
    sessions = _sessions(top, zone)
    course = Course(
        name=about.text("name", required=True),
        semester=about.text("semester"),
        language=language_of(about),
        time_zone=about.text("time_zone"),
        min_group_size=least,
        max_group_size=most,
        missed_sessions_allowed=attendance.whole("missed_sessions_allowed"),
        min_session_share=_share(attendance),
        sessions=sessions,
        profile=check.text("profile", "opencampus-ml"),
        milestones=milestones_of(check, zone),
        waivers=tuple(_waiver(table) for table in top.tables("waivers")),
        topics=_topics(top),
        presentations=presentations_of(
            top.table("presentations"), {session.start.date() for session in sessions}
        ),
        template=projects.text("template"),
        coursekit_source=source_of(projects),
        repositories=_folder(projects, "repositories"),
        clones=_folder(projects, "clones"),
        database=store.text("database"),
        host=host_of(top.table("host")),
        report=report_of(top.table("report")),
        certificates=certificates_of(top.table("certificates")),
        folder=folder or Path(),
    )
    for table in (top, about, groups, attendance, check, projects, store):
        table.done()
    return course


def _time_zone(about: Table) -> dt.tzinfo | None:
    name = about.text("time_zone")
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        close = nearest(name, sorted(available_timezones()))
        hint = f"Did you mean {close!r}?" if close else 'For example:  time_zone = "Europe/Berlin"'
        raise about.error(
            "time_zone", f"expected a time zone, but {one_line(name, 60)!r} is none", hint
        ) from None


def _sessions(top: Table, zone: dt.tzinfo | None) -> tuple[Session, ...]:
    found: list[Session] = []
    for table in top.tables("sessions"):
        session = _session(table, zone)
        for other in found:
            if session.start < other.end and other.start < session.end:
                raise table.error(
                    "start",
                    f"expected one session at a time, but on {session.start:%Y-%m-%d} there is one from "
                    f"{other.start:%H:%M} to {other.end:%H:%M} too",
                )
        found.append(session)
    numbered: list[Session] = []
    for session in sorted(found, key=lambda one: one.start):
        before = sum(other.start.date() == session.start.date() for other in numbered)
        numbered.append(replace(session, number=len(numbered) + 1, turn=before + 1))
    return tuple(numbered)


def _share(attendance: Table) -> float:
    share = attendance.number("min_session_share")
    if share is None:
        return _MIN_SHARE
    if not 0 < share <= 1:
        raise attendance.error(
            "min_session_share", f"expected a share above 0 and at most 1, but found {share:g}"
        )
    return share


def _session(table: Table, zone: dt.tzinfo | None) -> Session:
    day, start, end = table.date("date"), table.time("start"), table.time("end")
    session = Session(
        dt.datetime.combine(day, start, zone), dt.datetime.combine(day, end, zone), table.text("topic")
    )
    table.done()
    if zone is None:
        raise table.error(
            None,
            "expected the course's time zone, but [course] states none",
            'Add  time_zone = "Europe/Berlin"  to [course].',
        )
    if end <= start:
        raise table.error("end", f"expected an end after the start ({start:%H:%M}), but found {end:%H:%M}")
    return session


def _sizes(groups: Table) -> tuple[int | None, int | None]:
    least, most = groups.whole("min_size", least=1), groups.whole("max_size", least=1)
    if least is not None and most is not None and least > most:
        raise groups.error("min_size", f"expected at most max_size ({most}), but found {least}")
    return least, most


def _topics(top: Table) -> tuple[Topic, ...]:
    found: list[Topic] = []
    for table in top.tables("ideas"):
        topic = Topic(
            title=table.text("title", required=True),
            description=table.text("description"),
            tags=table.texts("tags"),
            data=table.text("data"),
            license=table.text("license"),
            contact=table.text("contact"),
            link=table.text("link"),
        )
        table.done()
        if topic.title.casefold() in {other.title.casefold() for other in found}:
            raise table.error(
                "title", f"expected each idea once, but {one_line(topic.title, 60)!r} is there twice"
            )
        found.append(topic)
    return tuple(found)


def _waiver(table: Table) -> Waiver:
    waiver = Waiver(
        table.text("code", required=True), table.text("reason", required=True), table.text("group") or None
    )
    table.done()
    return waiver


def _folder(projects: Table, key: str) -> str:
    """Return a folder's name relative to the course's, which it must not leave."""
    name = projects.text(key, key)
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or name.startswith(("/", "~")) or ".." in parts or ":" in name:
        raise projects.error(
            key,
            f"expected a folder inside the course's folder, but found {one_line(name, 80)!r}",
            f'For example:  {key} = "{key}"',
        )
    return "/".join(parts)
