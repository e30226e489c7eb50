"""A group's Markdown, as blocks of the deck: own text only, no prompts, no markup, no unsafe links."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from coursekit.evidence.prompts import left, own_text
from coursekit.report.deck import Block, Bullet, Bullets, Code, Math, Paragraph, Table
from coursekit.submission import Block as Source
from coursekit.submission import Item, Span
from coursekit.submission.markdown import plain
from coursekit.text import printable

MAX_COLUMNS = 8
MAX_ROWS = 40
_MAX_CELL = 160
_MAX_FORMULAS = 12  # in one paragraph: setting them takes time
_SAFE_LINK = re.compile(r"^(https?://|mailto:)[^\s\"'<>\\]+$", re.IGNORECASE)
_NUMBER = re.compile(r"^[\s±+\-−–<>≈~]*\d[\d\s.,·×xe^+\-−–±%/()]*[%a-zA-Z²€$]{0,3}$")

Cells = tuple[tuple[Span, ...], ...]


def safe_link(target: str) -> str:
    """Return a link that may be followed from a slide, else the empty string."""
    target = target.strip()
    if target.lower().startswith("www."):
        target = "https://" + target
    return target if _SAFE_LINK.match(target) and len(target) <= 2000 else ""


def spans_of(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return spans without invisible characters, prompts and links that may not be followed."""
    if left(plain(spans)):
        spans = (Span(own_text(plain(spans))),)
    made: list[Span] = []
    for span in spans:
        if span.style == "math" and sum(one.style == "math" for one in made) >= _MAX_FORMULAS:
            span = Span(span.text, "code")
        # Groups write inside a template's brackets, forget the space after ##, leave stray marks of emphasis.
        text = visible(span.text).replace("**", "")
        text = re.sub(r"(^\s*|:\s*)\[([^\[\]]{3,})\](?=\s*$)", r"\1\2", re.sub(r"^#{1,6}(?=\w)", "", text))
        if span.style == "link":
            target = safe_link(span.target)
            text = re.sub(r"^\[(.*)\]$", r"\1", text)
            made.append(Span(text, "link", target) if target else Span(text))
        elif span.style == "break" or text:
            made.append(Span(text, span.style))
    return _trim(tuple(made))


def visible(text: str) -> str:
    """Return text on one line, without control, bidirectional and invisible characters."""
    # What cannot be seen is escaped on its way to a terminal; on a slide it is left out.
    text = re.sub(r"[\t\n\r\x0b\x0c ]+", " ", text)
    return (
        re.sub(r"\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})", "", printable(text))
        if not text.isprintable()
        else text
    )


def _trim(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Strip white space and line breaks at both ends."""
    items = list(spans)
    while items and not items[0].text.strip():
        items.pop(0)
    while items and not items[-1].text.strip():
        items.pop()
    if items:
        items[0] = Span(items[0].text.lstrip(), items[0].style, items[0].target)
        items[-1] = Span(items[-1].text.rstrip(), items[-1].style, items[-1].target)
    return tuple(items)


def block_of(block: Source) -> Block | None:
    """Return a Markdown block as a block of the deck, or None when nothing of it is the group's own text."""
    if block.kind == "list":
        items = _bullets(block.items)
        return Bullets(items) if items else None
    if block.kind == "table":
        return table_of(tuple(tuple(spans_of(cell) for cell in row) for row in block.rows))
    if block.kind == "code":
        return Code(code_text(block.text), block.language[:20]) if block.text.strip() else None
    if block.kind == "math":
        return Math(visible(block.text))
    if block.kind not in {"paragraph", "html"} or not _says_something(block):
        return None
    spans = spans_of(block.spans or (Span(block.text),))
    if not re.search(r"\w", plain(spans)):
        return None
    return Paragraph(spans, "quote" if block.quoted else "text")


def code_text(source: str) -> str:
    """Return source code with tabs as spaces and nothing invisible in it."""
    lines = source.expandtabs(4).split("\n")
    return "\n".join(
        line if line.isprintable() else printable(line) for line in (row.rstrip() for row in lines)
    ).strip("\n")


def _says_something(block: Source) -> bool:
    """Return whether a paragraph is more than links, badges and prompts."""
    rest = own_text(block.text)
    for link in block.links:
        rest = rest.replace(link.text, "", 1) if link.text else rest
        rest = rest.replace(link.target, "", 1) if link.target else rest
    return len(re.findall(r"\w\w+", rest)) >= 1


def _bullets(items: tuple[Item, ...]) -> tuple[Bullet, ...]:
    made: list[Bullet] = []
    counts: dict[int, int] = {}
    for position, item in enumerate(items):
        spans = spans_of(item.spans)
        text = plain(spans)
        deeper = position + 1 < len(items) and items[position + 1].level > item.level
        if not re.search(r"\w", text) or (text.endswith(":") and not deeper):
            continue  # a label that the group left without a value
        if item.spans[0].style == "code" and len(text) > 80:
            continue  # a listing, not an entry
        level = min(item.level, 2)
        counts = {depth: number for depth, number in counts.items() if depth <= level}
        counts[level] = counts.get(level, 0) + 1
        made.append(Bullet(spans, level, counts[level] if item.ordered else 0))
    return tuple(made)


def table_of(rows: tuple[Cells, ...], caption: str = "") -> Table | None:
    """Return a table with at most `MAX_COLUMNS` columns, or None when it says nothing."""
    rows = tuple(row for row in rows if any(plain(cell) for cell in row))
    if len(rows) < 2:
        return None
    width = min(max(len(row) for row in rows), MAX_COLUMNS)
    even = tuple(
        tuple(_shorten(row[i]) if i < len(row) else () for i in range(width)) for row in rows[: MAX_ROWS + 1]
    )
    numeric = tuple(
        all(_NUMBER.match(text) for text in texts)
        if (texts := [t for row in even[1:] if (t := plain(row[i]))])
        else False
        for i in range(width)
    )
    return Table(even, numeric, caption=caption)


def _shorten(cell: tuple[Span, ...]) -> tuple[Span, ...]:
    text = plain(cell)
    return cell if len(text) <= _MAX_CELL else (Span(text[: _MAX_CELL - 1].rstrip() + "…"),)


class _TableReader(HTMLParser):
    """Reads the text of the first table; everything else is passed over."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._in_cell = False
        self._hidden = 0
        self._tables = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's form
        if tag == "table":
            self._tables += 1
        elif tag in {"script", "style", "template", "svg"}:
            self._hidden += 1
        elif self._tables == 1 and tag == "tr" and len(self.rows) <= 200:
            self.rows.append([])
        elif self._tables == 1 and tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "tr"}:
            self._in_cell = False
        elif tag in {"script", "style", "template", "svg"} and self._hidden:
            self._hidden -= 1
        elif tag == "table":
            self._tables += 1  # what follows the first table is not read

    def handle_data(self, data: str) -> None:
        if self._in_cell and not self._hidden and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def html_table(source: str) -> Table | None:
    """Return the table that pandas wrote as HTML, as text in cells."""
    if "<table" not in source[:200_000].lower():
        return None
    reader = _TableReader()
    reader.feed(source[:200_000])
    rows = [[visible(cell).strip() for cell in row] for row in reader.rows if row]
    if len(rows) < 2:
        return None
    # pandas repeats the index's name in a row of its own, and numbers rows from 0: neither says anything.
    body = rows[1:]
    if not rows[0][0] and all(row[0] == str(number) for number, row in enumerate(body)):
        rows = [row[1:] for row in rows]
    return table_of(tuple(tuple((Span(cell),) if cell else () for cell in row) for row in rows))
