"""Puts the deck together: asks every section for its slides, fits them, and plans the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from coursekit.config import ReportSettings
from coursekit.model import Text
from coursekit.report.article import compose_article
from coursekit.report.date import last_change, written_out
from coursekit.report.deck import Deck, Outline, Paragraph, Slide
from coursekit.report.enrich import enriched
from coursekit.report.fit import fit
from coursekit.report.override import Overrides, overrides
from coursekit.report.plan import planned
from coursekit.report.section import Context, Section, find_sections
from coursekit.report.sections.title import members, project_title
from coursekit.submission import Span, Submission

#: For each slide that is no section's.
_OWN_SECONDS = 30


def compose(
    submission: Submission,
    *,
    language: str,
    final: bool,
    sections: Sequence[Section] | None = None,
    settings: ReportSettings | None = None,
    article: bool = False,
) -> Deck:
    """Return the submission's presentation.

    Parameters
    ----------
    submission : Submission
        The group's repository.
    language : str
        ``en`` or ``de``: of headings and labels.
    final : bool
        Leave out sections of which nothing was found, and all notes to the group.
    sections : sequence of Section, optional
        By default all that are found.
    settings : ReportSettings, optional
        The course's order and limits.
    article : bool
        Whether the written report is asked for.
    """
    date = last_change(submission)
    context = Context(submission, language, written_out(date, language))
    slides: list[Slide] = []
    outline: list[Outline] = []
    asked = planned(find_sections() if sections is None else sections, settings or ReportSettings())
    written = overrides(submission, asked, context.t)
    slides += _own(written, "", context, final=final)
    for section in asked:
        if section.key in written.skipped:
            slides += _own(written, section.key, context, final=final)
            continue
        if section.key in written.slides:
            section = _for_all(section, len(written.slides[section.key]))
        made = list(written.slides.get(section.key, ())) or [
            slide
            for slide in section.build(context)
            if slide.body or slide.aside or slide.layout != "content"
        ]
        missing = not made
        if section.key not in written.slides:
            made = enriched(made, section.key, context, slides)
        if missing and not final and section.missing.en:
            made = [_missing(context, section)]
        fitted = _fitted(made[: section.slides[1]], section, context, final=final)
        slides += fitted
        seconds = sum(slide.seconds for slide in fitted)
        outline.append(Outline(section.key, context.t(section.title), len(fitted), seconds, missing))
        slides += _own(written, section.key, context, final=final)
    return Deck(
        project_title(submission),
        members(context),
        language,
        date,
        final,
        tuple(slides),
        tuple(outline),
        compose_article(context, asked, final=final) if article else None,
    )


def _for_all(section: Section, slides: int) -> Section:
    """Return a section that has room for all slides that a group wrote for it."""
    return replace(section, slides=(section.slides[0], max(section.slides[1], slides)))


def _own(written: Overrides, after: str, context: Context, *, final: bool) -> list[Slide]:
    """Return the slides of a group's own headings that come after a section."""
    slides = list(written.own.get(after, ()))
    title = Text("", "")
    section = Section("own", 0, title, (0, len(slides)), _OWN_SECONDS * len(slides), lambda _: ())
    return _fitted(slides, section, context, final=final) if slides else []


def _missing(context: Context, section: Section) -> Slide:
    note = Paragraph((Span(context.t(section.missing)),))
    return Slide(context.t(section.title), (note,), layout="missing")


def _fitted(made: list[Slide], section: Section, context: Context, *, final: bool) -> list[Slide]:
    fitted: list[Slide] = []
    for number, slide in enumerate(made):
        more = section.slides[1] - len(fitted) - (len(made) - number)
        fitted += fit(slide, more=max(more, 0), language=context.language, final=final)
    heading = context.t(section.title)
    share, rest = divmod(section.seconds, len(fitted)) if fitted else (0, 0)
    return [
        replace(
            slide,
            section=section.key,
            eyebrow=heading
            if slide.layout == "content" and heading and not slide.title.startswith(heading)
            else "",
            seconds=share + (rest if number == 0 else 0),
            hints=() if final else slide.hints,
        )
        for number, slide in enumerate(fitted)
    ]
