"""What a lint is, and how the lints are found.

A lint is a class in a module of `coursekit.report.lints`; nothing else needs to know of it. What they find has the
form of what `coursekit check` finds: one reader, or one program, for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import ClassVar

from coursekit.evidence.slide_facts import FileFacts, slide_facts
from coursekit.evidence.slides import slides
from coursekit.model import Level, Location, Text
from coursekit.report.deck import Deck
from coursekit.report.mark import is_ours
from coursekit.report.numbers import localized
from coursekit.report.section import Section
from coursekit.report.theme import Theme
from coursekit.submission import Submission, UnreadableError


@dataclass(frozen=True, slots=True)
class Seen:
    """What lints look at.

    Attributes
    ----------
    submission : Submission
        The group's repository.
    deck : Deck
        The presentation that the report makes of it, as a draft.
    sections : sequence of Section
        The structure, with its limits.
    theme : Theme
        The deck's colors.
    budget : int
        The seconds that a presentation may take.
    """

    submission: Submission
    deck: Deck
    sections: Sequence[Section]
    theme: Theme
    budget: int

    @property
    def files(self) -> tuple[FileFacts, ...]:
        """The slides that the group made itself; what the report wrote is the deck."""
        return tuple(
            file
            for file in self.submission.once(slide_facts)
            if file.path in self.submission.once(own_slides)
        )

    def place(self, slide: int) -> Location:
        """Return where a slide of the deck is."""
        return Location("", slide=slide)


def own_slides(submission: Submission) -> frozenset[str]:
    """Return the slides files that the report did not write. Use as ``submission.once(own_slides)``."""

    def ours(path: str) -> bool:
        try:
            return is_ours(submission.read(path, 200_000_000))
        except UnreadableError:
            return False

    return frozenset(path for path in submission.once(slides).files if not ours(path))


def filled(text: Text, **values: float | str) -> Text:
    """Fill a text's placeholders; numbers as each language writes them."""

    def in_(language: str) -> dict[str, str]:
        return {
            name: value if isinstance(value, str) else localized(f"{value:g}", language)
            for name, value in values.items()
        }

    return Text(text.en.format(**in_("en")), text.de.format(**in_("de")))


@dataclass(frozen=True, slots=True)
class Found:
    """Something to mend, and where.

    Attributes
    ----------
    hint : Text or None
        How to mend this one, where the lint's own hint does not fit.
    open : bool
        It could not be judged.
    """

    message: Text
    location: Location | None = None
    hint: Text | None = None
    open: bool = False


class Lint:
    """One kind of flaw that slides may have.

    Attributes
    ----------
    code : str
        Three letters and three digits.
    title, hint : Text
        Its name, and how to mend it.
    level : Level
        Whether it must be mended.
    """

    code: ClassVar[str]
    title: ClassVar[Text]
    hint: ClassVar[Text]
    level: ClassVar[Level] = Level.ADVISED

    def look(self, seen: Seen) -> Iterator[Found]:
        """Give what is to be mended."""
        raise NotImplementedError


@lru_cache(maxsize=1)
def all_lints() -> tuple[Lint, ...]:
    """Return every lint in the order of the codes.

    Raises
    ------
    TypeError
        If two have one code.
    """
    package = import_module("coursekit.report.lints")
    found: dict[str, Lint] = {}
    for info in iter_modules(package.__path__):
        module = import_module(f"{package.__name__}.{info.name}")
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Lint) and value.__module__ == module.__name__:
                if value.code in found:
                    raise TypeError(f"two lints have the code {value.code}")
                found[value.code] = value()
    return tuple(found[code] for code in sorted(found))
