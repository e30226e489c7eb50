"""Figures that say how good predictions are."""

from __future__ import annotations

from typing import Any

import numpy as np

from core_lib.base import Array
from core_lib.errors import DataError, ShapeError


def accuracy(labels: Any, predicted: Any) -> float:
    """Compute the share of right predictions.

    Parameters
    ----------
    labels, predicted : array of int, shape (N,)
        The true classes and the predicted ones: ``net.predict(x).argmax(axis=0)``.
    """
    labels, predicted = _pair(labels, predicted)
    return float((labels == predicted).mean())


def confusion_matrix(labels: Any, predicted: Any, n_classes: int | None = None) -> Array:
    """Count how often each class was taken for each other one.

    Parameters
    ----------
    labels, predicted : array of int, shape (N,)
    n_classes : int, optional
        By default as many as appear.

    Returns
    -------
    array of int, shape (n_classes, n_classes)
        Row: the true class; column: the predicted one. The diagonal is what was right.
    """
    labels, predicted = _pair(labels, predicted)
    largest = int(max(labels.max(), predicted.max()))
    n = largest + 1 if n_classes is None else n_classes
    if largest >= n:
        raise DataError(f"confusion_matrix: labels must be 0 to {n - 1}, and go up to {largest}.")
    # every pair (true, predicted) becomes one number, and equal numbers are counted
    counts: Array = np.bincount(labels * n + predicted, minlength=n * n).reshape(n, n)
    return counts


def per_class(counts: Array) -> dict[str, Array]:
    r"""Compute precision, recall and F1 of each class from a confusion matrix.

    .. math::
        \text{precision} = \frac{\text{right}}{\text{predicted as the class}} \quad
        \text{recall} = \frac{\text{right}}{\text{of the class}} \quad
        F_1 = \frac{2 \, \text{precision} · \text{recall}}{\text{precision} + \text{recall}}

    A quotient of zeros (a class that never occurs, or is never predicted) counts as 0.

    Parameters
    ----------
    counts : array of int, shape (K, K)
        Rows are true classes.

    Returns
    -------
    dict
        "precision", "recall", "f1" (floats) and "support" (how often the class occurs), each of shape (K,).
    """
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ShapeError(f"per_class: expected a square confusion matrix; got shape {counts.shape}.")
    right = np.diagonal(counts).astype(float)
    precision = _quotient(right, counts.sum(axis=0))
    recall = _quotient(right, counts.sum(axis=1))
    f1 = _quotient(2 * precision * recall, precision + recall)
    return {"precision": precision, "recall": recall, "f1": f1, "support": counts.sum(axis=1)}


def classification_scores(labels: Any, predicted: Any, n_classes: int | None = None) -> dict[str, float]:
    """Compute the usual figures at once: accuracy, and precision, recall and F1 averaged over the classes.

    The averages ("macro") count each class alike, however rare it is.
    """
    counts = confusion_matrix(labels, predicted, n_classes)
    scores = {"accuracy": accuracy(labels, predicted)}
    table = per_class(counts)
    for name in ("precision", "recall", "f1"):
        scores[f"macro_{name}"] = float(table[name].mean())
    return scores


def regression_scores(targets: Any, predicted: Any) -> dict[str, float]:
    r"""Compute the usual figures of predictions that are numbers.

    With the errors :math:`e = \text{predicted} - \text{target}`:

    .. math::
        \text{mae} = \overline{|e|} \quad \text{rmse} = \sqrt{\overline{e^2}} \quad
        R^2 = 1 - \frac{\sum e^2}{\sum (\text{target} - \overline{\text{target}})^2}

    R² is the share of the targets' variance that is explained: 1 for perfect predictions, 0 for always predicting
    the mean, negative for worse. For targets that are all equal it is 1 if all is right and else 0.

    Parameters
    ----------
    targets, predicted : array of numbers, shape (N,) or (K, N)
        With K outputs the figures are means over them.

    Returns
    -------
    dict
        "mae", "rmse", "median_error" (of \|e\|), "largest_error", "r2".
    """
    y, z = np.asarray(targets, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    if y.shape != z.shape or y.ndim not in (1, 2):
        raise ShapeError(
            f"regression_scores: targets have shape {y.shape} and predictions {z.shape}; expected (N,) or (K, N) for "
            "both. Nothing is broadcast."
        )
    if y.size == 0:
        raise DataError("no predictions: a mean over nothing is no number.")
    if not (np.isfinite(y).all() and np.isfinite(z).all()):
        raise DataError("regression_scores: some targets or predictions are NaN or infinite.")
    y, z = np.atleast_2d(y), np.atleast_2d(z)
    e = z - y
    left, whole = np.square(e).sum(axis=1), np.square(y - y.mean(axis=1, keepdims=True)).sum(axis=1)
    varies = y.max(axis=1) > y.min(axis=1)
    r2 = np.where(varies, 1.0 - left / np.where(varies, whole, 1.0), np.where(left > 0, 0.0, 1.0))
    return {
        "mae": float(np.abs(e).mean()),
        "rmse": float(np.sqrt(np.square(e).mean(axis=1)).mean()),
        "median_error": float(np.median(np.abs(e), axis=1).mean()),
        "largest_error": float(np.abs(e).max()),
        "r2": float(r2.mean()),
    }


def _pair(labels: Any, predicted: Any) -> tuple[Array, Array]:
    """Check two arrays of classes against each other."""
    labels, predicted = np.asarray(labels), np.asarray(predicted)
    if labels.shape != predicted.shape or labels.ndim != 1:
        raise ShapeError(
            f"labels have shape {labels.shape} and predictions {predicted.shape}; expected (N,) for both. "
            "For outputs of a network take the largest first: net.predict(x).argmax(axis=0)."
        )
    if labels.size == 0:
        raise DataError("no predictions: a mean over nothing is no number.")
    for name, array in (("labels", labels), ("predictions", predicted)):
        if array.dtype.kind not in "iub" or array.min() < 0:
            raise DataError(f"{name} must be classes 0, 1, …; got {array.dtype} from {array.min()} on.")
    return labels.astype(np.int64), predicted.astype(np.int64)


def _quotient(a: Array, b: Array) -> Array:
    """Divide, with 0 where `b` is 0."""
    result: Array = np.divide(a, b, out=np.zeros(a.shape), where=b != 0)
    return result
