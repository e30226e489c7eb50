"""What a training run left in `results/*.json`: metrics, the history of each epoch, the network.

The files are a group's, so nothing in them is trusted: what has another form than it should is left
out and noted, and everything is bounded.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from coursekit.model import Text
from coursekit.submission.source import UnreadableError
from coursekit.submission.view import Submission
from coursekit.text import clean

MAX_RESULTS = 20 * 1000 * 1000
_MAX_EPOCHS = 100_000
_MAX_SERIES = 12
_MAX_CLASSES = 200
_MAX_ROWS = 500

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Trained:
    """One model with its metrics by name."""

    name: str
    metrics: dict[str, float]


@dataclass(frozen=True, slots=True)
class Trial:
    """One try of a hyperparameter search."""

    number: int
    value: float
    params: dict[str, str]


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often examples of a class (row) were given a class (column)."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Metrics:
    """`metrics.json`."""

    task: str = ""
    metric: str = ""
    higher_is_better: bool = True
    best_model: str = ""
    value: float | None = None
    baseline_model: str = ""
    baseline_value: float | None = None
    models: tuple[Trained, ...] = ()
    confusion: Confusion | None = None
    search: tuple[Trial, ...] = ()
    search_metric: str = ""
    search_higher_is_better: bool = True


@dataclass(frozen=True, slots=True)
class History:
    """`history.json`: values by epoch; a gap is None."""

    epochs: tuple[float, ...]
    series: dict[str, tuple[float | None, ...]]


@dataclass(frozen=True, slots=True)
class NetworkLayer:
    """One layer of `network.json`."""

    name: str
    kind: str
    output_shape: tuple[str, ...]
    parameters: int | None


@dataclass(frozen=True, slots=True)
class NetworkSummary:
    """`network.json`: the layers in order and the number of parameters in all."""

    layers: tuple[NetworkLayer, ...]
    parameters: int | None


@dataclass(frozen=True, slots=True)
class Results:
    """What was found; None where there is no such file, or none that can be read."""

    metrics: Metrics | None = None
    history: History | None = None
    network: NetworkSummary | None = None


def results(submission: Submission) -> Results:
    """Read the results files. Use as ``submission.once(results)``."""
    return Results(
        metrics=_load(submission, "metrics.json", _metrics),
        history=_load(submission, "history.json", _history),
        network=_load(submission, "network.json", _network),
    )


def results_paths(submission: Submission) -> dict[str, str]:
    """Return where the results files lie, by their names.

    The one nearest to the root counts: `results/` before `3_Model/results/`.
    """
    found: dict[str, str] = {}
    paths = [
        path for path in submission.files if path.endswith(".json") and "results" in path.split("/")[-2:-1]
    ]
    for path in sorted(paths, key=lambda one: (one.count("/"), one)):
        found.setdefault(path.rpartition("/")[2], path)
    return found


def _load(submission: Submission, name: str, read: Callable[[dict[str, Any]], T | None]) -> T | None:
    path = results_paths(submission).get(name)
    if path is None:
        return None
    hint = Text(
        "Run the training script again: it writes the results files; do not edit them by hand.",
        "Lasst das Training noch einmal laufen: es schreibt die Ergebnisdateien; ändert sie nicht von Hand.",
    )
    try:
        raw = msgspec.json.decode(submission.read(path, MAX_RESULTS))
    except UnreadableError as error:
        submission.note(path, error.text, hint)
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        text = Text(
            f"expected JSON, but it cannot be read ({error})",
            f"erwartet wird JSON, aber es lässt sich nicht lesen ({error})",
        )
        submission.note(path, text, hint)
        return None
    found = read(raw) if isinstance(raw, dict) else None
    if found is None:
        text = Text(
            "expected what a training run writes, but its JSON has another form",
            "erwartet wird, was ein Training schreibt, aber dieses JSON hat eine andere Form",
        )
        submission.note(path, text, hint)
    return found


def _metrics(raw: dict[str, Any]) -> Metrics | None:
    models = []
    for entry in _list(raw.get("models"))[:_MAX_ROWS]:
        if isinstance(entry, dict) and _text(entry.get("name")):
            values = entry.get("metrics")
            numbers = {
                _text(name): number
                for name, value in (values.items() if isinstance(values, dict) else ())
                if (number := _number(value)) is not None
            }
            models.append(Trained(_text(entry.get("name")), dict(list(numbers.items())[:_MAX_SERIES])))
    found = Metrics(
        task=_text(raw.get("task")),
        metric=_text(raw.get("metric")),
        higher_is_better=raw.get("higher_is_better") is not False,
        best_model=_text(raw.get("best_model")),
        value=_number(raw.get("value")),
        baseline_model=_text(raw.get("baseline_model")),
        baseline_value=_number(raw.get("baseline_value")),
        models=tuple(models),
        confusion=_confusion(raw.get("confusion_matrix")),
        search=tuple(_trials(raw.get("search"))),
        search_metric=_text(raw.get("search_metric")) or _text(raw.get("metric")),
        search_higher_is_better=raw.get("search_higher_is_better", raw.get("higher_is_better")) is not False,
    )
    return found if found.metric or found.models or found.value is not None else None


def _confusion(raw: Any) -> Confusion | None:
    if not isinstance(raw, dict):
        return None
    labels = tuple(_text(label) for label in _list(raw.get("labels")))
    rows = _list(raw.get("counts"))
    if not 2 <= len(labels) <= _MAX_CLASSES or len(rows) != len(labels):
        return None
    counts = []
    for row in rows:
        numbers = [_number(value) for value in _list(row)]
        if len(numbers) != len(labels) or any(number is None or number < 0 for number in numbers):
            return None
        counts.append(tuple(int(number) for number in numbers if number is not None))
    return Confusion(labels, tuple(counts))


def _trials(raw: Any) -> list[Trial]:
    trials = []
    for position, entry in enumerate(_list(raw)[:_MAX_ROWS], 1):
        if not isinstance(entry, dict) or (value := _number(entry.get("value"))) is None:
            continue
        number = entry.get("trial")
        params = entry.get("params")
        named = {_text(k): _text(v) for k, v in params.items()} if isinstance(params, dict) else {}
        trials.append(Trial(number if isinstance(number, int) else position, value, named))
    return trials


def _history(raw: dict[str, Any]) -> History | None:
    epochs = [_number(value) for value in _list(raw.get("epochs"))[:_MAX_EPOCHS]]
    values = raw.get("series")
    if not isinstance(values, dict) or any(epoch is None for epoch in epochs):
        return None
    series: dict[str, tuple[float | None, ...]] = {}
    for name, points in list(values.items())[:_MAX_SERIES]:
        numbers = tuple(_number(point) for point in _list(points)[:_MAX_EPOCHS])
        if any(number is not None for number in numbers):
            series[_text(name)] = numbers
    length = max((len(points) for points in series.values()), default=0)
    if not length:
        return None
    if len(epochs) < length:
        epochs = [float(number) for number in range(1, length + 1)]
    return History(tuple(epoch for epoch in epochs if epoch is not None), series)


def _network(raw: dict[str, Any]) -> NetworkSummary | None:
    layers = []
    for entry in _list(raw.get("layers"))[:_MAX_ROWS]:
        if not isinstance(entry, dict):
            continue
        name, kind = _text(entry.get("name")), _text(entry.get("kind"))
        shape = tuple(_text(side) for side in _list(entry.get("output_shape"))[:6])
        if name or kind:
            layers.append(NetworkLayer(name, kind or name, shape, _count(entry.get("parameters"))))
    return NetworkSummary(tuple(layers), _count(raw.get("parameters"))) if layers else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    return " ".join(clean(str(value)).split())[:200]


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _count(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number >= 0 else None
