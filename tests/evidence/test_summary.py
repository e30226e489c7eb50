"""What a README says about its project, however it is written; and quickly, however long it is."""

from __future__ import annotations

from pathlib import Path

import pytest

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
