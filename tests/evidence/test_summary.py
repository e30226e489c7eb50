"""What a README says about its project, however it is written; and quickly, however long it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.evidence.prompts import left, own_text
from coursekit.evidence.summary import summary
from coursekit.submission import open_submission
from tests.building import README, write


def test_every_statement_is_found_with_its_place(tmp_path: Path) -> None:
    found = summary(open_submission(write(tmp_path, {"README.md": README})))
    assert found.title.own == "Reading handwritten digits"
    assert found.repository.own == "https://git.example.org/group-7/digits"
    assert found.task.own == "Image classification"
    assert (found.best_model.own, found.metric.own) == ("MLP 64-64-10", "Accuracy")
    assert found.result.own == "97.5 % on the test set"
    assert found.result.location is not None
    assert README.splitlines()[found.result.location.line - 1].startswith("- **Result:**")  # type: ignore[operator]
    assert len(found.description_blocks) == 1
    assert found.result_blocks[0].kind == "list"


def test_without_a_readme_nothing_is_stated(tmp_path: Path) -> None:
    found = summary(open_submission(write(tmp_path, {"project.toml": "x = 1"})))
    assert not found.title.there
    assert found.description.own == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "best model ",
        "no best ",
        "a:",
        "**Best ",
        "| a ",
        "https://",
        "1.",
        "- **Best Model:** ",
        "\u0301",
        "=",
    ],
)
def test_a_readme_made_to_be_slow_is_read_in_time(tmp_path: Path, piece: str) -> None:
    text = (
        f"# T\n\n## Description\n\n{piece * 15_000}\n\n## Results\n\n{piece * 15_000}\n- {piece * 15_000}\n"
    )
    assert summary(open_submission(write(tmp_path, {"README.md": text}))).title.own == "T"


def test_another_label_with_its_prompt_says_nothing(tmp_path: Path) -> None:
    """A template has more labels with 'best' and 'metric' in them; empty ones are no answer."""
    text = (
        "# T\n\n### Results Summary\n\n- **Best Model:** [Name of the best-performing model]\n"
        "- **Best Alternative Model:** [Second-best model and its performance]\n"
        '- **Improvement:** [Quantitative improvement, e.g., "+12% accuracy", "25% reduction in MSE"]\n'
    )
    found = summary(open_submission(write(tmp_path, {"README.md": text})))
    assert (found.best_model.own, found.metric.own, found.result.own) == ("", "", "")
    assert found.best_model.prompt == "Name of the best-performing model"


@pytest.mark.parametrize("prompt", ["What the model does well", "Name of the target variable/column"])
def test_prompts_of_later_templates_are_known(prompt: str) -> None:
    """The course's template got new texts; what is left of them is not taken for a group's."""
    assert own_text(f"[{prompt}]") == ""
    assert left(f"- **Label:** [{prompt}]") == [prompt]


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("The task is a **multi-class image classification** problem with six labels.", True),
        ("Wir lösen ein Regressionsproblem, also eine Vorhersageaufgabe.", True),
        ("We looked at many tasks at home. Classification of stamps is one.", False),
    ],
)
def test_a_task_may_be_said_in_a_sentence(tmp_path: Path, sentence: str, said: bool) -> None:
    found = summary(open_submission(write(tmp_path, {"README.md": f"# T\n\n## Overview\n\n{sentence}\n"})))
    assert bool(found.task.own) is said


def test_a_task_section_with_its_prompt_is_not_answered_elsewhere(tmp_path: Path) -> None:
    text = "# T\n\nThe task is classification.\n\n### Task Type\n\n[Image Classification / Chatbot / Regression / Clustering / Other]\n"
    assert summary(open_submission(write(tmp_path, {"README.md": text}))).task.own == ""


@pytest.mark.parametrize("heading", ["Documentation", "Cover Image", "Inhaltsverzeichnis"])
def test_a_readme_without_a_title_has_none(tmp_path: Path, heading: str) -> None:
    """Some delete the title's line; the next heading is none."""
    found = summary(
        open_submission(write(tmp_path, {"README.md": f"Our work\n\n## Description\n\nx\n\n## {heading}\n"}))
    )
    assert found.title.own == ""


def test_a_heading_that_is_itself_the_link_holds_it(tmp_path: Path) -> None:
    text = "# T\n\n## [Repository Link](https://git.example.org/g/x)\n\n## Description\n"
    found = summary(open_submission(write(tmp_path, {"README.md": text})))
    assert found.repository.own == "https://git.example.org/g/x"


def test_a_task_in_bold_alone_on_its_line_counts(tmp_path: Path) -> None:
    """It looks like a heading, and is the answer."""
    text = "# T\n\n## Task Type\n**Image Classification**\n\n## Results Summary\n- **Best Model**: CNN\n"
    assert summary(open_submission(write(tmp_path, {"README.md": text}))).task.own == "Image Classification"


def test_without_a_section_the_text_under_the_title_describes(tmp_path: Path) -> None:
    text = "# T\n\nWe tell heart diseases apart on pictures.\n\n## Dataset\n\nOf hearts.\n"
    found = summary(open_submission(write(tmp_path, {"README.md": text})))
    assert found.description.own == "We tell heart diseases apart on pictures."
