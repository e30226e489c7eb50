"""Markdown as groups write it: headings of every kind, lists, tables, links, HTML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.submission import Document, Span


def headings(text: str) -> list[tuple[str, int]]:
    return [(heading.text, heading.level) for heading in Document(text).headings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# A *b* `c`", [("A b c", 1)]),
        ("Title\n=====\n\nSub\n---", [("Title", 1), ("Sub", 2)]),
        ("**Missing values**\n\ntext", [("Missing values", 7)]),
        ("**Missing values:**\n\ntext", [("Missing values", 7)]),
        ("**This whole sentence is in bold.**", []),
        ("<h2 align='center'>My <b>title</b></h2>", [("My title", 2)]),
        ("```\n# no heading\n```", []),
        ("- # in a list", []),
    ],
)
def test_headings_of_every_kind_count(text: str, expected: list[tuple[str, int]]) -> None:
    assert headings(text) == expected


def test_sections_hold_their_blocks_and_know_their_subsections() -> None:
    document = Document(
        "before\n\n# A\n\none\n\n## B\n\n- x\n  - y\n\n# C\n\n| h | i |\n|---|---|\n| 1 | 2 |\n"
    )
    assert [(section.title, section.text) for section in document.sections] == [
        ("", "before"),
        ("A", "one"),
        ("B", "x\n  y"),
        ("C", "h | i\n1 | 2"),
    ]
    assert [section.title for section in document.under(document.sections[1])] == ["A", "B"]
    assert [(item.text, item.level, item.line) for item in document.blocks[2].items] == [
        ("x", 0, 9),
        ("y", 1, 10),
    ]
    assert document.sections[3].line == 12


def test_equal_sections_are_told_apart() -> None:
    document = Document("# A\n\n## B\n\n# A\n\n## B\n\n## B2")
    assert [s.title for s in document.under(document.sections[2])] == ["A", "B", "B2"]


def test_spans_keep_style_links_and_math() -> None:
    document = Document("a **b** *c* `d` [e](f.md) $x^2$, costs 5$ or 6$\\\nnext")
    (block,) = document.blocks
    assert block.spans == (
        Span("a "),
        Span("b", "strong"),
        Span(" "),
        Span("c", "em"),
        Span(" "),
        Span("d", "code"),
        Span(" "),
        Span("e", "link", "f.md"),
        Span(" "),
        Span("x^2", "math"),
        Span(", costs 5$ or 6$"),
        Span("", "break"),
        Span("next"),
    )
    assert Document("$$\nE = mc^2\n$$").blocks[0].kind == "math"


def test_links_of_every_kind_are_found_with_their_lines() -> None:
    document = Document(
        "# [h](a)\n\n[b](b.md 'title') and\n![alt](c.png)\n\n- **[d](d%20e.pdf)**\n\n"
        "<img src='e.png' alt='E'>\n\ntext <a href=\"f\">g</a>\n\n| [t](t.md) |\n|---|\n"
    )
    assert [(link.target, link.line, link.image) for link in document.links] == [
        ("a", 1, False),
        ("b.md", 3, False),
        ("c.png", 4, True),
        ("d%20e.pdf", 6, False),
        ("e.png", 8, True),
        ("f", 10, False),
        ("t.md", 12, False),
    ]


def test_html_gives_its_visible_text() -> None:
    document = Document("<div>one<br>two<script>alert(1)</script><style>p {}</style></div>\n")
    assert document.blocks[0].text == "one\ntwo"


def test_a_quote_is_marked() -> None:
    assert Document("> said").blocks[0].quoted
    assert not headings("> **bold**")


@given(st.text(alphabet="#*_-[]()<>`|\\ \n!$abä\x00\u202e", max_size=200))
def test_any_text_gives_sections(text: str) -> None:
    document = Document(text)
    assert all(block.line >= 1 for block in document.blocks)
    assert all(isinstance(link.target, str) for link in document.links)
    for section in document.sections:
        assert section in document.under(section)


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["[", "![[", "<!--", "[a](", "[a\n", "*a ", "> ", "- ", "`", "| a "])
def test_a_text_made_to_be_slow_is_read_in_time(piece: str) -> None:
    """Without a limit the first of these takes a minute."""
    document = Document("# T\n\n" + piece * 50_000)
    assert document.headings[0].text == "T"
    assert document.links is not None


def test_brackets_in_code_and_lines_stay_as_they_are() -> None:
    document = Document("```\n" + "[" * 300 + "\n```\n\n" + "[" * 300 + "\n\n[a](b)\n")
    assert document.blocks[0].text == "[" * 300
    assert document.blocks[1].text == "[" * 300
    assert [(link.target, link.line) for link in document.links] == [("b", 7)]


def test_embedded_pictures_are_no_text() -> None:
    document = Document("![x](data:image/png;base64," + "A" * 2_000_000 + ")\n\n[a](b)")
    assert [link.target for link in document.links] == ["data:image/png;base64,", "b"]


def test_lines_may_end_in_any_way() -> None:
    """A notebook's cell keeps what an old editor wrote; line numbers stay within the source."""
    document = Document("\r0\r\n\r\n# T\r")
    assert document.source.split("\n")[document.sections[-1].line - 1] == "# T"
