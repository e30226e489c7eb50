"""What a rule is, and how the rules are found.

A rule is a class in a module of `coursekit.checker.rules` (or of a package that names it in the entry
point group ``coursekit.rules``); nothing else needs to know of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, ClassVar

from coursekit.model import Location, Status, Text
from coursekit.submission import Submission

if TYPE_CHECKING:
    from coursekit.config import Course


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule found: the status, what was found in words, and where."""

    status: Status
    message: Text
    locations: tuple[Location, ...] = ()


def met(message: Text, *locations: Location | None) -> Outcome:
    """Say that the requirement is met."""
    return Outcome(Status.MET, message, tuple(place for place in locations if place))


def not_met(message: Text, *locations: Location | None) -> Outcome:
    """Say that the requirement is not met."""
    return Outcome(Status.NOT_MET, message, tuple(place for place in locations if place))


def not_judged(message: Text, *locations: Location | None) -> Outcome:
    """Say that the requirement cannot be judged, and why."""
    return Outcome(Status.NOT_JUDGED, message, tuple(place for place in locations if place))


class Rule:
    """One requirement that can be judged from a submission's facts.

    Attributes
    ----------
    code : str
        Three letters for the family and three digits.
    title, what, why, hint : Text
        Its name, what it asks in a sentence, why it matters, how to meet it.
    example : str or Text
        An example that does not meet it; a Text where it describes one in words.
    parameters : mapping
        The parameters that a profile may set, with their defaults.
    from_course : mapping
        Parameters that `course.toml` says where it says anything of them, each with its attribute of `Course`; it
        counts more than the profile.
    """

    code: ClassVar[str]
    title: ClassVar[Text]
    what: ClassVar[Text]
    why: ClassVar[Text]
    hint: ClassVar[Text]
    example: ClassVar[str | Text] = ""
    parameters: ClassVar[Mapping[str, Any]] = {}
    from_course: ClassVar[Mapping[str, str]] = {}

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Judge the submission.

        Parameters
        ----------
        submission : Submission
            Ask it for facts; never open a file.
        parameters : mapping
            The defaults, as changed by the profile and the course.

        Returns
        -------
        Outcome
            Made by `met`, `not_met` or `not_judged`.
        """
        raise NotImplementedError


#: Of rules, by their codes: what a course says of their parameters.
Parameters = Mapping[str, Mapping[str, Any]]


def course_parameters(course: Course) -> Parameters:
    """Return what a course says of the rules' parameters; rules of which it says nothing are missing."""
    found = {
        code: {
            name: value
            for name, attribute in rule.from_course.items()
            if (value := getattr(course, attribute)) is not None
        }
        for code, rule in all_rules().items()
    }
    return {code: values for code, values in found.items() if values}


class DuplicateCodeError(RuntimeError):
    """Two rules have one code."""


@lru_cache(maxsize=1)
def all_rules() -> Mapping[str, Rule]:
    """Return every rule by its code, built-in ones and those of plugins.

    Raises
    ------
    DuplicateCodeError
        If two rules have one code.
    """
    from coursekit.checker import rules as package

    modules = [import_module(f"{package.__name__}.{info.name}") for info in iter_modules(package.__path__)]
    modules += [point.load() for point in entry_points(group="coursekit.rules")]
    found: dict[str, Rule] = {}
    for module in modules:
        for value in vars(module).values():
            is_rule = isinstance(value, type) and issubclass(value, Rule) and "code" in vars(value)
            if not is_rule or value.__module__ != module.__name__:
                continue
            if value.code in found:
                raise DuplicateCodeError(
                    f"the code {value.code} belongs to {type(found[value.code])} and {value}"
                )
            found[value.code] = value()
    return dict(sorted(found.items()))
