"""What people and programs read; the texts are snapshots."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from coursekit.checker import Check, check_path
from coursekit.checker.formats import format_names, render
from coursekit.checker.formats.json import schema
from coursekit.checker.formats.text import place, places
from coursekit.model import Location, Waiver
from tests.building import complete, write
from tests.checker.foreign import nasty_check
from tests.checker.test_formats_machine import HIDDEN

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


SCHEMA = json.loads(schema())


def keys(value: object, path: str = "") -> set[str]:
    """Every key in a JSON value, with where it stands."""
    if isinstance(value, dict):
        return {f"{path}.{key}" for key in value} | {
            k for key, v in value.items() for k in keys(v, f"{path}.{key}")
        }
    return {key for item in value for key in keys(item, path)} if isinstance(value, list) else set()


def documented(node: dict[str, Any], path: str = "") -> set[str]:
    """Every key that the schema describes."""
    node = SCHEMA["$defs"][node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node
    found = {f"{path}.{key}" for key in node.get("properties", {})}
    for key, value in node.get("properties", {}).items():
        found |= documented(value, f"{path}.{key}")
    return found | documented(node["items"], path) if "items" in node else found


def test_the_schema_is_one_and_describes_every_key(tmp_path: Path) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    damaged = write(tmp_path, {**complete(), "3_Model/x.ipynb": "{"})
    value = json.loads(render([check_path(damaged)], "json"))
    assert keys(value) == documented({"$ref": "#/$defs/check"})


@settings(max_examples=40, deadline=None)
@given(st.lists(nasty_check(), max_size=3))
def test_json_of_any_text_follows_the_schema(checks: list[Check]) -> None:
    text = render(checks, "json")
    assert not HIDDEN.search(text)
    Draft202012Validator(SCHEMA).validate(json.loads(text))


@settings(max_examples=40, deadline=None)
@given(st.lists(nasty_check(), min_size=1, max_size=3), st.sampled_from(["text", "table"]))
def test_the_terminal_gets_any_text_escaped(checks: list[Check], name: str) -> None:
    assert not HIDDEN.search(render(checks, name))


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


@pytest.mark.parametrize("name", [name for name in format_names() if name != "table"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_waiver_is_shown_with_its_reason_and_one_asked_for_as_asked(
    tmp_path: Path, name: str, language: str
) -> None:
    project = '[project]\ntitle = "x"\n[[waivers]]\ncode = "DOC104"\nreason = "no time left"\n'
    write(tmp_path, {**complete(), "README.md": "# x", "project.toml": project})
    check = check_path(tmp_path, waivers=[Waiver("DOC103", "told in class")], language=language)
    text = render([check], name)
    assert "told in class" in text
    assert "no time left" in text
    assert ("waiver was asked for" if language == "en" else "Erlass wurde erbeten") in text
    assert {f.code: f.status for f in check.findings}["DOC104"] == "not_met"


def test_the_table_counts_waivers_where_there_are_some(tmp_path: Path) -> None:
    write(tmp_path, {**complete(), "README.md": "# x"})
    check = check_path(tmp_path, waivers=[Waiver("DOC103", "told in class")])
    lines = render([check, check], "table").splitlines()
    assert lines[0].split()[:8] == ["group", "met", "not", "met", "not", "judged", "waived", "required"]
    assert lines[2].split()[1:5] == ["25", "5", "0", "1"]


def test_requirements_without_a_rule_are_named_in_one_line(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    codes = ("XYZ901", "XYZ902", "XYZ903", "ABC101")
    listed = "".join(f'[[requirements]]\ncode = "{code}"\nmilestone = "a"\n' for code in codes)
    own.write_text(f'name = "own"\ntitle = "x"\nmilestones = ["a"]\n{listed}', encoding="utf-8")
    text = render([check_path(write(tmp_path / "p", complete()), profile=str(own))], "text")
    assert " ".join(text.split()).endswith("4 have no rule yet; look at them yourself: XYZ901–903, ABC101")
