"""Attention: every step looks at all others, and takes from each as much as it matches.

Read `dense.py` before: an attention layer is four dense layers with a softmax between them.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from core_lib.activations import softmax
from core_lib.base import NOT_NEEDED, Array, Layer
from core_lib.errors import DataError
from core_lib.initializers import Initializer, Xavier

# If no score is larger than this, their exponentials and the sums of these neither overflow nor vanish, and softmax
# need not subtract the largest score.
SMALL = 30.0


def contiguous(name: str, x: Array, layer: Layer) -> Array:
    """Give `x` as it is if its numbers are next to each other in memory, and else a copy in a buffer of the layer, of that name.

    After a transposition they are not; but after a second one, as between two blocks, they are again.
    """
    if x.flags.c_contiguous:
        return x
    copy = layer.out(name, x.shape, x.dtype)
    np.copyto(copy, x)
    return copy


class MultiHeadAttention(Layer):
    r"""Self-attention: each step asks a question, and gets the mean of the values whose keys match it.

    For one example X, with a column for each step, and one head:

    .. math::
        Q &= W_q X + b_q 1^T   &&\text{the questions (queries)} \\
        K &= W_k X + b_k 1^T   &&\text{what each step is an answer to (keys)} \\
        V &= W_v X + b_v 1^T   &&\text{the answers (values)} \\
        S &= Q^T K / \sqrt{d_k}   &&S_{ij}\text{: how well question i and key j match} \\
        P &= \operatorname{softmax}(S)   &&\text{over the keys j: each row is positive and has the sum 1} \\
        O &= V P^T   &&O_i = \sum_j P_{ij} V_j\text{, a mean of the values}

    Without the division S would be sums of :math:`d_k` products, whose size grows with :math:`\sqrt{d_k}`, and softmax
    would give nearly all to one key. There are several heads, each with its own rows of :math:`W_q`, :math:`W_k` and
    :math:`W_v`, that is, with :math:`d_k` = features / heads numbers for a question. Below each other their O have as many rows
    as X, and one more dense layer mixes them:

    .. math:: Y = W_o O + b_o 1^T

    Backward. The dense layers are as in `Dense`. From :math:`O = V P^T` and :math:`S = Q^T K / \sqrt{d_k}`, both
    products of matrices, and with softmax's derivative (see `Softmax`) for each row of P:

    .. math::
        dV &= dO \, P \qquad dP = dO^T V \\
        dS_{ij} &= P_{ij} \bigl( dP_{ij} - δ_i \bigr) \qquad δ_i = \sum_j P_{ij} \, dP_{ij} \\
        dQ &= K \, dS^T / \sqrt{d_k} \qquad dK = Q \, dS / \sqrt{d_k}

    The sum δ is cheaper than it looks: :math:`\sum_j P_{ij} \, dO_i^T V_j = dO_i^T O_i`.

    Masks. Where a step must not look, P is zero: at later steps (``causal``), at padding, and where ``mask`` is -inf.
    The other entries of the row share the 1. A step that may look nowhere gets O = 0.

    Parameters
    ----------
    n_features : int
        Of a step, in x and in y.
    n_heads : int
        They share the features: n_features is a multiple of it.
    rng : numpy.random.Generator
    causal : bool
        Whether a step sees only itself and those before it, as it must where the next one is to be predicted.
    mask : array of floats, shape (steps, steps), optional
        Is added to S / sqrt(d_k), row i for question i; -inf where it must not look.
    init : Initializer
        How the weights begin; by default Xavier's.
    dtype : dtype

    Attributes
    ----------
    W, dW : array, shape (3 n_features, n_features)
        W_q, W_k and W_v below each other; the rows of a head are next to each other in each.
    b, db : array, shape (3 n_features, 1)
    Wo, dWo : array, shape (n_features, n_features)
    bo, dbo : array, shape (n_features, 1)
    padded_steps : array of bool, shape (steps, N), or None
        True where a step is none: nobody looks there. `Padded` sets it.

    Notes
    -----
    What makes it fast; `plain` is the same without.

    - The steps of an example are next to each other in memory, (features, N, steps), so that the matrices of a head
      and an example are pieces of the large ones, and are given to BLAS as they are.
    - The division by the sum in softmax is done to O, of :math:`d_k` numbers for each question, rather than to P, of one
      for each key: with :math:`E = e^S` and z for the sums of its rows, :math:`O_i = (E V^T)_i / z_i`. Backward,
      :math:`dS = E (dP - δ) / z`, with the division done to dO.
    - The largest score of a row is subtracted only if some score is large.

    References
    ----------
    Vaswani and others: Attention is all you need, NIPS 2017, section 3.2.
    Dao and others: FlashAttention, NeurIPS 2022, on δ.
    """

    params: ClassVar[tuple[str, ...]] = ("W", "b", "Wo", "bo")
    decayed: ClassVar[tuple[str, ...]] = ("W", "Wo")

    padded_steps: Array | None = None
    X1: Array  # X and a row of ones, shape (features + 1, N, steps)
    A: Array  # Q / sqrt(d_k), K and V, shape (3 features, N · steps)
    E: Array  # shape (heads, N, steps, steps)
    z: Array  # the sums of E's rows, shape (heads, 1, N, steps), 1 where nothing may be looked at
    O: Array  # noqa: E741  # shape (features, N · steps)

    def __init__(
        self,
        n_features: int,
        n_heads: int,
        *,
        rng: np.random.Generator,
        causal: bool = False,
        mask: Array | None = None,
        init: Initializer | None = None,
        dtype: Any = np.float32,
    ) -> None:
        if n_features < 1 or n_heads < 1 or n_features % n_heads:
            raise DataError(
                f"MultiHeadAttention: the heads share the features, so n_features must be a multiple of n_heads; "
                f"got n_features={n_features}, n_heads={n_heads}."
            )
        if mask is not None and (mask.ndim != 2 or np.isnan(mask).any() or (mask == np.inf).any()):
            raise DataError(
                "MultiHeadAttention: mask must have shape (steps, steps) and hold finite numbers or -inf."
            )
        self.n_features, self.n_heads, self.causal, self.mask = n_features, n_heads, causal, mask
        d = n_features
        init = Xavier() if init is None else init
        self.W: Array = init(rng, (3 * d, d), fan_in=d, fan_out=3 * d).astype(dtype)
        self.b: Array = np.zeros((3 * d, 1), dtype)
        self.Wo: Array = init(rng, (d, d), fan_in=d, fan_out=d).astype(dtype)
        self.bo: Array = np.zeros((d, 1), dtype)
        self.dW: Array = np.zeros_like(self.W)
        self.db: Array = np.zeros_like(self.b)
        self.dWo: Array = np.zeros_like(self.Wo)
        self.dbo: Array = np.zeros_like(self.bo)

    def forward(self, x: Array) -> Array:
        """Let every step look at the others.

        Parameters
        ----------
        x : array, shape (steps, n_features, N)

        Returns
        -------
        y : array, shape (steps, n_features, N)
        """
        self.expect("x", x, "steps", self.n_features, "N")
        return self.attend(x.transpose(1, 2, 0)).transpose(2, 0, 1)

    def backward(self, dy: Array) -> Array:
        """Fill the gradients of the parameters.

        Parameters
        ----------
        dy : array, shape (steps, n_features, N)

        Returns
        -------
        dx : array, shape (steps, n_features, N)
        """
        d = self.n_features
        _, n, steps = self.X1.shape
        self.expect("dy", dy, steps, d, n)
        dX = self.attend_backward(contiguous("dY", dy.transpose(1, 2, 0), self))
        return dX.transpose(2, 0, 1) if self.needs_dx else NOT_NEEDED

    def attend(self, X: Array) -> Array:
        """Do what `forward` does for X of shape (features, N, steps); so is the result."""
        d, n, steps = X.shape
        dtype = self.W.dtype
        # with a row of ones below X, and b beside W, W X + b is one product: adding b takes half as long as multiplying
        self.X1 = X1 = self.out("X1", (d + 1, n, steps), dtype)
        X1[:d] = X
        X1[d] = 1.0
        Wb = np.concatenate((self.W, self.b), axis=1, out=self.out("Wb", (3 * d, d + 1), dtype))
        Wb[:d] *= 1.0 / math.sqrt(d // self.n_heads)
        self.A = A = np.matmul(Wb, X1.reshape(d + 1, n * steps), out=self.out("A", (3 * d, n * steps), dtype))
        Q, K, V = self._heads(A)
        S = np.matmul(Q.swapaxes(-1, -2), K, out=self.out("S", (self.n_heads, n, steps, steps), dtype))
        if self.mask is not None:
            self.expect(
                "mask", self.mask, steps, steps, cause="It has a row and a column for each step of x."
            )
            S += np.where(np.isneginf(self.mask), 0.0, self.mask).astype(dtype)
        self.E = E = self._exponentials(S)
        z = np.matmul(E, self.filled(1.0, (steps,), dtype))
        z[z == 0.0] = 1.0  # nothing may be looked at, and V Eᵀ is zero
        self.z = z.reshape(self.n_heads, 1, n, steps)
        self.O = O = self.out("O", (d, n * steps), dtype)  # noqa: E741
        (heads,) = self._heads(O)
        np.matmul(V, E.swapaxes(-1, -2), out=heads)
        self._of_rows(O)[...] /= self.z
        Y = np.matmul(self.Wo, O, out=self.out("Y", (d, n * steps), dtype))
        Y += self.bo
        return Y.reshape(d, n, steps)

    def attend_backward(self, dY: Array) -> Array:
        """Do what `backward` does for dY of shape (features, N, steps); so is the result."""
        d = self.n_features
        _, n, steps = self.X1.shape
        dtype = self.W.dtype
        dY = dY.reshape(d, n * steps)
        ones = self.filled(1.0, (n * steps,), dtype)
        np.matmul(dY, self.O.T, out=self.dWo)
        np.matmul(dY, ones, out=self.dbo[:, 0])
        dO = np.matmul(self.Wo.T, dY, out=self.out("dO", (d, n * steps), dtype))
        self._of_rows(dO)[...] /= self.z
        # from here on dO, dP and delta are those of the equations, divided by z
        product = np.multiply(dO, self.O, out=self.out("product", dO.shape, dtype))
        delta = np.add.reduce(self._of_rows(product), axis=1)
        dA = self.out("dA", self.A.shape, dtype)
        (Q, K, V), (dQ, dK, dV), (dO_heads,) = self._heads(self.A), self._heads(dA), self._heads(dO)
        E = self.E
        np.matmul(dO_heads, E, out=dV)
        dS = np.matmul(dO_heads.swapaxes(-1, -2), V, out=self.out("dS", E.shape, dtype))
        dS -= delta[..., np.newaxis]
        dS *= E
        np.matmul(K, dS.swapaxes(-1, -2), out=dQ)
        np.matmul(Q, dS, out=dK)
        dA[:d] *= 1.0 / math.sqrt(d // self.n_heads)
        dWb = np.matmul(dA, self.X1.reshape(d + 1, n * steps).T, out=self.out("dWb", (3 * d, d + 1), dtype))
        self.dW[...] = dWb[:, :d]
        self.db[...] = dWb[:, d:]
        if not self.needs_dx:
            return NOT_NEEDED
        dX = np.matmul(self.W.T, dA, out=self.out("dX", (d, n * steps), dtype))
        return dX.reshape(d, n, steps)

    def _heads(self, A: Array) -> Array:
        """Show rows of A as matrices of a head and an example: (k features, N · steps) → (k, heads, N, d_k, steps)."""
        _, n, steps = self.X1.shape
        d_k = self.n_features // self.n_heads
        return A.reshape(len(A) // self.n_features, self.n_heads, d_k, n, steps).swapaxes(2, 3)

    def _of_rows(self, A: Array) -> Array:
        """Show A of shape (features, N · steps) as (heads, d_k, N, steps)."""
        return A.reshape(self.n_heads, self.n_features // self.n_heads, *self.X1.shape[1:])

    def _exponentials(self, S: Array) -> Array:
        """Turn scores into their exponentials, up to a factor for each row; zero where it must not be looked."""
        allowed = self.allowed(*self.X1.shape[:0:-1])
        if S.size and S.min() >= -SMALL and S.max() <= SMALL:
            np.exp(S, out=S)
            if allowed is not None:
                S *= allowed
            return S
        if allowed is not None:
            np.copyto(S, -np.inf, where=~allowed)
        largest = S.max(axis=-1, keepdims=True, initial=-np.inf)
        largest[np.isneginf(largest)] = 0.0
        S -= largest
        return np.exp(S, out=S)

    def allowed(self, steps: int, n: int) -> Array | None:
        """Say where a step may look, as an array of bool that broadcasts to (heads, N, steps, steps), or None: anywhere."""
        result: Array | None = None
        if self.causal:
            result = np.tri(steps, dtype=np.bool_)
        if self.mask is not None:
            finite = ~np.isneginf(self.mask)
            result = finite if result is None else result & finite
        if self.padded_steps is not None:
            self.expect(
                "padded_steps", self.padded_steps, steps, n, cause="It has an entry for each step of x."
            )
            seen = ~self.padded_steps.T[:, np.newaxis]
            result = seen if result is None else result & seen
        return result

    def plain(self, x: Array) -> Array:
        """Compute what `forward` does as the equations say, one example and one head after the other."""
        steps, _, n = x.shape
        mask = np.zeros((steps, steps), x.dtype) if self.mask is None else self.mask.astype(x.dtype)
        allowed = self.allowed(steps, n)
        allowed = np.broadcast_to(True if allowed is None else allowed, (n, steps, steps))
        y = np.empty_like(x)
        for example in range(n):
            outputs = []
            Q_all, K_all, V_all = np.split(self.W @ x[:, :, example].T + self.b, 3)
            rows = (np.split(A, self.n_heads) for A in (Q_all, K_all, V_all))
            for Q, K, V in zip(*rows, strict=True):
                S = Q.T @ K / math.sqrt(len(Q)) + mask
                S[~allowed[example]] = -np.inf
                nowhere = np.isneginf(S).all(axis=1)
                S[nowhere] = 0.0  # any number: these rows are to be zero
                P = softmax(S, axis=1)
                P[nowhere] = 0.0
                outputs.append(V @ P.T)
            y[:, :, example] = (self.Wo @ np.concatenate(outputs) + self.bo).T
        return y

    def extra_multiply_adds(self, x: Array, y: Array) -> int:  # noqa: ARG002
        """Count those of Q Kᵀ and P V, for the summary: each head of d_k features, each pair of steps."""
        steps, n_features, n_examples = x.shape
        return int(2 * steps * steps * n_features * n_examples)

    def __repr__(self) -> str:
        return (
            f"MultiHeadAttention({self.n_features}, {self.n_heads}{', causal=True' if self.causal else ''})"
        )

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Two heads of three features; three steps; biases that are not zero."""
        layer = cls(6, 2, rng=rng)
        layer.b[...] = rng.standard_normal(layer.b.shape)
        layer.bo[...] = rng.standard_normal(layer.bo.shape)
        return layer, rng.standard_normal((3, 6, 5), dtype=np.float32)
