"""What stands within a paragraph of Markdown: runs of text in one style, formulas, links and images."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from coursekit.submission.html import read_html

if TYPE_CHECKING:
    from markdown_it.token import Token

Style = Literal["", "strong", "em", "code", "link", "math", "break"]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style. `target` is a link's; math holds its TeX source."""

    text: str
    style: Style = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link or an image. `line` counts from 1 in the document."""

    target: str
    text: str
    line: int
    image: bool = False


_MATH = re.compile(r"\$\$(.+?)\$\$|(?<![\\$\w])\$(?=\S)([^$\n]+?)(?<=\S)\$(?![\w$])", re.DOTALL)


def read_spans(inline: Token) -> tuple[Span, ...]:
    """Return the runs of text in what the parser calls inline content."""
    spans: list[Span] = []
    styles: list[Style] = []
    targets: list[str] = []

    def add(text: str) -> None:
        style: Style = styles[-1] if styles else ""
        if targets:
            spans.append(Span(text, "link", targets[-1]))
            return
        if style == "" and "$" in text:
            position = 0
            for match in _MATH.finditer(text):
                if match.start() > position:
                    spans.append(Span(text[position : match.start()]))
                spans.append(Span((match[1] or match[2]).strip(), "math"))
                position = match.end()
            text = text[position:]
        if text:
            spans.append(Span(text, style))

    for child in inline.children or []:
        if child.type == "text":
            add(child.content)
        elif child.type == "code_inline":
            spans.append(Span(child.content, "code"))
        elif child.type == "softbreak":
            add(" ")
        elif child.type == "hardbreak":
            spans.append(Span("", "break"))
        elif child.type in {"strong_open", "em_open"}:
            styles.append("strong" if child.type == "strong_open" or "strong" in styles else "em")
        elif child.type in {"strong_close", "em_close"}:
            if styles:
                styles.pop()
        elif child.type == "link_open":
            targets.append(str(child.attrGet("href") or ""))
        elif child.type == "link_close":
            if targets:
                targets.pop()
        elif child.type == "html_inline" and re.match(r"<br\s*/?>", child.content, re.IGNORECASE):
            spans.append(Span("", "break"))
    return _merge(spans)


def _merge(spans: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in spans:
        last = merged[-1] if merged else None
        if (
            last
            and (last.style, last.target) == (span.style, span.target)
            and span.style in {"", "strong", "em", "link"}
        ):
            merged[-1] = Span(last.text + span.text, span.style, span.target)
        else:
            merged.append(span)
    return tuple(merged)


def read_links(tokens: list[Token]) -> Iterator[Link]:
    """Give the links and images, also those written as HTML."""
    for token in tokens:
        line = token.map[0] + 1 if token.map else 1
        if token.type == "inline":
            yield from inline_links(token, line)
        elif token.type == "html_block":
            yield from links_in_html(token.content, line)


def inline_links(inline: Token, line: int) -> Iterator[Link]:
    """Give those in what the parser calls inline content."""
    target: str | None = None
    text = ""
    for child in inline.children or []:
        if child.type == "link_open":
            target, text = str(child.attrGet("href") or ""), ""
        elif child.type == "link_close" and target is not None:
            yield Link(target, text.strip(), line)
            target = None
        elif child.type == "image":
            yield Link(str(child.attrGet("src") or ""), child.content, line, image=True)
        elif child.type == "html_inline":
            yield from links_in_html(child.content, line)
        elif child.type in {"softbreak", "hardbreak"}:
            line += 1
        if target is not None and child.type in {"text", "code_inline"}:
            text += child.content


def links_in_html(source: str, line: int) -> Iterator[Link]:
    """Give those in a piece of HTML that begins in this line."""
    for target, text, image, offset in read_html(source).links:
        yield Link(target, text, line + offset, image)
