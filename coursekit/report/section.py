"""What a section of the presentation is, and how the sections are found.

A section is a folder in `sections/` whose package has a variable `SECTION`. Nothing else lists it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from coursekit.evidence.starter import starter_results
from coursekit.model import Text
from coursekit.report.deck import Part, Slide
from coursekit.report.material import Material, Passage, read_material
from coursekit.submission import Submission
from coursekit.submission.results import Results, results


@dataclass(frozen=True)
class Context:
    """What a section has to build its slides from.

    Attributes
    ----------
    submission : Submission
        The group's repository.
    language : str
        ``en`` or ``de``.
    date : str
        The date of the last change, as it is written in that language.
    """

    submission: Submission
    language: str
    date: str = ""

    def t(self, text: Text) -> str:
        """Return a text of ours in the deck's language."""
        return text.in_(self.language)

    @property
    def results(self) -> Results:
        """What the training run left; nothing where it is a template's work and not the group's."""
        return Results() if self.submission.once(starter_results) else self.submission.once(results)

    @cached_property
    def material(self) -> Material:
        """The group's own text, tables, figures and code, by milestone."""
        return self.submission.once(read_material)

    def passages(self, *keys: str) -> list[Passage]:
        """Return the passages of milestones; ``root`` stands for the repository's README."""
        return [passage for key in keys for passage in self.material.of(key)]


@dataclass(frozen=True)
class Section:
    """One section of the presentation.

    Attributes
    ----------
    key : str
        Its name in outputs and settings.
    order : int
        Where it stands; lower ones first.
    title : Text
        Its heading.
    slides : tuple of int
        How many slides it should have, at least and at most.
    seconds : int
        The time planned for it.
    build : callable
        Makes the slides; none when nothing was found.
    missing : Text
        What the group should write, and where, when nothing was found. Empty where that cannot be.
    article : callable, optional
        Gives the section in full for the written report; by default that is what its slides show. Sections are asked
        from the last to the first, and what one has used is not shown again: those at the end ask for less, more exactly.
    written : Text
        Its heading there, where it is another one than the slides'.
    """

    key: str
    order: int
    title: Text
    slides: tuple[int, int]
    seconds: int
    build: Callable[[Context], Sequence[Slide]]
    missing: Text = field(default_factory=lambda: Text("", ""))
    article: Callable[[Context], Sequence[Part]] | None = None
    written: Text = field(default_factory=lambda: Text("", ""))


def find_sections(package: ModuleType | None = None) -> list[Section]:
    """Return every section in order.

    Raises
    ------
    TypeError
        If a folder holds no section, or two have the same key.
    """
    return list(_built_in() if package is None else _look_into(package))


@lru_cache(maxsize=1)
def _built_in() -> tuple[Section, ...]:
    return tuple(_look_into(import_module("coursekit.report.sections")))


def _look_into(package: ModuleType) -> list[Section]:
    found: dict[str, Section] = {}
    for module in iter_modules(package.__path__):
        section = getattr(import_module(f"{package.__name__}.{module.name}"), "SECTION", None)
        if not isinstance(section, Section):
            raise TypeError(f"{package.__name__}.{module.name} has no SECTION")
        if section.key in found:
            raise TypeError(f"two sections are called {section.key!r}")
        found[section.key] = section
    return sorted(found.values(), key=lambda section: (section.order, section.key))
