"""`build_report`: from a repository to the files of its presentation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit import __version__
from coursekit.config import Course, ReportSettings
from coursekit.errors import InputError
from coursekit.evidence.starter import starter_results
from coursekit.model import Problem
from coursekit.report.compose import compose
from coursekit.report.deck import Deck
from coursekit.report.override import overrides
from coursekit.report.rendering import Rendered, find_renderers
from coursekit.report.section import find_sections
from coursekit.report.theme import theme_of
from coursekit.report.write import Written, find_target, write_deck
from coursekit.submission import Submission, open_submission
from coursekit.submission.results import Results, results
from coursekit.text import nearest, one_line, plural

#: What a presentation may take.
BUDGET = 15 * 60


@dataclass(frozen=True, slots=True)
class Report:
    """What `build_report` made.

    Attributes
    ----------
    path : str
        The repository.
    deck : Deck
        The presentation.
    files : tuple of Written
        The files, slides to hand in first.
    linked : Path or None
        The README that got a link to the slides; None when it had one, or the deck lies elsewhere.
    problems : tuple of Problem
        Files that could not be read and were left out (only with `force`).
    remarks : tuple of str
        What the group should know.
    """

    path: str
    deck: Deck
    files: tuple[Written, ...]
    linked: Path | None
    problems: tuple[Problem, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def _only_article(self) -> bool:
        renderers = find_renderers()
        return bool(self.files) and all(renderers[file.format].article for file in self.files)

    @property
    def written(self) -> tuple[Path, ...]:
        """The paths of the files, slides to hand in first."""
        return tuple(file.path for file in self.files)

    @property
    def missing(self) -> tuple[str, ...]:
        """The titles of the sections of which nothing was found."""
        if self._only_article and self.deck.article:
            return self.deck.article.missing
        return tuple(section.title for section in self.deck.outline if section.missing)

    @property
    def shortened(self) -> tuple[int, ...]:
        """The numbers of the slides with a visible note to the group."""
        return tuple(number for number, slide in enumerate(self.deck.slides, 1) if slide.hints)

    def as_dict(self) -> dict[str, Any]:
        """Return what ``--format json`` prints."""
        return {
            "tool": "coursekit",
            "version": __version__,
            "path": self.path,
            "title": self.deck.title,
            "language": self.deck.language,
            "date": self.deck.date.isoformat(),
            "final": self.deck.final,
            "slides": len(self.deck.slides),
            "seconds": self.deck.seconds,
            "sections": [
                {
                    "key": s.key,
                    "title": s.title,
                    "slides": s.slides,
                    "seconds": s.seconds,
                    "missing": s.missing,
                }
                for s in self.deck.outline
            ],
            "shortened": list(self.shortened),
            "files": [
                {"format": file.format, "path": str(file.path), "bytes": file.size, "state": file.state}
                for file in self.files
            ],
            "linked": str(self.linked) if self.linked else None,
            "remarks": list(self.remarks),
            "problems": [{"path": p.path, "message": p.message.en, "hint": p.hint.en} for p in self.problems],
        }

    def as_text(self) -> str:
        """Return what the command prints."""
        minutes, seconds = divmod(self.deck.seconds, 60)
        what = f"{plural(len(self.deck.slides), 'slide')}, {minutes}:{seconds:02d} minutes"
        if self._only_article:
            what = "written report"
        lines = [f"{one_line(self.deck.title, 70)}: {what}"]
        for file in self.files:
            lines.append(f"  {file.state:9}  {one_line(str(file.path))}  ({_size(file.size)})")
        if self.linked:
            lines.append(f"  linked in  {one_line(str(self.linked))}")
        if self.missing:
            verb = "left out" if self.deck.final else "with a note of what to write"
            lines.append(f"Nothing found ({verb}): {', '.join(self.missing)}")
        if self.shortened and not self._only_article:
            numbers = ", ".join(map(str, self.shortened))
            lines.append(f"Text was shortened to fit on {plural(len(self.shortened), 'slide')}: {numbers}")
        lines += [one_line(remark) for remark in self.remarks]
        return "\n".join(lines) + "\n"


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{max(size // 1000, 1)} kB"


def format_names() -> tuple[str, ...]:
    """Return what ``--to`` takes."""
    return ("all", *dict.fromkeys(renderer.group or name for name, renderer in find_renderers().items()))


def _chosen(to: str) -> list[str]:
    """Return the formats that ``--to`` means.

    Raises
    ------
    InputError
        If there is no such format.
    """
    renderers = find_renderers()
    if to in {"", "all"}:
        return [name for name, renderer in renderers.items() if to == "all" or renderer.default]
    wanted = [part.strip() for part in to.split(",")]
    for one in wanted:
        if not any(one in {name, renderer.group} for name, renderer in renderers.items()):
            close = nearest(one, list(format_names()))
            raise InputError(
                f"expected one of the formats {', '.join(format_names())}, found {one!r}",
                f"Did you mean {close!r}?" if close else "",
            )
    return [name for name, renderer in renderers.items() if {name, renderer.group} & {*wanted}]


def build_report(
    path: Path,
    *,
    to: str = "",
    output: Path | None = None,
    lang: str | None = None,
    theme: str = "",
    course: Course | None = None,
    final: bool = False,
    force: bool = False,
    revision: str | None = None,
) -> Report:
    """Build the presentation of the repository at `path`.

    Parameters
    ----------
    path : Path
        A group's folder, or with `output` also a bare repository.
    to : str
        Formats with commas between, or ``all``; by default HTML and PDF.
    output : Path, optional
        The folder for the files; by default the presentation folder of the repository, whose README
        then gets a link to the slides.
    lang : str, optional
        ``en`` or ``de``; by default the language of `project.toml`, else English.
    theme : str
        ``light`` or ``dark``; by default the course's choice.
    course : Course, optional
        Whose logo, colors, sections and limits count.
    final : bool
        Leave out sections of which nothing was found, and notes to the group.
    force : bool
        Build although files cannot be read, and replace a deck of ours that was changed since.
    revision : str, optional
        Read this commit instead of the folder's files; needs `output`.

    Raises
    ------
    InputError
        If `path` is no group's repository, or a file that belongs to the presentation cannot be read,
        or the files cannot be written. Nothing is written then.
    """
    renderers = find_renderers()
    chosen = _chosen(to)
    settings = course.report if course else ReportSettings()
    look = theme_of(theme, settings, course.folder if course else None)
    submission = open_submission(path, revision)
    target = find_target(submission, path, output)
    language = lang or (submission.project.language if submission.project else "") or "en"
    deck = compose(
        submission,
        language="de" if language == "de" else "en",
        final=final,
        settings=settings,
        article=any(renderers[name].article for name in chosen),
    )
    if submission.problems and not force:
        raise _cannot_read(submission)
    rendered: dict[str, Rendered] = {name: renderers[name].render(deck, look) for name in chosen}
    contents = {name: made.data for name, made in rendered.items()}
    files, linked = write_deck(submission, target, contents, renderers, language=deck.language, force=force)
    remarks = [remark for made in rendered.values() for remark in made.remarks]
    if submission.once(starter_results) and submission.once(results) != Results():
        remarks.append(
            "The numbers in results/ are left out: the template's own code made them from its own data. "
            "Change the data or the model, and run the notebooks again."
        )
    allowed = settings.minutes * 60 if settings.minutes else BUDGET
    remarks += overrides(submission, find_sections(), lambda text: text.in_(deck.language)).remarks
    if deck.seconds > allowed and not all(renderers[name].article for name in chosen):
        remarks.append(
            f"The presentation takes {_minutes(deck.seconds)} minutes; {allowed // 60} are allowed."
        )
    return Report(str(path), deck, files, linked, submission.problems, tuple(remarks))


def _cannot_read(submission: Submission) -> InputError:
    first, *others = submission.problems
    more = "".join(f"\n{problem.told()}" for problem in others[:9])
    return InputError(
        f"{first.told()}{more}",
        f"{first.hint.en} Nothing was written; with --force the presentation is built without what cannot be read.",
    )
