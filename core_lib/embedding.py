"""Words (or other things that can be numbered) as vectors that are learned."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from core_lib.base import NOT_NEEDED, Array, Layer
from core_lib.errors import DataError
from core_lib.initializers import Initializer, Normal


class Embedding(Layer):
    r"""A table with a vector for each token; the output is the rows that the tokens ask for.

    .. math:: y = E_x

    It is a dense layer for one-hot inputs: with :math:`e_x` for the vector that has a 1 at place x, :math:`y = E^T
    e_x`, without the products with zero.

    Backward. Row k acts only where the token is k, so its gradient is the sum of dy over these places. Tokens are
    whole numbers: there is no dx.

    .. math:: dE_k = \sum_{\text{places with } x = k} dy

    Parameters
    ----------
    n_tokens : int
        How many different tokens there are; they are the numbers from 0 to n_tokens - 1.
    n_features : int
        The length of the vectors.
    rng : numpy.random.Generator
    init : Initializer
        How E begins; by default normal with standard deviation 1.
    dtype : dtype

    Attributes
    ----------
    E, dE : array, shape (n_tokens, n_features)

    References
    ----------
    Bengio, Ducharme, Vincent, Jauvin: A neural probabilistic language model, JMLR 3 (2003).
    """

    params: ClassVar[tuple[str, ...]] = ("E",)

    x: Array

    def __init__(
        self,
        n_tokens: int,
        n_features: int,
        *,
        rng: np.random.Generator,
        init: Initializer | None = None,
        dtype: Any = np.float32,
    ) -> None:
        if n_tokens < 1 or n_features < 1:
            raise DataError(
                f"Embedding needs at least one token and one feature; got n_tokens={n_tokens}, n_features={n_features}."
            )
        self.n_tokens, self.n_features = n_tokens, n_features
        init = Normal(1.0) if init is None else init
        self.E: Array = init(rng, (n_tokens, n_features), fan_in=n_tokens, fan_out=n_features).astype(dtype)
        self.dE: Array = np.zeros_like(self.E)

    def forward(self, x: Array) -> Array:
        """Look up the vectors.

        Parameters
        ----------
        x : array of whole numbers from 0 to n_tokens - 1, shape (..., N), for sequences (steps, N)

        Returns
        -------
        y : array, shape (..., n_features, N), for sequences (steps, n_features, N)

        Raises
        ------
        DataError
            If a number is not whole, or is no token.
        """
        self.expect("x", x, ..., "N")
        tokens = x
        if x.dtype.kind == "f":  # a data set may have made them floats
            with np.errstate(invalid="ignore"):
                tokens = x.astype(np.int64)
            if not np.array_equal(tokens, x):
                raise DataError(
                    f"{self.describe()}: tokens must be whole numbers, and x has others. "
                    "Likely cause: it was scaled, or is not the array of tokens."
                )
        if tokens.size and not (tokens.min() >= 0 and tokens.max() < self.n_tokens):
            raise DataError(
                f"{self.describe()}: tokens must be from 0 to {self.n_tokens - 1}, and are from {tokens.min()} to "
                f"{tokens.max()}. Likely cause: they count from 1, or n_tokens is too small."
            )
        self.x = tokens
        y = self.out("y", (*x.shape[:-1], self.n_features, x.shape[-1]), self.E.dtype)
        np.copyto(y, np.moveaxis(self.E[tokens], -1, -2))
        return y

    def backward(self, dy: Array) -> Array:
        """Add up, for each token, dy where it occurs.

        Parameters
        ----------
        dy : array, shape (..., n_features, N)

        Returns
        -------
        array
            `NOT_NEEDED`: whole numbers have no gradient.
        """
        self.expect("dy", dy, *self.x.shape[:-1], self.n_features, self.x.shape[-1])
        self.dE[...] = 0.0
        if self.x.size == 0:
            return NOT_NEEDED
        # Sorted by token, each token's places are next to each other, and a sum over each stretch is one call; adding
        # place by place (np.add.at) is several times slower.
        tokens = self.x.ravel()
        order = np.argsort(tokens, kind="stable")
        tokens = tokens[order]
        starts = np.flatnonzero(np.concatenate(([True], tokens[1:] != tokens[:-1])))
        rows = np.moveaxis(dy, -2, -1).reshape(-1, self.n_features)[order]
        self.dE[tokens[starts]] = np.add.reduceat(rows, starts, axis=0)
        return NOT_NEEDED

    def __repr__(self) -> str:
        return f"Embedding({self.n_tokens}, {self.n_features})"

    @classmethod
    def example(cls, rng: np.random.Generator) -> tuple[Layer, Array]:
        """Six tokens; sequences of four, some of them twice, five examples."""
        return cls(6, 3, rng=rng), rng.integers(0, 6, (4, 5))
