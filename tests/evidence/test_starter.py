"""Whose numbers lie in `results/`: a template's, as long as no code and no data are the group's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from coursekit.evidence.starter import starter_results
from coursekit.model import Member
from coursekit.scaffold import new_project
from coursekit.submission import open_submission

MODEL = "3_Model/model_definition_evaluation.ipynb"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return new_project(tmp_path / "p", "P", [Member("Ada")], "", "tabular-classification", git=False).folder


def starter(project: Path) -> bool:
    return open_submission(project).once(starter_results)


def add(name: str, text: str) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        path = project / name
        path.parent.mkdir(exist_ok=True)
        path.write_text((path.read_text(encoding="utf-8") if path.exists() else "") + text, encoding="utf-8")

    return change


def cell(source: str) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        notebook = json.loads((project / MODEL).read_text(encoding="utf-8"))
        notebook["cells"][2]["source"] = source
        (project / MODEL).write_text(json.dumps(notebook), encoding="utf-8")

    return change


def test_an_untouched_project_holds_a_templates_numbers(project: Path) -> None:
    assert starter(project)


@pytest.mark.parametrize(
    "change",
    [
        add("README.md", "\nOur own text.\n"),
        add("data/README.md", "\nWe did not change them.\n"),
        add("core_lib/dense.py", "\n# ours\n"),
        add("notes.txt", "ours\n"),
        add("3_Model/.ipynb_checkpoints/old.ipynb", "{}"),
        cell("import numpy as np\n\nimport our_data\n"),
    ],
    ids=["text", "text on the data", "core_lib", "notes", "checkpoint", "order of the template's lines"],
)
def test_text_and_core_lib_make_no_numbers(project: Path, change: Callable[[Path], None]) -> None:
    change(project)
    assert starter(project)


@pytest.mark.parametrize(
    "change",
    [
        add("our_data.py", "\nNAMES = []\n"),
        add("data/penguins.csv", "Adelie,Dream,1,1,1,1,male,2009\n"),
        add("data/ours.csv", "a,b\n"),
        add("layers/square.py", "x = 1\n"),
        add("3_Model/train.py", "x = 1\n"),
        cell("SEED = 3\n"),
        lambda project: (project / MODEL).write_text("{"),
    ],
    ids=["our_data", "data", "more data", "layer", "script", "cell", "a notebook that cannot be read"],
)
def test_own_code_or_data_make_them_the_groups(project: Path, change: Callable[[Path], None]) -> None:
    change(project)
    assert not starter(project)


def test_line_ends_of_another_computer_are_no_change(project: Path) -> None:
    for name in ("our_data.py", "data/penguins.csv"):
        data = (project / name).read_bytes()
        (project / name).write_bytes(data.replace(b"\n", b"\r\n"))
    assert starter(project)


def test_what_is_too_large_to_be_read_is_no_templates(project: Path) -> None:
    (project / "data" / "large.bin").write_bytes(b"\0" * 5_000_001)
    assert not starter(project)


def test_without_a_notebook_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Ours\n")
    assert not starter(tmp_path)
