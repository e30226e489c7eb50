"""The fully connected layer: the one to read first."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from core_lib.base import NOT_NEEDED, Array, Layer
from core_lib.errors import DataError
from core_lib.initializers import He, Initializer
from core_lib.products import product


class Dense(Layer):
    r"""Every output is a weighted sum of all inputs, plus a bias.

    Forward, for one example :math:`x` (a column) and for all N of them at once:

    .. math:: y = W x + b \qquad Y = W X + b 1^T

    Backward. With :math:`y_i = \sum_j W_{ij} x_j + b_i`, the chain rule gives, for one example,

    .. math::
        ∂L/∂W_{ij} &= dy_i \, x_j     &&\text{only } y_i \text{ contains } W_{ij} \\
        ∂L/∂b_i    &= dy_i \\
        ∂L/∂x_j    &= \sum_i W_{ij} \, dy_i     &&\text{every } y_i \text{ contains } x_j

    and the gradient over a batch is the sum over its examples. As matrices:

    .. math:: dW = dY X^T \qquad db = dY 1 \qquad dX = W^T dY

    Parameters
    ----------
    n_in, n_out : int
        Number of inputs and outputs of one example.
    rng : numpy.random.Generator
        Draws the first weights: ``np.random.default_rng(0)``. Use one generator for the whole network.
    init : Initializer
        How W begins; b begins with zeros. He's suits ReLU, Xavier's suits tanh and sigmoid.
    dtype : dtype
        float32 is what networks are trained in; float64 is for checking gradients.

    Attributes
    ----------
    W, dW : array, shape (n_out, n_in)
    b, db : array, shape (n_out, 1)

    References
    ----------
    Goodfellow, Bengio, Courville: Deep Learning (2016), section 6.5.
    """

    params: ClassVar[tuple[str, ...]] = ("W", "b")
    decayed: ClassVar[tuple[str, ...]] = ("W",)

    x: Array  # the last input, kept for backward

    def __init__(
        self,
        n_in: int,
        n_out: int,
        *,
        rng: np.random.Generator,
        init: Initializer | None = None,
        dtype: Any = np.float32,
    ) -> None:
        if n_in < 1 or n_out < 1:
            raise DataError(f"Dense needs at least one input and one output; got n_in={n_in}, n_out={n_out}.")
        self.n_in, self.n_out = n_in, n_out
        init = He() if init is None else init
        self.W: Array = init(rng, (n_out, n_in), fan_in=n_in, fan_out=n_out).astype(dtype)
        self.b: Array = np.zeros((n_out, 1), dtype)
        self.dW: Array = np.zeros_like(self.W)
        self.db: Array = np.zeros_like(self.b)

    def forward(self, x: Array) -> Array:
        """Compute y = W x + b.

        Parameters
        ----------
        x : array, shape (n_in, N)

        Returns
        -------
        y : array, shape (n_out, N)
        """
        self.expect("x", x, self.n_in, "N")
        self.x = x
        y = product(self, self.W, x, out=self.out("y", (self.n_out, x.shape[1]), self.W.dtype))
        y += self.b
        return y

    def backward(self, dy: Array) -> Array:
        """Compute dW = dy xᵀ, db = dy 1 and dx = Wᵀ dy.

        Parameters
        ----------
        dy : array, shape (n_out, N)

        Returns
        -------
        dx : array, shape (n_in, N)
        """
        x = self.x
        self.expect("dy", dy, self.n_out, x.shape[1])
        product(self, dy, x.T, out=self.dW)
        np.matmul(dy, self.filled(1.0, (dy.shape[1],), dy.dtype), out=self.db[:, 0])
        if not self.needs_dx:
            return NOT_NEEDED
        dx: Array = np.matmul(self.W.T, dy, out=self.out("dx", x.shape, self.W.dtype))
        return dx

    def __repr__(self) -> str:
        return f"Dense({self.n_in}, {self.n_out})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Four inputs, three outputs, five examples; biases that are not zero."""
        layer = cls(4, 3, rng=rng)
        layer.b[...] = rng.standard_normal((3, 1))
        return layer, rng.standard_normal((4, 5), dtype=np.float32)
