"""GRU: a recurrent layer whose state is itself the memory."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np

from core_lib.activations import sigmoid
from core_lib.base import Array, Layer
from core_lib.initializers import Initializer
from core_lib.recurrent import RNN


class GRU(RNN):
    r"""Gated recurrent unit: the new state is between the old one and a proposal, as a gate decides.

    .. math::
        r_t &= σ(W_r x_t + R_r h_{t-1} + b_r)   &&\text{how much of the old state the proposal sees} \\
        k_t &= σ(W_k x_t + R_k h_{t-1} + b_k)   &&\text{how much of the old state is kept} \\
        m_t &= R_n h_{t-1} + q \\
        n_t &= \tanh(W_n x_t + b_n + r_t m_t)   &&\text{the proposal} \\
        h_t &= k_t h_{t-1} + (1 - k_t) n_t = n_t + k_t (h_{t-1} - n_t)

    (products of states are taken number by number; :math:`h_0 = 0`). The output is h. Of the two usual forms this is
    the one of PyTorch and cuDNN: r acts on the product R_n h, not on h.

    Backward. With :math:`u_r, u_k, u_n` for the arguments of σ and tanh,

    .. math::
        du_k &= dh_t (h_{t-1} - n_t) · k_t (1 - k_t) \\
        du_n &= dh_t (1 - k_t) · (1 - n_t^2) \\
        du_r &= du_n \, m_t · r_t (1 - r_t) \\
        dm_t &= du_n \, r_t

    From there it goes on as in `RNN`, with dm in the place of du_n for R_n and q. The old state is also part of the
    new one, so :math:`dh_{t-1} = dy_{t-1} + k_t \, dh_t + R_r^T du_r + R_k^T du_k + R_n^T dm_t`.

    Parameters
    ----------
    n_in, n_hidden : int
    rng : numpy.random.Generator
    returns : {"all", "last"}
    init : Initializer
    dtype : dtype

    Attributes
    ----------
    W, dW : array, shape (3 n_hidden, n_in)
        W_r, W_k and W_n below each other, and likewise for R and b.
    R, dR : array, shape (3 n_hidden, n_hidden)
    b, db : array, shape (3 n_hidden, 1)
    q, dq : array, shape (n_hidden, 1)

    Notes
    -----
    As in `RNN` all products of a step are one, V z. In V the proposal has two blocks of rows: one for
    :math:`W_n x + b_n`, with zeros for h, and one for m, with zeros for x. `plain` is the same without.

    References
    ----------
    Cho, van Merriënboer, Gulcehre, Bahdanau, Bougares, Schwenk, Bengio: Learning phrase representations using RNN
    encoder–decoder for statistical machine translation, EMNLP 2014.
    """

    params: ClassVar[tuple[str, ...]] = ("W", "R", "b", "q")
    gates: ClassVar[int] = 3

    halved: Array  # V with the rows of the two σ halved

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
        super().__init__(n_in, n_hidden, rng=rng, returns=returns, init=init, dtype=dtype)
        self.q: Array = np.zeros((n_hidden, 1), dtype)
        self.dq: Array = np.zeros_like(self.q)

    def matrix(self) -> Array:
        """Give V, with four blocks of rows: for u_r, u_k, W_n x + b_n, and m."""
        H = self.n_hidden
        V = self.out("V", (4 * H, H + self.n_in + 1), self.W.dtype)
        V[: 3 * H, :H] = self.R
        V[: 3 * H, H:-1] = self.W
        V[: 3 * H, -1:] = self.b
        V[3 * H :] = 0.0
        V[3 * H :, :H] = self.R[2 * H :]
        V[3 * H :, -1:] = self.q
        V[2 * H : 3 * H, :H] = 0.0
        return V

    def take_apart(self, dV: Array) -> None:
        """Write dV into the gradients of what V is made of; its zeros are nobody's parameters."""
        H = self.n_hidden
        self.dR[: 2 * H] = dV[: 2 * H, :H]
        self.dR[2 * H :] = dV[3 * H :, :H]
        self.dW[...] = dV[: 3 * H, H:-1]
        self.db[...] = dV[: 3 * H, -1:]
        self.dq[...] = dV[3 * H :, -1:]

    def begin(self, steps: int, n: int) -> None:  # noqa: ARG002
        """Halve the rows of the two σ, for σ(u) = (1 + tanh(u/2)) / 2."""
        self.halved = self.out("halved V", self.V.shape, self.V.dtype)
        np.copyto(self.halved, self.V)
        self.halved[: 2 * self.n_hidden] *= 0.5

    def step(self, t: int) -> None:
        """Compute h[t + 1] from z[t]; u[t] becomes r, k, n and m."""
        H, n_examples = self.n_hidden, self.z.shape[-1]
        u = self.u[t].reshape(4, H, n_examples)
        np.matmul(self.halved.reshape(4, H, -1), self.z[t], out=u)
        r, k, n, m = u
        sigma = u[:2]
        np.tanh(sigma, out=sigma)
        sigma += 1.0
        sigma *= 0.5
        h = self.h[t + 1]
        np.multiply(r, m, out=h)
        n += h
        np.tanh(n, out=n)
        np.subtract(self.h[t], n, out=h)
        h *= k
        h += n

    def differentiate(self, steps: slice) -> None:
        """Put into `du` what is to be multiplied by dh, for r, k, n and m."""
        many, H, n_examples = steps.stop - steps.start, self.n_hidden, self.z.shape[-1]
        gates = self.u[steps].reshape(many, 4, H, n_examples)
        du = self.du[:many].reshape(many, 4, H, n_examples)
        r, k, n, m = gates.swapaxes(0, 1)
        du_r, du_k, du_n, dm = du.swapaxes(0, 1)
        # 1 - σ for both
        np.subtract(1.0, gates[:, :2], out=du[:, :2])
        # (1 - n²) (1 - k) for n, times r for m
        np.multiply(n, n, out=du_n)
        np.subtract(1.0, du_n, out=du_n)
        du_n *= du_k
        np.multiply(du_n, r, out=dm)
        # dm m (1 - r) for r, and (h - n) k (1 - k) for k
        du_r *= m
        du_r *= dm
        h_minus_n = self.out("h - n", n.shape, n.dtype)
        np.subtract(self.h[steps], n, out=h_minus_n)
        du_k *= k
        du_k *= h_minus_n

    def step_backward(self, t: int, du: Array) -> None:
        """Compute du, and turn dh from that of h[t + 1] into that of h[t]."""
        H, dh = self.n_hidden, self.dh
        du = du.reshape(4, H, -1)
        du *= dh
        dh *= self.u[t, H : 2 * H]  # k: what h gets directly
        R = self.V.reshape(4, H, -1)[..., :H]
        for block in (0, 1, 3):  # block 2, for W x + b, has zeros for h
            dh += np.matmul(R[block].T, du[block], out=self.out("R du", dh.shape, dh.dtype))

    def plain(self, x: Array) -> Array:
        """Compute what `forward` does as the equations say."""
        h = np.zeros((self.n_hidden, x.shape[2]), x.dtype)
        (R_r, R_k, R_n), states = np.split(self.R, 3), []
        for x_t in x:
            a_r, a_k, a_n = np.split(self.W @ x_t + self.b, 3)
            r, k = sigmoid(a_r + R_r @ h), sigmoid(a_k + R_k @ h)
            n = np.tanh(a_n + r * (R_n @ h + self.q))
            h = k * h + (1 - k) * n
            states.append(h)
        return np.stack(states) if self.returns == "all" else h

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """As for `RNN`, with q that is not zero."""
        layer = cls(3, 2, rng=rng)
        layer.b[...] = rng.standard_normal(layer.b.shape)
        layer.q[...] = rng.standard_normal(layer.q.shape)
        return layer, rng.standard_normal((4, 3, 5), dtype=np.float32)
