"""Windows of images as the columns of a matrix ("im2col"): what makes convolution a matrix product.

Below `convolution.py` and `pooling.py`; what they compute can be read without this. It is about speed:

- The windows of an image are a *view*: an array whose strides let the same number appear in several windows.
  One copy of that view gives the columns. Examples are the last axis, so the copy moves long runs.
- All columns at once are KH · KW times as large as the image and would go through the main memory. So they are
  made and used in blocks that stay in the processor's cache, and made again in the backward pass: copying
  costs a tenth of the matrix product, keeping them would cost more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from core_lib.base import Array, Operation
from core_lib.errors import DataError, ShapeError

Pair = tuple[int, int]

# Numbers in a block of columns: 512 kB in float32. Blocks from 128 kB to 1 MB were equally fast.
BLOCK = 2**17


class Sliding(NamedTuple):
    """How a window moves over an image; each entry is (vertical, horizontal)."""

    kernel: Pair
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)

    def extent(self) -> Pair:
        """Give how many rows and columns a window spans: dilation · (kernel - 1) + 1."""
        (kh, kw), (dh, dw) = self.kernel, self.dilation
        return dh * (kh - 1) + 1, dw * (kw - 1) + 1

    def grid(self, height: int, width: int) -> Pair:
        """Give how many windows fit into a padded image, below and beside each other."""
        (eh, ew), (sh, sw), (ph, pw) = self.extent(), self.stride, self.padding
        return (height + 2 * ph - eh) // sh + 1, (width + 2 * pw - ew) // sw + 1

    def check(self, layer: Operation, x: Array) -> Pair:
        """Give `grid`, or raise a ShapeError if not even one window fits."""
        oh, ow = self.grid(x.shape[-3], x.shape[-2])
        if oh < 1 or ow < 1:
            raise ShapeError(
                f"{layer.describe()}: x has shape {x.shape}, that is, images of {x.shape[-3]} × {x.shape[-2]}; expected "
                f"at least {self.extent()[0] - 2 * self.padding[0]} × {self.extent()[1] - 2 * self.padding[1]}, the size of "
                "a window without the padding. Likely cause: too many pooling layers or strides before this one."
            )
        return oh, ow


def pair(layer: str, what: str, value: int | Pair, least: int) -> Pair:
    """Give a setting as (vertical, horizontal); one number stands for both."""
    both = (value, value) if isinstance(value, int) else tuple(value)
    if len(both) != 2 or not all(isinstance(n, int) and n >= least for n in both):
        raise DataError(f"{layer}: {what} must be a whole number of at least {least}, or two; got {value!r}.")
    return both[0], both[1]


def windows(x: Array, sliding: Sliding) -> Array:
    """Give a view of all windows; padding is taken as done.

    Parameters
    ----------
    x : array, shape (..., H, W, N)
    sliding : Sliding

    Returns
    -------
    array, shape (..., KH, KW, OH, OW, N)
        ``[..., i, j, p, q, n]`` is ``x[..., p · stride + i · dilation, q · stride + j · dilation, n]``.
    """
    (sh, sw), (dh, dw) = sliding.stride, sliding.dilation
    oh, ow = sliding._replace(padding=(0, 0)).grid(x.shape[-3], x.shape[-2])
    *front, h, w, n = x.strides
    return as_strided(
        x,
        (*x.shape[:-3], *sliding.kernel, oh, ow, x.shape[-1]),
        (*front, dh * h, dw * w, sh * h, sw * w, n),
    )


def pad(layer: Operation, name: str, x: Array, padding: Pair, value: float = 0.0) -> Array:
    """Give `x`, shape (..., H, W, N), with a margin; `x` itself if there is none. A negative margin cuts off."""
    ph, pw = padding
    cut_h, cut_w = max(0, -ph), max(0, -pw)
    x = x[..., cut_h : x.shape[-3] - cut_h, cut_w : x.shape[-2] - cut_w, :]
    ph, pw = max(0, ph), max(0, pw)
    if ph == pw == 0:
        return x
    h, w, n = x.shape[-3:]
    padded = layer.out(name, (*x.shape[:-3], h + 2 * ph, w + 2 * pw, n), x.dtype)
    padded[..., :ph, :, :] = padded[..., ph + h :, :, :] = value
    padded[..., :pw, :] = padded[..., pw + w :, :] = value
    padded[..., ph : ph + h, pw : pw + w, :] = x
    return padded


def blocks(oh: int, ow: int, size: int) -> Iterator[tuple[slice, slice]]:
    """Yield (rows, columns) of a grid so that BLOCK numbers hold a block: some whole rows, or a part of one.

    Parameters
    ----------
    oh, ow : int
        The grid of windows.
    size : int
        How many numbers the columns of one window take, for all examples.
    """
    fit = max(1, BLOCK // max(1, size))
    if fit >= ow:
        rows = fit // ow
        for p in range(0, oh, rows):
            yield slice(p, min(p + rows, oh)), slice(0, ow)
        return
    for p in range(oh):
        for q in range(0, ow, fit):
            yield slice(p, p + 1), slice(q, min(q + fit, ow))


def matrix(part: Array) -> Array:
    """Give a block of images, shape (G, C, rows, columns, N), as matrices (G, C, rows · columns · N): a view.

    It is one because a block is several whole rows or a piece of one (see `blocks`).
    """
    g, c, rows, columns, n = part.shape
    return part.reshape(g, c, rows * columns * n)


class Columns:
    """The columns of an image's windows, block by block, for G groups of channels.

    Parameters
    ----------
    layer : Operation
        Lends the buffer.
    x : array, shape (G, C, H, W, N)
        Already padded.
    sliding : Sliding
    """

    def __init__(self, layer: Operation, x: Array, sliding: Sliding) -> None:
        self.windows = windows(x, sliding)
        g, c, kh, kw, self.oh, self.ow, n = self.windows.shape
        self.g, self.k, self.n = g, c * kh * kw, n
        size = min(max(BLOCK, self.g * self.k * n), self.g * self.k * self.oh * self.ow * n)
        self.buffer = layer.out("columns", (size,), x.dtype)

    def block(self, rows: slice, columns: slice) -> Array:
        """Make the columns of a block of windows, shape (G, C KH KW, windows · N)."""
        part = self.windows[..., rows, columns, :]
        block = self.buffer[: part.size]
        np.copyto(block.reshape(part.shape), part)
        return block.reshape(self.g, self.k, -1 if part.size else 0)

    def __iter__(self) -> Iterator[tuple[slice, slice]]:
        return blocks(self.oh, self.ow, self.g * self.k * self.n)


def product(layer: Operation, kernels: Array, x: Array, sliding: Sliding, y: Array, b: Array | None) -> None:
    """Compute y = kernels · columns + b: a convolution.

    Parameters
    ----------
    layer : Operation
    kernels : array, shape (G, O, C KH KW)
    x : array, shape (G, C, H, W, N)
        Already padded.
    sliding : Sliding
    y : array, shape (G, O, OH, OW, N)
        The result.
    b : array, shape (G, O, 1), or None
        Added to each block while it is in the cache.
    """
    columns = Columns(layer, x, sliding)
    for rows, cols in columns:
        part = matrix(y[..., rows, cols, :])
        np.matmul(kernels, columns.block(rows, cols), out=part)
        if b is not None:
            part += b


def kernel_gradient(
    layer: Operation, x: Array, sliding: Sliding, dy: Array, dkernels: Array, db: Array
) -> None:
    """Compute dkernels = dy · columnsᵀ and db = dy · 1.

    Parameters
    ----------
    layer, x, sliding
        As in `product`.
    dy : array, shape (G, O, OH, OW, N)
    dkernels : array, shape (G, O, C KH KW)
    db : array, shape (G, O)
    """
    columns = Columns(layer, x, sliding)
    # The transpose, columns · dyᵀ, is a taller matrix, and a third faster to compute.
    total = layer.out("dkernels", (columns.g, columns.k, dy.shape[1]), dy.dtype)
    term = layer.out("a block's dkernels", total.shape, dy.dtype)
    db_term = layer.out("a block's db", db.shape, dy.dtype)
    total[...] = 0
    db[...] = 0
    for rows, cols in columns:
        d = matrix(dy[..., rows, cols, :])
        np.matmul(columns.block(rows, cols), d.swapaxes(1, 2), out=term)
        total += term
        db += np.matmul(d, layer.filled(1.0, (d.shape[2],), dy.dtype), out=db_term)
    dkernels[...] = total.swapaxes(1, 2)


def scatter(layer: Operation, kernels: Array, dy: Array, sliding: Sliding, dx: Array) -> None:
    """Compute dx = kernelsᵀ · dy, where the columns of a window are added to where they came from.

    Parameters
    ----------
    layer, kernels, sliding
        As in `product`.
    dy : array, shape (G, O, OH, OW, N)
    dx : array, shape (G, C, H, W, N)
        With the padding.
    """
    dx[...] = 0
    places = windows(dx, sliding)
    kh, kw, oh, ow, n = places.shape[2:]
    g, _, k = kernels.shape
    for rows, cols in blocks(oh, ow, g * k * n):
        d = matrix(dy[..., rows, cols, :])
        buffer = layer.out("columns of dx", (g, k, d.shape[2]), dy.dtype)
        np.matmul(kernels.swapaxes(1, 2), d, out=buffer)
        found = buffer.reshape(*places.shape[:4], rows.stop - rows.start, cols.stop - cols.start, n)
        for i in range(kh):
            for j in range(kw):
                # within one tap no place comes twice, so that += adds them all
                places[:, :, i, j, rows, cols] += found[:, :, i, j]
