"""Pooling: images become smaller, and small shifts matter less."""

from __future__ import annotations

from typing import Any

import numpy as np

from core_lib.base import Array, Layer, Operation
from core_lib.errors import DataError
from core_lib.im2col import Pair, Sliding, pad, pair


class Pool2D(Operation):
    """What the pooling layers share: a window that slides first down the rows, then along the columns.

    The largest number of a window is the largest among those of its columns, and a sum is the sum of theirs. So
    the work is done for one axis and then for the other: K + K steps instead of K · K, and down the rows
    each step handles long runs of memory.

    Parameters
    ----------
    kernel : int or (int, int)
        K: height and width of the window.
    stride : int or (int, int), optional
        By default as `kernel`: windows that do not overlap.
    padding : int or (int, int)
        p: rows and columns around the image; at most half of the window.
    """

    #: What the margin is filled with.
    margin: float = 0.0

    x_shape: tuple[int, ...]
    y_shape: tuple[int, ...]

    def __init__(
        self, kernel: int | Pair, *, stride: int | Pair | None = None, padding: int | Pair = 0
    ) -> None:
        name = type(self).__name__
        kernel = pair(name, "kernel", kernel, 1)
        stride = kernel if stride is None else pair(name, "stride", stride, 1)
        padding = pair(name, "padding", padding, 0)
        if 2 * padding[0] > kernel[0] or 2 * padding[1] > kernel[1]:
            raise DataError(
                f"{name}: padding {padding} is more than half of the window {kernel}: some windows would see no pixel."
            )
        self.sliding = Sliding(kernel, stride, padding)

    def prepare(self, x: Array) -> Array:
        """Check x, remember the shapes, and give x with its margin."""
        self.expect("x", x, "C", "H", "W", "N")
        self.x_shape = x.shape
        self.y_shape = (x.shape[0], *self.sliding.check(self, x), x.shape[-1])
        return pad(self, "padded", x, self.sliding.padding, self.margin)

    def taps(self, x: Array, axis: int) -> list[Array]:
        """Give, for each of the K positions in the window along an axis (1 or 2), the pixels met there: views."""
        size, step, many = self.sliding.kernel[axis - 1], self.sliding.stride[axis - 1], self.y_shape[axis]
        front = (slice(None),) * axis
        return [x[(*front, slice(i, i + (many - 1) * step + 1, step))] for i in range(size)]

    def overlap(self, axis: int) -> bool:
        """Tell whether a pixel may be in several windows, or in none."""
        size, step = self.sliding.kernel[axis - 1], self.sliding.stride[axis - 1]
        padded = self.x_shape[axis] + 2 * self.sliding.padding[axis - 1]
        return size != step or size * self.y_shape[axis] != padded

    def gradient(self, name: str, shape: tuple[int, ...], dtype: Any, axis: int) -> Array:
        """Give the array to which the windows' gradients are added, or written if each place has one window."""
        d = self.out(name, shape, dtype)
        if self.overlap(axis):
            d[...] = 0
        return d

    def cropped(self, padded: Array) -> Array:
        """Give dx without the margin."""
        ph, pw = self.sliding.padding
        if ph == pw == 0:
            return padded
        dx = self.out("dx without margin", self.x_shape, padded.dtype)
        np.copyto(dx, padded[:, ph : ph + dx.shape[1], pw : pw + dx.shape[2]])
        return dx

    def __repr__(self) -> str:
        kernel, stride, padding, _ = self.sliding
        more = f", stride={stride}" if stride != kernel else ""
        more += f", padding={padding}" if padding != (0, 0) else ""
        return f"{type(self).__name__}({kernel[0] if kernel[0] == kernel[1] else kernel}{more})"


class MaxPool2D(Pool2D, Layer):
    r"""The largest number in each window.

    .. math:: y_{c,p,q} = \max_{i,j} \tilde x_{c,\, sp + i,\, sq + j}

    with :math:`\tilde x` the image within a margin of :math:`-∞`.

    Backward. A small change of x changes y only at the largest number, and there as much:

    .. math:: ∂L/∂\tilde x_{c,h,w} = \sum_{p,q} dy_{c,p,q} \, [(h, w) \text{ is where window } (p, q) \text{ is largest}]

    Of several equal ones, where there is no derivative, one is taken.

    Parameters
    ----------
    kernel, stride, padding
        As in `Pool2D`.

    References
    ----------
    Riesenhuber, Poggio: Hierarchical models of object recognition in cortex (1999).
    Scherer, Müller, Behnke: Evaluation of pooling operations in convolutional architectures, ICANN 2010.
    """

    margin = -np.inf

    x: Array  # with its margin
    column: Array  # the largest of each window's columns
    y: Array

    def forward(self, x: Array) -> Array:
        """Take the largest number of each window.

        Parameters
        ----------
        x : array, shape (C, H, W, N)

        Returns
        -------
        y : array, shape (C, H_out, W_out, N)
        """
        self.x = x = self.prepare(x)
        shape = (x.shape[0], self.y_shape[1], x.shape[2], x.shape[3])
        self.column = self.largest(self.taps(x, 1), self.out("column", shape, x.dtype))
        self.y = self.largest(self.taps(self.column, 2), self.out("y", self.y_shape, x.dtype))
        return self.y

    @staticmethod
    def largest(taps: list[Array], out: Array) -> Array:
        """Compute the elementwise maximum of arrays."""
        if len(taps) == 1:
            np.copyto(out, taps[0])
            return out
        np.maximum(taps[0], taps[1], out=out)
        for tap in taps[2:]:
            np.maximum(out, tap, out=out)
        return out

    def backward(self, dy: Array) -> Array:
        """Send dy, shape (C, H_out, W_out, N), to where the largest numbers were."""
        self.expect("dy", dy, *self.y_shape)
        column, x = self.column, self.x
        dcolumn = self.gradient("dcolumn", column.shape, x.dtype, 2)
        self.share(dy, self.y, self.taps(column, 2), self.taps(dcolumn, 2), self.overlap(2))
        dx = self.gradient("dx", x.shape, x.dtype, 1)
        self.share(dcolumn, column, self.taps(x, 1), self.taps(dx, 1), self.overlap(1))
        return self.cropped(dx)

    def share(self, dy: Array, y: Array, taps: list[Array], dtaps: list[Array], add: bool) -> None:
        """Give dy to the first of `taps` that equals y: add it to that one of `dtaps`, or write it there."""
        here = self.out("here", dy.shape, np.bool_)
        left = dy  # the gradient that has not found its place yet
        for i, (tap, dtap) in enumerate(zip(taps[:-1], dtaps[:-1], strict=True)):
            np.equal(tap, y, out=here)
            to = self.out("part", dy.shape, dy.dtype) if add else dtap
            np.multiply(left, here, out=to)
            # what is left after all others belongs to the last: the largest has to be somewhere
            ends_here = i == len(taps) - 2 and not add
            rest = dtaps[-1] if ends_here else self.out("left", dy.shape, dy.dtype)
            left = np.subtract(left, to, out=rest)
            if add:
                dtap += to
        if add:
            dtaps[-1][...] += left
        elif len(taps) == 1:
            np.copyto(dtaps[0], dy)

    def plain(self, x: Array) -> Array:
        """Compute what `forward` does as the equation says."""
        return plain_pool2d(np.max, x, self.sliding, -np.inf)

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Windows that overlap and have a margin; numbers which are far enough from each other."""
        x = rng.permutation(2 * 5 * 6 * 3).reshape(2, 5, 6, 3) / 30
        return cls((3, 2), stride=(1, 2), padding=1), x.astype(np.float32)


class AveragePool2D(Pool2D, Layer):
    r"""The mean of each window.

    .. math:: y_{c,p,q} = \frac{1}{K^2} \sum_{i,j} \tilde x_{c,\, sp + i,\, sq + j}

    with :math:`\tilde x` the image within a margin of zeros, which count.

    Backward. Every pixel has the same share in each window that it is in:

    .. math:: ∂L/∂\tilde x_{c,h,w} = \frac{1}{K^2} \sum_{(p, q) \text{ with } (h, w) \text{ in their window}} dy_{c,p,q}

    Parameters
    ----------
    kernel, stride, padding
        As in `Pool2D`.

    References
    ----------
    LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition (1998).
    """

    def forward(self, x: Array) -> Array:
        """Take the mean of each window.

        Parameters
        ----------
        x : array, shape (C, H, W, N)

        Returns
        -------
        y : array, shape (C, H_out, W_out, N)
        """
        x = self.prepare(x)
        shape = (x.shape[0], self.y_shape[1], x.shape[2], x.shape[3])
        column = self.sum(self.taps(x, 1), self.out("column", shape, x.dtype))
        y = self.sum(self.taps(column, 2), self.out("y", self.y_shape, x.dtype))
        y *= self.share
        return y

    @property
    def share(self) -> float:
        """A pixel's share in a window, 1 / K²."""
        return 1.0 / (self.sliding.kernel[0] * self.sliding.kernel[1])

    @staticmethod
    def sum(taps: list[Array], out: Array) -> Array:
        """Compute the elementwise sum of arrays."""
        np.copyto(out, taps[0])
        for tap in taps[1:]:
            out += tap
        return out

    def backward(self, dy: Array) -> Array:
        """Give each pixel its share in dy, shape (C, H_out, W_out, N)."""
        self.expect("dy", dy, *self.y_shape)
        (c, h, w, n), (ph, pw) = self.x_shape, self.sliding.padding
        dcolumn = self.gradient("dcolumn", (c, self.y_shape[1], w + 2 * pw, n), dy.dtype, 2)
        scaled = np.multiply(dy, self.share, out=self.out("scaled", dy.shape, dy.dtype))
        self.spread(scaled, self.taps(dcolumn, 2), self.overlap(2))
        dx = self.gradient("dx", (c, h + 2 * ph, w + 2 * pw, n), dy.dtype, 1)
        self.spread(dcolumn, self.taps(dx, 1), self.overlap(1))
        return self.cropped(dx)

    @staticmethod
    def spread(d: Array, dtaps: list[Array], add: bool) -> None:
        """Give d to all of `dtaps`."""
        for dtap in dtaps:
            if add:
                dtap += d
            else:
                np.copyto(dtap, d)

    def plain(self, x: Array) -> Array:
        """Compute what `forward` does as the equation says."""
        return plain_pool2d(np.mean, x, self.sliding, 0.0)

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Windows that overlap and have a margin."""
        return cls((3, 2), stride=(1, 2), padding=1), rng.standard_normal((2, 5, 6, 3), dtype=np.float32)


def plain_pool2d(f: Any, x: Array, sliding: Sliding, margin: float) -> Array:
    """Apply `f` (np.max or np.mean) to each window; for reading, and for the test that compares it.

    Parameters
    ----------
    f : function
    x : array, shape (C, H, W, N)
    sliding : Sliding
    margin : float

    Returns
    -------
    array, shape (C, H_out, W_out, N)
    """
    (KH, KW), (sh, sw), (ph, pw), _ = sliding
    x = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)), constant_values=margin)
    H_out, W_out = (x.shape[1] - KH) // sh + 1, (x.shape[2] - KW) // sw + 1
    y = np.empty((x.shape[0], H_out, W_out, x.shape[3]), x.dtype)
    for p in range(H_out):
        for q in range(W_out):
            y[:, p, q] = f(x[:, p * sh : p * sh + KH, q * sw : q * sw + KW], axis=(1, 2))
    return y
