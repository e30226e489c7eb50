"""The Markdown for groups: kind, in order, small enough, and nothing of theirs works in it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import cmarkgfm
import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt
from syrupy.assertion import SnapshotAssertion

from coursekit.checker import Check, check_path
from coursekit.checker.formats.markdown import LIMIT, issue, render
from coursekit.model import Finding, Level, Location, Status
from coursekit.text import code_span, foreign_markdown, one_line
from tests.building import complete, write
from tests.checker.foreign import NASTY, foreign, nasty_check

#: What GitHub, GitLab and Gitea look for in text that is not code.
WORKS = re.compile(
    r"@\w|(?<!\w)[#!$&%~^]\w|\w#\d|GH-\d|[A-Z]+-\d+|://|www\.|\[\[.*\]\]|:\w+:|\b[0-9a-f]{7,40}\b|^/\w", re.M
)


class Page(HTMLParser):
    """What a page has: its tags, its text outside code, and all of its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.outside: list[str] = []
        self.text = ""
        self._code = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        self._code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        self.text += data
        if not self._code:
            self.outside.append(data)


def pages(markdown: str) -> list[Page]:
    """Read Markdown as GitHub does, and as a strict reader of links does."""
    return [
        Page(cmarkgfm.github_flavored_markdown_to_html(markdown)),
        Page(MarkdownIt("gfm-like").render(markdown)),
    ]


@settings(max_examples=60, deadline=None)
@given(foreign)
def test_foreign_text_is_shown_as_it_is_and_does_nothing(text: str) -> None:
    for markdown in (
        foreign_markdown(text),
        f"- **x**: {foreign_markdown(text)}",
        f"## {foreign_markdown(text)}",
    ):
        for page in pages(markdown):
            assert set(page.tags) <= {"p", "code", "ul", "li", "strong", "h2"}
            assert "".join(page.text.split()).removeprefix("x:") == "".join(
                one_line(text).split()
            ).removeprefix("x:")
            for data in page.outside:
                assert not WORKS.search(data), data


@pytest.mark.parametrize("text", NASTY)
def test_known_tricks_do_nothing(text: str) -> None:
    for page in pages(foreign_markdown(text)):
        assert set(page.tags) <= {"p", "code"}
        assert not any(WORKS.search(data) for data in page.outside)


@settings(max_examples=60, deadline=None)
@given(foreign)
def test_code_is_shown_as_it_is(text: str) -> None:
    for page in pages("x" + code_span(text)):
        assert page.text.strip() == "x" + one_line(text)
        assert set(page.tags) <= {"p", "code"}


@settings(max_examples=40, deadline=None)
@given(nasty_check())
def test_a_check_of_any_text_is_a_plain_text(check: Check) -> None:
    for page in pages(render([check, check])):
        assert set(page.tags) <= {
            "p", "code", "ul", "li", "strong", "h2", "h3", "table", "thead", "tbody", "tr", "th", "td"
        }  # fmt: skip
        assert page.tags.count("h2") == 2
        assert page.tags.count("table") == 1
        assert page.tags.count("td") == 8
    assert "\r" not in render([check])


def test_it_is_kind_and_says_what_to_do_first(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    files = {
        **complete(),
        "README.md": "# Digits\n\n## Description\n\n[We @all see #1](http://x.example)\n\n[Model](model)\n",
        "3_Model/x.ipynb": "{",
        "project.toml": '[project]\ntitle = "x"\n[[check.milestones]]\nname = "model"\n'
        'deadline = 2999-01-01T00:00:00Z\n[[waivers]]\ncode = "DOC104"\nreason = "<b>told</b> in class"\n',
    }
    del files["CoverImage/cover.png"], files["3_Model/model_definition_evaluation.ipynb"]
    write(tmp_path / "group_7", files)
    assert issue(check_path(tmp_path / "group_7")) == snapshot(name="en")
    assert issue(check_path(tmp_path / "group_7", language="de")) == snapshot(name="de")
    assert render(
        [check_path(tmp_path / "group_7"), check_path(write(tmp_path / "b", complete()))]
    ) == snapshot(name="several")


def test_advice_alone_is_praised_first(tmp_path: Path) -> None:
    text = issue(check_path(write(tmp_path / "p", {**complete(), ".DS_Store": "x"})))
    assert "well done! The rest below is advice" in text
    assert "coursekit rules REP802" in text


@settings(max_examples=15, deadline=None)
@given(nasty_check(findings=200))
def test_it_is_never_longer_than_git_hosts_take(check: Check) -> None:
    assert len(issue(check)) <= LIMIT
    assert len(issue(check, first="changed", limit=3_000)) <= 3_000


def test_what_does_not_fit_is_named_and_the_most_urgent_is_kept() -> None:
    def one(number: int, level: Level) -> Finding:
        long = "word " * 300
        return Finding(
            f"XYZ{number}", "T", Status.NOT_MET, level, "a", True, long, long, (Location("a.md", 1),)
        )

    findings = [one(number, Level.ADVISED) for number in range(100, 199)]
    check = Check("p", "p", "own", "en", (*findings, one(199, Level.REQUIRED)))
    text = issue(check)
    assert LIMIT - 3_000 < len(text) <= LIMIT
    assert text.index("XYZ199") < text.index("XYZ100")
    assert "There is more than fits here" in text
    assert "`XYZ198`" not in text
    assert re.search(r"\+ \d+\. The command", text)
