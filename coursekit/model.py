"""The values that all parts share: people, projects, findings. Frozen, without behavior of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

#: What stands for the content of a repository that held nothing at the moment that is asked about.
NOTHING = "nothing"


class Status(StrEnum):
    """What a check found for one requirement."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_JUDGED = "not_judged"
    WAIVED = "waived"


class Level(StrEnum):
    """Whether a requirement bars approval."""

    REQUIRED = "required"
    ADVISED = "advised"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in the languages the tool speaks."""

    en: str
    de: str

    def in_(self, language: str) -> str:
        """Return the text in `language` (``en`` or ``de``)."""
        return self.de if language == "de" else self.en

    def format(self, **values: object) -> Text:
        """Fill the placeholders of both."""
        return Text(self.en.format(**values), self.de.format(**values))


@dataclass(frozen=True, slots=True)
class Location:
    """Where something was found. `line`, `cell` and `slide` count from 1; a line in a cell counts within it."""

    path: str
    line: int | None = None
    cell: int | None = None
    slide: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one requirement for one submission."""

    code: str
    title: str
    status: Status
    level: Level
    milestone: str | None
    due: bool
    message: str
    hint: str
    locations: tuple[Location, ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether this finding bars approval now."""
        return self.status is Status.NOT_MET and self.level is Level.REQUIRED and self.due


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that could not be read as what it claims to be. `message` goes on where `path` ends."""

    path: str
    message: Text
    hint: Text

    def told(self, language: str = "en") -> str:
        """Return the file and what is wrong with it."""
        return f"{self.path}: {self.message.in_(language)}"


@dataclass(frozen=True, slots=True)
class Member:
    """A student in a group."""

    name: str
    email: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Milestone:
    """A part of the project with an optional deadline."""

    name: str
    deadline: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class WaiverRequest:
    """A requirement that a group asks to be excused from. Only an instructor grants it."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProjectResults:
    """What a project claims to have reached."""

    best_model: str = ""
    metric: str = ""
    value: float | None = None
    baseline_model: str = ""
    baseline_value: float | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """What `project.toml` says about a group's project."""

    title: str
    members: tuple[Member, ...] = ()
    description: str = ""
    task: str = ""
    group: str = ""
    course: str = ""
    semester: str = ""
    language: str = "en"
    repository: str = ""
    consent_to_publish: bool = False
    question: str = ""
    planned_metric: str = ""
    data_name: str = ""
    data_source: str = ""
    data_license: str = ""
    results: ProjectResults = field(default_factory=ProjectResults)
    template: str = ""
    template_version: str = ""
    core_version: str = ""
    template_tree: str = ""
    coursekit_source: str = ""
    profile: str = "opencampus-ml"
    milestones: tuple[Milestone, ...] = ()
    waivers_asked: tuple[WaiverRequest, ...] = ()
    tags: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiver:
    """A requirement that an instructor excused a group (or all) from."""

    code: str
    reason: str
    group: str | None = None
