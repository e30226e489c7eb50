"""The HTML page: one file, nothing loaded, nothing run, readable by everybody."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings

from coursekit.checker import Check, check_path
from coursekit.checker.formats import html as page
from coursekit.checker.formats import render
from coursekit.model import Waiver
from coursekit.text import one_line, printable
from tests.building import complete, write
from tests.checker.foreign import nasty_check
from tests.checker.test_formats_machine import HIDDEN, one_of_each
from tests.report.browser import needs_chromium, open_in_browser

VOID = {"meta", "br"}
TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "div", "table", "caption", "thead", "tbody", "tr", "th",
    "td", "article", "header", "footer", "section", "h1", "h2", "h3", "p", "ul", "li", "strong", "code", "span", "a",
}  # fmt: skip


class Page(HTMLParser):
    """A page's tags and text; that every tag is closed in order is checked on the way."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)


@pytest.fixture
def real(tmp_path: Path) -> Check:
    files = {
        **complete(),
        "README.md": '# <script>alert("x")</script> & Söhne\n\n## Description\n\n<b onclick=x>[no](where)</b>\n',
        "3_Model/<img src=x onerror=alert(1)>.ipynb": "{",
    }
    return check_path(write(tmp_path / "group 7 & <i>", files), waivers=[Waiver("DOC104", "told <in> class")])


def test_it_says_what_the_text_says(real: Check) -> None:
    text = " ".join("".join(Page(render([real], "html")).text).split())
    for finding in real.findings:
        assert finding.title in text
        assert finding.code in text
    for finding in real.blocking:
        assert one_line(finding.message) in text
    assert "waived: told <in> class" in text
    assert "expected a notebook (JSON)" in text
    assert "group 7 & <i>" in text


def test_several_have_an_overview_with_a_link_to_each(real: Check) -> None:
    found = Page(render([real, one_of_each(), real], "html"))
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    links = [attributes["href"] for tag, attributes in found.tags if tag == "a"]
    assert ids == ["overview", "g1", "g2", "g3"]
    assert links[:3] == ["#g1", "#g2", "#g3"]
    assert set(links[3:]) == {"#overview"}


def test_an_empty_list_is_a_page_too() -> None:
    assert "0 submissions" in render([], "html")


@settings(max_examples=40, deadline=None)
@given(nasty_check())
def test_any_text_stays_text(check: Check) -> None:
    html = render([check, check], "html")
    assert not HIDDEN.search(html)
    found = Page(html)
    assert {tag for tag, _ in found.tags} <= TAGS
    for tag, attributes in found.tags:
        assert set(attributes) <= {
            "lang", "charset", "http-equiv", "content", "name", "id", "class", "scope", "href", "role", "aria-label",
            "tabindex",
        }, (tag, attributes)  # fmt: skip
        assert attributes.get("href", "#").startswith("#")
    text = "".join("".join(found.text).split())
    for finding in check.findings:
        assert "".join(printable(one_line(finding.title)).split()) in text


def test_the_policy_allows_our_style_and_nothing_else(real: Check) -> None:
    html = render([real], "html")
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = next(attributes["content"] for _, attributes in Page(html).tags if "http-equiv" in attributes)
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not re.search(r"url\(|@import|//", style[1])


def _luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_text_has_enough_contrast_in_light_dark_and_print() -> None:
    """At least 4.5 to 1, as WCAG 2.2 asks (level AA)."""
    css = (Path(page.__file__).parent / "style.css").read_text("utf-8")
    blocks = re.findall(r":root \{([^}]*)\}", css)
    assert len(blocks) == 3
    for block in blocks:
        colors = dict(re.findall(r"--(\w+): (#\w{6});", block))
        for text in set(colors) - {"page", "card", "line"}:
            for ground in ("page", "card"):
                light, dark = sorted((_luminance(colors[text]), _luminance(colors[ground])), reverse=True)
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground, block)


@pytest.mark.slow
@needs_chromium
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_browser_shows_it_without_a_word_of_complaint(tmp_path: Path, language: str) -> None:
    files = {**complete(), "README.md": "# <script>alert(1)</script>\n\n![x](http://evil.example/x.png)\n"}
    check = check_path(write(tmp_path / "g", files), language=language)
    target = tmp_path / "page.html"
    target.write_text(render([check, check], "html"), "utf-8")
    dom, log = open_in_browser(target)
    assert "CONSOLE" not in log
    assert "Refused to" not in log
    assert 'id="g2"' in dom
    assert "<script" not in dom
    assert f'lang="{language}"' in dom
