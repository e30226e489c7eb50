"""What the results files must hold, strictly: `coursekit.submission.results` reads leniently what of them it can."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from coursekit.model import Text
from coursekit.submission.results import MAX_RESULTS, results_paths
from coursekit.submission.source import UnreadableError
from coursekit.submission.view import Submission
from coursekit.text import one_line

_Count = Annotated[int, msgspec.Meta(ge=0)]


class _Model(msgspec.Struct):
    name: str
    metrics: dict[str, float]


class _Confusion(msgspec.Struct):
    labels: list[str]
    counts: list[list[_Count]]


class _Trial(msgspec.Struct):
    trial: int
    params: dict[str, Any]
    value: float


class _Metrics(msgspec.Struct):
    schema: Literal[1]
    task: str
    metric: str
    higher_is_better: bool
    best_model: str
    value: float
    baseline_model: str
    baseline_value: float
    seed: int
    models: Annotated[list[_Model], msgspec.Meta(min_length=1)]
    confusion_matrix: _Confusion | None = None
    search: list[_Trial] = []


class _History(msgspec.Struct):
    epochs: list[float]
    series: Annotated[dict[str, list[float | None]], msgspec.Meta(min_length=1)]


class _Layer(msgspec.Struct):
    name: str
    kind: str
    parameters: _Count


class _Network(msgspec.Struct):
    layers: Annotated[list[_Layer], msgspec.Meta(min_length=1)]
    parameters: _Count


SCHEMAS: dict[str, type[msgspec.Struct]] = {
    "metrics.json": _Metrics,
    "history.json": _History,
    "network.json": _Network,
}


def schema_problem(submission: Submission, name: str) -> tuple[str, Text] | None:
    """Say what is wrong with a results file: its path and what was found; None where nothing is.

    A file that is not there is no problem of its form.
    """
    path = results_paths(submission).get(name)
    if path is None:
        return None
    try:
        found = msgspec.json.decode(submission.read(path, MAX_RESULTS), type=SCHEMAS[name])
    except UnreadableError as error:
        return path, error.text
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        said = one_line(str(error), 160)
        text = Text(
            f"another form than a training run writes ({said})",
            f"eine andere Form, als ein Training sie schreibt ({said})",
        )
        return path, text
    wrong = _inconsistent(found)
    return (path, wrong) if wrong else None


def _inconsistent(found: msgspec.Struct) -> Text | None:
    """Say which numbers contradict one another."""
    if isinstance(found, _Metrics):
        models = {model.name: model.metrics for model in found.models}
        for name, value in ((found.best_model, found.value), (found.baseline_model, found.baseline_value)):
            shown = one_line(name, 60)
            if name not in models:
                return Text(f"no model is called {shown!r}", f"kein Modell heißt {shown!r}")
            stated = models[name].get(found.metric)
            if stated is None or abs(stated - value) > 1e-9 * max(1.0, abs(value)):
                return Text(
                    f"{shown} has two values: {value} and {stated}",
                    f"{shown} hat zwei Werte: {value} und {stated}",
                )
        matrix = found.confusion_matrix
        if matrix and {len(matrix.counts), *(len(row) for row in matrix.counts)} != {len(matrix.labels)}:
            return Text("the confusion matrix is not square", "die Konfusionsmatrix ist nicht quadratisch")
    if isinstance(found, _History):
        lengths = {len(points) for points in found.series.values()}
        if lengths != {len(found.epochs)}:
            return Text("series and epochs are not equally long", "Reihen und Epochen sind nicht gleich lang")
    return None
