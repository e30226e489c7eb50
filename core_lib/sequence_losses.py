"""What a sequence of outputs costs, where each step has its own target."""

from __future__ import annotations

import numpy as np

from core_lib.base import Array
from core_lib.errors import DataError, ShapeError
from core_lib.losses import Loss, SoftmaxCrossEntropy
from core_lib.steps import from_columns, to_columns


class EveryStepLoss(Loss):
    r"""The mean of a loss over all steps of all examples: many to many.

    .. math:: L = \frac{1}{\text{number of steps that count}} \sum_n \sum_t L(z_{tn}, y_{tn})

    A step whose label is negative does not count: it is padding.

    Parameters
    ----------
    loss : Loss
        What a step costs; by default `SoftmaxCrossEntropy`.
    """

    counted: Array | None  # which columns count, None for all
    shape: tuple[int, ...]
    single: bool  # whether z came without an axis of steps

    def __init__(self, loss: Loss | None = None) -> None:
        self.loss = SoftmaxCrossEntropy() if loss is None else loss
        self.name = f"{self.loss.name} at every step"  # type: ignore[misc]  # each has its own

    def forward(self, z: Array, y: Array, count: float | None = None) -> float:
        """Compute the mean loss.

        Parameters
        ----------
        z : array, shape (steps, K, N), or (K, N) for a single step
        y : array, of labels, shape (steps, N), or of targets, shape (steps, K, N); without the axis of steps as z
        count : float, optional
            What to divide by instead of the number of steps that count.

        Returns
        -------
        float

        Raises
        ------
        ShapeError
            If the shapes of z and y are not as above.
        DataError
            If no step counts, or labels are not whole numbers.
        """
        z, y = self._with_steps(z, y)
        steps, outputs, n = z.shape
        columns = to_columns(z, self.out("columns", (outputs, steps, n), z.dtype))
        self.shape, self.counted = z.shape, None
        if y.ndim == 3:
            return self._mean(columns, to_columns(y), count)
        labels = y.ravel()
        if labels.min() < 0:
            self.counted = np.flatnonzero(labels >= 0)
            columns, labels = columns[:, self.counted], labels[self.counted]
        return self._mean(columns, labels, count)

    def _mean(self, columns: Array, targets: Array, count: float | None) -> float:
        """Let the loss see each step as an example."""
        if columns.shape[1] == 0:
            raise DataError(f"{self!r}: no step of the batch counts: all labels are negative.")
        self.loss._buffers = self._buffers
        return self.loss.forward(columns, targets, columns.shape[1] if count is None else count)

    def backward(self) -> Array:
        """Compute dz, of the shape of z; zero at steps that do not count."""
        steps, outputs, n = self.shape
        columns = self.loss.backward()
        if self.counted is not None:
            every = self.out("dz columns", (outputs, steps * n), columns.dtype)
            every[...] = 0.0
            every[:, self.counted] = columns
            columns = every
        dz = from_columns(columns, steps, self.out("dz steps", (steps, outputs, n), columns.dtype))
        return dz[0] if self.single else dz

    def count(self, y: Array) -> float:
        """Give the number of steps that count."""
        return float(y.shape[0] * y.shape[2]) if y.ndim == 3 else float((y >= 0).sum())

    def scores(self, z: Array, y: Array) -> dict[str, float]:
        """Give the scores of the loss, means over the steps that count."""
        z, y = self._with_steps(z, y)
        if y.ndim == 3:
            return self.loss.scores(to_columns(z), to_columns(y))
        labels = y.ravel()
        return self.loss.scores(to_columns(z)[:, labels >= 0], labels[labels >= 0])

    def _with_steps(self, z: Array, y: Array) -> tuple[Array, Array]:
        """Check z and y, and give both with an axis of steps, and labels as integers."""
        self.expect("z", z, ..., "outputs", "N")
        if not isinstance(y, np.ndarray):
            raise DataError(f"{self!r}: y must be a NumPy array, and is a {type(y).__name__}.")
        if z.dtype.kind != "f" or z.size == 0:
            raise DataError(
                f"{self!r}: z must be floating-point outputs of at least one step of one example, and has "
                f"dtype {z.dtype} and shape {z.shape}."
            )
        if z.ndim > 3 or y.shape not in (z.shape, (*z.shape[:-2], z.shape[-1])):
            raise ShapeError(
                f"{self!r}: z has shape {z.shape} and y has shape {y.shape}; expected (steps, K, N), and for labels "
                "(steps, N). Likely cause: examples must be the last axis of both."
            )
        self.single = z.ndim == 2
        if self.single:
            z, y = z[np.newaxis], y[np.newaxis]
        if y.ndim == 2 and y.dtype.kind == "f":  # a data set makes floats of all but (N,) integers
            labels = y.astype(np.int64)
            if not np.array_equal(labels, y):
                raise DataError(f"{self!r}: labels must be whole numbers, and y has others.")
            y = labels
        return z, y

    def __repr__(self) -> str:
        return f"EveryStepLoss({self.loss!r})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Loss, Array, Array]:
        """A single step, as the other losses have it; four classes, five examples."""
        return cls(), rng.standard_normal((4, 5), dtype=np.float32), rng.integers(0, 4, 5)
