"""Merging notebooks by their cells."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.scaffold.notebooks import NotMergedError, merge_notebooks
from tests.building import code, markdown

BASE = "abcdef"


def book(sources: str, *, minor: int = 4, count: int | None = None) -> bytes:
    cells = [code(one, count=count) for one in sources]
    if minor >= 5:
        cells = [{**cell, "id": f"id-{cell['source']}"} for cell in cells]
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": minor, "metadata": {"kernel": "x"}, "cells": cells}
    ).encode()


def sources(data: bytes) -> str:
    return "".join("".join(cell["source"]) for cell in json.loads(data)["cells"])


@pytest.mark.parametrize(
    ("ours", "theirs", "merged"),
    [
        ("abcdef", "abXdef", "abXdef"),
        ("Xbcdef", "abcdeY", "XbcdeY"),
        ("aXcdef", "abYdef", "aXYdef"),  # neighbors
        ("abcdefX", "Yabcdef", "YabcdefX"),
        ("abcXdef", "abcYdef", "abcXYdef"),  # both put one at the same place
        ("abXdef", "abXdef", "abXdef"),
        ("adef", "abcdeY", "adeY"),
        ("abcdef", "af", "af"),
        ("abcdXf", "cdef", "cdXf"),
        ("abXXXcdef", "aYcdef", "aYXXXcdef"),
        ("", "abcdef", ""),
    ],
)
def test_cells_are_merged(ours: str, theirs: str, merged: str) -> None:
    assert sources(merge_notebooks(book(BASE), book(ours), book(theirs))) == merged


@pytest.mark.parametrize(
    ("ours", "theirs", "cells"),
    [("aXcdef", "aYcdef", "2"), ("abXef", "abcYef", "3"), ("abcdef"[:3], "abcdYf", "4"), ("", "abYdef", "1")],
)
def test_both_changed_a_cell(ours: str, theirs: str, cells: str) -> None:
    with pytest.raises(NotMergedError, match=f"both changed cell {cells}"):
        merge_notebooks(book(BASE), book(ours), book(theirs))


letters = st.text("abcdefXYZ", max_size=8)


@given(base=letters, ours=letters, theirs=letters)
@settings(max_examples=300, deadline=None)
def test_nothing_of_the_groups_is_lost(base: str, ours: str, theirs: str) -> None:
    """Every cell that the group has and the template never had is in the result, in its order."""
    try:
        merged = sources(merge_notebooks(book(base), book(ours), book(theirs)))
    except NotMergedError:
        return
    own = [one for one in ours if one not in base]
    rest = iter(merged)
    assert all(one in rest for one in own)
    if theirs == base:
        assert merged == ours
    if ours == base:
        assert merged == theirs


def test_outputs_counts_and_metadata_are_ours() -> None:
    ours: dict[str, Any] = json.loads(book("abc", count=3))
    ours["metadata"] = {"ours": True}
    merged = json.loads(merge_notebooks(book("abc"), json.dumps(ours).encode(), book("abX")))
    assert merged["metadata"] == {"ours": True}
    assert [cell["execution_count"] for cell in merged["cells"]] == [3, 3, None]


def test_ids_as_the_version_of_the_format_wants_them() -> None:
    merged = json.loads(merge_notebooks(book("abc"), book("abc"), book("abX", minor=5)))
    assert all("id" not in cell for cell in merged["cells"])
    merged = json.loads(merge_notebooks(book("abc"), book("abc", minor=5), book("abXX")))
    ids = [cell["id"] for cell in merged["cells"]]
    assert ids[:2] == ["id-a", "id-b"]
    assert len(set(ids)) == 4


@pytest.mark.parametrize(
    "data", [b"", b"<<<<<<< HEAD", b"[]", b'{"cells": 3}', b'{"cells": [3]}', b"[" * 100_000, b"\xff"]
)
def test_what_is_no_notebook(data: bytes) -> None:
    with pytest.raises(NotMergedError, match="cannot be read"):
        merge_notebooks(book("a"), data, book("b"))


def test_it_is_written_as_jupyter_does() -> None:
    ours = json.dumps({"cells": [markdown("ä\n")], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=1, ensure_ascii=False) + "\n"  # fmt: skip
    assert merge_notebooks(book("a"), ours.encode(), book("a")).decode() == ours
