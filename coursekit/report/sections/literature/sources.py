"""Finds the sources of a literature review: as nested lists, or with a heading each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from coursekit.report.deck import Bullet, Bullets, Paragraph
from coursekit.report.material import Passage
from coursekit.submission import Span
from coursekit.submission.markdown import plain

_SOURCE = re.compile(
    r"^\W*(?:source|quelle|paper|article|reference|work)\s*(?:no\.?|nr\.?)?\s*\d*\s*[:.)–-]?\s*",
    re.IGNORECASE,
)
_FIELDS = {
    "objective": r"objectives?|goals?|aims?|purpose|research questions?|ziele?|fragestellung",
    "methods": r"methods?|methodology|approach|methoden?|vorgehen|ansatz",
    "outcomes": r"outcomes?|results?|findings?|conclusions?|ergebnis(?:se)?|befunde?",
    "relation": r"relation(?: to (?:the|our) project)?|relevance|bezug(?: zum projekt)?|relevanz",
    "link": r"links?|url|doi",
    "title": r"title|titel",
}
_LABEL = re.compile(r"^\s*([^:]{2,40}?)\s*:\s*(.*)$", re.DOTALL)


@dataclass
class Source:
    """A work, with what the group wrote about it by field."""

    title: str
    link: str = ""
    fields: dict[str, tuple[Span, ...]] = field(default_factory=dict)


def find_sources(passages: list[Passage]) -> list[Source]:
    """Return the sources in order; those without a title are left out."""
    sources: list[Source] = []
    for passage in passages:
        if passage.trail and re.match(r"(source|quelle|paper|article)\b", passage.trail[-1]):
            sources.append(Source(_title(passage.title)))
        for block in passage.blocks:
            if isinstance(block, Bullets):
                _read_list(block.items, sources)
            elif isinstance(block, Paragraph) and sources:
                _read_entry(block.spans, sources[-1])
    return [source for source in sources if len(re.findall(r"\w\w+", source.title)) >= 1]


def _title(text: str) -> str:
    title = (
        _SOURCE.sub("", text, count=1) if _SOURCE.match(text) and re.match(r"^\W*\w+\s*\d", text) else text
    )
    return title.strip(" []*:.–-")


def _read_list(items: tuple[Bullet, ...], sources: list[Source]) -> None:
    current = ""
    for item in items:
        text = plain(item.spans)
        if item.level == 0 and re.match(r"^\W*(source|quelle|paper|article)\s*\d", text, re.IGNORECASE):
            sources.append(Source(_title(text)))
            _take_link(item.spans, sources[-1])
            current = ""
        elif sources:
            name = _read_entry(item.spans, sources[-1])
            if name:
                current = name
            elif current and item.level >= 1:
                _append(sources[-1], current, item.spans)


def _read_entry(spans: tuple[Span, ...], source: Source) -> str:
    """Take a labelled entry into the source; return its field, empty when it has no known label."""
    _take_link(spans, source)
    text = plain(spans)
    match = _LABEL.match(text)
    label = (match[1] if match else text).strip(" *:").casefold()
    name = next((key for key, pattern in _FIELDS.items() if re.fullmatch(pattern, label)), "")
    if name == "title" and match and match[2].strip():
        source.title = source.title or match[2].strip()
    elif name and name not in {"link", "title"} and match and match[2].strip():
        _append(source, name, _after_label(spans))
    return name if name not in {"link", "title"} else ""


def _append(source: Source, name: str, spans: tuple[Span, ...]) -> None:
    before = source.fields.get(name, ())
    source.fields[name] = (*before, Span(_joint(before)), *spans) if before else spans


def _joint(before: tuple[Span, ...]) -> str:
    return " " if plain(before).endswith((":", ".", ",", ";", "!", "?")) else ", "


def _after_label(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return the spans behind the first colon."""
    text = plain(spans)
    drop = text.index(":") + 1
    made: list[Span] = []
    for span in spans:
        if drop >= len(span.text):
            drop -= len(span.text)
            continue
        made.append(Span(span.text[drop:].lstrip() if not made else span.text, span.style, span.target))
        drop = 0
    return tuple(made)


def _take_link(spans: tuple[Span, ...], source: Source) -> None:
    for span in spans:
        if span.style == "link" and not source.link:
            source.link = span.target
            if not source.title:
                source.title = span.text
