"""RandomShift: while training, every picture is moved a little, by a fraction of a pixel."""

import numpy as np

from core_lib import DataError, Layer


class RandomShift(Layer):
    r"""Moves each picture of a batch by its own random distance, down or up and right or left.

    A picture that is moved by a pixel shows the same digit. A dense network does not know that: to it, each pixel is
    a feature of its own. So we show it pictures that are moved, newly in each step, and only while training.

    Forward. Along one axis, a picture x that is moved by s pixels (s need not be whole) is read between its pixels,
    by linear interpolation, with zeros (paper) outside:

    .. math:: y_r = \sum_k w_k \, x_{r-k} \qquad w_k = \max(0, 1 - |k - s|)

    At most two of the weights are not zero, and their sum is 1. For s = 0.3 it is 0.7 of the pixel itself and
    0.3 of the one before it. Rows are moved first, columns then.

    Backward. :math:`x_c` is in :math:`y_{c+k}` for every k, with the weight :math:`w_k`:

    .. math:: dx_c = \sum_k w_k \, dy_{c+k} = \sum_k w_{-k} \, dy_{c-k}

    and :math:`w_{-k} = \max(0, 1 - |k + s|)` are the weights of the distance -s. So the gradient is dy, moved back.

    Parameters
    ----------
    rows, columns : int
        The size of a picture; the layer takes and gives it as rows · columns features.
    largest : float
        The largest distance in pixels; distances are drawn from U[-largest, largest].
    rng : numpy.random.Generator

    References
    ----------
    Simard, Steinkraus, Platt: Best practices for convolutional neural networks applied to visual document analysis,
    ICDAR 2003, section 2 (translations with bilinear interpolation).
    """

    def __init__(self, rows, columns, largest, *, rng):
        if rows < 1 or columns < 1 or not 0 <= largest < min(rows, columns):
            raise DataError(
                "RandomShift: a picture needs a row and a column, and the largest distance must be at least 0 and "
                f"less than the picture; got {rows}, {columns} and {largest}."
            )
        self.rows, self.columns, self.largest, self.rng = rows, columns, float(largest), rng

    def forward(self, x):
        """Move the pictures if training; else give a copy of x.

        Parameters
        ----------
        x : array, shape (rows · columns, N)

        Returns
        -------
        y : array, shape (rows · columns, N)
        """
        self.expect("x", x, self.rows * self.columns, "N")
        if not self.training or self.largest == 0.0:
            self.distances = None
            return x.copy()
        self.distances = self.rng.uniform(-self.largest, self.largest, (2, x.shape[-1])).astype(x.dtype)
        down, right = self.distances
        pictures = x.reshape(self.rows, self.columns, -1)
        return self.move(self.move(pictures, down, 0), right, 1).reshape(x.shape)

    def backward(self, dy):
        """Move the gradient back, shape (rows · columns, N)."""
        if self.distances is None:
            return dy.copy()
        down, right = self.distances
        pictures = dy.reshape(self.rows, self.columns, -1)
        return self.move(self.move(pictures, -right, 1), -down, 0).reshape(dy.shape)

    def move(self, pictures, distances, axis):
        """Move pictures, shape (rows, columns, N), along an axis, each by its own distance."""
        source = np.moveaxis(pictures, axis, 0)
        moved = np.zeros_like(source)
        size, reach = len(source), int(np.ceil(self.largest))
        for k in range(-reach, reach + 1):
            weights = np.maximum(0, 1 - np.abs(k - distances))
            moved[max(k, 0) : size + min(k, 0)] += weights * source[max(-k, 0) : size - max(k, 0)]
        return np.moveaxis(moved, 0, axis)

    def __repr__(self):
        return f"RandomShift({self.rows}, {self.columns}, {self.largest:g})"

    @classmethod
    def example(cls, rng):
        """Five pictures of 3 rows and 4 columns."""
        return cls(3, 4, 1.5, rng=rng), rng.standard_normal((12, 5), dtype=np.float32)
