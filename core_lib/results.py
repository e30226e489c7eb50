"""What a training run leaves for the report: ``metrics.json``, ``history.json``, ``network.json``.

The report's tables and plots are made from these files, so that no number is ever copied by hand.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from core_lib.base import Array
from core_lib.errors import DataError
from core_lib.files import to_json, write_atomically
from core_lib.summary import NetworkSummary
from core_lib.training import History
from core_lib.tuning import SearchResult


def write_metrics(
    folder: str | os.PathLike[str],
    *,
    task: str,
    metric: str,
    models: Mapping[str, Mapping[str, float]],
    best: str,
    baseline: str,
    seed: int,
    higher_is_better: bool = True,
    confusion: Array | None = None,
    labels: Sequence[str] | None = None,
    search: SearchResult | None = None,
    search_metric: str | None = None,
) -> dict[str, Any]:
    """Write ``metrics.json``.

    Parameters
    ----------
    folder : path
        The repository's ``results`` folder; it is made if it is missing.
    task : str
        "classification", "regression", …
    metric : str
        The name of the figure by which models are compared; each of `models` must have it.
    models : mapping of str to mapping of str to float
        For each model its figures: ``{"MLP 64-64-10": {"accuracy": 0.97}, …}``.
    best, baseline : str
        Which of `models` are the final one and the one to beat.
    seed : int
        From which the whole run can be repeated.
    higher_is_better : bool
    confusion : array of int, shape (K, K), optional
        Of the best model: rows are true classes.
    labels : sequence of str, optional
        The names of the classes; by default their numbers.
    search : SearchResult, optional
        The hyperparameter search.
    search_metric : str, optional
        What its trials were judged by, where that is not `metric`: "validation loss".

    Returns
    -------
    dict
        What was written.

    Raises
    ------
    DataError
        If a model or its metric is missing, names and matrix do not fit, or a figure is not finite.
    """
    for role, name in (("best", best), ("baseline", baseline)):
        if name not in models:
            raise DataError(
                f"write_metrics: the {role} model {name!r} is not among the models {sorted(models)}."
            )
    for name, figures in models.items():
        if metric not in figures:
            raise DataError(
                f"write_metrics: model {name!r} lacks the metric {metric!r}; it has {sorted(figures)}."
            )
    content: dict[str, Any] = {
        "schema": 1,
        "task": task,
        "metric": metric,
        "higher_is_better": higher_is_better,
        "best_model": best,
        "value": float(models[best][metric]),
        "baseline_model": baseline,
        "baseline_value": float(models[baseline][metric]),
        "seed": seed,
        "models": [
            {"name": name, "metrics": {key: float(value) for key, value in figures.items()}}
            for name, figures in models.items()
        ],
    }
    if confusion is not None:
        names = [str(name) for name in (range(len(confusion)) if labels is None else labels)]
        if confusion.shape != (len(names), len(names)):
            raise DataError(
                f"write_metrics: {len(names)} labels for a confusion matrix of shape {confusion.shape}."
            )
        content["confusion_matrix"] = {"labels": names, "counts": confusion.tolist()}
    if search is not None:
        content["search"] = search.to_list()
        content["search_metric"] = search_metric or metric
        content["search_higher_is_better"] = search.maximize
    _write(folder, "metrics.json", content)
    return content


def write_history(folder: str | os.PathLike[str], history: History) -> None:
    """Write ``history.json``: the curves of a training run, epoch by epoch."""
    _write(folder, "history.json", history.to_dict())


def write_network(folder: str | os.PathLike[str], summary: NetworkSummary) -> None:
    """Write ``network.json``: the layers of the best network, from `summarize`."""
    _write(folder, "network.json", summary.to_dict())


def _write(folder: str | os.PathLike[str], name: str, content: dict[str, Any]) -> None:
    """Write JSON, and name the file if a number in it is not finite."""
    try:
        data = to_json(content)
    except ValueError as error:
        raise DataError(
            f"{name}: a figure is NaN or infinite, and JSON has no such number ({error})."
        ) from error
    write_atomically(os.path.join(folder, name), data)  # noqa: PTH118  # pathlib takes long to import
