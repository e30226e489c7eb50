"""Related work: the sources of the literature review in a table."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.evidence.literature import literature
from coursekit.evidence.sources import Source
from coursekit.model import Text
from coursekit.report.convert import safe_link, spans_of, visible
from coursekit.report.deck import Block, Paragraph, Part, Slide, Table
from coursekit.report.digest import cut_spans, digest, first_words, notes_of
from coursekit.report.layout import body_height, body_width, table_height
from coursekit.report.prose import parts_of
from coursekit.report.section import Context, Section
from coursekit.submission import Span
from coursekit.submission.markdown import plain

TITLE = Text("Literature review", "Literaturüberblick")
_COLUMNS = {
    "title": Text("Source", "Quelle"),
    "objective": Text("Objective", "Ziel"),
    "methods": Text("Methods", "Methoden"),
    "outcomes": Text("Outcomes", "Ergebnisse"),
    "relation": Text("For our project", "Für unser Projekt"),
}
_WRITTEN = Text("Related work", "Verwandte Arbeiten")
_GENERAL = (
    r"summary|overview|conclusion|introduction|gap|approach|state of the art|synthesis|zusammenfassung|uberblick|fazit|"
    r"einordnung|stand der"
)
_MOST = 4
_A_SENTENCE = 4  # words: fewer are what a link said
_READABLE = 14.0


def _fitted(context: Context, sources: Sequence[Source]) -> Table:
    """Return the table with as many words in a cell as fit in letters that can be read."""
    for limit in (24, 18, 14, 10):
        table = _table(context, sources, limit)
        if table_height(table, body_width(), _READABLE) <= body_height(hint=False):
            break
    return table


def _table(context: Context, sources: Sequence[Source], limit: int) -> Table:
    shown = sources[:_MOST]
    fields = [
        key for key in ("objective", "methods", "outcomes") if any(source.fields.get(key) for source in shown)
    ]
    fields = fields or (["relation"] if any(source.fields.get("relation") for source in shown) else [])
    header = tuple((Span(context.t(_COLUMNS[key])),) for key in ("title", *fields))
    rows = []
    for source in shown:
        name = first_words((Span(visible(source.title), "strong"),), 16)
        if link := safe_link(source.link):
            name = (Span(name[0].text, "link", link), *name[1:])
        cells = [_few_words(spans_of(source.fields.get(key, ())), limit) for key in fields]
        rows.append((name, *cells))
    return Table((header, *rows))


def _few_words(spans: tuple[Span, ...], limit: int) -> tuple[Span, ...]:
    """Return the first sentence or its first words: a cell is no paragraph."""
    words = plain(spans).split()
    if len(words) <= limit + 3:
        return spans
    short = plain(first_words(spans, limit)).split()
    if len(short) <= limit + 3:
        return first_words(spans, limit)
    return cut_spans(spans, " ".join(words[:limit]).rstrip(" ,;:.–-") + " …")


def build(context: Context) -> Sequence[Slide]:
    """Return one slide: a table of the sources, or what the review says in prose."""
    passages = context.passages("literature")
    sources = context.submission.once(literature).sources
    title = context.t(TITLE)
    notes = notes_of(passages)
    told = any(source.fields for source in sources)
    if told or (len(sources) >= 2 and not any(any(source.prose) for source in sources)):
        return [Slide(title, (_fitted(context, sources),), notes=notes)]
    body = digest(passages, 110)
    return [Slide(title, body, notes=notes)] if body else []


def article(context: Context) -> Sequence[Part]:
    """Return what is said of each source, under its title and number; else the review's prose."""
    passages = context.passages("literature")
    sources = context.submission.once(literature).sources
    if not any(source.fields for source in sources):
        return parts_of(passages)
    parts = parts_of([p for p in passages if p.headed(_GENERAL) and len(p.trail) > 1], figures=2)
    for number, source in enumerate(sources, 1):
        blocks: list[Block] = []
        for key in ("objective", "methods", "outcomes", "relation"):
            spans = spans_of(source.fields.get(key, ()))
            if plain(spans).strip():
                blocks.append(Paragraph((Span(f"{context.t(_COLUMNS[key])}: ", "strong"), *spans)))
        blocks += [
            Paragraph((Span(visible(text)),)) for text in source.prose if len(text.split()) >= _A_SENTENCE
        ]
        if blocks:
            parts.append(Part(f"{visible(source.title).strip()} [{number}]", tuple(blocks)))
    return parts


SECTION = Section(
    key="literature",
    order=20,
    title=TITLE,
    slides=(1, 1),
    seconds=60,
    build=build,
    article=article,
    written=_WRITTEN,
    missing=Text(
        "Name at least two sources in 0_LiteratureReview/README.md: what they wanted to find out, how, and what came out.",
        "Nennt in 0_LiteratureReview/README.md mindestens zwei Quellen: Ziel, Methoden und Ergebnisse.",
    ),
)
