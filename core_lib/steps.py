"""Between sequences and what knows no steps: a layer at every step, the mean over the steps, shorter sequences."""

from __future__ import annotations

import numpy as np

from core_lib.base import NOT_NEEDED, Array, Layer
from core_lib.errors import DataError


def to_columns(x: Array, out: Array | None = None) -> Array:
    """Put the steps of all examples side by side: (steps, features, N) → (features, steps · N).

    Parameters
    ----------
    x : array, shape (steps, features, N)
    out : array, shape (features, steps, N), optional
    """
    steps, features, n = x.shape
    if out is None:
        out = np.empty((features, steps, n), x.dtype)
    np.copyto(out, x.transpose(1, 0, 2))
    return out.reshape(features, steps * n)


def from_columns(columns: Array, steps: int, out: Array | None = None) -> Array:
    """Undo `to_columns`: (features, steps · N) → (steps, features, N).

    Parameters
    ----------
    columns : array, shape (features, steps · N)
    steps : int
    out : array, shape (steps, features, N), optional
    """
    features = columns.shape[0]
    n = columns.shape[1] // steps if steps else 0
    if out is None:
        out = np.empty((steps, features, n), columns.dtype)
    np.copyto(out, columns.reshape(features, steps, n).transpose(1, 0, 2))
    return out


class EveryStep(Layer):
    r"""Applies a layer to every step, with the same parameters at each.

    .. math:: y_t = f(x_t)

    Many to many: ``Sequential(LSTM(8, 16, rng=rng), EveryStep(Dense(16, 4, rng=rng)))`` gives 4 numbers a step; its
    loss is `EveryStepLoss`. To f the steps of all examples are examples, so nothing is to be derived.

    Parameters
    ----------
    layer : Layer
        For inputs of shape (features, N).
    """

    shape: tuple[int, ...]

    def __init__(self, layer: Layer) -> None:
        if not isinstance(layer, Layer):
            raise DataError(f"EveryStep takes a layer, and got {layer!r} of type {type(layer).__name__}.")
        self.layer = layer

    def forward(self, x: Array) -> Array:
        """Apply the layer.

        Parameters
        ----------
        x : array, shape (steps, features, N)

        Returns
        -------
        y : array, shape (steps, outputs, N)
        """
        self.expect("x", x, "steps", "features", "N")
        steps, features, n = self.shape = x.shape
        y = self.layer.forward(to_columns(x, self.out("x", (features, steps, n), x.dtype)))
        return from_columns(y, steps, self.out("y", (steps, y.shape[0], n), y.dtype))

    def backward(self, dy: Array) -> Array:
        """Pass dy, shape (steps, outputs, N), back through the layer; dx has shape (steps, features, N)."""
        steps, features, n = self.shape
        self.expect("dy", dy, steps, "outputs", n)
        dx = self.layer.backward(to_columns(dy, self.out("dy", (dy.shape[1], steps, n), dy.dtype)))
        if not self.needs_dx:
            return NOT_NEEDED
        return from_columns(dx, steps, self.out("dx", (steps, features, n), dx.dtype))

    def skip_input_gradient(self, skip: bool) -> None:
        """Pass it on to the layer."""
        super().skip_input_gradient(skip)
        self.layer.skip_input_gradient(skip)

    def __repr__(self) -> str:
        return f"EveryStep({self.layer!r})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """A dense layer at four steps."""
        from core_lib.dense import Dense

        return cls(Dense(3, 2, rng=rng)), rng.standard_normal((4, 3, 5), dtype=np.float32)


class MeanOverSteps(Layer):
    r"""The mean of the steps: many to one, for layers without a last state, such as a transformer block.

    .. math:: y = \frac{1}{T} \sum_t x_t \qquad dx_t = \frac{1}{T} dy

    Of an example whose other steps are padding only the steps that are some count, in the sum and in T.

    Attributes
    ----------
    padded_steps : array of bool, shape (steps, N), or None
        True where a step is none. `Padded` sets it.
    """

    padded_steps: Array | None = None
    weights: Array  # what each step counts, shape (steps, 1, N) or (steps, 1, 1)

    def forward(self, x: Array) -> Array:
        """Compute the mean.

        Parameters
        ----------
        x : array, shape (steps, features, N)

        Returns
        -------
        y : array, shape (features, N); zeros where all steps are padding
        """
        self.expect("x", x, "steps", "features", "N")
        steps, features, n = x.shape
        if steps == 0:
            raise DataError(f"{self.describe()}: x has shape {x.shape}; a mean over no steps is no number.")
        y = self.out("y", (features, n), x.dtype)
        if self.padded_steps is None:
            self.weights = self.filled(1.0 / steps, (steps, 1, 1), x.dtype)
            np.add.reduce(x, axis=0, out=y)
            y *= 1.0 / steps
            return y
        self.expect("padded_steps", self.padded_steps, steps, n, cause="It has an entry for each step of x.")
        counts = ~self.padded_steps
        weights = counts / np.maximum(counts.sum(axis=0), 1)
        self.weights = weights[:, np.newaxis].astype(x.dtype)
        np.add.reduce(np.multiply(x, self.weights, out=self.out("weighted", x.shape, x.dtype)), axis=0, out=y)
        return y

    def backward(self, dy: Array) -> Array:
        """Give each step its share of dy, shape (features, N); dx has shape (steps, features, N)."""
        steps = self.weights.shape[0]
        self.expect("dy", dy, "features", "N")
        return np.multiply(self.weights, dy, out=self.out("dx", (steps, *dy.shape), dy.dtype))

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Four steps of three features."""
        return cls(), rng.standard_normal((4, 3, 5), dtype=np.float32)


class Padded(Layer):
    """Tells the layers inside which steps are padding: sequences of different lengths in one batch.

    Shorter sequences are filled up, at their end or at their beginning, with a token that is used for nothing
    else. Every layer inside that has ``padded_steps`` learns before each forward pass where it is, and leaves it out.

    Parameters
    ----------
    net : Layer
        It begins with an `Embedding`.
    token : int
        The token that fills up.

    Examples
    --------
    >>> from core_lib import LSTM, Dense, Embedding, Sequential
    >>> rng = np.random.default_rng(0)
    >>> net = Padded(Sequential(Embedding(9, 4, rng=rng), LSTM(4, 8, rng=rng, returns="last"), Dense(8, 2, rng=rng)))
    >>> long, short = np.array([[5], [3], [0], [0]]), np.array([[5], [3]])
    >>> bool(np.allclose(net.forward(long), net.forward(short)))
    True
    """

    def __init__(self, net: Layer, token: int = 0) -> None:
        if not isinstance(net, Layer):
            raise DataError(f"Padded takes a layer, and got {net!r} of type {type(net).__name__}.")
        self.net, self.token = net, token

    def forward(self, x: Array) -> Array:
        """Pass the tokens `x`, shape (steps, N), through the network."""
        self.expect("x", x, "steps", "N")
        padded = x == self.token
        for _, layer in self.net.walk():
            if hasattr(layer, "padded_steps"):
                layer.padded_steps = padded if padded.any() else None
        return self.net.forward(x)

    def backward(self, dy: Array) -> Array:
        """Pass dy back through the network."""
        return self.net.backward(dy)

    def skip_input_gradient(self, skip: bool) -> None:
        """Pass it on to the network."""
        super().skip_input_gradient(skip)
        self.net.skip_input_gradient(skip)

    def __repr__(self) -> str:
        return f"Padded({self.net!r}, token={self.token})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Sequences of up to four steps, padded at their end, and the mean of what an RNN makes of them."""
        from core_lib.composition import Sequential
        from core_lib.embedding import Embedding
        from core_lib.recurrent import RNN

        x = rng.integers(1, 6, (4, 5))
        x[2:, 1] = x[3:, 2] = 0
        net = Sequential(Embedding(6, 3, rng=rng), RNN(3, 2, rng=rng), MeanOverSteps())
        return cls(net), x
