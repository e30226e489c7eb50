"""results/*.json: what is read, and that no form of them does harm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from coursekit.report import build_report
from coursekit.submission import open_submission
from coursekit.submission.results import Results, results
from tests.building import write
from tests.report import results as files


def read(root: Path, content: dict[str, str | bytes]) -> tuple[Results, list[str]]:
    submission = open_submission(write(root, {"README.md": "# x", **content}))
    return submission.once(results), [problem.path for problem in submission.problems]


def test_what_a_training_run_leaves_is_read(tmp_path: Path) -> None:
    found, problems = read(tmp_path, files())
    assert problems == []
    assert found.metrics is not None
    assert (found.metrics.value, found.metrics.baseline_value) == (0.975, 0.9472)
    assert [model.name for model in found.metrics.models] == ["Softmax regression", "MLP 64-64-10"]
    assert found.metrics.confusion is not None
    assert len(found.metrics.search) == 6
    assert found.history is not None
    assert len(found.history.series["train_loss"]) == 30
    assert found.network is not None
    assert found.network.layers[0].output_shape == ("64", "N")


def test_the_files_nearest_to_the_root_count(tmp_path: Path) -> None:
    other = {"3_Model/results/metrics.json": json.dumps({"metric": "loss", "value": 1})}
    assert read(tmp_path / "a", other)[0].metrics is not None
    found, _ = read(tmp_path / "b", {**other, **files()})
    assert found.metrics is not None
    assert found.metrics.metric == "accuracy"


@pytest.mark.parametrize("name", ["metrics.json", "history.json", "network.json"])
@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b'"x"', b"{}", b"[" * 100_000])
def test_what_cannot_be_read_is_noted(tmp_path: Path, name: str, content: bytes) -> None:
    found, problems = read(tmp_path, {f"results/{name}": content})
    assert found == Results()
    assert problems == [f"results/{name}"]


ODD: list[Any] = [None, True, "x", "NaN", -1, 1e308, 10**400, [], [[]], {}, {"a": None}, ["a", 1, None]]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_values_are_left_out(tmp_path: Path, odd: Any) -> None:
    keys = [
        "task",
        "metric",
        "higher_is_better",
        "best_model",
        "value",
        "baseline_value",
        "models",
        "confusion_matrix",
        "search",
    ]
    read(tmp_path / "all", {"results/metrics.json": json.dumps(dict.fromkeys(keys, odd))})
    for number, key in enumerate(keys):
        raw = {**json.loads(files()["results/metrics.json"]), key: odd}
        found, _ = read(tmp_path / str(number), {"results/metrics.json": json.dumps(raw)})
        assert found.metrics is not None
    for key in ("epochs", "series"):
        raw = {**json.loads(files()["results/history.json"]), key: odd}
        read(tmp_path / key, {"results/history.json": json.dumps(raw)})
    read(tmp_path / "layers", {"results/network.json": json.dumps({"layers": odd, "parameters": odd})})


def test_a_search_is_shown_by_what_it_was_judged_by(tmp_path: Path) -> None:
    """Trials that were judged by a loss are no accuracies, and the smallest comes first."""
    raw = json.loads(files()["results/metrics.json"])
    raw |= {"search_metric": "validation loss", "search_higher_is_better": False}
    build_report(
        write(tmp_path, {**files(), "README.md": "# x", "results/metrics.json": json.dumps(raw)}), to="pdf"
    )
    text = "\n".join(
        page.extract_text() for page in PdfReader(tmp_path / "4_Presentation/presentation.pdf").pages
    )
    assert "validation loss" in text
    assert text.index("0.91") < text.index("0.92")


def test_a_confusion_matrix_that_is_not_square_is_left_out(tmp_path: Path) -> None:
    raw = {"metric": "m", "value": 1, "confusion_matrix": {"labels": ["a", "b"], "counts": [[1, 2], [3]]}}
    found, _ = read(tmp_path, {"results/metrics.json": json.dumps(raw)})
    assert found.metrics is not None
    assert found.metrics.confusion is None
