"""Learning curves are recovered from what training printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.report.compose import compose
from coursekit.report.curves import recovered, runs_of
from coursekit.report.deck import LineChart
from coursekit.submission import open_submission
from tests.building import code, notebook
from tests.report import bare, project

KERAS = "".join(
    f"Epoch {n}/5\n\r 1/10 [>.....] - ETA: 1s - loss: 9.9000 - accuracy: 0.1000"
    f"\r10/10 [======] - 1s 5ms/step - loss: {1 / n:.4f} - accuracy: {0.5 + n / 20:.4f}"
    f" - val_loss: {1.2 / n:.4f} - val_accuracy: {0.4 + n / 20:.4f}\n"
    for n in range(1, 6)
)
KERAS3 = "".join(
    f"Epoch {n}/4\n\x1b[1m10/10\x1b[0m \x1b[32m━━━━\x1b[0m\x1b[37m\x1b[0m \x1b[1m0s\x1b[0m 2ms/step - loss: 0.{n}5 - mae: 1.{n}\n"
    for n in range(1, 5)
)
TORCH = "".join(
    f"Epoch [{n}/6], Train Loss: {2 / n:.3f}, Val Loss: {3 / n:.3f}, Val Acc: {50 + n}.5%\n"
    for n in range(1, 7)
)
PLAIN = "".join(f"Epoch {n}, loss 0.{9 - n}\n" for n in range(5))


@pytest.mark.parametrize(
    ("text", "epochs", "last"),
    [
        (KERAS, 5, {"loss": 0.2, "accuracy": 0.75, "validation loss": 0.24, "validation accuracy": 0.65}),
        (KERAS3, 4, {"loss": 0.45, "mae": 1.4}),
        (TORCH, 6, {"train loss": 0.333, "validation loss": 0.5, "validation accuracy": 0.565}),
        (PLAIN, 5, {"loss": 0.5}),
    ],
)
def test_epoch_lines_are_read(text: str, epochs: int, last: dict[str, float]) -> None:
    """The last value of each epoch, whoever wrote the line."""
    (run,) = runs_of(text)
    assert len(run) == epochs
    assert run[max(run)] == pytest.approx(last)


def test_a_new_training_begins_where_epochs_start_again() -> None:
    """Folds of a cross-validation are not one curve."""
    assert [len(run) for run in runs_of(PLAIN + TORCH + KERAS)] == [5, 6, 5]


@pytest.mark.parametrize(
    "text",
    [
        "loss: 0.5\naccuracy: 0.9\n",
        "We train for 20 epochs.\n",
        "Epoch 1/1\nloss: 0.5\n",
        "epoch 3 done at 12:30\n",
        "",
    ],
)
def test_other_prints_are_no_training(text: str) -> None:
    """Numbers without an epoch, and a single one, make no curve."""
    assert all(len(run) < 2 for run in runs_of(text))


@given(
    st.text(max_size=300),
    st.lists(st.sampled_from(["Epoch 1", "loss: 1.5e99", "acc -", "\r", "\x1b[", "%"]), max_size=20),
)
def test_any_output_is_taken(noise: str, parts: list[str]) -> None:
    """Nothing raises, and every value is a number that was printed."""
    for run in runs_of(noise + " ".join(parts)):
        assert all(isinstance(value, float) for values in run.values() for value in values.values())


def test_curves_are_on_the_results_slides(tmp_path: Path) -> None:
    """A chart in the theme's colors, and the notes say which cell printed the numbers."""
    stream = {"output_type": "stream", "name": "stdout", "text": KERAS}
    files = bare() | {"3_Model/model_definition_evaluation.ipynb": notebook(code("model.fit(x, y)", stream))}
    submission = open_submission(project(tmp_path, files))
    found = recovered(submission)
    assert found is not None
    assert (found.path, found.cell) == ("3_Model/model_definition_evaluation.ipynb", 1)
    deck = compose(submission, language="en", final=True)
    slide = next(slide for slide in deck.slides if slide.title == "Learning curves")
    charts = [block for block in (*slide.body, *slide.aside) if isinstance(block, LineChart)]
    assert [[series.name for series in chart.series] for chart in charts] == [
        ["loss", "validation loss"],
        ["accuracy", "validation accuracy"],
    ]
    assert "cell 1" in slide.notes
