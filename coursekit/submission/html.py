"""HTML inside of Markdown, read for what a reader would see of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser


class Html(HTMLParser):
    """Collects the links, headings and visible text of a piece of HTML.

    Attributes
    ----------
    links : list of (target, text, whether it is an image, line from 0)
    parts : list of (heading's tag or the empty string, text)
    """

    _HIDDEN = frozenset({"script", "style", "template"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[tuple[str, str, bool, int]] = []
        self.parts: list[tuple[str, str]] = []  # (tag of the heading or "", text)
        self._heading = ""
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        line = self.getpos()[0] - 1
        if tag == "a" and "href" in values:
            self.links.append((values["href"], "", False, line))
        elif tag == "img" and "src" in values:
            self.links.append((values["src"], values.get("alt", ""), True, line))
        elif re.fullmatch("h[1-6]", tag):
            self._heading = tag
            self.parts.append((tag, ""))
        elif tag in self._HIDDEN:
            self._hidden += 1
        elif tag in {"br", "p", "div", "li", "tr"}:
            self.parts.append(("", "\n"))

    def handle_endtag(self, tag: str) -> None:
        if tag == self._heading:
            self._heading = ""
            self.parts.append(("", ""))
        elif tag in self._HIDDEN and self._hidden:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if self._heading and self.parts:
            tag, text = self.parts[-1]
            self.parts[-1] = (tag, text + data)
        else:
            self.parts.append(("", data))


def read_html(source: str) -> Html:
    """Parse a piece of HTML; nothing of it is run or loaded."""
    reader = Html()
    reader.feed(source)
    reader.close()
    return reader


def html_text(source: str) -> str:
    """Return the visible text of a piece of HTML."""
    text = "".join(part for _, part in read_html(source).parts)
    return "\n".join(line for line in (" ".join(line.split()) for line in text.split("\n")) if line)
