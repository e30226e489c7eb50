"""Short forms of what a group wrote: whole sentences, in their own words, few enough for a slide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from coursekit.report.deck import Block, Bullet, Bullets, Figure, Math, Paragraph, Table
from coursekit.report.fit import full_text
from coursekit.report.material import Candidate, Passage
from coursekit.submission import Span
from coursekit.submission.markdown import plain

_SENTENCE = re.compile(
    # After "z. B.", "e.g." and initials (one letter), and other abbreviations, a sentence goes on.
    r"(?<!\b\w\.)(?<!\bca\.)(?<!\bcf\.)(?<!\bet al\.)(?<!\bFig\.)(?<!\bAbb\.)(?<!\bNr\.)(?<!\bNo\.)(?<!\bvs\.)"
    r"(?<!\bbzw\.)(?<!\bapprox\.)(?<=[.!?])[\"”“')\]]?\s+(?=[\"„“(\[]?[A-ZÄÖÜ0-9])"
)
_LONG = 45  # words: a longer sentence is cut in it


def sentences(text: str) -> list[str]:
    """Split text after full stops that end a sentence, not after those of abbreviations."""
    return [part for part in _SENTENCE.split(text.strip()) if part]


def words(text: str) -> int:
    """Count words."""
    return len(text.split())


def first_words(spans: tuple[Span, ...], limit: int) -> tuple[Span, ...]:
    """Return the first sentences with about `limit` words together, at least one."""
    text = plain(spans)
    if words(text) <= limit:
        return spans
    kept: list[str] = []
    for sentence in sentences(text):
        if kept and words(" ".join(kept)) + words(sentence) > limit:
            break
        kept.append(sentence)
    short = " ".join(kept)
    most = max(limit, 12) + 10 if len(kept) > 1 else max(limit, _LONG)
    if words(short) > most:
        short = " ".join(short.split()[:most]).rstrip(" ,;:.–-") + " …"
    return cut_spans(spans, short)


def cut_spans(spans: tuple[Span, ...], short: str) -> tuple[Span, ...]:
    """Return `spans` up to where `short`, a beginning of their text, ends; styles stay."""
    ellipsis = short.endswith(" …")
    left = len("".join((short[:-2] if ellipsis else short).split()))
    made: list[Span] = []
    for span in spans:
        if left <= 0:
            break
        taken = 0
        for char in span.text:
            if left <= 0:
                break
            taken += 1
            left -= not char.isspace()
        made.append(Span(span.text[:taken], span.style, span.target))
    if ellipsis:
        made.append(Span(" …"))
    return tuple(made)


def digest(passages: Sequence[Passage], budget: int, *, prefer: str = "", most: int = 4) -> tuple[Block, ...]:
    """Return the main text of up to `most` passages in about `budget` words.

    Each passage begins with its title as a label where there are several. Those whose heading matches
    `prefer` come before others, then those with more text; on the slide the group's order stays.
    """
    # Notebooks are copied and changed: the same text counts once.
    written = list({full_text(tuple(p.blocks)): p for p in reversed(passages) if passage_words(p)}.values())[
        ::-1
    ]

    def rank(passage: Passage) -> tuple[bool, int]:
        return (not (prefer and passage.headed(prefer)), -passage_words(passage))

    chosen = sorted(sorted(written, key=rank)[:most], key=written.index)
    blocks: list[Block] = []
    shares = _shares([passage_words(passage) for passage in chosen], budget)
    for passage, share in zip(chosen, shares, strict=True):
        text = _digest_one(passage.blocks, max(share, 14))
        if text:
            if passage.title and len(chosen) > 1:
                blocks.append(Paragraph((Span(passage.title),), "label"))
            blocks += text
    return tuple(blocks)


def _shares(needs: list[int], budget: int) -> list[int]:
    """Share out words: what short passages leave goes to the long ones."""
    shares = [0] * len(needs)
    left = budget
    for place, index in enumerate(sorted(range(len(needs)), key=lambda i: needs[i])):
        shares[index] = left // (len(needs) - place)
        left -= min(needs[index], shares[index])
    return shares


def passage_words(passage: Passage) -> int:
    """Count the words of a passage's paragraphs and lists."""
    return sum(
        words(full_text((block,))) for block in passage.blocks if isinstance(block, Paragraph | Bullets)
    )


def _digest_one(blocks: Iterable[Block], budget: int) -> list[Block]:
    made: list[Block] = []
    left = budget
    for block in blocks:
        if left <= 0:
            break
        if isinstance(block, Paragraph):
            spans = first_words(block.spans, left)
            made.append(Paragraph(spans, block.role))
            left -= words(plain(spans))
        elif isinstance(block, Bullets):
            items: list[Bullet] = []
            for item in block.items:
                if left <= 0 or len(items) >= 7:
                    break
                spans = first_words(item.spans, min(max(left, 10), 28))
                items.append(Bullet(spans, item.level, item.number))
                left -= words(plain(spans))
            if items:
                made.append(Bullets(tuple(items)))
        elif isinstance(block, Math) and len(block.source) <= 120:
            made.append(block)
            left -= 12
    # A line that announces what did not make it ("We used:") says nothing by itself.
    while made and isinstance(made[-1], Paragraph) and plain(made[-1].spans).endswith(":"):
        made.pop()
    return made


def notes_of(passages: Iterable[Passage], limit: int = 4000) -> str:
    """Return everything the passages say, for the speaker."""
    parts = []
    for passage in passages:
        text = full_text(tuple(passage.blocks))
        if text:
            parts.append(f"{passage.title}\n{text}" if passage.title else text)
    joined = "\n\n".join(parts)
    return joined if len(joined) <= limit else joined[: limit - 2].rstrip() + " …"


def figures_of(passages: Iterable[Passage], most: int) -> list[Figure]:
    """Return up to `most` figures that can be shown, in order; README images before notebook outputs."""
    candidates: list[Candidate] = [candidate for passage in passages for candidate in passage.figures]
    found: list[Figure] = []
    for candidate in candidates[:30]:
        if len(found) >= most:
            break
        figure = candidate.figure()
        if figure and all(figure.picture.data != other.picture.data for other in found):
            found.append(figure)
    return found


def tables_of(passages: Iterable[Passage], *, outputs: bool = True) -> list[Table]:
    """Return the tables that were written, then those that code printed."""
    listed = list(passages)
    written = [block for passage in listed for block in passage.blocks if isinstance(block, Table)]
    printed = [table for passage in listed for table in passage.tables] if outputs else []
    # Code prints whole data frames; what people can take in has few columns.
    return written + [table for table in printed if len(table.rows[0]) <= 6]


def share_for(figure: Figure) -> float:
    """Return how much of the width a figure beside text should get, by its shape."""
    ratio = figure.picture.width / figure.picture.height
    return 0.58 if ratio > 1.25 else 0.5 if ratio > 0.85 else 0.42
