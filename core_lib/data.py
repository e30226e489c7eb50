"""Data sets, batches and splits.

Inside of core_lib examples are the last axis. Tables and images usually come the other way round,
``(N, features)``: say ``examples_axis=0``, and they are turned round once, here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np

from core_lib.base import Array
from core_lib.errors import DataError, ShapeError


class Dataset:
    """Examples and their targets.

    Parameters
    ----------
    x : array of numbers, shape (..., N), or (N, ...) with ``examples_axis=0``
        An array of shape (N,) is taken as one feature.
    y : array, shape (N,) or (..., N), or (N, ...) with ``examples_axis=0``
        Integers of shape (N,) are class labels and stay so. Everything else becomes floats; floats of
        shape (N,) become (1, N), because a network's output has that shape.
    examples_axis : {-1, 0}
    classes : sequence of str, optional
        Names of the classes, for tables and plots.
    features : sequence of str, optional
        Names of the features, the rows of x.
    dtype : dtype or None
        What `x` becomes; None leaves it as it is (integer tokens).

    Attributes
    ----------
    x : array, shape (..., N)
    y : array, shape (N,) of int, or (..., N) of floats
    classes, features : list of str or None

    Raises
    ------
    ShapeError
        If `x` and `y` have not as many examples.
    DataError
        If there is no example, or a value is missing, infinite or no number.

    Examples
    --------
    >>> data = Dataset(np.zeros((100, 64)), np.arange(100) % 10, examples_axis=0)
    >>> data.x.shape, len(data)
    ((64, 100), 100)
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        *,
        examples_axis: int = -1,
        classes: Sequence[str] | None = None,
        features: Sequence[str] | None = None,
        dtype: Any = np.float32,
    ) -> None:
        if examples_axis not in (-1, 0):
            raise DataError(
                f"Dataset: examples_axis must be -1 (the last) or 0 (the first); got {examples_axis}."
            )
        x, y = np.asarray(x), np.asarray(y)
        for name, array in (("x", x), ("y", y)):
            if array.ndim == 0:
                raise ShapeError(
                    f"Dataset: {name} is a single number; expected an array with an axis of examples."
                )
            if array.dtype.kind not in "fiub":
                raise DataError(
                    f"Dataset: {name} must be numbers, and has dtype {array.dtype}. For labels that are text: "
                    "classes, y = np.unique(labels, return_inverse=True)."
                )
        n_x, n_y = x.shape[examples_axis], y.shape[examples_axis]
        if n_x != n_y:
            raise ShapeError(
                f"Dataset: x has shape {x.shape} and y {y.shape}, that is, {n_x} and {n_y} examples on axis "
                f"{examples_axis}. Likely cause: examples are the other axis; try examples_axis={-1 - examples_axis}."
            )
        if n_x == 0:
            raise DataError(
                f"Dataset: no examples; x has shape {x.shape} with examples on axis {examples_axis}."
            )
        if dtype is not None:
            x = x.astype(dtype, copy=False)
        if not (y.ndim == 1 and y.dtype.kind in "iub"):
            y = y.astype(np.float64 if dtype == np.float64 else np.float32, copy=False)
        else:
            y = y.astype(np.int64, copy=False)
        _check_finite("x", x, examples_axis)
        _check_finite("y", y, examples_axis)
        if y.dtype.kind == "f" and y.ndim == 1:
            y = y[np.newaxis, :]
        elif y.ndim > 1:
            y = np.moveaxis(y, examples_axis, -1)
        x = x[np.newaxis, :] if x.ndim == 1 else np.moveaxis(x, examples_axis, -1)
        self.x: Array = np.ascontiguousarray(x)
        self.y: Array = np.ascontiguousarray(y)
        self.classes = None if classes is None else [str(name) for name in classes]
        if self.classes is not None and self.y.dtype.kind == "i" and self.y.max() >= len(self.classes):
            raise DataError(
                f"Dataset: there are {len(self.classes)} names of classes, but labels up to {self.y.max()}. "
                "Labels count from 0."
            )
        self.features = None if features is None else [str(name) for name in features]
        if self.features is not None and len(self.features) != self.x.shape[0]:
            raise DataError(
                f"Dataset: there are {len(self.features)} names of features; x has shape {self.x.shape}."
            )

    def __len__(self) -> int:
        return int(self.x.shape[-1])

    def __repr__(self) -> str:
        return f"Dataset({len(self)} examples, x {self.x.shape}, y {self.y.shape} {self.y.dtype})"

    def freeze(self) -> Self:
        """Make x and y read-only, and return the data set.

        A batch that nobody can change is handed to other processes (``Trainer(..., processes=2)``) only once: worth it
        where all examples are one batch.
        """
        for name in ("x", "y"):
            array = getattr(self, name)
            array = array if array.base is None else array.copy()  # whose base could still be changed
            array.flags.writeable = False
            setattr(self, name, array)
        return self

    def subset(self, indices: Any) -> Dataset:
        """Give the data set of some of the examples.

        Parameters
        ----------
        indices : array of int or bool, or slice
        """
        indices = np.arange(len(self))[indices]
        new = object.__new__(Dataset)  # what was checked need not be checked again
        new.x = np.take(self.x, indices, axis=-1)
        new.y = np.take(self.y, indices, axis=-1)
        new.classes, new.features = self.classes, self.features
        if indices.ndim != 1 or indices.size == 0:
            raise DataError(
                f"Dataset.subset: expected a list of at least one example; got shape {indices.shape}."
            )
        return new

    def batches(
        self, batch_size: int, rng: np.random.Generator | None = None
    ) -> Iterator[tuple[Array, Array]]:
        """Yield (x, y) of `batch_size` examples at a time; the last batch may be smaller.

        Parameters
        ----------
        batch_size : int
        rng : numpy.random.Generator, optional
            Shuffles; without it the examples come in their order.
        """
        if batch_size < 1:
            raise DataError(f"Dataset.batches: batch_size must be at least 1; got {batch_size}.")
        n = len(self)
        if batch_size >= n:
            yield self.x, self.y  # the sum over a batch knows no order: nothing to shuffle or copy
            return
        order = np.arange(n) if rng is None else rng.permutation(n)
        for start in range(0, n, batch_size):
            chosen = order[start : start + batch_size]
            yield np.take(self.x, chosen, axis=-1), np.take(self.y, chosen, axis=-1)

    def count_batches(self, batch_size: int) -> int:
        """Count the batches of `batch_size` examples: the steps of an epoch."""
        if batch_size < 1:
            raise DataError(f"Dataset.count_batches: batch_size must be at least 1; got {batch_size}.")
        return -(-len(self) // batch_size)

    def split(
        self, *fractions: float, rng: np.random.Generator | None = None, stratify: bool = False
    ) -> tuple[Dataset, ...]:
        """Cut into parts, such as training, development and test set.

        Parameters
        ----------
        *fractions : float
            The share of each part; their sum is 1: ``data.split(0.7, 0.15, 0.15, rng=rng)``.
        rng : numpy.random.Generator, optional
            Draws which example goes where. Without it the order is kept: the first part is the oldest,
            which is how a time series must be cut.
        stratify : bool
            Give each part the same share of every class, as near as whole examples allow. Needs `rng`.

        Returns
        -------
        tuple of Dataset
            One for each fraction; every example is in exactly one.
        """
        if not fractions or min(fractions) <= 0 or abs(sum(fractions) - 1.0) > 1e-6:
            raise DataError(f"Dataset.split: fractions must be positive and have the sum 1; got {fractions}.")
        if stratify:
            order = self._stratified_order(rng)
        else:
            order = np.arange(len(self)) if rng is None else rng.permutation(len(self))
        ends = np.rint(np.cumsum(fractions) * len(self)).astype(int)
        starts = [0, *ends[:-1]]
        if any(end <= start for start, end in zip(starts, ends, strict=True)):
            raise DataError(f"Dataset.split: {len(self)} examples are too few for parts of {fractions}.")
        return tuple(self.subset(order[start:end]) for start, end in zip(starts, ends, strict=True))

    def split_by_time(self, times: Any, *fractions: float) -> tuple[Dataset, ...]:
        """Cut into parts by time: each is older than the next, as the future is for a model in use.

        Examples of the same moment stay together, in the later part.

        Parameters
        ----------
        times : array, shape (N,)
            When each example was made: numbers or ``numpy.datetime64``.
        *fractions : float
            The share of each part; their sum is 1.

        Returns
        -------
        tuple of Dataset
            In the order of time, each and all.
        """
        times = np.asarray(times)
        if times.shape != (len(self),) or times.dtype.kind not in "fiuM":
            raise DataError(
                f"Dataset.split_by_time: expected {len(self)} numbers or datetime64; got {times.dtype}, shape "
                f"{times.shape}. For texts: np.array(texts, dtype='datetime64[s]')."
            )
        if np.isnat(times).any() if times.dtype.kind == "M" else not np.isfinite(times).all():
            raise DataError("Dataset.split_by_time: some times are missing or not finite.")
        if not fractions or min(fractions) <= 0 or abs(sum(fractions) - 1.0) > 1e-6:
            raise DataError(
                f"Dataset.split_by_time: fractions must be positive and have the sum 1; got {fractions}."
            )
        order = np.argsort(times, kind="stable")
        cuts = np.rint(np.cumsum(fractions)[:-1] * len(self)).astype(int)
        # from wherever the cut falls back to the first example of that moment
        cuts = np.searchsorted(times[order], times[order][np.minimum(cuts, len(self) - 1)], side="left")
        parts = np.split(order, cuts)
        if any(part.size == 0 for part in parts):
            raise DataError(
                f"Dataset.split_by_time: {np.unique(times).size} different times are too few for parts of {fractions}."
            )
        return tuple(self.subset(part) for part in parts)

    def _stratified_order(self, rng: np.random.Generator | None) -> Array:
        """Order the examples so that every stretch has about the classes' shares."""
        if rng is None:
            raise DataError("Dataset.split: stratify needs a generator: rng=np.random.default_rng(0).")
        if self.y.dtype.kind != "i":
            raise DataError(f"Dataset.split: stratify needs class labels; y is {self.y.dtype}.")
        # Spread the examples of each class evenly, in random order, over [0, 1): cutting there at 0.7
        # takes 0.7 of each class.
        position = np.empty(len(self))
        for label in np.unique(self.y):
            members = rng.permutation(np.flatnonzero(self.y == label))
            position[members] = (np.arange(members.size) + rng.random()) / members.size
        return np.argsort(position, kind="stable")


class Standardizer:
    """Shift and scale every feature to mean 0 and standard deviation 1.

    Learn the mean and the deviation from the *training* set, and apply them to all sets: what is learned
    from the test set makes its result too good.

    Parameters
    ----------
    x : array, shape (..., N)
        The training examples. A feature that is constant is only shifted.
    """

    def __init__(self, x: Array) -> None:
        self.mean: Array = x.mean(axis=-1, keepdims=True)
        std: Array = x.std(axis=-1, keepdims=True)
        self.std: Array = np.where(std > 0, std, 1.0).astype(x.dtype)

    def __call__(self, data: Dataset) -> Dataset:
        """Give the data set with standardized x."""
        new = data.subset(slice(None))
        new.x = (data.x - self.mean) / self.std
        return new


def one_hot(labels: Array, n_classes: int) -> Array:
    """Give an array of shape (n_classes, N) with a 1 at each example's class and 0 elsewhere.

    Parameters
    ----------
    labels : array of int, shape (N,)
    n_classes : int
    """
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise DataError(
            f"one_hot: labels must be integers of shape (N,); got {labels.dtype}, shape {labels.shape}."
        )
    if labels.size and (labels.min() < 0 or labels.max() >= n_classes):
        raise DataError(
            f"one_hot: labels must be 0 to {n_classes - 1}; got {labels.min()} to {labels.max()}."
        )
    result: Array = np.zeros((n_classes, labels.size), np.float32)
    result[labels, np.arange(labels.size)] = 1.0
    return result


def _check_finite(name: str, array: Array, examples_axis: int) -> None:
    """Refuse NaN and infinities, and say how many there are and where the first one is."""
    if array.dtype.kind != "f":
        return
    bad = ~np.isfinite(array)
    if bad.any():
        example = int(np.argwhere(bad)[0][examples_axis])
        raise DataError(
            f"Dataset: {name} has {int(bad.sum())} values that are NaN or infinite, the first in example {example}. "
            "Remove these examples, or fill in the mean of the training set."
        )
