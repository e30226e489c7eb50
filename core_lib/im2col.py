"""Windows of images as the columns of matrices ("im2col"): what makes convolution a matrix product.

Below `convolution.py` and `pooling.py`; what they compute can be read without this. It is about speed.

Put the numbers that a window sees below each other, and the windows beside each other: then the kernels, a row
each, times this matrix are the outputs. The matrix is KH · KW times as large as the image, and making it can
take as long as multiplying. Three things keep that small:

- Row p of the windows sees rows p · stride … of the image. If the image is stored row by row, (H, C, W, N), these
  are next to each other, and *are* a piece of the matrix for each p: nothing is copied for the KH rows of a
  window (unless they are dilated), only for its KW columns.
- Examples are the last axis, and the windows of a row follow each other: the copies move long runs of memory.
- Only some rows are worked on at a time, so that the copy stays in the processor's cache. It is made again in the
  backward pass: making it takes a tenth of the matrix product, and keeping it would fill the memory.

NumPy multiplies all rows in one call. That matters with threads, which wait for each other between calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from core_lib.base import Array, Operation
from core_lib.errors import DataError, ShapeError

Pair = tuple[int, int]

# How many numbers to work on at a time: 2 MB in float32. Half or twice as many make no difference.
CHUNK = 2**19


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


class Patches:
    """The windows of an image as matrices, one for each row of windows.

    Parameters
    ----------
    layer : Operation
        Lends the buffers.
    name : str
        Tells buffers for x from those for dy.
    x : array, shape (G, C, H, W, N)
        Images, with their C channels in each of G groups.
    sliding : Sliding
    ones : {0, 1}
        With 1 there is a row of ones among those of each kernel row, for a bias.
    """

    def __init__(self, layer: Operation, name: str, x: Array, sliding: Sliding, ones: int = 0) -> None:
        self.layer, self.name, self.x, self.sliding, self.ones = layer, name, x, sliding, ones
        self.oh, self.ow = sliding.grid(x.shape[2], x.shape[3])
        kh, kw = sliding.kernel
        #: rows of a matrix that stem from one row of the image: (j, c), and the ones
        self.k_row = kw * x.shape[1] + ones
        self.k = kh * self.k_row
        #: how many of a window's rows are copied
        self.copied = kh if sliding.dilation[0] > 1 else 1

    def chunks(self, size: int) -> Iterator[slice]:
        """Cut the rows of windows into parts, of nearly the same size, that hold CHUNK numbers at most.

        `size` is how many numbers a row takes in whatever is computed from it.
        """
        size = max(1, size, self.x.shape[0] * self.copied * self.k_row * self.ow * self.x.shape[4])
        parts = -(-self.oh // max(1, CHUNK // size))
        for part in range(parts):
            yield slice(self.oh * part // parts, self.oh * (part + 1) // parts)

    def matrices(self, rows: slice) -> Array:
        """Make the matrices of some rows of windows, shape (G, rows, KH (KW C + ones), OW N)."""
        (g, c, h, _, n), (kh, kw), (sh, sw), (ph, pw), (dh, dw) = self.x.shape, *self.sliding
        many = rows.stop - rows.start
        step, held = (sh, many) if self.copied > 1 else (1, (many - 1) * sh + kh)
        tops = [
            rows.start * sh + i * dh - ph for i in range(self.copied)
        ]  # rows of the image in store[:, 0, i]
        inner = [inside(top, step, held, h) for top in tops]
        # What is outside of the image is never written to. So each set of such places has its own buffer.
        name = f"{self.name} with margins {[(v.first, v.end) for v in inner]}"
        store = self.layer.zeros(name, (g, held, self.copied, self.k_row, self.ow, n), self.x.dtype)
        if self.ones:
            store[:, :, :, -1] = 1.0
        for i, v in enumerate(inner):
            for j in range(kw):
                u = inside(j * dw - pw, sw, self.ow, self.x.shape[3])
                place = store[:, v.first : v.end, i, j * c : (j + 1) * c, u.first : u.end]
                np.copyto(place, self.x[:, :, v.pixels, u.pixels].swapaxes(1, 2))
        down = store.strides[1]
        return as_strided(
            store,
            (g, many, self.k, self.ow * n),
            (store.strides[0], down if self.copied > 1 else sh * down, store.strides[3], store.itemsize),
        )


class Inside(NamedTuple):
    """Which of a series of places, one step from the other, are inside of an image, and their pixels."""

    first: int
    end: int
    pixels: slice


def inside(start: int, step: int, many: int, size: int) -> Inside:
    """Find those of the places start, start + step, … that are at least 0 and below `size`."""
    first = min(many, max(0, -(start // step)))
    end = max(first, min(many, -((start - size) // step)))
    pixel = start + first * step
    return Inside(
        first, end, slice(pixel, pixel + (end - first) * step, step) if end > first else slice(0, 0)
    )


def by_rows(y: Array, rows: slice) -> Array:
    """Give rows of images, shape (G, O, OH, OW, N), as matrices (G, rows, O, OW N): a view."""
    g, o, _, ow, n = y.shape
    part = y[:, :, rows]
    return part.reshape(g, o, part.shape[2], ow * n).swapaxes(1, 2)


def kernel_matrix(layer: Operation, name: str, W: Array, b: Array | None) -> Array:
    """Arrange kernels, shape (G, O, C, KH, KW), as (G, 1, O, KH (KW C + 1)), with the bias, shape (G, O).

    The bias is multiplied by the ones of the first kernel row. Without it the 1 is missing.
    """
    g, o, c, kh, kw = W.shape
    ones = 0 if b is None else 1
    matrix = layer.out(name, (g, o, kh, kw * c + ones), W.dtype)
    matrix[..., : kw * c].reshape(g, o, kh, kw, c)[...] = W.transpose(0, 1, 3, 4, 2)
    if b is not None:
        matrix[:, :, 0, -1] = b
        matrix[:, :, 1:, -1] = 0.0
    return matrix.reshape(g, 1, o, -1)


def convolve_by_columns(
    layer: Operation, W: Array, b: Array | None, x: Array, sliding: Sliding, y: Array
) -> None:
    """Compute y, the convolution of x with W, plus b.

    Parameters
    ----------
    layer : Operation
    W : array, shape (G, O, C, KH, KW)
    b : array, shape (G, O), or None
    x : array, shape (G, C, H, W, N)
    sliding : Sliding
    y : array, shape (G, O, OH, OW, N)
        The result.
    """
    patches = Patches(layer, "dy" if b is None else "x", x, sliding, 0 if b is None else 1)
    kernels = kernel_matrix(layer, "kernels", W, b)
    for rows in patches.chunks(0):
        np.matmul(kernels, patches.matrices(rows), out=by_rows(y, rows))


def kernel_gradient_by_columns(
    layer: Operation, x: Array, sliding: Sliding, dy: Array, dW: Array, db: Array
) -> None:
    """Compute dW = dy Xᵀ and db = dy 1, where X has the windows as columns.

    Parameters
    ----------
    layer, x, sliding
        As in `convolve_by_columns`.
    dy : array, shape (G, O, OH, OW, N)
    dW : array, shape (G, O, C, KH, KW)
        A result.
    db : array, shape (G, O)
        A result.
    """
    g, o, c, kh, kw = dW.shape
    patches = Patches(layer, "x", x, sliding, ones=1)
    # X dyᵀ, the transpose, is a tall matrix, and a third faster to compute than dy Xᵀ.
    total = layer.out("total", (g, patches.k, o), dy.dtype)
    total[...] = 0.0
    for rows in patches.chunks(g * patches.k * o):
        many = rows.stop - rows.start
        terms = layer.out("terms", (g, many, patches.k, o), dy.dtype)
        np.matmul(patches.matrices(rows), by_rows(dy, rows).swapaxes(2, 3), out=terms)
        total += np.sum(terms, axis=1, out=layer.out("sum of terms", total.shape, dy.dtype))
    found = total.reshape(g, kh, kw * c + 1, o)
    dW[...] = found[:, :, :-1].reshape(g, kh, kw, c, o).transpose(0, 4, 3, 1, 2)
    db[...] = found[:, 0, -1]


def scatter(layer: Operation, W: Array, dy: Array, sliding: Sliding, dx: Array) -> None:
    """Compute dx = Wᵀ dy, where the gradient of each window is added to where the window was.

    Parameters
    ----------
    layer, W, sliding
        As in `convolve_by_columns`.
    dy : array, shape (G, O, OH, OW, N)
    dx : array, shape (G, C, H, W, N)
        The result.
    """
    (g, c, h, w, n), (kh, kw), (sh, sw), (ph, pw), (dh, dw) = dx.shape, *sliding
    patches = Patches(layer, "dx", dx, sliding)  # only for its measures
    k_row, ow = patches.k_row, patches.ow
    transposed = kernel_matrix(layer, "kernels of dx", W, None).swapaxes(2, 3)
    dx[...] = 0.0
    for rows in patches.chunks(g * patches.k * ow * n):
        many = rows.stop - rows.start
        columns = layer.out("columns", (g, many, patches.k, ow * n), dy.dtype)
        np.matmul(transposed, by_rows(dy, rows), out=columns)
        # first the rows of the windows are added up, in long runs, and then their columns
        held = (many - 1) * sh + dh * (kh - 1) + 1
        sums = layer.out("sums", (g, held, k_row, ow * n), dy.dtype)
        sums[...] = 0.0
        for i in range(kh):
            sums[:, i * dh : i * dh + (many - 1) * sh + 1 : sh] += columns[:, :, i * k_row : (i + 1) * k_row]
        v = inside(rows.start * sh - ph, 1, held, h)
        for j in range(kw):
            u = inside(j * dw - pw, sw, ow, w)
            part = sums[:, v.first : v.end, j * c : (j + 1) * c].reshape(g, v.end - v.first, c, ow, n)
            dx[:, :, v.pixels, u.pixels] += part[:, :, :, u.first : u.end].swapaxes(1, 2)
