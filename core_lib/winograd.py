"""Convolution with 3 × 3 windows in two thirds of the multiplications, after Winograd.

Below `convolution.py`, and like `im2col.py`, which does all other windows, about speed only.

Take two outputs below each other. They see four rows d of the image through the three rows g of the window::

    y_0 = d_0 g_0 + d_1 g_1 + d_2 g_2
    y_1 =           d_1 g_0 + d_2 g_1 + d_3 g_2

These are six products; but four are enough, as multiplying out shows::

    m_0 = (d_0 - d_2) g_0
    m_1 = (d_1 + d_2) (g_0 + g_1 + g_2) / 2       y_0 = m_0 + m_1 + m_2
    m_2 = (d_2 - d_1) (g_0 - g_1 + g_2) / 2       y_1 = m_1 - m_2 - m_3
    m_3 = (d_1 - d_3) g_2

Where d are rows of images, with all their channels, and g those of kernels, the products are matrix products, which
take most of the time; the sums of the d are additions of long rows, and those of the g nearly nothing. What the
window sees beside each other is put below each other, as in `im2col.py`. Rounding errors are like those of the plain sum.

Backward, every m is a product m_s = e_s f_s of a sum e of d's and a sum f of g's, so the chain rule gives ::

    dm_0 = dy_0    dm_1 = dy_0 + dy_1    dm_2 = dy_0 - dy_1    dm_3 = -dy_1    df_s = dm_s e_sᵀ

and dg from df. dx is a convolution of dy with the flipped kernel, and goes the same way as y.

Winograd: Arithmetic complexity of computations (1980). Lavin, Gray: Fast algorithms for convolutional neural networks,
CVPR 2016.
"""

from __future__ import annotations

import numpy as np

from core_lib import im2col
from core_lib.base import Array, Operation
from core_lib.im2col import Sliding

# How many numbers of the matrices of e to make at a time: 1 MB in float32.
CHUNK = 2**18
# Where there are fewer channels, the sums cost more than what the products save.
CHANNELS = 16


def convolve(layer: Operation, W: Array, b: Array | None, x: Array, sliding: Sliding, y: Array) -> None:
    """Compute y, the convolution of x with W, plus b, in the faster way; see `im2col.convolve_by_columns`."""
    if suits(W, x, sliding):
        convolve_3x3(layer, W[0], None if b is None else b[0], x[0], y[0])
    else:
        im2col.convolve_by_columns(layer, W, b, x, sliding, y)


def kernel_gradient(layer: Operation, x: Array, sliding: Sliding, dy: Array, dW: Array, db: Array) -> None:
    """Compute dW and db in the faster way; see `im2col.kernel_gradient_by_columns`."""
    if suits(dW, x, sliding):
        kernel_gradient_3x3(layer, x[0], dy[0], dW[0], db[0])
    else:
        im2col.kernel_gradient_by_columns(layer, x, sliding, dy, dW, db)


def suits(W: Array, x: Array, sliding: Sliding) -> bool:
    """Tell whether this is a case for this module: enough channels, images of an even height that keep their size."""
    groups, n_out, n_in = W.shape[:3]
    return (
        sliding == Sliding((3, 3), padding=(1, 1))
        and groups == 1
        and min(n_in, n_out) >= CHANNELS
        and x.shape[2] % 2 == 0
        and x.size > 0
    )


def convolve_3x3(layer: Operation, W: Array, b: Array | None, x: Array, y: Array) -> None:
    """Compute y, the convolution of x with W, plus b.

    Parameters
    ----------
    layer : Operation
        Lends the buffers.
    W : array, shape (O, C, 3, 3)
    b : array, shape (O,), or None
    x : array, shape (C, H, W, N)
    y : array, shape (O, H, W, N)
        The result.
    """
    (o, c), (h, w, n) = W.shape[:2], x.shape[1:]
    f = layer.out("f", (4, 1, o, 3 * c + 1), W.dtype)
    kernel_sums(W.transpose(2, 0, 3, 1), 0.0 if b is None else b, f[:, 0])
    sums = RowSums(layer, x, o)
    m = layer.out("m", (4, sums.many, o, w * n), x.dtype)
    for first in range(0, h // 2, sums.many):
        np.matmul(f, sums.matrices(first), out=m)
        m[0] += m[1]  # in place, in the cache, and then one copy to where it belongs
        m[0] += m[2]
        m[1] -= m[2]
        m[1] -= m[3]
        for i in (0, 1):
            rows = y[:, 2 * first + i : 2 * (first + sums.many) : 2]
            np.copyto(rows, m[i].reshape(-1, o, w, n).swapaxes(0, 1))


def kernel_gradient_3x3(layer: Operation, x: Array, dy: Array, dW: Array, db: Array) -> None:
    """Compute dW and db.

    Parameters
    ----------
    layer : Operation
        Lends the buffers.
    x : array, shape (C, H, W, N)
    dy : array, shape (O, H, W, N)
    dW : array, shape (O, C, 3, 3)
        A result.
    db : array, shape (O,)
        A result.
    """
    (c, h, w, n), o = x.shape, len(dy)
    sums = RowSums(layer, x, o)
    dm = layer.out("m", (4, sums.many, o, w * n), x.dtype)
    # e dmᵀ, the transpose of df, is a tall matrix, and a quarter faster to compute than dm eᵀ
    df, terms = layer.out("df", (2, 4, sums.many, 3 * c + 1, o), x.dtype)
    for first in range(0, h // 2, sums.many):
        for i, s in enumerate((0, 3)):
            rows = dy[:, 2 * first + i : 2 * (first + sums.many) : 2]
            np.copyto(dm[s].reshape(-1, o, w, n), rows.swapaxes(0, 1))
        np.add(dm[0], dm[3], out=dm[1])
        np.subtract(dm[0], dm[3], out=dm[2])
        np.matmul(sums.matrices(first), dm.swapaxes(2, 3), out=terms if first else df)
        if first:
            df += terms
    f = df.sum(axis=1)
    db[...] = f[1, -1]
    f = f[:, :-1].reshape(4, 3, c, o).transpose(0, 3, 2, 1)
    f[1:3] *= 0.5
    dW[:, :, 0] = f[0] + f[1] + f[2]
    dW[:, :, 1] = f[1] - f[2]
    dW[:, :, 2] = f[1] + f[2] - f[3]  # dm_3 above has the other sign


def kernel_sums(g: Array, b: Array | float, f: Array) -> None:
    """Compute the four sums f, shape (4, O, 3 C + 1), of the three rows g of kernels, shape (3, O, 3, C).

    The bias is multiplied by ones. It belongs to m_1, which is part of both outputs.
    """
    f[:, :, -1] = 0.0
    f[1, :, -1] = b
    f = f[:, :, :-1].reshape(4, *g.shape[1:])
    np.copyto(f[0], g[0])
    np.copyto(f[1], 0.5 * (g[0] + g[1] + g[2]))
    np.copyto(f[2], 0.5 * (g[0] - g[1] + g[2]))
    np.copyto(f[3], g[2])


class RowSums:
    """The sums e of rows of an image, as matrices of 3 C + 1 rows, one for each s and each pair of rows.

    Parameters
    ----------
    layer : Operation
        Lends the buffers.
    x : array, shape (C, H, W, N)
    o : int
        How many channels are on the other side.
    """

    def __init__(self, layer: Operation, x: Array, o: int) -> None:
        self.layer, self.x = layer, x
        c, h, w, n = x.shape
        most = max(1, CHUNK // (12 * max(c, o) * w * n))
        #: how many pairs to work on at a time: equal parts
        self.many = next(many for many in range(min(most, h // 2), 0, -1) if h // 2 % many == 0)
        self.e = layer.zeros("e", (4, self.many, 3 * c + 1, w * n), x.dtype)
        self.e[:, :, -1] = 1.0

    def matrices(self, first: int) -> Array:
        """Make the matrices, shape (4, pairs, 3 C + 1, W N), for some pairs.

        Pair p sees the rows 2 p - 1 … 2 p + 2, those outside of the image being zero.
        """
        (c, h, w, n), many = self.x.shape, self.many
        top, bottom = 2 * first - 1, 2 * (first + many) + 1
        above, below = int(top < 0), int(bottom > h)
        # Rows outside of the image are never written to. The copy is made because NumPy copies many short runs quickly
        # and adds them slowly; for each of 500 numbers or so it takes as long to begin as to add them.
        name = f"rows {above}{below}"
        rows = self.layer.zeros(name, (2 * many + 2, c, w, n), self.x.dtype)
        np.copyto(rows[above : len(rows) - below], self.x[:, top + above : bottom - below].swapaxes(0, 1))
        d = [rows[i : i + 2 * many - 1 : 2] for i in range(4)]
        e = self.e[:, :, :-1].reshape(4, many, 3, c, w, n)
        middle = e[:, :, 1]
        np.subtract(d[0], d[2], out=middle[0])
        np.add(d[1], d[2], out=middle[1])
        np.subtract(d[2], d[1], out=middle[2])
        np.subtract(d[1], d[3], out=middle[3])
        # The columns to the left and to the right; outside of the image e is zero, and never written to.
        e[:, :, 0, :, 1:] = middle[:, :, :, :-1]
        e[:, :, 2, :, :-1] = middle[:, :, :, 1:]
        return self.e
