"""`lint_report`: looks at a group's slides before others do, and says what to mend; nothing is written."""

from __future__ import annotations

import textwrap
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit import __version__
from coursekit.config import Course, ReportSettings
from coursekit.model import Finding, Level, Location, Problem, Status, Text
from coursekit.report.compose import compose
from coursekit.report.deck import Deck
from coursekit.report.lint import Found, Lint, Seen, all_lints
from coursekit.report.plan import planned
from coursekit.report.section import find_sections
from coursekit.report.theme import theme_of
from coursekit.submission import Submission, open_submission
from coursekit.text import one_line, plural, printable

#: Minutes that a presentation may take.
MINUTES = 15
_WIDTH = 100
_MOST_SHOWN = 8

_MUST = Text("must be mended", "muss behoben werden")
_ADVISED = Text("advised", "empfohlen")
_FINE = Text("fine", "in Ordnung")
_OPEN = Text("not judged", "nicht beurteilt")
_SLIDE = Text("slide", "Folie")
_CELL = Text("cell", "Zelle")
_MORE = Text("… and {n} more (all with --format json)", "… und {n} weitere (alle mit --format json)")
_UNREAD = Text("could not be read as it should", "nicht lesbar, wie es sein sollte")
_SUMMARY = Text(
    "{fine} of {all} lints found nothing; to mend: {n}, of which must be: {must}",
    "{fine} von {all} Prüfungen fanden nichts; zu beheben: {n}, davon muss: {must}",
)
_NOTHING = Text("nothing to mend", "nichts zu beheben")


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found in the slides of one group.

    Attributes
    ----------
    findings : tuple of Finding
        One for each place, and one for each lint that found nothing.
    problems : tuple of Problem
        Files that could not be read; what is said of the slides may be incomplete.
    """

    path: str
    name: str
    deck: Deck
    language: str
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...] = ()

    def of(self, status: Status) -> tuple[Finding, ...]:
        """Return the findings of one status."""
        return tuple(finding for finding in self.findings if finding.status is status)

    @property
    def exit_code(self) -> int:
        """0 fine, 1 something must be mended, 2 a file could not be read."""
        return 2 if self.problems else 1 if any(finding.blocks for finding in self.findings) else 0

    def as_dict(self) -> dict[str, Any]:
        """Return what ``--format json`` prints: findings in the form of `coursekit check`, with slides."""
        problems = [
            {"path": p.path, "message": p.message.in_(self.language), "hint": p.hint.in_(self.language)}
            for p in self.problems
        ]
        return {
            "tool": "coursekit",
            "version": __version__,
            "path": self.path,
            "title": self.deck.title,
            "slides": len(self.deck.slides),
            "seconds": self.deck.seconds,
            "findings": [_as_dict(finding) for finding in self.findings],
            "summary": {
                **{s.value: len(self.of(s)) for s in (Status.MET, Status.NOT_MET, Status.NOT_JUDGED)},
                "required_not_met": sum(finding.blocks for finding in self.findings),
                "problems": problems,
            },
        }

    def as_text(self) -> str:
        """Return what the command prints."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        minutes, seconds = divmod(self.deck.seconds, 60)
        slides = plural(len(self.deck.slides), "slide")
        if self.language == "de":
            slides = plural(len(self.deck.slides), "Folie", "Folien")
        yield f"{one_line(self.name, 60)} · {slides}, {minutes}:{seconds:02d} min"
        fine = self.of(Status.MET)
        if fine:
            yield from _wrapped(
                f"✓ {_FINE.in_(self.language)}: ", ", ".join(f"{f.code} {f.title}" for f in fine)
            )
        codes = dict.fromkeys(
            f.code for f in sorted(self.findings, key=_urgency) if f.status is not Status.MET
        )
        for code in codes:
            yield ""
            yield from self._group([finding for finding in self.findings if finding.code == code])
        for problem in self.problems:
            yield ""
            yield f"! {one_line(problem.path, 70)}: {_UNREAD.in_(self.language)}"
            yield from _wrapped("    ", problem.message.in_(self.language))
            yield from _wrapped("    → ", problem.hint.in_(self.language))
        yield ""
        mend = self.of(Status.NOT_MET)
        text = _SUMMARY.format(
            fine=len(fine),
            all=len({finding.code for finding in self.findings}),
            n=len(mend),
            must=sum(finding.blocks for finding in mend),
        )
        yield (text if mend else _NOTHING).in_(self.language)

    def _group(self, found: list[Finding]) -> Iterator[str]:
        """Give the findings of one lint: its name once, a hint after the last place that it is for."""
        first = found[0]
        judged = any(finding.status is Status.NOT_MET for finding in found)
        mark = "✗" if judged else "?"
        level = _OPEN if not judged else _MUST if first.level is Level.REQUIRED else _ADVISED
        yield f"{mark} {first.code} {one_line(first.title, 60)} ({level.in_(self.language)})"
        hints: dict[str, list[Finding]] = {}
        for finding in found:
            hints.setdefault(finding.hint, []).append(finding)
        for hint, group in hints.items():
            for finding in group[:_MOST_SHOWN]:
                where = place(finding.locations[0], self.language) if finding.locations else ""
                state = (
                    f" ({_OPEN.in_(self.language)})" if judged and finding.status is Status.NOT_JUDGED else ""
                )
                yield from _wrapped(
                    "    ", f"{where}{': ' if where else ''}{one_line(finding.message, 300)}{state}"
                )
            if len(group) > _MOST_SHOWN:
                yield "    " + _MORE.format(n=len(group) - _MOST_SHOWN).in_(self.language)
            if hint:
                yield from _wrapped("    → ", hint)


def place(location: Location, language: str) -> str:
    """Return ``README.md:12``, ``x.ipynb, cell 3``, ``talk.pptx, slide 4``, or ``slide 4`` of the deck."""
    parts = (
        [one_line(location.path, 70) + (f":{location.line}" if location.line else "")]
        if location.path
        else []
    )
    if location.cell is not None:
        parts.append(f"{_CELL.in_(language)} {location.cell}")
    if location.slide is not None:
        parts.append(f"{_SLIDE.in_(language)} {location.slide}")
    return ", ".join(parts)


def _urgency(finding: Finding) -> tuple[bool, str]:
    return finding.level is not Level.REQUIRED, finding.code


def _as_dict(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "title": finding.title,
        "status": finding.status.value,
        "level": finding.level.value,
        "milestone": finding.milestone,
        "due": finding.due,
        "message": printable(finding.message, multiline=True),
        "hint": finding.hint,
        "locations": [
            {"path": printable(p.path), "line": p.line, "cell": p.cell, "slide": p.slide}
            for p in finding.locations
        ],
    }


def _wrapped(start: str, text: str) -> list[str]:
    return textwrap.wrap(
        printable(text, multiline=True),
        _WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )


def lint_report(
    path: Path,
    *,
    lang: str | None = None,
    theme: str = "",
    course: Course | None = None,
    revision: str | None = None,
    minutes: int | None = None,
) -> Linted:
    """Look at the slides of the repository at `path`: those that the report makes, and the group's own.

    Parameters
    ----------
    path : Path
        A group's folder, or a bare repository.
    lang : str, optional
        ``en`` or ``de``; by default the language of `project.toml`, else English.
    revision : str, optional
        Read this commit instead of the folder's files.
    theme, course
        See `build_report`.
    minutes : int, optional
        What the presentation may take; by default what the course allows, or 15.

    Raises
    ------
    InputError
        If `path` is no group's repository.
    """
    submission = open_submission(path, revision)
    language = lang or (submission.project.language if submission.project else "") or "en"
    language = "de" if language == "de" else "en"
    settings = course.report if course else ReportSettings()
    look = theme_of(theme, settings, course.folder if course else None)
    deck = compose(submission, language=language, final=False, settings=settings)
    allowed = (minutes or settings.minutes or MINUTES) * 60
    seen = Seen(submission, deck, planned(find_sections(), settings), look, allowed)
    findings = tuple(finding for lint in all_lints() for finding in _findings(lint, seen, language))
    return Linted(str(path), submission.name, deck, language, findings, submission.problems)


def _findings(lint: Lint, seen: Seen, language: str) -> list[Finding]:
    try:
        found = list(lint.look(seen))
    except Exception as error:  # noqa: BLE001 - one lint's bug must not end the others
        found = [_failed(lint, error, seen.submission)]
    return [_finding(lint, one, language) for one in found] or [_finding(lint, None, language)]


def _failed(lint: Lint, error: Exception, submission: Submission) -> Found:
    where = traceback.extract_tb(error.__traceback__)[-1]
    bug = f"{type(error).__name__} in {where.name}, line {where.lineno}"
    text = Text("the lint failed: {bug}", "die Prüfung ist gescheitert: {bug}").format(bug=bug)
    hint = Text(
        "This is a bug in coursekit; please report it. The other lints were run.",
        "Das ist ein Fehler in coursekit; bitte meldet ihn. Die anderen Prüfungen liefen.",
    )
    submission.note(lint.code, text, hint)
    return Found(text, None, hint, open=True)


def _finding(lint: Lint, found: Found | None, language: str) -> Finding:
    if found is None:
        return Finding(lint.code, lint.title.in_(language), Status.MET, lint.level, None, True, "", "")
    hint = found.hint or (Text("", "") if found.open else lint.hint)
    return Finding(
        lint.code,
        lint.title.in_(language),
        Status.NOT_JUDGED if found.open else Status.NOT_MET,
        lint.level,
        None,
        True,
        found.message.in_(language),
        hint.in_(language),
        (found.location,) if found.location else (),
    )
