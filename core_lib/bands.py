"""Convolution without columns: products with bands of the image, whose sums are shifted.

Below `convolution.py`, and like `im2col.py`, which does strides, dilation and groups too, about speed only.

`im2col.py` copies the image once for each column of the window, and multiplies by O rows, one a kernel: few, for BLAS. Here
the image is copied once. It is stored row by row, (H, C, W, N), so that the KH rows which a row of windows sees
are a matrix of KH C rows already, a *band*::

    band p:  rows (i, c), columns (w, n)        what is in row p + i, channel c, column w of example n

The columns of the window are kernels of their own, below each other: with V of KW O rows, V_{(j,o),(i,c)} = W_{o,c,i,j},

    M_p = V band_p        y_{o,p,q} = Σ_j M_{p,(j,o),q+j}

KW O rows instead of O make the product half again as fast; and what is to be added then are KW pieces of M_p, each of them O
rows in which the columns that are needed follow each other, as examples are the last axis.

Backward, the chain rule gives, with band_p from its column j on beside dy_p,

    dV_{(j,o),(i,c)} = Σ_{p,q} dy_{o,p,q} band_{p,(i,c),q+j}

one product for each p and j, of a piece of memory as it is. dx is a convolution of dy with the flipped kernel.

Few and large calls matter with threads, which wait for each other between calls.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided

from core_lib import im2col
from core_lib.base import Array, Operation
from core_lib.im2col import Sliding, by_rows

# How many numbers of M or of the terms of dV to make at a time: 1 MB in float32.
CHUNK = 2**18
# Where a band has fewer rows, its product is no faster than that of columns.
LEAST = 48


def convolve(layer: Operation, W: Array, b: Array | None, x: Array, sliding: Sliding, y: Array) -> None:
    """Compute y, the convolution of x with W, plus b, in the faster way; see `im2col.convolve_by_columns`."""
    if suits(W, x, sliding):
        convolve_bands(layer, W[0], None if b is None else b[0], x[0], sliding, y[0])
    else:
        im2col.convolve_by_columns(layer, W, b, x, sliding, y)


def kernel_gradient(layer: Operation, x: Array, sliding: Sliding, dy: Array, dW: Array, db: Array) -> None:
    """Compute dW and db in the faster way; see `im2col.kernel_gradient_by_columns`."""
    if suits(dW, x, sliding):
        kernel_gradient_bands(layer, x[0], sliding, dy[0], dW[0], db[0])
    else:
        im2col.kernel_gradient_by_columns(layer, x, sliding, dy, dW, db)


def suits(W: Array, x: Array, sliding: Sliding) -> bool:
    """Tell whether this is a case for this module: windows of several columns that move by one, and enough channels."""
    groups, _, n_in, kh, kw = W.shape
    return (
        sliding.stride == sliding.dilation == (1, 1)
        and min(sliding.padding) >= 0
        and groups == 1
        and kw > 1
        and kh * n_in >= LEAST
        and x.size > 0
    )


class Bands:
    """An image, stored so that its bands are pieces of memory.

    Parameters
    ----------
    layer : Operation
        Lends the buffers.
    name : str
        Tells buffers for x from those for dy.
    x : array, shape (C, H, W, N)
    sliding : Sliding
    ones : {0, 1}
        With 1 there is one more channel, of ones, for a bias.
    """

    def __init__(self, layer: Operation, name: str, x: Array, sliding: Sliding, ones: int) -> None:
        (c, h, w, self.n), (self.kh, self.kw), (ph, pw) = x.shape, sliding.kernel, sliding.padding
        self.h, self.w = sliding.grid(h, w)
        #: rows of a band
        self.k = self.kh * (c + ones)
        #: length of its rows
        self.long = (w + 2 * pw) * self.n
        # the margins stay zero, and nobody ever writes to them
        self.store = layer.zeros(name, (h + 2 * ph, c + ones, w + 2 * pw, self.n), x.dtype)
        np.copyto(self.store[ph : ph + h, :c, pw : pw + w], x.swapaxes(0, 1))
        if ones:
            self.store[:, -1] = 1.0

    def whole(self, rows: slice) -> Array:
        """Give bands, shape (rows, KH C, (W + 2 p) N): a view."""
        return self._view(rows, (self.k, self.long), (self.long, 1))

    def from_each_column(self, rows: slice) -> Array:
        """Give bands from each column of the window on, shape (rows, KW, KH C, W_out N): a view."""
        return self._view(rows, (self.kw, self.k, self.w * self.n), (self.n, self.long, 1))

    def _view(self, rows: slice, shape: tuple[int, ...], steps: tuple[int, ...]) -> Array:
        part, size = self.store[rows.start :], self.store.itemsize
        strides = (part.strides[0], *(size * step for step in steps))
        return as_strided(part, (rows.stop - rows.start, *shape), strides, writeable=False)

    def chunks(self, size: int) -> list[slice]:
        """Cut the rows of windows into parts, of nearly the same size, of which each makes CHUNK numbers at most."""
        parts = -(-self.h // max(1, CHUNK // size))
        return [slice(self.h * part // parts, self.h * (part + 1) // parts) for part in range(parts)]


def convolve_bands(layer: Operation, W: Array, b: Array | None, x: Array, sliding: Sliding, y: Array) -> None:
    """Compute y, the convolution of x with W, plus b.

    Parameters
    ----------
    layer : Operation
    W : array, shape (O, C, KH, KW)
    b : array, shape (O,), or None
    x : array, shape (C, H, W, N)
    sliding : Sliding
    y : array, shape (O, H_out, W_out, N)
        The result.
    """
    (o, c, kh, kw), ones = W.shape, 0 if b is None else 1
    V = layer.out("V", (kw, o, kh, c + ones), W.dtype)
    np.copyto(V[..., :c], W.transpose(3, 0, 2, 1))
    if b is not None:  # it is multiplied by the ones of the first row, and only once
        V[..., -1] = 0.0
        V[0, :, 0, -1] = b
    bands = Bands(layer, "bands of dy" if b is None else "bands of x", x, sliding, ones)
    n, wide = bands.n, bands.w * bands.n
    for rows in bands.chunks(kw * o * bands.long):
        M = layer.out("M", (rows.stop - rows.start, kw, o, bands.long), x.dtype)
        np.matmul(V.reshape(kw * o, -1), bands.whole(rows), out=M.reshape(len(M), kw * o, -1))
        pieces = [M[:, j, :, j * n : j * n + wide] for j in range(kw)]
        to = by_rows(y[np.newaxis], rows)[0]
        for piece in pieces[1:-1]:  # in place, in the cache, and the last sum to where it belongs
            pieces[0] += piece
        np.add(pieces[0], pieces[-1], out=to)


def kernel_gradient_bands(
    layer: Operation, x: Array, sliding: Sliding, dy: Array, dW: Array, db: Array
) -> None:
    """Compute dW and db.

    Parameters
    ----------
    layer, x, sliding
        As in `convolve_bands`.
    dy : array, shape (O, H_out, W_out, N)
    dW : array, shape (O, C, KH, KW)
        A result.
    db : array, shape (O,)
        A result.
    """
    o, c, kh, kw = dW.shape
    bands = Bands(layer, "bands of x", x, sliding, 1)
    # band dyᵀ, the transpose, is a tall matrix, and faster to compute than dy bandᵀ
    total = layer.out("total", (kw, bands.k, o), dy.dtype)
    for rows in bands.chunks(total.size):
        terms = layer.out("terms", (rows.stop - rows.start, *total.shape), dy.dtype)
        dy_rows = by_rows(dy[np.newaxis], rows)[0][:, np.newaxis]
        np.matmul(bands.from_each_column(rows), dy_rows.swapaxes(2, 3), out=terms)
        np.add.reduce(terms, axis=0, out=total if rows.start == 0 else terms[0])
        if rows.start:
            total += terms[0]
    found = total.reshape(kw, kh, c + 1, o)
    dW[...] = found[:, :, :c].transpose(3, 2, 1, 0)
    db[...] = found[0, 0, -1]
