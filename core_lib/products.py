"""The matrix product, in the order in which it is faster.

A B and (Bᵀ Aᵀ)ᵀ are the same numbers. Where A has few rows, BLAS computes the second up to a third faster than the
first: it cuts the first matrix into bands of rows, for its caches and for the cores, and there is little to cut.
"""

from __future__ import annotations

import numpy as np

from core_lib.base import Array, Operation


def product(operation: Operation, A: Array, B: Array, out: Array) -> Array:
    """Compute A B.

    Parameters
    ----------
    operation : Operation
        Lends a buffer.
    A : array, shape (m, k)
    B : array, shape (k, n)
    out : array, shape (m, n)
        The result.
    """
    (m, k), n = A.shape, B.shape[1]
    if not (8 <= m <= 32 and min(k, n) >= 128 and max(k, n) >= 64 * m):
        return np.matmul(A, B, out=out)
    transposed = np.matmul(B.T, A.T, out=operation.out("transposed product", (n, m), out.dtype))
    np.copyto(out, transposed.T)
    return out
