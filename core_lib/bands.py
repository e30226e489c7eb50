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

from core_lib import im2col, products
from core_lib.base import Array, Operation
from core_lib.im2col import Sliding, by_rows

# How many numbers of M or of the terms of dV to make at a time: half a megabyte in float32.
CHUNK = 2**17
# Where a band has fewer rows, its product is no faster than that of columns.
LEAST = 48
# Where the columns of a band are cut into pieces, none is shorter.
SHORT = 128


def convolve(
    layer: Operation, W: Array, b: Array | None, x: Array, sliding: Sliding, y: Array
) -> Bands | None:
    """Compute y, the convolution of x with W, plus b, in the faster way; see `im2col.convolve_by_columns`.

    Where that is by bands of x, `kernel_gradient` can use them.
    """
    if suits(W, x, sliding):
        return convolve_bands(layer, W[0], None if b is None else b[0], x[0], sliding, y[0])
    im2col.convolve_by_columns(layer, W, b, x, sliding, y)
    return None


def kernel_gradient(
    layer: Operation, x: Array | Bands, sliding: Sliding, dy: Array, dW: Array, db: Array
) -> None:
    """Compute dW and db in the faster way, given x or the bands of it; see `im2col.kernel_gradient_by_columns`."""
    if isinstance(x, Bands):
        kernel_gradient_bands(layer, x, dy[0], dW[0], db[0])
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

    def pieces(self, o: int) -> tuple[int, int] | None:
        """Say into how many pieces to cut the rows and the columns of a band, for its product with dyᵀ on one core.

        `products.py` says why. None if it is better not to cut.
        """
        wide = self.w * self.n
        for tall in (1, self.kh) if products.one_core else ():
            for parts in range(1, wide // SHORT + 1):
                if wide % parts == 0 and self.k // tall * o * (wide // parts) <= products.SMALL:
                    return tall, parts
        return None

    def chunks(self, size: int) -> list[slice]:
        """Cut the rows of windows into parts, of nearly the same size, of which each makes CHUNK numbers at most."""
        parts = -(-self.h // max(1, CHUNK // size))
        return [slice(self.h * part // parts, self.h * (part + 1) // parts) for part in range(parts)]


def convolve_bands(
    layer: Operation, W: Array, b: Array | None, x: Array, sliding: Sliding, y: Array
) -> Bands:
    """Compute y, the convolution of x with W, plus b, and return the bands of x.

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
        parts = products.pieces(kw * o, bands.k, bands.long)
        band, to = bands.whole(rows)[:, np.newaxis], M.reshape(len(M), parts, -1, bands.long)
        np.matmul(V.reshape(parts, -1, bands.k), band, out=to)
        pieces = [M[:, j, :, j * n : j * n + wide] for j in range(kw)]
        to = by_rows(y[np.newaxis], rows)[0]
        for piece in pieces[1:-1]:  # in place, in the cache, and the last sum to where it belongs
            pieces[0] += piece
        np.add(pieces[0], pieces[-1], out=to)
    return bands


def kernel_gradient_bands(layer: Operation, bands: Bands, dy: Array, dW: Array, db: Array) -> None:
    """Compute dW and db.

    Parameters
    ----------
    layer : Operation
    bands : Bands
        What `convolve_bands` has made of x.
    dy : array, shape (O, H_out, W_out, N)
    dW : array, shape (O, C, KH, KW)
        A result.
    db : array, shape (O,)
        A result.
    """
    o, c, kh, kw = dW.shape
    total = layer.out("total", (kw, bands.k, o), dy.dtype)
    cut = bands.pieces(o)
    tall, parts = cut or (1, 1)
    k, wide = bands.k // tall, bands.w * bands.n // parts
    for rows in bands.chunks(max(total.size * parts, parts * wide * o)):
        many = rows.stop - rows.start
        # band dyᵀ, the transpose, is a tall matrix, and faster to compute than dy bandᵀ
        dyT = by_rows(dy[np.newaxis], rows)[0].swapaxes(1, 2)
        if cut is not None:  # small products are slow if both matrices lie the wrong way round
            ordered = layer.out("dy transposed", dyT.shape, dyT.dtype)
            np.copyto(ordered, dyT)
            dyT = ordered
        band = bands.from_each_column(rows).reshape(many, kw, tall, k, parts, wide).swapaxes(3, 4)
        terms = layer.out("terms", (many, kw, tall, parts, k, o), dy.dtype)
        np.matmul(band, dyT.reshape(many, 1, 1, parts, wide, o), out=terms)
        to = layer.out("part of total", total.shape, dy.dtype) if rows.start else total
        np.add.reduce(terms, axis=(0, 3), out=to.reshape(kw, tall, k, o))
        if rows.start:
            total += to
    found = total.reshape(kw, kh, c + 1, o)
    dW[...] = found[:, :, :c].transpose(3, 2, 1, 0)
    db[...] = found[0, 0, -1]
