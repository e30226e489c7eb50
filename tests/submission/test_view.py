"""A submission as facts: folders by meaning, text of any encoding, problems noted once."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.submission import Submission, open_submission
from coursekit.submission.results import results
from coursekit.submission.view import folder_key
from tests.building import markdown, notebook, png, write


def view(tmp_path: Path, files: dict[str, str | bytes]) -> Submission:
    return open_submission(write(tmp_path, {"README.md": "# x", **files}))


@pytest.mark.parametrize("name", ["3_Model", "2_Model", "Model", "03 - model", "3_Modell", "3.Models"])
def test_folders_are_matched_without_their_number(tmp_path: Path, name: str) -> None:
    submission = view(tmp_path, {f"{name}/x.ipynb": notebook()})
    assert submission.milestone_folders("model") == (name,)
    assert submission.notebook_paths("model") == [f"{name}/x.ipynb"]


def test_a_folder_of_another_name_is_no_milestone(tmp_path: Path) -> None:
    submission = view(tmp_path, {"modeling_notes/x.ipynb": notebook(), "a/3_Model/x.ipynb": notebook()})
    assert submission.milestone_folders("model") == ()
    assert folder_key("4_Presentation") == "presentation"


def test_checkpoints_are_not_notebooks(tmp_path: Path) -> None:
    submission = view(
        tmp_path, {"3_Model/a/x.IPYNB": notebook(), "3_Model/.ipynb_checkpoints/x.ipynb": notebook()}
    )
    assert submission.notebook_paths("model") == ["3_Model/a/x.IPYNB"]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [("# Größe".encode("latin-1"), "Latin-1"), ("# Größe".encode("utf-16"), "UTF-16")],
)
def test_other_encodings_are_read_and_noted(tmp_path: Path, data: bytes, encoding: str) -> None:
    submission = open_submission(write(tmp_path, {"README.md": data}))
    document = submission.readme()
    assert document is not None
    assert document.headings[0].text == "Größe"
    assert [problem.path for problem in submission.problems] == ["README.md"]
    assert encoding in submission.problems[0].message.en


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    submission = open_submission(write(tmp_path, {"readme.md": b"\xef\xbb\xbf# A\r\n\r\ntext\r\n"}))
    document = submission.readme()
    assert document is not None
    assert document.sections[0].text == "text"
    assert submission.problems == ()


def test_the_readme_in_markdown_is_preferred(tmp_path: Path) -> None:
    submission = view(tmp_path, {"readme.txt": "no", "4_Presentation/Readme.MD": "# P"})
    assert submission.readme_path() == "README.md"
    assert submission.readme_path("4_Presentation") == "4_Presentation/Readme.MD"


def test_a_notebook_that_is_none_is_noted_once(tmp_path: Path) -> None:
    submission = view(tmp_path, {"3_Model/x.ipynb": "{", "3_Model/y.ipynb": notebook(markdown("# ok"))})
    assert [n.path for n in submission.notebooks("model")] == ["3_Model/y.ipynb"]
    submission.notebook("3_Model/x.ipynb")
    assert [problem.path for problem in submission.problems] == ["3_Model/x.ipynb"]


def test_a_wrong_project_file_is_noted_with_its_line(tmp_path: Path) -> None:
    submission = view(tmp_path, {"project.toml": "[project]\ntitle = 3\n"})
    assert submission.project is None
    assert "line 2" in submission.problems[0].message.en


def test_images_give_sizes_or_nothing(tmp_path: Path) -> None:
    submission = view(tmp_path, {"a.png": png(4, 3), "b.png": b"no"})
    header = submission.image("a.png")
    assert header is not None
    assert (header.width, header.height) == (4, 3)
    assert submission.image("b.png") is None


def test_a_fact_is_computed_once(tmp_path: Path) -> None:
    calls = []

    def fact(submission: Submission) -> int:
        calls.append(submission)
        return 7

    submission = view(tmp_path, {})
    assert submission.once(fact) + submission.once(fact) == 14
    assert len(calls) == 1


def test_a_problem_is_told_in_both_languages_and_names_its_file_once(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "README.md": "Größe".encode("latin-1"),
        "project.toml": "= 3",
        "3_Model/empty.ipynb": "",
        "3_Model/deep.ipynb": '{"cells": ' + "[" * 100_000,
        "3_Model/form.ipynb": '{"cells": 3}',
        "3_Model/none.ipynb": "{}",
        "3_Model/conflict.ipynb": "{\n<<<<<<< HEAD\n=======\n>>>>>>> x\n}",
        "results/metrics.json": "[",
        "results/history.json": "[]",
        "notes.md": "x" * 10_000_001,
    }
    submission = open_submission(write(tmp_path, files))
    submission.readme()
    submission.project  # noqa: B018 - reading notes the problems
    submission.notebooks("model")
    submission.once(results)
    submission.text("notes.md")
    assert {problem.path for problem in submission.problems} == set(files)
    for problem in submission.problems:
        assert problem.path not in problem.message.en + problem.message.de
        assert problem.message.en != problem.message.de
        assert problem.hint.en != problem.hint.de
        assert problem.told("de").startswith(f"{problem.path}: ")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("2_FEA_baseline", "baseline"),
        ("3_Model_definition_and_training", "model"),
        ("02 - Our Baseline Model", "baseline"),
        ("1_Exploratory_Analysis", "data"),
    ],
)
def test_a_numbered_folder_is_known_by_a_word_of_its_name(tmp_path: Path, name: str, key: str) -> None:
    """Groups put their own words into the names; without a number, a folder may be anything."""
    submission = open_submission(write(tmp_path, {"README.md": "x", f"{name}/x": "x", "old_baseline/x": "x"}))
    assert {k for k in ("literature", "data", "baseline", "model") if submission.milestone_folders(k)} == {
        key
    }
    assert submission.milestone_folders(key) == (name,)
