"""Recurrent networks: one step of a sequence after the other, with a memory that goes along.

Here are the loop over the steps, which all recurrent layers share, and the simplest cell. `lstm.py` and
`gru.py` put other cells into the same loop.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np

from core_lib.base import NOT_NEEDED, Array, Layer
from core_lib.errors import DataError
from core_lib.initializers import Initializer, Orthogonal, Xavier
from core_lib.steps import to_columns

# On the way back so many steps, times examples, are done together: what they need is still in the cache.
BLOCK = 256


class RNN(Layer):
    r"""The simple recurrent layer: the new state is made from the input and the old state.

    .. math:: u_t = W x_t + R h_{t-1} + b \qquad h_t = \tanh u_t \qquad h_0 = 0

    Unrolled over the steps it is a deep network, one layer a step, all of them with the same W, R and b.

    Backward ("through time"). :math:`h_t` is used twice: as output y_t, and by the next step. So, from the last
    step to the first, with :math:`\tanh' = 1 - \tanh^2`,

    .. math::
        dh_t &= dy_t + R^T du_{t+1}   &&\text{both uses} \\
        du_t &= dh_t · (1 - h_t^2)    &&\text{as in Tanh}

    and, as every step uses the same parameters, their gradients are sums over the steps of what they are for a
    dense layer:

    .. math:: dW = \sum_t du_t x_t^T \quad dR = \sum_t du_t h_{t-1}^T \quad db = \sum_t du_t 1 \quad dx_t = W^T du_t

    From step t to step t - k the gradient is multiplied k times by :math:`R^T` and by numbers up to 1: it vanishes
    (or explodes) with k. `LSTM` and `GRU` are the remedy.

    Parameters
    ----------
    n_in, n_hidden : int
        Number of features of a step, and of numbers in the state.
    rng : numpy.random.Generator
        Draws the first weights.
    returns : {"all", "last"}
        The states of all steps (many to many), or that of the last one (many to one).
    init : Initializer
        How W begins (by default Xavier's). R begins orthogonal: it neither shrinks nor stretches the state.
    dtype : dtype

    Attributes
    ----------
    W, dW : array, shape (n_hidden, n_in)
    R, dR : array, shape (n_hidden, n_hidden)
    b, db : array, shape (n_hidden, 1)
    padded_steps : array of bool, shape (steps, N), or None
        True where a step is none, because the sequence is shorter than others in the batch. There the state
        stays as it was, the output is zero, and what the input holds does not matter. `Padded` sets it.

    Notes
    -----
    With :math:`z_t` for :math:`h_{t-1}`, :math:`x_t` and a row of ones on top of each other, and :math:`V` for R, W
    and b side by side, :math:`u_t = V z_t` is one product. So is :math:`dV = \sum_t du_t z_t^T`, over all steps and
    examples at once when the loop is over: only what has to wait for the step before is done in the loop.

    References
    ----------
    Elman: Finding structure in time (1990).
    Werbos: Backpropagation through time: what it does and how to do it (1990).
    """

    params: ClassVar[tuple[str, ...]] = ("W", "R", "b")
    decayed: ClassVar[tuple[str, ...]] = ("W", "R")

    #: How many blocks of n_hidden rows W, R and b have: one for each gate of the cell.
    gates: ClassVar[int] = 1
    #: The arrays, shape (steps + 1, n_hidden, N), that a cell hands from step to step.
    memories: ClassVar[tuple[str, ...]] = ("h",)

    padded_steps: Array | None = None
    V: Array  # R, W and b side by side
    z: Array  # h, x and a row of ones, shape (steps + 1, n_hidden + n_in + 1, N)
    h: Array  # the states, shape (steps + 1, n_hidden, N): the first rows of z
    u: Array  # the sums V z, shape (steps, rows of V, N); a cell may put there what it makes of them
    du: Array  # ∂L/∂u of the block of steps at which backward is, shape (steps, rows of V, N)
    dh: Array  # ∂L/∂h of the step at which backward is, shape (n_hidden, N)

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        *,
        rng: np.random.Generator,
        returns: Literal["all", "last"] = "all",
        init: Initializer | None = None,
        dtype: Any = np.float32,
    ) -> None:
        name = type(self).__name__
        if n_in < 1 or n_hidden < 1:
            raise DataError(
                f"{name} needs at least one feature and one hidden unit; got n_in={n_in}, n_hidden={n_hidden}."
            )
        if returns not in ("all", "last"):
            raise DataError(f'{name}: returns must be "all" or "last"; got {returns!r}.')
        self.n_in, self.n_hidden, self.returns = n_in, n_hidden, returns
        init = Xavier() if init is None else init
        W = [init(rng, (n_hidden, n_in), fan_in=n_in, fan_out=n_hidden) for _ in range(self.gates)]
        R = [
            Orthogonal()(rng, (n_hidden, n_hidden), fan_in=n_hidden, fan_out=n_hidden)
            for _ in range(self.gates)
        ]
        self.W: Array = np.concatenate(W).astype(dtype)
        self.R: Array = np.concatenate(R).astype(dtype)
        self.b: Array = np.zeros((self.gates * n_hidden, 1), dtype)
        self.dW: Array = np.zeros_like(self.W)
        self.dR: Array = np.zeros_like(self.R)
        self.db: Array = np.zeros_like(self.b)

    # -- the cell: what `LSTM` and `GRU` replace ------------------------------------------------------

    def matrix(self) -> Array:
        """Give V: R, W and b side by side."""
        shape = (len(self.W), self.n_hidden + self.n_in + 1)
        return np.concatenate((self.R, self.W, self.b), axis=1, out=self.out("V", shape, self.W.dtype))

    def take_apart(self, dV: Array) -> None:
        """Write dV into the gradients of what V is made of."""
        self.dR[...] = dV[:, : self.n_hidden]
        self.dW[...] = dV[:, self.n_hidden : -1]
        self.db[...] = dV[:, -1:]

    def begin(self, steps: int, n: int) -> None:
        """Prepare the cell for a sequence."""

    def step(self, t: int) -> None:
        """Compute the state after step t, h[t + 1], from z[t], the state before it and the input."""
        u = np.matmul(self.V, self.z[t], out=self.u[t])
        np.tanh(u, out=self.h[t + 1])

    def begin_backward(self) -> None:
        """Prepare the cell for the way back: whatever it remembers has no gradient from the future."""

    def differentiate(self, steps: slice) -> None:
        """Put into `du` of these steps what does not depend on dh: how u changes the state."""
        du, h = self.du[: steps.stop - steps.start], self.h[steps.start + 1 : steps.stop + 1]
        np.multiply(h, h, out=du)
        np.subtract(1.0, du, out=du)

    def step_backward(self, t: int, du: Array) -> None:  # noqa: ARG002  # cells that need t replace this
        """Compute du, and turn dh from that of this step's output into that of its input."""
        dh = self.dh
        du *= dh
        np.matmul(self.V[:, : self.n_hidden].T, du, out=dh)

    # -- the loop over the steps ----------------------------------------------------------------------

    def forward(self, x: Array) -> Array:
        """Compute the states.

        Parameters
        ----------
        x : array, shape (steps, n_in, N)

        Returns
        -------
        y : array, shape (steps, n_hidden, N), or (n_hidden, N) if only the last is returned
        """
        self.expect("x", x, "steps", self.n_in, "N")
        steps, n_in, n = x.shape
        if steps == 0:
            raise DataError(f"{self.describe()}: x has shape {x.shape}: a sequence needs at least one step.")
        dtype = self.W.dtype
        if self.padded_steps is not None:
            self.expect(
                "padded_steps", self.padded_steps, steps, n, cause="It has an entry for each step of x."
            )
        H = self.n_hidden
        self.V = self.matrix()
        self.z = z = self.out("z", (steps + 1, H + n_in + 1, n), dtype)
        z[0, :H] = 0.0
        z[:-1, H:-1] = x
        z[:, -1] = 1.0
        if self.padded_steps is not None:  # NaN there must not matter
            np.copyto(z[:-1, H:-1], 0.0, where=self.padded_steps[:, np.newaxis])
        self.h = z[:, :H]
        self.u = self.out("u", (steps, len(self.V), n), dtype)
        self.begin(steps, n)
        for t in range(steps):
            self.step(t)
            if self.padded_steps is not None:
                for name in self.memories:
                    memory = getattr(self, name)
                    np.copyto(memory[t + 1], memory[t], where=self.padded_steps[t])
        if self.returns == "last":
            y = self.out("y", (H, n), dtype)
            np.copyto(y, self.h[-1])
            return y
        y = self.out("y", (steps, H, n), dtype)
        np.copyto(y, self.h[1:])
        if self.padded_steps is not None:
            np.copyto(y, 0.0, where=self.padded_steps[:, np.newaxis])
        return y

    def backward(self, dy: Array) -> Array:
        """Go back through time.

        Parameters
        ----------
        dy : array, the shape of y

        Returns
        -------
        dx : array, shape (steps, n_in, N)
        """
        steps, rows, n = self.u.shape
        dtype, H, every = self.W.dtype, self.n_hidden, self.returns == "all"
        self.expect("dy", dy, *((steps,) if every else ()), H, n)
        self.dh = self.out("dh", (H, n), dtype)
        self.dh[...] = 0.0 if every else dy
        self.begin_backward()
        dx = self.out("dx", (steps, self.n_in, n), dtype) if self.needs_dx else NOT_NEEDED
        dV = self.out("dV", self.V.shape, dtype)
        size = min(max(1, BLOCK // max(n, 1)), steps)
        self.du = self.out("du", (size, rows, n), dtype)
        for end in range(steps, 0, -size):
            start = max(0, end - size)
            self.differentiate(slice(start, end))
            for t in reversed(range(start, end)):
                du = self.du[t - start]
                if self.padded_steps is None:
                    if every:
                        self.dh += dy[t]
                    self.step_backward(t, du)
                else:
                    self._step_backward_unless_padding(t, du, dy[t] if every else None, self.padded_steps[t])
            block = self.du[: end - start]
            if self.needs_dx:
                np.matmul(self.V[:, H:-1].T, block, out=dx[start:end])
            # the sum over steps and examples as a product: side by side they are the columns of two matrices
            du = to_columns(block, self.out("du columns", (rows, end - start, n), dtype))
            z = to_columns(self.z[start:end], self.out("z columns", (self.V.shape[1], end - start, n), dtype))
            if end == steps:
                np.matmul(du, z.T, out=dV)
            else:
                dV += np.matmul(du, z.T, out=self.out("dV of a block", dV.shape, dtype))
        self.take_apart(dV)
        return dx

    def _step_backward_unless_padding(self, t: int, du: Array, dy: Array | None, padding: Array) -> None:
        """Make a step back in which the examples at their padding keep what they had."""
        if dy is not None:
            np.add(self.dh, dy, out=self.dh, where=~padding)
        gradients = [getattr(self, "d" + name) for name in self.memories]
        before = [gradient.copy() for gradient in gradients]
        self.step_backward(t, du)
        for gradient, old in zip(gradients, before, strict=True):
            np.copyto(gradient, old, where=padding)
        np.copyto(du, 0.0, where=padding)

    def plain(self, x: Array) -> Array:
        """Compute what `forward` does as the equations say, without padding."""
        h = np.zeros((self.n_hidden, x.shape[2]), x.dtype)
        states = []
        for x_t in x:
            h = np.tanh(self.W @ x_t + self.R @ h + self.b)
            states.append(h)
        return np.stack(states) if self.returns == "all" else h

    def __repr__(self) -> str:
        last = ', returns="last"' if self.returns == "last" else ""
        return f"{type(self).__name__}({self.n_in}, {self.n_hidden}{last})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Four steps of three features, two hidden units, five examples; biases that are not zero."""
        layer = cls(3, 2, rng=rng)
        layer.b[...] = rng.standard_normal(layer.b.shape)
        return layer, rng.standard_normal((4, 3, 5), dtype=np.float32)
