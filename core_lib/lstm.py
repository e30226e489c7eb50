"""LSTM: a recurrent layer with a memory that the gradient passes without shrinking."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np

from core_lib.activations import sigmoid
from core_lib.base import Array
from core_lib.initializers import Initializer
from core_lib.recurrent import RNN


class LSTM(RNN):
    r"""Long short-term memory: gates decide what the memory c forgets, takes in and shows.

    .. math::
        o_t &= σ(W_o x_t + R_o h_{t-1} + b_o)   &&\text{what is shown} \\
        i_t &= σ(W_i x_t + R_i h_{t-1} + b_i)   &&\text{what is taken in} \\
        f_t &= σ(W_f x_t + R_f h_{t-1} + b_f)   &&\text{what is kept} \\
        g_t &= \tanh(W_g x_t + R_g h_{t-1} + b_g) &&\text{what is new} \\
        c_t &= f_t c_{t-1} + i_t g_t  \qquad h_t = o_t \tanh c_t

    (products of states are taken number by number; :math:`h_0 = c_0 = 0`). The output is h.

    Backward. Write :math:`u_o, u_i, u_f, u_g` for the sums in the brackets. With :math:`σ' = σ (1 - σ)`,
    :math:`\tanh' = 1 - \tanh^2`, and as :math:`c_t` acts through :math:`h_t` and through :math:`c_{t+1}`,

    .. math::
        dc_t &= f_{t+1} \, dc_{t+1} + dh_t \, o_t (1 - \tanh^2 c_t) \\
        du_o &= dh_t \tanh c_t · o_t (1 - o_t) \\
        du_i &= dc_t \, g_t · i_t (1 - i_t) \\
        du_f &= dc_t \, c_{t-1} · f_t (1 - f_t) \\
        du_g &= dc_t \, i_t · (1 - g_t^2)

    From there it goes on as in `RNN`, with the four du stacked, and :math:`dh_{t-1} = dy_{t-1} + R^T du_t`.
    From :math:`dc_t` to :math:`dc_{t-1}` there is only a product with f: where the gate is open (f = 1), the
    gradient passes unchanged, over hundreds of steps.

    Parameters
    ----------
    n_in, n_hidden : int
    rng : numpy.random.Generator
    returns : {"all", "last"}
    init : Initializer
    forget_bias : float
        How b_f begins: 1, so that at first the memory is kept and long dependencies can be found.
    dtype : dtype

    Attributes
    ----------
    W, dW : array, shape (4 n_hidden, n_in)
        W_o, W_i, W_f and W_g below each other, and likewise for R and b.
    R, dR : array, shape (4 n_hidden, n_hidden)
    b, db : array, shape (4 n_hidden, 1)

    Notes
    -----
    What makes the steps fast; `plain` is the same without.

    - :math:`σ(u) = (1 + \tanh(u/2)) / 2`: with the rows of the three σ halved beforehand, one call of tanh serves
      all four gates. NumPy computes it as fast as exp, and it cannot overflow.
    - In the backward pass :math:`h = o \tanh c` is there already, so that :math:`du_o = dh · h (1 - o)` needs no tanh.
      What does not depend on the gradients is computed for several steps at once.
    - V z is computed gate by gate: for up to 100³ multiplications BLAS has a faster way, without copying V.

    References
    ----------
    Hochreiter, Schmidhuber: Long short-term memory (1997).
    Gers, Schmidhuber, Cummins: Learning to forget: continual prediction with LSTM (2000), on f.
    Jozefowicz, Zaremba, Sutskever: An empirical exploration of recurrent network architectures, ICML 2015, on its bias.
    """

    gates: ClassVar[int] = 4
    memories: ClassVar[tuple[str, ...]] = ("h", "c")

    oifg: Array  # the gates of all steps, shape (steps, 4, n_hidden, N): u, seen gate by gate
    halved: Array  # V, gate by gate, with the rows of the three σ halved, shape (4, n_hidden, columns of V)
    c: Array  # the memory, shape (steps + 1, n_hidden, N)
    scratch: Array  # for a product, shape (n_hidden, N)
    dc: Array  # ∂L/∂c of the step at which backward is, shape (n_hidden, N)
    dc_dh: Array  # o (1 - tanh² c) of the steps from `first` on
    first: int
    Rt: Array  # Rᵀ, gate by gate
    Rt_du: Array

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        *,
        rng: np.random.Generator,
        returns: Literal["all", "last"] = "all",
        init: Initializer | None = None,
        forget_bias: float = 1.0,
        dtype: Any = np.float32,
    ) -> None:
        super().__init__(n_in, n_hidden, rng=rng, returns=returns, init=init, dtype=dtype)
        self.b[2 * n_hidden : 3 * n_hidden] = forget_bias

    def begin(self, steps: int, n: int) -> None:
        """Halve the rows of the three σ, for σ(u) = (1 + tanh(u/2)) / 2; no memory at first."""
        H, dtype = self.n_hidden, self.W.dtype
        self.oifg = self.u.reshape(steps, 4, H, n)
        V = self.V.reshape(4, H, -1)
        self.halved = self.out("halved V", V.shape, dtype)
        np.copyto(self.halved, V)
        self.halved[:3] *= 0.5
        self.c = self.out("c", (steps + 1, H, n), dtype)
        self.c[0] = 0.0
        self.scratch = self.out("scratch", (H, n), dtype)

    def step(self, t: int) -> None:
        """Compute h_{t+1} and c_{t+1} from z_t and c_t; u_t becomes the gates."""
        gates, c, s = self.oifg[t], self.c[t + 1], self.scratch
        np.matmul(self.halved, self.z[t], out=gates)
        np.tanh(gates, out=gates)
        sigma = gates[:3]
        sigma += 1.0
        sigma *= 0.5
        o, i, f, g = gates
        np.multiply(f, self.c[t], out=c)
        np.multiply(i, g, out=s)
        c += s
        np.tanh(c, out=s)
        np.multiply(o, s, out=self.h[t + 1])

    def begin_backward(self) -> None:
        """Nobody after the last step uses its memory."""
        H, (_, n), dtype = self.n_hidden, self.dh.shape, self.dh.dtype
        self.dc = self.out("dc", (H, n), dtype)
        self.dc[...] = 0.0
        self.Rt = self.V.reshape(4, H, -1)[..., :H].transpose(0, 2, 1)
        self.Rt_du = self.out("Rt du", (4, H, n), dtype)

    def differentiate(self, steps: slice) -> None:
        """Put into `du` what is to be multiplied by dh (for o) and by dc (for the others), and into `dc_dh` what c gets.

        All steps of a block at once: fewer and longer operations.
        """
        many, (_, _, H, n), dtype = steps.stop - steps.start, self.oifg.shape, self.dh.dtype
        gates, du = self.oifg[steps], self.du[:many].reshape(many, 4, H, n)
        after = slice(steps.start + 1, steps.stop + 1)
        o, i, f, g = gates.swapaxes(0, 1)
        du_o, du_i, du_f, du_g = du.swapaxes(0, 1)
        h, c_before, c = self.h[after], self.c[steps], self.c[after]
        # o (1 - tanh² c) = o - h tanh c
        self.first, self.dc_dh = steps.start, self.out("dc by dh", (many, H, n), dtype)
        np.tanh(c, out=self.dc_dh)
        self.dc_dh *= h
        np.subtract(o, self.dc_dh, out=self.dc_dh)
        # h (1 - o), (i g) (1 - i), (c f) (1 - f)
        np.subtract(1.0, gates[:, :3], out=du[:, :3])
        du_o *= h
        s = self.out("products of gates", (many, H, n), dtype)
        np.multiply(f, c_before, out=s)
        du_f *= s
        np.multiply(i, g, out=s)
        du_i *= s
        # i (1 - g²) = i - (i g) g
        s *= g
        np.subtract(i, s, out=du_g)

    def step_backward(self, t: int, du: Array) -> None:
        """Compute du, and turn dh and dc from those of this step's output into those of its input."""
        du, dh, dc, s = du.reshape(self.Rt_du.shape), self.dh, self.dc, self.scratch
        np.multiply(dh, self.dc_dh[t - self.first], out=s)
        dc += s
        du[0] *= dh
        du[1:] *= dc
        dc *= self.oifg[t, 2]  # f
        np.matmul(self.Rt, du, out=self.Rt_du)
        np.add.reduce(self.Rt_du, axis=0, out=dh)

    def plain(self, x: Array) -> Array:
        """Compute what `forward` does as the equations say."""
        h = c = np.zeros((self.n_hidden, x.shape[2]), x.dtype)
        states = []
        for x_t in x:
            u_o, u_i, u_f, u_g = np.split(self.W @ x_t + self.R @ h + self.b, 4)
            o, i, f, g = sigmoid(u_o), sigmoid(u_i), sigmoid(u_f), np.tanh(u_g)
            c = f * c + i * g
            h = o * np.tanh(c)
            states.append(h)
        return np.stack(states) if self.returns == "all" else h
