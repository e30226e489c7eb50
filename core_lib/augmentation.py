"""More images than there are: each epoch sees them flipped, shifted, turned or noisy, never twice alike.

What is done must not change the class: a turned 6 is a 9, and a mirrored letter none at all.

    train = Augmented(train, Shift(2), Rotation(10))
    trainer.fit(train, validation=dev, epochs=30)

All random numbers come from the generator that is passed in; the trainer passes that of the epoch, so a seed repeats
them too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from core_lib.base import Array
from core_lib.data import Dataset
from core_lib.errors import DataError, ShapeError


class Augmentation:
    """Base: a subclass writes `__call__`."""

    def __call__(self, x: Array, rng: np.random.Generator) -> Array:
        """Give changed images; `x` is left as it is.

        Parameters
        ----------
        x : array of floats, shape (channels, height, width, N)
        rng : numpy.random.Generator

        Returns
        -------
        array, same shape and dtype
        """
        raise NotImplementedError

    def check(self, x: Array) -> None:
        """Refuse what is no batch of images."""
        if x.ndim != 4:
            raise ShapeError(
                f"{type(self).__name__}: x has shape {x.shape}; expected images, (channels, height, width, N)."
            )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{value:g}' for value in vars(self).values())})"


class Flip(Augmentation):
    """Mirror left and right.

    Parameters
    ----------
    p : float
        The share of the images that are mirrored.
    """

    def __init__(self, p: float = 0.5) -> None:
        if not 0 <= p <= 1:
            raise DataError(f"Flip: p must be from 0 to 1; got {p}.")
        self.p = float(p)

    def __call__(self, x: Array, rng: np.random.Generator) -> Array:
        """Mirror each image with probability p."""
        self.check(x)
        chosen = rng.random(x.shape[-1]) < self.p
        y = x.copy()
        y[..., chosen] = x[:, :, ::-1, chosen]
        return y


class Shift(Augmentation):
    """Move by whole pixels; what comes in at the edge is zero.

    Parameters
    ----------
    pixels : int
        The most, in each direction.
    """

    def __init__(self, pixels: int) -> None:
        if pixels < 0:
            raise DataError(f"Shift: pixels must not be negative; got {pixels}.")
        self.pixels = int(pixels)

    def __call__(self, x: Array, rng: np.random.Generator) -> Array:
        """Move each image by its own number of rows and columns."""
        self.check(x)
        p, (_, height, width, n) = self.pixels, x.shape
        padded = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
        first = rng.integers(0, 2 * p + 1, (2, n))  # the row and column of `padded` that come to (0, 0)
        rows = np.arange(height)[:, np.newaxis] + first[0]  # (height, N)
        columns = np.arange(width)[:, np.newaxis] + first[1]  # (width, N)
        # (height, 1, N), (1, width, N) and (N,) make (height, width, N)
        y: Array = padded[:, rows[:, np.newaxis], columns[np.newaxis], np.arange(n)]
        return y


class Rotation(Augmentation):
    r"""Turn about the middle, by an angle of its own for each image.

    The pixel at (r, c) of the result comes from the place that a turn by -φ takes it to,

    .. math:: r' = r \cos φ - c \sin φ \qquad c' = r \sin φ + c \cos φ

    counted from the middle, and is the mean of the four pixels around it, each weighted by how near it is
    (bilinear interpolation); outside there are zeros.

    Parameters
    ----------
    degrees : float
        The largest angle, in both directions.
    """

    def __init__(self, degrees: float) -> None:
        if not 0 <= degrees <= 180:
            raise DataError(f"Rotation: degrees must be from 0 to 180; got {degrees}.")
        self.degrees = float(degrees)

    def __call__(self, x: Array, rng: np.random.Generator) -> Array:
        """Turn each image by an angle from U[-degrees, degrees]."""
        self.check(x)
        _, height, width, n = x.shape
        angle = rng.uniform(-1.0, 1.0, n) * math.radians(self.degrees)
        r = (np.arange(height) - (height - 1) / 2)[:, np.newaxis, np.newaxis]
        c = (np.arange(width) - (width - 1) / 2)[np.newaxis, :, np.newaxis]
        # a frame of zeros, one pixel wide, so that places outside need no special case
        row = np.clip(r * np.cos(angle) - c * np.sin(angle) + (height - 1) / 2 + 1, 0, height + 1)
        column = np.clip(r * np.sin(angle) + c * np.cos(angle) + (width - 1) / 2 + 1, 0, width + 1)
        padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
        top = np.minimum(row.astype(np.intp), height)
        left = np.minimum(column.astype(np.intp), width)
        down, right = (row - top).astype(x.dtype), (column - left).astype(x.dtype)
        number = np.arange(n)
        y: Array = padded[:, top, left, number] * ((1 - down) * (1 - right))
        y += padded[:, top, left + 1, number] * ((1 - down) * right)
        y += padded[:, top + 1, left, number] * (down * (1 - right))
        y += padded[:, top + 1, left + 1, number] * (down * right)
        return y


class Noise(Augmentation):
    """Add normal noise to every number; it suits any data, not only images.

    Parameters
    ----------
    std : float
    """

    def __init__(self, std: float) -> None:
        if not 0 <= std < math.inf:
            raise DataError(f"Noise: the standard deviation must be finite and not negative; got {std}.")
        self.std = float(std)

    def __call__(self, x: Array, rng: np.random.Generator) -> Array:
        """Draw y = x + N(0, std²)."""
        wide = x.dtype == np.float64
        noise: Array = np.asarray(rng.standard_normal(x.shape, np.float64 if wide else np.float32))
        noise *= self.std
        noise += x
        return noise.astype(x.dtype, copy=False)


class Augmented(Dataset):
    """A training set whose batches are changed anew each time that it is gone through.

    Without a generator, as in ``trainer.evaluate``, and in `subset` and `split` it is the data set as it was.

    Parameters
    ----------
    data : Dataset
    *augmentations : Augmentation
        One after the other.
    """

    def __init__(self, data: Dataset, *augmentations: Augmentation) -> None:
        for each in augmentations:
            if not isinstance(each, Augmentation):
                raise DataError(f"Augmented takes augmentations such as Shift(2); got {each!r}.")
        self.x, self.y, self.classes, self.features = data.x, data.y, data.classes, data.features
        self.augmentations = augmentations

    def batches(
        self, batch_size: int, rng: np.random.Generator | None = None
    ) -> Iterator[tuple[Array, Array]]:
        """Yield (x, y) as `Dataset.batches` does, with x changed if there is a generator."""
        for x, y in super().batches(batch_size, rng):
            if rng is not None:
                for augmentation in self.augmentations:
                    x = augmentation(x, rng)
            yield x, y
