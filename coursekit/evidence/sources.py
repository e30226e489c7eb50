"""The sources of a literature review: named in lists, under headings, in tables or in prose, with what is said of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from coursekit.evidence import prompts
from coursekit.evidence.headings import normal
from coursekit.evidence.links import is_url
from coursekit.evidence.meanings import CONTENTS
from coursekit.evidence.review import CITATION, IDENTIFIER, ITEM, URL, Node, fields_of, read_nodes, says
from coursekit.model import Location
from coursekit.submission import Block, Document, Section, Span
from coursekit.submission.markdown import plain

ASPECTS = ("objective", "methods", "outcomes")
_PROSE_WORDS = 20
_MOST_SOURCES = 300

_NUMBERED = re.compile(
    r"\W{0,20}(?:literature |scientific |research )?(?:source|quelle|paper|article|artikel|reference|referenz|work|study|studie|literatur|"
    r"project|projekt|publication|resource)\s?(?:no\.?|nr\.?|#)?(?:\s*\d{1,3}|\s(?:[a-h]|one|two|three|four|five|eins|zwei|drei))\b"
    r"(?:\s*\*{0,2}\s*[:.)–—-])?\s*",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\W{0,20}(?:source|quelle|paper|article|artikel|study|studie)\s*\*{0,2}\s*:\s*", re.IGNORECASE
)
# 'Paper 1 shows that …' is a sentence, no title.
_SENTENCE = re.compile(r"(?:shows?|uses?|is|was|has|and|und|zeigt|ist|we|by the)\b", re.IGNORECASE)
#: Words that tell of what was sought, how, and what came out, in running prose.
_CUES = {
    "objective": r"\b(?:aim|goal|objectiv|purpose|propos|investigat|explor|present|introduc|stud(?:y|ies)|predict|detect|classif|"
    r"forecast|address|examin|analy[sz]|compar|focus|tackl|develop|evaluat|improv|problem|task|question|ziel|untersuch|vergleich|"
    r"vorherzusag|vorhersag|erkenn|klassifi|entwickel|beschäftig|befass|frage)",
    "methods": r"\b(?:us(?:e|es|ed|ing)\b|method|approach|appl(?:y|ied|ies)|train|model|network|algorithm|cnn|lstm|rnn|gan|"
    r"transformer|bert|svm|regression|random forest|boost|tree|dataset|data set|architectur|techniqu|learning|implement|verwend|nutz|"
    r"ansatz|netz|verfahren|angewand)",
    "outcomes": r"\b(?:result|achiev|found|finding|outperform|accurac|show(?:s|ed|n)?\b|demonstrat|conclu|reach|best|better|perform|"
    r"improve[ds]|reveal|outcome|score|f1|auc|rmse|mae\b|ergeb|erreich|zeig|genauigkeit|besser|fazit)|\d\s*%",
}
_NO_TITLE = re.compile(
    r"(?:the |a )?(?:title|titel|name)(?: of(?: (?:the|a|your))?| der| des)?(?: (?:source|paper|work|article|quelle|study|project))*(?: ?\d+)?|"
    r"(?:web)?(?:link|source|quelle|paper|article|artikel|here|hier|pdf|doi|url|website|video|kaggle|github|pubmed|arxiv|ieee|springer|medium|"
    r"sciencedirect|researchgate|nature|youtube|readme|notebook|code|repo|repository|dataset|tbd|todo|tba|none|n a|na|example|xxx+|text|"
    r"literature|literatur|work|study|reference|project|to (?:do|be (?:done|added|filled)))s?(?: ?\d+)?(?: (?:link|here|hier))?|"
    r"(?:link|click|see) (?:to |zu[mr]? )?(?:the )?(?:source|paper|article|here|hier|quelle)"
)
_GENERAL = re.compile(
    rf"{CONTENTS}|(?:summary|summaries|overview|list|zusammenfassung|ubersicht)(?: of| der| von)?.*|introduction|einleitung|literature.*|"
    r"literatur\w*|related work.*|sources?|quellen?|references?|referenzen|bibliography|conclusions?|fazit|research gap|background|"
    r"approaches or solutions.*|further reading|previous work|state of the art|stand der (?:forschung|technik)|papers?|articles?"
)
_COLUMN = re.compile(
    r"\b(?:titles?|titel|sources?|quellen?|papers?|works?|stud(?:y|ies)|studien?|articles?|artikel|publications?|references?|literatur\w*|names?)\b"
)
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»\n]{12,300})[\"”“»]")
_OURS = re.compile(
    r"\W{0,20}(?:we|our|see|this|these|here|for|in (?:this|our)|data ?sets?|the data|wir|unser\w*|diese\w*|siehe|hier)\b",
    re.IGNORECASE,
)
# What stands in the place of an address without https://, and files in the repository.
_ADDRESS = re.compile(r"(?:[\w-]{1,63}\.){1,5}[a-z]{2,}(?:/|$)|.*\.(?:pdf|md|html?|docx?)$", re.IGNORECASE)
# What tells that a text speaks of somebody's work.
_OF_A_WORK = re.compile(
    r"\b(?:papers?|stud(?:y|ies)|articles?|authors?|publication|thesis|blog|kaggle|researchers?|studie|artikel|autor\w*|die arbeit)\b",
    re.IGNORECASE,
)


@dataclass
class Source:
    """A work that the review names.

    Attributes
    ----------
    title : str
        Empty where there is none but a prompt or an address.
    link : str
        The first address, empty without one.
    fields : dict
        What is said of its objective, methods, outcomes and relation to the project.
    labels : set of str
        The fields whose label is there, with text or without.
    prose : list of str
        Own text that stands under no such label.
    """

    title: str
    location: Location
    link: str = ""
    fields: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)
    prose: list[str] = field(default_factory=list)

    def told(self) -> frozenset[str]:
        """Return which of objective, methods and outcomes have own text, be it behind labels or in running prose."""
        told = {key for key in ASPECTS if says(plain(self.fields.get(key, ())))}
        prose = " ".join([*self.prose, *(says(plain(spans)) for spans in self.fields.values())])[:20_000]
        if prompts.words(prose) >= _PROSE_WORDS:
            rest = [key for key in ASPECTS if key not in self.labels]
            told.update(key for key in rest if re.search(_CUES[key], prose, re.IGNORECASE))
        return frozenset(told)


def find_sources(document: Document, sections: Sequence[Section] | None = None) -> list[Source]:
    """Return the works that a review names with a title, in order.

    Parameters
    ----------
    document : Document
    sections : sequence of Section, optional
        Where to look; by default everywhere.
    """
    chosen = document.sections if sections is None else sections
    nodes = read_nodes(document, chosen)
    tables = [block for section in chosen for block in section.blocks if block.kind == "table"]
    best: list[Source] = []
    for ways in (_numbered, _labelled, None, _mentioned):
        if ways is None:
            found = [source for block in tables for source in _from_table(document, block)]
        else:
            found = ways(document, nodes)
        titled = [source for source in found if source.title]
        best = titled if len(titled) > len(best) else best
        if len(best) >= 2:
            break
    return best[:_MOST_SOURCES]


def real_title(text: str) -> str:
    """Return the title that `text` holds, or the empty string for a prompt, an address or a mere 'Link'."""
    own = says(text.replace("**", " ")).strip(" \t\"'“”„‚‘’«»*_:.–—-#()")
    if len(own) > 600 or not re.search(r"[^\W\d_]{2,}", own) or _NO_TITLE.fullmatch(normal(own) or own):
        return ""
    return own


def _read(document: Document, title: str, head: Node, body: Sequence[Node]) -> Source:
    """Read what stands behind a source's title and under it."""
    source = Source(real_title(title), Location(document.path, head.line))
    _take_links(source, head)
    current: list[str] = []
    for node in [head, *body]:
        for keys, spans in node.pieces[1:] if node is head else node.pieces:
            # What follows an address or a title on the next line is no part of it.
            current = keys or ([] if {"link", "title"} & {*current} else current)
            source.labels.update(keys)
            text = says(plain(spans))
            if "title" in current and text:
                source.title, current = source.title or real_title(text), []
            elif current and "link" not in current and text:
                for key in current:
                    _append(source, key, spans)
            elif text and not current:
                source.prose.append(text)
        if current and node is not head and not says(node.text.split(":", 1)[-1]) and node.shown:
            for key in current:
                _append(source, key, (Span(node.shown),))
        if node is not head:
            _take_links(source, node)
    source.title = source.title or _title_below(body)
    return source


def _take_links(source: Source, node: Node) -> None:
    for link in node.links:
        _take_link(source, link.target, link.text)
    if not source.link and (match := URL.search(node.text) or IDENTIFIER.search(node.text)):
        source.link = match[0]


def _take_link(source: Source, target: str, text: str) -> None:
    if source.link or target.startswith(("#", "mailto:")):
        return
    if is_url(target) or URL.search(target) or IDENTIFIER.search(target) or _ADDRESS.match(target):
        source.link = target.strip()
    elif match := URL.search(text) or IDENTIFIER.search(text):  # some write the address as the link's text
        source.link = match[0]


def _title_below(body: Sequence[Node]) -> str:
    """Return a title that stands in the first line below 'Source 1:', or as a link's text."""
    for link in (link for node in body for link in node.links):
        if len(normal(link.text).split()) >= 2 and (title := real_title(link.text)):
            return title
    if body and not body[0].labelled and 2 <= len(body[0].text.split()) <= 40:
        return "" if body[0].text.rstrip().endswith(":") else real_title(body[0].head)
    return ""


def _append(source: Source, key: str, spans: tuple[Span, ...]) -> None:
    before = source.fields.get(key, ())
    joint = " " if before and before[-1].text.endswith((":", ".", ",", ";", "!", "?")) else ", "
    source.fields[key] = (*before, Span(joint), *spans) if before else spans


def _numbered(document: Document, nodes: list[Node]) -> list[Source]:
    """Read sources that are numbered: 'Source 1: …' in a list, in bold or as a heading."""
    starts = []
    for index, node in enumerate(nodes):
        text = node.head
        match = _NUMBERED.match(text) or _NAMED.match(text)
        if match and not _SENTENCE.match(text[match.end() :]):
            starts.append((index, text[match.end() :]))
    sources = []
    for (index, title), (after, _) in zip(starts, [*starts[1:], (len(nodes), "")], strict=False):
        head, body = nodes[index], []
        for node in nodes[index + 1 : after]:
            ends = node.kind == "heading" and (head.kind != "heading" or node.depth <= head.depth)
            if ends and not node.labelled:
                break
            body.append(node)
        sources.append(_read(document, title, head, body))
    return sources


def _labelled(document: Document, nodes: list[Node]) -> list[Source]:
    """Read sources by what stands under them: a heading, an entry or a bold line with labels of the template below."""
    sources = []
    index = 0
    while index < len(nodes):
        head = nodes[index]
        index += 1
        if head.labelled or _GENERAL.fullmatch(normal(head.text[:300])):
            continue
        body = _body(nodes, index - 1)
        labels = {key for node in body for keys, _ in node.pieces for key in keys}
        labels |= {key for keys, _ in head.pieces[1:] for key in keys}
        names = [normal(node.text[:60].split(":", 1)[0]) for node in body if node.labelled]
        several = len(names) > len(set(names))  # the same label twice: a list of sources, not one
        inner = any(node.kind == "heading" and node.depth < 7 and not node.labelled for node in body)
        told = labels & {*ASPECTS, "relation"}
        if told and not inner and not several:
            source = _read(document, _title_of(head), head, body)
            # 'Datasets' or 'Models' with a bold word below is a chapter, unless something leads to a work.
            if len(told) > 1 or source.link:
                sources.append(source)
                index += len(body)
    return sources


def _body(nodes: list[Node], index: int) -> list[Node]:
    """Return what stands under a node: all that is deeper, and what follows at its depth with a label."""
    head = nodes[index]
    body = []
    for node in nodes[index + 1 :]:
        same = node.kind == head.kind and node.depth == head.depth
        higher = node.depth < head.depth and not (node.kind == "paragraph" and head.kind == "item")
        if higher or (same and not node.labelled):
            break
        body.append(node)
    return body


def _title_of(node: Node) -> str:
    text = node.head
    if _GENERAL.fullmatch(normal(text[:300])):
        return ""
    match = re.match(r"\W{0,20}(\S{4,300}?)\s?:\s+(.*)$", text)
    return match[2] if match and URL.match(match[1].strip("*[]")) else text


def _from_table(document: Document, block: Block) -> list[Source]:
    """Read sources from the rows of a table whose head names the fields."""
    heads = [plain(cell) for cell in block.rows[0]] if block.rows else []
    keys = [fields_of(head) for head in heads]
    names = {
        index for index, head in enumerate(heads) if _COLUMN.search(normal(head)) or "title" in keys[index]
    }
    sources = []
    for offset, row in enumerate(block.rows[1 : _MOST_SOURCES + 1] if names else (), 2):
        source = Source("", Location(document.path, block.line + offset))
        for index, cell in enumerate(row):
            text = plain(cell)
            for span in cell:
                if span.style == "link":
                    _take_link(source, span.target, span.text)
            _take_link(source, "", text)
            if index in names:
                source.title = source.title or real_title(text)
            elif index < len(keys) and keys[index]:
                source.labels.update(keys[index])
                for key in keys[index]:
                    if says(text) and key != "link":
                        _append(source, key, cell)
            else:
                source.prose.append(says(text))
        sources.append(source)
    return sources


def _mentioned(document: Document, nodes: list[Node]) -> list[Source]:
    """Read sources from entries, paragraphs and headings that link to a work or cite it."""
    sources: dict[str, Source] = {}
    index = 0
    while index < len(nodes):
        head = nodes[index]
        index += 1
        if head.kind == "row" or head.labelled or _GENERAL.fullmatch(normal(head.text[:300])):
            continue
        body: list[Node] = []
        for node in nodes[index:]:
            if node.depth <= head.depth:
                break
            body.append(node)
        if head.kind == "heading" and not _is_work(head, body):
            continue
        index += len(body)
        links = [link for link in head.links if is_url(link.target) and len(normal(link.text).split()) >= 3]
        if head.kind == "paragraph" and len(links) >= 2:
            found = [
                Source(real_title(link.text), Location(document.path, link.line), link.target)
                for link in links
            ]
        else:
            title = _mentioned_title(head, body)
            found = [_read(document, title, head, body)] if title else []
        for source in found:
            if head.kind != "heading":
                source.prose.append(says(head.text))
            if source.title:
                sources.setdefault(normal(source.title), source)
    return list(sources.values())


def _mentioned_title(head: Node, body: Sequence[Node]) -> str:
    """Return the title by which a node names a work, the empty string if it names none."""
    if head.kind == "heading":
        return real_title(_title_of(head))
    linked = head.linked or any(node.linked for node in body)
    bold = head.spans[0].text if head.spans and head.spans[0].style in {"strong", "em"} else ""
    if len(bold.split()) >= 3 and len(head.text.split()) >= 12 and (title := real_title(bold)):
        return title  # a title in bold, and what is said of the work
    if not linked and not CITATION.search(head.text):
        return ""
    texts = [link.text for link in head.links if len(normal(link.text).split()) >= 3]
    for text in [*texts, *_QUOTED.findall(head.text[:5000])]:
        if title := real_title(text):
            return title
    if _OURS.match(head.text) or (not linked and head.kind != "item"):
        return ""
    words = real_title(_title_of(head)[:2000]).split()
    # A citation names authors, title and year; a link stands beside a few words.
    return " ".join(words[:60]) if (2 if linked else 8) <= len(words) <= 120 else ""


def _is_work(head: Node, body: Sequence[Node]) -> bool:
    """Whether a heading is the title of a work: with a link or a citation, no other headings, and no list of links."""
    if len(normal(head.text).split()) < 2:
        return False
    if any(node.kind == "heading" and not node.labelled for node in body):
        return False
    cited = head.linked or any(node.linked or CITATION.search(node.text) for node in body)
    # What is about a work says so at its beginning; a chapter may mention 'this study' anywhere.
    cited = cited or any(_OF_A_WORK.search(node.text[:2000]) for node in body[:1])
    entries = [node for node in body if node.depth == ITEM and not node.labelled and node.linked]
    return cited and len(entries) <= 1
