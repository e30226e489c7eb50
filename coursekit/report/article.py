"""Puts the written report together: the sections in full, an abstract, references, and who did what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from coursekit.evidence.literature import literature
from coursekit.evidence.summary import summary
from coursekit.model import Text
from coursekit.report.contributions import contributions
from coursekit.report.convert import block_of, safe_link, visible
from coursekit.report.deck import Article, Block, Bullets, Chapter, Figure, Paragraph, Part, Reference
from coursekit.report.digest import digest, passage_words
from coursekit.report.fit import full_text
from coursekit.report.material import Passage
from coursekit.report.numbers import aligned
from coursekit.report.prose import parts_of_slides
from coursekit.submission import Span
from coursekit.submission.markdown import plain

if TYPE_CHECKING:
    from coursekit.report.section import Context, Section

_ABSTRACT = r"(abstract|zusammenfassung|kurzfassung|executive summary|tl ?dr)$"
_BEST = Text(
    "The best model, {model}, reaches {metric} {value}.",
    "Das beste Modell, {model}, erreicht {metric} {value}.",
)
_AGAINST = Text(
    "The best model, {model}, reaches {metric} {value}, the baseline{baseline} {base}.",
    "Das beste Modell, {model}, erreicht {metric} {value}, das Basismodell{baseline} {base}.",
)
_LEFT_OUT = Text(
    "More stands in the notebooks; the rest is left out here.",
    "Mehr steht in den Notebooks; der Rest ist hier ausgelassen.",
)
_MOST_BLOCKS = 300
_MOST_WORDS = 12_000


def compose_article(context: Context, sections: Sequence[Section], *, final: bool) -> Article:
    """Return the written report of these sections."""
    seen: set[object] = set()
    made: dict[str, list[Part]] = {}
    for section in sorted(sections, key=lambda section: -section.order):
        if section.article is not None:
            parts = list(section.article(context))
        else:
            parts = parts_of_slides(section.build(context), context.language)
        made[section.key] = _limited(context, _unseen(parts, seen))
    chapters = []
    for section in sections:
        parts = made[section.key]
        if not parts and (final or not section.missing.en):
            continue
        title = context.t(section.written if section.written.en else section.title)
        if parts and parts[0].title.casefold() == title.casefold():
            parts[0] = Part("", parts[0].blocks)
        note = "" if parts else context.t(section.missing)
        chapters.append(Chapter(section.key, title, tuple(parts), note))
    return Article(
        _course(context),
        _abstract(context, chapters),
        tuple(chapters),
        _references(context),
        contributions(context),
    )


def _unseen(parts: Sequence[Part], seen: set[object]) -> list[Part]:
    """Leave out what is shown elsewhere: the same text with what belongs to it, the same picture."""
    kept = []
    for part in parts:
        text = full_text(part.blocks)
        if text and (part.title, text) in seen:
            continue
        seen.add((part.title, text))
        blocks = []
        for block in part.blocks:
            if isinstance(block, Figure):
                if block.picture.data in seen:
                    continue
                seen.add(block.picture.data)
            blocks.append(block)
        if blocks:
            kept.append(Part(part.title, tuple(blocks)))
    return kept


def _limited(context: Context, parts: Sequence[Part]) -> list[Part]:
    """Return as many parts as somebody would read; a README of a thousand pages is none."""
    kept: list[Part] = []
    blocks = words = 0
    for part in parts:
        length = len(full_text(part.blocks).split())
        if blocks + len(part.blocks) > _MOST_BLOCKS or words + length > _MOST_WORDS:
            short = part.blocks[: max(_MOST_BLOCKS - blocks, 0)] if words + length <= _MOST_WORDS else ()
            kept.append(Part(part.title, (*short, Paragraph((Span(context.t(_LEFT_OUT)),), "muted"))))
            break
        kept.append(part)
        blocks, words = blocks + len(part.blocks), words + length
    return kept


def _course(context: Context) -> str:
    project = context.submission.project
    return " · ".join(visible(p) for p in ((project.course, project.semester) if project else ()) if p)


def _abstract(context: Context, chapters: Sequence[Chapter]) -> tuple[Block, ...]:
    """Return the group's abstract, else its description, the result and the first of its conclusion."""
    for passage in context.passages("root", "presentation"):
        if passage.headed(_ABSTRACT) and passage_words(passage):
            return tuple(passage.blocks)
    project = context.submission.project
    described = [
        made for block in context.submission.once(summary).description_blocks if (made := block_of(block))
    ]
    if project and project.description:
        described = [Paragraph((Span(visible(project.description)),))]
    blocks = [*digest([Passage("", (), "README.md", list(described))], 80)]
    metrics = context.results.metrics
    if metrics and metrics.value is not None and metrics.best_model:
        text = _BEST if metrics.baseline_value is None else _AGAINST
        numbers = aligned(
            [v for v in (metrics.value, metrics.baseline_value) if v is not None], context.language
        )
        said = text.format(
            model=metrics.best_model,
            metric=metrics.metric.replace("_", " "),
            value=numbers[0],
            baseline=f" ({metrics.baseline_model})" if metrics.baseline_model else "",
            base=numbers[-1],
        )
        blocks.append(Paragraph((Span(context.t(said)),)))
    if blocks:
        blocks += _concluded(chapters)
    return tuple(blocks)


def _concluded(chapters: Sequence[Chapter]) -> tuple[Block, ...]:
    """Return the first sentences of the conclusion, be they a paragraph or an entry of the README's list; not what only announces a list."""
    parts = [part for chapter in chapters if chapter.key == "conclusion" for part in chapter.parts]
    told: list[Block] = []
    for block in parts[0].blocks if parts else ():
        if isinstance(block, Paragraph):
            told += [block] if plain(block.spans).rstrip().endswith((".", "!", "?")) else []
        elif isinstance(block, Bullets) and not told:
            told += [Paragraph(item.spans) for item in block.items[:1]]
    return digest([Passage("", (), "README.md", told)], 45)


def _references(context: Context) -> tuple[Reference, ...]:
    sources = context.submission.once(literature).sources
    return tuple(Reference(visible(source.title).strip(" ;,"), safe_link(source.link)) for source in sources)
