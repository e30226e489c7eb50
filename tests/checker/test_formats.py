"""What people and programs read; the texts are snapshots."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from coursekit.checker import check_path
from coursekit.checker.formats import format_names, render
from coursekit.checker.formats.text import place, places
from coursekit.model import Location
from tests.building import complete, write

HOSTILE = "# x\x1b[31m\u202egnp\n\n[a](no\x1bwhere)\n"


@pytest.mark.parametrize("language", ["en", "de"])
def test_text(tmp_path: Path, snapshot: SnapshotAssertion, language: str) -> None:
    files = {
        **complete(),
        "README.md": "# Digits\n\n## Description\n\nToo short.\n\n[Model](model)\n",
        "3_Model/x.ipynb": "{",
    }
    del files["CoverImage/cover.png"]
    assert render([check_path(write(tmp_path / "group-7", files), language=language)], "text") == snapshot


def test_table(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    write(tmp_path / "complete", complete())
    write(tmp_path / "李 started", {"README.md": "# x", "3_Model/x.ipynb": "{"})
    assert render([check_path(tmp_path / name) for name in ("complete", "李 started")], "table") == snapshot
    assert render([], "table") == ""


def test_json_is_one_object_or_a_list(tmp_path: Path) -> None:
    found = check_path(write(tmp_path, complete()))
    one = json.loads(render([found], "json"))
    assert set(one) == {"tool", "version", "profile", "path", "findings", "summary"}
    assert set(one["findings"][0]) == {
        "code", "title", "status", "level", "milestone", "due", "message", "hint", "locations"
    }  # fmt: skip
    assert one["summary"]["judged"] == 31
    assert one["findings"][0]["locations"] == [{"path": "README.md", "line": 1, "cell": None}]
    assert [value["path"] for value in json.loads(render([found, found], "json"))] == [str(tmp_path)] * 2


@pytest.mark.parametrize("name", format_names())
def test_nothing_hidden_reaches_the_output(tmp_path: Path, name: str) -> None:
    text = render([check_path(write(tmp_path, {**complete(), "README.md": HOSTILE}))], name)
    assert not set(text) & {"\x1b", "\u202e"}


def test_places_name_the_cell() -> None:
    assert place(Location("x.ipynb", 2, 3)) == "x.ipynb, cell 3, line 2"
    assert place(Location("x.ipynb", None, 3), "de") == "x.ipynb, Zelle 3"
    assert place(Location("a\nb.md", 4)) == "a b.md:4"


def test_a_file_is_named_once_for_its_cells() -> None:
    cells = [Location("x.ipynb", None, number) for number in range(1, 9)]
    assert places(cells) == "x.ipynb, cells 1, 2, 3, 4, 5, 6, …"
    assert places([*cells[:2], Location("README.md", 3), Location("README.md", 8)], "de") == (
        "x.ipynb, Zellen 1, 2; README.md:3, README.md:8"
    )
