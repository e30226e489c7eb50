"""The matrix product, in the way that is faster.

BLAS, which computes NumPy's products, is made for large matrices that are about square. It copies both into the order
in which it will read them, which pays if each number is used many times, and gives bands of rows to the cores. Where a
matrix has few rows, as in a first layer with many inputs and few outputs, there is little to give, and copying takes as
long as computing. So there

- on several cores the transpose is computed, (A B)ᵀ = Bᵀ Aᵀ: there is more to give;
- on one core the product is cut into pieces that are so small that BLAS leaves out the copying.
"""

from __future__ import annotations

import os

import numpy as np

from core_lib.base import Array, Operation

# OpenBLAS copies nothing if m k n is at most this.
SMALL = 100**3


def _one_is_all() -> bool:
    """Tell whether there is one core only, or BLAS was told so when the program was started."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return cores == 1 or "1" in (os.environ.get(f"{name}_NUM_THREADS") for name in ("OPENBLAS", "OMP", "MKL"))


#: True while a product has to use one core only, because others are busy with other parts of the batch, or there is none.
one_core = _one_is_all()


def product(operation: Operation, A: Array, B: Array, out: Array) -> Array:
    """Compute A B.

    Parameters
    ----------
    operation : Operation
        Lends buffers.
    A : array, shape (m, k)
    B : array, shape (k, n)
    out : array, shape (m, n)
        The result.
    """
    (m, k), n = A.shape, B.shape[1]
    if not (8 <= m <= 32 and min(k, n) >= 64 and max(k, n) >= 64 * m):
        return np.matmul(A, B, out=out)
    if one_core and B.flags.c_contiguous and k > n:
        return _sum_of_pieces(operation, A, B, out)
    transposed = operation.out("transposed product", (n, m), out.dtype)
    if one_core and B.flags.f_contiguous:
        _pieces_of_rows(B.T, np.ascontiguousarray(A.T), transposed)
    else:
        np.matmul(B.T, A.T, out=transposed)
    np.copyto(out, transposed.T)
    return out


def _sum_of_pieces(operation: Operation, A: Array, B: Array, out: Array) -> Array:
    """Compute A B = Σ A_p B_p, where A_p are some columns of A, and B_p the rows that they meet."""
    (m, k), n = A.shape, B.shape[1]
    parts = max(1, -(-m * k * n // SMALL))
    size = k // parts
    even = parts * size
    terms = operation.out("terms", (parts, m, n), out.dtype)
    A_p, B_p = A[:, :even].reshape(m, parts, size).swapaxes(0, 1), B[:even].reshape(parts, size, n)
    np.matmul(A_p, B_p, out=terms)
    np.add.reduce(terms, axis=0, out=out)
    if even < k:
        out += A[:, even:] @ B[even:]
    return out


def _pieces_of_rows(A: Array, B: Array, out: Array) -> None:
    """Compute A B, some rows at a time."""
    (m, k), n = A.shape, B.shape[1]
    parts = max(1, -(-m * k * n // SMALL))
    size = m // parts
    even = parts * size
    np.matmul(A[:even].reshape(parts, size, k), B, out=out[:even].reshape(parts, size, n))
    if even < m:
        np.matmul(A[even:], B, out=out[even:])


def pieces(m: int, k: int, n: int) -> int:
    """Say into how many pieces of equal size A, (m, k), may be cut for A B to be faster, with B of shape (k, n)."""
    if not one_core or m * k * n <= SMALL:
        return 1
    for parts in range(-(-m * k * n // SMALL), m // 8 + 1):
        if m % parts == 0:
            return parts
    return 1
