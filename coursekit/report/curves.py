"""Learning curves from what training printed into a notebook, where there are no results files.

Keras writes ``Epoch 3/20`` and ``loss: 0.5 - val_accuracy: 0.9``; loops of groups' own write lines such as
``Epoch [3/20], Train Loss: 0.2, Acc: 91%``. Both are read as numbers; nothing else of the text is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from coursekit.evidence.prompts import known
from coursekit.submission import Submission
from coursekit.submission.results import History

_MAX_TEXT = 2_000_000
_MAX_EPOCHS = 5_000
_MAX_LINE = 1_000
_LEAST = 4  # epochs: fewer are no curve
_EPOCH = re.compile(r"\bepochs?\b[\s:#=\[(]*(\d{1,6})\b(?!\s*(?:epochs|\.\d))", re.IGNORECASE)
_METRIC = re.compile(
    r"(?<![\w.])"
    r"(?P<name>(?:(?:train|training|val|valid|validation|test|mean|avg|average|total)[ _.-]{0,2}){0,2}"
    r"(?:loss|accuracy|acc|categorical_accuracy|sparse_categorical_accuracy|binary_accuracy|"
    r"mae|mse|rmse|mean_absolute_error|mean_squared_error|root_mean_squared_error|"
    r"f1(?:[ _-]?score)?|auc|precision|recall|iou|dice|perplexity))"
    r"[ \t]*(?:[:=]|is)?[ \t]*(?P<value>-?\d{1,9}(?:\.\d{1,12})?(?:e[+-]?\d{1,2})?)(?![\d.:/x])(?P<percent> ?%)?",
    re.IGNORECASE,
)
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|\\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Recovered:
    """A training's history, and the notebook's cell that printed it."""

    history: History
    path: str
    cell: int


def recovered(submission: Submission) -> Recovered | None:
    """Return the longest training that a notebook of the model shows; the last of several equally long ones."""
    best: Recovered | None = None
    for notebook in submission.notebooks("model"):
        for cell in notebook.code_cells:
            # What the starter's code printed is not the group's.
            if "stream" not in cell.output_kinds or known().is_code_cell(cell.source):
                continue
            text = "\n".join(output.text for output in cell.outputs if output.kind == "stream")
            for run in runs_of(text):
                made = _history(run)
                if made and (best is None or len(made.epochs) >= len(best.history.epochs)):
                    best = Recovered(made, notebook.path, cell.number)
    return best


def runs_of(text: str) -> Iterator[dict[int, dict[str, float]]]:
    """Give every training in what a cell printed: values by name, by epoch. The last value of an epoch counts."""
    run: dict[int, dict[str, float]] = {}
    epoch = -1
    for line in re.split(r"[\r\n\x08]+", _ANSI.sub("", text[:_MAX_TEXT])):
        line = line[-_MAX_LINE:]  # a progress bar's numbers stand at its end
        match = _EPOCH.search(line)
        if match:
            number = int(match[1])
            if number < epoch and run:
                yield run
                run = {}
            epoch = number
        if epoch < 0 or len(run) >= _MAX_EPOCHS:
            continue
        for metric in _METRIC.finditer(line):
            value = float(metric["value"])
            name = _name(metric["name"])
            run.setdefault(epoch, {})[name] = value / 100 if metric["percent"] else value
    if run:
        yield run


def _name(name: str) -> str:
    words = re.sub(r"[ _.-]+", " ", name).strip().casefold().split()
    return " ".join(
        {"acc": "accuracy", "val": "validation", "valid": "validation"}.get(word, word) for word in words
    )


def _history(run: dict[int, dict[str, float]]) -> History | None:
    """Return a run as a history of the losses and one other metric, or None when it is no curve."""
    epochs = sorted(run)
    if len(epochs) < _LEAST:
        return None
    names = list(dict.fromkeys(name for epoch in epochs for name in run[epoch]))
    names = [
        name for name in names if sum(name in run[epoch] for epoch in epochs) >= max(_LEAST, len(epochs) // 2)
    ]
    losses = [name for name in names if name.endswith("loss")]
    others = [name for name in names if name not in losses]
    if others:
        # One axis: only what is measured alike.
        main = _measure(others[0])
        others = [name for name in others if _measure(name) == main]
    chosen = [*losses, *others]
    if not chosen:
        return None
    series = {name: tuple(run[epoch].get(name) for epoch in epochs) for name in chosen}
    return History(tuple(float(epoch) for epoch in epochs), series)


def _measure(name: str) -> str:
    return " ".join(word for word in name.split() if word not in {"train", "training", "validation", "test"})
