"""Convolution: the same small weights at every place of an image."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from core_lib.bands import Bands, convolve, kernel_gradient
from core_lib.base import NOT_NEEDED, Array, Layer
from core_lib.errors import DataError
from core_lib.im2col import Pair, Sliding, pair, scatter
from core_lib.initializers import He, Initializer


class Conv2D(Layer):
    r"""A window slides over the image; every output is a weighted sum of what is seen through it.

    Let :math:`\tilde x` be the image with p rows and columns of zeros around it. With stride s and dilation d

    .. math:: y_{o,p,q} = b_o + \sum_{c,i,j} W_{o,c,i,j} \, \tilde x_{c,\, sp + di,\, sq + dj}

    (Signal processing would call it a cross-correlation: the kernel is not flipped.) The output has

    .. math:: H_{out} = \lfloor (H + 2 p - d (K - 1) - 1) / s \rfloor + 1

    rows. With K odd, s = 1 and padding = d (K - 1) / 2 it is as large as the input.

    Backward. :math:`y_{o,p,q}` contains :math:`W_{o,c,i,j}` once, multiplied by the pixel that it met there:

    .. math::
        ∂L/∂W_{o,c,i,j} = \sum_{p,q} dy_{o,p,q} \, \tilde x_{c,\, sp + di,\, sq + dj}
        \qquad ∂L/∂b_o = \sum_{p,q} dy_{o,p,q}

    A pixel is met by every window that covers it, each time with another weight:

    .. math:: ∂L/∂\tilde x_{c,h,w} = \sum_{\substack{o,p,q,i,j \\ sp + di = h,\; sq + dj = w}} W_{o,c,i,j} \, dy_{o,p,q}

    and dx is this without the margin. For s = 1 we have p = h - di: it is a convolution of dy, with a margin of
    d (K - 1) - p, with the kernel flipped in both directions.

    With ``groups=G`` the channels are cut into G groups, and each output channel sees those of its group only.

    Parameters
    ----------
    n_in, n_out : int
        Number of channels of the input and of the output.
    kernel : int or (int, int)
        K: height and width of the window.
    stride, padding, dilation : int or (int, int)
        s, p and d.
    groups : int
        G; it divides `n_in` and `n_out`. ``groups=n_in`` looks at each channel alone ("depthwise").
    rng : numpy.random.Generator
        Draws the first weights.
    init : Initializer
        How W begins (by default He's); b begins with zeros.
    dtype : dtype

    Attributes
    ----------
    W, dW : array, shape (n_out, n_in / G, KH, KW)
    b, db : array, shape (n_out, 1, 1, 1)

    Notes
    -----
    `plain_conv2d` computes the same by loops that read like the equation. Here all windows are put beside each
    other as columns of a matrix X of n_in KH KW rows, and W is a matrix of n_out rows: then, as in `Dense`,
    Y = W X + b and dW = dY Xᵀ. `im2col.py` does it, some rows of the image at a time, and
    `bands.py` without the columns where the window moves by one.

    References
    ----------
    LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition (1998).
    Dumoulin, Visin: A guide to convolution arithmetic for deep learning (2016).
    Chellapilla, Puri, Simard: High performance convolutional neural networks for document processing (2006), on X.

    Examples
    --------
    >>> layer = Conv2D(3, 8, 3, padding=1, rng=np.random.default_rng(0))
    >>> layer.forward(np.zeros((3, 32, 32, 5), dtype=np.float32)).shape
    (8, 32, 32, 5)
    """

    params: ClassVar[tuple[str, ...]] = ("W", "b")
    decayed: ClassVar[tuple[str, ...]] = ("W",)

    x: Array  # the last input, kept for backward
    bands: Bands | None  # what forward has made of it, if backward can use that
    y_shape: tuple[int, ...]

    def __init__(
        self,
        n_in: int,
        n_out: int,
        kernel: int | Pair,
        *,
        stride: int | Pair = 1,
        padding: int | Pair = 0,
        dilation: int | Pair = 1,
        groups: int = 1,
        rng: np.random.Generator,
        init: Initializer | None = None,
        dtype: Any = np.float32,
    ) -> None:
        if n_in < 1 or n_out < 1 or groups < 1 or n_in % groups or n_out % groups:
            raise DataError(
                f"Conv2D needs at least one channel on both sides, and groups that divide both numbers; got "
                f"n_in={n_in}, n_out={n_out}, groups={groups}."
            )
        self.n_in, self.n_out, self.groups = n_in, n_out, groups
        self.sliding = Sliding(
            pair("Conv2D", "kernel", kernel, 1),
            pair("Conv2D", "stride", stride, 1),
            pair("Conv2D", "padding", padding, 0),
            pair("Conv2D", "dilation", dilation, 1),
        )
        shape = (n_out, n_in // groups, *self.sliding.kernel)
        taps = self.sliding.kernel[0] * self.sliding.kernel[1]
        init = He() if init is None else init
        fan_in, fan_out = n_in // groups * taps, n_out // groups * taps
        self.W: Array = init(rng, shape, fan_in=fan_in, fan_out=fan_out).astype(dtype)
        self.b: Array = np.zeros((n_out, 1, 1, 1), dtype)
        self.dW: Array = np.zeros_like(self.W)
        self.db: Array = np.zeros_like(self.b)

    def forward(self, x: Array) -> Array:
        """Compute y = W X + b.

        Parameters
        ----------
        x : array, shape (n_in, H, W, N)

        Returns
        -------
        y : array, shape (n_out, H_out, W_out, N)
        """
        self.expect("x", x, self.n_in, "H", "W", "N")
        self.x = x
        self.y_shape = (self.n_out, *self.sliding.check(self, x), x.shape[-1])
        y = self.out("y", self.y_shape, self.W.dtype)
        W, b = self.grouped(self.W), self.b.reshape(self.groups, -1)
        self.bands = convolve(self, W, b, self.grouped(x), self.sliding, self.grouped(y))
        return y

    def backward(self, dy: Array) -> Array:
        """Compute dW = dy Xᵀ, db = dy 1 and dx.

        Parameters
        ----------
        dy : array, shape (n_out, H_out, W_out, N)

        Returns
        -------
        dx : array, shape (n_in, H, W, N)
        """
        self.expect("dy", dy, *self.y_shape)
        x, (_, h, w, _), (_, oh, ow, _) = self.grouped(self.x), self.x.shape, self.y_shape
        dW, db = self.grouped(self.dW), self.db.reshape(self.groups, -1)
        kernel_gradient(self, x if self.bands is None else self.bands, self.sliding, self.grouped(dy), dW, db)
        if not self.needs_dx:
            return NOT_NEEDED
        dx = self.out("dx", self.x.shape, self.W.dtype)
        if self.sliding.stride == (1, 1) and h * w < 1.3 * oh * ow:
            self.flipped(dy, dx)
        else:
            # Wᵀ dy gives the gradient of each window, and these are added up: any stride, and less work if dy is small
            scatter(self, self.grouped(self.W), self.grouped(dy), self.sliding, self.grouped(dx))
        return dx

    def flipped(self, dy: Array, dx: Array) -> None:
        """Compute dx for stride 1: convolve dy with the flipped kernel, inputs and outputs exchanged."""
        (eh, ew), (ph, pw) = self.sliding.extent(), self.sliding.padding
        sliding = self.sliding._replace(padding=(eh - 1 - ph, ew - 1 - pw))
        flipped = self.grouped(self.W)[..., ::-1, ::-1].swapaxes(1, 2)
        convolve(self, flipped, None, self.grouped(dy), sliding, self.grouped(dx))

    def grouped(self, x: Array) -> Array:
        """Give a view with the first axis, channels, as (G, channels / G)."""
        return x.reshape(self.groups, x.shape[0] // self.groups, *x.shape[1:])

    def plain(self, x: Array) -> Array:
        """Compute what `forward` does as the equation says."""
        return plain_conv2d(x, self.W, self.b, *self.sliding[1:], self.groups)

    def __repr__(self) -> str:
        names = ("stride", "padding", "dilation", "groups")
        values = (*self.sliding[1:], self.groups)
        usual = ((1, 1), (0, 0), (1, 1), 1)
        kernel = _short(self.sliding.kernel)
        more = [f", {n}={_short(v)}" for n, v, u in zip(names, values, usual, strict=True) if v != u]
        return f"Conv2D({self.n_in}, {self.n_out}, {kernel}{''.join(more)})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """All settings at once: two groups, a window that is not square, strides, margins, dilation."""
        layer = cls(4, 6, (3, 2), stride=(2, 1), padding=(2, 1), dilation=(1, 2), groups=2, rng=rng)
        layer.b[...] = rng.standard_normal((6, 1, 1, 1))
        return layer, rng.standard_normal((4, 5, 4, 3), dtype=np.float32)


def plain_conv2d(
    x: Array,
    W: Array,
    b: Array,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> Array:
    """Compute a convolution as the equation says; for reading, and for the test that compares it with `Conv2D`.

    Parameters
    ----------
    x : array, shape (n_in, H, W, N)
    W : array, shape (n_out, n_in / groups, KH, KW)
    b : array, shape (n_out, 1, 1, 1)
    stride, padding, dilation : (int, int)
    groups : int

    Returns
    -------
    array, shape (n_out, H_out, W_out, N)
    """
    (sh, sw), (ph, pw), (dh, dw) = stride, padding, dilation
    n_out, n_c, KH, KW = W.shape
    x = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
    H_out, W_out = (x.shape[1] - dh * (KH - 1) - 1) // sh + 1, (x.shape[2] - dw * (KW - 1) - 1) // sw + 1
    y = np.zeros((n_out, H_out, W_out, x.shape[3]), x.dtype)
    for o in range(n_out):
        first = o // (n_out // groups) * n_c  # of the channels of o's group
        for c in range(n_c):
            for i in range(KH):
                for j in range(KW):
                    met = x[first + c, dh * i :: sh, dw * j :: sw]
                    y[o] += W[o, c, i, j] * met[:H_out, :W_out]
    return y + b


def _short(value: Any) -> Any:
    """Write (3, 3) as 3."""
    return value[0] if isinstance(value, tuple) and value[0] == value[1] else value
