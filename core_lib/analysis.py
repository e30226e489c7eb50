"""What to do next? Where the errors of a model come from, on which examples, and whether its probabilities are true."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from core_lib.base import Array, Layer
from core_lib.data import Dataset
from core_lib.errors import DataError, ShapeError
from core_lib.losses import Loss
from core_lib.training import Trainer


class ErrorAnalysis(NamedTuple):
    """What `analyze_errors` gives; ``print`` it."""

    parts: list[tuple[str, float]]  # (what it is, how much of the error)
    advice: str

    def __str__(self) -> str:
        width = max(len(name) for name, _ in self.parts)
        lines = [f"{name:<{width}}  {value:+.4f}" for name, value in self.parts]
        return "\n".join([*lines, self.advice])


def analyze_errors(
    *,
    train: float,
    dev: float,
    human: float = 0.0,
    test: float | None = None,
    train_dev: float | None = None,
) -> ErrorAnalysis:
    """Take an error apart: into what cannot be avoided, bias, variance, and more.

    =========================  ==========================  ============================================
    from                       to                          the difference is
    =========================  ==========================  ============================================
    0                          human or Bayes error        unavoidable
    human or Bayes error       training error              avoidable bias
    training error             error on the training-dev   variance
                               set, or the dev set
    error on the training-dev  error on the dev set        data mismatch
    set
    error on the dev set       error on the test set       overfitting to the dev set
    =========================  ==========================  ============================================

    Parameters
    ----------
    train, dev, test : float
        Error rates (1 - accuracy), or any figure of which less is better, of one model on the three sets.
    human : float
        The error of people, or the smallest that is possible (Bayes error).
    train_dev : float, optional
        The error on examples that come from where the training set comes from, but were not trained on; for
        training data of another kind than that of the dev set.

    Returns
    -------
    ErrorAnalysis

    References
    ----------
    Ng: Machine Learning Yearning (2018), chapters 20 to 42.
    """
    given = {"human": human, "train": train, "train_dev": train_dev, "dev": dev, "test": test}
    errors = {name: float(value) for name, value in given.items() if value is not None}
    for name, value in errors.items():
        if not (np.isfinite(value) and value >= 0):
            raise DataError(f"analyze_errors: {name} must be an error, finite and not negative; got {value}.")
    titles = {
        "train": "avoidable bias",
        "train_dev": "variance",
        "dev": "variance" if train_dev is None else "data mismatch",
        "test": "overfitting to the dev set",
    }
    steps = list(errors.items())
    parts = [("unavoidable", errors["human"])]
    parts += [(titles[name], value - steps[i][1]) for i, (name, value) in enumerate(steps[1:])]
    name, value = max(parts[1:], key=lambda part: part[1])
    if value <= 0:
        advice = "Nothing stands out: no error is larger than the one before it."
    else:
        advice = f"The largest part is {name}: {_ADVICE[name]}"
    return ErrorAnalysis(parts, advice)


_ADVICE = {
    "avoidable bias": "train longer, with a larger network, another optimizer or architecture; regularize less.",
    "variance": "more data or augmentation, regularization (L2, dropout, early stopping), a smaller network.",
    "data mismatch": "look at what is different in the dev set, and make the training set more like it.",
    "overfitting to the dev set": "a larger dev set; and no more choices by the test set.",
}


class LearningCurve(NamedTuple):
    """What `learning_curve` gives: one figure for each size of the training set."""

    sizes: list[int]
    train: dict[str, list[float]]
    dev: dict[str, list[float]]

    def __str__(self) -> str:
        names = list(self.train)
        lines = ["examples  " + "  ".join(f"train {name}  dev {name}" for name in names)]
        for i, n in enumerate(self.sizes):
            figures = "  ".join(
                f"{self.train[k][i]:>{6 + len(k)}.4f}  {self.dev[k][i]:>{4 + len(k)}.4f}" for k in names
            )
            lines.append(f"{n:>8}  {figures}")
        return "\n".join(lines)


def learning_curve(
    fit: Callable[[Dataset, int], Trainer],
    train: Dataset,
    dev: Dataset,
    *,
    sizes: Sequence[float] = (0.1, 0.2, 0.4, 0.7, 1.0),
    seed: int = 0,
) -> LearningCurve:
    """Train on more and more of the training set. Would more data help?

    If the figures of both sets meet early, more data does not help (bias); if there is still a gap at the end, it
    does (variance).

    Parameters
    ----------
    fit : function (train, seed) -> Trainer
        Builds a network, trains it on the set that it gets, and returns the trainer.
    train, dev : Dataset
    sizes : sequence of float or int
        Shares of the training set, or numbers of examples. Each size has the examples of the smaller ones, and
        for class labels about the shares of the classes.
    seed : int

    Returns
    -------
    LearningCurve
    """
    counts = [size if isinstance(size, int) else round(size * len(train)) for size in sizes]
    if not counts or min(counts) < 1 or max(counts) > len(train) or sorted(set(counts)) != counts:
        raise DataError(
            f"learning_curve: sizes must grow, from at least one example to at most {len(train)}; got {list(sizes)}."
        )
    rng = np.random.default_rng(seed)
    order = train._stratified_order(rng) if train.y.dtype.kind == "i" else rng.permutation(len(train))
    curve = LearningCurve([], {}, {})
    for n in counts:
        part = train.subset(order[:n])
        trainer = fit(part, seed)
        curve.sizes.append(n)
        for series, data in ((curve.train, part), (curve.dev, dev)):
            for name, value in trainer.evaluate(data).items():
                series.setdefault(name, []).append(value)
    return curve


class Calibration(NamedTuple):
    """What `calibration` gives, for each bin that has examples; plot ``accuracy`` over ``confidence``.

    Attributes
    ----------
    confidence : list of float
        The mean probability of the predictions in the bin.
    accuracy : list of float
        The share of them that is right. Of a model that is calibrated it is the same.
    counts : list of int
    ece : float
        The expected calibration error: the mean of |accuracy - confidence|, weighted by the counts.
    """

    confidence: list[float]
    accuracy: list[float]
    counts: list[int]
    ece: float

    def __str__(self) -> str:
        lines = ["confidence  accuracy  examples"]
        for c, a, n in zip(self.confidence, self.accuracy, self.counts, strict=True):
            lines.append(f"{c:>10.3f}  {a:>8.3f}  {n:>8}")
        return "\n".join([*lines, f"expected calibration error {self.ece:.4f}"])


def calibration(labels: Any, probabilities: Any, *, bins: int = 10) -> Calibration:
    r"""Compare how sure a model is with how often it is right (a reliability diagram).

    The predictions are sorted into bins :math:`B_1 … B_M` of equal width by the probability of the class that was
    predicted:

    .. math:: \text{ECE} = \sum_m \frac{|B_m|}{N} \, \bigl| \text{accuracy}(B_m) - \text{confidence}(B_m) \bigr|

    Parameters
    ----------
    labels : array of int, shape (N,)
    probabilities : array, shape (K, N), or (N,) or (1, N) for two classes
        ``softmax(net.predict(x))``, or ``sigmoid(...)``: the probability of class 1.
    bins : int
        M.

    Returns
    -------
    Calibration

    References
    ----------
    Guo, Pleiss, Sun, Weinberger: On calibration of modern neural networks, ICML 2017.
    """
    y, p = np.asarray(labels), np.asarray(probabilities, dtype=np.float64)
    if p.ndim == 1 or (p.ndim == 2 and p.shape[0] == 1):
        p = np.stack([1.0 - p.ravel(), p.ravel()])
    if p.ndim != 2 or y.shape != p.shape[1:]:
        raise ShapeError(
            f"calibration: labels have shape {y.shape} and probabilities {np.shape(probabilities)}; expected (N,) and "
            "(K, N), examples last."
        )
    if y.size == 0 or bins < 1:
        raise DataError("calibration: at least one example and one bin are needed.")
    if y.dtype.kind not in "iub" or y.min() < 0 or y.max() >= p.shape[0]:
        raise DataError(f"calibration: labels must be classes 0 to {p.shape[0] - 1}.")
    if not (p.min() >= 0 and p.max() <= 1 and np.abs(p.sum(axis=0) - 1.0).max() < 1e-3):
        raise DataError(
            "calibration: each column must be probabilities of sum 1. Take softmax of the logits."
        )
    predicted = p.argmax(axis=0)
    sure = p[predicted, np.arange(y.size)]
    right = predicted == y
    place = np.minimum((sure * bins).astype(int), bins - 1)
    found = Calibration([], [], [], 0.0)
    for m in range(bins):
        inside = place == m
        if inside.any():
            found.confidence.append(float(sure[inside].mean()))
            found.accuracy.append(float(right[inside].mean()))
            found.counts.append(int(inside.sum()))
    gaps = np.abs(np.array(found.accuracy) - np.array(found.confidence))
    return found._replace(ece=float(gaps @ np.array(found.counts)) / y.size)


class WorstExample(NamedTuple):
    """An example on which a model is wrong, or right by a hair."""

    example: int  # its place in the data set
    loss: float
    target: Any  # the class, or the numbers
    output: Array  # shape (K,)


def worst_examples(net: Layer, loss: Loss, data: Dataset, n: int = 10) -> list[WorstExample]:
    """Find the examples with the largest loss: look at them before you change anything.

    They show what the model has not learned, and labels that are wrong.

    Parameters
    ----------
    net : Layer
    loss : Loss
    data : Dataset
    n : int

    Returns
    -------
    list of WorstExample
        The worst first; of equal ones the first in the data set.
    """
    if n < 1:
        raise DataError(f"worst_examples: n must be at least 1; got {n}.")
    z = net.predict(data.x)
    losses = np.array([loss.forward(z[..., i : i + 1], data.y[..., i : i + 1]) for i in range(len(data))])
    return [
        WorstExample(
            int(i),
            float(losses[i]),
            int(data.y[i]) if data.y.ndim == 1 else data.y[..., i],
            z[..., i],
        )
        for i in np.argsort(-losses, kind="stable")[:n]
    ]
