"""Reading a sequence in both directions."""

from __future__ import annotations

import numpy as np

from core_lib.base import NOT_NEEDED, Array, Layer
from core_lib.errors import DataError
from core_lib.recurrent import RNN


class Bidirectional(Layer):
    r"""Two recurrent layers, one of which reads the sequence from its end.

    .. math:: a = A(x_1, …, x_T) \qquad b = B(x_T, …, x_1) \qquad y_t = (a_t, b_{T+1-t})

    so that :math:`y_t` knows what comes before and what comes after step t. Where the layers return only their last
    state, y is :math:`(a_T, b_T)`: both have read all of the sequence.

    Backward. Each half of dy goes to its layer, in that layer's order of steps; x is used twice, so dx is the sum:

    .. math:: dx_t = dx^A_t + dx^B_{T+1-t}

    Parameters
    ----------
    forwards, backwards : RNN, LSTM or GRU
        ``Bidirectional(LSTM(8, 16, rng=rng), LSTM(8, 16, rng=rng))``. They take the same number of features.

    Attributes
    ----------
    padded_steps : array of bool, shape (steps, N), or None
        True where a step is none; see `RNN`. The layer that reads from the end begins at the last step that is one.

    References
    ----------
    Schuster, Paliwal: Bidirectional recurrent neural networks (1997).
    """

    padded_steps: Array | None = None

    def __init__(self, forwards: RNN, backwards: RNN) -> None:
        if not (isinstance(forwards, RNN) and isinstance(backwards, RNN)) or forwards is backwards:
            raise DataError(
                f"Bidirectional takes two recurrent layers, and got {forwards!r} and {backwards!r}. "
                "Make two: each has its own parameters."
            )
        if forwards.n_in != backwards.n_in or forwards.returns != backwards.returns:
            raise DataError(
                f"Bidirectional: {forwards!r} and {backwards!r} must take the same number of features and both "
                "return all steps or both the last."
            )
        self.forwards, self.backwards = forwards, backwards

    def forward(self, x: Array) -> Array:
        """Read `x` in both directions.

        Parameters
        ----------
        x : array, shape (steps, n_in, N)

        Returns
        -------
        y : array, shape (steps, n_hidden of A + n_hidden of B, N), or without the first axis for the last state
        """
        padded = self.padded_steps
        self.forwards.padded_steps = padded
        self.backwards.padded_steps = None if padded is None else padded[::-1]
        a, b = self.forwards.forward(x), self.backwards.forward(x[::-1])
        b = b[::-1] if b.ndim == 3 else b
        shape = (*a.shape[:-2], a.shape[-2] + b.shape[-2], a.shape[-1])
        return np.concatenate((a, b), axis=-2, out=self.out("y", shape, a.dtype))

    def backward(self, dy: Array) -> Array:
        """Give both layers their half of dy, and add what they return.

        Parameters
        ----------
        dy : array, the shape of y

        Returns
        -------
        dx : array, shape (steps, n_in, N)
        """
        H = self.forwards.n_hidden
        da, db = dy[..., :H, :], dy[..., H:, :]
        dx = self.forwards.backward(da)
        from_end = self.backwards.backward(db[::-1] if db.ndim == 3 else db)
        if not self.needs_dx:
            return NOT_NEEDED
        dx += from_end[::-1]
        return dx

    def skip_input_gradient(self, skip: bool) -> None:
        """Pass it on to both layers."""
        super().skip_input_gradient(skip)
        self.forwards.skip_input_gradient(skip)
        self.backwards.skip_input_gradient(skip)

    def __repr__(self) -> str:
        return f"Bidirectional({self.forwards!r}, {self.backwards!r})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Two layers of different kinds and sizes."""
        from core_lib.gru import GRU

        return cls(GRU(3, 2, rng=rng), RNN(3, 4, rng=rng)), rng.standard_normal((4, 3, 5), dtype=np.float32)
