"""Markdown as a reader sees it: headings, sections, blocks, links. Parsed by markdown-it-py.

Groups write headings as `#` lines, as underlined lines, as a line in bold, or as HTML; all of them
count here. Nothing is rendered: the report and the check work on these plain values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal

from coursekit.submission.html import html_text, read_html
from coursekit.submission.inline import Link, Span, Style, inline_links, links_in_html, read_links, read_spans
from coursekit.text import clean

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_MARKDOWN = 1000 * 1000

# The parser's time grows with the square of the brackets in one paragraph; nobody writes that many by hand.
_MOST_BRACKETS = 200
_FENCE = re.compile(r" {0,3}(```|~~~)")
_DATA_URL = re.compile(r"(data:[\w/+.-]{0,60};base64,)[A-Za-z0-9+/=]{200,}")


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a list, at depth `level` (0 outermost)."""

    spans: tuple[Span, ...]
    line: int
    level: int
    ordered: bool = False

    @property
    def text(self) -> str:
        """The entry without its markup."""
        return plain(self.spans)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list, table, code block, quote, formula or piece of HTML.

    Attributes
    ----------
    kind : str
        ``paragraph``, ``list``, ``table``, ``code``, ``math``, ``html`` or ``rule``.
    spans : tuple of Span
        A paragraph's text (of a quote too, with `quoted`).
    items : tuple of Item
        A list's entries, nested ones after their parent.
    rows : tuple of rows
        A table's cells, as spans; the first row is the header.
    text : str
        The block without markup; a code block's or formula's source.
    language : str
        A code block's.
    links : tuple of Link
        Its links and images.
    """

    kind: Literal["paragraph", "list", "table", "code", "math", "html", "rule"]
    line: int
    text: str = ""
    spans: tuple[Span, ...] = ()
    items: tuple[Item, ...] = ()
    rows: tuple[tuple[tuple[Span, ...], ...], ...] = ()
    language: str = ""
    quoted: bool = False
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; a line that is only bold counts as one of level 7, below all others."""

    text: str
    level: int
    line: int


@dataclass(slots=True)
class Section:
    """A heading and the blocks up to the next heading. The text before the first has no heading."""

    heading: Heading | None
    blocks: list[Block] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The heading's text."""
        return self.heading.text if self.heading else ""

    @property
    def level(self) -> int:
        """The heading's level, 0 for the text before the first heading."""
        return self.heading.level if self.heading else 0

    @property
    def line(self) -> int:
        """The heading's line, or the first block's."""
        return self.heading.line if self.heading else (self.blocks[0].line if self.blocks else 1)

    @property
    def text(self) -> str:
        """All blocks without markup, separated by blank lines."""
        return "\n\n".join(block.text for block in self.blocks if block.text)


class Document:
    """A Markdown text.

    Parameters
    ----------
    text : str
        The source.
    path : str
        Its name in the submission, for locations.
    """

    def __init__(self, text: str, path: str = "") -> None:
        # The parser ends lines so, and its line numbers must be those of the source: also in a notebook's cell.
        self.source = clean(text).replace("\r\n", "\n").replace("\r", "\n")
        self.path = path

    @cached_property
    def _tokens(self) -> list[Token]:
        return _parser().parse(_tamed(self.source))

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The sections in order, flat; `under` gives one with its sub-sections."""
        return tuple(_sections(self._tokens))

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """All headings in order."""
        return tuple(section.heading for section in self.sections if section.heading)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks in order, without the headings."""
        return tuple(block for section in self.sections for block in section.blocks)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """All links and images in order, those in HTML and in headings too."""
        return tuple(read_links(self._tokens))

    def under(self, section: Section) -> tuple[Section, ...]:
        """Return `section` and its sub-sections: all that follow until one of the same or a higher level."""
        index = next(i for i, other in enumerate(self.sections) if other is section)
        last = index + 1
        while last < len(self.sections) and self.sections[last].level > section.level:
            last += 1
        return self.sections[index:last]


def plain(spans: tuple[Span, ...]) -> str:
    """Return the text of `spans` without markup."""
    return "".join("\n" if span.style == "break" else span.text for span in spans).strip()


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"maxNesting": 40}).enable(["table", "strikethrough"])


def _tamed(source: str) -> str:
    """Shorten embedded pictures, and escape the brackets of paragraphs that hold absurdly many; lines stay."""
    lines = _DATA_URL.sub(r"\1", source)[:MAX_MARKDOWN].split("\n")
    start, fenced = 0, False
    for end, line in enumerate([*lines, ""]):
        fence = bool(_FENCE.match(line))
        if line.strip() and not fence:
            continue
        for mark in "[<":
            if not fenced and sum(one.count(mark) for one in lines[start:end]) > _MOST_BRACKETS:
                lines[start:end] = [one.replace(mark, "\\" + mark) for one in lines[start:end]]
        start, fenced = end + 1, fenced != fence
    return "\n".join(lines)


def _sections(tokens: list[Token]) -> Iterator[Section]:
    section = Section(None)
    for heading, block in _outline(tokens):
        if heading is not None:
            if section.heading or section.blocks:
                yield section
            section = Section(heading)
        if block is not None:
            section.blocks.append(block)
    if section.heading or section.blocks:
        yield section


def _outline(tokens: list[Token]) -> Iterator[tuple[Heading | None, Block | None]]:
    """Give headings and blocks in order. `end` skips over the inner tokens of a container."""
    index = 0
    quote = 0
    while index < len(tokens):
        token = tokens[index]
        line = token.map[0] + 1 if token.map else 1
        if token.type == "heading_open":
            spans = read_spans(tokens[index + 1])
            yield Heading(plain(spans), int(token.tag[1:]), line), None
            index += 2
        elif token.type == "blockquote_open":
            quote += 1
        elif token.type == "blockquote_close":
            quote -= 1
        elif token.type == "paragraph_open":
            yield from _paragraph(tokens[index + 1], line, bool(quote))
            index += 2
        elif token.type in {"bullet_list_open", "ordered_list_open"}:
            end = _closing(tokens, index)
            inner = tokens[index : end + 1]
            items = tuple(_items(inner))
            text = "\n".join("  " * item.level + item.text for item in items)
            yield None, Block("list", line, text, items=items, links=tuple(read_links(inner)))
            index = end
        elif token.type == "table_open":
            end = _closing(tokens, index)
            inner = tokens[index : end + 1]
            rows = tuple(_rows(inner))
            text = "\n".join(" | ".join(plain(cell) for cell in row) for row in rows)
            yield None, Block("table", line, text, rows=rows, links=tuple(read_links(inner)))
            index = end
        elif token.type in {"fence", "code_block"}:
            language = token.info.split()[0] if token.info.split() else ""
            kind: Literal["math", "code"] = "math" if language == "math" else "code"
            yield None, Block(kind, line, token.content.rstrip("\n"), language=language)
        elif token.type == "hr":
            yield None, Block("rule", line)
        elif token.type == "html_block":
            yield from _html_block(token, line)
        index += 1


def _closing(tokens: list[Token], start: int) -> int:
    depth = 0
    for index in range(start, len(tokens)):
        depth += tokens[index].nesting
        if depth == 0:
            return index
    return len(tokens) - 1


def _paragraph(inline: Token, line: int, quoted: bool) -> Iterator[tuple[Heading | None, Block | None]]:
    spans = read_spans(inline)
    text = plain(spans)
    visible = [span for span in spans if span.style == "break" or span.text.strip()]
    bold = visible and not quoted and all(span.style == "strong" for span in visible)
    # A sentence in bold is a sentence; a heading is short and does not end like one.
    if bold and len(text) <= 120 and "\n" not in text and not text.endswith((".", "!", "?", ",", ";")):
        yield Heading(text.rstrip(":").strip(), 7, line), None
        return
    stripped = inline.content.strip()
    if (
        stripped.startswith("$$")
        and stripped.endswith("$$")
        and len(stripped) > 4
        and "$$" not in stripped[2:-2]
    ):
        yield None, Block("math", line, stripped[2:-2].strip())
        return
    links = tuple(inline_links(inline, line))
    yield None, Block("paragraph", line, text, spans=spans, quoted=quoted, links=links)


def _items(tokens: list[Token]) -> Iterator[Item]:
    """Flatten a list: one item for the first paragraph of each entry, and one for each further one."""
    level = -1
    ordered: list[bool] = []
    for index, token in enumerate(tokens):
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            level += 1
            ordered.append(token.type.startswith("ordered"))
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            level -= 1
            ordered.pop()
        elif token.type == "inline":
            # A heading inside a list entry is text of that entry.
            line = token.map[0] + 1 if token.map else 1
            in_table = tokens[index - 1].type in {"td_open", "th_open"}
            if not in_table:
                yield Item(read_spans(token), line, max(level, 0), ordered[-1] if ordered else False)
        elif token.type in {"fence", "code_block", "html_block"} and token.content.strip():
            line = token.map[0] + 1 if token.map else 1
            text = html_text(token.content) if token.type == "html_block" else token.content.rstrip("\n")
            if text:
                style: Style = "" if token.type == "html_block" else "code"
                yield Item((Span(text, style),), line, max(level, 0))


def _rows(tokens: list[Token]) -> Iterator[tuple[tuple[Span, ...], ...]]:
    row: list[tuple[Span, ...]] = []
    for token in tokens:
        if token.type == "tr_open":
            row = []
        elif token.type == "inline":
            row.append(read_spans(token))
        elif token.type == "tr_close":
            yield tuple(row)


def _html_block(token: Token, line: int) -> Iterator[tuple[Heading | None, Block | None]]:
    links = tuple(links_in_html(token.content, line))
    text = ""
    for tag, part in read_html(token.content).parts:
        if tag:
            if text.strip():
                yield None, Block("html", line, text.strip())
            text = ""
            yield Heading(" ".join(part.split()), int(tag[1]), line), None
        else:
            text += part
    text = "\n".join(row for row in (" ".join(row.split()) for row in text.split("\n")) if row)
    if text or links:
        yield None, Block("html", line, text, spans=(Span(text),) if text else (), links=links)
