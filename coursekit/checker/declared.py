"""Requirements without code, stated in a profile: a file, a heading, so many words, so many slides, a pattern.

::

    [[requirements]]
    code = "OWN901"
    title = { en = "Limitations" }
    hint = { en = "Say in README.md, under 'Limitations', what your model cannot do." }
    level = "advised"
    milestone = "model"
    requires = { kind = "words", file = "README.md", under = "Limitations", least = 50 }

A kind is a class in this module; nothing else needs to know of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, ClassVar, Union

import msgspec

from coursekit.checker.rule import Outcome, Rule, met, not_judged, not_met
from coursekit.evidence import prompts
from coursekit.evidence.headings import normal
from coursekit.evidence.pages import count_slides
from coursekit.evidence.slides import slides
from coursekit.model import Location, Text
from coursekit.submission import Document, Section, Submission
from coursekit.text import one_line

_MOST_FILES = 200
_MOST_TEXT = 1_000_000


class Requires(msgspec.Struct, forbid_unknown_fields=True, frozen=True, tag_field="kind", tag=str.lower):
    """What a submission must have; the class's name in lower case is its kind."""

    #: Shown where the profile gives no hint of its own.
    advice: ClassVar[Text]

    def check(self, submission: Submission) -> Outcome:
        """Judge the submission."""
        raise NotImplementedError


class File(Requires, frozen=True):
    """At least `least` files match `path`, in which ``*`` stands for anything."""

    advice = Text("Add the file, under this name.", "Fügt die Datei hinzu, unter diesem Namen.")
    path: str
    least: int = 1

    def check(self, submission: Submission) -> Outcome:
        """Compare the names, letter case included, as a git host does."""
        found = _matching(submission, self.path)
        if len(found) >= self.least:
            return met(Text(one_line(found[0], 80), one_line(found[0], 80)), Location(found[0]))
        text = Text(
            "{n} of at least {least} files match {path}",
            "{n} von mindestens {least} Dateien passen auf {path}",
        )
        return not_met(text.format(n=len(found), least=self.least, path=one_line(self.path, 80)))


class Heading(Requires, frozen=True):
    """One of the files has the heading `text`; numbering, case and accents do not matter."""

    advice = Text(
        "Add the heading, and own text under it.", "Fügt die Überschrift hinzu, mit eigenem Text darunter."
    )
    file: str
    text: str

    def check(self, submission: Submission) -> Outcome:
        """Compare the headings of Markdown files and notebooks."""
        for document, section in _sections(submission, self.file, self.text):
            return met(
                Text(one_line(section.title, 80), one_line(section.title, 80)),
                Location(document.path, section.line),
            )
        text = Text("no heading '{text}' in {file}", "keine Überschrift '{text}' in {file}")
        return not_met(text.format(text=one_line(self.text, 60), file=one_line(self.file, 60)))


class Words(Requires, frozen=True):
    """The files have together at least `least` words of own text, under the heading `under` if one is named."""

    advice = Text("Write more, in your own words.", "Schreibt mehr, in eigenen Worten.")
    file: str
    least: int
    under: str = ""

    def check(self, submission: Submission) -> Outcome:
        """Count what is no prompt of a template."""
        count, place = 0, None
        for document, section in _sections(submission, self.file, self.under):
            place = place or Location(document.path, section.line)
            parts = document.under(section) if self.under else [section]
            count += sum(
                prompts.words(prompts.own_text(block.text)) for part in parts for block in part.blocks
            )
        if count >= self.least:
            return met(Text(f"{count} words", f"{count} Wörter"), place)
        text = Text("{n} words of your own, fewer than {least}", "{n} eigene Wörter, weniger als {least}")
        return not_met(text.format(n=count, least=self.least), place)


class Slides(Requires, frozen=True):
    """The slides are between `least` and `most` in number."""

    advice = Text("Shorten or extend your slides.", "Kürzt oder ergänzt eure Folien.")
    least: int = 1
    most: int = 1_000_000

    def check(self, submission: Submission) -> Outcome:
        """Count the pages of the slides' file; one that fits suffices."""
        files = submission.once(slides).files
        if not files:
            return not_judged(Text("there is no file with slides", "es gibt keine Datei mit Folien"))
        counts = {path: count for path in files[:10] if (count := count_slides(submission, path)) is not None}
        if not counts:
            text = Text(
                "the slides of {path} cannot be counted", "die Folien in {path} lassen sich nicht zählen"
            )
            return not_judged(text.format(path=one_line(files[0], 60)), Location(files[0]))
        for path, count in counts.items():
            if self.least <= count <= self.most:
                return met(Text(f"{count} slides", f"{count} Folien"), Location(path))
        path, count = next(iter(counts.items()))
        text = Text(
            "{path} has {n} slides; expected are {least} to {most}",
            "{path} hat {n} Folien; erwartet sind {least} bis {most}",
        )
        return not_met(
            text.format(path=one_line(path, 60), n=count, least=self.least, most=self.most), Location(path)
        )


class Pattern(Requires, frozen=True):
    """One of the files holds what the regular expression `text` matches; letter case does not matter."""

    advice = Text("Add what is asked for.", "Ergänzt, was verlangt ist.")
    file: str
    text: str

    def __post_init__(self) -> None:
        """Refuse what is no regular expression, while the profile is read."""
        re.compile(self.text)

    def check(self, submission: Submission) -> Outcome:
        """Search line by line, so that no text can keep the search busy for ever."""
        search = re.compile(self.text, re.IGNORECASE).search
        for path in _matching(submission, self.file):
            for number, line in enumerate((submission.text(path) or "")[:_MOST_TEXT].split("\n"), 1):
                if search(line[:2000]):
                    return met(Text(one_line(line, 80), one_line(line, 80)), Location(path, number))
        text = Text("nothing in {file} matches {text}", "nichts in {file} passt auf {text}")
        return not_met(text.format(file=one_line(self.file, 60), text=one_line(self.text, 80)))


_KINDS = tuple(
    value for value in list(vars().values()) if isinstance(value, type) and Requires in value.__bases__
)


class DeclaredRule(Rule):
    """A rule that a profile states; made by `declared`, never found by looking."""

    def __init__(self, code: str, title: Text, hint: Text, why: Text, requires: Requires) -> None:
        # The attributes are the class's in rules with code; here each one has its own.
        self.__dict__.update(
            code=code, title=title, hint=hint, why=why, what=title, example="", parameters={}
        )
        self.requires = requires

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Ask what the profile requires."""
        del parameters
        return self.requires.check(submission)


def declared(code: str, title: Text, hint: Text, why: Text, requires: Mapping[str, Any]) -> DeclaredRule:
    """Make a rule of what a profile states under ``requires``.

    Raises
    ------
    ValueError
        If there is no such kind, or it does not hold what it should.
    """
    try:
        made: Requires = msgspec.convert(dict(requires), Union[_KINDS])  # noqa: UP007 - built from what is there
    except msgspec.ValidationError as error:
        kinds = ", ".join(kind.__name__.lower() for kind in _KINDS)
        raise ValueError(f"requires: {error} (the kinds are {kinds})") from None
    return DeclaredRule(code, title, hint if hint.en else made.advice, why, made)


def _matching(submission: Submission, pattern: str) -> list[str]:
    return [path for path in submission.files if fnmatchcase(path, pattern)][:_MOST_FILES]


def _sections(submission: Submission, pattern: str, heading: str) -> Iterator[tuple[Document, Section]]:
    """Give the sections with a heading (all, if none is named) of the Markdown files and notebooks that match."""
    for path in _matching(submission, pattern):
        document = (
            _notebook(submission, path) if path.lower().endswith(".ipynb") else submission.markdown(path)
        )
        for section in document.sections if document else []:
            if not heading or (section.heading and normal(section.title) == normal(heading)):
                yield document, section  # type: ignore[misc]


def _notebook(submission: Submission, path: str) -> Document | None:
    book = submission.notebook(path)
    if book is None:
        return None
    return Document("\n\n".join(cell.source for cell in book.cells if cell.kind == "markdown"), path)
