"""The transformer's encoder block: attention between the steps, then a dense network at every step."""

from __future__ import annotations

from typing import Any

import numpy as np

from core_lib.activations import ReLU
from core_lib.attention import MultiHeadAttention, contiguous
from core_lib.base import NOT_NEEDED, Array, Layer
from core_lib.composition import Sequential
from core_lib.dense import Dense
from core_lib.normalization import LayerNorm
from core_lib.regularization import Dropout


class TransformerEncoderBlock(Layer):
    r"""Attention and a dense network, each with a way round it and a normalization.

    .. math::
        h &= \operatorname{norm}_1(x + \operatorname{attention}(x)) \\
        y &= \operatorname{norm}_2(h + f(h)) \qquad f(h) = W_2 \operatorname{ReLU}(W_1 h + b_1) + b_2

    or, with ``norm_first``, which is easier to train in deep networks, because the sum of all blocks is never
    normalized and the gradient passes it unchanged:

    .. math::
        h = x + \operatorname{attention}(\operatorname{norm}_1(x)) \qquad y = h + f(\operatorname{norm}_2(h))

    Backward. Each line is a function with a way round it, :math:`h = x + F(x)`: what comes back goes both ways, and
    :math:`dx = dh + F'^T dh`. The parts know their own derivatives.

    Attention is the only place where steps meet; all else sees each step as an example.

    Parameters
    ----------
    n_features : int
        Of a step, in x and in y.
    n_heads : int
        n_features is a multiple of it.
    n_hidden : int
        Width of the dense network; usually four times n_features.
    rng : numpy.random.Generator
    causal : bool
        Whether a step sees only itself and those before it.
    norm_first : bool
    dropout : float
        The share that is dropped from what attention and the dense network add.
    activation : Layer
        By default ReLU.
    dtype : dtype

    Attributes
    ----------
    attention, norm1, feedforward, norm2 : Layer
        The parts, with their parameters.

    References
    ----------
    Vaswani and others: Attention is all you need, NIPS 2017, section 3.1.
    Xiong and others: On layer normalization in the transformer architecture, ICML 2020, on ``norm_first``.
    """

    shape: tuple[int, int, int]

    def __init__(
        self,
        n_features: int,
        n_heads: int,
        n_hidden: int,
        *,
        rng: np.random.Generator,
        causal: bool = False,
        norm_first: bool = False,
        dropout: float = 0.0,
        activation: Layer | None = None,
        dtype: Any = np.float32,
    ) -> None:
        self.n_features, self.n_heads, self.n_hidden = n_features, n_heads, n_hidden
        self.norm_first = norm_first
        self.attention = MultiHeadAttention(n_features, n_heads, rng=rng, causal=causal, dtype=dtype)
        self.norm1 = LayerNorm(n_features, dtype=dtype)
        self.feedforward = Sequential(
            Dense(n_features, n_hidden, rng=rng, dtype=dtype),
            ReLU() if activation is None else activation,
            Dense(n_hidden, n_features, rng=rng, dtype=dtype),
        )
        self.norm2 = LayerNorm(n_features, dtype=dtype)
        self.dropouts = [Dropout(dropout, rng=rng), Dropout(dropout, rng=rng)] if dropout else []

    def forward(self, x: Array) -> Array:
        """Compute the block.

        Parameters
        ----------
        x : array, shape (steps, n_features, N)

        Returns
        -------
        y : array, shape (steps, n_features, N)
        """
        self.expect("x", x, "steps", self.n_features, "N")
        self.shape = steps, d, n = x.shape
        # (features, N, steps), as attention wants it: with a column for each step of each example, as the others do
        if self.norm_first:
            X = contiguous("X", x.transpose(1, 2, 0), self).reshape(d, n * steps)
            h = self._add(X, self._drop(0, self._attend(self.norm1.forward(X))), "h")
            Y = self._add(h, self._drop(1, self.feedforward.forward(self.norm2.forward(h))), "Y")
        else:
            a = self._drop(0, self._attend(x.transpose(1, 2, 0)))
            X = self.attention.X1[:d].reshape(d, n * steps)
            h = self.norm1.forward(self._add(X, a, "h"))
            Y = self.norm2.forward(self._add(h, self._drop(1, self.feedforward.forward(h)), "Y"))
        return Y.reshape(d, n, steps).transpose(2, 0, 1)

    def backward(self, dy: Array) -> Array:
        """Pass dy, shape (steps, n_features, N), back through all parts; dx has the same shape."""
        self.expect("dy", dy, *self.shape)
        steps, d, n = self.shape
        dY = contiguous("dY", dy.transpose(1, 2, 0), self).reshape(d, n * steps)
        if self.norm_first:
            df = self.norm2.backward(self.feedforward.backward(self._undrop(1, dY)))
            dh = self._add(dY, df, "dh")
            da = self.norm1.backward(self._attend_backward(self._undrop(0, dh)))
            dX = self._add(dh, da, "dX")
        else:
            dY = self.norm2.backward(dY)
            dh = self._add(dY, self.feedforward.backward(self._undrop(1, dY)), "dh")
            dh = self.norm1.backward(dh)
            da = self._attend_backward(self._undrop(0, dh))
            if not self.needs_dx:
                return NOT_NEEDED
            dX = self._add(dh, da, "dX")
        return dX.reshape(d, n, steps).transpose(2, 0, 1) if self.needs_dx else NOT_NEEDED

    def skip_input_gradient(self, skip: bool) -> None:
        """Pass it on to attention, if that is where the input's gradient would come from."""
        super().skip_input_gradient(skip)
        self.attention.skip_input_gradient(skip and not self.norm_first)

    def extra_multiply_adds(self, x: Array, y: Array) -> int:
        """Count attention's for the summary, which sees only calls of `forward`: here its `attend` is called."""
        steps, d, n = x.shape
        return int(steps * n * 4 * d * d) + self.attention.extra_multiply_adds(x, y)

    def _add(self, a: Array, b: Array, name: str) -> Array:
        """Add in a buffer."""
        result: Array = np.add(a, b, out=self.out(name, a.shape, a.dtype))
        return result

    def _attend(self, X: Array) -> Array:
        """Let attention see that X, shape (features, N · steps) or (features, N, steps), are steps."""
        steps, d, n = self.shape
        return self.attention.attend(X.reshape(d, n, steps)).reshape(d, n * steps)

    def _attend_backward(self, dY: Array) -> Array:
        """Undo `_attend`."""
        steps, d, n = self.shape
        dX = self.attention.attend_backward(dY.reshape(d, n, steps))
        return dX.reshape(d, n * steps) if self.attention.needs_dx else dX

    def _drop(self, which: int, x: Array) -> Array:
        """Drop units, if the block has dropout."""
        return self.dropouts[which].forward(x) if self.dropouts else x

    def _undrop(self, which: int, dy: Array) -> Array:
        """Go back through the dropout."""
        return self.dropouts[which].backward(dy) if self.dropouts else dy

    def __repr__(self) -> str:
        return (
            f"TransformerEncoderBlock({self.n_features}, {self.n_heads}, {self.n_hidden}"
            f"{', causal=True' if self.attention.causal else ''}{', norm_first=True' if self.norm_first else ''})"
        )

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Two heads of two features; three steps; a smooth activation, as ReLU's kink is no place to check a gradient."""
        from core_lib.activations import Tanh

        return cls(4, 2, 6, rng=rng, activation=Tanh()), rng.standard_normal((3, 4, 5), dtype=np.float32)
