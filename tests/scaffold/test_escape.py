"""What people typed is shown as they typed it, and as nothing else."""

from __future__ import annotations

import ast
import json
import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from coursekit.scaffold.escape import escape, markdown
from coursekit.text import clean, one_line

words = st.text(max_size=40) | st.lists(
    st.sampled_from([*"[]()*_`<>#!\\|~&$-+=.:1", "a", " ", "\n", "](", "http://x", "&amp;", "<b>", "李"]),
    max_size=15,
).map("".join)


def shown(tokens) -> str:
    """Return the text of some Markdown, and fail if there is anything but text in it."""
    text = ""
    for token in tokens:
        if token.type == "inline":
            text += shown(token.children)
        elif token.type in {"text", "text_special"}:
            text += token.content
        else:
            assert token.type in {"paragraph_open", "paragraph_close", "heading_open", "heading_close"}, (
                token.type
            )
    return text


@given(words)
def test_markdown_shows_just_the_text(text: str) -> None:
    assert shown(MarkdownIt().parse(markdown(text.replace("\n", " ")))) == one_line(clean(text))


@given(words)
def test_so_it_does_in_a_heading(text: str) -> None:
    tokens = MarkdownIt().parse("# " + markdown(text.replace("\n", " ")) + "\n")
    assert tokens[0].type == "heading_open"
    assert shown(tokens) == one_line(clean(text))


@given(words)
def test_quoted_formats_stay_what_they_are(text: str) -> None:
    assert isinstance(json.loads('{"a": "' + escape("x.json", text) + '"}')["a"], str)
    assert isinstance(json.loads('{"a": "' + escape("x.ipynb", text) + '"}')["a"], str)
    assert isinstance(tomllib.loads('a = "' + escape("x.toml", text) + '"')["a"], str)
    assert "\n" not in escape("x.yml", text)
    assert isinstance(ast.literal_eval('"' + escape("x.py", text) + '"'), str)
    assert re.fullmatch(r"[^\n\x00-\x1f]*", escape("requirements.txt", text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("O'Brien", "O'Brien"),
        ("PM10_Prediction", "PM10_Prediction"),
        ("COVID-19: X-Ray", "COVID-19: X-Ray"),
        ("x](javascript:alert(1))", r"x\](javascript:alert(1))"),
        ("<script>", r"\<script\>"),
        ("1. first", r"1\. first"),
        ("# no heading", r"\# no heading"),
        ("one\ntwo\n\nthree", "one two\n\nthree"),
        ("a\u202eb", r"a\\u202eb"),
    ],
)
def test_what_it_looks_like(text: str, expected: str) -> None:
    assert markdown(text) == expected


def test_lists() -> None:
    assert escape("README.md", ["a", "*b*"]) == "- a\n- \\*b\\*"
    assert escape("a.txt", ["a", "b"]) == "a, b"
