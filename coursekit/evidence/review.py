"""A literature review as nodes: what stands under what, which labels open it, what links where."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from coursekit.evidence import prompts
from coursekit.evidence.headings import normal
from coursekit.evidence.links import is_url
from coursekit.submission import Document, Link, Section, Span
from coursekit.submission.markdown import plain

_MOST_NODES = 5000
_BELOW = 30  # so many lines below a node's first one are looked at

#: What a review says of a work, by the labels that stand before it.
FIELDS = {
    "title": r"(?:paper |full )?(?:titles?|titel|names?)(?: of (?:the )?(?:paper|source|work|study))?",
    "link": r"(?:links?|urls?|doi|web ?(?:site|link|seite)|address|adresse|available( at)?|pdf|access|repo(?:sitory)?)"
    r"(?: (?:to|zu[mr]?) .*)?",
    "relation": r"(?:relation|relevance|relevanz|bezug|connection|verbindung|use|usefulness|application|applicability|nutzen|"
    r"bedeutung|(?:why|how) .*)(?: .*)?(?:project|projekt\w*|us|uns|our work|model)?|(?:our |own )?comments?|remarks?|notes?|"
    r"kommentare?|anmerkung(?:en)?",
    "objective": r"(?:the |main |key |primary |research |overall |our )*(?:objectives?|goals?|aims?|purposes?|"
    r"problems?(?: statement| definition)?|questions?|gap|motivation|topics?|focus|tasks?|background|context|introduction|idea|"
    r"scope|what)|(?:haupt|forschungs)?(?:ziel(?:e|setzung)?|fragen?|fragestellung(?:en)?)|problemstellung|thema|"
    r"aufgaben?(?:stellung)?|hintergrund|idee|worum (?:es )?geht.*",
    "methods": r"(?:the |main |key |used |proposed |research )*(?:methods?|methodology|methodologies|approach(?:es)?|techniques?|"
    r"models?|algorithms?|procedures?|architectures?|solution|implementation|how|data(?:sets?)? and .*)(?: used| applied| description)?|"
    r"(?:angewandte |verwendete )?(?:methoden?|methodik|vorgehen(?:sweise)?|ansatz|ansatze|verfahren|modelle?|umsetzung|losung)",
    "outcomes": r"(?:the |main |key |major |important |final )*(?:outcomes?|results?|findings?|conclusions?|take ?aways?|performance|"
    r"contributions?|achievements?|insights?|points|what came out)(?: .{0,20})?|(?:wichtigste |zentrale )?(?:ergebnis(?:se)?|befunde?|"
    r"fazit|erkenntnisse?|resultate?|schlussfolgerung(?:en)?)",
}

URL = re.compile(
    r"(?:https?://|\bwww\.)[^\s\])>\"']{4,}|\b(?:doi\.org|arxiv\.org)/[^\s\])>\"']+", re.IGNORECASE
)
IDENTIFIER = re.compile(r"\b10\.\d{4,9}/[^\s\])>\"']+|\barxiv:\s?\d{4}\.\d{4,5}", re.IGNORECASE)
CITATION = re.compile(
    r"\((?:[^()]{0,60}, ?)?(?:19[5-9]|20[0-4])\d[a-z]?\)|[,.] (?:19[5-9]|20[0-4])\d[.;,:]|\bet al\b"
)

_LABEL = re.compile(r"\W{0,20}([^:\n–—]{2,60}?)\s*(?::|\s[–—-]\s|[–—])\s*")
_NUMBER_LINE = re.compile(r"^\s{0,3}\\?\[\d{1,3}\\?\]")
_LABEL_LINE = re.compile(r"^\s*[*_>+-]*\s*(\w[\w /&]{1,40}?)\s*[*_]*\s*:")
_EMPTY = re.compile(
    r"(?:tbd|todo|to do|tba|n a|na|none|xxx+|to be (?:done|added|filled)|coming soon|folgt|will follow)"
)

#: Named fields, and what stands behind their label; no fields for text without a label.
Piece = tuple[list[str], tuple[Span, ...]]

PARAGRAPH, ITEM = 9, 10  # depths; a heading's is its level


@dataclass
class Node:
    """A heading, a list entry, a paragraph or a table's row.

    Attributes
    ----------
    depth : int
        Tells what stands under what: a heading's level, more for text.
    kind : str
        ``heading``, ``item``, ``paragraph`` or ``row``.
    raw : str
        The lines below its first one, as they stand in the file.
    """

    depth: int
    line: int
    spans: tuple[Span, ...]
    kind: str
    raw: str = ""
    links: list[Link] = field(default_factory=list)

    @cached_property
    def text(self) -> str:
        """The text without markup."""
        return plain(self.spans)

    @cached_property
    def pieces(self) -> list[Piece]:
        """The text, split at the labels in it."""
        return _split(self.spans, self.kind)

    @property
    def labelled(self) -> bool:
        """Whether a known label opens it."""
        return bool(self.pieces[0][0])

    @property
    def head(self) -> str:
        """The first line, up to the next label."""
        text = self.text if self.labelled else plain(self.pieces[0][1])
        return text.split("\n", 1)[0][:2000]

    @cached_property
    def linked(self) -> bool:
        """Whether it links to something on the web."""
        if any(is_url(link.target) or URL.search(link.text) for link in self.links if not link.image):
            return True
        return bool(URL.search(self.text) or IDENTIFIER.search(self.text))

    @property
    def shown(self) -> str:
        """What a list entry holds beside its text: the rows of a table."""
        rows = [line for line in self.raw.split("\n") if line.count("|") >= 2]
        return says(re.sub(r"[|:-]+", " ", " ".join(rows)))


def says(text: str) -> str:
    """Return the group's own words in `text`: no prompts, no addresses, no 'to do'."""
    own = prompts.own_text(IDENTIFIER.sub(" ", URL.sub(" ", text)))
    return "" if len(own) < 40 and _EMPTY.fullmatch(normal(own)) else own


def fields_of(label: str) -> list[str]:
    """Return the fields that a label names; 'Methods and results' names two."""
    one = _field(label)
    if one:
        return [one]
    found = [_field(part) for part in re.split(r"[/&+,]|\band\b|\bund\b", label[:80])]
    return found if len(found) > 1 and all(found) else []


def _field(label: str) -> str:
    text = normal(label[:100])
    if not text or len(text) > 60:
        return ""
    return next((key for key, pattern in FIELDS.items() if re.fullmatch(pattern, text)), "")


def read_nodes(document: Document, sections: Sequence[Section]) -> list[Node]:
    """Return the nodes of some sections, in order, with the links that stand in each."""
    nodes = list(_outline(sections))[:_MOST_NODES]
    lines = document.source.split("\n")
    made: list[Node] = []
    for node, following in zip(nodes, [*nodes[1:], None], strict=False):
        last = node.line + _BELOW if following is None else min(following.line - 1, node.line + _BELOW)
        node.raw = "\n".join(lines[node.line : last])[:3000]
        made += _references(node, lines[node.line - 1]) or _by_line(node)
    starts = [node.line for node in made]
    if starts == sorted(starts):
        for link in document.links:
            index = bisect_right(starts, link.line) - 1
            if index >= 0:
                made[index].links.append(link)
    return made


def _outline(sections: Sequence[Section]) -> Iterator[Node]:
    for section in sections:
        if section.heading:
            yield Node(section.level, section.line, (Span(section.title),), "heading")
        for block in section.blocks:
            if block.kind == "list":
                for item in block.items:
                    yield Node(ITEM + item.level, item.line, item.spans, "item")
            elif block.kind == "table":
                for offset, row in enumerate(block.rows):
                    cells = [plain(cell) for cell in row]
                    text = f"{cells[0]}: {' '.join(cells[1:])}" if len(cells) > 1 else " ".join(cells)
                    yield Node(PARAGRAPH, block.line + offset + (offset > 0), (Span(text),), "row")
            elif block.kind in {"paragraph", "html", "code"} and (block.text.strip() or block.links):
                yield Node(PARAGRAPH, block.line, block.spans or (Span(block.text),), "paragraph")


def _references(node: Node, first: str) -> list[Node]:
    """Give a node for each reference of a paragraph that lists some: '[1] …' a line, or an address in each."""
    if node.kind != "paragraph":
        return []
    rows = [first, *node.raw.split("\n")]
    rows = rows[: next((i for i, row in enumerate(rows) if not row.strip()), len(rows))]
    if not all(_NUMBER_LINE.match(row) for row in rows) and not all(
        URL.search(row) and len(URL.sub("", row).split()) >= 3 for row in rows
    ):
        return []
    if len(rows) < 2:
        return []
    texts = [
        re.sub(r"\[([^\[\]]{1,300})\]\(([^()\s]{0,500})\)", r"\1 \2", row).replace("**", "") for row in rows
    ]
    return [Node(PARAGRAPH, node.line + i, (Span(text),), "paragraph") for i, text in enumerate(texts)]


def _by_line(node: Node) -> list[Node]:
    """Give a node for each label that opens a line of a paragraph: to Markdown, a line break is but a blank."""
    if node.kind not in {"paragraph", "item"} or len(node.pieces) > 1:
        return [node]
    rows = node.raw.split("\n")
    end = next((i for i, row in enumerate(rows) if not row.strip()), len(rows))  # the paragraph's last line
    labels = [(i, match) for i, row in enumerate(rows[:end]) if (match := _LABEL_LINE.match(row))]
    cuts = [(i, match[1]) for i, match in labels if fields_of(match[1])]
    at = node.text.find(cuts[0][1]) if cuts else -1
    if at < 0:
        return [node]
    # The text up to the first such line stays; each label's is a node of its own.
    first = (Span(node.text[:at].strip(" *_-")),)
    made = [Node(node.depth, node.line, first, node.kind)]
    for (start, _), (stop, _) in zip(cuts, [*cuts[1:], (end, "")], strict=True):
        text = " ".join(row.strip(" *_>-+") for row in rows[start:stop]).replace("**", "")
        made.append(Node(node.depth + 1, node.line + 1 + start, (Span(text),), "item"))
    return made


def _split(spans: tuple[Span, ...], kind: str) -> list[Piece]:
    if kind == "heading" and (keys := fields_of(plain(spans))):
        return [(keys, ())]
    parts: list[list[Span]] = [[]]
    for position, span in enumerate(spans):
        bold = span.style in {"strong", "em"} and (":" in span.text or _colon_follows(spans, position))
        if bold and position and fields_of(span.text.strip(" :*")):
            parts.append([])
        parts[-1].append(span)
    made: list[Piece] = []
    for part in parts:
        text = plain(tuple(part))[:300]
        match = _LABEL.match(text)
        keys = fields_of(match[1].strip(" *[]")) if match else fields_of(text.strip(" *:[]"))
        behind = _behind(tuple(part), match.end()) if match else ()
        made.append((keys, behind if keys else tuple(part)))
    return made


def _colon_follows(spans: tuple[Span, ...], position: int) -> bool:
    return position + 1 < len(spans) and spans[position + 1].text.lstrip().startswith(":")


def _behind(spans: tuple[Span, ...], start: int) -> tuple[Span, ...]:
    """Return the spans behind a label that ends at `start` of the stripped text."""
    text = "".join("\n" if span.style == "break" else span.text for span in spans)
    drop = len(text) - len(text.lstrip()) + start
    made: list[Span] = []
    for span in spans:
        length = 1 if span.style == "break" else len(span.text)
        if drop >= length:
            drop -= length
            continue
        made.append(Span(span.text[drop:].lstrip() if not made else span.text, span.style, span.target))
        drop = 0
    return tuple(made)
